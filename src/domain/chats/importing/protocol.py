"""What the worker and the import child say to each other."""

from uuid import UUID

import msgspec

from domain.chats.transcript import ImportReport

COPY_COLUMNS = ("id", "chat_id", "position", "sent_at", "sender", "kind", "flags", "sealed")
"""The columns of the sealed rows, in their order."""


class ImportTask(msgspec.Struct):
    """What the worker asks for; sent on standard input."""

    chat_id: UUID
    key: str
    """The chat's key in base64."""
    epoch: int
    source: int
    """Descriptor of the export, readable."""
    target: int
    """Descriptor for the sealed messages, writable."""
    memory_bytes: int
    cpu_seconds: int
    options: dict[str, str] = {}


class Outcome(msgspec.Struct, omit_defaults=True):
    """A line on standard output: a stage begun, or how it ended."""

    stage: str | None = None
    error_code: str | None = None
    """The export cannot be read, or not within the limits."""
    crash: str | None = None
    """A fault of this program: the error's type and where it was raised."""
    message_count: int = 0
    platform: str = ""
    sealed_profile: bytes = b""
    sealed_statistics: bytes = b""
    report: ImportReport | None = None
