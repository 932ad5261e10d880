import asyncio
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from app import schema
from support.stack import Stack


@pytest.fixture
async def empty_database(postgres_url):
    name = f"test_{uuid4().hex}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    url = urlsplit(postgres_url)._replace(scheme="postgresql+asyncpg", path=f"/{name}").geturl()
    yield url
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


async def in_database(url, work):
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        found = await connection.run_sync(work)
    await engine.dispose()
    return found


def migrate(url, revision):
    step = command.downgrade if revision == "base" else command.upgrade
    step(schema.configuration(url), revision)


async def test_the_migrations_make_the_schema_that_the_models_describe(empty_database):
    await asyncio.to_thread(migrate, empty_database, "head")

    def differences(connection):
        return compare_metadata(
            MigrationContext.configure(connection, opts={"compare_server_default": True}), schema.TABLES
        )

    assert await in_database(empty_database, differences) == []


async def test_every_migration_can_be_undone_and_done_again(empty_database):
    for revision in ("head", "base", "head"):
        await asyncio.to_thread(migrate, empty_database, revision)


async def test_processes_that_migrate_at_the_same_time_do_it_once(empty_database, environ, tmp_path):
    stack = Stack(environ | {"DATABASE_URL": empty_database, "PORT": "0"}, tmp_path)

    await asyncio.gather(*(stack.command("migrate") for _ in range(3)))

    async with asyncio.timeout(10):
        assert await schema_is_current(empty_database)


async def schema_is_current(url):
    async with asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=0) as pool:
        return await schema.is_current(pool)
