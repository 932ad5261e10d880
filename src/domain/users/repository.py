"""Queries for users."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.users.models import User


class LiveUser(msgspec.Struct, frozen=True):
    """What is asked of a user on every request."""

    id: UUID
    reopened_after: datetime | None


async def read_live(reads: asyncpg.Pool, issuer: str, subject: str) -> LiveUser | None:
    """The live user of an identity: one statement, outside any transaction."""
    row = await reads.fetchrow(
        "SELECT id, reopened_after FROM app_user WHERE issuer = $1 AND subject = $2 AND deleted_at IS NULL",
        issuer,
        subject,
    )
    return None if row is None else LiveUser(row["id"], row["reopened_after"])


class UserRepository(SQLAlchemyAsyncRepository[User]):
    model_type = User

    async def add_or_lock(self, user_id: UUID, issuer: str, subject: str) -> User:
        """Insert a user with this id, or lock the live one of the same identity, who has another id.

        Of several at once one inserts and the others wait for its commit.
        """
        statement = (
            insert(User)
            .values(id=user_id, issuer=issuer, subject=subject)
            .on_conflict_do_update(
                index_elements=[User.issuer, User.subject],
                index_where=User.deleted_at.is_(None),
                set_={User.issuer: issuer},
            )
            .returning(User)
        )
        return (await self.session.execute(statement)).scalar_one()

    async def latest_tombstone(self, pseudonyms: Sequence[str]) -> User | None:
        tombstones = select(User).where(User.pseudonym.in_(pseudonyms)).order_by(User.deleted_at.desc())
        return (await self.session.scalars(tombstones.limit(1))).one_or_none()

    async def share_lock_live(self, user_id: UUID) -> bool:
        """Whether the user is live, and stays so until the transaction ends."""
        live = select(User.id).where(User.id == user_id, User.deleted_at.is_(None))
        return (await self.session.scalars(live.with_for_update(read=True, key_share=True))).first() is not None

    async def lock_live(self, user_id: UUID) -> User | None:
        live = select(User).where(User.id == user_id, User.deleted_at.is_(None))
        return (await self.session.scalars(live.with_for_update())).one_or_none()
