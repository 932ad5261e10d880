"""Real servers for the whole session, its own, in a directory that is removed afterwards."""

import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from app.embedded.postgres import Postgres
from app.embedded.qdrant import Qdrant
from app.embedded.valkey import Valkey
from support.stack import MASTER_KEY, Stack, running_stack


@pytest.fixture(scope="session")
def server_directory() -> Iterator[Path]:
    # Under /tmp and not pytest's own directory: that one is long for a socket, and closed to PostgreSQL's user.
    directory = Path(tempfile.mkdtemp(prefix="chat-insights-test-", dir="/tmp"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
async def postgres_url(server_directory: Path) -> AsyncIterator[str]:
    postgres = Postgres(server_directory)
    await postgres.start()
    yield postgres.url
    await postgres.stop()


@pytest.fixture(scope="session")
async def redis_url(server_directory: Path) -> AsyncIterator[str]:
    valkey = Valkey(server_directory)
    await valkey.start()
    yield valkey.url
    await valkey.stop()


@pytest.fixture(scope="session")
async def qdrant(server_directory: Path) -> AsyncIterator[Qdrant]:
    server = Qdrant(server_directory, api_key="test-key")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def environ(server_directory: Path, postgres_url: str, redis_url: str, qdrant: Qdrant) -> dict[str, str]:
    """What API and worker are started with."""
    return {
        "ENVIRONMENT": "test",
        "DATA_DIR": str(server_directory / "data"),
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "QDRANT_URL": qdrant.url,
        "QDRANT_API_KEY": qdrant.api_key,
        "BLOB_URL": f"file://{server_directory}/blobs",
        "MASTER_KEY": MASTER_KEY,
        "MAX_UPLOAD_MB": "8",
        "SWEEP_INTERVAL_S": "1",
    }


@pytest.fixture(scope="session")
async def stack(environ: dict[str, str], server_directory: Path) -> AsyncIterator[Stack]:
    """The product, running. Tests share it and keep to subjects of their own; one that breaks it starts its own."""
    directory = server_directory / "stack"
    directory.mkdir()
    async with running_stack(environ, directory) as running:
        yield running


@pytest.fixture
def paused_worker(stack: Stack) -> Callable[[], AbstractContextManager[None]]:
    """A block in which no job runs."""

    @contextmanager
    def paused() -> Iterator[None]:
        worker = stack.processes["worker"]
        worker.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            worker.send_signal(signal.SIGCONT)

    return paused
