"""First answers, kept for clients that ask again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Record
from domain.users.models import User


class IdempotencyKey(Record):
    """A key that a client has used, and the answer it got. There is none for work that is going on or has failed."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("user_id", "route", "key_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    route: Mapped[str]
    """Method and path template."""
    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the key, which may hold anything."""
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[str]
    """As it was sent. Numbers, ids and times: nothing that deleting an account would have to remove."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
