"""The index in Qdrant."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from uuid import UUID

import numpy as np
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from domain.retrieval.embedding import Vectors
from domain.retrieval.index import (
    COLLECTION_PREFIX,
    DENSE,
    CollectionSpec,
    IndexMissing,
    IndexPoint,
    IndexUnavailable,
    point_id,
)
from domain.retrieval.model import Hit, SparseVector

_CHAT, _VERSION, _POSITION = "chat_id", "version", "position"
_PAGE = 10_000
_POINTS_A_REQUEST = 32
"""Few, so that searches come in between."""
_DIGITS = 6
"""Of a component of a unit vector: more would only be read and written."""


class QdrantIndex:
    def __init__(self, client: AsyncQdrantClient, spec: CollectionSpec, sparse_lists: Sequence[str]) -> None:
        self._client = client
        self._spec = spec
        self._sparse_lists = sparse_lists

    async def ensure_collection(self) -> None:
        async with _translated():
            if not await self._client.collection_exists(self._spec.name):
                try:
                    await self._create_collection()
                except UnexpectedResponse as error:
                    if error.status_code != HTTPStatus.CONFLICT:  # another worker was first
                        raise
            # Each time: whoever made the collection may have been killed before this. An index that is there stays.
            for field, is_tenant in ((_CHAT, True), (_VERSION, None)):
                schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=is_tenant)
                await self._client.create_payload_index(self._spec.name, field, schema, wait=True)

    async def _create_collection(self) -> None:
        dense = models.VectorParams(size=self._spec.dimension, distance=models.Distance.COSINE)
        await self._client.create_collection(
            self._spec.name,
            vectors_config={DENSE: dense} if self._spec.dimension else {},
            sparse_vectors_config={name: models.SparseVectorParams() for name in self._sparse_lists},
            # Every query names a chat: a graph over all of them would serve nobody.
            hnsw_config=models.HnswConfigDiff(m=0, payload_m=16),
        )

    async def upsert(self, chat_id: UUID, version: UUID, points: Sequence[IndexPoint]) -> None:
        made = [
            models.PointStruct(
                id=str(point_id(version, point.position)),
                vector=_vectors(point),
                payload={_CHAT: str(chat_id), _VERSION: str(version), _POSITION: point.position},
            )
            for point in points
        ]
        async with _translated():
            for first in range(0, len(made), _POINTS_A_REQUEST):
                await self._client.upsert(self._spec.name, made[first : first + _POINTS_A_REQUEST], wait=True)

    async def search_lists(
        self,
        chat_id: UUID,
        version: UUID,
        dense: Vectors | None,
        sparse: Mapping[str, SparseVector],
        limit: int,
    ) -> dict[str, list[Hit]]:
        queries: dict[str, list[float] | models.SparseVector] = {
            name: _sparse(vector) for name, vector in sparse.items() if vector.indices
        }
        if dense is not None:
            queries[DENSE] = dense.tolist()
        if not queries:
            return {}
        within = _matching(**{_CHAT: chat_id, _VERSION: version})
        requests = [
            models.QueryRequest(query=query, using=name, filter=within, limit=limit, with_payload=[_POSITION])
            for name, query in queries.items()
        ]
        async with _translated():
            answers = await self._client.query_batch_points(self._spec.name, requests)
        return {
            name: [Hit((found.payload or {})[_POSITION], found.score) for found in answer.points]
            for name, answer in zip(queries, answers, strict=True)
        }

    async def positions(self, version: UUID) -> set[int]:
        stored: set[int] = set()
        offset: models.ExtendedPointId | None = None
        async with _translated():
            while True:
                records, offset = await self._client.scroll(
                    self._spec.name,
                    scroll_filter=_matching(**{_VERSION: version}),
                    limit=_PAGE,
                    offset=offset,
                    with_payload=[_POSITION],
                )
                stored |= {(record.payload or {})[_POSITION] for record in records}
                if offset is None:
                    return stored

    async def count(self, version: UUID) -> int:
        async with _translated():
            counted = await self._client.count(
                self._spec.name, count_filter=_matching(**{_VERSION: version}), exact=True
            )
        return counted.count

    async def delete(self, chat_id: UUID) -> None:
        async with _translated():
            found = await self._client.get_collections()
            for collection in found.collections:
                if collection.name.startswith(COLLECTION_PREFIX):
                    await self._delete(collection.name, _matching(**{_CHAT: chat_id}))

    async def delete_version(self, collection: str, version: UUID) -> None:
        async with _translated():
            await self._delete(collection, _matching(**{_VERSION: version}))

    async def _delete(self, collection: str, where: models.Filter) -> None:
        try:
            await self._client.delete(collection, points_selector=where, wait=True)
        except UnexpectedResponse as error:
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise


def _matching(**ids: UUID) -> models.Filter:
    return models.Filter(
        must=[models.FieldCondition(key=key, match=models.MatchValue(value=str(value))) for key, value in ids.items()]
    )


def _vectors(point: IndexPoint) -> dict[str, models.Vector]:
    vectors: dict[str, models.Vector] = {
        name: _sparse(vector) for name, vector in point.lists.items() if vector.indices
    }
    if point.dense is not None:
        vectors[DENSE] = np.frombuffer(point.dense, np.float32).astype(np.float64).round(_DIGITS).tolist()
    return vectors


def _sparse(vector: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Without the client's own words, which may hold what was sent."""
    try:
        yield
    except UnexpectedResponse as error:
        raise IndexMissing if error.status_code == HTTPStatus.NOT_FOUND else IndexUnavailable from None
    except ApiException:
        raise IndexUnavailable from None
