"""Runs the import child and tells what came of it."""

import asyncio
import base64
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import BinaryIO

import msgspec
import structlog

from app.children import Child, running_child
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
    one_line = 64 * 1024 * 1024  # the sealed statistics
    descriptors = (task.source, task.target)
    async with running_child("domain.chats.importing.child", buffer_bytes=one_line, descriptors=descriptors) as child:
        try:
            async with asyncio.timeout(settings.import_timeout_s):
                outcome = await _converse(child, task, on_stage)
        except TimeoutError:
            outcome = Outcome(error_code=ImportLimitExceeded.code)
    if outcome is None and child.exit_code == -signal.SIGXCPU:
        outcome = Outcome(error_code=ImportLimitExceeded.code)
    if outcome is None or outcome.crash is not None:
        _log.error("import.crashed", returncode=child.exit_code, where=outcome.crash if outcome else None)
        raise ImportCrashed
    target.seek(0)
    return outcome


async def _converse(child: Child, task: ImportTask, on_stage: OnStage) -> Outcome | None:
    child.input.write(msgspec.json.encode(task) + b"\n")
    async for line in child.output:
        outcome = msgspec.json.decode(line, type=Outcome)
        if outcome.stage is None:
            return outcome
        await on_stage(ImportStage(outcome.stage))
    return None
