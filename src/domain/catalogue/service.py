"""The catalogue as customers see it: active rows only, in catalogue order."""

from uuid import UUID

import asyncpg

from domain.catalogue.repository import (
    CategoryName,
    ListedCategory,
    ListedPackage,
    read_categories,
    read_category_names,
    read_packages,
)
from domain.errors import NotFound

__all__ = ["CatalogueService", "CategoryName", "CategoryNotFound"]


class CategoryNotFound(NotFound):
    code = "category_not_found"
    detail = "There is no such category."


class CatalogueService:
    """Reads, without a transaction."""

    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def category_names(self) -> dict[UUID, CategoryName]:
        """What each category is called, those that are not offered any more included."""
        return await read_category_names(self._reads)

    async def categories(self) -> list[ListedCategory]:
        return await read_categories(self._reads)

    async def category(self, category_id: UUID) -> ListedCategory:
        """One category with its insight types.

        Raises:
            CategoryNotFound: there is none, or it is not offered any more.
        """
        found = await read_categories(self._reads, category_id)
        if not found:
            raise CategoryNotFound
        return found[0]

    async def packages(self) -> list[ListedPackage]:
        return await read_packages(self._reads)
