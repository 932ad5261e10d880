"""What the benchmarks of the running product share: starting it, loading it, measuring its processes."""

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from app.issuer import issue_local_token
from app.settings import load

GENERATOR = Path(__file__).parents[2] / "tests" / "support" / "generate_export.py"


class Product:
    """A running stack: its address, its processes and its clients."""

    def __init__(self, environ: dict[str, str], pid: int) -> None:
        self.environ = environ
        self.pid = pid
        self.port = int(environ["PORT"])
        self.base_url = f"http://127.0.0.1:{self.port}"

    def token(self, subject: str, *, admin: bool = False) -> str:
        return issue_local_token(load(self.environ), subject, admin=admin)

    def client(self, subject: str, *, admin: bool = False) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token(subject, admin=admin)}"}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=300)

    def process(self, command: str) -> int:
        """The id of the process that runs a command, `api` or `worker`."""
        for pid in descendants(self.pid):
            if _arguments(pid)[-1:] == [command]:
                return pid
        raise LookupError(command)


@asynccontextmanager
async def running_product() -> AsyncIterator[Product]:
    """`chat-insights run` in a directory of its own, ready; stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="chat-insights-bench-", ignore_cleanup_errors=True) as directory:
        environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environ |= {"DATA_DIR": directory, "PORT": str(_free_port()), "LOG_FORMAT": "json", "RATE_LIMITS": "off"}
        log = (Path(directory) / "run.log").open("wb")
        command = (sys.executable, "-m", "app.cli", "run")
        stack = await asyncio.create_subprocess_exec(*command, env=environ, stdout=log, stderr=log)
        product = Product(environ, stack.pid)
        try:
            await _until_ready(product, stack)
            yield product
        finally:
            stack.terminate()
            await stack.wait()
            log.close()


async def _until_ready(product: Product, stack: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(120), httpx.AsyncClient() as client:
        while stack.returncode is None:
            try:
                if (await client.get(product.base_url + "/health/ready")).json()["status"] == "ready":
                    return
            except (httpx.TransportError, KeyError, ValueError):
                pass
            await asyncio.sleep(0.1)
    raise RuntimeError("the product did not start")


async def generate(directory: str, messages: int, *options: str) -> tuple[Path, dict[str, Any]]:
    """An export of the generator, and the truth about it."""
    target = Path(directory) / f"{messages}.txt"
    arguments = ("--messages", str(messages), "--out", str(target), *options)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(GENERATOR), *arguments, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError("the generator failed")
    return target, msgspec.json.decode(target.with_name(target.name + ".meta.json").read_bytes())


class PeakMemory:
    """The most memory that a process and its descendants held together, by a look every 10 ms."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak_mb = 0.0

    async def watch(self) -> None:
        while True:
            pids = [self._pid, *descendants(self._pid)]
            self.peak_mb = max(self.peak_mb, sum(_proportional_mb(pid) for pid in pids))
            await asyncio.sleep(0.01)


def descendants(pid: int) -> list[int]:
    """The ids of a process's children, their children, and so on."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    found = [int(child) for child in children]
    return found + [below for child in found for below in descendants(child)]


def _proportional_mb(pid: int) -> float:
    """Resident memory with shared pages divided among those who share them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _arguments(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except OSError:
        return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def requests_per_second(port: int, path: str, token: str, connections: int, seconds: float) -> list[float]:
    """Load one route over keep-alive connections; the latency of every answer, in seconds.

    A client written for this alone, since a full one takes more of the machine than the server does.
    """
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    latencies: list[float] = []
    stop = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        while (started := time.perf_counter()) < stop:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return latencies


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
