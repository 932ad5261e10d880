import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from domain.base import utc_now
from domain.credits.service import CreditService, InsufficientCredits, WalletReader
from domain.idempotency.models import IdempotencyKey
from domain.idempotency.service import (
    KEPT,
    Answer,
    IdempotencyKeyInFlight,
    IdempotencyKeyReused,
    IdempotencyService,
    KeyedRequest,
)
from domain.users.models import User
from fakes.databases import fresh_database


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("data")) as database:
        yield database


@pytest.fixture
async def user_id(database) -> UUID:
    user = User(id=uuid7(), issuer="https://issuer.example", subject=uuid4().hex)
    async with database.transaction() as session:
        session.add(user)
        await session.flush()
        await CreditService(session).open_wallet(user.id, returning_as=None)
    return user.id


def request_of(user_id, key="key", route="POST /grants", content=b"{}"):
    return KeyedRequest(user_id, route, key, content)


async def granted(database, request, amount=1, **faults):
    """Grant coins under a key; the answer's body is the balance."""
    async with database.transaction() as session:

        async def work():
            posted = await CreditService(session).adjust(request.user_id, amount, reason="Goodwill")
            if "wait_for" in faults:
                faults["begun"].set()
                await faults["wait_for"].wait()
            if "error" in faults:
                raise faults["error"]
            return Answer(201, {"Location": "/here"}, str(posted.balance_after))

        return await IdempotencyService(session).once(request, work)


async def balance(database, user_id):
    return await WalletReader(database.reads).balance(user_id)


async def test_the_first_answer_is_given_again_and_nothing_is_done(database, user_id):
    answers = [await granted(database, request_of(user_id)) for _ in range(3)]
    assert answers == [Answer(201, {"Location": "/here"}, "51")] * 3
    assert await balance(database, user_id) == 51


async def test_a_key_is_unique_per_user_and_route(database, user_id):
    other = User(id=uuid7(), issuer="https://issuer.example", subject=uuid4().hex)
    async with database.transaction() as session:
        session.add(other)
        await session.flush()
        await CreditService(session).open_wallet(other.id, returning_as=None)
    for request in (
        request_of(user_id),
        request_of(user_id, key="Key"),
        request_of(user_id, route="POST /other"),
        request_of(other.id),
    ):
        await granted(database, request)
    assert (await balance(database, user_id), await balance(database, other.id)) == (53, 51)


async def test_a_key_that_comes_with_another_request_is_refused(database, user_id):
    await granted(database, request_of(user_id))
    with pytest.raises(IdempotencyKeyReused):
        await granted(database, request_of(user_id, content=b'{"amount": 2}'))
    assert await balance(database, user_id) == 51


async def test_a_key_in_use_is_refused_at_once_and_answered_once_the_work_is_committed(database, user_id):
    begun, wait_for = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(granted(database, request_of(user_id), begun=begun, wait_for=wait_for))
    await begun.wait()
    for content in (b"{}", b"other"):
        with pytest.raises(IdempotencyKeyInFlight):
            await granted(database, request_of(user_id, content=content))
    wait_for.set()
    assert await granted(database, request_of(user_id, key="other")) != await first
    assert await granted(database, request_of(user_id)) == await first
    assert await balance(database, user_id) == 52


async def test_of_many_at_once_one_does_the_work(database, user_id):
    results = await asyncio.gather(
        *(granted(database, request_of(user_id)) for _ in range(100)), return_exceptions=True
    )
    done = [result for result in results if isinstance(result, Answer)]
    assert {answer.body for answer in done} == {"51"}
    assert {type(result) for result in results if result not in done} <= {IdempotencyKeyInFlight}
    assert await balance(database, user_id) == 51


async def test_work_that_fails_leaves_the_key_unused(database, user_id):
    with pytest.raises(InsufficientCredits):
        await granted(database, request_of(user_id), amount=-51)
    with pytest.raises(RuntimeError):
        await granted(database, request_of(user_id), error=RuntimeError())
    assert (await granted(database, request_of(user_id))).body == "51"


async def test_a_connection_that_dies_before_the_commit_leaves_neither_work_nor_key(database, user_id):
    begun, wait_for = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(granted(database, request_of(user_id), begun=begun, wait_for=wait_for))
    await begun.wait()
    async with database.transaction() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND"
                " database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    wait_for.set()
    with pytest.raises(DBAPIError):
        await first
    assert await balance(database, user_id) == 50
    assert (await granted(database, request_of(user_id))).body == "51"


async def test_answers_are_forgotten_after_a_day(database, user_id):
    await granted(database, request_of(user_id, key="old"))
    async with database.transaction() as session:
        await session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.user_id == user_id)
            .values(created_at=utc_now() - KEPT - timedelta(seconds=1))
        )
    await granted(database, request_of(user_id, key="young"))
    async with database.transaction() as session:
        await IdempotencyService(session).forget(utc_now() - KEPT)
        kept = await session.scalar(select(func.count()).where(IdempotencyKey.user_id == user_id))
        assert kept == 1
    await granted(database, request_of(user_id, key="old"))
    assert await balance(database, user_id) == 53
