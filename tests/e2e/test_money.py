"""Coins through the running product, with many hands in one wallet."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

ADJUSTMENTS = "/api/admin/credits/adjustments"
BONUS = 50


@pytest.fixture
async def admin(stack):
    async with stack.client(f"operator_{uuid4().hex}", admin=True) as client:
        yield client


@pytest.fixture
async def owner(stack):
    async with stack.client(f"user_{uuid4().hex}") as client:
        assert (await client.get("/api/credits/balance")).json()["balance"] == BONUS
        yield client


async def subject(client):
    return (await client.get("/api/credits/balance")).json()["user_id"]


async def adjust(admin, user_id, amount, key=None):
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"user_id": user_id, "amount": amount, "reason": "Correction"}
    return await admin.post(ADJUSTMENTS, json=body, headers=headers)


async def history(owner):
    return (await owner.get("/api/credits/transactions", params={"limit": 100})).json()


async def books_are_right(stack, admin):
    report = (await admin.get("/api/admin/ledger/check")).json()
    assert (report["ok"], report["violations"]) == (True, [])
    assert (await stack.command("ledger", "check")).endswith("\n0 violations\n")


async def test_of_200_takings_at_once_the_one_that_is_covered_succeeds(stack, admin, owner):
    user_id = await subject(owner)
    answers = await asyncio.gather(*(adjust(admin, user_id, -BONUS) for _ in range(200)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 402: 199}
    refused = {
        (body["error_code"], body["required"], body["available"], body["deficit"])
        for body in (answer.json() for answer in answers if answer.status_code == 402)
    }
    assert refused == {("insufficient_credits", BONUS, 0, BONUS)}
    seen = await history(owner)
    assert [(entry["seq"], entry["amount"]) for entry in seen["transactions"]] == [(2, -BONUS), (1, BONUS)]
    assert seen["current_balance"] == 0
    await books_are_right(stack, admin)


async def test_of_200_requests_with_one_key_one_takes_effect(stack, admin, owner):
    user_id = await subject(owner)
    answers = await asyncio.gather(*(adjust(admin, user_id, 7, "grant") for _ in range(200)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert {answer.json()["error_code"] for answer in answers if answer.status_code == 409} <= {
        "idempotency_key_in_flight"
    }
    assert (await history(owner))["current_balance"] == BONUS + 7
    await books_are_right(stack, admin)


async def test_gifts_and_takings_at_once_leave_a_history_without_a_gap(stack, admin, owner):
    user_id = await subject(owner)
    amounts = [3, -5, 11, -2, -40] * 10
    answers = await asyncio.gather(*(adjust(admin, user_id, amount) for amount in amounts))
    assert {answer.status_code for answer in answers} <= {200, 402}
    moved = [answer.json()["amount"] for answer in answers if answer.status_code == 200]
    seen = await history(owner)
    entries = list(reversed(seen["transactions"]))
    assert sorted(entry["amount"] for entry in entries[1:]) == sorted(moved)
    assert [entry["seq"] for entry in entries] == list(range(1, len(moved) + 2))
    balance = 0
    for entry in entries:
        balance += entry["amount"]
        assert entry["balance_after"] == balance >= 0
    assert (seen["current_balance"], seen["total_count"]) == (balance, len(entries))
    await books_are_right(stack, admin)
