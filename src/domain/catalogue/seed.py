"""Brings the catalogue's tables to what the rows say. It may run at every start, in several processes at once."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import Category, InsightType, Package
from domain.catalogue.rows import CatalogueRows, CategoryRow, PackageRow

_NAMESPACE = UUID("5c2f1a36-9d0b-5e4e-8f37-0b1d6a7c4e92")
_LOCK = 0x63617461
_Row = TypeVar("_Row", Category, InsightType, Package)


def stable_id(kind: str, name: str) -> UUID:
    """The id of a catalogue row: the same in every installation, for as long as the name is."""
    return uuid5(_NAMESPACE, f"{kind}:{name}")


def shares(total: int, parts: int) -> list[int]:
    """Divide coins evenly by largest remainder: equal parts have equal remainders, so the first get the extra ones."""
    share, extra = divmod(total, parts)
    return [share + (position < extra) for position in range(parts)]


async def seed(session: AsyncSession, rows: CatalogueRows) -> None:
    """Add what is new, change what differs, deactivate what is gone; the rest is not written."""
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    categories = [_category(row, order) for order, row in enumerate(rows.categories)]
    insight_types = [insight_type for row in rows.categories for insight_type in _insight_types(row)]
    packages = [_package(row, order) for order, row in enumerate(rows.packages)]
    await _bring_to(session, Category, categories)
    await _bring_to(session, InsightType, insight_types)
    await _bring_to(session, Package, packages)


async def _bring_to(session: AsyncSession, model: type[_Row], rows: Sequence[_Row]) -> None:
    for row in rows:
        await session.merge(row)
    await session.flush()
    gone = model.active & model.id.not_in([row.id for row in rows])
    await session.execute(update(model).where(gone).values(active=False))


def _category(row: CategoryRow, order: int) -> Category:
    return Category(
        id=stable_id("category", row.name),
        name=row.name,
        display_name=row.display_name,
        description=row.description,
        icon=row.icon,
        base_cost=row.base_cost,
        sort_order=order,
        active=True,
    )


def _insight_types(category: CategoryRow) -> list[InsightType]:
    costs = shares(category.base_cost, len(category.insight_types))
    return [
        InsightType(
            id=stable_id("insight_type", row.name),
            category_id=stable_id("category", category.name),
            name=row.name,
            display_title=row.display_title,
            description=row.description,
            icon=row.icon,
            is_premium=True,
            for_groups=row.for_groups,
            credit_cost=cost,
            sort_order=order,
            active=True,
        )
        for order, (row, cost) in enumerate(zip(category.insight_types, costs, strict=True))
    ]


def _package(row: PackageRow, order: int) -> Package:
    return Package(
        id=stable_id("package", row.name),
        name=row.name,
        coins=row.coins,
        usd_cents=row.usd_cents,
        inr_paise=row.inr_paise,
        description=row.description,
        is_popular=row.is_popular,
        sort_order=order,
        active=True,
    )
