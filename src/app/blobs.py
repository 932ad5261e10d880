"""Where an uploaded export lies until it is imported: a local folder, or S3 in production, by BLOB_URL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from app.settings import Settings

UPLOADS = "uploads"
_PART_BYTES = 8 * 1024 * 1024


def upload_name(chat_id: UUID) -> str:
    """The blob that holds a chat's export until it is imported."""
    return f"{UPLOADS}/{chat_id}"


def open_store(settings: Settings) -> ObjectStore:
    """The store that BLOB_URL names; a local folder is made, readable by its owner alone."""
    url = urlsplit(settings.blob_url)
    if url.scheme == "memory":
        return MemoryStore()
    if url.scheme != "file":
        return from_url(settings.blob_url)
    folder = Path(unquote(url.path))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)


async def download(store: ObjectStore, name: str, target: IO[bytes]) -> None:
    """Write a blob into an open file, piece by piece.

    Raises:
        FileNotFoundError: there is no such blob.
    """
    found = await obstore.get_async(store, name)
    async for piece in found.stream(min_chunk_size=_PART_BYTES):
        await asyncio.to_thread(target.write, memoryview(piece))
    target.flush()


async def remove(store: ObjectStore, name: str) -> None:
    """Remove a blob; one that is gone already is as good."""
    with suppress(NotFoundError, FileNotFoundError):
        await obstore.delete_async(store, name)


async def uploads_before(store: ObjectStore, moment: datetime) -> AsyncIterator[tuple[UUID, str]]:
    """Chat id and name of the uploads that were written before a moment."""
    async for page in obstore.list(store, prefix=UPLOADS):
        for meta in page:
            chat_id = _chat_of(meta["path"])
            if chat_id is not None and meta["last_modified"] < moment:
                yield chat_id, meta["path"]


def _chat_of(name: str) -> UUID | None:
    try:
        return UUID(name.removeprefix(UPLOADS + "/"))
    except ValueError:  # not one of ours
        return None


def remove_abandoned_parts(settings: Settings, moment: datetime) -> None:
    """Remove what a killed process left of an upload in a local folder; other stores expire such parts themselves."""
    url = urlsplit(settings.blob_url)
    if url.scheme != "file":
        return
    for part in (Path(unquote(url.path)) / UPLOADS).glob("*#*"):
        if part.stat().st_mtime < moment.timestamp():
            part.unlink(missing_ok=True)
