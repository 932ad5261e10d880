"""Words of a chat as terms that can be matched: folded, stemmed, romanised, and in pieces.

Everything that is said about a chat's languages here must be the same when the chat is indexed and when it is asked.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import msgspec
import regex
import snowballstemmer  # type: ignore[import-untyped]

from domain.chats.statistics.languages import function_words
from domain.retrieval.romanise import romanised, skeleton

_DATA = Path(__file__).with_name("irregular.json")
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_WORD = regex.compile(rf"(?P<unspaced>(?:{_UNSPACED}\p{{M}}*)+)|(?:(?!{_UNSPACED})[\p{{L}}\p{{N}}\p{{M}}])+")
_CLITICS = frozenset(["s", "t", "m", "d", "ll", "re", "ve", "don", "didn", "doesn", "isn", "wasn", "won", "couldn"])

_ENGLISH = "en"
_STEMMERS = {
    "en": "english",
    "es": "spanish",
    "pt": "portuguese",
    "de": "german",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "tr": "turkish",
    "id": "indonesian",
    "hi": "hindi",
    "ru": "russian",
    "ar": "arabic",
}
_OTHER_SCRIPTS = {"DEVANAGARI": "hi", "CYRILLIC": "ru", "ARABIC": "ar"}
_INDIAN = frozenset(["hi", "hinglish"])

_GRAM = 4
_GRAMMED_FROM = 5
"""Letters of a word: what is shorter is matched whole."""
_SKELETON_FROM = 3
_CACHED_WORDS = 1 << 16


class Terms(NamedTuple):
    """What stands for one word; the parts never meet one another's."""

    words: tuple[str, ...]
    """Its stem, and its stem without accents where that is another."""
    sounds: tuple[str, ...]
    """Its consonants as heard, in whichever script, where a chat is in Hindi."""
    grams: tuple[str, ...]
    """Its pieces, where a chat is not in English alone."""


def words_of(text: str) -> Iterator[str]:
    """Words and numbers, case-folded; writing without spaces in overlapping pairs of characters."""
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        word = match.group()
        if match["unspaced"] and len(word) > 1:
            yield from (word[start : start + 2] for start in range(len(word) - 1))
        else:
            yield word


def folded(word: str) -> str:
    """Without accents, in scripts where they are optional to those who type."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize(
        "NFC", "".join(character for character in decomposed if not "\u0300" <= character <= "\u036f")
    )


@cache
def stop_words(languages: Sequence[str]) -> frozenset[str]:
    listed = frozenset().union(*(function_words().get(language, frozenset()) for language in languages))
    return listed | {folded(word) for word in listed} | _CLITICS


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    algorithm = snowballstemmer.stemmer(_STEMMERS[language])
    lock = Lock()

    def stem(word: str) -> str:
        with lock:  # an algorithm keeps its state between steps
            return str(algorithm.stemWord(word))

    return stem


class _Irregular(msgspec.Struct):
    forms: dict[str, list[str]]


@cache
def _irregular(language: str) -> dict[str, str]:
    """The first form of a row by its others."""
    rows = msgspec.json.decode(_DATA.read_bytes(), type=_Irregular).forms.get(language, [])
    return {form: first for first, *others in (row.casefold().split() for row in rows) for form in others}


def stemmed(word: str, language: str) -> str:
    """The stem of a word, or of the form that its irregular ones go by; the word itself without a stemmer."""
    return _stemmer(language)(_irregular(language).get(word, word)) if language in _STEMMERS else word


class Analyser:
    """Turns text into terms, for chats in the given languages, the most used first."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._latin = next(
            (code for code in languages if code in _STEMMERS and code not in _OTHER_SCRIPTS.values()), _ENGLISH
        )
        self._sounds = not _INDIAN.isdisjoint(languages)
        self._grams = tuple(languages) != (_ENGLISH,)
        self.stop_words = stop_words(tuple(languages) or (_ENGLISH,))
        self.terms = lru_cache(_CACHED_WORDS)(self._terms)

    def _terms(self, word: str) -> Terms:
        stem = self._stem(word)
        plain = folded(word)
        words = dict.fromkeys((folded(stem), self._stem(plain) if plain != word else folded(stem)))
        sounds: tuple[str, ...] = ()
        if self._sounds and len(sound := skeleton(romanised(word))) >= _SKELETON_FROM:
            sounds = (sound,)
        grams: tuple[str, ...] = ()
        if self._grams and len(plain) >= _GRAMMED_FROM and not plain.isdigit():
            grams = tuple({plain[start : start + _GRAM] for start in range(len(plain) - _GRAM + 1)})
        return Terms(tuple(words), sounds, grams)

    def _stem(self, word: str) -> str:
        script = "LATIN" if word.isascii() else unicodedata.name(word[0], "").partition(" ")[0]
        return stemmed(word, _OTHER_SCRIPTS.get(script, self._latin))
