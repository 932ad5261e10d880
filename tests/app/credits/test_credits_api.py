from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar.testing import AsyncTestClient

from app.issuer import issue_local_token
from app.main import create_app
from domain.credits.service import CreditService
from domain.users.repository import read_live
from fakes.databases import fresh_database, settings

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"
)  # SAQ's

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture(scope="module")
def configured(database, redis_url, tmp_path_factory):
    url = database.engine.url.render_as_string(hide_password=False)
    return settings(tmp_path_factory.mktemp("data"), url, REDIS_URL=redis_url)


@pytest.fixture(scope="module")
async def client(configured):
    async with AsyncTestClient(create_app(configured)) as client:
        yield client


@pytest.fixture
def subject():
    return f"user_{uuid4().hex}"


@pytest.fixture
def ask(client, configured, subject) -> Ask:
    async def ask(path: str, **query: Any) -> Any:
        token = issue_local_token(configured, subject)
        return await client.get(f"/api/credits/{path}", params=query, headers={"Authorization": f"Bearer {token}"})

    return ask


async def user_id(database, subject) -> UUID:
    user = await read_live(database.reads, "chat-insights-local", subject)
    return user.id


async def test_the_first_request_finds_the_bonus(ask, subject):
    answer = await ask("balance")
    assert (answer.status_code, answer.json()) == (200, {"user_id": subject, "balance": 50})


async def test_transactions_carry_every_field_of_the_contract(ask):
    answer = await ask("transactions")
    assert answer.status_code == 200
    body = answer.json()
    [bonus] = body.pop("transactions")
    assert body == {"total_count": 1, "current_balance": 50}
    assert UUID(bonus.pop("id"))
    assert UUID(bonus.pop("ref_id"))
    assert bonus.pop("created_at").endswith("Z")
    assert bonus == {
        "type": "signup_bonus",
        "amount": 50,
        "balance_after": 50,
        "description": "Sign-up bonus",
        "status": "completed",
        "chat_id": None,
        "order_id": None,
        "ref_type": "wallet",
        "seq": 1,
    }


async def test_transactions_are_paged_newest_first(ask, database, subject):
    await ask("balance")
    chat_id = uuid4()
    async with database.transaction() as session:
        service = CreditService(session)
        owner = await user_id(database, subject)
        await service.adjust(owner, 7, reason="Goodwill")
        await service.spend(
            owner, 20, ref_type="unlock", ref_id=uuid4(), description="Family insights", chat_id=chat_id
        )
    body = (await ask("transactions", limit=2)).json()
    assert [(entry["seq"], entry["amount"], entry["chat_id"]) for entry in body["transactions"]] == [
        (3, -20, str(chat_id)),
        (2, 7, None),
    ]
    assert (body["total_count"], body["current_balance"]) == (3, 37)
    rest = (await ask("transactions", limit=2, offset=2)).json()["transactions"]
    assert [entry["type"] for entry in rest] == ["signup_bonus"]
    assert (await ask("transactions", offset=10**30)).json()["transactions"] == []


async def test_who_deletes_the_account_and_returns_starts_without_coins(ask, client, configured, subject):
    await ask("balance")
    token = issue_local_token(configured, subject)
    deleted = await client.delete("/api/users/delete-account", headers={"Authorization": f"Bearer {token}"})
    assert deleted.status_code == 200
    assert (await ask("transactions")).json() == {"transactions": [], "total_count": 0, "current_balance": 0}


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"offset": -1}])
async def test_a_page_outside_the_bounds_is_refused(ask, query):
    answer = await ask("transactions", **query)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid_request")


@pytest.mark.parametrize("path", ["balance", "transactions"])
async def test_a_wallet_is_shown_to_nobody_without_a_token(client, path):
    answer = await client.get(f"/api/credits/{path}")
    assert answer.status_code == 401
