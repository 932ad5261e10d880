"""Users appear with their first request and can delete themselves."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.cipher import MasterKeys
from domain.errors import Forbidden
from domain.outbox import Outbox, Queue
from domain.users.models import User
from domain.users.repository import UserRepository

ERASURES = ("erase_account_chats",)
"""The jobs that erase, each part its own, what a deleted account leaves behind."""


class AccountDeleted(Forbidden):
    code = "account_deleted"
    detail = "This account was deleted. Sign in again to open it anew."


class Identity(msgspec.Struct, frozen=True):
    """Who an issuer says that somebody is, and when it said so."""

    issuer: str
    subject: str
    issued_at: datetime | None


class Provisioned(msgspec.Struct, frozen=True):
    """The user of an identity; `returning_as` is the pseudonym of a deleted account that came before."""

    user: User
    created: bool
    returning_as: str | None


class UserService:
    def __init__(self, session: AsyncSession, keys: MasterKeys) -> None:
        self._users = UserRepository(session=session)
        self._outbox = Outbox(session)
        self._keys = keys

    async def provision(self, identity: Identity) -> Provisioned:
        """The user of this identity, made now if there is none.

        Raises:
            AccountDeleted: the account was deleted after the identity was stated.
        """
        new_id = uuid7()
        user = await self._users.add_or_lock(new_id, identity.issuer, identity.subject)
        if user.id != new_id:
            require_later(identity.issued_at, user.reopened_after)
            return Provisioned(user, created=False, returning_as=None)
        # Looked for after the insert: from then on no deletion of this identity can commit unseen.
        tombstone = await self._users.latest_tombstone(self._keys.pseudonyms(identity.issuer, identity.subject))
        if tombstone is not None:
            require_later(identity.issued_at, tombstone.deleted_at)
            user.reopened_after = tombstone.deleted_at
            await self._users.session.flush()
        return Provisioned(user, created=True, returning_as=tombstone.pseudonym if tombstone else None)

    async def store_profile(
        self, user_id: UUID, *, email: str | None, first_name: str | None, last_name: str | None
    ) -> User:
        """Set what is given and keep the rest.

        Raises:
            AccountDeleted: it was, meanwhile.
        """
        user = await self._lock(user_id)
        user.email = email or user.email
        user.first_name = first_name or user.first_name
        user.last_name = last_name or user.last_name
        await self._users.session.flush()
        return user

    async def delete(self, user_id: UUID, *, issued_at: datetime | None, now: datetime) -> datetime:
        """Turn the account into a tombstone and record the jobs that erase the rest; the moment of deletion.

        It is not before `issued_at`, when the token that asks for it was issued: with an issuer whose clock
        is ahead the same token would otherwise open the account again.

        Raises:
            AccountDeleted: it already is.
        """
        user = await self._lock(user_id)
        if user.issuer is None or user.subject is None:
            raise AccountDeleted
        user.deleted_at = max(now, issued_at or now)
        user.pseudonym = self._keys.pseudonyms(user.issuer, user.subject)[0]
        user.issuer = user.subject = user.email = user.first_name = user.last_name = None
        for function in ERASURES:
            await self._outbox.add(Queue.MAINTENANCE, function, user_id=user_id)
        return user.deleted_at

    async def require_live(self, user_id: UUID) -> None:
        """Make sure that no deletion of the account comes before the end of the transaction.

        Raises:
            AccountDeleted: one has come already.
        """
        if not await self._users.share_lock_live(user_id):
            raise AccountDeleted

    async def _lock(self, user_id: UUID) -> User:
        user = await self._users.lock_live(user_id)
        if user is None:
            raise AccountDeleted
        return user


def require_later(issued_at: datetime | None, deletion: datetime | None) -> None:
    """Let only what was issued after a deletion pass.

    Raises:
        AccountDeleted: it was issued before, or does not say when.
    """
    if deletion is not None and (issued_at is None or issued_at <= deletion):
        raise AccountDeleted
