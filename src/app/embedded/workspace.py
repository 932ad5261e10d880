"""DATA_DIR and the settings of a stack that runs there: what was given, and for the rest what is made here."""

import base64
import contextlib
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.embedded.process import StartError
from app.settings import RUN_FILE

_MASTER_KEY_BYTES = 32
_MAX_PORT = 65_535
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # compared with, not bound to


@dataclass(frozen=True)
class Workspace:
    """Where a stack keeps its data and where its API listens."""

    data_dir: Path
    host: str
    port: int

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Workspace":
        """Read DATA_DIR, HOST and PORT; StartError when PORT is not one."""
        port = environ.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) <= _MAX_PORT:
            raise StartError(f"PORT has to be a number from 1 to {_MAX_PORT}")
        data_dir = Path(environ.get("DATA_DIR") or ".data").absolute()
        return cls(data_dir, environ.get("HOST") or "127.0.0.1", int(port))

    @property
    def own_host(self) -> str:
        """The address under which this machine reaches the API."""
        return _ANY_ADDRESS.get(self.host, self.host)

    @property
    def url(self) -> str:
        host = f"[{self.own_host}]" if ":" in self.own_host else self.own_host
        return f"http://{host}:{self.port}"

    @property
    def run_file(self) -> Path:
        return self.data_dir / RUN_FILE

    def create(self) -> None:
        """Make the directory. Root's lets others pass through, since PostgreSQL runs as one of them."""
        try:
            if not self.data_dir.exists():
                self.data_dir.mkdir(parents=True)
                self.data_dir.chmod(0o700 if os.geteuid() else 0o711)
        except OSError as error:
            raise StartError(f"cannot make {self.data_dir}: {error.strerror}; set DATA_DIR") from None

    def check_port(self) -> None:
        """Raise StartError when the API could not listen."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            socket.create_server((self.host, self.port), family=family).close()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            raise StartError(f"cannot listen on {self.host}, port {self.port}: {reason}; set PORT or HOST") from None

    def settings(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The settings that need no server: those given, completed by this directory's own."""
        return {
            "DATA_DIR": str(self.data_dir),
            "HOST": self.host,
            "PORT": str(self.port),
            "MASTER_KEY": environ.get("MASTER_KEY") or self._master_key(),
            "BLOB_URL": environ.get("BLOB_URL") or f"file://{quote(str(self.data_dir / 'blobs'))}",
        }

    def publish(self, settings: Mapping[str, str]) -> None:
        """Write the run file, from which other commands learn where the stack is."""
        _write_private(self.run_file, "".join(f"{name}={value}\n" for name, value in settings.items()))

    def withdraw(self) -> None:
        with contextlib.suppress(OSError):
            self.run_file.unlink()

    def _master_key(self) -> str:
        path = self.data_dir / "master.key"
        if not path.exists():
            _write_private(path, base64.b64encode(secrets.token_bytes(_MASTER_KEY_BYTES)).decode() + "\n")
        return path.read_text().strip()


def _write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    partial.replace(path)
