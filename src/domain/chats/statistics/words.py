"""Words: the word-like segments of Unicode Standard Annex #29, without a dictionary.

Where the annex leaves a choice, or chats call for another one: a hyphen, an underscore, a colon and a full stop
part words ("ok.see" is two words); apostrophes and the Catalan and Hebrew points join letters; a full stop or a comma
joins digits; each Han character and each Hiragana letter is a word, as in the annex; a run of Thai, Lao, Khmer or
Burmese, which write no spaces, is one word.
"""

import unicodedata

import regex

_KANA = r"[[\p{Katakana}&&\p{L}]ーｰ]"
_SINGLE = r"[[\p{Han}\p{Hiragana}]&&[\p{L}\p{N}]]"
_START = rf"[[\p{{L}}\p{{N}}]--{_SINGLE}--{_KANA}]"
_RUN = rf"{_START}[{_START}\p{{M}}]*"
_JOINT = r"""(?:['’‘·\u05f3\u05f4\u200c\u200d]|(?<=\p{Hebrew})"(?=\p{Hebrew})|(?<=\p{Nd})[.,](?=\p{Nd}))"""
_WORD = regex.compile(rf"{_SINGLE}\p{{M}}*|{_KANA}[{_KANA}\p{{M}}]*|{_RUN}(?:{_JOINT}{_RUN})*", regex.V1)
_LETTER = regex.compile(r"\p{L}")

_BEFORE_MARKS = "\u0590"
"""Below it no script writes with combining marks or without spaces: letters alone are one word."""
_EDGES = ".,;:!?…()[]{}\"“”„«»'‘’*_~-–—"


def plain(text: str) -> str | None:
    """The word in normal form, where a text is nothing but one word of letters and punctuation around it.

    A short cut for most of what people write; such a text holds no link, address or emoji.
    """
    core = text.strip(_EDGES)
    if core.isalpha() and (core.isascii() or max(core) < _BEFORE_MARKS):
        return normal_form(core)
    return None


def segment(text: str) -> tuple[tuple[str, ...], int]:
    """The words that hold a letter, in normal form and in order, and how many numbers stand beside them."""
    found = _WORD.findall(text)
    words = tuple(normal_form(word) for word in found if _LETTER.search(word))
    return words, len(found) - len(words)


def normal_form(word: str) -> str:
    """The form in which words are compared: lower case, NFC, straight apostrophes."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return unicodedata.normalize("NFC", lower).replace("’", "'").replace("‘", "'")
