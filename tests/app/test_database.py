import pytest
from sqlalchemy import text

from app.errors import is_outage
from domain.errors import NotFound
from fakes.databases import fresh_database


@pytest.fixture
async def database(postgres_url, tmp_path):
    async with fresh_database(postgres_url, tmp_path) as database:
        yield database


async def lose_connection(database, and_then):
    """Go on with something else in a transaction whose server has ended its connection."""
    async with database.transaction() as session:
        pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        assert await database.reads.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
        await and_then(session)


async def test_what_ended_a_transaction_is_raised_though_its_connection_is_lost(database):
    async def refuse(_session):
        raise NotFound

    with pytest.raises(NotFound):
        await lose_connection(database, refuse)

    assert database.engine.pool.checkedout() == 0
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1


async def test_what_a_transaction_asks_of_a_lost_connection_is_an_outage(database):
    with pytest.raises(Exception) as lost:
        await lose_connection(database, lambda session: session.execute(text("SELECT 1")))

    assert is_outage(lost.value)
    assert database.engine.pool.checkedout() == 0
