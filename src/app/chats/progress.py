"""Watching an import: the wait of an upload, and the stream of its progress. Both read the chat's row."""

import time
from collections.abc import AsyncIterator
from uuid import UUID

from litestar.response.sse import ServerSentEventMessage

from app.chats.dto import ChatEvent
from app.errors import is_outage
from app.signals import Signals, chat_topic, next_signal
from app.streams import event, heartbeat, new_revisions
from domain.chats.repository import ChatRows, ChatState
from domain.chats.states import PROGRESS, ChatStatus, ImportStage


async def wait_until_settled(
    rows: ChatRows, signals: Signals, user_id: UUID, chat_id: UUID, timeout_s: float
) -> ChatState | None:
    """The chat's state once it is settled, or after `timeout_s`; None when it has been deleted meanwhile."""
    deadline = time.monotonic() + timeout_s
    async with signals.subscribed(chat_topic(chat_id)) as changed:
        while True:
            left = deadline - time.monotonic()
            try:
                state = await rows.state(user_id, chat_id)
            except Exception as error:
                if left <= 0 or not is_outage(error):  # the upload is safe, and the server may be back in time
                    raise
            else:
                if state is None or state.is_settled or left <= 0:
                    return state
            await next_signal(changed, left)


async def chat_events(
    rows: ChatRows, signals: Signals, user_id: UUID, chat_id: UUID, last: int
) -> AsyncIterator[ServerSentEventMessage]:
    """An event for each new revision of the chat's state; ends when it is settled or gone."""
    states = new_revisions(lambda: rows.state(user_id, chat_id), signals, chat_topic(chat_id), last)
    async for state in states:
        yield _event(chat_id, state) if state is not None else heartbeat()


def _event(chat_id: UUID, state: ChatState) -> ServerSentEventMessage:
    data = ChatEvent(
        chat_id=chat_id,
        status=ChatStatus(state.status).value,
        stage=state.stage,
        progress_percentage=PROGRESS[ImportStage(state.stage)],
        error_code=state.error_code,
    )
    return event("done" if state.is_settled else "progress", data, state.revision)
