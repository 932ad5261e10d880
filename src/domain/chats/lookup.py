"""Messages of a chat by their positions or by what is known of them without opening them."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
import msgspec

from domain.chats.sealing import open_bodies
from domain.chats.service import OpenedChat
from domain.chats.transcript import Flag

MessageRow = tuple[UUID, int, int, int, int, int, bytes]
"""(id, position, sent_at, sender, kind, flags, sealed)"""

_WRITTEN = f"sender >= 0 AND flags & {Flag.PLACEHOLDER.value} = 0"
_SAMPLES = 128


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """What a message has to be; None does not matter."""

    sender: int | None = None
    first: int | None = None
    """Sent in this second or later, on the clock of the export."""
    last: int | None = None
    kind: int | None = None


class QuotedMessage(msgspec.Struct, frozen=True):
    """A message with what somebody wrote in it."""

    id: UUID
    position: int
    sent_at: int
    sender: int
    text: str


class MessageLookup:
    """Single reading statements, on plain connections; none finds anything once the chat is gone."""

    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def written(self, chat_id: UUID, positions: Collection[int]) -> Sequence[tuple[int, int, int]]:
        """(position, sender, sent_at) of those of the positions at which somebody wrote something."""
        statement = f"""
            SELECT position, sender, sent_at FROM message
            WHERE chat_id = $1 AND position = ANY($2::int[]) AND {_WRITTEN}
        """  # noqa: S608 - constants alone are put in
        found: Sequence[tuple[int, int, int]] = await self._reads.fetch(statement, chat_id, positions)
        return found

    async def quoted(self, chat: OpenedChat, positions: Collection[int]) -> list[QuotedMessage]:
        """Those of the positions at which somebody wrote something, opened, in order."""
        statement = f"""
            SELECT id, position, sent_at, sender, sealed FROM message
            WHERE chat_id = $1 AND position = ANY($2::int[]) AND {_WRITTEN}
                AND EXISTS (SELECT FROM chat_key WHERE chat_key.id = $1)
            ORDER BY position
        """  # noqa: S608 - as above
        rows = await self._reads.fetch(statement, chat.row.id, positions)
        bodies = open_bodies(chat.opener, chat.row.id, [(row["id"], row["sealed"]) for row in rows])
        return [
            QuotedMessage(message_id, position, sent_at, sender, body.text)
            for (message_id, position, sent_at, sender, _), body in zip(rows, bodies, strict=True)
        ]

    async def rows(self, chat_id: UUID, positions: Collection[int]) -> Sequence[MessageRow]:
        """The messages at these positions, in order."""
        statement = """
            SELECT id, position, sent_at, sender, kind, flags, sealed FROM message
            WHERE chat_id = $1 AND position = ANY($2::int[]) AND EXISTS (SELECT FROM chat_key WHERE chat_key.id = $1)
            ORDER BY position
        """
        found: Sequence[MessageRow] = await self._reads.fetch(statement, chat_id, positions)
        return found

    async def matching(
        self, chat_id: UUID, criteria: Criteria, limit: int, among: Collection[int] | None = None
    ) -> list[int]:
        """The first `limit` positions, of all or of some, whose messages meet the criteria."""
        statement = """
            SELECT position FROM message
            WHERE chat_id = $1 AND ($2::int[] IS NULL OR position = ANY($2))
                AND ($3::int IS NULL OR sender = $3) AND ($4::bigint IS NULL OR sent_at >= $4)
                AND ($5::bigint IS NULL OR sent_at <= $5) AND ($6::int IS NULL OR kind = $6)
            ORDER BY position LIMIT $7
        """
        wanted = (criteria.sender, criteria.first, criteria.last, criteria.kind)
        return [row["position"] for row in await self._reads.fetch(statement, chat_id, among, *wanted, limit)]

    async def times(self, chat_id: UUID, message_count: int) -> list[tuple[int, int]]:
        """(position, sent_at) of messages spread evenly over the chat, with its first and its last."""
        step = max(1, message_count // _SAMPLES)
        positions = sorted({*range(0, message_count, step), max(0, message_count - 1)})
        statement = "SELECT position, sent_at FROM message WHERE chat_id = $1 AND position = ANY($2::int[]) ORDER BY 1"
        return [(row["position"], row["sent_at"]) for row in await self._reads.fetch(statement, chat_id, positions)]
