"""Chats, their keys and their messages, as they are stored.

What people wrote, their names, the file's name and the statistics are sealed under the chat's key (see
`domain.cipher`); ids, positions, times, sender numbers, kinds and flags are not.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Entity, Record
from domain.chats.states import ChatStatus, ImportStage, VectorStatus


class Chat(Entity):
    __tablename__ = "chat"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(server_default=ChatStatus.PROCESSING)
    stage: Mapped[str] = mapped_column(server_default=ImportStage.RECEIVED)
    error_code: Mapped[str | None]
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    """Rises with every change of state that a client may watch: the id of its progress events."""

    platform: Mapped[str] = mapped_column(server_default="whatsapp")
    category_id: Mapped[UUID | None]
    options: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    """What the uploader decided about reading the file, such as `date_order`."""

    sealed_filename: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_profile: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The title and the participants' names."""
    sealed_statistics: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """JSON, ready to be sent."""
    import_report: Mapped[dict[str, object] | None] = mapped_column(JSONB, deferred=True)
    message_count: Mapped[int] = mapped_column(server_default=text("0"))
    display_participant: Mapped[int | None] = mapped_column(SmallInteger)
    """Which participant the user is: an index into the profile's names."""

    vector_status: Mapped[str] = mapped_column(server_default=VectorStatus.PENDING)
    chunk_count: Mapped[int] = mapped_column(server_default=text("0"))
    indexed_at: Mapped[datetime | None]
    vector_error_code: Mapped[str | None]
    """Why the chat could not be indexed."""

    shared: Mapped[bool] = mapped_column(server_default=text("false"))
    show_names: Mapped[bool] = mapped_column(server_default=text("false"))

    import_fence: Mapped[int] = mapped_column(server_default=text("0"))
    """Rises with every claim: only the run that holds the current number may settle the import."""
    import_lease_until: Mapped[datetime | None]

    __table_args__ = (Index("ix_chat_user_id_created_at", "user_id", "created_at"),)


class ChatKey(Record):
    """The key of a chat, wrapped by the master key; `id` is the chat's. Deleting the row destroys the chat."""

    __tablename__ = "chat_key"

    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    """The last sealing epoch handed out (see `domain.cipher`)."""


class Message(Record):
    """One row of the export. Rows go by bulk copy and are read as plain rows, never as objects.

    There is no foreign key: a chat goes at once, its messages, unreadable by then, by a job.
    """

    __tablename__ = "message"

    chat_id: Mapped[UUID]
    position: Mapped[int]
    sent_at: Mapped[int] = mapped_column(BigInteger)
    """Seconds since 1970 on the wall clock of the export, or in UTC, as the chat's profile says."""
    sender: Mapped[int] = mapped_column(SmallInteger)
    """Index into the profile's names, -1 for system rows."""
    kind: Mapped[int] = mapped_column(SmallInteger)
    flags: Mapped[int] = mapped_column(SmallInteger)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Text and attachment name."""

    __table_args__ = (UniqueConstraint("chat_id", "position"),)
