import pytest

from domain.catalogue.seed import seed
from domain.cipher import MasterKeys
from domain.insights.catalogue import CATALOGUE
from fakes.buyers import Market
from fakes.databases import fresh_database


@pytest.fixture(scope="module")
async def shared_market(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("insights")) as database:
        async with database.transaction() as session:
            await seed(session, CATALOGUE)
        yield Market(database, MasterKeys([bytes(range(32))]))


@pytest.fixture
async def market(shared_market):
    """Where every invariant holds when the test is over."""
    yield shared_market
    assert await shared_market.violations() == []
