"""The vector process `app.embedded.vectors` as a server: it speaks the part of Qdrant's REST interface that we use."""

import asyncio
import contextlib
import http.client
import random
import signal
import socket
import sys
from pathlib import Path

from app.embedded.process import Command, Server, StartError

PROGRAM = (sys.executable, "-m", "app.embedded.vectors")
_LOOPBACK = "127.0.0.1"
_PORTS = range(20_000, 32_000)
_HTTP_TIMEOUT_S = 2.0


class Qdrant(Server):
    """A vector store that keeps its shards in `data_dir`/vectors and keeps its free port across restarts."""

    def __init__(self, data_dir: Path, api_key: str, program: tuple[str, ...] = PROGRAM) -> None:
        super().__init__("vectors", log=data_dir / "log" / "vectors.log", lock=data_dir / "lock" / "vectors")
        self._directory = data_dir.absolute() / "vectors"
        self._program = program
        self._port = _free_port()
        self.api_key = api_key

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self._port}"

    async def command(self) -> Command:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        options = ("--directory", str(self._directory), "--host", _LOOPBACK, "--port", str(self._port))
        environ = {"QDRANT_API_KEY": self.api_key}
        return Command((*self._program, *options), environ, log=self._log, death_signal=signal.SIGTERM)

    async def is_ready(self) -> bool:
        return await http_get(_LOOPBACK, self._port, "/readyz") is not None


def _free_port() -> int:
    """A port below those that systems hand to outgoing connections, which could take it while the server restarts."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with contextlib.suppress(OSError), socket.create_server((_LOOPBACK, port)):
            return port
    raise StartError(f"no free port from {_PORTS.start} to {_PORTS.stop - 1}")


async def http_get(host: str, port: int, path: str) -> bytes | None:
    """The body of a 200 answer, None for every other outcome. No proxy is asked."""
    return await asyncio.to_thread(_http_get, host, port, path)


def _http_get(host: str, port: int, path: str) -> bytes | None:
    connection = http.client.HTTPConnection(host, port, timeout=_HTTP_TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return body if answer.status == http.HTTPStatus.OK else None
