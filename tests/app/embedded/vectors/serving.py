import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from qdrant_client import AsyncQdrantClient


@dataclass
class Vectors:
    """A running process and what it has printed up to the line that says it is ready."""

    process: asyncio.subprocess.Process
    lines: list[dict]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.lines[-1]['port']}"

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> tuple[int, str]:
        """The exit status and everything printed since the start."""
        self.process.terminate()
        rest, _ = await asyncio.wait_for(self.process.communicate(), 20)
        return self.process.returncode, rest.decode()


async def start(directory: Path, *arguments: str, api_key: str = "") -> Vectors:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.embedded.vectors", "--directory", str(directory), "--port", "0", *arguments),
        env={**os.environ, "QDRANT_API_KEY": api_key},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    vectors = Vectors(process, [])
    while not vectors.lines or vectors.lines[-1]["event"] != "vectors_started":
        vectors.lines.append(json.loads(await asyncio.wait_for(process.stdout.readline(), 30)))
    return vectors


@asynccontextmanager
async def serving(
    directory: Path, *arguments: str, api_key: str = ""
) -> AsyncIterator[tuple[Vectors, AsyncQdrantClient]]:
    vectors = await start(directory, *arguments, api_key=api_key)
    client = AsyncQdrantClient(url=vectors.url, api_key=api_key or None, check_compatibility=False, timeout=60)
    try:
        yield vectors, client
    finally:
        await client.close()
        if vectors.process.returncode is None:
            await vectors.kill()
