from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.insights.checks import check_unlocks
from fakes.buyers import refused

NO_GRACE = timedelta(0)


@pytest.fixture
async def settled(market):
    """The id of an unlock of which one insight was refunded."""
    chat_id, user_id = await market.chat()
    unlock_id = (await market.unlock(user_id, chat_id)).id
    await market.complete(unlock_id, family_dynamics=refused)
    return unlock_id


@pytest.fixture
async def found_after(market):
    """What is found once a statement has done its damage, which is undone."""

    async def found_after(statement, **parameters):
        async with market.database.engine.connect() as connection, AsyncSession(connection) as session:
            await session.execute(text(statement), parameters)
            found = await check_unlocks(session, NO_GRACE)
            await session.rollback()
        return {(one.invariant, one.unlock_id) for one in found}

    return found_after


@pytest.mark.parametrize(
    ("broken", "invariants"),
    [
        (
            "UPDATE unlock SET charged = 399 WHERE id = :id",
            {"unlock_has_charge", "charge_is_sum_of_shares", "refund_is_what_is_missing"},
        ),
        ("UPDATE unlock SET refunded = 1 WHERE id = :id", {"refund_is_recorded", "refund_is_what_is_missing"}),
        ("UPDATE unlock SET status = 'completed' WHERE id = :id", {"completed_is_delivered"}),
        ("UPDATE unlock SET status = 'failed' WHERE id = :id", {"failed_is_refunded"}),
        (
            "UPDATE insight SET status = 'pending' WHERE status = 'failed' AND unlock_id = :id",
            {"settled_has_no_open_ends"},
        ),
        (
            "UPDATE insight SET status = 'failed', error_code = 'x' WHERE unlock_id = :id",
            {"refund_is_what_is_missing"},
        ),
        (
            "UPDATE unlock SET status = 'queued', settled_at = NULL, refunded = 0, deadline_at='epoch' WHERE id = :id",
            {"settled_in_time", "refund_is_recorded"},
        ),
    ],
)
async def test_what_breaks_an_invariant_is_found(settled, found_after, broken, invariants):
    assert await found_after(broken, id=settled) == {(name, settled) for name in invariants}


@pytest.mark.parametrize(("kind", "amount"), [("insight_unlock", -5), ("refund", 5)])
async def test_coins_that_moved_for_no_unlock_are_found(market, found_after, kind, amount):
    nothing = uuid7()
    statement = """
        INSERT INTO ledger_entry (id, wallet_id, seq, amount, balance_after, kind, ref_type, ref_id, counter_account,
                                  description)
        SELECT :id, id, next_seq, :amount, balance, :kind, 'unlock', :id, 'insights', '' FROM wallet LIMIT 1
    """
    await market.chat()
    found = await found_after(statement, id=nothing, kind=kind, amount=amount)
    assert found == {({"insight_unlock": "charge_has_unlock", "refund": "refund_has_unlock"}[kind], nothing)}


async def test_two_sweeps_may_pass_before_an_overdue_unlock_is_one_too_many(shared_market):
    chat_id, user_id = await shared_market.chat()
    unlock_id = (await shared_market.unlock(user_id, chat_id)).id
    await shared_market.pass_deadline(unlock_id)
    assert await shared_market.violations(timedelta(seconds=60)) == []
    [found] = await shared_market.violations(NO_GRACE)
    assert (found.invariant, found.unlock_id) == ("settled_in_time", unlock_id)
    await shared_market.settlement("settle_overdue", unlock_id)


async def test_what_a_deleted_chat_leaves_breaks_nothing(market, settled):
    [(chat_id,)] = await market.execute("SELECT chat_id FROM unlock WHERE id = :id", id=settled)
    await market.delete_chat(chat_id)
    assert await market.violations() == []
    await market.settlement("forget", chat_id)
