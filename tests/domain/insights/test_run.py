import asyncio
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from domain.base import utc_now
from domain.chats.errors import ChatNotFound
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader
from domain.cipher import CipherError
from domain.insights.errors import AlreadyRefunded, InsightCompleted, InsightNotFound, InsightRunning
from domain.insights.reader import InsightReader
from domain.insights.run import LAST_PAUSE_S, pause_after
from domain.insights.sealing import GenerationMetadata
from domain.insights.states import Stage
from domain.leases import Held, Superseded
from fakes.buyers import CONTENT, busy, made, refused

FAMILY = ("family_dynamics", "family_emotional_climate", "family_conflict_patterns")


@pytest.fixture
async def unlocked(market):
    """An unlock of the family category: its id, its user and its chat."""
    chat_id, user_id = await market.chat()
    return (await market.unlock(user_id, chat_id)).id, user_id, chat_id


class TestClaim:
    async def test_of_several_at_once_one_wins(self, market, unlocked):
        claims = [market.run("claim", unlocked[0]) for _ in range(5)]
        found = await asyncio.gather(*claims, return_exceptions=True)

        assert sorted(type(one).__name__ for one in found) == ["Held"] * 4 + ["RunClaim"]

    async def test_it_holds_until_the_lease_runs_out(self, market, unlocked):
        first = await market.run("claim", unlocked[0])
        with pytest.raises(Held) as held:
            await market.run("claim", unlocked[0])
        assert held.value.until > utc_now() + timedelta(seconds=30)
        await market.lose_lease(unlocked[0])
        second = await market.run("claim", unlocked[0])

        assert (first.fence, second.fence) == (1, 2)
        assert (first.attempt, second.attempt) == (1, 2)
        assert second.epoch > first.epoch

    async def test_every_step_holds_the_lease_longer(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        for step in (("renew", claim), ("advance", claim, Stage.RETRIEVING), ("begin", claim)):
            await market.lose_lease(unlocked[0])
            await market.run(*step)
            with pytest.raises(Held):
                await market.run("claim", unlocked[0])

    async def test_a_released_lease_is_free_at_once(self, market, unlocked):
        await market.run("release", await market.run("claim", unlocked[0]))
        assert (await market.run("claim", unlocked[0])).fence == 2

    async def test_there_is_none_once_it_is_settled_or_the_chat_is_gone(self, market, unlocked):
        chat_id, user_id = await market.chat()
        gone = await market.unlock(user_id, chat_id)
        await market.delete_chat(chat_id)
        assert await market.run("claim", gone.id) is None
        await market.settlement("cancel", gone.id)

        await market.complete(unlocked[0])
        assert await market.run("claim", unlocked[0]) is None
        assert await market.run("claim", uuid4()) is None

    async def test_it_says_how_much_time_is_left(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        assert 890 < claim.left_s <= 900
        await market.lose_lease(unlocked[0])
        await market.pass_deadline(unlocked[0])
        assert (await market.run("claim", unlocked[0])).left_s == 0
        await market.settlement("settle_overdue", unlocked[0])


class TestStore:
    async def test_an_insight_is_opened_by_its_owner_with_what_it_rests_on(self, market, unlocked):
        unlock_id, user_id, chat_id = unlocked
        claim = await market.run("claim", unlock_id)
        first, *_ = await market.run("begin", claim)
        await market.store(claim, first, made(first.insight_type))

        reader = InsightReader(market.database.reads)
        row = await reader.insight(user_id, first.id)
        chat = await ChatReader(ChatRows(market.database.reads), market.master_keys).one(user_id, chat_id)
        body = row.opened(chat)
        metadata = msgspec.json.decode(body.metadata, type=GenerationMetadata)
        assert (row.status, row.insight_type, body.content, body.reason) == ("completed", FAMILY[0], CONTENT, None)
        assert (metadata.model_used, metadata.rag_chunks_used, metadata.generation_time_ms) == ("test/1", 3, 7)

        moved = msgspec.structs.replace(row, id=uuid4())
        with pytest.raises(CipherError):
            moved.opened(chat)

    async def test_each_is_a_revision_of_its_own(self, market, unlocked):
        unlock_id, user_id, _ = unlocked
        claim = await market.run("claim", unlock_id)
        await market.work(claim, family_dynamics=refused)

        reader = InsightReader(market.database.reads)
        rows = await reader.of_unlock(unlock_id)
        assert [(row.insight_type, row.status) for row in rows] == list(
            zip(FAMILY, ("failed", "completed", "completed"), strict=True)
        )
        revisions = [row.revision for row in rows]
        assert revisions == sorted(set(revisions))
        assert await reader.of_unlock(unlock_id, revisions[0]) == rows[1:]
        assert (await reader.unlock(user_id, unlock_id)).revision == revisions[-1]

    async def test_what_is_stored_is_not_made_again(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        wanted = await market.run("begin", claim)
        await market.store(claim, wanted[1], made(wanted[1].insight_type))
        await market.lose_lease(unlocked[0])

        again = await market.run("begin", await market.run("claim", unlocked[0]))
        assert [one.insight_type for one in again] == [FAMILY[0], FAMILY[2]]

    async def test_a_second_result_changes_nothing(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        first, *_ = await market.run("begin", claim)
        await market.store(claim, first, made(first.insight_type))
        await market.store(claim, first, refused(first.insight_type))
        assert (await market.statuses(unlocked[0]))[FAMILY[0]] == "completed"

    async def test_a_run_that_was_overtaken_stores_nothing(self, market, unlocked):
        late = await market.run("claim", unlocked[0])
        wanted = await market.run("begin", late)
        await market.lose_lease(unlocked[0])
        await market.run("claim", unlocked[0])

        for step in (
            market.store(late, wanted[0], made(wanted[0].insight_type)),
            market.run("advance", late, Stage.GENERATING),
            market.run("begin", late),
            market.finish(late),
        ):
            with pytest.raises(Superseded):
                await step
        assert not await market.run("renew", late)
        assert set((await market.statuses(unlocked[0])).values()) == {"generating"}

    async def test_nothing_is_stored_for_a_chat_that_is_gone(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        first, *_ = await market.run("begin", claim)
        await market.delete_chat(unlocked[2])
        with pytest.raises(ChatNotFound):
            await market.store(claim, first, made(first.insight_type))
        await market.settlement("cancel", unlocked[0])
        assert await market.state(unlocked[0]) == ("cancelled", 400, 400)


class TestAnotherTry:
    async def test_it_comes_after_a_pause_that_grows(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        pauses = []
        for _ in range(3):
            await market.work(claim, family_dynamics=busy)
            again_at = await market.finish(claim)
            pauses.append(round((again_at - utc_now()).total_seconds()))
            assert await market.run("begin", claim) == []
            await market.execute("UPDATE insight SET due_at = now() WHERE unlock_id = :id", id=unlocked[0])

        assert pauses == [2, 4, 8]
        await market.work(claim)
        assert (await market.finish(claim)).status == "completed"

    async def test_it_waits_for_as_long_as_the_provider_says(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        await market.work(claim, family_dynamics=lambda name: busy(name, retry_after_s=90))
        again_at = await market.finish(claim)
        assert 85 < (again_at - utc_now()).total_seconds() <= 90
        await market.run("release", claim)

    async def test_one_that_could_only_be_after_the_deadline_is_given_up(self, market, unlocked):
        claim = await market.run("claim", unlocked[0])
        await market.work(claim, family_dynamics=lambda name: busy(name, retry_after_s=3600))
        settled = await market.finish(claim)
        assert (settled.status, settled.refunded) == ("partial_failure", 134)
        codes = await market.execute("SELECT error_code FROM insight WHERE unlock_id = :id ORDER BY id", id=unlocked[0])
        assert codes == [("provider_unavailable",), (None,), (None,)]

    def test_the_pause_has_an_end(self):
        assert [pause_after(failures) for failures in (1, 2, 3, 6, 1000)] == [2, 4, 8, LAST_PAUSE_S, LAST_PAUSE_S]


class TestRetry:
    async def test_a_failed_one_is_made_again_for_nothing(self, market, unlocked):
        unlock_id, user_id, _ = unlocked
        claim = await market.run("claim", unlock_id)
        first, *others = await market.run("begin", claim)
        await market.store(claim, first, refused(first.insight_type))
        await market.retry(user_id, first.id)
        assert await market.jobs(unlock_id) == 2

        for one in others:
            await market.store(claim, one, made(one.insight_type))
        assert await market.finish(claim) <= utc_now()
        await market.work(claim)
        assert (await market.finish(claim)).status == "completed"
        assert await market.entries(unlock_id) == [("insight_unlock", -400)]

    async def test_what_is_delivered_or_on_its_way_is_not(self, market, unlocked):
        unlock_id, user_id, _ = unlocked
        first, second, _ = [await market.insight_id(unlock_id, name) for name in FAMILY]
        with pytest.raises(InsightRunning):
            await market.retry(user_id, first)
        claim = await market.run("claim", unlock_id)
        wanted, *_ = await market.run("begin", claim)
        await market.store(claim, wanted, made(wanted.insight_type))
        with pytest.raises(InsightCompleted):
            await market.retry(user_id, first)
        with pytest.raises(InsightRunning):
            await market.retry(user_id, second)

    async def test_after_the_settlement_it_was_refunded(self, market, unlocked):
        unlock_id, user_id, _ = unlocked
        await market.complete(unlock_id, family_dynamics=refused)
        with pytest.raises(AlreadyRefunded):
            await market.retry(user_id, await market.insight_id(unlock_id, FAMILY[0]))

    async def test_another_users_is_not_there(self, market, unlocked):
        insight_id = await market.insight_id(unlocked[0], FAMILY[0])
        for user_id, of in ((uuid4(), insight_id), (unlocked[1], uuid4())):
            with pytest.raises(InsightNotFound):
                await market.retry(user_id, of)


async def test_jobs_that_nobody_works_on_are_sent_again(market, unlocked):
    unlock_id = unlocked[0]

    async def is_recalled():
        await market.execute(
            "UPDATE outbox_job SET sends = 1, send_at = now() + interval '1 h' WHERE arguments->>'unlock_id' = :id",
            id=str(unlock_id),
        )
        await market.settlement("recall", 60)
        [(due,)] = await market.execute(
            "SELECT send_at <= now() FROM outbox_job WHERE arguments->>'unlock_id' = :id", id=str(unlock_id)
        )
        return due

    assert not await is_recalled()
    await market.execute("UPDATE unlock SET created_at = now() - interval '61 s' WHERE id = :id", id=unlock_id)
    assert await is_recalled()
    claim = await market.run("claim", unlock_id)
    assert not await is_recalled()
    await market.execute("UPDATE unlock SET lease_until = now() - interval '61 s' WHERE id = :id", id=unlock_id)
    assert await is_recalled()
    await market.work(claim, family_dynamics=busy)
    await market.execute("UPDATE unlock SET lease_until = now() - interval '61 s' WHERE id = :id", id=unlock_id)
    assert not await is_recalled()
    await market.pass_deadline(unlock_id)
    await market.settlement("settle_overdue", unlock_id)
    assert not await is_recalled()
