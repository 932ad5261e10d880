"""Times of day in the digits of any script, with the words for before and after noon in any language."""

import re
import tomllib
from functools import cache
from pathlib import Path

INVALID = -(1 << 60)
"""Stands for a date or a time that does not exist; any sum with it is negative."""

_IGNORED = re.compile("[ .\u00a0\u202f\u2009\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_MERIDIEMS = Path(__file__).with_name("meridiems.toml")
_HALF_DAY = 12
_DAY = 24
_SIXTY = 60
_LATE_MORNING = 11


class Hours(dict[tuple[str, str], int]):
    """(hour, word for the half of the day or nothing) to seconds; INVALID where there is no such hour."""

    def __missing__(self, key: tuple[str, str]) -> int:
        hour, word = key
        value = _hour(int(hour), word)
        self[key] = value * 3600 if 0 <= value < _DAY else INVALID
        return self[key]


class Minutes(dict[str, int]):
    """`mm` or `mm:ss` to seconds; INVALID where there is no such time."""

    def __missing__(self, text: str) -> int:
        minute, second = int(text[:2]), int(text[-2:]) if len(text) > len("mm") else 0
        self[text] = minute * 60 + second if max(minute, second) < _SIXTY else INVALID
        return self[text]


def is_meridiem(word: str) -> bool:
    return _bare(word) in _meridiems()


def is_neutral(word: str) -> bool:
    """Whether a word beside the time is known to tell nothing of the half of the day."""
    return _bare(word) in _neutral()


def is_english(word: str) -> bool:
    """`am` and `pm` in any case, without dots between the letters."""
    return _IGNORED.sub("", word.replace(".", "|")).casefold() in {"am", "pm"}


def is_lower_case(word: str) -> bool:
    """`am` and `pm`, which regions that put the day first write; the United States write `AM` and `PM`."""
    return _bare(word, fold=False) in {"am", "pm"}


def _hour(hour: int, word: str) -> int:
    """The hour of the day. Some phones write `00:04 AM`, `0:04 PM` for noon and `23:59 PM`: all are understood."""
    if not word or hour > _HALF_DAY:
        return hour if not word or _bare(word) in _meridiems() else -1
    match _meridiems().get(_bare(word)):
        case "am":
            return hour % _HALF_DAY
        case "pm":
            return hour % _HALF_DAY + _HALF_DAY
        case "noon":
            return hour if hour >= _LATE_MORNING else hour + _HALF_DAY
        case "night":
            return hour % _HALF_DAY + (_HALF_DAY if hour != _HALF_DAY else 0)
        case _:
            return -1


def _bare(word: str, *, fold: bool = True) -> str:
    bare = _IGNORED.sub("", word)
    return bare.casefold() if fold else bare


@cache
def _meridiems() -> dict[str, str]:
    return {_bare(word): half for half, words in _table()["words"].items() for word in words}


@cache
def _neutral() -> frozenset[str]:
    return frozenset(map(_bare, _table()["neutral"]["words"]))


def _table() -> dict[str, dict[str, list[str]]]:
    with _MERIDIEMS.open("rb") as file:
        return tomllib.load(file)
