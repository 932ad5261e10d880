"""Unlocks and their insights, as they are stored.

An unlock is the purchase of one category for one chat, and the generation job that makes its insights: it has one id
for both. It outlives its chat without private data; its insights do not.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Entity, text_of
from domain.catalogue.models import Category, InsightType
from domain.credits.models import Wallet
from domain.insights.states import InsightStatus, Stage, UnlockStatus
from domain.users.models import User

LIVE = text("status IN ('queued', 'running', 'completed')")
"""As the partial index has it: with the values as parameters, a planner would not know it again."""


class Unlock(Entity):
    __tablename__ = "unlock"
    __table_args__ = (
        Index(
            "uq_unlock_live",
            "chat_id",
            "category_id",
            unique=True,
            postgresql_where=LIVE,
        ),
        Index("ix_unlock_user_id_chat_id", "user_id", "chat_id"),
        Index("ix_unlock_chat_id", "chat_id"),
        Index("ix_unlock_deadline_at", "deadline_at", postgresql_where=text("settled_at IS NULL")),
        Index("ix_unlock_settled_at", "settled_at"),
        CheckConstraint("charged >= 0 AND refunded BETWEEN 0 AND charged", name="coins"),
        CheckConstraint("(settled_at IS NULL) = (status IN ('queued', 'running'))", name="settled"),
        CheckConstraint("settled_at IS NOT NULL OR refunded = 0", name="refunded"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey(Wallet.id))
    """Where the coins came from, and go back to."""
    chat_id: Mapped[UUID]
    """No foreign key: the unlock outlives the chat."""
    category_id: Mapped[UUID] = mapped_column(ForeignKey(Category.id))
    status: Mapped[UnlockStatus] = mapped_column(text_of(UnlockStatus, "status"), server_default=UnlockStatus.QUEUED)
    stage: Mapped[Stage] = mapped_column(text_of(Stage, "stage"), server_default=Stage.QUEUED)
    requested: Mapped[int] = mapped_column(server_default=text("0"))
    """How many insights it is for."""
    delivered: Mapped[int] = mapped_column(server_default=text("0"))
    """How many of them were delivered, once it is settled."""
    charged: Mapped[int] = mapped_column(server_default=text("0"))
    """In coins: the sum of the insights' shares."""
    refunded: Mapped[int] = mapped_column(server_default=text("0"))
    deadline_at: Mapped[datetime]
    """What is not delivered by then is refunded."""

    fence: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """Runs, those that were lost included."""
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    """Rises with every change that a client may watch: the id of its progress events."""
    stage_revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    """The revision with which the stage began."""
    started_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class Insight(Entity):
    __tablename__ = "insight"
    __table_args__ = (
        UniqueConstraint("unlock_id", "insight_type_id"),
        Index(
            "uq_insight_delivered",
            "chat_id",
            "insight_type_id",
            unique=True,
            postgresql_where=text("status = 'completed'"),
        ),
        Index("ix_insight_chat_id", "chat_id"),
        CheckConstraint("share > 0", name="share"),
        CheckConstraint("status <> 'completed' OR sealed IS NOT NULL", name="delivered"),
        CheckConstraint("status <> 'failed' OR error_code IS NOT NULL", name="reason"),
    )

    unlock_id: Mapped[UUID] = mapped_column(ForeignKey(Unlock.id))
    chat_id: Mapped[UUID]
    insight_type_id: Mapped[UUID] = mapped_column(ForeignKey(InsightType.id))
    share: Mapped[int]
    """What of the unlock's charge is its own, in coins."""
    status: Mapped[InsightStatus] = mapped_column(
        text_of(InsightStatus, "status"), server_default=InsightStatus.PENDING
    )
    error_code: Mapped[str | None]
    """Why the last try did not make it."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Content, reason and metadata, under the chat's key (see `domain.insights.sealing`)."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """Tries that failed and were worth another one, one after another."""
    due_at: Mapped[datetime | None]
    """Not to be tried again before."""
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    """The unlock's, at the last change of this insight."""
