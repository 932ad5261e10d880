"""What two share without explaining it: words that come back between them, and the emoji they use."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import sqrt

from domain.chats.statistics.languages import function_words
from domain.insights.analyst.acts import Act
from domain.insights.analyst.exchanges import laughs
from domain.insights.analyst.tokens import BREAK, NUMBER, folded
from domain.insights.analyst.view import View, once

_MOST = 8
_LONGEST = 3
_LEAST_USES = 4
_LEAST_SESSIONS = 3
_MOST_SHARE = 0.05
_LETTERS = 4
_NEAR = 3
_NEAR_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Reference:
    """A word or a run of up to three that comes back."""

    words: str
    positions: tuple[int, ...]
    """The messages with it, in order of time."""
    sessions: int
    laughed: int
    """How many of these messages laugh, or are laughed at within three messages."""


@once
def shared(view: View) -> list[Reference]:
    """Words that everybody here uses, rarely but in several sessions, those of many sessions and near laughter first.

    Each stands in at least four messages of at least three sessions and in at most five in a hundred; it is no function
    word and in no word list, and a run of words begins and ends with such a one. They are likely to be references that
    the two share, or else a name or a matter that keeps coming up: no list can tell.
    """
    uses = _uses(view)
    cap = max(_LEAST_USES, int(view.read_count() * _MOST_SHARE))
    funny = {position for moment in laughs(view) for position in (moment.cue, moment.reply) if position is not None}
    funny.update(view.positions(Act.LAUGHTER))
    people = set(view.people)
    found = []
    for words, positions in uses.items():
        if not _LEAST_USES <= len(positions) <= cap or {view.sender(position) for position in positions} != people:
            continue
        sessions = len({view.session(position) for position in positions})
        if sessions >= _LEAST_SESSIONS:
            laughed = sum(_near(view, position, funny) for position in positions)
            found.append(Reference(" ".join(words), tuple(positions), sessions, laughed))
    usual = len(funny) / max(1, view.read_count())
    found.sort(key=lambda entry: (-entry.sessions * (1 + max(0.0, _surplus(entry, usual))), entry.words))
    return _without_parts(found)[:_MOST]


def spelt(view: View, reference: Reference) -> str:
    """The words as they stand in the chat most often; as they are looked up where they stand apart."""
    pattern = re.compile(rf"\b{re.escape(reference.words)}\b", re.IGNORECASE)
    found = Counter(match[0] for at in reference.positions for match in pattern.finditer(view.text(at)))
    return max(found, key=lambda words: (found[words], words.lower() != words, words)) if found else reference.words


def emoji_similarity(view: View, one: int, other: int) -> float | None:
    """The cosine of the two people's emoji counts, from 0 to 1; None when one uses fewer than ten."""
    first, second = view.tagged.emojis[one], view.tagged.emojis[other]
    if min(first.total(), second.total()) < 10:  # noqa: PLR2004 - told above
        return None
    product = sum(count * second[emoji] for emoji, count in first.items())
    return product / sqrt(sum(count**2 for count in first.values()) * sum(count**2 for count in second.values()))


def _uses(view: View) -> dict[tuple[str, ...], list[int]]:
    """The messages of each run of telling words; of those words alone that two or more people use."""
    telling = _telling(view)
    pieces = frozenset(piece for piece, tokens in view.tagged.tokeniser.items() if not telling.isdisjoint(tokens))
    found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for position in view.order:
        if not view.is_read(position) or pieces.isdisjoint(view.text(position).split()):
            continue
        for run in dict.fromkeys(_runs(view.tagged.tokens(position), telling)):
            found[run].append(position)
    return found


def _runs(tokens: list[str], telling: frozenset[str]) -> list[tuple[str, ...]]:
    runs: list[tuple[str, ...]] = []
    for start, token in enumerate(tokens):
        if token not in telling:
            continue
        runs.append((token,))
        for length in range(2, _LONGEST + 1):
            run = tuple(tokens[start : start + length])
            if len(run) == length and run[-1] in telling and BREAK not in run:
                runs.append(run)
    return runs


def _telling(view: View) -> frozenset[str]:
    """Words that say something by themselves and that at least two people use."""
    users = Counter(word for words in view.tagged.words for word in words)
    totals = sum(view.tagged.words, Counter())
    languages = {entry.language for entry in view.statistics.languages} | {"en"}
    plain = frozenset().union(*(map(folded, function_words()[language]) for language in languages))
    cap = max(_LEAST_USES, 2 * int(view.read_count() * _MOST_SHARE))
    names = {folded(word.lower()) for name in view.names for word in name.split()}
    return frozenset(
        word
        for word, count in users.items()
        if count > 1
        and len(word) >= _LETTERS
        and _LEAST_USES <= totals[word] <= cap
        and NUMBER not in word
        and word[0].isalpha()
        and word not in plain
        and word not in names
        and not view.tagged.matcher.knows(word)
    )


def _near(view: View, position: int, funny: set[int]) -> bool:
    return position in funny or not funny.isdisjoint(view.following(position, _NEAR, _NEAR_SECONDS))


def _surplus(entry: Reference, usual: float) -> float:
    """How far laughter near it is above what is usual in the chat, in standard errors."""
    n = len(entry.positions)
    return (entry.laughed - usual * n) / sqrt(n)


def _without_parts(found: list[Reference]) -> list[Reference]:
    """Of a run and its words, those that come first in the order."""
    kept: list[Reference] = []
    for entry in found:
        words = set(entry.words.split())
        if all(words.isdisjoint(other.words.split()) for other in kept):
            kept.append(entry)
    return kept
