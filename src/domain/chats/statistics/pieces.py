"""Pieces: what stands between white space, read once for the whole chat.

No word, emoji or link reaches across white space, and a chat says the same things again and again. So texts are cut
into pieces, equal pieces are counted, and only distinct ones are looked into.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from domain.chats.statistics import emoji, laughter, links, words

_BATCH = 200
"""A list for each text, and few enough not to set the garbage collector to work."""
_AROUND_FILE_NAME = ".,;:!?()[]<>\"'“”*_~"


class Piece(NamedTuple):
    """What is in a piece, in order."""

    words: tuple[str, ...]
    numbers: int
    emojis: tuple[str, ...]
    links: int
    laughs_in: tuple[str, ...]
    """As `laughter.languages` tells."""


_NOTHING = Piece((), 0, (), 0, ())


class Reader(dict[str, Piece]):
    """Pieces by their text. A missing one is looked into when it is asked for, and kept."""

    def __init__(self, file_names: Iterable[str]) -> None:
        """Take the attachments' names: a piece that is one of them holds no words."""
        super().__init__()
        self._file_names = frozenset(file_names)

    def __missing__(self, text: str) -> Piece:
        piece = self[text] = self._look_into(text)
        return piece

    def _look_into(self, text: str) -> Piece:
        if self._file_names and text.strip(_AROUND_FILE_NAME) in self._file_names:
            return _NOTHING
        if (word := words.plain(text)) is not None:
            return Piece((word,), 0, (), 0, laughter.languages((word,), ()))
        link_count = 0
        rest = text
        if links.may_hold_link(rest):
            link_count = len(links.find(rest))
            rest = links.remove(rest)
        emojis, rest = emoji.take(links.remove_emails(rest))
        found, numbers = words.segment(rest)
        return Piece(found, numbers, emojis, link_count, laughter.languages(found, emojis))

    def words_of(self, text: str) -> list[str]:
        """The words of a text that hold a letter, in normal form and in order."""
        return [word for piece in text.split() for word in self[piece].words]

    def word_count(self, text: str) -> int:
        """How many words a text has, numbers included."""
        found = [self[piece] for piece in text.split()]
        return sum(len(piece.words) + piece.numbers for piece in found)


def count_pieces(texts: list[str], counts: Counter[str]) -> Iterator[list[list[str]]]:
    """Count the pieces, and give those of each text, in batches that bound the memory."""
    for start in range(0, len(texts), _BATCH):
        batch = list(map(str.split, texts[start : start + _BATCH]))
        counts.update(chain.from_iterable(batch))
        yield batch
