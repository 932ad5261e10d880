"""The declarative base: UUIDv7 ids, aware UTC timestamps, constraint names by convention."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from advanced_alchemy.base import AdvancedDeclarativeBase, CommonTableAttributes
from advanced_alchemy.mixins.audit import AuditColumns
from sqlalchemy import Enum
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7


class Record(CommonTableAttributes, AdvancedDeclarativeBase):
    """A row with an id and no timestamps of its own."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(default=uuid7, primary_key=True, sort_order=-100)


class Entity(Record, AuditColumns):
    """A row with an id, `created_at` and `updated_at`."""

    __abstract__ = True


metadata = Record.metadata


def text_of(kind: type[StrEnum], name: str) -> Enum:
    """A column type: the members' values as text, under a check constraint of that name."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def utc_now() -> datetime:
    """The present moment, aware, for the edges: pure functions take `now` as an argument."""
    return datetime.now(UTC)
