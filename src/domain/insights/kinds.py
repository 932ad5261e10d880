"""What a module of an insight type offers beside its catalogue row and its content."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst.acts import Act
from domain.insights.drafts import Measure

if TYPE_CHECKING:
    from domain.insights.analyst.view import View


class InsufficientData(Exception):
    """The chat does not carry the insight; its only argument is why, as a sentence without anything from the chat."""

    @property
    def reason(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the local analyst found of one type."""

    content: msgspec.Struct
    """The type's `Content`, its lines given by positions."""
    measures: Sequence[Measure]
    """Every number that stands in the content's prose, and those behind its scores."""
    coverage: float
    """From 0 to 1: how much of the chat what was found speaks for; see `View.coverage`."""
    method: str
    """How it was made, in sentences for a reader."""
    sources: Sequence[str] = ()
    """Of formulas; those of the word lists are added for types that need acts."""
    positions: Sequence[int] = ()
    """Messages worth reading about it, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightKind:
    row: InsightTypeRow
    content: type[msgspec.Struct]
    queries: tuple[str, ...]
    """Questions whose answers are looked for in the chat before the insight is made: four are plenty, as each is a
    search of the whole chat, and what they find overlaps more and more."""
    instruction: str
    """What a language model is told about this type."""
    analyse: "Callable[[View], Finding]"
    """Raises InsufficientData where a required part cannot be filled honestly."""
    acts: frozenset[Act] = field(default_factory=frozenset)
    """What the word lists of the chat's languages have to know; empty where the statistics are enough."""

    @property
    def name(self) -> str:
        return self.row.name
