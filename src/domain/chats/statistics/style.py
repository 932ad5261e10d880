"""Style matching: how alike two people use function words, in English."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import msgspec

from domain.chats.statistics.estimates import quantile
from domain.chats.statistics.model import Language, Parameters, StyleMatching
from domain.chats.statistics.pieces import Reader

_DATA = Path(__file__).with_name("function_words_en.json")
_TWO = 2
_AGAINST_ZERO = 0.0001
_SEED = 0
_LOW_PERCENT = 2.5
_DIGITS = 4

_Counts = Sequence[int]
"""The words of each category, and all words."""


class _Data(msgspec.Struct):
    words: dict[str, str]


def match(
    texts_of_each: Sequence[Sequence[str]], reader: Reader, languages: Sequence[Language], parameters: Parameters
) -> StyleMatching | None:
    """Language style matching of two people, from their text messages in order of time.

    Score: Ireland and Pennebaker (2010), Journal of Personality and Social Psychology 99(3), 549-571. Interval: 95 %,
    from resampled blocks of messages. Resampling adds noise, and noise lowers such a score whether or not the two are
    alike; so only the lower end is read from it, and the interval reaches as far up.
    """
    english = sum(entry.percent for entry in languages if entry.language == "en")
    if len(texts_of_each) != _TWO or english < parameters.style_min_english_percent:
        return None
    if min(parameters.style_sample_messages, *map(len, texts_of_each)) < parameters.style_blocks:
        return None
    one, other = ([_count(block, reader) for block in _blocks(texts, parameters)] for texts in texts_of_each)
    totals = _sum(one), _sum(other)
    words = min(total[-1] for total in totals)
    if words < parameters.style_min_words:
        return None
    categories = _categories(*totals)
    score = _mean(categories)
    random = Random(_SEED)  # noqa: S311 - the same chat gets the same interval
    resampled = sorted(
        _mean(_categories(_sum(random.choices(one, k=len(one))), _sum(random.choices(other, k=len(other)))))
        for _ in range(parameters.style_resamples)
    )
    low = min(score, quantile(resampled, _LOW_PERCENT, _DIGITS) or 0.0)
    return StyleMatching(
        score=round(score, _DIGITS),
        score_low=round(low, _DIGITS),
        score_high=round(min(1.0, 2 * score - low), _DIGITS),
        categories={name: round(value, _DIGITS) for name, value in zip(_lists(), categories, strict=True)},
        words=words,
    )


@cache
def _lists() -> dict[str, str]:
    return msgspec.json.decode(_DATA.read_bytes(), type=_Data).words


@cache
def _categories_by_word() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, listed in enumerate(_lists().values()):
        for word in listed.split():
            found[word] = (*found.get(word, ()), number)
    return found


def _blocks(texts: Sequence[str], parameters: Parameters) -> list[list[str]]:
    """An even sample of the texts, cut into as many blocks of equal size as asked for."""
    size, blocks = min(len(texts), parameters.style_sample_messages), parameters.style_blocks
    sample = [texts[index * len(texts) // size] for index in range(size)]
    return [sample[block * size // blocks : (block + 1) * size // blocks] for block in range(blocks)]


def _count(texts: Sequence[str], reader: Reader) -> _Counts:
    by_word = _categories_by_word()
    words = Counter(word for text in texts for word in reader.words_of(text))
    counts = [0] * len(_lists())
    for word in words.keys() & by_word.keys():
        for category in by_word[word]:
            counts[category] += words[word]
    return [*counts, words.total()]


def _sum(blocks: Sequence[_Counts]) -> _Counts:
    return [sum(column) for column in zip(*blocks, strict=True)]


def _categories(one: _Counts, other: _Counts) -> list[float]:
    return [
        1 - abs(p - q) / (p + q + _AGAINST_ZERO) for p, q in zip(_percentages(one), _percentages(other), strict=True)
    ]


def _percentages(counts: _Counts) -> list[float]:
    *of_categories, words = counts
    return [100 * count / max(words, 1) for count in of_categories]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
