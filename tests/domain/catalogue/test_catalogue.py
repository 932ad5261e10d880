import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.database import Database
from domain.catalogue.models import Category, InsightType, Package
from domain.catalogue.seed import CatalogueRows, seed, shares, stable_id
from domain.catalogue.service import CatalogueService, CategoryName, CategoryNotFound
from domain.insights.catalogue import CATALOGUE
from fakes.databases import fresh_database


@pytest.fixture(scope="module")
async def database(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("data")) as database:
        yield database


@pytest.fixture(autouse=True)
async def catalogue(database: Database) -> CatalogueService:
    await plant(database, CATALOGUE)
    return CatalogueService(database.reads)


async def plant(database: Database, rows: CatalogueRows) -> None:
    async with database.transaction() as session:
        await seed(session, rows)


async def stored(database: Database) -> list[tuple[str, ...]]:
    """Every row with its version: one that was written again has another."""
    async with database.transaction() as session:
        return [
            tuple(row)
            for table in (Category, InsightType, Package)
            for row in await session.execute(
                text(f"SELECT xmin::text, {table.__tablename__}::text FROM {table.__tablename__} ORDER BY id")
            )
        ]


@given(total=st.integers(0, 10_000), parts=st.integers(1, 50))
def test_shares_sum_to_the_total_and_the_first_get_the_extra_coins(total, parts):
    divided = shares(total, parts)
    assert sum(divided) == total
    assert len(divided) == parts
    assert divided == sorted(divided, reverse=True)
    assert divided[0] - divided[-1] <= 1


def test_ids_are_the_same_in_every_installation():
    assert stable_id("category", "romantic") == UUID("4ce25650-b14d-54f2-94d1-6185170e72d6")
    assert stable_id("insight_type", "communication_basics") == UUID("8aa3920a-dcaa-53c2-b2c9-da2b286a8c54")
    assert stable_id("package", "Starter") == UUID("9b93a7c2-9f97-5ec6-b27b-ec1b062a2248")


async def test_the_catalogue_holds_what_clients_expect(catalogue):
    categories = await catalogue.categories()
    assert [(category.name, category.base_cost, len(category.insight_types)) for category in categories] == [
        ("romantic", 400, 6),
        ("friendship", 400, 3),
        ("family", 400, 3),
        ("workplace", 400, 3),
    ]
    assert [[kind.credit_cost for kind in category.insight_types] for category in categories] == [
        [67, 67, 67, 67, 66, 66],
        *[[134, 133, 133]] * 3,
    ]
    assert [kind.name for kind in categories[2].insight_types] == [
        "family_dynamics",
        "family_emotional_climate",
        "family_conflict_patterns",
    ]
    assert all(kind.is_premium for category in categories for kind in category.insight_types)


async def test_packages_are_listed_with_prices_in_minor_units(catalogue):
    listed = [
        (package.name, package.coins, package.usd_cents, package.inr_paise, package.is_popular, package.sort_order)
        for package in await catalogue.packages()
    ]
    assert listed == [
        ("Starter", 400, 499, 39900, False, 0),
        ("Popular", 850, 999, 79900, True, 1),
        ("Pro", 1600, 1799, 149900, False, 2),
    ]


async def test_seeding_again_writes_nothing(database):
    before = await stored(database)
    await plant(database, CATALOGUE)
    assert await stored(database) == before


async def test_several_processes_may_seed_at_once(database):
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE category, insight_type, package CASCADE"))
    await asyncio.gather(*(plant(database, CATALOGUE) for _ in range(8)))
    assert len(await stored(database)) == 4 + 15 + 3


async def test_a_changed_row_is_brought_up_to_date(database, catalogue):
    starter, *others = CATALOGUE.packages
    await plant(database, replace(CATALOGUE, packages=(*others, replace(starter, usd_cents=599))))
    assert [(package.name, package.usd_cents) for package in await catalogue.packages()] == [
        ("Popular", 999),
        ("Pro", 1799),
        ("Starter", 599),
    ]


async def test_what_leaves_the_catalogue_is_kept_but_not_listed(database, catalogue):
    romantic, *others = CATALOGUE.categories
    shorter = replace(romantic, insight_types=romantic.insight_types[1:])
    await plant(database, CatalogueRows((shorter, *others[:-1]), CATALOGUE.packages[1:]))
    assert [category.name for category in await catalogue.categories()] == ["romantic", "friendship", "family"]
    assert [kind.credit_cost for kind in (await catalogue.categories())[0].insight_types] == [80] * 5
    assert [package.name for package in await catalogue.packages()] == ["Popular", "Pro"]
    with pytest.raises(CategoryNotFound):
        await catalogue.category(stable_id("category", "workplace"))
    assert (await catalogue.category_names())[stable_id("category", "workplace")] == CategoryName(
        "workplace", "Workplace"
    )
    async with database.transaction() as session:
        gone = list(await session.scalars(select(Package.name).where(~Package.active)))
    assert gone == ["Starter"]
    await plant(database, CATALOGUE)
    assert len(await catalogue.categories()) == 4


async def test_one_category_is_found_by_its_id(catalogue):
    [first, *_] = await catalogue.categories()
    assert await catalogue.category(first.id) == first
    with pytest.raises(CategoryNotFound):
        await catalogue.category(uuid4())
