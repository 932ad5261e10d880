"""What of the catalogue is listed, read through plain asyncpg."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

import asyncpg
import msgspec


class ListedInsightType(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    display_title: str
    description: str
    icon: str
    is_premium: bool
    credit_cost: int


class ListedCategory(msgspec.Struct, frozen=True):
    insight_types: list[ListedInsightType]
    id: UUID
    name: str
    display_name: str
    description: str
    icon: str
    base_cost: int


class CategoryName(msgspec.Struct, frozen=True):
    slug: str
    name: str


class ListedPackage(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    coins: int
    usd_cents: int
    inr_paise: int
    description: str
    is_popular: bool
    sort_order: int


_CATEGORIES = """
SELECT category.id, category.name, category.display_name, category.description, category.icon, category.base_cost,
       kind.id, kind.name, kind.display_title, kind.description, kind.icon, kind.is_premium, kind.credit_cost
FROM category LEFT JOIN insight_type AS kind ON kind.category_id = category.id AND kind.active
WHERE category.active AND ($1::uuid IS NULL OR category.id = $1)
ORDER BY category.sort_order, category.id, kind.sort_order, kind.id
"""
_CATEGORY_COLUMNS = 6

_PACKAGES = """
SELECT id, name, coins, usd_cents, inr_paise, description, is_popular, sort_order
FROM package WHERE active ORDER BY sort_order, id
"""


async def read_categories(reads: asyncpg.Pool, category_id: UUID | None = None) -> list[ListedCategory]:
    """The active categories with their active insight types, all or one, in catalogue order."""
    rows = await reads.fetch(_CATEGORIES, category_id)
    return [
        ListedCategory(_insight_types(group), *category)
        for category, group in groupby(rows, key=lambda row: row[:_CATEGORY_COLUMNS])
    ]


async def read_category_names(reads: asyncpg.Pool) -> dict[UUID, CategoryName]:
    """What every category is called, active or not."""
    rows = await reads.fetch("SELECT id, name, display_name FROM category")
    return {row["id"]: CategoryName(row["name"], row["display_name"]) for row in rows}


async def read_packages(reads: asyncpg.Pool) -> list[ListedPackage]:
    """The packages that can be bought, in catalogue order."""
    return [ListedPackage(*row) for row in await reads.fetch(_PACKAGES)]


def _insight_types(rows: Iterable[asyncpg.Record]) -> list[ListedInsightType]:
    kinds = (row[_CATEGORY_COLUMNS:] for row in rows)
    return [ListedInsightType(*kind) for kind in kinds if kind[0] is not None]
