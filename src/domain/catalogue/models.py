"""What is sold: categories of insights, their insight types, and packages of coins.

Rows come from the seed alone. One that leaves the catalogue becomes inactive: what was bought still points to it.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Record


class Category(Record):
    __tablename__ = "category"

    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    description: Mapped[str]
    icon: Mapped[str]
    base_cost: Mapped[int]
    """In coins, for all of its insight types; the sum of their `credit_cost`."""
    sort_order: Mapped[int]
    active: Mapped[bool]


class InsightType(Record):
    __tablename__ = "insight_type"
    __table_args__ = (CheckConstraint("credit_cost >= 0", name="credit_cost"),)

    category_id: Mapped[UUID] = mapped_column(ForeignKey(Category.id), index=True)
    name: Mapped[str] = mapped_column(unique=True)
    display_title: Mapped[str]
    description: Mapped[str]
    icon: Mapped[str]
    is_premium: Mapped[bool]
    for_groups: Mapped[bool]
    """Whether chats of more than two people can carry it."""
    credit_cost: Mapped[int]
    """Its share of the category's cost, in coins."""
    sort_order: Mapped[int]
    active: Mapped[bool]


class Package(Record):
    __tablename__ = "package"
    __table_args__ = (
        CheckConstraint("coins > 0", name="coins"),
        CheckConstraint("usd_cents > 0 AND inr_paise > 0", name="prices"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    coins: Mapped[int]
    usd_cents: Mapped[int]
    inr_paise: Mapped[int]
    description: Mapped[str]
    is_popular: Mapped[bool]
    sort_order: Mapped[int]
    active: Mapped[bool]
