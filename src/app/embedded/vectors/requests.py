"""The part of Qdrant's REST requests that is spoken here; field names and meanings are those of its OpenAPI document.

A request forbids what it does not name, except in the options of a new collection that cannot change a result.
"""

from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")

# Beyond a 32-bit float's range a component would become infinite, and so would every score with it.
Component = Annotated[float, msgspec.Meta(ge=-3.4e38, le=3.4e38)]
PointId = Annotated[int, msgspec.Meta(ge=0)] | UUID
Payload = dict[str, Any]
Count = Annotated[int, msgspec.Meta(ge=0)]
Limit = Annotated[int, msgspec.Meta(ge=1)]


class Refused(Exception):
    """A request that is answered with an error; `reason` is for the client and is never logged."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Request(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A request body, or a part of one."""


def decode(body: bytes, kind: type[T]) -> T:
    """Read a request body.

    Raises:
        Refused: 501 for an option that is not supported, 400 for anything malformed.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        if "unknown field" in str(error) or "Invalid enum value" in str(error):
            raise Refused(HTTPStatus.NOT_IMPLEMENTED, f"Not supported by this stand-in: {error}") from error
        raise Refused(HTTPStatus.BAD_REQUEST, f"Format error in JSON body: {error}") from error


# Collections


class VectorParams(Request):
    size: Annotated[int, msgspec.Meta(ge=1, le=65536)]
    distance: Literal["Cosine", "Euclid", "Dot", "Manhattan"]
    datatype: Literal["float32"] | None = None
    hnsw_config: Any = None
    quantization_config: Any = None
    on_disk: bool | None = None
    memory: str | None = None


class SparseIndexParams(Request):
    full_scan_threshold: int | None = None
    on_disk: bool | None = None
    datatype: Literal["float32"] | None = None
    memory: str | None = None


class SparseVectorParams(Request):
    index: SparseIndexParams | None = None
    modifier: Literal["none", "idf"] | None = None


class CreateCollection(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Options besides vectors (sharding, replication, optimizers and the like) are accepted and forgotten."""

    vectors: dict[str, Any] = {}
    sparse_vectors: dict[str, SparseVectorParams] = {}

    def __post_init__(self) -> None:
        self.dense_vectors()

    def dense_vectors(self) -> dict[str, VectorParams]:
        """By name, which is empty for the unnamed vector."""
        unnamed = isinstance(self.vectors.get("size"), int)
        return msgspec.convert({"": self.vectors} if unnamed else self.vectors, dict[str, VectorParams])


FieldType = Literal["keyword", "integer", "float", "datetime", "uuid"]


class FieldSchema(Request):
    type: FieldType
    is_tenant: bool | None = None
    is_principal: bool | None = None
    lookup: bool | None = None
    range: bool | None = None
    on_disk: bool | None = None
    memory: str | None = None
    enable_hnsw: bool | None = None


class CreateFieldIndex(Request):
    field_name: str
    field_schema: FieldType | FieldSchema


# Filters


class Match(Request):
    value: bool | int | str | None = None
    any: list[int | str] | None = None
    except_: list[int | str] | None = msgspec.field(name="except", default=None)


class Range(Request):
    """Bounds are numbers, or RFC 3339 times."""

    gt: float | str | None = None
    gte: float | str | None = None
    lt: float | str | None = None
    lte: float | str | None = None


class ValuesCount(Request):
    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None


class PayloadField(Request):
    key: str


class MinShould(Request):
    conditions: "list[Condition]"
    min_count: Count


class Filter(Request):
    must: "list[Condition] | Condition | None" = None
    should: "list[Condition] | Condition | None" = None
    must_not: "list[Condition] | Condition | None" = None
    min_should: MinShould | None = None


class Nested(Request):
    key: str
    filter: Filter


class Condition(Filter):
    """A nested filter, or exactly one of the other conditions."""

    key: str | None = None
    match: Match | None = None
    range: Range | None = None
    values_count: ValuesCount | None = None
    is_empty: bool | PayloadField | None = None
    is_null: bool | PayloadField | None = None
    has_id: list[PointId] | None = None
    has_vector: str | None = None
    nested: Nested | None = None


# Points


class SparseVector(Request):
    indices: list[Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]]
    values: list[Component]

    def __post_init__(self) -> None:
        # The engine panics on these, after it has logged the update, and again whenever it replays the log.
        if len(self.indices) != len(self.values) or len(set(self.indices)) != len(self.indices):
            raise ValueError("indices are unique and as many as values")


NamedVectors = dict[str, list[Component] | SparseVector]


class Point(Request):
    id: PointId
    vector: list[Component] | NamedVectors
    payload: Payload | None = None


class Batch(Request):
    ids: list[PointId]
    vectors: list[list[Component]] | dict[str, list[list[Component] | SparseVector]]
    payloads: list[Payload | None] | None = None

    def points(self) -> list[Point]:
        """Row by row. A column of another length is refused, as by the server."""
        columns = self.vectors.values() if isinstance(self.vectors, dict) else [self.vectors]
        payloads = self.payloads or [None] * len(self.ids)
        if any(len(column) != len(self.ids) for column in (*columns, payloads)):
            raise Refused(HTTPStatus.BAD_REQUEST, "ids, vectors and payloads of a batch are of one length")
        vectors: list[Any]
        if isinstance(self.vectors, dict):
            vectors = [{name: column[row] for name, column in self.vectors.items()} for row in range(len(self.ids))]
        else:
            vectors = self.vectors
        rows = zip(self.ids, vectors, payloads, strict=True)
        return [Point(id=point, vector=vector, payload=payload) for point, vector, payload in rows]


class UpsertPoints(Request):
    points: list[Point] | None = None
    batch: Batch | None = None

    def all_points(self) -> list[Point]:
        if (self.points is None) == (self.batch is None):
            raise Refused(HTTPStatus.BAD_REQUEST, "An upsert has either points or a batch")
        return self.points or (self.batch.points() if self.batch else [])


class Selection(Request):
    """Points by their ids or by a filter: exactly one of the two."""

    points: list[PointId] | None = None
    filter: Filter | None = None

    def __post_init__(self) -> None:
        if (self.points is None) == (self.filter is None):
            raise ValueError("either points or a filter is given")


class SetPayload(Selection, kw_only=True):
    payload: Payload
    key: str | None = None


class DeletePayload(Selection, kw_only=True):
    keys: list[str]


class PayloadSelector(Request):
    include: list[str] | None = None
    exclude: list[str] | None = None


WithPayload = bool | list[str] | PayloadSelector
WithVector = bool | list[str]


class RetrievePoints(Request):
    ids: list[PointId]
    with_payload: WithPayload | None = True
    with_vector: WithVector | None = False


class OrderBy(Request):
    key: str
    direction: Literal["asc", "desc"] | None = None
    start_from: int | float | str | None = None


class ScrollPoints(Request):
    offset: PointId | None = None
    limit: Limit | None = None
    filter: Filter | None = None
    with_payload: WithPayload | None = True
    with_vector: WithVector | None = False
    order_by: str | OrderBy | None = None


class CountPoints(Request):
    """Counts are always exact."""

    filter: Filter | None = None
    exact: bool | None = None


# Queries


class SearchParams(Request):
    """Speed against exactness, which is always whole here."""

    hnsw_ef: int | None = None
    exact: bool | None = None
    quantization: Any = None
    indexed_only: bool | None = None
    acorn: Any = None


class Rrf(Request):
    k: Annotated[int, msgspec.Meta(ge=1)] | None = None
    weights: list[float] | None = None


class Query(Request):
    """Exactly one of: nearest (bare sparse vectors included), fusion, rrf, order_by, sample."""

    nearest: list[Component] | SparseVector | PointId | None = None
    indices: list[int] | None = None
    values: list[float] | None = None
    fusion: Literal["rrf", "dbsf"] | None = None
    rrf: Rrf | None = None
    order_by: str | OrderBy | None = None
    sample: Literal["random"] | None = None


class Stage(Request):
    """What a query and its prefetches have in common."""

    prefetch: "list[Stage] | Stage | None" = None
    query: list[Component] | Query | None = None
    using: str | None = None
    filter: Filter | None = None
    params: SearchParams | None = None
    score_threshold: float | None = None
    limit: Limit | None = None


class QueryPoints(Stage):
    offset: Count | None = None
    with_payload: WithPayload | None = None
    with_vector: WithVector | None = None


class QueryBatch(Request):
    searches: list[QueryPoints]
