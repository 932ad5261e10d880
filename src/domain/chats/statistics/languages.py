"""Languages of a chat, told by its function words, and the stop words that follow from them."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from domain.chats.statistics.model import Language, Parameters

_DATA = Path(__file__).with_name("stop_words.json")
_ENOUGH_WORDS = 2


class _Lists(msgspec.Struct):
    words: dict[str, str]


class _Data(msgspec.Struct):
    spacy: _Lists
    own: _Lists


@cache
def function_words() -> dict[str, frozenset[str]]:
    """The function words of each language that can be told, in the normal form of `words`."""
    data = msgspec.json.decode(_DATA.read_bytes(), type=_Data)
    codes = [*data.spacy.words, *(code for code in data.own.words if code not in data.spacy.words)]
    return {
        code: frozenset(data.spacy.words.get(code, "").split()) | frozenset(data.own.words.get(code, "").split())
        for code in codes
    }


@cache
def _languages_by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, listed in function_words().items():
        for word in listed:
            found[word] = (*found.get(word, ()), code)
    return found


def detect(messages: Sequence[list[str]], parameters: Parameters) -> list[Language]:
    """The languages with a share worth listing, the largest first; a message is given as its words."""
    decided = Counter(code for words in messages if (code := _language_of(words)) is not None)
    if not decided and (code := _language_of([word for words in messages for word in words])) is not None:
        decided[code] = 1
    total = decided.total()
    listed = [
        (code, count) for code, count in decided.items() if count * 100 >= parameters.language_min_percent * total
    ]
    listed.sort(key=lambda entry: (-entry[1], entry[0]))
    return [Language(code, round(100 * count / total, 2)) for code, count in listed]


def stop_words(languages: list[Language]) -> frozenset[str]:
    """The function words of all these languages together."""
    return frozenset().union(*(function_words()[entry.language] for entry in languages))


def _language_of(words: list[str]) -> str | None:
    """The language with the most function words in a message: at least two, and more than any other."""
    by_word = _languages_by_word()
    hits = Counter([code for word in words if word in by_word for code in by_word[word]])
    most = max(hits.values(), default=0)
    if most < _ENOUGH_WORDS:
        return None
    ranked = [code for code, count in hits.items() if count == most]
    return ranked[0] if len(ranked) == 1 else None
