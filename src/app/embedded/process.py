"""Child processes: started, found ready, stopped; one at a time on its directory, and none outlives this process."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import signal
import stat
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_WRAPPER = Path(__file__).with_name("child.py")
_POLL_S = 0.02
_LOCK_PATIENCE_S = 30.0  # a server whose supervisor was killed needs a moment to finish
_RETRY_PAUSE_S = 0.3
_SOCKET_PATH_BYTES = 103  # sockaddr_un: 108 on Linux, 104 on macOS, both with a closing zero
_LOG_TAIL_BYTES = 2000


class StartError(Exception):
    """A server or a set-up that could not be started; the text says which and why."""


class HeldError(StartError):
    """Somebody else holds a lock."""


@dataclass(frozen=True)
class Account:
    """Whom a child runs as, when not as ourselves."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return f"{self.uid}:{self.gid}"


@dataclass(frozen=True)
class Command:
    """A program to run. Without `log` its output is ours; `death_signal` is what it gets when we die."""

    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    account: Account | None = None
    death_signal: signal.Signals = signal.SIGKILL


async def spawn(
    command: Command, *, keep: tuple[int, ...] = (), stdin: int = asyncio.subprocess.DEVNULL, stdout: int | None = None
) -> asyncio.subprocess.Process:
    """Start a command in a session of its own, so that a terminal's Ctrl-C reaches us alone.

    Call it from the main thread: a child ends with the thread that started it. `keep` are descriptors it inherits.
    """
    arguments = (str(os.getpid()), str(int(command.death_signal)), str(command.account or "-"), *command.argv)
    with contextlib.ExitStack() as stack:
        stderr = None
        if command.log is not None:
            command.log.parent.mkdir(parents=True, exist_ok=True)
            log = stack.enter_context(command.log.open("ab"))
            stdout, stderr = stdout or log.fileno(), log.fileno()
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_WRAPPER)),
            *arguments,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=dict(command.environ),
            pass_fds=keep,
            start_new_session=True,
        )


async def run_command(command: Command, *, keep: tuple[int, ...] = (), stdin: bytes = b"") -> int:
    """Run a command to its end and return its exit code; cancelled, it kills the command."""
    process = await spawn(command, keep=keep, stdin=asyncio.subprocess.PIPE)
    try:
        await process.communicate(stdin)
    finally:
        await _kill(process)
    return process.returncode or 0


async def output(command: Command) -> str:
    """What a command prints, without the outer white space; StartError when it fails."""
    process = await spawn(command, stdout=asyncio.subprocess.PIPE)
    try:
        printed, _ = await process.communicate()
    finally:
        await _kill(process)
    if process.returncode:
        raise StartError(f"{' '.join(command.argv)} ended with exit code {process.returncode}")
    return printed.decode().strip()


async def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@contextlib.asynccontextmanager
async def exclusive(path: Path, patience_s: float = _LOCK_PATIENCE_S) -> AsyncIterator[int]:
    """Hold the lock file at `path`; yields its descriptor. A child that inherits it goes on holding the lock.

    Raises StartError when it cannot be opened, HeldError when somebody else holds it after `patience_s` seconds.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:  # most often the directory is another user's
        raise StartError(f"cannot open {path}: {error.strerror}") from None
    try:
        deadline = time.monotonic() + patience_s
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise HeldError(f"another process holds {path}")
            await asyncio.sleep(_POLL_S)
        yield descriptor
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def socket_directory(preferred: Path, name: str, account: Account | None) -> Path:
    """Make the private directory of a Unix socket: `preferred`, or one under /tmp when the address would not fit.

    An address has about a hundred bytes, and the clients' URLs take commas and the like apart.
    """
    address = str(preferred / name)
    plain = re.fullmatch(r"[\w/. -]+", address, re.ASCII) is not None
    directory = preferred
    if not plain or len(address) > _SOCKET_PATH_BYTES:
        digest = hashlib.sha256(f"{os.geteuid()}:{preferred}".encode()).hexdigest()[:16]
        directory = Path("/tmp", f"chat-insights-{digest}")  # noqa: S108  # short everywhere; its owner is verified
    owner = account or Account(os.geteuid(), os.getegid())
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        os.chown(directory, owner.uid, owner.gid)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid:
        raise StartError(f"{directory} belongs to somebody else")
    directory.chmod(0o700)
    return directory


class Server(ABC):
    """A long-running child. With a `lock`, only one process at a time is started on what the lock stands for."""

    stop_signal = signal.SIGTERM
    start_timeout_s = 60.0
    stop_timeout_s = 10.0
    attempts = 3

    def __init__(self, name: str, *, log: Path | None = None, lock: Path | None = None) -> None:
        self.name = name
        self._log = log
        self._lock = lock
        self._held: tuple[int, ...] = ()  # the lock's descriptor, for what `command` runs
        self._process: asyncio.subprocess.Process | None = None

    @abstractmethod
    async def command(self) -> Command:
        """Prepare what the program needs, while the lock is held, and say how it is started."""

    async def is_ready(self) -> bool:
        return True

    @property
    def pid(self) -> int:
        """The running child's process id, 0 when there is none."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    async def start(self) -> None:
        """Return when it is ready; an early exit is tried again. Raises StartError, and then nothing runs."""
        deadline = time.monotonic() + self.start_timeout_s
        written = self._log.stat().st_size if self._log and self._log.exists() else 0
        for attempt in range(self.attempts):
            await asyncio.sleep(_RETRY_PAUSE_S * attempt)
            await self._spawn()
            while self.pid and time.monotonic() < deadline:
                if await self.is_ready():
                    return
                await asyncio.sleep(_POLL_S)
            if self.pid:
                break
        await self.stop()
        raise StartError(f"{self.name} did not start\n{self._log_since(written)}".rstrip())

    async def wait(self) -> int:
        """The exit code of the child, once it has ended."""
        return await self._process.wait() if self._process else 0

    async def stop(self) -> None:
        """End the child, by force after `stop_timeout_s`; nothing when it does not run."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.stop_signal)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), self.stop_timeout_s)
        await _kill(self._process)

    async def _spawn(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            if self._lock is not None:
                self._held = (await stack.enter_async_context(exclusive(self._lock)),)
            self._process = await spawn(await self.command(), keep=self._held)

    def _log_since(self, offset: int) -> str:
        if self._log is None or not self._log.exists():
            return ""
        with self._log.open("rb") as log:
            log.seek(max(offset, self._log.stat().st_size - _LOG_TAIL_BYTES))
            return f"{self._log}:\n{log.read().decode(errors='replace')}"
