"""Words that stand for one another: so that a question finds what was said in another language, or in other words."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from domain.retrieval.analysis import folded, stemmed

_DATA = Path(__file__).with_name("concepts.json")


class _Data(msgspec.Struct):
    languages: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@cache
def _rows() -> tuple[dict[str, tuple[str, ...]], ...]:
    """The words of each meaning by language."""
    data = msgspec.json.decode(_DATA.read_bytes(), type=_Data)
    return tuple(
        {language: tuple(cell.split()) for language, cell in zip(data.languages, row, strict=True)} for row in data.rows
    )


@cache
def _meanings(language: str) -> dict[str, tuple[int, ...]]:
    """The numbers of the rows by the stems of a language."""
    found: dict[str, tuple[int, ...]] = {}
    for number, row in enumerate(_rows()):
        for stem in {folded(stemmed(word, language)) for word in row.get(language, ())}:
            found[stem] = (*found.get(stem, ()), number)
    return found


def related(word: str, asked_in: Iterable[str], written_in: Iterable[str]) -> Iterator[str]:
    """Words of the languages `written_in` that mean what a word of the languages `asked_in` may mean."""
    numbers = {
        number for language in asked_in for number in _meanings(language).get(folded(stemmed(word, language)), ())
    }
    for number in sorted(numbers):
        for language in written_in:
            yield from _rows()[number].get(language, ())
