"""What a maker of insights gets, and what it gives: the local analyst and Gemini alike."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Protocol

import msgspec

from domain.chats.service import OpenedChat

INSUFFICIENT_DATA = "insufficient_data"
"""The code of an insight that the chat cannot support: no fault, and no other try will do better."""

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


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to make insights of."""

    chat: OpenedChat
    insight_types: Sequence[str]
    """Those to make."""
    found: Mapping[str, Sequence[int]]
    """By insight type: the positions of the messages that its retrieval queries found, the best first."""
    chunks: Mapping[str, int]
    """By insight type: how many excerpts that were."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An insight that was made, or why it could not be."""

    insight_type: str
    content: bytes | None = None
    """JSON of the type's `Content`, every line of it proven; None when it was not made."""
    error_code: str | None = None
    reason: str | None = None
    """Why it was not made, as a sentence without anything from the chat."""
    another_try: bool = False
    """Whether it may be made later: the provider was busy, or did not answer."""
    retry_after_s: float | None = None
    basis: Basis | None = None
    model: str
    """`local-analyst/<version>`, or the language model's name."""
    tokens: int = 0
    elapsed_ms: int


class Generator(Protocol):
    """Makes insights side by side; each comes as soon as it is there.

    It holds no connection to the database between its readings. It raises only what another run may do better.
    """

    def generate(self, material: Material) -> AsyncIterator[Made]: ...

    async def close(self) -> None: ...
