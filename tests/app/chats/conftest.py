from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from app.issuer import LOCAL_ISSUER
from app.providers import build_chat_service
from app.resources import Resources, opened
from domain.users.repository import read_live

FORGET_JOB = text("DELETE FROM outbox_job WHERE arguments->>'chat_id' = :chat_id")


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


@pytest.fixture
async def anonymous(stack):
    async with stack.anonymous as client:
        yield client


@pytest.fixture(scope="session")
async def database(stack):
    """A look below the API."""
    pool = await asyncpg.create_pool(stack.settings.postgres_dsn, min_size=0, max_size=2)
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
async def resources(stack):
    """What a worker of the stack would hold."""
    async with opened(Resources(stack.settings)) as resources:
        yield resources


@pytest.fixture(scope="session")
def uploads(stack):
    """The folder of the uploaded exports."""
    folder = Path(stack.settings.blob_url.removeprefix("file://")) / "uploads"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def waiting_chat(client, subject, resources):
    """Makes a chat of the client's user that no job imports."""

    async def waiting_chat():
        await client.get("/api/credits/balance")
        user = await read_live(resources.database.reads, LOCAL_ISSUER, subject)
        chat_id = uuid7()
        async with resources.database.transaction() as session:
            await build_chat_service(session, resources).create(chat_id, user.id, "_chat.txt", None, {})
            await session.execute(FORGET_JOB, {"chat_id": str(chat_id)})
        return chat_id

    return waiting_chat


@pytest.fixture
def is_problem():
    def is_problem(answer, status, code):
        body = answer.json()
        assert (answer.status_code, body["error_code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["status"] == status
        assert isinstance(body["detail"], str)
        return True

    return is_problem
