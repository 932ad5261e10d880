"""Which jobs there are: by queue, and by schedule."""

from app.chats.jobs import erase_account_chats, import_chat, remove_chat, sweep_uploads
from app.queues import JobFunction
from app.rag.jobs import index_chat, remove_index, sweep_indexes
from app.settings import Settings
from domain.outbox import Queue

FUNCTIONS: dict[Queue, list[JobFunction]] = {
    Queue.IMPORTS: [import_chat],
    Queue.INDEXING: [index_chat],
    Queue.INSIGHTS: [],
    Queue.MAINTENANCE: [erase_account_chats, remove_chat, remove_index],
}


def scheduled(settings: Settings) -> dict[JobFunction, str]:
    """The sweeps, each with its time in cron's notation, seconds last."""
    every = settings.sweep_interval_s
    cron = f"* * * * * */{every}" if every < 60 else f"*/{min(every // 60, 59)} * * * *"  # noqa: PLR2004 - a minute
    return dict.fromkeys((sweep_uploads, sweep_indexes), cron)
