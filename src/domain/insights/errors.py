"""What can go wrong with unlocks and insights."""

from uuid import UUID

from domain.errors import Conflict, Forbidden, Invalid, Malformed, NotFound


class UnlockNotFound(NotFound):
    code = "job_not_found"
    detail = "There is no such generation job."


class InsightNotFound(NotFound):
    code = "insight_not_found"
    detail = "There is no such insight."


class InsightTypeNotFound(NotFound):
    code = "insight_type_not_found"
    detail = "There is no such insight type."


class AlreadyUnlocked(Malformed):
    """Its members `unlock_id` and `job_id` name the unlock there is."""

    code = "already_unlocked"
    detail = "This category is unlocked for this chat already."

    def __init__(self, unlock_id: UUID) -> None:
        super().__init__(unlock_id=unlock_id, job_id=unlock_id)


class ChatTooSmall(Invalid):
    code = "chat_too_small"
    detail = "The chat holds too few messages for insights: 20 written ones, and 5 each of two people, are needed."


class CategoryNotForGroups(Invalid):
    code = "category_not_for_groups"
    detail = "The insights of this category are about two people, and others write in this chat."


class CategoryNotUnlocked(Forbidden):
    code = "category_not_unlocked"
    detail = "The insight's category is not unlocked for this chat."


class InsightRunning(Conflict):
    code = "insight_running"
    detail = "The insight is being made."


class InsightCompleted(Conflict):
    code = "insight_completed"
    detail = "The insight was delivered."


class AlreadyRefunded(Conflict):
    code = "already_refunded"
    detail = "The insight was refunded. Unlock the category again to have it made."
