"""Runs the indexing child: messages go in, points come out and are stored."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from domain.chats.repository import ChatRows
from domain.chats.service import written_messages
from domain.cipher import Opener
from domain.retrieval.index import VectorIndex
from domain.retrieval.indexing import IndexClaim
from domain.retrieval.options import EmbedderOptions
from domain.retrieval.protocol import LENGTH, Answer, Batch, Failure, Finished, IndexTask, decode_answer, frame
from domain.retrieval.reader import token_key

MESSAGES_A_BATCH = 2_000
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
        async with _child() as (source, target):
            task = IndexTask(embedder=self._embedder, token_key=token_key(self._claim.key), stored=sorted(stored))
            try:
                await self._tell(target, task)
                while True:
                    answer = await _answer(source)
                    if not isinstance(answer, Batch):
                        break
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


async def _answer(source: asyncio.StreamReader) -> Answer:
    (length,) = LENGTH.unpack(await source.readexactly(LENGTH.size))
    answer: Answer = decode_answer(await source.readexactly(length))
    return answer


def _ended(failure: Failure) -> Exception:
    if failure.error_code is None:
        _log.error("indexing.crashed", where=failure.crash)
        return IndexingCrashed()
    return IndexingEnded(failure.error_code, failure.retry_after_s)


@asynccontextmanager
async def _child() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "domain.retrieval.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=4 * 1024 * 1024,  # some batches, so that it computes the next while one is being stored
    )
    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101 - as above
    try:
        yield child.stdout, child.stdin
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
