import asyncio
import os
import signal
import stat
import sys
from collections.abc import Callable

import pytest

from app.embedded.process import (
    Account,
    Command,
    Server,
    StartError,
    exclusive,
    output,
    run_command,
    socket_directory,
    spawn,
)


class Sleeper(Server):
    stop_timeout_s = 0.2

    def __init__(self, script: str, **options) -> None:
        super().__init__("sleeper", **options)
        self.script = script

    async def command(self) -> Command:
        return Command(("sh", "-c", self.script), {"PATH": os.environ["PATH"]}, log=self._log)


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - another process brings it about
            await asyncio.sleep(0.01)


def _python(program: str) -> Command:
    return Command((sys.executable, "-c", program))


async def test_a_child_that_ignores_the_request_to_stop_is_killed(tmp_path):
    server = Sleeper(f"trap '' TERM; touch '{tmp_path}/trapped'; while :; do sleep 1; done")
    await server.start()
    await _until((tmp_path / "trapped").exists)
    await server.stop()
    assert await server.wait() == -signal.SIGKILL


async def test_stopping_what_does_not_run_does_nothing():
    server = Sleeper("exit 0")
    await server.stop()
    await server.start()
    await server.wait()
    await server.stop()


async def test_a_failed_start_shows_the_end_of_this_start_only(tmp_path):
    log = tmp_path / "log"
    log.write_text("an older failure\n")
    server = Sleeper("echo broken; exit 3", log=log)
    server.is_ready = lambda: asyncio.sleep(0, result=False)
    with pytest.raises(StartError) as failure:
        await server.start()
    assert "broken" in str(failure.value)
    assert "older" not in str(failure.value)


async def test_a_server_that_is_never_ready_is_stopped(tmp_path):
    started = tmp_path / "started"
    server = Sleeper(f"echo once >> '{started}'; sleep 60")
    server.start_timeout_s = 0.3
    server.is_ready = lambda: asyncio.sleep(0, result=False)
    with pytest.raises(StartError, match="sleeper did not start"):
        await server.start()
    assert server.pid == 0
    assert started.read_text() == "once\n"


async def test_a_cancelled_command_is_killed(tmp_path):
    pid_file = tmp_path / "pid"
    program = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    task = asyncio.create_task(run_command(_python(program)))
    await _until(lambda: pid_file.exists() and pid_file.read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


async def test_output_is_what_a_command_prints():
    assert await output(_python("print('a token')")) == "a token"
    with pytest.raises(StartError, match="exit code 4"):
        await output(_python("raise SystemExit(4)"))


IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}


async def test_a_child_inherits_no_signal_that_python_ignores():
    shell = Command(("sh", "-c", "grep SigIgn /proc/self/status"), {"PATH": os.environ["PATH"]})
    mask = int((await output(shell)).split()[1], 16)
    ignored = {bit + 1 for bit in range(64) if mask >> bit & 1}
    assert not ignored & IGNORED_BY_PYTHON


async def test_a_terminals_interrupt_does_not_reach_a_child():
    process = await spawn(_python("import time; time.sleep(60)"))
    assert os.getsid(process.pid) != os.getsid(0)
    process.kill()
    await process.wait()


async def test_a_lock_is_held_as_long_as_any_holder_lives(tmp_path):
    lock = tmp_path / "lock" / "server"
    async with exclusive(lock) as descriptor:
        process = await spawn(_python("import time; time.sleep(60)"), keep=(descriptor,))
    with pytest.raises(StartError, match="another process"):
        async with exclusive(lock, patience_s=0):
            pass
    process.kill()
    await process.wait()
    async with exclusive(lock, patience_s=1):
        pass


def test_a_prepared_socket_directory_of_somebody_else_is_refused(tmp_path):
    prepared = socket_directory(tmp_path / ("x" * 100), "socket", None)
    assert prepared.parent != tmp_path
    assert stat.S_IMODE(prepared.stat().st_mode) == 0o700
    with pytest.raises(StartError, match="somebody else"):
        socket_directory(tmp_path / ("x" * 100), "socket", Account(os.geteuid() + 1, os.getegid()))
    prepared.rmdir()


_KERNEL = """
from app.embedded.process import Command, spawn
async def start():
    await spawn(Command((sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")))
"""
_WATCHER = """
from app.embedded import child
async def start():
    program = "import sys, time; from app.embedded import child; child.watch(int(sys.argv[1]), 9);"
    program += "print('up', flush=True); time.sleep(60)"
    await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(os.getpid()))
"""


@pytest.mark.parametrize("start", [_KERNEL, _WATCHER], ids=["told by the kernel", "told by a watcher"])
async def test_a_child_ends_when_its_parent_is_killed(start):
    program = f"import asyncio, os, sys\n{start}\nloop = asyncio.new_event_loop()\n"
    program += "loop.run_until_complete(start())\nloop.run_forever()"
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert await parent.stdout.readline() == b"up\n"
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(5):
        await parent.stdout.read()  # ends when the last holder of the pipe has ended
