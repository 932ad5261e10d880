"""What categories are called, for answers that name one: read now and then, as they change with releases only."""

import time
from collections.abc import Mapping
from uuid import UUID

import asyncpg

from domain.catalogue.service import CatalogueService, CategoryName

_FRESH_S = 30.0


class CategoryNames:
    def __init__(self) -> None:
        self._known: Mapping[UUID, CategoryName] = {}
        self._fresh_until = 0.0

    async def current(self, reads: asyncpg.Pool) -> Mapping[UUID, CategoryName]:
        """What each category is called, by id; at most half a minute old."""
        if time.monotonic() > self._fresh_until:
            self._known = await CatalogueService(reads).category_names()
            self._fresh_until = time.monotonic() + _FRESH_S
        return self._known
