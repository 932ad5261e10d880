"""The states of a chat, in the words of the API."""

from enum import StrEnum


class ChatStatus(StrEnum):
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class VectorStatus(StrEnum):
    PENDING = "pending"
    INDEXING = "indexing"
    COMPLETED = "completed"
    FAILED = "failed"


class ImportStage(StrEnum):
    """How far an import has come."""

    RECEIVED = "received"
    PARSING = "parsing"
    STATISTICS = "statistics"
    SEALING = "sealing"
    STORING = "storing"
    DONE = "done"


PROGRESS = {
    ImportStage.RECEIVED: 0,
    ImportStage.PARSING: 10,
    ImportStage.STATISTICS: 35,
    ImportStage.SEALING: 65,
    ImportStage.STORING: 80,
    ImportStage.DONE: 100,
}
"""Per cent of the work that lies behind each stage, by measured shares of an import's time."""
