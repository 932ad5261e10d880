"""`/api/admin`: what operators do with coins, and whether the books are right."""

from typing import Any
from uuid import UUID

import structlog
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from app.credits.checking import LedgerReport, check_ledger
from app.credits.dto import Adjusted, Adjustment
from app.documentation import BEARER, answers
from app.idempotency import KEY_ERRORS, Once
from app.resources import Resources
from app.security import AdminRequired, CurrentUser, require_admin
from app.tokens import issuer_name
from domain.credits.service import CreditService, InsufficientCredits, InvalidAmount, WalletNotFound
from domain.errors import NotFound, Unauthenticated
from domain.users.repository import read_live
from domain.users.service import AccountDeleted

_ADMIN_ERRORS = (Unauthenticated, AccountDeleted, AdminRequired)
_ADJUSTED = Adjusted(UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0a003"), amount=400, balance_after=450, seq=2)
_log = structlog.get_logger()


class UserNotFound(NotFound):
    code = "user_not_found"
    detail = "There is no account with this user_id."


class AdminCreditController(Controller):
    path = "/api/admin"
    tags = ("admin",)

    @post(
        "/credits/adjustments",
        operation_id="adjustCredits",
        status_code=200,
        summary="Give coins, or take them",
        security=BEARER,
        responses=answers(
            Adjusted,
            _ADJUSTED,
            errors=(
                *_ADMIN_ERRORS,
                *KEY_ERRORS,
                UserNotFound,
                WalletNotFound,
                InsufficientCredits,
                InvalidAmount,
            ),
            reads_json=True,
        ),
    )
    async def adjust(
        self,
        data: JSONBody[Adjustment],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        session: NamedDependency[AsyncSession],
        once: NamedDependency[Once],
    ) -> Response[Any]:
        """An entry of the user's ledger with the reason as its description. No more is taken than there is."""
        require_admin(user)

        async def work() -> Response[Adjusted]:
            owner = await read_live(resources.database.reads, issuer_name(resources.settings), data.user_id)
            if owner is None:
                raise UserNotFound
            posted = await CreditService(session).adjust(owner.id, data.amount, reason=data.reason)
            _log.info("credits.adjusted", admin_id=str(user.id), entry_id=str(posted.entry_id), amount=data.amount)
            return Response(Adjusted(posted.entry_id, data.amount, posted.balance_after, posted.seq))

        return await once(work)

    @get(
        "/ledger/check",
        operation_id="checkLedger",
        summary="Check the ledger",
        security=BEARER,
        responses=answers(
            LedgerReport,
            LedgerReport(ok=True, violations=[], checked_wallets=1200, checked_entries=48_000),
            errors=_ADMIN_ERRORS,
        ),
    )
    async def check(self, user: NamedDependency[CurrentUser], resources: NamedDependency[Resources]) -> LedgerReport:
        """Every invariant of coins and money, in one snapshot. Nothing is expected to be found."""
        require_admin(user)
        return await check_ledger(resources.database, resources.settings.sweep_interval_s)
