from uuid import uuid4

import pytest
from litestar.testing import AsyncTestClient

from app.main import create_app
from domain.catalogue.seed import seed, stable_id
from domain.insights.catalogue import CATALOGUE
from fakes.databases import fresh_database, settings


@pytest.fixture(scope="module")
async def client(postgres_url, redis_url, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    async with fresh_database(postgres_url, data_dir) as database:
        async with database.transaction() as session:
            await seed(session, CATALOGUE)
        url = database.engine.url.render_as_string(hide_password=False)
        async with AsyncTestClient(create_app(settings(data_dir, url, REDIS_URL=redis_url))) as client:
            yield client


async def test_anybody_may_list_the_categories_with_their_insight_types(client):
    answer = await client.get("/api/categories")
    assert answer.status_code == 200
    family = answer.json()[2]
    assert family["insight_types"][0] == {
        "id": str(stable_id("insight_type", "family_dynamics")),
        "name": "family_dynamics",
        "display_title": "Roles & Power Dynamics",
        "description": "Who has which role, who decides, how much space is left?",
        "icon": "🏡",
        "is_premium": True,
        "credit_cost": 134,
    }
    del family["insight_types"]
    assert family == {
        "id": str(stable_id("category", "family")),
        "name": "family",
        "display_name": "Family",
        "description": "Who has which role in a family, how warm it is, and how tension runs.",
        "icon": "🏡",
        "insights_count": 3,
        "base_cost": 400,
    }


async def test_a_category_lists_the_same_insight_types_alone(client):
    for category in (await client.get("/api/categories")).json():
        answer = await client.get(f"/api/categories/{category['id']}/insights")
        assert (answer.status_code, answer.json()) == (200, category["insight_types"])


async def test_an_unknown_category_is_not_found(client):
    answer = await client.get(f"/api/categories/{uuid4()}/insights")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "category_not_found")


async def test_a_category_id_that_is_none_is_refused(client):
    answer = await client.get("/api/categories/romantic/insights")
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid_request")


async def test_prices_of_packages_are_decimal_strings(client):
    answer = await client.get("/api/credits/packages")
    assert answer.status_code == 200
    assert [(entry["name"], entry["price_usd"], entry["price_inr"]) for entry in answer.json()] == [
        ("Starter", "4.99", "399.00"),
        ("Popular", "9.99", "799.00"),
        ("Pro", "17.99", "1499.00"),
    ]
    assert answer.json()[1] == {
        "id": str(stable_id("package", "Popular")),
        "name": "Popular",
        "coins": 850,
        "price_usd": "9.99",
        "price_inr": "799.00",
        "description": "Two categories, and coins left over.",
        "is_popular": True,
        "sort_order": 1,
    }
