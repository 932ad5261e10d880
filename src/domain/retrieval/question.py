"""What a question says besides its words: whom it names, and when."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import msgspec
import regex

from domain.chats.statistics.languages import detect
from domain.chats.statistics.model import DEFAULTS
from domain.chats.statistics.words import segment
from domain.retrieval.analysis import folded, stop_words, words_of
from domain.retrieval.dates import Span, asks_when, named_dates
from domain.retrieval.romanise import romanised, skeleton

_DATA = Path(__file__).with_name("question_words.json")
_SHORTEST_NAME = 3
_CAPITALISED = regex.compile(r"(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}]+")
_LETTERS = regex.compile(r"[\p{L}\p{M}]+")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question as its ranking reads it."""

    text: str
    languages: tuple[str, ...]
    """Those it seems to be in, and English."""
    senders: frozenset[int]
    """Participants that are named: indexes."""
    spans: tuple[Span, ...] = ()
    weekdays: frozenset[int] = frozenset()
    outside: frozenset[str] = frozenset()
    """Day, month and year of the dates it names on which the chat does not run."""
    asks_when: bool = False
    says_more: bool = True
    """Whether it says anything besides whom and when it is about."""
    ignored: frozenset[str]
    """Words that name participants or days of the chat, mean nothing in the question's language, or frame it."""


def parse_question(text: str, participants: Sequence[str], first_sent_at: int, last_sent_at: int) -> Question:
    """Read a question about a chat between these participants and times, in seconds since 1970."""
    senders, names = _named(text, participants)
    words, _ = segment(text)
    languages = ("en", *(entry.language for entry in detect([list(words)], DEFAULTS) if entry.language != "en"))
    dates = named_dates(text, _date(first_sent_at), _date(last_sent_at), names, languages)
    ignored = names | dates.words | stop_words(languages)
    framed = ignored | _listed(_data().frames, languages)
    says_more = not framed.issuperset(words_of(text))
    return Question(
        text=text,
        languages=languages,
        senders=senders,
        spans=dates.spans,
        weekdays=dates.weekdays,
        asks_when=asks_when(text),
        outside=dates.outside,
        says_more=says_more,
        ignored=framed if says_more or dates.spans else ignored,
    )


def question_words(languages: Iterable[str]) -> frozenset[str]:
    """Words of these languages that a question begins with."""
    return _listed(_data().beginnings, languages)


class _Data(msgspec.Struct):
    frames: dict[str, str]
    beginnings: dict[str, str]


@cache
def _data() -> _Data:
    return msgspec.json.decode(_DATA.read_bytes(), type=_Data)


def _listed(words: dict[str, str], languages: Iterable[str]) -> frozenset[str]:
    return frozenset(word for language in languages for word in words.get(language, "").split())


def _named(text: str, participants: Sequence[str]) -> tuple[frozenset[int], frozenset[str]]:
    """Who is named, by any part of a name, by how it sounds in another script, or by its beginning (Mel, Melanie)."""
    asked = dict.fromkeys(words_of(text))
    capitals = {match.group().casefold() for match in _CAPITALISED.finditer(text)} - stop_words(("en",))
    senders: set[int] = set()
    names: set[str] = set()
    for sender, participant in enumerate(participants):
        parts = {
            folded(word) for word in words_of(participant) if len(word) >= _SHORTEST_NAME and _LETTERS.fullmatch(word)
        }
        for word in asked:
            if any(_same(word, part) or (word in capitals and _nickname(word, part)) for part in parts):
                senders.add(sender)
                names.add(word)
    return frozenset(senders), frozenset(names)


def _same(word: str, part: str) -> bool:
    plain = folded(word)
    if plain == part or plain == part + "s":
        return True
    if plain.isascii() == part.isascii():
        return False
    heard = skeleton(romanised(plain))
    return len(heard) >= _SHORTEST_NAME and heard == skeleton(romanised(part))


def _nickname(word: str, part: str) -> bool:
    return len(word) >= _SHORTEST_NAME and part.startswith(folded(word))


def _date(sent_at: int) -> date:
    return datetime.fromtimestamp(sent_at, UTC).date()
