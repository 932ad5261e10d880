"""`/api/users`: the caller's own account."""

from datetime import UTC, datetime

from litestar import Controller, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.documentation import BEARER, answers
from app.security import CurrentUser
from app.users.dto import AccountDeletion, StoredUser, StoreUser
from domain.base import utc_now
from domain.credits.service import WalletReader
from domain.errors import Forbidden, Unauthenticated
from domain.users.service import AccountDeleted, UserService

_USER_ID = "user_2abc"
_THEN = datetime(2026, 1, 31, 12, tzinfo=UTC)


class IdentityMismatch(Forbidden):
    code = "identity_mismatch"
    detail = "The user_id is not the one that the token was issued for."


class UserController(Controller):
    path = "/api/users"
    tags = ("users",)

    @post(
        "/store",
        operation_id="storeUser",
        status_code=200,
        summary="Store the caller",
        security=BEARER,
        responses=answers(
            StoredUser,
            StoredUser(_USER_ID, "ada@example.org", _THEN, 50),
            errors=(Unauthenticated, AccountDeleted, IdentityMismatch),
            reads_json=True,
        ),
    )
    async def store(
        self,
        data: JSONBody[StoreUser],
        user: NamedDependency[CurrentUser],
        users: NamedDependency[UserService],
        wallets: NamedDependency[WalletReader],
    ) -> StoredUser:
        """Store e-mail and names. Who the caller is, the token alone says; so does it of a verified address."""
        if data.user_id != user.subject:
            raise IdentityMismatch
        stored = await users.store_profile(
            user.id, email=user.email or data.email, first_name=data.first_name, last_name=data.last_name
        )
        return StoredUser(user.subject, stored.email, stored.created_at, await wallets.balance(user.id))

    @delete(
        "/delete-account",
        operation_id="deleteAccount",
        status_code=200,
        summary="Delete the caller's account",
        security=BEARER,
        responses=answers(
            AccountDeletion,
            AccountDeletion(success=True, message="The account is deleted.", deleted_at=_THEN, user_id=_USER_ID),
            errors=(Unauthenticated, AccountDeleted),
        ),
    )
    async def delete_account(
        self,
        user: NamedDependency[CurrentUser],
        users: NamedDependency[UserService],
    ) -> AccountDeletion:
        """At once nobody gets in with the tokens there are; chats and the rest are erased in the background."""
        deleted_at = await users.delete(user.id, issued_at=user.issued_at, now=utc_now())
        return AccountDeletion(
            success=True, message="The account is deleted.", deleted_at=deleted_at, user_id=user.subject
        )
