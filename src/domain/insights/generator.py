"""What a maker of insights gets, and what it gives: the local analyst and Gemini alike."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

import msgspec

from domain.chats.service import OpenedChat
from domain.insights.drafts import Basis

INSUFFICIENT_DATA = "insufficient_data"
"""The code of an insight that the chat cannot support: no fault, and no other try will do better."""


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
