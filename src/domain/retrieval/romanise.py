"""Devanagari in Latin letters, and how either sounds, so that Hindi meets itself in both ways of writing it."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec

_DATA = Path(__file__).with_name("devanagari.json")
_VIRAMA = "\u094d"
_NUKTA = "\u093c"
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")

_HEARD_ALIKE = (
    (re.compile(r"(?:sh|s|c(?=[eiy]))h?"), "s"),
    (re.compile(r"chh?"), "C"),
    (re.compile(r"ph|f"), "f"),
    (re.compile(r"([kgjtdbr])h"), r"\1"),
    (re.compile(r"[wv]"), "v"),
    (re.compile(r"[cq]"), "k"),
    (re.compile(r"z"), "j"),
    (re.compile(r"[ei]+y?(?![aeiou])"), "i"),
    (re.compile(r"[ou]+"), "u"),
)
_NEUTRAL_VOWEL = re.compile(r"(?<=.)a+")
_REPEATED = re.compile(r"(.)\1+")


class _Letters(msgspec.Struct):
    consonants: dict[str, str]
    with_nukta: dict[str, str]
    vowels: dict[str, str]
    vowel_signs: dict[str, str]
    after_vowels: dict[str, str]


@cache
def _letters() -> _Letters:
    return msgspec.json.decode(_DATA.read_bytes(), type=_Letters)


def romanised(word: str) -> str:
    """A word in Devanagari as it is commonly typed in Latin letters; any other word as it is."""
    if not _DEVANAGARI.search(word):
        return word
    letters = _letters()
    vowels = letters.vowels | letters.vowel_signs | letters.after_vowels
    typed: list[str] = []
    for character, following in pairwise([*word, ""]):
        consonant = letters.consonants.get(character)
        if consonant is not None and following == _NUKTA:
            consonant = letters.with_nukta.get(character, consonant)
        bare = following in letters.vowel_signs or following in {_VIRAMA, _NUKTA, ""}
        typed.append(consonant or vowels.get(character, ""))
        typed.append("a" if (consonant or character == _NUKTA) and not bare else "")
    return "".join(typed)


def skeleton(word: str) -> str:
    """How a romanised word sounds, without the vowel that is written in one way of spelling it and not in another."""
    heard = word
    for pattern, alike in _HEARD_ALIKE:
        heard = pattern.sub(alike, heard)
    return _REPEATED.sub(r"\1", _NEUTRAL_VOWEL.sub("", heard))
