"""A machine of its own, whose servers and processes a test kills, pauses and starts again."""

import asyncio
import os
import random
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from redis.asyncio import Redis

from app.embedded.postgres import Postgres
from app.embedded.process import Server
from app.embedded.qdrant import Qdrant
from app.embedded.valkey import Valkey
from support.processes import children
from support.stack import MASTER_KEY, Stack
from support.waiting import eventually


class Machine:
    """Servers by the names `postgres`, `valkey` and `vectors`; processes by `api` and by `worker-1` and so on."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self.directory = directory
        self.scratch = directory / "scratch"
        self.postgres, self.valkey = Postgres(directory), Valkey(directory)
        self.vectors = Qdrant(directory, api_key="test-key")
        servers: list[Server] = [self.postgres, self.valkey, self.vectors]
        self.servers = {server.name: server for server in servers}
        self._stacks: dict[str, Stack] = {}
        self._environ = dict(environ)
        self._paused: set[int] = set()

    async def open(self) -> None:
        """Start the servers and the API; workers are the tests' own."""
        for server in self.servers.values():
            await server.start()
        self.scratch.mkdir()
        own = {
            "ENVIRONMENT": "test",
            "DATA_DIR": str(self.directory / "data"),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "QDRANT_URL": self.vectors.url,
            "QDRANT_API_KEY": self.vectors.api_key,
            "BLOB_URL": f"file://{self.directory}/blobs",
            "MASTER_KEY": MASTER_KEY,
            "SWEEP_INTERVAL_S": "1",
            "EMBEDDER": "gemini",  # nothing is indexed unless somebody asks
            "GEMINI_API_KEY": "unused",
            "GEMINI_BASE_URL": "http://127.0.0.1:9",
            "TMPDIR": str(self.scratch),
            "PORT": str(_steady_port()),
        }
        self._environ = own | self._environ
        await self.stack("api").command("migrate")
        await self.stack("api").command("seed")
        await self.start("api")

    async def close(self) -> None:
        for pid in self._paused:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name in self.running():
            await self.kill(name)
        for server in reversed(self.servers.values()):
            await server.stop()

    def stack(self, name: str) -> Stack:
        """The stack in which one process runs, and which talks to the API."""
        if name not in self._stacks:
            directory = self.directory / name
            directory.mkdir()
            self._stacks[name] = Stack(self._environ, directory)
        return self._stacks[name]

    def client(self, subject: str, **claims: Any) -> httpx.AsyncClient:
        return self.stack("api").client(subject, **claims)

    def running(self) -> list[str]:
        """The processes that run, paused ones among them."""
        return [name for name, stack in self._stacks.items() if _process(stack).returncode is None]

    async def start(self, name: str) -> None:
        """Start a server, or a process; the API answers and a worker serves when this returns."""
        if name in self.servers:
            await self.servers[name].start()
            return
        stack = self.stack(name)
        began = stack.log(_command(name)).count("worker.ready") if stack.processes else 0
        await stack.start(_command(name))
        if name == "api":
            await eventually(self._answers)
        else:
            await eventually(lambda: stack.log("worker").count("worker.ready") > began)

    async def kill(self, name: str) -> None:
        """Kill a server or a process as the machine would."""
        if name in self.servers:
            with suppress(ProcessLookupError):
                os.kill(self.servers[name].pid, signal.SIGKILL)
            await self.servers[name].wait()
        else:
            await self._stacks[name].kill(_command(name))

    async def only(self, *names: str) -> None:
        """Have these processes running, and no others."""
        for name in set(self.running()) - set(names):
            await self.kill(name)
        for name in set(names) - set(self.running()):
            await self.start(name)

    def process(self, name: str) -> asyncio.subprocess.Process:
        return _process(self._stacks[name])

    def import_children(self, worker: str) -> list[int]:
        """The processes that read exports for a worker."""
        pid = self.process(worker).pid
        with suppress(OSError):  # it has ended, or the worker has
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [int(child) for child in children if _reads_an_export(child)]
        return []

    async def paused_child(self, worker: str, program: str) -> int:
        """Wait until the worker has started a child that runs a program, and stop it before it is done."""

        def stopped() -> list[int]:
            found = children(self.process(worker).pid, program)
            for pid in found[:1]:
                self.pause(pid)
            return found

        return (await eventually(stopped))[0]

    @asynccontextmanager
    async def locked(self, statement: str, *arguments: Any) -> AsyncIterator[None]:
        """A block in which the rows that a statement selects for update stay locked."""
        connection = await asyncpg.connect(self.postgres.url)
        try:
            async with connection.transaction():
                assert await connection.fetch(statement, *arguments)
                yield
        finally:
            await connection.close()

    async def is_blocked(self, beginning: str) -> bool:
        """Whether a statement that begins so waits for a lock."""
        waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1 || '%'"
        return bool(await self.fetch(waiting, beginning))

    def pause(self, pid: int) -> None:
        self._paused.add(pid)
        os.kill(pid, signal.SIGSTOP)

    def resume(self, pid: int) -> None:
        self._paused.discard(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    async def paused_children(self, worker: str, count: int = 1) -> list[int]:
        """Wait until the worker has begun so many imports, and stop their children before they are done."""

        def stopped() -> list[int] | None:
            found = self.import_children(worker)
            for pid in found:
                self.pause(pid)
            return found if len(found) >= count else None

        return await eventually(stopped)

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows from below the API."""
        connection = await asyncpg.connect(self.postgres.url)
        try:
            return await connection.fetch(statement, *arguments)
        finally:
            await connection.close()

    @asynccontextmanager
    async def locked_messages(self) -> AsyncIterator[None]:
        """A block in which no messages can be stored."""
        connection = await asyncpg.connect(self.postgres.url)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE message IN SHARE MODE")
                yield
        finally:
            await connection.close()

    @asynccontextmanager
    async def redis(self) -> AsyncIterator[Redis]:
        async with Redis.from_url(self.valkey.url) as redis:
            yield redis

    @property
    def uploads(self) -> list[Path]:
        """The exports, whole and in parts, that lie in the store."""
        return list((self.directory / "blobs" / "uploads").glob("*"))

    async def _answers(self) -> bool:
        async with httpx.AsyncClient(timeout=5) as client:
            with suppress(httpx.TransportError):
                return (await client.get(self.stack("api").base_url + "/health/live")).is_success
        return False


@asynccontextmanager
async def running_machine(**environ: str) -> AsyncIterator[Machine]:
    """A machine whose API and workers have these settings beside its own."""
    directory = _short_directory()
    machine = Machine(directory, environ)
    try:
        await machine.open()
        yield machine
    finally:
        await machine.close()
        shutil.rmtree(directory)


def _short_directory() -> Path:
    # Under /tmp and not pytest's own directory: that one is long for a socket, and closed to PostgreSQL's user.
    directory = Path(tempfile.mkdtemp(prefix="chat-insights-test-", dir="/tmp"))
    directory.chmod(0o711)
    return directory


def _command(name: str) -> str:
    return name.partition("-")[0]


def _process(stack: Stack) -> asyncio.subprocess.Process:
    [process] = stack.processes.values()
    return process


def _reads_an_export(pid: str) -> bool:
    """Not so while it is still a copy of the worker, which waits until it has become another program."""
    return b"domain.chats.importing.child" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _steady_port() -> int:
    """A port below those that systems hand to outgoing connections, one of which could take it during a restart."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
