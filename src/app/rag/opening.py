"""Opens a chat's index for a question, and has it made where it is missing."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response

from app.errors import problem, status_of
from app.providers import build_indexing_service
from app.resources import Resources
from app.signals import chat_topic, next_signal
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader, OpenedChat
from domain.chats.states import VectorStatus
from domain.errors import DomainError
from domain.retrieval.errors import ChatIndexing, ChatNotIndexed
from domain.retrieval.index import IndexMissing
from domain.retrieval.reader import IndexReader, OpenIndex
from domain.retrieval.repository import IndexRows

RETRY_AFTER_S = 2


class Searchable(msgspec.Struct, frozen=True):
    chat: OpenedChat
    index: OpenIndex


class IndexOpener:
    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        reads, keys = resources.database.reads, resources.master_keys
        self._chats = ChatReader(ChatRows(reads), keys)
        self._indexes = IndexReader(IndexRows(reads), keys, resources.collection)

    async def open(self, user_id: UUID, chat_id: UUID, wait_s: float) -> Searchable:
        """A user's chat with its index, which is waited for up to `wait_s` seconds while it is being made.

        Raises:
            ChatNotFound: it does not exist, or it is another user's.
            ChatNotReady: it is still being imported.
            ChatImportFailed: it never will be.
            ChatIndexing: there is no index yet; it has been asked for.
            ChatNotIndexed: the last attempt has failed; another has been asked for.
        """
        deadline = time.monotonic() + wait_s
        requested = False
        async with self._resources.signals.subscribed(chat_topic(chat_id)) as changed:
            while True:
                chat = await self._chats.imported(user_id, chat_id)
                index = await self._indexes.open(chat)
                if index is not None:
                    return Searchable(chat, index)
                if not requested:
                    await self._request(chat_id)
                    requested = True
                if chat.row.vector_status == VectorStatus.FAILED:
                    raise ChatNotIndexed
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ChatIndexing
                await next_signal(changed, left)

    async def _request(self, chat_id: UUID) -> None:
        async with self._resources.database.transaction() as session:
            await build_indexing_service(session, self._resources).request(chat_id)

    @asynccontextmanager
    async def remade_if_missing(self, chat_id: UUID) -> AsyncIterator[None]:
        """A block in which the vector store may turn out to have lost the chat's index.

        Raises:
            ChatIndexing: it has, and the index is being made anew.
        """
        try:
            yield
        except IndexMissing:
            async with self._resources.database.transaction() as session:
                await build_indexing_service(session, self._resources).renew(chat_id, now=True)
            raise ChatIndexing from None


def on_chat_indexing(request: Request[Any, Any, Any], error: DomainError) -> Response[bytes]:
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return problem(request, status_of(type(error)), error.code, error.message, headers=headers)
