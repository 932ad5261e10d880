"""What each message is, told by its whole body."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

from domain.chats.importing.whatsapp.clock import is_meridiem
from domain.chats.importing.whatsapp.layouts import SPACES
from domain.chats.importing.whatsapp.phrases import (
    HEAD_CHARACTERS,
    LRM,
    MAX_NOTICE_CHARACTERS,
    RLM,
    TAIL_CHARACTERS,
    comparable,
    phrases,
    plain,
)
from domain.chats.transcript import Flag, Kind

REPEATED = 3
"""So many messages with one wording that looks like a marker are one, in a language that is not known here."""
_MAX_MARKER = 400
"""No file name with its marker is longer."""
_MAX_POLL = 20_000
_TRAILING = " \n\u00a0\u202f\u200e\u200f"

_ATTACHED = re.compile(rf"<(?P<word>[^<>:\n]{{1,30}}?)[{SPACES}]?:[{SPACES}]?(?P<name>[^<>\n]+)>")
_NAMED_AFTER = re.compile(r"(?P<name>[^\n]+?\.\w{1,10}) [(<](?P<word>[^()<>\n]{1,60})[)>]")
_ANGLED = re.compile(r"<[^\W\d_]+(?:[ \u00a0][^\s<>=/]+){1,7}>")
_EXPORTED_NAME = re.compile(
    r"(?:(?:IMG|VID|PTT|AUD|STK|DOC)-\d{8}-WA\d{4,}|\d{4,8}-[A-Z_]+-\d{4}(?:-\d\d){5}|[A-Z_]+-\d{4}(?:-\d\d){5}-\d+)\.\w+"
)
_PAGES = re.compile(r"(?P<name>.+?) • .*\d.*|(?P<file>.+\.\w{1,5})")
_PLACE = re.compile(
    r"(?P<word>[^\n:]{1,40}?) ?: (?:[^\n]{1,300} \(?)?"
    r"https?://(?:maps\.google\.com/|(?:www\.)?google\.com/maps|(?:www\.)?foursquare\.com/v/|goo\.gl/maps/|maps\.app\.goo\.gl/)"
    r"[^\s()]{1,300}\)?"
)
_DURATION = re.compile(r"\d{1,4} ?(?P<unit>[^\W\d]+)\.?(?:,? \d{1,2} ?[^\W\d]+\.?){0,2}|\d{1,2}(?::\d\d){1,2}")
_OPTION = re.compile(r"(?P<word>[^\n:]{2,30}?) ?: [^\n]*\([^\n()]*\d[^\n()]*\)")


class Body(NamedTuple):
    kind: Kind
    flags: int
    text: str
    attachment: str | None = None
    languages: frozenset[str] = frozenset()


@dataclass(slots=True)
class Bodies:
    """A column each; what nothing else is found for is text without flags."""

    kinds: bytearray
    flags: bytearray
    texts: list[str]
    attachments: dict[int, str] = field(default_factory=dict)
    marked: list[int] = field(default_factory=list)
    """Rows that the application wrote, by the mark before them, in words that are not known."""
    languages: Counter[frozenset[str]] = field(default_factory=Counter)
    """How often wordings of these languages were met."""

    def set(self, row: int, body: Body) -> None:
        self.kinds[row], self.flags[row], self.texts[row] = body.kind, body.flags, body.text
        if body.attachment:
            self.attachments[row] = body.attachment
        if body.languages:
            self.languages[body.languages] += 1


def read_bodies(texts: list[str], *, ios: bool) -> Bodies:
    """Kind, flags, words and attachment of every body; `texts` is taken over and changed.

    Args:
        texts: As exported, a row each.
        ios: The marks and the wordings of iOS are to be looked for, and not those of Android alone.
    """
    whole = phrases().whole
    bodies = Bodies(bytearray(len(texts)), bytearray(len(texts)), texts)
    markers = list(compress(range(len(texts)), map(whole.__contains__, texts)))
    for text, count in Counter(texts[row] for row in markers).items():
        bodies.languages[whole[text].languages] += count
    for row in markers:
        phrase = whole[texts[row]]
        bodies.kinds[row], bodies.flags[row] = phrase.kind, phrase.flags
        texts[row] = texts[row].lstrip(LRM + RLM)
    unclear = [row for row in _unclear(texts, ios=ios) if bodies.kinds[row] == Kind.TEXT]
    angled = Counter(texts[row] for row in unclear if _ANGLED.fullmatch(texts[row]))
    for row in unclear:
        body = classify(texts[row])
        if body:
            bodies.set(row, body)
        elif angled[texts[row]] >= REPEATED:
            bodies.set(row, Body(Kind.MEDIA, Flag.PLACEHOLDER, texts[row]))
        elif texts[row].startswith(LRM):
            bodies.marked.append(row)
    return bodies


def _unclear(texts: list[str], *, ios: bool) -> list[int]:
    """Rows that may be more than words: all that are, and few others. It looks at every row, so it looks little."""
    heads, tails = phrases().heads, phrases().tails
    if not ios:
        return [
            row
            for row, text in enumerate(texts)
            if text[-1:] in ">)\n" or text[:HEAD_CHARACTERS] in heads or ")\n" in text
        ]
    rows = [
        row for row, text in enumerate(texts) if text[-1:] in ">)\n" or text[:HEAD_CHARACTERS] in heads or LRM in text
    ]
    if any(LRM in texts[row] for row in rows):
        return rows
    return sorted({*rows, *(row for row, text in enumerate(texts) if text[-TAIL_CHARACTERS:] in tails)})


def classify(written: str) -> Body | None:
    """What a body is, if it is anything but words as they stand."""
    text = written.rstrip("\n")
    phrase = phrases().find(text)
    if phrase:
        return Body(phrase.kind, phrase.flags, plain(text).strip(), None, phrase.languages)
    for rule in (_edited, _attached, _captioned, _omitted):
        body = rule(text)
        if body:
            return body
    if plain(text[:_MAX_MARKER]).lstrip()[:HEAD_CHARACTERS] in phrases().heads:
        for rule in (_deleted, _call, _place, _poll):
            body = rule(text)
            if body:
                return body
    return Body(Kind.TEXT, 0, text) if text != written else None


def _edited(text: str) -> Body | None:
    start = _last_angle(text)
    if start <= 0:
        return None
    phrase = comparable(text[start + 1 : -1])
    before, known = text[:start], phrases()
    written_by_application = before.endswith(LRM) and ":" not in phrase and phrase not in known.attached
    if phrase not in known.edited and not written_by_application:
        return None
    words = before.rstrip(_TRAILING)
    if not words:
        return None
    inner = classify(words)
    if inner:
        return inner._replace(flags=inner.flags | Flag.EDITED)
    return Body(Kind.TEXT, Flag.EDITED, words, None, known.edited.get(phrase, frozenset()))


def _attached(text: str) -> Body | None:
    """`<attached: name>` with the caption before it."""
    start = _last_angle(text)
    match = _ATTACHED.fullmatch(plain(text[start:])) if start >= 0 else None
    if match is None:
        return None
    languages, name = phrases().attached.get(comparable(match["word"])), match["name"]
    marked = text[start - 1 : start] == LRM or text[start + 1] == LRM
    if languages is None and not marked and not _EXPORTED_NAME.fullmatch(name):
        return None
    caption = text[:start].rstrip(_TRAILING).lstrip(LRM)
    if _document_name(caption) is not None:
        caption = ""
    return _file(name, caption, plain(text).strip(), languages)


def _captioned(text: str) -> Body | None:
    """`name (file attached)`, `name <attached>` or a marker, with the caption on the lines after it."""
    first, _, caption = text.partition("\n")
    if len(first) > _MAX_MARKER:
        return None
    phrase = phrases().find(first)
    if phrase and phrase.kind == Kind.MEDIA and plain(first).startswith("<"):
        return Body(phrase.kind, phrase.flags & ~Flag.PLACEHOLDER, caption, None, phrase.languages)
    match = _NAMED_AFTER.fullmatch(plain(first))
    if match is None:
        return None
    languages = phrases().attached.get(comparable(match["word"]))
    if languages is None and not _EXPORTED_NAME.fullmatch(match["name"]):
        return None
    return _file(match["name"], caption, plain(text).strip(), languages)


def _file(name: str, caption: str, body: str, languages: frozenset[str] | None) -> Body:
    kind = Kind.CONTACT if name.lower().endswith(".vcf") else Kind.MEDIA
    flags = Flag(0) if caption.strip() else Flag.PLACEHOLDER
    return Body(kind, flags, caption if caption.strip() else body, name.strip(), languages or frozenset())


def _omitted(text: str) -> Body | None:
    """A marker after the file's name or a caption; the mark before it tells that nobody wrote it."""
    known = phrases()
    start = text.rfind(LRM)
    if start > 0 and len(text) - start <= _MAX_MARKER:
        phrase, before = known.find(text[start:]), text[:start].rstrip(_TRAILING)
        if phrase and phrase.kind in {Kind.MEDIA, Kind.CONTACT} and before:
            name = _document_name(before)
            if name or comparable(text[start:]) in known.documents:
                return Body(phrase.kind, phrase.flags, plain(text).strip(), name, phrase.languages)
            return Body(phrase.kind, phrase.flags & ~Flag.PLACEHOLDER, before.lstrip(LRM), None, phrase.languages)
    body = comparable(text) if len(text) <= _MAX_MARKER else ""
    if body[-TAIL_CHARACTERS:] not in known.tails:
        return None
    for marker, languages in known.documents.items():
        before = body.removesuffix(f" {marker}")
        if before != body and (name := _document_name(before)):
            return Body(Kind.MEDIA, Flag.PLACEHOLDER, plain(text).strip(), name, languages)
    return None


def _document_name(before: str) -> str | None:
    match = _PAGES.fullmatch(plain(before).strip()) if len(before) <= _MAX_MARKER else None
    return match and (match["name"] or match["file"])


def _deleted(text: str) -> Body | None:
    line = comparable(text) if len(text) <= _MAX_MARKER else ""
    for template in phrases().deleted:
        if template.gaps(line) is not None:
            return Body(Kind.DELETED, Flag.PLACEHOLDER, plain(text).strip(), None, frozenset({template.language}))
    return None


def _call(text: str) -> Body | None:
    known, body = phrases(), comparable(text) if len(text) <= _MAX_MARKER else ""
    for mark in ".,:;":
        head, found, end = body.partition(mark)
        languages = known.calls.get(head.rstrip())
        if found and languages is not None:
            end = end.strip()
            match = _DURATION.fullmatch(end)
            if end in known.call_ends or (match and not is_meridiem(match["unit"] or "")):
                return Body(Kind.CALL, Flag.PLACEHOLDER, plain(text).strip(), None, languages)
    return None


def _place(text: str) -> Body | None:
    match = _PLACE.fullmatch(plain(text).strip()) if len(text) <= MAX_NOTICE_CHARACTERS else None
    languages = phrases().locations.get(comparable(match["word"])) if match else None
    if languages is None:
        return None
    return Body(Kind.LOCATION, Flag.PLACEHOLDER, plain(text).strip(), None, languages)


def _poll(text: str) -> Body | None:
    if len(text) > _MAX_POLL:
        return None
    title, *lines = plain(text).strip().split("\n")
    languages = phrases().polls.get(comparable(title.rstrip(": \u00a0\u202f：")))
    if languages is None or not any(len(line) <= _MAX_MARKER and _OPTION.fullmatch(line) for line in lines):
        return None
    return Body(Kind.POLL, Flag.PLACEHOLDER, plain(text).strip(), None, languages)


def _last_angle(text: str) -> int:
    """Where the angle bracket opens that the text ends with; -1 where it does not end so."""
    return text.rfind("<", max(0, len(text) - _MAX_MARKER)) if text.endswith(">") else -1
