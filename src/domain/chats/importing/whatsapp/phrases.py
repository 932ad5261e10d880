"""What WhatsApp itself writes into an export, in the languages of the files in `phrases`, ready to be compared."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from domain.chats.importing.whatsapp.layouts import MARKS, SPACES
from domain.chats.transcript import Flag, Kind

HEAD_CHARACTERS = 4
TAIL_CHARACTERS = 4
MAX_NOTICE_CHARACTERS = 2000
"""No notice is longer, the names and titles in it included."""

LRM = "\u200e"
RLM = "\u200f"
"""The marks that the application puts before what it writes itself."""

_DATA = Path(__file__).with_name("phrases")
_MARKS = re.compile(f"[{MARKS}]+")
_SPACES = re.compile(f"[{SPACES[1:]}]")
_QUOTES = re.compile("[“”„‟«»「」『』″]")
_APOSTROPHES = re.compile("[‘’‚‛ʼ′]")
_PLACEHOLDER = re.compile(r"\{(title)?\}")


class _File(msgspec.Struct):
    sources: list[str]
    languages: dict[str, dict[str, list[str]]]


class Phrase(NamedTuple):
    kind: Kind
    flags: int
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Template:
    """A notice with gaps; it is matched as a whole, piece by piece from the left, in linear time."""

    pieces: tuple[str, ...]
    title: int | None
    """Which gap holds the group's name."""
    language: str

    @property
    def word(self) -> str | None:
        """A word that every such notice holds between spaces, if there is one; the first after a leading gap."""
        leading = not self.pieces[0] and len(self.pieces) > 1
        words = self.pieces[1 if leading else 0].split(" ")
        if leading:
            last = len(self.pieces) == 2  # noqa: PLR2004 - a gap and one piece
            return words[1] if not words[0] and (len(words) > 2 or (last and len(words) > 1)) else None  # noqa: PLR2004
        return words[0] if len(words) > 1 else None

    def gaps(self, line: str) -> list[str] | None:
        """What fills the gaps, or None where the line is not this notice.

        A gap is never empty, but for a last one that goes on without a space: more of the sentence, or nothing.
        """
        if len(self.pieces) == 1:
            return [] if line == self.pieces[0] else None
        first, *middle, last = self.pieces
        if not line.startswith(first) or not line.endswith(last):
            return None
        start, end, gaps = len(first), len(line) - len(last), []
        for piece in middle:
            found = line.find(piece, start + 1, end)
            if found < 0:
                return None
            gaps.append(line[start:found])
            start = found + len(piece)
        optional = not last and not self.pieces[-2].endswith(" ")
        return [*gaps, line[start:end]] if start < end or (optional and start == end) else None


@dataclass(slots=True)
class Phrases:
    """Wordings with the languages they are of; those of parts of a body are kept as `comparable` makes them."""

    whole: dict[str, Phrase] = field(default_factory=dict)
    """Bodies that are a marker and nothing else, as exported and as `comparable` makes them."""
    documents: dict[str, frozenset[str]] = field(default_factory=dict)
    edited: dict[str, frozenset[str]] = field(default_factory=dict)
    attached: dict[str, frozenset[str]] = field(default_factory=dict)
    calls: dict[str, frozenset[str]] = field(default_factory=dict)
    """What a body about a call begins with, or is."""
    call_ends: set[str] = field(default_factory=set)
    locations: dict[str, frozenset[str]] = field(default_factory=dict)
    polls: dict[str, frozenset[str]] = field(default_factory=dict)
    templates: dict[str | None, list[Template]] = field(default_factory=dict)
    """By the word that each of them holds."""
    deleted: list[Template] = field(default_factory=list)
    """Bodies of deleted messages that tell by whom."""
    file_names: list[Template] = field(default_factory=list)
    """What an exported text file is called, without its extension."""
    heads: frozenset[str] = frozenset()
    """How bodies begin that a look-up in `whole` does not settle."""
    tails: frozenset[str] = frozenset()
    """How they end."""

    def find(self, body: str) -> Phrase | None:
        """The marker that the body is, whatever its invisible marks and its full stop."""
        found = self.whole.get(body)
        if found or len(body) > MAX_NOTICE_CHARACTERS:
            return found
        bare = comparable(body)
        found = self.whole.get(bare)
        # What is in no language is a marker only as it stands: somebody wrote the full stops of `null...` and `...`.
        return found if found and (found.languages or plain(body).strip() == bare) else None

    def notice(self, line: str) -> tuple[Template, list[str]] | None:
        """The system notice that the whole line is, and what fills its gaps."""
        if len(line) > MAX_NOTICE_CHARACTERS:
            return None
        plain_line = comparable(line)
        for word in (*dict.fromkeys(plain_line.split(" ")), None):
            for template in self.templates.get(word, ()):
                gaps = template.gaps(plain_line)
                if gaps is not None:
                    return template, gaps
        return None


def plain(text: str) -> str:
    """Without invisible marks."""
    return _MARKS.sub("", text)


def comparable(text: str) -> str:
    """Without marks, with one kind of space, quotation mark and apostrophe, and without a full stop at the end."""
    return _unified(plain(text)).strip().rstrip(".。।")


def _unified(text: str) -> str:
    if text.isascii():
        return text
    return _APOSTROPHES.sub("'", _QUOTES.sub('"', _SPACES.sub(" ", text)))


@cache
def phrases() -> Phrases:
    known = Phrases()
    for path in sorted(_DATA.glob("*.json")):
        for language, entries in msgspec.json.decode(path.read_bytes(), type=_File).languages.items():
            _add_whole(known, language, entries)
            _add_parts(known, language, entries)
            _add_templates(known, language, entries)
    for body in ("", "null"):
        known.whole[body] = Phrase(Kind.MEDIA, Flag.PLACEHOLDER | Flag.VIEW_ONCE, frozenset())
    angled = (text for text in known.whole if text.startswith("<"))
    deleted = (template.pieces[0] for template in known.deleted if template.pieces[0])
    heads = (*angled, *deleted, *known.calls, *known.locations, *known.polls)
    known.heads = frozenset(text[:HEAD_CHARACTERS] for text in heads)
    known.tails = frozenset(text[-TAIL_CHARACTERS:] for text in known.documents)
    return known


def _add_whole(known: Phrases, language: str, entries: dict[str, list[str]]) -> None:
    kinds = {
        "media": (Kind.MEDIA, Flag.PLACEHOLDER),
        "document": (Kind.MEDIA, Flag.PLACEHOLDER),
        "view_once": (Kind.MEDIA, Flag.PLACEHOLDER | Flag.VIEW_ONCE),
        "contact": (Kind.CONTACT, Flag.PLACEHOLDER),
        "deleted": (Kind.DELETED, Flag.PLACEHOLDER),
        "call": (Kind.CALL, Flag.PLACEHOLDER),
        "live_location": (Kind.LOCATION, Flag.PLACEHOLDER),
    }
    for key, (kind, flags) in kinds.items():
        for text in entries.get(key, ()):
            for variant in _variants(text):
                before = known.whole.get(variant)
                languages = before.languages if before else frozenset()
                known.whole[variant] = Phrase(kind, flags, languages | {language})


def _variants(text: str) -> set[str]:
    """As the systems and their versions write it: the first letter in either case, a full stop, a mark before it."""
    written = {text, text[:1].swapcase() + text[1:]}
    written |= {f"{variant}." for variant in written}
    return written | {mark + variant for mark in (LRM, RLM) for variant in written} | {comparable(text)}


def _add_parts(known: Phrases, language: str, entries: dict[str, list[str]]) -> None:
    parts = {
        "document": known.documents,
        "edited": known.edited,
        "attached": known.attached,
        "call": known.calls,
        "location": known.locations,
        "poll": known.polls,
    }
    for key, target in parts.items():
        for text in map(comparable, entries.get(key, ())):
            variants = {text, text[:1].lower() + text[1:]} if key == "location" else {text}
            for variant in variants:
                target[variant] = target.get(variant, frozenset()) | {language}
    known.call_ends.update(map(comparable, entries.get("call_end", ())))


def _add_templates(known: Phrases, language: str, entries: dict[str, list[str]]) -> None:
    for text in entries.get("system", ()):
        template = _template(text, language)
        known.templates.setdefault(template.word, []).append(template)
    known.file_names += (_template(text, language) for text in entries.get("file_name", ()))
    known.deleted += (_template(text, language) for text in entries.get("deleted_by", ()))


def _template(text: str, language: str) -> Template:
    pieces = _PLACEHOLDER.split(text)
    titles = pieces[1::2]
    return Template(tuple(map(_unified, pieces[::2])), titles.index("title") if "title" in titles else None, language)
