"""Several lists of hits as one ranking: a weighted sum of standard scores, and of what the question names.

A list's standard scores are those among its best `POPULATION` messages: so they mean the same in a chat of five hundred
messages and in one of a million, of which a search returns but the best.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from domain.retrieval.index import DENSE
from domain.retrieval.lexical import CONVERSATION, MESSAGE, WINDOW
from domain.retrieval.model import Hit, IndexFacts, Sent
from domain.retrieval.question import Question

POPULATION = 500
"""Ask every list for as many hits."""
WHOLE = 2_000
"""Messages of a chat that is ranked whole."""

WEIGHTS = {MESSAGE: 0.25, WINDOW: 1.0, CONVERSATION: 0.5, DENSE: 0.5}
DENSE_WINDOW_WEIGHT = 0.75
SENDER_WEIGHT = 2.0
DATE_WEIGHT = 3.0

_NEIGHBOUR = 0.8
"""Of a neighbour's likeness in that of a window, for each message of distance."""
_EXPANDED_CONVERSATIONS = 10
_LEAST_DEVIATION = {MESSAGE: 0.5, WINDOW: 1.0, CONVERSATION: 0.5, DENSE: 1e-9}
"""About what one rare word brings to a list: one that matches but pieces of words counts for less than a good one."""

_DAY_S = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_WEEKDAY = 3  # a Thursday
_SOON, _LATER = 3, 10
"""Days after a named span in which it is still talked about."""
_SHORT_SPAN = 7
_AFTER = 0.5
_WEEKDAY = 0.1

Scores = NDArray[np.float64]
Positions = NDArray[np.int64]


class Ranking:
    """The messages that any list found, or that stand in the conversations found; all of them in a small chat."""

    def __init__(self, lists: Mapping[str, Sequence[Hit]], facts: IndexFacts, named: Sequence[int] = ()) -> None:
        """Take each list's hits, the best first, and further positions to rank, such as those of a date."""
        self._facts = facts
        self._starts = np.frombuffer(facts.conversation_starts, np.uint32).astype(np.int64)
        self._lists = {name: lists.get(name, ()) for name in WEIGHTS}
        expanded = (self._conversation(hit.position) for hit in self._lists[CONVERSATION][:_EXPANDED_CONVERSATIONS])
        whole = range(facts.end if facts.end <= WHOLE else 0)
        found = (hit.position for name in (MESSAGE, WINDOW, DENSE) for hit in self._lists[name])
        self.positions = sorted(set(chain(whole, named, found, *expanded)))
        """Look up by whom and when these were sent, where they hold text."""

    def fuse(self, question: Question, sent: Mapping[int, Sent]) -> list[Hit]:
        """The positions that `sent` knows, by falling score."""
        positions = np.array([position for position in self.positions if position in sent], np.int64)
        if not positions.size:
            return []
        number = self._number_of(positions)
        score = np.zeros(positions.size)
        for name, stored_at in ((MESSAGE, positions), (WINDOW, positions), (CONVERSATION, self._starts[number])):
            score += WEIGHTS[name] * self._standard(name, self._scores(name, stored_at), 0.0)
        if self._lists[DENSE]:
            floor = min(hit.score for hit in self._lists[DENSE])
            likeness = self._scores(DENSE, positions, floor)
            score += WEIGHTS[DENSE] * self._standard(DENSE, likeness, floor)
            smoothed = self._smoothed(likeness, positions, number, floor)
            score += DENSE_WINDOW_WEIGHT * self._standard(DENSE, smoothed, floor)
        named, on_named_day = _named(question, [sent[position] for position in positions.tolist()])
        score += named
        order = np.argsort(-score, kind="stable")
        ranked = (positions[order].tolist(), score[order].tolist(), on_named_day[order].tolist())
        return [Hit(*hit) for hit in zip(*ranked, strict=True)]

    def _number_of(self, positions: Positions) -> Positions:
        numbers: Positions = np.searchsorted(self._starts, positions, "right") - 1
        return np.maximum(numbers, 0)

    def _conversation(self, position: int) -> range:
        following = int(np.searchsorted(self._starts, position, "right"))
        return range(position, int(self._starts[following]) if following < self._starts.size else self._facts.end)

    def _scores(self, name: str, positions: Positions, missing: float = 0.0) -> Scores:
        by_position = {hit.position: hit.score for hit in self._lists[name]}
        return np.array([by_position.get(position, missing) for position in positions.tolist()])

    def _smoothed(self, scores: Scores, positions: Positions, number: Positions, missing: float) -> Scores:
        """The mean of each message's score and its neighbours' in the same conversation."""
        total, weights = scores.copy(), np.ones_like(scores)
        for offset in chain(range(-self._facts.radius, 0), range(1, self._facts.radius + 1)):
            beside = positions + offset
            at = np.minimum(np.searchsorted(positions, beside), positions.size - 1)
            within = (self._number_of(beside) == number) & (beside >= self._starts[0]) & (beside < self._facts.end)
            weight = _NEIGHBOUR ** abs(offset) * within
            total += weight * np.where(positions[at] == beside, scores[at], missing)
            weights += weight
        return total / weights

    def _standard(self, name: str, scores: Scores, missing: float) -> Scores:
        """Scores less the mean of the best, in their standard deviations; zeros where all are alike."""
        size = min(self._facts.message_count, POPULATION)
        best = np.sort(scores)[-size:]
        best = np.concatenate([best, np.full(size - best.size, missing)])
        standard: Scores = (scores - best.mean()) / max(best.std(), _LEAST_DEVIATION[name])
        return standard


def _named(question: Question, sent: Sequence[Sent]) -> tuple[Scores, NDArray[np.bool_]]:
    """What is added to messages of participants and of days that the question names; which are of such a day."""
    score = np.zeros(len(sent))
    senders = np.array([one.sender for one in sent])
    by_named = np.isin(senders, list(question.senders))
    if not by_named.all():
        score += SENDER_WEIGHT * by_named
    day = np.array([one.sent_at for one in sent]) // _DAY_S
    on_day, after = np.zeros((2, len(sent)), bool)
    for span in question.spans:
        first, last = (day_of.toordinal() - _EPOCH for day_of in span)
        aftermath = _SOON if last - first < _SHORT_SPAN else _LATER
        on_day |= (day >= first) & (day <= last)
        after |= (day > last) & (day <= last + aftermath)
    dated = np.maximum(on_day, _AFTER * after)
    on_weekday = np.isin((day + _FIRST_WEEKDAY) % 7, list(question.weekdays))
    score += DATE_WEIGHT * np.maximum(dated, _WEEKDAY * on_weekday)
    return score, on_day
