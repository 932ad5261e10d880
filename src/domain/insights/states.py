"""The states of unlocks and insights, in the words of the API."""

from enum import StrEnum


class UnlockStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    """Everything was delivered."""
    PARTIAL_FAILURE = "partial_failure"
    """Some of it was; the rest is refunded."""
    FAILED = "failed"
    """Nothing was; all of it is refunded."""
    CANCELLED = "cancelled"
    """The chat was deleted before anything was settled."""


class Stage(StrEnum):
    """How far the generation of an unlock's insights has come."""

    QUEUED = "queued"
    INDEXING = "indexing"
    RETRIEVING = "retrieving"
    GENERATING = "generating"
    SETTLED = "settled"


class InsightStatus(StrEnum):
    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"
