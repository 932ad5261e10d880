"""Watching a generation job: what has changed since a revision, as server-sent events."""

from collections.abc import AsyncIterator
from uuid import UUID

from litestar.response.sse import ServerSentEventMessage

from app.insights.views import insight_view, job_progress
from app.resources import Resources
from app.signals import unlock_topic
from app.streams import event, heartbeat, new_revisions
from domain.base import utc_now
from domain.chats.errors import ChatNotFound
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader
from domain.insights.errors import UnlockNotFound
from domain.insights.reader import InsightReader, UnlockRow


class JobWatcher:
    """One client that watches one job."""

    def __init__(self, resources: Resources, user_id: UUID, unlock_id: UUID) -> None:
        self._signals = resources.signals
        self._reader = InsightReader(resources.database.reads)
        self._chats = ChatReader(ChatRows(resources.database.reads), resources.master_keys)
        self._user_id = user_id
        self._unlock_id = unlock_id

    async def events(self, last: int) -> AsyncIterator[ServerSentEventMessage]:
        """Everything behind revision `last`, until the job is settled.

        `stage` and `insight` have the revision at which they changed, `progress` and `done` that of the state: a
        client that breaks off anywhere gets the rest.
        """
        typical_s = await self._reader.typical_duration_s()
        async for row in new_revisions(self._look, self._signals, unlock_topic(self._unlock_id), last):
            if row is None:
                yield heartbeat()
                continue
            for revision, name, data in await self._changes(row, last, typical_s):
                yield event(name, data, revision)
            last = row.revision

    async def _look(self) -> UnlockRow | None:
        try:
            return await self._reader.unlock(self._user_id, self._unlock_id)
        except UnlockNotFound:
            return None

    async def _changes(self, row: UnlockRow, last: int, typical_s: float) -> list[tuple[int, str, object]]:
        progress = job_progress(row, typical_s, utc_now())
        found: list[tuple[int, str, object]] = await self._insights(row, last)
        if row.stage_revision > last and not row.is_settled:
            found.append((row.stage_revision, "stage", progress))
        found.sort(key=lambda change: change[0])
        return [*found, (row.revision, "done" if row.is_settled else "progress", progress)]

    async def _insights(self, row: UnlockRow, last: int) -> list[tuple[int, str, object]]:
        rows = [one for one in await self._reader.of_unlock(row.id, last) if one.revision <= row.revision]
        if not rows:
            return []
        try:
            chat = await self._chats.one(self._user_id, row.chat_id)
        except ChatNotFound:  # it was deleted, and its insights with it
            return []
        return [(one.revision, "insight", insight_view(chat, one)) for one in rows]
