"""The process in which one chat's index is computed: `python -m domain.retrieval.child`.

A process of its own, so that neither its use of the interpreter nor its memory is anybody else's, and at a lower
priority than theirs. It speaks `domain.retrieval.protocol` on standard input and output and keeps nothing.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
import numpy as np

from domain.childprocess import end_with_parent, where_raised
from domain.errors import DomainError
from domain.frames import frame, read_frame
from domain.retrieval.embedding import Embedder, EmbedderUnavailable, build_embedder
from domain.retrieval.index import IndexPoint
from domain.retrieval.lexical import TokenHasher, build_lexicon, sparse_entries
from domain.retrieval.model import IndexedMessage, SparseEntry
from domain.retrieval.protocol import Batch, Failure, Finished, IndexTask, decode_messages, decode_task

POINTS_A_BATCH = 100
"""As many texts as Gemini takes at once."""
_NICENESS = 5


def main() -> None:
    os.nice(_NICENESS)
    said = sys.stdin.buffer
    task = decode_task(read_frame(said))
    messages = [message for batch in iter(lambda: decode_messages(read_frame(said)), []) for message in batch]
    end_with_parent()
    try:
        _say(asyncio.run(_run(task, messages)))
    except DomainError as error:
        wait = error.retry_after_s if isinstance(error, EmbedderUnavailable) else None
        _say(Failure(error_code=error.code, retry_after_s=wait))
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote the chat
        _say(Failure(crash=where_raised(error)))


async def _run(task: IndexTask, messages: list[IndexedMessage]) -> Finished:
    lexicon = build_lexicon(messages, TokenHasher(task.token_key))
    embedder = build_embedder(task.embedder)
    stored = set(task.stored)
    points = 0
    try:
        for entries in _batches(sparse_entries(messages, lexicon)):
            points += len(entries)
            if missing := [entry for entry in entries if entry.position not in stored]:
                _say(Batch(await _points(missing, messages, embedder)))
    finally:
        if embedder is not None:
            await embedder.close()
    return Finished(msgspec.msgpack.encode(lexicon.facts), points)


async def _points(
    entries: list[SparseEntry], messages: list[IndexedMessage], embedder: Embedder | None
) -> list[IndexPoint]:
    """A position is its message's index: all of a chat's messages were given."""
    dense: dict[str, bytes] = {}
    if embedder is not None:
        # In chats many messages are the same few words.
        texts = list(dict.fromkeys(text for entry in entries if (text := messages[entry.position].text.strip())))
        rows = await embedder.embed_documents(texts)
        dense = {text: row.astype(np.float32).tobytes() for text, row in zip(texts, rows, strict=True)}
    return [
        IndexPoint(entry.position, entry.lists, dense.get(messages[entry.position].text.strip())) for entry in entries
    ]


def _batches(entries: Iterable[SparseEntry]) -> Iterator[list[SparseEntry]]:
    remaining = iter(entries)
    return iter(lambda: list(islice(remaining, POINTS_A_BATCH)), [])


def _say(answer: Batch | Failure | Finished) -> None:
    sys.stdout.buffer.write(frame(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
