"""A posting in the transaction of its caller: what it commits with, and what is left when it does not get that far."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import Database
from app.errors import is_outage
from domain.credits.service import AlreadyPosted, CreditService, WalletReader
from domain.users.models import User
from fakes.databases import fresh_database


@pytest.fixture(scope="module")
async def database(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("data")) as database:
        yield database


async def add_user(session: AsyncSession) -> UUID:
    user = User(id=uuid7(), issuer="https://issuer.example", subject=uuid4().hex)
    session.add(user)
    await session.flush()
    return user.id


@pytest.fixture
async def user_id(database: Database) -> UUID:
    async with database.transaction() as session:
        user_id = await add_user(session)
        await CreditService(session).open_wallet(user_id, returning_as=None)
        await CreditService(session).adjust(user_id, 950, reason="Goodwill")
    return user_id


async def charge(session: AsyncSession, user_id: UUID, amount: int, ref_id: UUID) -> int:
    posted = await CreditService(session).spend(user_id, amount, ref_type="unlock", ref_id=ref_id, description="Family")
    return posted.balance_after


async def spend(database: Database, user_id: UUID, amount: int) -> int:
    async with database.transaction() as session:
        return await charge(session, user_id, amount, uuid4())


async def users(database: Database, user_id: UUID) -> int:
    return await database.reads.fetchval("SELECT count(*) FROM app_user WHERE id = $1", user_id)


async def blocked(database: Database) -> int:
    """The server's process that waits for a lock, once one does."""
    waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(10):
        while (pid := await database.reads.fetchval(waiting)) is None:
            pass
    return pid


async def test_a_spend_commits_with_what_stands_before_and_after_it_in_its_transaction(database, user_id):
    async with database.transaction() as session:
        before = await add_user(session)
        await charge(session, user_id, 5, uuid4())
        after = await add_user(session)
        assert await users(database, before) == 0
        assert await WalletReader(database.reads).balance(user_id) == 1000
    assert [await users(database, id_) for id_ in (before, after)] == [1, 1]
    assert await WalletReader(database.reads).balance(user_id) == 995


async def test_a_charge_made_already_takes_back_what_stands_before_it(database, user_id):
    unlock, added = uuid4(), []

    async def unlock_once() -> None:
        async with database.transaction() as session:
            added.append(await add_user(session))
            await charge(session, user_id, 5, unlock)

    await unlock_once()
    with pytest.raises(AlreadyPosted):
        await unlock_once()
    assert [await users(database, id_) for id_ in added] == [1, 0]
    assert await spend(database, user_id, 995) == 0


async def test_a_spend_given_up_while_it_waits_leaves_nothing(database, user_id):
    async with database.transaction() as session:
        await charge(session, user_id, 5, uuid4())
        waiting = asyncio.create_task(spend(database, user_id, 7))
        await blocked(database)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await spend(database, user_id, 995) == 0


async def test_a_spend_that_loses_its_connection_is_an_outage_and_leaves_nothing(database, user_id):
    async with database.transaction() as session:
        await charge(session, user_id, 5, uuid4())
        waiting = asyncio.create_task(spend(database, user_id, 7))
        await session.execute(select(func.pg_terminate_backend(await blocked(database))))
        [lost] = await asyncio.gather(waiting, return_exceptions=True)
        assert is_outage(lost)
    assert await spend(database, user_id, 995) == 0


async def test_no_connection_is_left_in_a_transaction_by_a_spend_given_up_at_any_moment(database, user_id):
    async with asyncio.timeout(30):
        for moment in range(30):
            given_up = asyncio.create_task(spend(database, user_id, 1))
            for _ in range(moment**2):
                await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
            for _ in range(database.engine.pool.checkedin() + 1):  # each in its turn
                balance = await spend(database, user_id, 1)
                assert await WalletReader(database.reads).balance(user_id) == balance
    async with database.transaction() as session:
        assert await CreditService(session).check() == []
