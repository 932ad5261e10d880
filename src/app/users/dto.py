"""Requests and responses of `/api/users`."""

from datetime import datetime

import msgspec

from domain.users.models import Email, PersonName


class StoreUser(msgspec.Struct, frozen=True):
    user_id: str
    """The token's subject; another one is refused."""
    email: Email | None = None
    """Kept if the token carries no verified address."""
    first_name: PersonName | None = None
    last_name: PersonName | None = None


class StoredUser(msgspec.Struct, frozen=True):
    user_id: str
    email: str | None
    created_at: datetime
    credit_balance: int


class AccountDeletion(msgspec.Struct, frozen=True):
    success: bool
    message: str
    deleted_at: datetime
    user_id: str
