"""Word lists by language, and looking up all of their phrases in a text in one walk over its tokens.

At every token the longest phrase that begins there is taken and the walk goes on behind it, so that "sorry to hear"
is no apology and "no problem" is none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from domain.insights.analyst.acts import NEGATABLE, Act, Pronoun
from domain.insights.analyst.tokens import BREAK, NUMBER, Tokeniser, folded

_DIRECTORY = Path(__file__).with_name("lexicons")
_STEM, _BEGINS, _ALONE = "*", "^", "="
_NEGATION_WORDS = 3
_SHORTEST_STEM, _LONGEST_STEM = 2, 20
_OTHER_WORDS = frozenset({"well", "were", "ill", "wed", "shell", "hell", "id", "its", "shed"})
"""What some words become without their apostrophe: "we're" is left out as "were" too seldom to read it so."""
_LONG_DRAWN = re.compile(r"(.)\1{2,}")


class Negation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    after: bool
    """Whether it may stand behind what it takes away, as in German and Hindi."""


class Lexicon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file: its phrases stand in lists of lines, with commas between them.

    A word that ends in `*` is a stem; a phrase after `^` begins a clause, and one after `=` is all of it.
    """

    language: str
    source: str
    references: dict[str, str]
    negation: Negation
    pronouns: dict[Pronoun, str]
    others: str = ""
    """Words for a third person as the one who does or feels something."""
    ignored: list[str]
    """Phrases that say something else than the words in them do."""
    everyday: str = ""
    """Words so common that it means nothing when two people share them, beside the function words."""
    acts: dict[Act, list[str]]
    topics: dict[Act, list[str]]

    @property
    def phrases(self) -> dict[Act, list[str]]:
        """By act or topic."""
        return {act: _listed(lines) for act, lines in (self.acts | self.topics).items()}


@cache
def lexicons() -> dict[str, Lexicon]:
    """By language, in the codes of the statistics."""
    decoder = msgspec.json.Decoder(Lexicon)
    found = [decoder.decode(path.read_bytes()) for path in sorted(_DIRECTORY.glob("*.json"))]
    return {lexicon.language: lexicon for lexicon in found}


class Hit(NamedTuple):
    """A phrase found: from token `start` to before `end`."""

    acts: frozenset[Act]
    start: int
    end: int


class _Entry(NamedTuple):
    rest: tuple[str, ...]
    """The words after the first."""
    acts: frozenset[Act]
    bits: int
    not_before: frozenset[str]
    """Words that take the acts away when they stand before it in its clause."""
    not_after: frozenset[str]
    anchor: str
    """_BEGINS, _ALONE, or nothing."""


class _Pairs(dict[str, tuple[_Entry, ...]]):
    """The phrases that begin with one token, by the token after it, the longest first."""

    def __init__(self, entries: tuple[_Entry, ...]) -> None:
        super().__init__()
        self.entries = entries

    def __missing__(self, following: str) -> tuple[_Entry, ...]:
        found = self[following] = tuple(
            entry for entry in self.entries if not entry.rest or _fits(entry.rest[0], following)
        )
        return found


BITS = {act: 1 << place for place, act in enumerate(Act)}


def mask_of(acts: Iterable[Act]) -> int:
    """The acts as bits."""
    mask = 0
    for act in acts:
        mask |= BITS[act]
    return mask


_NEGATABLE = mask_of(NEGATABLE)


class Matcher:
    """Looks up the phrases of several languages at once."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._tokeniser = Tokeniser()
        self._words: dict[str, list[_Entry]] = {}
        self._stems: dict[str, list[_Entry]] = {}
        self._starting: dict[str, _Pairs] = {}
        self.pronouns: dict[str, Pronoun] = {}
        self._everyday: set[str] = set()
        for language in languages:
            if (lexicon := lexicons().get(language)) is not None:
                self._add(lexicon)

    def mask(self, tokens: Sequence[str]) -> int:
        """The acts in a text, as the bits of BITS."""
        mask = 0
        for entry, _ in self._matches(tokens):
            mask |= entry.bits
        return mask

    def hits(self, tokens: Sequence[str]) -> list[Hit]:
        """The phrases in a text, in order."""
        return [
            Hit(entry.acts, start, start + 1 + len(entry.rest)) for entry, start in self._matches(tokens) if entry.acts
        ]

    def knows(self, token: str) -> bool:
        """Whether the word is listed: as a phrase by itself, or as one of every day."""
        return token in self._everyday or any(not entry.rest for entry in self._entries(token))

    def _matches(self, tokens: Sequence[str]) -> Iterator[tuple[_Entry, int]]:
        starting = self._starting
        place, last = 0, len(tokens) - 1
        while place <= last:
            token = tokens[place]
            pairs = starting.get(token)
            if pairs is None:
                pairs = starting[token] = _Pairs(self._entries(token))
            step = 1
            if pairs.entries:
                for entry in pairs[tokens[place + 1] if place < last else BREAK]:
                    rest = entry.rest
                    if len(rest) > 1 and not _follows(rest, tokens, place + 1):
                        continue
                    if entry.anchor and not _anchored(entry, tokens, place):
                        continue
                    if entry.bits & _NEGATABLE and _negated(entry, tokens, place):
                        break
                    yield entry, place
                    step += len(rest)
                    break
            place += step

    def _entries(self, token: str) -> tuple[_Entry, ...]:
        """Those that may begin with the token."""
        found = [*self._words.get(token, ())]
        for length in range(_SHORTEST_STEM, min(len(token), _LONGEST_STEM) + 1):
            found += self._stems.get(token[:length], ())
        if not found and _LONG_DRAWN.search(token):
            for drawn in (r"\1\1", r"\1"):
                if found := [*self._entries(_LONG_DRAWN.sub(drawn, token))]:
                    break
        merged: dict[tuple[tuple[str, ...], str], _Entry] = {}
        for entry in found:
            key = (entry.rest, entry.anchor)
            merged[key] = entry if key not in merged else _merged(merged[key], entry)
        return tuple(sorted(merged.values(), key=lambda entry: (-len(entry.rest), entry.rest, -len(entry.anchor))))

    def _add(self, lexicon: Lexicon) -> None:
        negators = frozenset(spelling for word in lexicon.negation.words.split() for spelling in _spellings(word))
        you = frozenset(folded(word) for word in lexicon.pronouns[Pronoun.YOU].split())
        others = frozenset(spelling for word in lexicon.others.split() for spelling in _spellings(word))
        for pronoun, listed in lexicon.pronouns.items():
            for word in listed.split():
                self.pronouns.setdefault(folded(word), pronoun)
        self._everyday.update(map(folded, lexicon.everyday.split()))
        by_phrase: dict[str, set[Act]] = {phrase: set() for phrase in _listed(lexicon.ignored)}
        for act, phrases in lexicon.phrases.items():
            for phrase in phrases:
                by_phrase.setdefault(phrase, set()).add(act)
        for phrase, acts in by_phrase.items():
            # "are you sad" and "they were scared" tell of no distress of one's own
            before = negators | you | others if Act.DISTRESS in acts else negators
            for spelling in _spellings(phrase):
                self._add_phrase(spelling, frozenset(acts), before, negators if lexicon.negation.after else frozenset())

    def _add_phrase(self, phrase: str, acts: frozenset[Act], before: frozenset[str], after: frozenset[str]) -> None:
        anchor = phrase[0] if phrase[0] in {_BEGINS, _ALONE} else ""
        words: list[str] = []
        for piece in phrase.removeprefix(anchor).split():
            stem = piece.endswith(_STEM)
            tokens = [piece] if NUMBER in piece else [t for t in self._tokeniser[piece.rstrip(_STEM)] if t != BREAK]
            words += [*tokens[:-1], tokens[-1] + _STEM] if stem else tokens
        entry = _Entry(tuple(words[1:]), acts, mask_of(acts), before, after, anchor)
        starts = self._stems if words[0].endswith(_STEM) else self._words
        starts.setdefault(words[0].rstrip(_STEM), []).append(entry)


def _listed(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(phrase for line in lines for phrase in line.split(", ")))


def _spellings(phrase: str) -> tuple[str, ...]:
    """As written, and without the apostrophes that many leave out, unless a word would become another."""
    bare = [word.lstrip(_BEGINS + _ALONE).replace("'", "") for word in phrase.split() if "'" in word]
    return (phrase, phrase.replace("'", "")) if bare and _OTHER_WORDS.isdisjoint(bare) else (phrase,)


def _follows(rest: tuple[str, ...], tokens: Sequence[str], place: int) -> bool:
    found = tokens[place : place + len(rest)]
    return len(found) == len(rest) and all(map(_fits, rest, found))


def _fits(wanted: str, token: str) -> bool:
    return token == wanted or (wanted[-1] == _STEM and token.startswith(wanted[:-1]))


def _anchored(entry: _Entry, tokens: Sequence[str], place: int) -> bool:
    end = place + 1 + len(entry.rest)
    if place and tokens[place - 1] != BREAK:
        return False
    return entry.anchor == _BEGINS or end == len(tokens) or tokens[end] == BREAK


def _negated(entry: _Entry, tokens: Sequence[str], place: int) -> bool:
    end = place + 1 + len(entry.rest)
    return _stands_near(entry.not_before, reversed(tokens[max(0, place - _NEGATION_WORDS) : place])) or (
        bool(entry.not_after) and _stands_near(entry.not_after, tokens[end : end + _NEGATION_WORDS])
    )


def _stands_near(words: frozenset[str], tokens: Iterable[str]) -> bool:
    for token in tokens:
        if token == BREAK:
            return False
        if token in words:
            return True
    return False


def _merged(one: _Entry, other: _Entry) -> _Entry:
    """The same phrase of two languages, or a word and its stem."""
    return _Entry(
        one.rest,
        one.acts | other.acts,
        one.bits | other.bits,
        one.not_before | other.not_before,
        one.not_after | other.not_after,
        one.anchor,
    )
