import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.chats.jobs import remove_chat
from app.insights.jobs import cancel_unlocks, run_unlock, settle_overdue_unlocks
from app.queues import NotNow
from domain.base import utc_now
from domain.insights.states import UnlockStatus
from fakes.buyers import busy, made, refused
from support.waiting import eventually

pytestmark = pytest.mark.usefixtures("books_are_right")
FAMILY = ["family_dynamics", "family_emotional_climate", "family_conflict_patterns"]


@pytest.fixture
async def unlocked(user, maker):
    """A chat whose family category is unlocked, and its job."""
    chat_id, answer = await user.unlocked()
    return chat_id, UUID(answer["job_id"])


@pytest.fixture
def run(resources):
    """A run as the queue starts it; when it is to go on, if it is."""

    async def run(job_id):
        try:
            await run_unlock(resources, job_id)
        except NotNow as later:
            return later.until
        return None

    return run


def pause_of(until):
    return (until - utc_now()).total_seconds()


async def test_all_are_made_stored_and_settled(user, unlocked, run, maker):
    chat_id, job_id = unlocked
    assert await run(job_id) is None

    status = await user.status(job_id)
    assert (status["status"], status["completed_insights"], status["coins_refunded"]) == ("completed", 3, 0)
    assert maker.made == dict.fromkeys(FAMILY, 1)
    [material] = maker.materials
    assert (str(material.chat.row.id), list(material.insight_types)) == (chat_id, FAMILY)
    assert material.found.keys() == material.chunks.keys() == set(FAMILY)


async def test_a_second_run_makes_nothing(unlocked, run, maker):
    await run(unlocked[1])
    assert await run(unlocked[1]) is None
    assert await run(uuid4()) is None
    assert maker.made.total() == 3


async def test_of_two_at_once_one_makes_and_the_other_leaves_it_alone(unlocked, run, maker):
    maker.hold()
    first = asyncio.create_task(run(unlocked[1]))
    await maker.asked.wait()
    assert pause_of(await run(unlocked[1])) > 30
    maker.release()
    await first
    assert maker.made.total() == 3


async def test_a_run_that_fails_gives_its_lease_up_and_the_next_makes_what_is_missing(user, unlocked, run, maker):
    def lost(_):
        raise ConnectionResetError

    maker.outcomes = {"family_emotional_climate": lost}
    assert 1 < pause_of(await run(unlocked[1])) <= 2
    status = await user.status(unlocked[1])
    assert (status["status"], status["completed_insights"]) == ("running", 1)

    maker.outcomes = {}
    assert await run(unlocked[1]) is None
    assert maker.made == {"family_dynamics": 1, "family_emotional_climate": 2, "family_conflict_patterns": 1}
    assert (await user.status(unlocked[1]))["status"] == "completed"


async def test_a_run_that_is_cancelled_gives_its_lease_up(unlocked, run, maker, market):
    maker.hold()
    running = asyncio.create_task(run(unlocked[1]))
    await maker.asked.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    [(lease,)] = await market.execute("SELECT lease_until FROM unlock WHERE id = :id", id=unlocked[1])
    assert lease is None
    maker.release()
    assert await run(unlocked[1]) is None


async def test_what_may_be_made_later_is_tried_again_after_a_pause(user, unlocked, run, maker, market):
    maker.outcomes = {"family_dynamics": lambda name: busy(name, retry_after_s=30)}
    assert 25 < pause_of(await run(unlocked[1])) <= 30
    status = await user.status(unlocked[1])
    assert (status["status"], status["completed_insights"], status["failed_insights"]) == ("running", 2, 0)

    maker.outcomes = {}
    assert await run(unlocked[1]) is not None
    await market.execute("UPDATE insight SET due_at = now() WHERE unlock_id = :id", id=unlocked[1])
    assert await run(unlocked[1]) is None
    assert (await user.status(unlocked[1]))["status"] == "completed"
    assert maker.made["family_emotional_climate"] == 1


async def test_what_the_maker_leaves_out_has_failed(user, unlocked, run, maker):
    maker.outcomes = {"family_dynamics": lambda _: made("another")}
    assert await run(unlocked[1]) is None
    insight = (await user.insights(unlocked[0]))["family_dynamics"]
    assert (insight["status"], insight["error_code"]) == ("failed", "generation_failed")
    assert await user.balance() == 50 + 134


async def test_what_is_wanted_again_meanwhile_is_made_in_the_same_run(user, unlocked, run, maker, market):
    maker.outcomes = {"family_dynamics": refused}

    def and_again(name):
        maker.outcomes = {}
        maker.hold()
        return made(name)

    maker.outcomes["family_emotional_climate"] = and_again
    running = asyncio.create_task(run(unlocked[1]))
    await eventually(lambda: not maker.open.is_set() and maker.asked.is_set())
    insight_id = await market.insight_id(unlocked[1], "family_dynamics")
    assert (await user.ask("POST", f"insights/{insight_id}/retry")).status_code == 200
    maker.release()
    assert await running is None
    assert maker.made["family_dynamics"] == 2
    assert (await user.status(unlocked[1]))["status"] == "completed"


class TestDeadline:
    async def test_a_run_stops_at_it_and_settles(self, user, unlocked, run, maker, market):
        maker.outcomes = {"family_emotional_climate": lambda name: maker.hold() or made(name)}
        await market.execute("UPDATE unlock SET deadline_at = now() + interval '1 s' WHERE id = :id", id=unlocked[1])
        assert await run(unlocked[1]) is None
        status = await user.status(unlocked[1])
        assert (status["status"], status["completed_insights"], status["coins_refunded"]) == ("partial_failure", 2, 133)
        insight = (await user.insights(unlocked[0]))["family_conflict_patterns"]
        assert insight["error_code"] == "not_made_in_time"
        assert insight["error_message"] == "It could not be made in time."
        maker.release()

    async def test_the_sweep_settles_what_no_run_did(self, user, unlocked, market, resources):
        await settle_overdue_unlocks(resources)
        assert (await user.status(unlocked[1]))["status"] == "queued"
        await market.pass_deadline(unlocked[1])
        await settle_overdue_unlocks(resources)
        assert (await user.status(unlocked[1]))["coins_refunded"] == 400

    async def test_a_run_that_wakes_after_it_delivers_nothing(self, user, unlocked, run, maker, market, resources):
        maker.hold()
        running = asyncio.create_task(run(unlocked[1]))
        await maker.asked.wait()
        await market.pass_deadline(unlocked[1])
        await settle_overdue_unlocks(resources)
        maker.release()
        assert await running is None
        assert (await user.status(unlocked[1]))["status"] == "failed"
        assert {one["content"] for one in (await user.insights(unlocked[0])).values()} == {None}


class TestDeletion:
    async def test_of_a_chat_cancels_its_unlocks_and_removes_its_insights(self, user, unlocked, market, resources):
        chat_id, job_id = unlocked
        assert (await user.ask("DELETE", f"chats/{chat_id}")).status_code == 200
        await remove_chat(resources, UUID(chat_id))
        [(jobs,)] = await market.execute(
            "SELECT count(*) FROM outbox_job WHERE function = 'cancel_unlocks' AND arguments->>'chat_id' = :id",
            id=chat_id,
        )
        assert jobs == 1
        for _ in range(2):
            await cancel_unlocks(resources, UUID(chat_id))

        assert await market.state(job_id) == (UnlockStatus.CANCELLED, 400, 400)
        assert await market.statuses(job_id) == {}
        assert await user.balance() == 450
        status = await user.status(job_id)
        assert (status["status"], status["coins_refunded"], status["failed_insights"]) == ("failed", 400, 3)

    async def test_ends_a_run_that_is_underway_without_a_trace(self, user, unlocked, run, maker, market, resources):
        chat_id, job_id = unlocked
        maker.hold()
        running = asyncio.create_task(run(job_id))
        await maker.asked.wait()
        await user.ask("DELETE", f"chats/{chat_id}")
        maker.release()
        assert await running is None
        assert await market.state(job_id) == ("running", 400, 0)
        await cancel_unlocks(resources, UUID(chat_id))
        assert await market.state(job_id) == ("cancelled", 400, 400)

    async def test_before_a_run_begins_leaves_it_nothing_to_do(self, user, unlocked, run, maker, resources):
        chat_id, job_id = unlocked
        await user.ask("DELETE", f"chats/{chat_id}")
        assert await run(job_id) is None
        assert maker.made.total() == 0
        await cancel_unlocks(resources, UUID(chat_id))

    async def test_of_the_account_forfeits_the_coins(self, user, unlocked, market, resources):
        chat_id, job_id = unlocked
        assert (await user.ask("DELETE", "users/delete-account")).status_code == 200
        await market.delete_chat(UUID(chat_id))
        await cancel_unlocks(resources, UUID(chat_id))
        assert await market.state(job_id) == ("cancelled", 400, 0)
        assert await market.entries(job_id) == [("insight_unlock", -400)]


async def test_a_lost_job_is_sent_again_once_nobody_can_be_at_it(unlocked, market, resources):
    sent = "UPDATE outbox_job SET sends = 1, send_at = now() + interval '1 h' WHERE arguments->>'unlock_id' = :id"
    await market.execute(sent, id=str(unlocked[1]))
    await market.execute("UPDATE unlock SET created_at = now() - interval '2 min' WHERE id = :id", id=unlocked[1])
    await settle_overdue_unlocks(resources)
    [(send_at,)] = await market.execute(
        "SELECT send_at FROM outbox_job WHERE arguments->>'unlock_id' = :id", id=str(unlocked[1])
    )
    assert send_at <= utc_now() + timedelta(seconds=1)
