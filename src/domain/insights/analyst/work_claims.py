"""What the insight types about work claim: strengths with their exchanges, and lacks with what would help."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.insights.analyst import evidence
from domain.insights.analyst.acts import Act
from domain.insights.analyst.view import Acts, View
from domain.insights.analyst.work import Cases
from domain.insights.content import Component, Exchange, Recommendation, Strength

GAP_BELOW = 0.6
"""A part of a score below it is called a gap."""

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Merit:
    """Something good that a number shows and at least two exchanges prove."""

    value: float
    """Orders merits: from 0 to 1."""
    title: str
    describe: Callable[[], str]
    """Says it with its number; called only where it is claimed."""
    cases: Cases
    context: Callable[[int], str]
    acts: frozenset[Act] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a low part of the score means, and what would raise it."""

    title: str
    finding: str
    """A sentence with the number."""
    effect: str
    advice: str
    """The title of the recommendation."""
    target: Sequence[str]
    step: str
    examples: Sequence[str]

    @property
    def recommendation(self) -> Recommendation:
        return Recommendation(
            title=self.advice,
            target=list(self.target),
            suggestion=f"{self.finding} {self.step}",
            example_phrases=list(self.examples),
        )


def shown(
    view: View,
    cases: Cases,
    most: int,
    context: Callable[[int], str],
    acts: Acts = (),
) -> list[Exchange]:
    """The clearest of the cases, each as an exchange with the messages that belong to it."""
    chosen = evidence.choose(view, list(cases), most, acts)
    return [evidence.exchange(view, [position, *cases[position]], context(position)) for position in chosen]


def strengths(view: View, merits: Sequence[Merit], most: int = 3) -> list[Strength]:
    """The merits of the highest values that at least two exchanges prove, none of them shown twice."""
    found: list[Strength] = []
    used: set[int] = set()
    for merit in sorted(merits, key=lambda merit: (-merit.value, merit.title)):
        if len(found) == most:
            break
        fresh = {cue: rest for cue, rest in merit.cases.items() if cue not in used}
        if len(proof := shown(view, fresh, 3, merit.context, merit.acts)) > 1:
            found.append(Strength(strength=merit.title, description=merit.describe(), evidence=proof))
            used.update(position for part in proof for line in part.exchange for position in line.positions)
    return found


def coverage(view: View, positions: Sequence[int]) -> float:
    """As `View.coverage`, looking at one message of each day."""
    return view.coverage(list({view.time(position) // _DAY: position for position in positions}.values()))


def ranked(components: Sequence[Component]) -> list[Component]:
    """The lowest first."""
    return sorted(components, key=lambda part: (part.value, part.name))


def extremes(components: Sequence[Component]) -> str:
    """A sentence about the ends of a score's parts."""
    lowest, *_, best = ranked(components)
    return f"Of what was looked at, {best.name} stands out most and {lowest.name} least."
