"""The supervisor as a process, with the real PostgreSQL and Valkey and stand-ins for the rest."""

import asyncio
import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio

from app.embedded.process import Account, Command, spawn

ROOT = Path(__file__).parents[3]
STAND_IN = Path(__file__).with_name("stand_in.py")
WITHIN_S = 20.0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _below(directory: Path) -> dict[str, int]:
    """The processes of the stack in `directory`, by name; those that are not running any more left out."""
    names = {
        "postgres -D": "postgres",
        "valkey-server": "valkey",
        "stand_in.py vectors": "vectors",
        "stand_in.py worker": "worker",
        "stand_in.py api": "api",
        "stand_in.py run": "supervisor",
    }
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, StopIteration):
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            name = next(name for part, name in names.items() if part in command and "child.py" not in command)
            environ = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
            at_home = (entry / "cwd").resolve().is_relative_to(directory)
            if at_home or str(directory) in command or f"DATA_DIR={directory}" in environ:
                found[name] = int(entry.name)
    return found


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - other processes bring it about
            await asyncio.sleep(0.05)


class Stack:
    """One supervisor process."""

    def __init__(
        self,
        data_dir: Path,
        output: Path,
        *,
        python: str = sys.executable,
        account: Account | None = None,
        **environ: str,
    ) -> None:
        self.data_dir = data_dir
        self.output = output
        self._command = (python, str(STAND_IN), "run")
        self._account = account
        self._environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *(path for path in sys.path if "site-packages" in path)]),
            "DATA_DIR": str(data_dir),
            "PORT": str(_free_port()),
            **environ,
        }

    @property
    def port(self) -> int:
        return int(self._environ["PORT"])

    @property
    def pids(self) -> dict[str, int]:
        return _below(self.data_dir)

    @property
    def processes(self) -> list[Path]:
        return [Path("/proc", str(pid)) for pid in self.pids.values()]

    @property
    def printed(self) -> str:
        return self.output.read_text()

    @property
    def run_file(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.data_dir / "run.env").read_text().splitlines())

    async def launch(self) -> None:
        self.output.unlink(missing_ok=True)
        self.process = await spawn(Command(self._command, self._environ, log=self.output, account=self._account))

    async def start(self) -> "Stack":
        await self.launch()
        await _until(lambda: self.process.returncode is not None or "TOKEN=a-token" in self.printed)
        assert self.process.returncode is None, self.printed
        return self

    async def stop(self, number: int = signal.SIGTERM) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), WITHIN_S)


@pytest.fixture
async def stacks(base: Path) -> AsyncIterator[Callable[..., Stack]]:
    made: list[Stack] = []

    def make(data_dir: Path | None = None, **options) -> Stack:
        made.append(Stack(data_dir or base / "data", base / f"output-{len(made)}", **options))
        return made[-1]

    yield make
    for stack in made:
        if hasattr(stack, "process"):
            await stack.stop(signal.SIGKILL)
    await _until(lambda: not any(stack.pids for stack in made))


async def _keep(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.run_file["DATABASE_URL"])
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()
    async with redis.asyncio.from_url(stack.run_file["REDIS_URL"]) as client:
        await client.set("kept", 42)


async def _kept(stack: Stack) -> tuple[int, bytes]:
    connection = await asyncpg.connect(stack.run_file["DATABASE_URL"])
    answer = await connection.fetchval("SELECT answer FROM kept")
    await connection.close()
    async with redis.asyncio.from_url(stack.run_file["REDIS_URL"]) as client:
        return answer, await client.get("kept")


async def test_starts_everything_and_says_where_it_is(stacks):
    stack = await stacks().start()
    assert set(stack.pids) == {"supervisor", "postgres", "valkey", "vectors", "worker", "api"}
    assert (stack.data_dir / "notes").read_text() == "migrate\nseed\n"
    for address in ("", "/docs", "/saq", "/api/chats/upload"):
        assert f"http://127.0.0.1:{stack.port}{address}" in stack.printed
    for secret in ("run.env", "master.key"):
        assert stat.S_IMODE((stack.data_dir / secret).stat().st_mode) == 0o600
    assert stack.run_file["BLOB_URL"] == f"file://{stack.data_dir}/blobs"
    assert stack.run_file["MASTER_KEY"] == (stack.data_dir / "master.key").read_text().strip()


async def test_a_request_to_stop_ends_everything_and_nothing_else(stacks, data_dir):
    stranger = await asyncio.create_subprocess_exec("sleep", "60", env={"DATA_DIR": str(data_dir)})
    stack = await stacks().start()
    await _keep(stack)
    master_key = stack.run_file["MASTER_KEY"]
    assert await stack.stop(signal.SIGTERM) == 0
    assert not stack.pids
    assert not (stack.data_dir / "run.env").exists()

    again = await stacks().start()
    assert await _kept(again) == (42, b"42")
    assert again.run_file["MASTER_KEY"] == master_key
    assert await again.stop(signal.SIGINT) == 0
    assert not again.pids

    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


async def test_every_killed_child_is_started_again_with_its_data(stacks):
    stack = await stacks().start()
    await _keep(stack)
    before = stack.pids
    for name in ("postgres", "valkey", "vectors", "worker", "api"):
        os.kill(before[name], signal.SIGKILL)
        await _until(lambda name=name: stack.pids.get(name, before[name]) != before[name])
        assert f"{name} ended (SIGKILL); starting it again" in stack.printed
    async with asyncio.timeout(WITHIN_S):
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, redis.RedisError):
                assert await _kept(stack) == (42, b"42")
                break


async def test_nothing_outlives_a_killed_supervisor_and_the_next_finds_the_data(stacks):
    stack = await stacks().start()
    await _keep(stack)
    await stack.stop(signal.SIGKILL)
    again = await stacks(PORT=str(stack.port)).start()
    assert await _kept(again) == (42, b"42")
    await again.stop(signal.SIGKILL)
    await _until(lambda: not again.pids)


async def test_a_supervisor_killed_while_starting_leaves_nothing_half_made(stacks):
    first = stacks()
    await first.launch()
    await _until((first.data_dir / "postgres" / "new").exists)
    await first.stop(signal.SIGKILL)
    assert set((await stacks().start()).pids) >= {"postgres", "valkey", "api"}


async def test_a_second_supervisor_on_the_same_data_is_refused(stacks):
    first = await stacks().start()
    second = stacks()
    await second.launch()
    assert await second.process.wait() == 1
    assert f"already running on {first.data_dir} (process {first.process.pid})" in second.printed
    assert len(first.pids) == 6


async def test_a_taken_port_is_said_before_anything_starts(stacks):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stack = stacks(PORT=str(listener.getsockname()[1]))
        await stack.launch()
        assert await stack.process.wait() == 1
    assert f"port {stack.port}: Address already in use" in stack.printed
    assert not (stack.data_dir / "postgres").exists()


@pytest.mark.parametrize("port", ["http", "0", "70000"])
async def test_a_port_that_is_none_is_refused(stacks, port):
    stack = stacks(PORT=port)
    await stack.launch()
    assert await stack.process.wait() == 1
    assert "PORT" in stack.printed


async def test_a_data_directory_that_cannot_be_made_is_said(stacks, base):
    (base / "file").touch()
    stack = stacks(base / "file" / "data")
    await stack.launch()
    assert await stack.process.wait() == 1
    assert f"cannot make {stack.data_dir}: Not a directory; set DATA_DIR" in stack.printed


async def test_production_is_refused(stacks):
    stack = stacks(ENVIRONMENT="production")
    await stack.launch()
    assert await stack.process.wait() == 1
    assert "for development" in stack.printed


async def test_a_failed_migration_stops_everything(stacks):
    stack = stacks(MIGRATE_EXIT_CODE="3")
    await stack.launch()
    assert await stack.process.wait() == 1
    assert "`chat-insights migrate` failed with exit code 3" in stack.printed
    assert not stack.pids


async def test_a_given_server_is_used_and_not_started(stacks, postgres_url, redis_url):
    given = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "QDRANT_URL": "http://127.0.0.1:1"}
    stack = await stacks(**given, MASTER_KEY="given", BLOB_URL="memory://").start()
    assert set(stack.pids) == {"supervisor", "worker", "api"}
    assert given.items() <= stack.run_file.items()
    assert stack.run_file["MASTER_KEY"] == "given"
    assert "QDRANT_API_KEY" not in stack.run_file
    await stack.stop()
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


async def test_any_directory_name_will_do(stacks, base):
    stack = await stacks(base / "with spaces" / ("a" * 100) / ("b" * 100)).start()
    assert len(stack.pids) == 6
    assert await stack.stop() == 0
    assert not stack.pids


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
async def test_an_ordinary_user_can_run_it(stacks, base):
    account = Account(65534, 65534)
    python = _python_for(account)
    base.chmod(0o777)
    stack = await stacks(python=python, account=account).start()
    assert {process.stat().st_uid for process in stack.processes} == {account.uid}
    await _keep(stack)
    await stack.stop(signal.SIGKILL)
    assert await _kept(await stacks(python=python, account=account).start()) == (42, b"42")


def _python_for(account: Account) -> str:
    """A Python that the account can run with the installed packages, or a skipped test."""
    path = os.pathsep.join([str(ROOT / "src"), *(path for path in sys.path if "site-packages" in path)])
    for python in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = [python, "-c", "import app.embedded.supervisor"]
            identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
            subprocess.run(command, env={"PYTHONPATH": path}, check=True, capture_output=True, **identity)
            return python
    pytest.skip("no Python that an ordinary user can run")
