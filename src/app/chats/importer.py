"""Runs the import child and tells what came of it."""

import asyncio
import base64
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import BinaryIO

import msgspec
import structlog

from app.settings import Settings
from domain.chats.importing.errors import ImportLimitExceeded
from domain.chats.importing.protocol import ImportTask, Outcome
from domain.chats.imports import Claim
from domain.chats.states import ImportStage

OnStage = Callable[[ImportStage], Awaitable[None]]
_log = structlog.get_logger()


class ImportCrashed(Exception):
    """The child ended without an outcome, by a fault of ours or from outside: worth another try."""


@asynccontextmanager
async def scratch_file() -> AsyncIterator[BinaryIO]:
    """A file that has no name, so that nothing of it is left whoever is killed."""
    file = await asyncio.to_thread(tempfile.TemporaryFile)
    try:
        yield file
    finally:
        file.close()


async def run_import(
    settings: Settings,
    claim: Claim,
    source: BinaryIO,
    target: BinaryIO,
    on_stage: OnStage,
) -> Outcome:
    """Parse, count and seal `source` in a process of its own; sealed rows go to `target`.

    The outcome's `error_code` says when the export cannot be read, or not within the limits.

    Raises:
        ImportCrashed: there was no outcome.
    """
    source.seek(0)
    task = ImportTask(
        chat_id=claim.chat_id,
        key=base64.b64encode(claim.key).decode(),
        epoch=claim.epoch,
        source=source.fileno(),
        target=target.fileno(),
        memory_bytes=settings.import_memory_mb * 1024 * 1024,
        cpu_seconds=settings.import_timeout_s,
        options=claim.options,
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "domain.chats.importing.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=(task.source, task.target),
        limit=64 * 1024 * 1024,  # the sealed statistics come as one line
        env={"PYTHONUTF8": "1"},  # none of the worker's secrets
    )
    try:
        async with asyncio.timeout(settings.import_timeout_s):
            outcome = await _converse(child, task, on_stage)
    except TimeoutError:
        outcome = Outcome(error_code=ImportLimitExceeded.code)
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if outcome is None and child.returncode == -signal.SIGXCPU:
        outcome = Outcome(error_code=ImportLimitExceeded.code)
    if outcome is None or outcome.crash is not None:
        _log.error("import.crashed", returncode=child.returncode, where=outcome.crash if outcome else None)
        raise ImportCrashed
    target.seek(0)
    return outcome


async def _converse(child: asyncio.subprocess.Process, task: ImportTask, on_stage: OnStage) -> Outcome | None:
    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101 - as above
    child.stdin.write(msgspec.json.encode(task) + b"\n")
    async for line in child.stdout:
        outcome = msgspec.json.decode(line, type=Outcome)
        if outcome.stage is None:
            return outcome
        await on_stage(ImportStage(outcome.stage))
    return None
