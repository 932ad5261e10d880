"""The bodies of answers, as Qdrant's REST API shapes them."""

from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec

from app.embedded.vectors.requests import Payload, SparseVectorParams

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T]):
    result: T
    status: str = "ok"


class ErrorStatus(msgspec.Struct):
    error: str


class ErrorAnswer(msgspec.Struct):
    status: ErrorStatus
    result: None = None


class SparseValues(msgspec.Struct):
    indices: list[int]
    values: list[float]


Vectors = list[float] | dict[str, list[float] | SparseValues]


class Record(msgspec.Struct, kw_only=True):
    id: int | UUID | str
    payload: Payload | None
    vector: Vectors | None
    order_value: int | float | None


class ScoredPoint(Record, kw_only=True):
    score: float
    version: int


class QueryResult(msgspec.Struct):
    points: list[ScoredPoint]


class ScrollResult(msgspec.Struct):
    points: list[Record]
    next_page_offset: int | UUID | str | None


class CountResult(msgspec.Struct):
    count: int


class UpdateResult(msgspec.Struct):
    status: Literal["completed", "acknowledged"]


class FieldParams(msgspec.Struct, omit_defaults=True):
    type: str
    is_tenant: bool | None = None


class FieldIndex(msgspec.Struct):
    data_type: str
    points: int
    params: FieldParams


class CollectionParams(msgspec.Struct):
    vectors: dict[str, Any]
    sparse_vectors: dict[str, SparseVectorParams]


class HnswConfig(msgspec.Struct, frozen=True):
    m: int
    ef_construct: int
    full_scan_threshold: int


class OptimizerConfig(msgspec.Struct, frozen=True):
    deleted_threshold: float
    vacuum_min_vector_number: int
    default_segment_number: int
    indexing_threshold: int
    flush_interval_sec: int


class CollectionConfig(msgspec.Struct):
    params: CollectionParams
    hnsw_config: HnswConfig
    optimizer_config: OptimizerConfig


class CollectionInfo(msgspec.Struct):
    status: Literal["green"]
    optimizer_status: Literal["ok"]
    points_count: int
    indexed_vectors_count: int
    segments_count: int
    config: CollectionConfig
    payload_schema: dict[str, FieldIndex]


class CollectionName(msgspec.Struct):
    name: str


class CollectionNames(msgspec.Struct):
    collections: list[CollectionName]


class Exists(msgspec.Struct):
    exists: bool


class Version(msgspec.Struct):
    title: str
    version: str
