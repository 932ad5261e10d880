"""Who asks: from a bearer token to the current user."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database
from app.settings import Settings
from app.tokens import TokenVerifier, build_verifier
from domain.cipher import MasterKeys
from domain.credits.service import CreditService
from domain.errors import Forbidden, Unauthenticated
from domain.users.repository import read_live
from domain.users.service import Identity, UserService, require_later


class AdminRequired(Forbidden):
    code = "admin_required"
    detail = "Only an admin may do this."


class CurrentUser(msgspec.Struct, frozen=True):
    """The user whose request this is."""

    id: UUID
    subject: str
    """The issuer's name for them, and the API's `user_id`."""
    admin: bool
    email: str | None
    """From the token, verified by the issuer."""
    issued_at: datetime | None
    """When the token was."""


class Authenticator:
    """Turns bearer tokens into users, and the first token of a subject into a new one."""

    def __init__(self, verifier: TokenVerifier, database: Database, keys: MasterKeys) -> None:
        self._verifier = verifier
        self._database = database
        self._keys = keys

    async def authenticate(self, token: str) -> CurrentUser:
        """The user that a token stands for.

        Raises:
            Unauthenticated: the token is not valid.
            AccountDeleted: it was issued before its subject deleted the account.
            IdentityProviderUnavailable: no keys to verify it with could be fetched.
        """
        verified = await self._verifier.verify(token)
        user = await read_live(self._database.reads, verified.issuer, verified.subject)
        if user is None:
            identity = Identity(verified.issuer, verified.subject, verified.issued_at)
            async with self._database.transaction() as session:
                user_id = await provision(session, self._keys, identity)
        else:
            require_later(verified.issued_at, user.reopened_after)
            user_id = user.id
        return CurrentUser(user_id, verified.subject, verified.admin, verified.email, verified.issued_at)

    async def aclose(self) -> None:
        """Give up a fetch of keys that is under way."""
        await self._verifier.close()


async def provision(session: AsyncSession, keys: MasterKeys, identity: Identity) -> UUID:
    """The user of an identity; one who is new gets a wallet, and the bonus unless there was an account before.

    Raises:
        AccountDeleted: the account was deleted after the identity was stated.
    """
    provisioned = await UserService(session, keys).provision(identity)
    if provisioned.created:
        await CreditService(session).open_wallet(provisioned.user.id, returning_as=provisioned.returning_as)
    return provisioned.user.id


async def user_of_subject(database: Database, keys: MasterKeys, issuer: str, subject: str) -> UUID:
    """The user of a subject, for an operator, who has no token: the one there is, or one made now.

    Raises:
        AccountDeleted: it was, and only its owner can open it anew.
    """
    user = await read_live(database.reads, issuer, subject)
    if user is not None:
        return user.id
    async with database.transaction() as session:
        return await provision(session, keys, Identity(issuer, subject, issued_at=None))


def build_authenticator(settings: Settings, database: Database, keys: MasterKeys) -> Authenticator:
    return Authenticator(build_verifier(settings), database, keys)


def bearer_token(request: Request[Any, Any, Any]) -> str:
    """The token of a request.

    Raises:
        Unauthenticated: there is none, or more than one.
    """
    headers = request.headers.getall("authorization", [])
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token.strip()


def require_admin(user: CurrentUser) -> None:
    """Let only admins pass.

    Raises:
        AdminRequired: the token does not say that its subject is one.
    """
    if not user.admin:
        raise AdminRequired
