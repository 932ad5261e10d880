"""Resources on a database and a Redis of their own."""

import asyncio
from contextlib import asynccontextmanager

from app.resources import Resources, opened
from fakes.databases import fresh_database, settings


@asynccontextmanager
async def own_resources(postgres_url, redis_url, tmp_path):
    """Opened, on a new database and an emptied number of the Redis server, which no worker serves."""
    async with fresh_database(postgres_url, tmp_path) as database:
        dsn = database.engine.url.render_as_string(hide_password=False)
        resources = Resources(settings(tmp_path, dsn, REDIS_URL=f"{redis_url}?db=9"))
        await resources.redis.flushdb()
        async with opened(resources):
            yield resources


async def eventually(condition):
    """Wait until an asynchronous condition holds; the test's own time limit ends it."""
    while not await condition():  # noqa: ASYNC110 - what it asks is in another process
        await asyncio.sleep(0.01)
