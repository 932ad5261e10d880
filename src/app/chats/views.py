"""From opened chats to answers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec

from app.chats.dto import ChatView, MessageView, PublicStatistics
from domain.catalogue.service import CategoryName
from domain.chats.sealing import open_bodies
from domain.chats.service import OpenedChat
from domain.chats.statistics.model import Statistics
from domain.chats.statistics.public import initials, shared_view
from domain.chats.transcript import SYSTEM_SENDER, Flag, ImportReport, Kind

Categories = Mapping[UUID, CategoryName]

_KINDS = {kind.value: kind.name.lower() for kind in Kind}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock without a zone


def chat_view(chat: OpenedChat, user_id: str, categories: Categories, unlocked: Collection[UUID] = ()) -> ChatView:
    """A chat for its owner, who has unlocked insights for these chats."""
    row, profile = chat.row, chat.profile
    category = categories.get(row.category_id) if row.category_id else None
    # The statistics are stored as the JSON that clients get, and go into the answer as they are.
    statistics = cast("Statistics", msgspec.Raw(chat.statistics)) if chat.statistics is not None else None
    report = cast("ImportReport", msgspec.Raw(row.import_report.encode())) if row.import_report else None
    return ChatView(
        chat_id=row.id,
        user_id=user_id,
        title=chat.title,
        filename=chat.filename,
        participants=profile.participants if profile is not None else None,
        user_display_name=chat.display_name,
        chat_metadata=statistics,
        category_id=row.category_id,
        category_slug=category.slug if category else None,
        category_name=category.name if category else None,
        created_at=row.created_at,
        platform=row.platform,
        status=cast("Any", row.status),
        insights_unlocked=row.id in unlocked,
        vector_status=cast("Any", row.vector_status),
        chunk_count=row.chunk_count,
        indexed_at=row.indexed_at,
        error_log=row.error_code,
        import_report=report,
        message_count=row.message_count,
        shared=row.shared,
        show_names=row.show_names,
    )


def public_statistics(chat: OpenedChat) -> PublicStatistics:
    profile, stored = chat.profile, chat.statistics
    participants = profile.participants if profile is not None else []
    names = {name: name for name in participants} if chat.row.show_names else initials(participants)
    statistics = msgspec.json.decode(stored, type=dict[str, Any]) if stored is not None else None
    return PublicStatistics(
        id=chat.row.id,
        filename=None,
        participants=[names[name] for name in participants],
        chat_metadata=cast("Any", shared_view(statistics, names) if statistics is not None else None),
        created_at=chat.row.created_at,
    )


def message_views(chat: OpenedChat, rows: Sequence[tuple[UUID, int, int, int, int, int, bytes]]) -> list[MessageView]:
    """Messages from rows of (id, position, sent_at, sender, kind, flags, sealed)."""
    assert chat.profile is not None  # noqa: S101 - a chat with messages has a profile
    chat_id, names, zone = chat.row.id, chat.profile.participants, "Z" if chat.profile.utc else ""
    bodies = open_bodies(chat.opener, chat_id, [(row[0], row[6]) for row in rows])
    return [
        MessageView(
            message_id,
            chat_id,
            None if sender == SYSTEM_SENDER else names[sender],
            body.text,
            (_EPOCH + timedelta(seconds=sent_at)).isoformat() + zone,
            position,
            cast("Any", _KINDS[kind]),
            flags & Flag.EDITED.value != 0,
            flags & Flag.VIEW_ONCE.value != 0,
            body.attachment,
        )
        for (message_id, position, sent_at, sender, kind, flags, _), body in zip(rows, bodies, strict=True)
    ]
