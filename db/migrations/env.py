"""Alembic's environment: one connection, one transaction, one process at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import outbox as _outbox
from domain.base import metadata
from domain.catalogue import models as _catalogue
from domain.chats import models as _chats
from domain.credits import models as _credits
from domain.retrieval import models as _retrieval
from domain.users import models as _users

_MODELS = (_catalogue, _chats, _credits, _outbox, _retrieval, _users)  # imported so that `metadata` knows every table
_LOCK = 0x63686174  # an arbitrary number: "chat"


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        context.run_migrations()


async def _run() -> None:
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(_run())
