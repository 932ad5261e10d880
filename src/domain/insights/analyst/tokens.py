"""Texts as tokens in which phrases are looked up.

A token is a word in the normal form of the statistics without accents, an emoji, `#` in place of every number, or
BREAK where a clause ends: no phrase and no negation reaches across it.
"""

import unicodedata
from collections.abc import Iterable, Iterator

import regex

from domain.chats.statistics import emoji, links, words

BREAK = "|"
NUMBER = "#"
_CLAUSE_ENDS = frozenset(".,;:!?…।)")
_AFTER_CLAUSES = "\"'”’»*_~"
_DIGITS = regex.compile(r"\p{Nd}+")
_QUOTED_LINE = "> "
_QUOTED = regex.compile(r'(?<![^\s(])(?:"[^\s"][^"\n]*\s[^"\n]*"|“[^“”\n]*\s[^“”\n]*”)(?!\w)')
"""Two words or more; one alone may be stressed that way."""


def folded(word: str) -> str:
    """The word without accents, which many leave out when they type; other scripts keep their marks."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if not "\u0300" <= mark <= "\u036f"))


class Tokeniser(dict[str, tuple[str, ...]]):
    """The tokens of each piece between white space; a missing one is looked into when it is asked for, and kept."""

    def __init__(self, file_names: Iterable[str] = ()) -> None:
        """Take the attachments' names: a piece that is one of them says nothing."""
        super().__init__()
        self._file_names = frozenset(file_names)

    def __missing__(self, piece: str) -> tuple[str, ...]:
        found = self[piece] = () if piece in self._file_names else tuple(_tokens(piece))
        return found

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text; what stands in double quotes or in lines that begin with `>` says nothing."""
        if '"' in text or "“" in text:
            text = _QUOTED.sub(f" {BREAK} ", text)
        if _QUOTED_LINE in text or "\n" in text:
            text = f" {BREAK} ".join(line for line in text.splitlines() if not line.startswith(_QUOTED_LINE))
        found: list[str] = []
        for piece in text.split():
            found += self[piece]
        return found


def _tokens(piece: str) -> Iterator[str]:
    if piece == BREAK:
        yield BREAK
        return
    if (word := words.plain(piece)) is not None:
        yield folded(word)
    else:
        rest = links.remove(piece) if links.may_hold_link(piece) else piece
        emojis, rest = emoji.take(links.remove_emails(rest))
        found, numbers = words.segment(rest)
        for word in found:
            yield _DIGITS.sub(NUMBER, folded(word))
        if numbers and not found:
            yield NUMBER
        yield from emojis
    if piece.rstrip(_AFTER_CLAUSES)[-1:] in _CLAUSE_ENDS:
        yield BREAK
