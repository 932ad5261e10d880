"""The product as it runs: API and worker as processes of their own, on servers of their own."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from app.issuer import issue_local_token
from app.settings import Settings, load

MASTER_KEY = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="


class Stack:
    """API and worker, started for a test session or for one test that breaks them."""

    def __init__(self, environ: Mapping[str, str], directory: Path) -> None:
        self.environ = {**_inherited(), **environ}
        self.directory = directory
        self.settings: Settings = load(self.environ)
        self.base_url = f"http://127.0.0.1:{self.environ['PORT']}"
        self.processes: dict[str, asyncio.subprocess.Process] = {}

    def token(self, subject: str, **claims: object) -> str:
        """A token of the local issuer; `admin` and `email` as the command takes them."""
        return issue_local_token(self.settings, subject, **claims)

    def client(self, subject: str, **claims: object) -> httpx.AsyncClient:
        """A client that sends a subject's token."""
        headers = {"Authorization": f"Bearer {self.token(subject, **claims)}"}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=60)

    @property
    def anonymous(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.base_url, timeout=60)

    async def start(self, name: str) -> None:
        """Start `api` or `worker`; its output goes to a file that `log` reads."""
        with (self.directory / f"{name}.log").open("ab") as log:
            self.processes[name] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app.cli", name), env=self.environ, stdout=log, stderr=log
            )

    async def kill(self, name: str) -> None:
        """Kill it as the machine would."""
        self.processes[name].kill()
        await self.processes[name].wait()

    async def stop(self, name: str) -> int:
        """Ask it to stop, and return its exit status."""
        process = self.processes.pop(name)
        if process.returncode is None:
            process.terminate()
        return await process.wait()

    async def command(self, *arguments: str) -> str:
        """Run a command to its end, and return what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", *arguments),
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate()
        assert process.returncode == 0, error.decode()
        return out.decode()

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text()

    async def ready(self, timeout_s: float = 120) -> None:
        """Wait until the API answers that everything is there."""
        async with asyncio.timeout(timeout_s), httpx.AsyncClient(timeout=5) as client:
            while True:
                try:
                    answer = await client.get(self.base_url + "/health/ready")
                    if answer.json().get("status") == "ready":
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)


@asynccontextmanager
async def running_stack(environ: Mapping[str, str], directory: Path) -> AsyncIterator[Stack]:
    """A stack that is ready, on servers that run already; stopped at the end."""
    stack = Stack({"PORT": str(free_port()), **environ}, directory)
    await stack.command("migrate")
    await stack.command("seed")
    await stack.start("api")
    await stack.start("worker")
    try:
        await stack.ready()
        yield stack
    finally:
        for name in list(stack.processes):
            await stack.stop(name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR") if name in os.environ}
