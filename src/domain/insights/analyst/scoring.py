"""Scores: ten times the mean of published components, nothing else."""

from collections.abc import Sequence
from math import exp

from domain.chats.statistics.model import Proportion
from domain.insights.content import Component

_ENOUGH = 300
"""Messages at which two thirds of full confidence is reached."""
_FULL_TONE = 5.0
HIGH = 0.95
"""A part from which there is nothing to advise."""


def component(name: str, value: float, n: int, definition: str) -> Component:
    """A part of a score, held between 0 and 1."""
    return Component(name=name, value=round(min(1.0, max(0.0, value)), 3), n=n, definition=definition)


def tone(warm: int, negative: int) -> list[Component]:
    """How many warm messages there are for each negative one; nothing where there are neither."""
    if not warm + negative:
        return []
    definition = (
        "Warm messages for each negative one, of 5 (the ratio of Gottman & Levenson 1992), counted on the messages "
        "that the word lists tell."
    )
    return [component("tone", reaches(warm / max(1, negative), _FULL_TONE), warm + negative, definition)]


def score(components: Sequence[Component]) -> int:
    """From 0 to 10, halves rounded up."""
    return int(10 * sum(part.value for part in components) / len(components) + 0.5)


def weakest(components: Sequence[Component], most: int = 2, below: float = HIGH) -> list[str]:
    """The names of the parts that leave something to advise, the lowest first."""
    lacking = [part for part in components if part.value < below]
    return [part.name for part in sorted(lacking, key=lambda part: (part.value, part.name))[:most]]


def share(found: Proportion) -> float:
    """A proportion from 0 to 1; 0 of nothing."""
    return (found.percent or 0.0) / 100


def evenness(one: float, other: float) -> float:
    """1 - |a - b| / (a + b): 1 when both give as much, 0 when one gives all or neither anything."""
    return 1 - abs(one - other) / (one + other) if one + other else 0.0


def reaches(value: float, full: float) -> float:
    """How far a value comes towards one that counts as full, from 0 to 1."""
    return min(1.0, value / full)


def enough_data(messages: int) -> float:
    """From 0 to 1, saturating: 1 - e^(-n/300)."""
    return round(1 - exp(-messages / _ENOUGH), 3)
