"""What the local analyst makes of an insight type, and what an insight rests on."""

from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A number behind an insight, with how sure it is."""

    name: str
    """What was measured, with the participant where it is one's own: `response_time.median:Ann`."""
    value: float
    unit: str
    n: int
    """How many messages, turns or moments it rests on."""
    low: float | None = None
    high: float | None = None
    """Of the 95 % interval, where there is one."""
    source: str
    """Where its definition is: `statistics.…`, or the analyst's own sentence."""


class Confidence(msgspec.Struct, frozen=True, kw_only=True):
    """Each from 0 to 1; an insight's confidence is the least of them."""

    data: Share
    """Whether there were enough messages."""
    coverage: Share
    """How much of the chat what was found speaks for."""
    language: Share
    """How well the maker knows the chat's languages."""

    @property
    def score(self) -> float:
        return min(self.data, self.coverage, self.language)


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What an insight rests on; published with it."""

    confidence: Confidence
    method: str
    """How it was made, in sentences for a reader."""
    measures: list[Measure]
    sources: list[str]
    """Of formulas and word lists."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What the local analyst makes of one insight type."""

    insight_type: str
    content: msgspec.Raw | None = None
    """JSON of the type's `Content`, its lines given by positions; None when the chat does not support it."""
    reason: str | None = None
    """Why it does not, as a sentence without anything from the chat."""
    basis: Basis
    positions: list[int]
    """Messages that are worth reading about it, the best first, whether quoted or not."""
