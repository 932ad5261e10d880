import pytest
from tests.domain.payments.shop import Shop

from fakes.databases import fresh_database


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("payments")) as database:
        yield database


@pytest.fixture
async def shop(database):
    return await Shop(database).open()


@pytest.fixture
async def another_shop(database):
    return await Shop(database).open()
