"""A chat's messages as JSON: all of them in a stream of bounded memory, or a page."""

from collections.abc import AsyncIterator

import msgspec
from litestar import Response
from litestar.response import Stream

from app.chats.dto import MessageView
from app.chats.views import message_views
from domain.chats.repository import ChatRows
from domain.chats.service import OpenedChat

BATCH = 2000
MEDIA_TYPE = "application/json"
_encode = msgspec.json.Encoder().encode


class ChatGone(Exception):
    """The chat was deleted while its messages were being sent: the connection ends without the end of the array."""


async def message_page(
    rows: ChatRows, chat: OpenedChat, path: str, after: int, limit: int
) -> Response[list[MessageView]]:
    """Up to `limit` messages behind a position, with a Link to the next page where there is one."""
    found = await rows.messages(chat.row.id, after, limit + 1)
    page = message_views(chat, found[:limit])
    headers = {}
    if len(found) > limit:
        headers["Link"] = f'<{path}?limit={limit}&after={page[-1].position}>; rel="next"'
    return Response(page, headers=headers, media_type=MEDIA_TYPE)


def message_stream(rows: ChatRows, chat: OpenedChat, after: int) -> Stream:
    """All messages behind a position, batch by batch; no connection is held between batches."""
    return Stream(_array(rows, chat, after), media_type=MEDIA_TYPE)


async def _array(rows: ChatRows, chat: OpenedChat, after: int) -> AsyncIterator[bytes]:
    separator = b"["
    last = chat.row.message_count - 1
    while after < last:
        found = await rows.messages(chat.row.id, after, BATCH)
        if not found:
            raise ChatGone
        yield separator + _encode(message_views(chat, found))[1:-1]
        separator = b","
        after = found[-1][1]
    yield b"]" if separator == b"," else b"[]"
