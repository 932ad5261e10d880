"""Runs the indexing child: messages go in, points come out and are stored."""

import asyncio

import structlog

from app.children import next_frame, running_child
from domain.chats.repository import ChatRows
from domain.chats.service import written_messages
from domain.cipher import Opener
from domain.frames import frame
from domain.retrieval.index import VectorIndex
from domain.retrieval.indexing import IndexClaim
from domain.retrieval.options import EmbedderOptions
from domain.retrieval.protocol import Answer, Batch, Failure, Finished, IndexTask, decode_answer
from domain.retrieval.reader import token_key

MESSAGES_A_BATCH = 2_000
_BUFFER_BYTES = 4 * 1024 * 1024
"""Some batches of points, so that the child computes the next while one is being stored."""
_log = structlog.get_logger()


class IndexingEnded(Exception):
    """The run could not go on: `code` says why, and `retry_after_s` when it is worth another try."""

    def __init__(self, code: str, retry_after_s: float | None = None) -> None:
        super().__init__()
        self.code = code
        self.retry_after_s = retry_after_s


class IndexingCrashed(Exception):
    """The child ended without an answer, by a fault of ours or from outside."""


class IndexRun:
    """One run over one chat, in a process of its own."""

    def __init__(self, claim: IndexClaim, rows: ChatRows, index: VectorIndex, embedder: EmbedderOptions) -> None:
        self._claim = claim
        self._rows = rows
        self._index = index
        self._embedder = embedder
        self.progressed = False
        """Whether it has stored anything yet."""

    async def run(self) -> Finished:
        """Store what is missing of the version.

        Raises:
            IndexingEnded: the child said why it could not.
            IndexingCrashed: it did not.
            IndexUnavailable: the vector store did not answer.
        """
        await self._index.ensure_collection()
        stored = await self._index.positions(self._claim.version)
        async with running_child("domain.retrieval.child", buffer_bytes=_BUFFER_BYTES, environ=None) as child:
            task = IndexTask(embedder=self._embedder, token_key=token_key(self._claim.key), stored=sorted(stored))
            try:
                await self._tell(child.input, task)
                while isinstance(answer := await _answer(child.output), Batch):
                    await self._index.upsert(self._claim.chat_id, self._claim.version, answer.points)
                    self.progressed = True
            except (asyncio.IncompleteReadError, ConnectionError):
                raise IndexingCrashed from None
        if isinstance(answer, Failure):
            raise _ended(answer)
        return answer

    async def _tell(self, target: asyncio.StreamWriter, task: IndexTask) -> None:
        target.write(frame(task))
        chat_id, opener, after = self._claim.chat_id, Opener(self._claim.key), -1
        messages = None
        while messages is None or messages:
            messages = await written_messages(self._rows, opener, chat_id, after, MESSAGES_A_BATCH)
            after = messages[-1].position if messages else after
            target.write(frame(messages))
            await target.drain()


async def _answer(output: asyncio.StreamReader) -> Answer:
    answer: Answer = decode_answer(await next_frame(output))
    return answer


def _ended(failure: Failure) -> Exception:
    if failure.error_code is None:
        _log.error("indexing.crashed", where=failure.crash)
        return IndexingCrashed()
    return IndexingEnded(failure.error_code, failure.retry_after_s)
