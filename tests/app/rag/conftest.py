from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from app.providers import build_indexing_service
from app.rag.jobs import index_chat
from app.resources import Resources, opened
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader
from domain.retrieval.reader import IndexReader
from domain.retrieval.repository import IndexRows
from fakes.databases import fresh_database, settings
from fakes.stored_chats import stored_chat


@pytest.fixture(scope="session")
def own_resources(postgres_url, redis_url, qdrant, tmp_path_factory):
    """Opened, on a database of their own, with an embedding model of choice."""

    @asynccontextmanager
    async def own_resources(**environ):
        tmp_path = tmp_path_factory.mktemp("rag")
        given = {"REDIS_URL": redis_url, "QDRANT_URL": qdrant.url, "QDRANT_API_KEY": qdrant.api_key} | environ
        async with fresh_database(postgres_url, tmp_path) as database:
            dsn = database.engine.url.render_as_string(hide_password=False)
            async with opened(Resources(settings(tmp_path, dsn, **given))) as resources:
                yield Product(resources)

    return own_resources


class Product:
    """Resources, and what the tests do with them."""

    def __init__(self, resources):
        self.resources = resources
        self.database = resources.database

    async def chat(self, texts, **others):
        return await stored_chat(self.database, self.resources.master_keys, texts, **others)

    async def indexing(self, step):
        """One step of the indexing service in a transaction of its own."""
        async with self.database.transaction() as session:
            return await step(build_indexing_service(session, self.resources))

    async def request(self, chat_id):
        return await self.indexing(lambda indexing: indexing.request(chat_id))

    async def indexed(self, texts, **others):
        chat_id, user_id = await self.chat(texts, **others)
        await self.request(chat_id)
        await index_chat(self.resources, chat_id)
        return chat_id, user_id

    async def open(self, chat_id, user_id):
        """The chat's index as a question opens it."""
        reads, keys = self.database.reads, self.resources.master_keys
        chat = await ChatReader(ChatRows(reads), keys).one(user_id, chat_id)
        return await IndexReader(IndexRows(reads), keys, self.resources.collection).open(chat)

    async def execute(self, statement, **parameters):
        async with self.database.transaction() as session:
            found = await session.execute(text(statement), parameters)
            return found.all() if found.returns_rows else []

    async def state(self, chat_id):
        statement = (
            "SELECT vector_status, chunk_count, indexed_at IS NOT NULL, vector_error_code FROM chat WHERE id = :id"
        )
        [row] = await self.execute(statement, id=chat_id)
        return tuple(row)


@pytest.fixture
def subject():
    return f"user_{uuid4().hex}"


@pytest.fixture
async def client(stack, subject):
    async with stack.client(subject) as client:
        yield client


@pytest.fixture
async def stranger(stack):
    async with stack.client(f"user_{uuid4().hex}") as client:
        yield client


@pytest.fixture(scope="session")
async def database(stack):
    """A look below the API."""
    pool = await asyncpg.create_pool(stack.settings.postgres_dsn, min_size=0, max_size=2)
    yield pool
    await pool.close()


@pytest.fixture
def is_problem():
    def is_problem(answer, status, code):
        body = answer.json()
        assert (answer.status_code, body["error_code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return True

    return is_problem
