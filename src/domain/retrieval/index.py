"""Where vectors lie and are searched. It holds ids, positions and numbers, never text."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID, uuid5

import msgspec

from domain.errors import Unavailable
from domain.retrieval.embedding import Vectors
from domain.retrieval.model import Hit, SparseVector
from domain.retrieval.options import EmbedderOptions

DENSE = "dense"
"""The list of what is alike in meaning; the lexical lists have the names of `domain.retrieval.lexical`."""


class IndexUnavailable(Unavailable):
    code = "index_unavailable"
    detail = "The search index did not answer. Try again."


class IndexMissing(IndexUnavailable):
    """The store does not have the collection: it was lost, and chats must be indexed anew."""

    code = "index_missing"


class IndexPoint(msgspec.Struct, frozen=True):
    """A message as it is found."""

    position: int
    lists: dict[str, SparseVector]
    dense: bytes | None = None
    """A row of float32 in this machine's order; None where nothing was written or nothing is embedded."""


class CollectionSpec(msgspec.Struct, frozen=True):
    """One collection for each embedding model and form of the lexical vectors."""

    model: str
    dimension: int

    @property
    def name(self) -> str:
        return f"{COLLECTION_PREFIX}{self.model}_{self.dimension}_{LAYOUT}"

    @staticmethod
    def of(options: EmbedderOptions) -> "CollectionSpec":
        return CollectionSpec(options.model, options.dimension)


COLLECTION_PREFIX = "messages_"
LAYOUT = 2
"""Another number whenever points or facts come out differently for the same messages."""


def point_id(version: UUID, position: int) -> UUID:
    """The point of a message in one version of a chat's index."""
    return uuid5(version, str(position))


class VectorIndex(Protocol):
    """The points of all chats that one embedding model has indexed.

    Raises:
        IndexUnavailable: from every method.
    """

    async def ensure_collection(self) -> None:
        """Make the collection if it is not there."""

    async def upsert(self, chat_id: UUID, version: UUID, points: Sequence[IndexPoint]) -> None:
        """Store points; they can be searched, and survive, once it returns."""

    async def search_lists(
        self,
        chat_id: UUID,
        version: UUID,
        dense: Vectors | None,
        sparse: Mapping[str, SparseVector],
        limit: int,
    ) -> dict[str, list[Hit]]:
        """The best `limit` messages of each list that is asked for, in one request.

        Raises:
            IndexMissing: there is no such collection any more.
        """

    async def positions(self, version: UUID) -> set[int]:
        """Which messages of a version are stored already."""

    async def count(self, version: UUID) -> int:
        """How many messages of a version are stored."""

    async def delete(self, chat_id: UUID) -> None:
        """Delete a chat's points from every collection, whichever model made them."""

    async def delete_version(self, collection: str, version: UUID) -> None:
        """Delete the points of one version from the collection of that name, if it is there."""
