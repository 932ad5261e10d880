"""Takes in a multipart upload while it arrives: the file goes piece by piece to the blob store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import msgspec
import obstore
from litestar import Request
from litestar.exceptions import InternalServerException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from obstore.store import ObjectStore

from domain.chats.errors import UploadMalformed, UploadTooLarge

_PARTS = 20
_FIELD_BYTES = 10_000
_FORM_BYTES = 1 << 20
"""What a form may hold beside its file."""
_DRAIN_BYTES = 64 << 20
_DRAIN_S = 10.0


class ReceivedForm(msgspec.Struct):
    """An upload that has arrived: the file lies in the store, the other parts are here."""

    filename: str
    fields: dict[str, str]


async def receive_upload(
    request: Request[Any, Any, Any], store: ObjectStore, name: str, limit_bytes: int
) -> ReceivedForm:
    """Store the part named `file` under `name`, and return its file name and the form's other parts.

    Raises:
        UploadMalformed: not a complete multipart form, or without exactly one file.
        UploadTooLarge: the file has more than `limit_bytes`; nothing is stored.
    """
    content_type, options = parse_options_header(request.headers.get("content-type", ""))
    if content_type != "multipart/form-data" or not options.get("boundary"):
        raise UploadMalformed
    body = _arriving(request)
    try:
        _refuse_announced(request, limit_bytes)
        return await _Form(options["boundary"], body, limit_bytes).receive(store, name)
    except MultipartError:
        raise UploadMalformed from None
    except UploadTooLarge:
        await _drain(body)
        raise


def _refuse_announced(request: Request[Any, Any, Any], limit_bytes: int) -> None:
    if int(request.headers.get("content-length", "0")) > limit_bytes + _FORM_BYTES:
        raise UploadTooLarge


async def _arriving(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException:  # so says the framework of a client that has gone, which is no fault of ours
        raise UploadMalformed from None


class _Form:
    def __init__(self, boundary: str, body: AsyncIterator[bytes], limit_bytes: int) -> None:
        self._parser = PushMultipartParser(boundary, max_segment_count=_PARTS)
        self._body = body
        self._limit = limit_bytes
        self._events = self._parse()

    async def receive(self, store: ObjectStore, name: str) -> ReceivedForm:
        filename: str | None = None
        fields: dict[str, str] = {}
        async for event in self._events:
            if not isinstance(event, MultipartSegment):
                raise UploadMalformed
            if event.name == "file":
                if filename is not None:
                    raise UploadMalformed
                filename = event.filename or ""
                await obstore.put_async(store, name, self._file(), max_concurrency=2)
            else:
                fields[event.name] = await self._field()
        if filename is None:
            raise UploadMalformed("The form has no part named file.")
        return ReceivedForm(filename, fields)

    async def _parse(self) -> AsyncIterator[MultipartSegment | bytes | bytearray | None]:
        with self._parser as parser:
            received = 0
            async for chunk in self._body:
                if not chunk:
                    continue
                received += len(chunk)
                if received > self._limit + _FORM_BYTES:
                    raise UploadTooLarge
                for event in parser.parse(chunk):
                    yield event
                if parser.closed:
                    break

    async def _file(self) -> AsyncIterator[bytes]:
        received = 0
        async for piece in self._events:
            if piece is None:
                return
            assert not isinstance(piece, MultipartSegment)  # noqa: S101 - a part ends before the next begins
            received += len(piece)
            if received > self._limit:
                raise UploadTooLarge
            yield bytes(piece)

    async def _field(self) -> str:
        value = bytearray()
        async for piece in self._events:
            if piece is None:
                break
            assert not isinstance(piece, MultipartSegment)  # noqa: S101 - as above
            value += piece
            if len(value) > _FIELD_BYTES:
                raise UploadMalformed("A part of the form is too long.")
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise UploadMalformed("A part of the form is not UTF-8.") from None


async def _drain(body: AsyncIterator[bytes]) -> None:
    """Read on for a while: a client that is still sending would not see an answer before it has finished."""
    drained = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            async for chunk in body:
                drained += len(chunk)
                if drained > _DRAIN_BYTES:
                    return
