"""A database of its own for a test module, with the tables of the models that are imported."""

from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from app.database import Database
from app.settings import load
from domain.base import metadata

MASTER_KEY = "MTIzNDU2Nzg5MGFiY2RlZjEyMzQ1Njc4OTBhYmNkZWY="


def settings(tmp_path, database_url="postgresql://localhost/unused", **environ):
    given = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://localhost",
        "QDRANT_URL": "http://localhost",
        "BLOB_URL": "memory://",
        "MASTER_KEY": MASTER_KEY,
        "DATA_DIR": str(tmp_path),
    }
    return load(given | environ)


@asynccontextmanager
async def fresh_database(postgres_url, tmp_path):
    """A database with the tables of all models that are imported."""
    name = f"test_{uuid4().hex}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"CREATE DATABASE {name}")
    database = Database(settings(tmp_path, urlsplit(postgres_url)._replace(path=f"/{name}").geturl()), _nobody_to_wake)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await database.open()
        yield database
    finally:
        await database.close()
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()


async def _nobody_to_wake():
    pass
