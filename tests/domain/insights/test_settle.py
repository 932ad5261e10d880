import asyncio

import pytest

from domain.insights.reader import InsightReader
from domain.insights.settle import NOT_IN_TIME
from domain.leases import Superseded
from fakes.buyers import made, refused

FAMILY = ("family_dynamics", "family_emotional_climate", "family_conflict_patterns")


@pytest.fixture
async def unlocked(market):
    chat_id, user_id = await market.chat()
    return (await market.unlock(user_id, chat_id)).id, user_id, chat_id


@pytest.mark.parametrize(
    ("missing", "status", "refunded"),
    [
        ([], "completed", 0),
        (["family_dynamics"], "partial_failure", 134),
        (["family_dynamics", "family_conflict_patterns"], "partial_failure", 267),
        (FAMILY, "failed", 400),
    ],
)
async def test_what_was_not_delivered_is_refunded_in_one_entry(market, unlocked, missing, status, refunded):
    unlock_id, user_id, _ = unlocked
    settled = await market.complete(unlock_id, **dict.fromkeys(missing, refused))

    assert (settled.status, settled.refunded) == (status, refunded)
    assert await market.state(unlock_id) == (status, 400, refunded)
    refunds = [("refund", refunded)] if refunded else []
    assert await market.entries(unlock_id) == [("insight_unlock", -400), *refunds]
    assert await market.balance(user_id) == 50 + refunded
    row = await InsightReader(market.database.reads).unlock(user_id, unlock_id)
    assert (row.requested, row.completed, row.failed, row.stage) == (3, 3 - len(missing), len(missing), "settled")


async def test_it_happens_once(market, unlocked):
    unlock_id = unlocked[0]
    claim = await market.run("claim", unlock_id)
    await market.work(claim, family_dynamics=refused)
    found = await asyncio.gather(*(market.finish(claim) for _ in range(10)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in found) == ["Settlement"] + ["Superseded"] * 9
    assert await market.settlement("settle_overdue", unlock_id) is None
    assert await market.settlement("cancel", unlock_id) is None
    assert len(await market.entries(unlock_id)) == 2


async def test_while_something_is_still_to_be_made_it_waits(market, unlocked):
    claim = await market.run("claim", unlocked[0])
    first, *_ = await market.run("begin", claim)
    await market.store(claim, first, made(first.insight_type))

    await market.finish(claim)
    assert await market.state(unlocked[0]) == ("running", 400, 0)


class TestOverdue:
    async def test_what_is_missing_is_refunded_whoever_works_on_it(self, market, unlocked):
        unlock_id, user_id, _ = unlocked
        claim = await market.run("claim", unlock_id)
        first, *others = await market.run("begin", claim)
        await market.store(claim, first, made(first.insight_type))
        await market.pass_deadline(unlock_id)
        assert unlock_id in await market.settlement("overdue")

        settled = await market.settlement("settle_overdue", unlock_id)
        assert (settled.status, settled.refunded) == ("partial_failure", 266)
        codes = await market.execute("SELECT error_code FROM insight WHERE unlock_id = :id ORDER BY id", id=unlock_id)
        assert codes == [(None,), (NOT_IN_TIME,), (NOT_IN_TIME,)]
        for late in (market.store(claim, others[0], made(others[0].insight_type)), market.finish(claim)):
            with pytest.raises(Superseded):
                await late
        assert await market.balance(user_id) == 50 + 266

    async def test_one_that_was_never_begun_is_refunded_as_a_whole(self, market, unlocked):
        await market.pass_deadline(unlocked[0])
        await market.settlement("settle_overdue", unlocked[0])
        assert await market.state(unlocked[0]) == ("failed", 400, 400)

    async def test_a_run_that_finds_the_deadline_passed_settles(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        await market.pass_deadline(unlocked[0])
        assert (await market.finish(claim)).status == "failed"

    async def test_before_the_deadline_nothing_is_due(self, market, unlocked):
        assert unlocked[0] not in await market.settlement("overdue")
        assert await market.settlement("settle_overdue", unlocked[0]) is None
        assert await market.state(unlocked[0]) == ("queued", 400, 0)

    async def test_sweeps_at_once_refund_once(self, market, unlocked):
        await market.pass_deadline(unlocked[0])
        sweeps = (market.settlement("settle_overdue", unlocked[0]) for _ in range(20))
        assert len([one for one in await asyncio.gather(*sweeps) if one is not None]) == 1
        assert len(await market.entries(unlocked[0])) == 2


class TestCancelling:
    async def test_of_a_deleted_chat_what_was_not_delivered_is_refunded(self, market, unlocked):
        unlock_id, user_id, chat_id = unlocked
        claim = await market.run("claim", unlock_id)
        first, *_ = await market.run("begin", claim)
        await market.store(claim, first, made(first.insight_type))
        await market.delete_chat(chat_id)
        for unsettled in await market.settlement("unsettled", chat_id):
            await market.settlement("cancel", unsettled)
        await market.settlement("forget", chat_id)

        assert await market.state(unlock_id) == ("cancelled", 400, 266)
        assert await market.statuses(unlock_id) == {}
        assert await market.balance(user_id) == 50 + 266
        assert not await market.run("renew", claim)

    async def test_of_a_deleted_account_it_is_forfeited(self, market, unlocked):
        unlock_id, user_id, chat_id = unlocked
        await market.delete_account(user_id)
        await market.delete_chat(chat_id)
        await market.settlement("cancel", unlock_id)

        assert await market.state(unlock_id) == ("cancelled", 400, 0)
        assert await market.entries(unlock_id) == [("insight_unlock", -400)]

    async def test_so_it_is_by_whoever_settles_first(self, market, unlocked):
        unlock_id, user_id, _ = unlocked
        await market.delete_account(user_id)
        await market.pass_deadline(unlock_id)
        await market.settlement("settle_overdue", unlock_id)
        assert await market.state(unlock_id) == ("cancelled", 400, 0)

    async def test_what_is_settled_stays_without_its_insights(self, market, unlocked):
        unlock_id, _, chat_id = unlocked
        await market.complete(unlock_id)
        await market.delete_chat(chat_id)
        assert await market.settlement("unsettled", chat_id) == []
        await market.settlement("forget", chat_id)

        assert await market.state(unlock_id) == ("completed", 400, 0)
        assert await market.statuses(unlock_id) == {}

    async def test_at_the_same_time_as_a_run_settles_one_of_them_does(self, market):
        for _ in range(10):
            chat_id, user_id = await market.chat()
            unlock_id = (await market.unlock(user_id, chat_id)).id
            claim = await market.run("claim", unlock_id)
            await market.work(claim, family_dynamics=refused)
            await asyncio.gather(
                market.finish(claim),
                market.settlement("cancel", unlock_id),
                market.delete_chat(chat_id),
                return_exceptions=True,
            )
            _, _, refunded = await market.state(unlock_id)
            assert refunded == 134
            assert await market.entries(unlock_id) == [("insight_unlock", -400), ("refund", 134)]
