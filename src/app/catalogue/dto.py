"""Responses of `/api/categories`."""

from typing import Annotated
from uuid import UUID

import msgspec

from domain.catalogue.repository import ListedCategory, ListedInsightType

Coins = Annotated[int, msgspec.Meta(ge=0, description="In coins.")]


class InsightTypeSummary(msgspec.Struct, frozen=True):
    """A kind of insight, and its share of its category's cost."""

    id: UUID
    name: str
    display_title: str
    description: str | None
    icon: str | None
    is_premium: bool
    credit_cost: Coins


class Category(msgspec.Struct, frozen=True):
    """Insights that are unlocked together."""

    id: UUID
    name: str
    display_name: str
    description: str | None
    icon: str | None
    insight_types: list[InsightTypeSummary]
    insights_count: Annotated[int, msgspec.Meta(ge=0)]
    base_cost: Coins


def category(listed: ListedCategory) -> Category:
    return Category(
        id=listed.id,
        name=listed.name,
        display_name=listed.display_name,
        description=listed.description,
        icon=listed.icon,
        insight_types=[insight_type(kind) for kind in listed.insight_types],
        insights_count=len(listed.insight_types),
        base_cost=listed.base_cost,
    )


def insight_type(listed: ListedInsightType) -> InsightTypeSummary:
    return InsightTypeSummary(
        id=listed.id,
        name=listed.name,
        display_title=listed.display_title,
        description=listed.description,
        icon=listed.icon,
        is_premium=listed.is_premium,
        credit_cost=listed.credit_cost,
    )
