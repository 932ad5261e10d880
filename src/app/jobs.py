"""Which jobs there are: by queue, and by schedule."""

from app.chats.jobs import erase_account_chats, import_chat, remove_chat, sweep_uploads
from app.idempotency import sweep_idempotency_keys
from app.insights.jobs import cancel_unlocks, run_unlock, settle_overdue_unlocks
from app.payments.jobs import reconcile_payments
from app.queues import JobFunction
from app.rag.jobs import index_chat, remove_index, sweep_indexes
from app.settings import Settings
from domain.outbox import Queue

FUNCTIONS: dict[Queue, list[JobFunction]] = {
    Queue.IMPORTS: [import_chat],
    Queue.INDEXING: [index_chat],
    Queue.INSIGHTS: [run_unlock],
    Queue.MAINTENANCE: [cancel_unlocks, erase_account_chats, remove_chat, remove_index],
}
WITHOUT_QUEUE: list[JobFunction] = [settle_overdue_unlocks]
"""Run by every worker itself, every SWEEP_INTERVAL_S: what must happen also while Redis is away."""


def scheduled(settings: Settings) -> dict[JobFunction, str]:
    """The sweeps, each with its time in cron's notation, seconds last."""
    every = settings.sweep_interval_s
    often = f"* * * * * */{every}" if every < 60 else f"*/{min(every // 60, 59)} * * * *"  # noqa: PLR2004 - a minute
    return {
        sweep_uploads: often,
        sweep_indexes: often,
        reconcile_payments: often,
        sweep_idempotency_keys: "41 * * * *",
    }
