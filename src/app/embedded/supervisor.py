"""`chat-insights run`: the local servers, the API and the worker under one supervisor."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.embedded import qdrant
from app.embedded.postgres import Postgres
from app.embedded.process import Command, HeldError, Server, StartError, exclusive, output, run_command
from app.embedded.valkey import Valkey
from app.embedded.workspace import Workspace

_SERVER_SETTINGS = ("DATABASE_URL", "REDIS_URL", "QDRANT_URL", "QDRANT_API_KEY")
_SHORTEST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_STEADY_S = 10.0  # who lived that long is restarted without delay
_HEALTH_INTERVAL_S = 0.1
_REMINDER_S = 30.0


_ADDRESSES = """
  API        {url}
  Docs       {url}/docs
  Dashboard  {url}/saq/sign-in (with `chat-insights token NAME --admin`)
  Data       {data}

"""
_FIRST_REQUEST = """\
A token and a first request, to paste:

TOKEN={token}
printf '%s\\n' '14/03/2025, 18:02 - Ada: Are we still on for Saturday?' \\
  '14/03/2025, 18:05 - Ben: Yes! I bring the cake' \\
  '14/03/2025, 18:06 - Ada: Perfect, see you at noon' |
  curl -sS {url}/api/chats/upload -H "Authorization: Bearer $TOKEN" -F 'file=@-;filename=chat.txt'

"""


@dataclass(frozen=True)
class Programs:
    """What is run beside the servers: the project's own commands, and in tests others in their place."""

    cli: tuple[str, ...] = (sys.executable, "-m", "app.cli")
    vectors: tuple[str, ...] = qdrant.PROGRAM


def run(environ: Mapping[str, str], programs: Programs | None = None) -> int:
    """Run the whole stack until SIGTERM or Ctrl-C; returns the exit code.

    A DATABASE_URL, REDIS_URL or QDRANT_URL in `environ` stands in for the server that would be started here. When this
    process is killed, everything it started ends too, and the next run finds the data.
    """
    try:
        return asyncio.run(_run(environ, programs or Programs()))
    except StartError as error:
        _complain(str(error))
        return 1


async def _run(environ: Mapping[str, str], programs: Programs) -> int:
    if environ.get("ENVIRONMENT") == "production":
        raise StartError("this command is for development: production brings its own servers (see README.md)")
    workspace = Workspace.of(environ)
    workspace.create()
    async with _only_one(workspace.data_dir):
        workspace.check_port()
        supervisor = Supervisor(workspace, environ, programs)
        work = asyncio.create_task(supervisor.work())
        stop = asyncio.create_task(_stop_signal())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()
            stop.cancel()
            [outcome, _] = await asyncio.gather(work, stop, return_exceptions=True)
            await supervisor.stop()
    if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
        raise _cause(outcome)
    return 0


class Supervisor:
    """Starts everything in order, restarts what dies, and stops in the opposite order."""

    def __init__(self, workspace: Workspace, environ: Mapping[str, str], programs: Programs) -> None:
        self._workspace = workspace
        self._given = environ
        self._programs = programs
        self._children: list[Server] = []

    async def work(self) -> None:
        """Start the stack and keep it running; ends only by being cancelled or by StartError."""
        began = time.monotonic()
        _say(f"starting, with the data in {self._workspace.data_dir}")
        async with asyncio.TaskGroup() as keepers:
            settings = await self._start_servers(keepers)
            self._workspace.publish(settings)
            environ = {**self._given, **settings}
            for step in ("migrate", "seed"):
                if code := await run_command(Command((*self._programs.cli, step), environ)):
                    raise StartError(f"`chat-insights {step}` failed with exit code {code}")
            for name in ("worker", "api"):
                self._launch(keepers, _Application(name, Command((*self._programs.cli, name), environ)))
            token, _ = await asyncio.gather(self._token(environ), self._until_ready())
            _say(f"ready after {time.monotonic() - began:.1f} s; Ctrl-C stops it")
            _write(sys.stdout, _ADDRESSES.format(url=self._workspace.url, data=self._workspace.data_dir))
            if token:
                _write(sys.stdout, _FIRST_REQUEST.format(url=self._workspace.url, token=token))

    async def stop(self) -> None:
        """Stop what was started: API, worker, vectors, Valkey, PostgreSQL."""
        if self._children:
            _say("stopping")
        for child in reversed(self._children):
            await child.stop()
        self._workspace.withdraw()

    async def _start_servers(self, keepers: asyncio.TaskGroup) -> dict[str, str]:
        """Start the servers that were not given; returns the stack's settings once migrations can run with them."""
        given, data_dir = self._given, self._workspace.data_dir
        settings = self._workspace.settings(given)
        offers: dict[str, Postgres | Valkey] = {"DATABASE_URL": Postgres(data_dir), "REDIS_URL": Valkey(data_dir)}
        own = {name: server for name, server in offers.items() if not given.get(name)}
        starts = [self._launch(keepers, server) for server in own.values()]
        if not given.get("QDRANT_URL"):
            api_key = given.get("QDRANT_API_KEY") or secrets.token_urlsafe()
            vectors = qdrant.Qdrant(data_dir, api_key, self._programs.vectors)
            settings |= {"QDRANT_URL": vectors.url, "QDRANT_API_KEY": api_key}
            self._launch(keepers, vectors)  # it takes longest, and migrations do not need it
        for start in starts:
            await start
        settings |= {name: server.url for name, server in own.items()}
        return settings | {name: given[name] for name in _SERVER_SETTINGS if given.get(name)}

    def _launch(self, keepers: asyncio.TaskGroup, child: Server) -> asyncio.Task[None]:
        self._children.append(child)
        start = keepers.create_task(child.start())
        keepers.create_task(self._keep(child, start))
        return start

    async def _keep(self, child: Server, start: asyncio.Task[None]) -> None:
        """Start a child again whenever it has ended, after a pause that grows while it does not last."""
        await start
        pause = _SHORTEST_PAUSE_S
        while True:
            began = time.monotonic()
            code = await child.wait()
            lasted = time.monotonic() - began
            pause = _SHORTEST_PAUSE_S if lasted > _STEADY_S else min(pause * 2, _LONGEST_PAUSE_S)
            _say(f"{child.name} ended ({_ending(code)}); starting it again")
            await asyncio.sleep(pause)
            try:
                await child.start()
            except StartError as error:
                _complain(str(error))

    async def _until_ready(self) -> None:
        reminder = time.monotonic() + _REMINDER_S
        while not await self._is_ready():
            if time.monotonic() > reminder:
                _say(f"still waiting for {self._workspace.url}/health/ready to answer `ready`")
                reminder += _REMINDER_S
            await asyncio.sleep(_HEALTH_INTERVAL_S)

    async def _is_ready(self) -> bool:
        body = await qdrant.http_get(self._workspace.own_host, self._workspace.port, "/health/ready")
        try:
            answer = json.loads(body or b"null")
        except ValueError:
            return False
        return isinstance(answer, dict) and answer.get("status") == "ready"

    async def _token(self, environ: Mapping[str, str]) -> str | None:
        if environ.get("AUTH_ISSUER"):
            return None  # tokens come from elsewhere
        try:
            return await output(Command((*self._programs.cli, "token", "demo-user"), environ))
        except StartError as error:
            _complain(str(error))
            return None


class _Application(Server):
    """The API or the worker, writing to the terminal. The kernel kills it with us: its port is free at once."""

    stop_timeout_s = 5.0  # a job that is cut off is run again

    def __init__(self, name: str, command: Command) -> None:
        super().__init__(name)
        self._command = command

    async def command(self) -> Command:
        return self._command


@contextlib.asynccontextmanager
async def _only_one(data_dir: Path) -> AsyncIterator[None]:
    """Hold the directory, or raise StartError when another supervisor does."""
    path = data_dir / "lock" / "supervisor"
    async with contextlib.AsyncExitStack() as stack:
        try:
            descriptor = await stack.enter_async_context(exclusive(path, patience_s=0))
        except HeldError:
            raise StartError(f"already running on {data_dir} (process {path.read_text()})") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield


async def _stop_signal() -> None:
    """Return at the first request to stop. One that comes while stopping changes nothing."""
    received = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as nohup leaves it
            loop.add_signal_handler(number, received.set)
    await received.wait()


def _cause(error: BaseException) -> BaseException:
    """The first failure of a task group: the others follow from it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _say(text: str) -> None:
    _write(sys.stdout, f"chat-insights: {text}\n")


def _complain(text: str) -> None:
    _write(sys.stderr, f"chat-insights: {text}\n")


def _write(stream: TextIO, text: str) -> None:
    with contextlib.suppress(OSError):  # nobody may be reading any more
        stream.write(text)
        stream.flush()
