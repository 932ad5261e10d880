"""Whether the books are right: every part's invariants, in one snapshot."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec

from app.database import Database
from domain.credits.service import CreditService
from domain.insights.checks import check_unlocks
from domain.payments.service import check_payments


class Finding(msgspec.Struct, frozen=True):
    """What breaks an invariant."""

    invariant: str
    ref_type: Annotated[str, msgspec.Meta(description="What `ref_id` is the id of.")]
    ref_id: UUID
    expected: int
    found: int


class LedgerReport(msgspec.Struct, frozen=True):
    """The result of a check of all invariants of the ledger."""

    ok: bool
    violations: list[Finding]
    checked_wallets: int
    checked_entries: int


async def check_ledger(database: Database, sweep_interval_s: int) -> LedgerReport:
    """Check everything that must hold of coins and money at any moment, with two sweeps for what they settle."""
    two_sweeps = timedelta(seconds=2 * sweep_interval_s)
    async with database.transaction() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        credit_service = CreditService(session)
        wallets, entries = await credit_service.size()
        findings = [
            *(
                Finding(broken.invariant, "wallet", broken.wallet_id, broken.expected, broken.found)
                for broken in await credit_service.check()
            ),
            *(
                Finding(broken.invariant, "order", broken.order_id, broken.expected, broken.found)
                for broken in await check_payments(session)
            ),
            *(
                Finding(broken.invariant, "unlock", broken.unlock_id, broken.expected, broken.found)
                for broken in await check_unlocks(session, two_sweeps)
            ),
        ]
    return LedgerReport(not findings, findings, wallets, entries)
