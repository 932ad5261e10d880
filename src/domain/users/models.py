"""Users: who an issuer says that they are, until they delete their account."""

from datetime import datetime
from typing import Annotated

import msgspec
from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Entity

Email = Annotated[
    str,
    msgspec.Meta(
        max_length=254,
        # Only what every address has; whether one exists, no pattern can tell. The lookahead is for a last newline.
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$(?!\n)",
        description="An e-mail address.",
        examples=["ada@example.org"],
    ),
]
PersonName = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]


class User(Entity):
    """A row is live, or a tombstone that keeps nothing but a pseudonym."""

    __tablename__ = "app_user"
    __table_args__ = (
        Index(
            "uq_app_user_live_identity",
            "issuer",
            "subject",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        CheckConstraint(
            "(deleted_at IS NULL AND pseudonym IS NULL AND issuer IS NOT NULL AND subject IS NOT NULL)"
            " OR (deleted_at IS NOT NULL AND pseudonym IS NOT NULL AND"
            " num_nonnulls(issuer, subject, email, first_name, last_name) = 0)",
            name="live_or_tombstone",
        ),
    )

    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(String(254))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    reopened_after: Mapped[datetime | None]
    """The deletion that this account follows: tokens issued at or before it are not accepted."""
    deleted_at: Mapped[datetime | None]
    pseudonym: Mapped[str | None] = mapped_column(String(64), index=True)
    """HMAC of issuer and subject, set on deletion."""
