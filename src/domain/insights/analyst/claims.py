"""What a type may claim or advise, before the strongest are chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence
from domain.insights.analyst.acts import Act
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.view import View
from domain.insights.content import Component, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something good that a number shows and messages prove."""

    value: float
    """Orders claims: from 0 to 1."""
    title: str
    describe: Callable[[], str]
    """Says it with its number; called for claims that are made alone, so that no other number is published."""
    positions: Sequence[int]
    context: evidence.Context
    acts: frozenset[Act] = frozenset()
    """By which the clearest of the positions are chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A recommendation that a number called for."""

    title: str
    target: list[str]
    suggestion: str
    """With the number."""
    why: str
    example: str


def keep(part: Component, say: Measures, names: list[str]) -> Advice:
    """For a shape that asks for an entry about a part of a score that leaves nothing to advise."""
    told = say.share(f"part:{part.name}", Proportion(0, part.n, 100 * part.value, None, None), part.definition)
    return Advice(
        title=f"Keep it so: {part.name}",
        target=names,
        suggestion=f"The part of the score for {part.name} stands at {told}; nothing has to change there.",
        why="What works is worth knowing, too.",
        example="I like how we do this.",
    )


def strongest(view: View, claims: Sequence[Claim], most: int, quotes: int) -> list[tuple[Claim, list[Quote]]]:
    """The claims of the highest values that two or more messages prove, each with at most so many quotes."""
    found: list[tuple[Claim, list[Quote]]] = []
    for claim in sorted(claims, key=lambda claim: (-claim.value, claim.title)):
        shown = evidence.quotes(view, claim.positions, quotes, claim.context, claim.acts)
        if len(shown) > 1 and len(found) < most:
            found.append((claim, shown))
    return found
