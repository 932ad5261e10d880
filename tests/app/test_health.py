import asyncio
import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from app.embedded.postgres import Postgres
from app.embedded.qdrant import Qdrant
from app.embedded.valkey import Valkey
from app.version import VERSION
from fakes.resources import eventually
from support.stack import running_stack

EXPORT = b"14/03/2025, 18:02 - Ada: Saturday?\n14/03/2025, 18:05 - Ben: Yes!\n"


class Servers:
    def __init__(self, directory):
        self.postgres = Postgres(directory)
        self.redis = Valkey(directory)
        self.qdrant = Qdrant(directory, api_key="test-key")

    @property
    def all(self):
        return (self.postgres, self.redis, self.qdrant)


@pytest.fixture(scope="module")
def directory():
    directory = Path(tempfile.mkdtemp(prefix="chat-insights-test-", dir="/tmp"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
async def own(environ, directory):
    """A stack whose servers a test may stop, if it starts them again."""
    servers = Servers(directory)
    await asyncio.gather(*(server.start() for server in servers.all))
    mine = {
        "DATA_DIR": str(directory / "data"),
        "DATABASE_URL": servers.postgres.url,
        "REDIS_URL": servers.redis.url,
        "QDRANT_URL": servers.qdrant.url,
        "QDRANT_API_KEY": servers.qdrant.api_key,
        "BLOB_URL": f"file://{directory}/blobs",
    }
    async with running_stack({**environ, **mine}, directory) as stack:
        stack.servers = servers
        yield stack
    await asyncio.gather(*(server.stop() for server in servers.all))


@asynccontextmanager
async def without(stack, server):
    await server.stop()
    yield
    await server.start()
    await stack.ready()


async def readiness(stack):
    async with stack.anonymous as client:
        answer = await client.get("/health/ready")
    return answer, answer.json()


async def upload(client, wait):
    files = {"file": ("chat.txt", EXPORT)}
    return await client.post("/api/chats/upload", files=files, headers={"Prefer": f"wait={wait}"})


async def test_everything_is_there(stack):
    answer, body = await readiness(stack)
    assert answer.status_code == 200
    assert body.pop("workers") >= 1
    assert body == {"status": "ready", "postgres": "up", "schema": "current", "redis": "up", "qdrant": "up"}


async def test_the_process_says_that_it_lives_and_what_it_is(stack):
    async with stack.anonymous as client:
        assert (await client.get("/health/live")).json() == {"status": "alive"}
        assert (await client.get("/")).json() == {"message": "chat-insights", "version": VERSION, "docs": "/docs"}
        health = (await client.get("/health")).json()
        pool = (await client.get("/health/db-pool")).json()
    assert health == {"status": "healthy", "environment": "test", "version": VERSION}
    assert pool["status"] == "healthy"
    assert pool["checked_out"] <= pool["pool_size"]
    assert pool["read_pool_idle"] <= pool["read_pool_size"] <= pool["read_pool_max"]


async def test_without_qdrant_it_is_degraded(own):
    async with without(own, own.servers.qdrant):
        answer, body = await readiness(own)
    assert (answer.status_code, body["status"], body["qdrant"]) == (200, "degraded", "down")


async def test_without_redis_it_is_degraded_and_goes_on_serving(own):
    async with own.client("without-redis") as client:
        async with without(own, own.servers.redis):
            answer, body = await readiness(own)
            balance = await client.get("/api/credits/balance")
            accepted = await upload(client, wait=0)

        async def imported():
            return (await client.get(accepted.headers["location"])).json()["status"] == "completed"

        async with asyncio.timeout(30):
            await eventually(imported)
    assert (answer.status_code, body["status"], body["redis"]) == (200, "degraded", "down")
    assert (balance.status_code, accepted.status_code) == (200, 202)


async def test_without_a_worker_it_is_degraded(own):
    await own.stop("worker")
    async with Redis.from_url(own.servers.redis.url) as redis:
        await redis.flushall()
    answer, body = await readiness(own)
    await own.start("worker")
    await own.ready()
    assert (answer.status_code, body["status"], body["workers"]) == (200, "degraded", 0)


async def test_without_postgres_it_is_unavailable_and_recovers(own):
    async with own.client("without-postgres") as client:
        await client.get("/api/credits/balance")  # so that connections are open that break
        async with without(own, own.servers.postgres):
            answer, body = await readiness(own)
            live = await client.get("/health/live")
            refused = [
                await client.get("/api/credits/balance"),
                await client.get("/api/chats"),
                await client.post("/api/users/store", json={"user_id": "without-postgres"}),
                await client.delete("/api/users/delete-account"),
                await upload(client, wait=0),
            ]
        assert (answer.status_code, body["status"], body["postgres"]) == (503, "unavailable", "down")
        assert int(answer.headers["retry-after"]) > 0
        assert live.status_code == 200
        for refusal in refused:
            assert (refusal.status_code, refusal.json()["error_code"]) == (503, "service_unavailable")
            assert int(refusal.headers["retry-after"]) > 0
        imported = await upload(client, wait=30)
    assert (imported.status_code, imported.json()["status"]) == (200, "completed")


async def test_on_another_schema_it_is_unavailable(own):
    database = await asyncpg.connect(own.servers.postgres.url)
    current = await database.fetchval("SELECT version_num FROM alembic_version")
    await database.execute("UPDATE alembic_version SET version_num = 'older'")
    answer, body = await readiness(own)
    await database.execute("UPDATE alembic_version SET version_num = $1", current)
    await database.close()
    assert (answer.status_code, body["status"], body["schema"]) == (503, "unavailable", "outdated")
    assert body["postgres"] == "up"
