"""The versions of chats' indexes, and what users have asked, as they are stored."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Entity


class VersionState(StrEnum):
    BUILDING = "building"
    LIVE = "live"
    RETIRED = "retired"


class ChatIndex(Entity):
    """One version of a chat's index; its `id` is what the version's points carry.

    The row is there before the first point and goes after the last, so that no point is ever without one. There is
    no foreign key: when a chat goes at once, this row says what is left to remove.
    """

    __tablename__ = "chat_index"

    chat_id: Mapped[UUID] = mapped_column(index=True)
    collection: Mapped[str]
    """Where its points lie, which says what made them."""
    state: Mapped[str] = mapped_column(server_default=VersionState.BUILDING)
    sealed_facts: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    point_count: Mapped[int] = mapped_column(server_default=text("0"))

    fence: Mapped[int] = mapped_column(server_default=text("0"))
    """Rises with every claim: only the run that holds the current number may change the version."""
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """Runs that ended without having stored anything, one after another."""
    error_code: Mapped[str | None]
    """Why the last run ended."""
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_chat_index_building", "chat_id", unique=True, postgresql_where=text("state = 'building'")),
        Index("uq_chat_index_live", "chat_id", unique=True, postgresql_where=text("state = 'live'")),
        Index("ix_chat_index_retired", "retired_at", postgresql_where=text("state = 'retired'")),
    )


class Conversation(Entity):
    """Questions about a chat that follow one another; `updated_at` is when the last was asked."""

    __tablename__ = "conversation"

    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chat.id", ondelete="CASCADE"), index=True)


class ConversationTurn(Entity):
    __tablename__ = "conversation_turn"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Question and answer, under the chat's key."""
