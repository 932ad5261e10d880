"""The engine, the transaction of a request or a job step, and the pool that hot reads use."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import structlog
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app.settings import Settings
from domain.outbox import PENDING_WAKE

_log = structlog.get_logger()
_SERVER_SETTINGS = {
    "application_name": "chat-insights",
    "timezone": "UTC",
    # A process that is paused in the middle of a transaction must not keep what it has locked from the others.
    "idle_in_transaction_session_timeout": "20000",
}


class Database:
    """Everything that reaches PostgreSQL: sessions for writing, a plain asyncpg pool for reading."""

    def __init__(self, settings: Settings, wake: Callable[[], Awaitable[None]]) -> None:
        """Take `wake`, called after a commit that recorded jobs."""
        self.engine = create_async_engine(
            settings.database_url,
            pool_size=settings.database_pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_recycle=1800,
            hide_parameters=True,  # a statement's values would otherwise stand in tracebacks
            connect_args={"timeout": 10, "server_settings": _SERVER_SETTINGS},
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)
        self._wake = wake
        self._dsn = settings.postgres_dsn
        self._pool_size = settings.database_pool_size
        self._reads: asyncpg.Pool | None = None

    @property
    def reads(self) -> asyncpg.Pool:
        """Connections for single reading statements. Nothing that writes goes through here."""
        if self._reads is None:
            raise RuntimeError("the database is not open")
        return self._reads

    async def open(self) -> None:
        """Open the reading pool. It connects on first use, so that an absent server does not stop the start."""
        self._reads = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._pool_size,
            timeout=10,
            command_timeout=30,
            reset=_keep,
            server_settings={
                "application_name": "chat-insights reads",
                "default_transaction_read_only": "on",
                "timezone": "UTC",
            },
        )

    async def close(self) -> None:
        if self._reads is not None:
            await self._reads.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        session = AsyncSession(self.engine, expire_on_commit=False)
        try:
            yield session
            await session.commit()
        except BaseException:
            await asyncio.shield(_roll_back(session))
            raise
        if session.info.pop(PENDING_WAKE, False):
            await self._wake()


def _refuse_closed(connection: DBAPIConnection, _record: object, _proxy: object) -> None:
    """Have the pool replace a connection that its server has closed. A ping would be three round trips more."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def _roll_back(session: AsyncSession) -> None:
    """Give the session's connection back. What ended the block says more than that a server is gone by now."""
    try:
        await session.close()
    except Exception as error:  # noqa: BLE001 - a connection that cannot roll back is rolled back by its server
        _log.warning("database.rollback_failed", exc_info=error)


async def _keep(_connection: object) -> None:
    """Hand a reading connection back as it is: single statements leave nothing to reset."""
