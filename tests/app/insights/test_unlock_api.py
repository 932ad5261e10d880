import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from app.insights.jobs import run_unlock
from domain.insights.reader import DEFAULT_DURATION_S
from fakes.buyers import refused

pytestmark = pytest.mark.usefixtures("books_are_right", "maker")
FAMILY = ["family_dynamics", "family_emotional_climate", "family_conflict_patterns"]


async def test_an_unlock_says_what_it_cost_and_where_to_look(user):
    chat_id, answer = await user.unlocked()
    job_id = answer["job_id"]
    assert answer == {
        "success": True,
        "job_id": job_id,
        "coins_reserved": 400,
        "coins_deducted": 400,
        "remaining_balance": 50,
        "total_insights": 3,
        "estimated_time_seconds": answer["estimated_time_seconds"],
        "message": "3 insights are being made.",
        "poll_url": f"/api/insights/jobs/{job_id}/status",
        "events_url": f"/api/insights/jobs/{job_id}/events",
    }
    assert 0 < answer["estimated_time_seconds"] <= DEFAULT_DURATION_S
    [charge, *_] = (await user.get("credits/transactions")).json()["transactions"]
    assert (charge["type"], charge["amount"], charge["chat_id"], charge["status"]) == (
        "insight_unlock",
        -400,
        chat_id,
        "completed",
    )
    assert charge["description"] == "Insights: Family"


async def test_the_answer_names_the_job_as_its_location(user):
    await user.receive(400)
    answer = await user.unlock(await user.chat())
    assert answer.headers["location"] == answer.json()["poll_url"]
    assert answer.headers["retry-after"] == "1"


async def test_what_cannot_be_unlocked_says_why(user, stranger, is_problem):
    await user.receive(400)
    chat_id = await user.chat()
    assert is_problem(await user.unlock(str(uuid4())), 404, "chat_not_found")
    assert is_problem(await stranger.unlock(chat_id), 404, "chat_not_found")
    assert is_problem(await user.unlock(chat_id, "feudal"), 404, "category_not_found")
    assert is_problem(await user.unlock(await user.chat(status="processing")), 409, "chat_not_ready")
    assert is_problem(await user.unlock(await user.chat(status="failed")), 409, "chat_import_failed")
    assert is_problem(await user.unlock(await user.chat(["hello"])), 422, "chat_too_small")
    for body in ({}, {"chat_id": chat_id}, {"chat_id": "x", "category_id": "y"}):
        assert is_problem(await user.ask("POST", "insights/unlock", json=body), 422, "invalid_request")
    assert await user.balance() == 450


async def test_too_few_coins_are_told_with_what_is_missing(user, is_problem):
    answer = await user.unlock(await user.chat())
    assert is_problem(answer, 402, "insufficient_credits")
    body = answer.json()
    assert (body["required"], body["available"], body["deficit"]) == (400, 50, 350)


async def test_a_repetition_names_the_job_and_one_with_its_key_gets_its_answer(user, is_problem):
    await user.receive(800)
    chat_id = await user.chat()
    first = await user.unlock(chat_id, key="once")
    again = await user.unlock(chat_id, key="once")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["location"] == first.headers["location"]

    for key in (None, "another"):
        refused = await user.unlock(chat_id, key=key)
        assert is_problem(refused, 400, "already_unlocked")
        assert refused.json()["job_id"] == refused.json()["unlock_id"] == first.json()["job_id"]
    assert is_problem(await user.unlock(chat_id, "friendship", key="once"), 422, "idempotency_key_reused")
    assert await user.balance() == 450


async def test_a_chat_shows_whether_anything_is_unlocked(user, maker):
    maker.outcomes = dict.fromkeys(FAMILY, refused)
    other = await user.chat()
    chat_id, answer = await user.unlocked()

    async def unlocked():
        listed = {chat["chat_id"]: chat["insights_unlocked"] for chat in (await user.get("chats")).json()}
        shown = {one: (await user.get(f"chats/{one}")).json()["insights_unlocked"] for one in listed}
        assert shown == listed
        return listed

    assert await unlocked() == {other: False, chat_id: True}
    named = await user.ask("PUT", f"chats/{chat_id}/display-name", json={"user_display_name": "Ann"})
    assert named.json()["insights_unlocked"]
    await run_unlock(user.resources, answer["job_id"])
    assert await unlocked() == {other: False, chat_id: False}


async def test_of_200_requests_for_the_same_chat_and_category_one_is_charged(user):
    await user.receive(8_000)
    chat_id = await user.chat()
    answers = await asyncio.gather(*(user.unlock(chat_id) for _ in range(200)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 199}
    assert await user.balance() == 8_050 - 400


async def test_of_200_requests_with_coins_for_one_one_is_charged(user):
    await user.receive(400)
    chats = [await user.chat() for _ in range(5)]
    names = ("family", "friendship", "romantic", "workplace")
    wanted = [(chat_id, name) for chat_id in chats for name in names]
    answers = await asyncio.gather(*(user.unlock(*wanted[number % 20]) for number in range(200)))

    counts = Counter(answer.status_code for answer in answers)
    assert counts[200] == 1
    assert counts.keys() <= {200, 400, 402}
    assert await user.balance() == 50
