"""`/api/credits`: what the caller holds, what moved it, and what can be bought."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from app.credits.dto import Balance, Package, Transaction, Transactions, package, transactions
from app.documentation import BEARER, InvalidRequest, answers
from app.security import CurrentUser
from domain.catalogue.service import CatalogueService
from domain.credits.models import EntryKind
from domain.credits.service import WalletNotFound, WalletReader
from domain.errors import Unauthenticated
from domain.users.service import AccountDeleted

_CALLER_ERRORS = (Unauthenticated, AccountDeleted, WalletNotFound)
_BONUS = Transaction(
    id=UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0a001"),
    type=EntryKind.SIGNUP_BONUS,
    amount=50,
    balance_after=50,
    description="Sign-up bonus",
    status="completed",
    created_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    chat_id=None,
    order_id=None,
    ref_type="wallet",
    ref_id=UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0a000"),
    seq=1,
)
_POPULAR = Package(
    id=UUID("01a5c7c8-5f5e-5d3c-9a49-3b6c1de0a002"),
    name="Popular",
    coins=850,
    price_usd="9.99",
    price_inr="799.00",
    description="Two categories, and coins left over.",
    is_popular=True,
    sort_order=1,
)


class CreditController(Controller):
    path = "/api/credits"
    tags = ("credits",)

    @get(
        "/balance",
        operation_id="getCreditBalance",
        summary="The caller's balance",
        security=BEARER,
        responses=answers(Balance, Balance("user_2abc", 50), errors=_CALLER_ERRORS),
    )
    async def balance(self, user: NamedDependency[CurrentUser], wallets: NamedDependency[WalletReader]) -> Balance:
        """Coins that can be spent; below zero where a refunded purchase had been spent already."""
        return Balance(user.subject, await wallets.balance(user.id))

    @get(
        "/transactions",
        operation_id="listCreditTransactions",
        summary="The caller's transactions",
        security=BEARER,
        responses=answers(
            Transactions,
            Transactions([_BONUS], total_count=1, current_balance=50),
            errors=(*_CALLER_ERRORS, InvalidRequest),
        ),
    )
    async def list_transactions(
        self,
        user: NamedDependency[CurrentUser],
        wallets: NamedDependency[WalletReader],
        limit: Annotated[int, QueryParameter(ge=1, le=100, description="How many.")] = 50,
        offset: Annotated[int, QueryParameter(ge=0, description="How many of the newest to leave out.")] = 0,
    ) -> Transactions:
        """All entries of the account, newest first; their amounts sum to the balance."""
        return transactions(await wallets.history(user.id, limit=limit, offset=offset))

    @get(
        "/packages",
        operation_id="listPackages",
        summary="Packages of coins",
        tags=("credits",),
        responses=answers(list[Package], [_POPULAR]),
    )
    async def list_packages(self, catalogue_service: NamedDependency[CatalogueService]) -> list[Package]:
        """What can be bought, and for how much."""
        return [package(listed) for listed in await catalogue_service.packages()]
