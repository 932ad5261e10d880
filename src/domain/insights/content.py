"""What the contents of insights are made of: lines of the chat that prove something, and what several types share.

A maker gives of each line the position of its message, and of a longer one the passage it means. What stands there,
who wrote it and when is filled in from the stored messages, and what is not found there is dropped (see `proof`).
"""

from typing import Annotated
from uuid import UUID

import msgspec

Score = Annotated[int, msgspec.Meta(ge=0, le=10)]


class Line(msgspec.Struct, kw_only=True):
    """A message as proof: its words, or a passage of them, as they stand in the chat."""

    message: str = ""
    speaker: str = ""
    timestamp: str = ""
    """On the clock of the export."""
    message_ids: list[UUID] = []
    positions: list[int] = []
    """Of the messages, in the export."""


class Quote(Line, kw_only=True):
    context: str


class Exchange(msgspec.Struct, kw_only=True):
    """Lines that belong together, in order."""

    context: str
    exchange: list[Line]


class Component(msgspec.Struct, kw_only=True):
    """A part of a score; the score is ten times the mean of its components, rounded."""

    name: str
    value: Annotated[float, msgspec.Meta(ge=0, le=1)]
    n: int
    """How many messages, turns or moments it was measured on."""
    definition: str


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    target: list[str]
    suggestion: str
    """It names the number that called for it."""
    example_phrases: list[str]


class Strength(msgspec.Struct, kw_only=True):
    strength: str
    description: str
    evidence: list[Exchange]


class BestMoment(msgspec.Struct, kw_only=True):
    moment_title: str
    why_special: str
    exchange: list[Line]


class RatedAssessment(msgspec.Struct, kw_only=True):
    rating: str
    assessment: str


class LevelAssessment(msgspec.Struct, kw_only=True):
    level: str
    assessment: str


class RatedAnalysis(msgspec.Struct, kw_only=True):
    rating: str
    analysis: str
    evidence: list[Exchange]


class RatedDescription(msgspec.Struct, kw_only=True):
    rating: str
    description: str
    evidence: list[Exchange]
