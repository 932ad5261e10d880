"""The jobs of chats: a transaction a step, and one service method in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import text

from app import blobs
from app.chats.importer import ImportCrashed, OnStage, run_import, scratch_file
from app.leases import while_held
from app.providers import build_chat_service, build_indexing_service
from app.queues import NotNow
from app.resources import Resources
from app.signals import chat_topic
from domain.base import utc_now
from domain.chats.errors import ImportFailed
from domain.chats.importing.protocol import Outcome
from domain.chats.imports import ATTEMPTS, LEASE_S, Claim, ImportService
from domain.chats.repository import ChatRepository, delete_messages
from domain.chats.states import ImportStage
from domain.leases import Held, Superseded
from domain.outbox import Outbox, Queue

_DELETE_AT_ONCE = 10_000
_ORPHAN_AGE = timedelta(hours=1)


async def import_chat(resources: Resources, chat_id: UUID) -> None:
    """Turn the uploaded export into messages and statistics."""
    while (claim := await _claim(resources, chat_id)) is not None:
        async with _released_on_failure(resources, claim):
            if await _import(resources, claim):
                break
    await resources.signals.send(chat_topic(chat_id))
    await blobs.remove(resources.blobs, blobs.upload_name(chat_id))


async def _claim(resources: Resources, chat_id: UUID) -> Claim | None:
    try:
        async with _imports(resources) as imports:
            return await imports.claim(chat_id)
    except Held as held:
        raise NotNow(held.until) from None


async def _import(resources: Resources, claim: Claim) -> bool:
    """Import and settle; False when superseded, and then upload and job are still another run's."""

    async def renew() -> bool:
        async with _imports(resources) as imports:
            return await imports.renew(claim)

    async def on_stage(stage: ImportStage) -> None:
        async with _imports(resources) as imports:
            await imports.advance(claim, stage)
        await resources.signals.send(chat_topic(claim.chat_id))

    async with scratch_file() as source, scratch_file() as target:
        try:
            await blobs.download(resources.blobs, blobs.upload_name(claim.chat_id), source)
        except FileNotFoundError:
            outcome = Outcome(error_code=ImportFailed.code)
        else:
            reading = _read(resources, claim, source, target, on_stage)
            try:
                outcome = await while_held(reading, renew, LEASE_S)
            except Superseded:
                return False
        if outcome.error_code is None:
            await on_stage(ImportStage.STORING)
        async with resources.database.transaction() as session:
            imports = ImportService(session, resources.master_keys)
            if outcome.error_code is not None:
                return await imports.fail(claim, outcome.error_code)
            completed = await imports.complete(claim, outcome, target)
            if completed and not resources.settings.embedder.costs_money:
                await build_indexing_service(session, resources).request(claim.chat_id)
            return completed


async def _read(resources: Resources, claim: Claim, source: BinaryIO, target: BinaryIO, on_stage: OnStage) -> Outcome:
    """What came of the import child; one that crashed is tried again by another run, unless this was the last."""
    try:
        return await run_import(resources.settings, claim, source, target, on_stage)
    except ImportCrashed:
        if claim.fence < ATTEMPTS:
            raise
        return Outcome(error_code=ImportFailed.code)


@asynccontextmanager
async def _imports(resources: Resources) -> AsyncIterator[ImportService]:
    async with resources.database.transaction() as session:
        yield ImportService(session, resources.master_keys)


@asynccontextmanager
async def _released_on_failure(resources: Resources, claim: Claim) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        with suppress(Exception):
            async with _imports(resources) as imports:
                await imports.release(claim)
        raise


async def remove_chat(resources: Resources, chat_id: UUID) -> None:
    """Remove what is left of a deleted chat, which nobody can open any more."""
    async with resources.database.transaction() as session:
        outbox = Outbox(session)
        await outbox.add(Queue.MAINTENANCE, "cancel_unlocks", chat_id=chat_id)
        await outbox.add(Queue.MAINTENANCE, "remove_index", chat_id=chat_id)
    await blobs.remove(resources.blobs, blobs.upload_name(chat_id))
    deleted = _DELETE_AT_ONCE
    while deleted == _DELETE_AT_ONCE:
        async with resources.database.transaction() as session:
            deleted = await delete_messages(session, chat_id, _DELETE_AT_ONCE)
    # A deleted row stays in the table's file until it is vacuumed, and this one was a key.
    async with resources.database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM chat_key"))


async def erase_account_chats(resources: Resources, user_id: UUID) -> None:
    """Delete all chats of a user whose account was deleted."""
    async with resources.database.transaction() as session:
        await build_chat_service(session, resources).delete_all(user_id)


async def sweep_uploads(resources: Resources) -> None:
    """Remove uploads that no import waits for: their request, or their job, was lost on the way."""
    now = utc_now()
    found = {chat_id: name async for chat_id, name in blobs.uploads_before(resources.blobs, now - _ORPHAN_AGE)}
    async with resources.database.transaction() as session:
        needed = await ChatRepository(session=session).importing(list(found))
    for chat_id in found.keys() - needed:
        await blobs.remove(resources.blobs, found[chat_id])
    await asyncio.to_thread(blobs.remove_abandoned_parts, resources.settings, now - _ORPHAN_AGE)
