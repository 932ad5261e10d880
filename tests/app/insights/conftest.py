import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog

from app.credits.checking import check_ledger
from app.insights import run
from app.issuer import LOCAL_ISSUER, issue_local_token
from app.main import create_app
from domain.catalogue.seed import seed
from domain.insights.catalogue import CATALOGUE
from domain.users.repository import read_live
from fakes.buyers import TEXTS, Market, category_id
from fakes.databases import fresh_database, settings
from fakes.makers import HeldMaker
from fakes.stored_chats import stored_chat


@pytest.fixture(scope="module")
async def configured(postgres_url, redis_url, qdrant, tmp_path_factory):
    """The settings of an API on a database of its own; nothing is embedded."""
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("database")) as database:
        async with database.transaction() as session:
            await seed(session, CATALOGUE)
        url = database.engine.url.render_as_string(hide_password=False)
        environ = {
            "REDIS_URL": f"{redis_url}?db=7",
            "QDRANT_URL": qdrant.url,
            "QDRANT_API_KEY": qdrant.api_key,
            "EMBEDDER": "none",
            "SWEEP_INTERVAL_S": "1",
        }
        yield settings(tmp_path_factory.mktemp("data"), url, **environ)


@asynccontextmanager
async def serving(configured):
    app = create_app(configured)
    structlog.configure(cache_logger_on_first_use=False)  # other tests capture what the same loggers say
    ready, stop = asyncio.Event(), asyncio.Event()

    async def live():  # in a task of its own, which the framework wants to be left by who entered it
        async with app.lifespan():
            ready.set()
            await stop.wait()

    living = asyncio.create_task(live())
    await ready.wait()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api", timeout=60) as client:
        yield app, client
    stop.set()
    await living


@pytest.fixture(scope="module")
async def served(configured):
    async with serving(configured) as served:
        yield served


@pytest.fixture(scope="module")
def resources(served):
    return served[0].state.resources


@pytest.fixture
def maker(resources, monkeypatch):
    """What makes the insights of the jobs that a test runs; no index is waited for, which nobody makes."""
    maker = HeldMaker()
    monkeypatch.setattr(resources, "generator", maker, raising=False)
    monkeypatch.setattr(run, "INDEX_WAIT_S", 0)
    return maker


@pytest.fixture
def market(resources):
    return Market(resources.database, resources.master_keys)


@dataclass
class Person:
    """A user of the API with chats and coins."""

    client: Any
    resources: Any
    market: Any
    subject: str = field(default_factory=lambda: f"user_{uuid4().hex}")

    @cached_property
    def token(self):
        return issue_local_token(self.resources.settings, self.subject)

    async def ask(self, method, path, **how):
        headers = {"Authorization": f"Bearer {self.token}"} | how.pop("headers", {})
        return await self.client.request(method, f"/api/{path}", headers=headers, **how)

    async def get(self, path, **how):
        return await self.ask("GET", path, **how)

    async def id(self):
        await self.get("credits/balance")
        return (await read_live(self.resources.database.reads, LOCAL_ISSUER, self.subject)).id

    async def chat(self, texts=TEXTS, **others):
        database, keys = self.resources.database, self.resources.master_keys
        chat_id, _ = await stored_chat(database, keys, texts, user_id=await self.id(), **others)
        return str(chat_id)

    async def receive(self, coins):
        await self.market.give(await self.id(), coins)

    async def unlock(self, chat_id, category="family", *, key=None):
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"chat_id": chat_id, "category_id": str(category_id(category))}
        return await self.ask("POST", "insights/unlock", json=body, headers=headers)

    async def unlocked(self, category="family", coins=400, **others):
        """A new chat of which a category is unlocked: the chat, and the answer."""
        await self.receive(coins)
        chat_id = await self.chat(**others)
        answer = await self.unlock(chat_id, category)
        assert answer.status_code == 200, answer.text
        return chat_id, answer.json()

    async def balance(self):
        return (await self.get("credits/balance")).json()["balance"]

    async def status(self, job_id):
        return (await self.get(f"insights/jobs/{job_id}/status")).json()

    async def insights(self, chat_id):
        """A chat's insights by type."""
        found = (await self.get(f"insights/chats/{chat_id}")).json()["insights"]
        return {insight["insight_type_name"]: insight for insight in found}


@pytest.fixture
def user(served, resources, market):
    return Person(served[1], resources, market)


@pytest.fixture
def stranger(served, resources, market):
    return Person(served[1], resources, market)


@pytest.fixture
def is_problem():
    def is_problem(answer, status, code):
        body = answer.json()
        assert (answer.status_code, body["error_code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return True

    return is_problem


@pytest.fixture
async def books_are_right(resources):
    """Every invariant holds when the test is over."""
    yield
    report = await check_ledger(resources.database, 60)
    assert report.violations == []
