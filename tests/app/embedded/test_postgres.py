import asyncio
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from urllib.parse import unquote

import asyncpg
import pytest

from app.embedded import postgres as module
from app.embedded.postgres import Postgres
from app.embedded.process import StartError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs a server as somebody else")


async def _execute(server: Postgres, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


def _of(server: Postgres, file: str) -> Path:
    return Path("/proc", str(server.pid), file)


def _sockets(server: Postgres) -> Path:
    return Path(unquote(server.url.partition("host=")[2]))


async def _keep_a_row(server: Postgres) -> None:
    await _execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")


async def _kept(server: Postgres) -> int:
    return (await _execute(server, "SELECT answer FROM kept"))[0]["answer"]


async def test_keeps_its_data_over_a_restart(data_dir):
    server = Postgres(data_dir)
    await server.start()
    await _keep_a_row(server)
    await server.stop()
    assert server.pid == 0

    again = Postgres(data_dir)
    await again.start()
    assert await _kept(again) == 42
    await again.stop()


async def test_recovers_what_was_committed_before_a_kill(data_dir):
    server = Postgres(data_dir)
    await server.start()
    await _keep_a_row(server)
    os.kill(server.pid, signal.SIGKILL)
    assert await server.wait() == -signal.SIGKILL

    await server.start()
    assert await _kept(server) == 42
    await server.stop()


async def test_waits_for_a_leftover_server_instead_of_joining_it(data_dir):
    leftover, server = Postgres(data_dir), Postgres(data_dir)
    await leftover.start()
    starting = asyncio.create_task(server.start())
    done, _ = await asyncio.wait({starting}, timeout=0.3)
    assert not done

    await leftover.stop()
    await starting
    assert server.pid
    await server.stop()


async def test_a_reused_process_number_does_not_keep_it_from_starting(data_dir):
    server = Postgres(data_dir)
    await server.start()
    pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
    left_behind = pid_file.read_text().splitlines()
    os.kill(server.pid, signal.SIGKILL)
    await server.wait()
    owner = pid_file.stat()
    stranger = await asyncio.create_subprocess_exec("sleep", "60", user=owner.st_uid)
    pid_file.write_text("\n".join([str(stranger.pid), *left_behind[1:]]) + "\n")

    await server.start()
    assert await _execute(server, "SELECT 1")
    await server.stop()
    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


async def test_a_half_made_cluster_is_made_anew(data_dir):
    server = Postgres(data_dir)
    half_made = data_dir / "postgres" / "new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    if os.geteuid() == 0:
        shutil.chown(half_made.parent, "nobody")

    await server.start()
    assert not half_made.exists()
    await server.stop()


@pytest.mark.parametrize("name", ["a comma, a quote' and \"ß", "/".join(["a space " * 12] * 2)])
async def test_any_directory_name_will_do(base, name):
    data_dir = base / name
    data_dir.mkdir(parents=True)
    server = Postgres(data_dir)
    await server.start()
    assert await _execute(server, "SELECT 1")
    assert _sockets(server).stat().st_mode & 0o777 == 0o700
    await server.stop()
    assert not _sockets(server).exists()


async def test_the_database_orders_by_code_point_and_stores_utf8(postgres_url):
    connection = await asyncpg.connect(postgres_url)
    row = await connection.fetchrow(
        "SELECT pg_encoding_to_char(encoding) AS encoding, current_setting('data_checksums') AS checksums,"
        " current_setting('fsync') AS fsync, current_setting('listen_addresses') AS addresses,"
        " 'Z' < 'a' AS by_code_point"
        " FROM pg_database WHERE datname = current_database()"
    )
    await connection.close()
    assert dict(row) == {"encoding": "UTF8", "checksums": "on", "fsync": "on", "addresses": "", "by_code_point": True}


async def test_what_people_wrote_is_not_in_the_log(data_dir):
    server = Postgres(data_dir)
    await server.start()
    for statement in (
        "SELECT 'private'::int",
        "CREATE TABLE t (x text UNIQUE); INSERT INTO t VALUES ('private'), ('private')",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await _execute(server, statement)
    await server.stop()
    assert "private" not in (data_dir / "log" / "postgres.log").read_text()


async def test_a_server_that_cannot_start_says_what_its_log_says(data_dir):
    server = Postgres(data_dir)
    await server.start()
    await server.stop()
    (data_dir / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StartError, match="incompatible with server"):
        await server.start()
    assert server.pid == 0


@as_root
async def test_as_root_the_socket_and_the_data_are_closed_to_others(data_dir):
    server = Postgres(data_dir)
    await server.start()
    assert _of(server, "").stat().st_uid == server.home.stat().st_uid != 0
    assert {(server.home / name).stat().st_mode & 0o777 for name in (".", "data", "run")} == {0o700}
    await server.stop()


@as_root
async def test_data_that_nobody_can_reach_is_kept_under_var_lib(data_dir):
    data_dir.chmod(0o700)
    for _ in range(2):
        server = Postgres(data_dir)
        await server.start()
        assert server.home.parent == Path("/var/lib/chat-insights")
        await _execute(server, "CREATE TABLE IF NOT EXISTS kept (answer int)")
        await server.stop()
    assert (data_dir / "postgres").is_symlink()


@as_root
async def test_a_database_that_is_gone_is_not_quietly_replaced(data_dir):
    (data_dir / "postgres").symlink_to("/var/lib/chat-insights/gone")
    with pytest.raises(StartError, match="is gone"):
        await Postgres(data_dir).start()


@as_root
async def test_programs_that_nobody_can_run_are_copied(data_dir, monkeypatch):
    is_open = module._open_to_all
    monkeypatch.setattr(module, "_open_to_all", lambda path: path.name != "postgres" and is_open(path))
    server = Postgres(data_dir)
    await server.start()
    assert _of(server, "exe").readlink().is_relative_to(server.home)
    await server.stop()


async def test_a_server_from_the_path_serves_as_well(data_dir, monkeypatch):
    if shutil.which("initdb") is None:
        pytest.skip("no PostgreSQL on the PATH")
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda _name: None)
    server = Postgres(data_dir)
    await server.start()
    [row] = await _execute(server, "SELECT version(), 'Z' < 'a' AS by_code_point")
    await server.stop()
    assert re.match(r"PostgreSQL \d+", row["version"])
    assert row["by_code_point"]


async def test_a_directory_of_another_user_is_refused(data_dir, monkeypatch):
    (data_dir / "postgres").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(StartError, match="belongs to another user"):
        await Postgres(data_dir).start()


async def test_it_ends_with_the_process_that_started_it(data_dir):
    program = (
        "import asyncio, os, pathlib, sys\n"
        "from app.embedded.postgres import Postgres\n"
        "async def main():\n"
        "    server = Postgres(pathlib.Path(sys.argv[1]))\n"
        "    await server.start()\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    starter = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(data_dir))
    assert await starter.wait() == -signal.SIGKILL

    server = Postgres(data_dir)
    await server.start()
    assert "database system was shut down" in (data_dir / "log" / "postgres.log").read_text().splitlines()[-2]
    await server.stop()
