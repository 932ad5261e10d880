"""From requests to the engine's objects, and from its results to answers."""

# The engine's stub names types that it does not have when it runs.
from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

import qdrant_edge as edge

from app.embedded.vectors import answers, requests
from app.embedded.vectors.requests import Refused

_LIMIT = 10  # of queries, prefetches and scrolls that name none, as on the server
_RRF_K = 2  # likewise

_DIRECTIONS = {"asc": edge.Direction.Asc, "desc": edge.Direction.Desc}
_DISTANCES = {
    "Cosine": edge.Distance.Cosine,
    "Euclid": edge.Distance.Euclid,
    "Dot": edge.Distance.Dot,
    "Manhattan": edge.Distance.Manhattan,
}
_FIELD_TYPES = {
    edge.PayloadSchemaType.Keyword: "keyword",
    edge.PayloadSchemaType.Integer: "integer",
    edge.PayloadSchemaType.Float: "float",
    edge.PayloadSchemaType.Datetime: "datetime",
    edge.PayloadSchemaType.Uuid: "uuid",
}


def _bad(reason: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, reason)


def _unsupported(what: str) -> Refused:
    return Refused(HTTPStatus.NOT_IMPLEMENTED, f"Not supported by this stand-in: {what}")


def config(
    params: requests.CreateCollection, hnsw: answers.HnswConfig, optimizer: answers.OptimizerConfig
) -> edge.EdgeConfig:
    dense = {
        name: edge.EdgeVectorParams(vector.size, _DISTANCES[vector.distance])
        for name, vector in params.dense_vectors().items()
    }
    sparse = {
        name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if vector.modifier == "idf" else None)
        for name, vector in params.sparse_vectors.items()
    }
    return edge.EdgeConfig(
        vectors=dense,
        sparse_vectors=sparse,
        hnsw_config=edge.HnswIndexConfig(hnsw.m, hnsw.ef_construct, hnsw.full_scan_threshold),
        optimizers=edge.EdgeOptimizersConfig(
            deleted_threshold=optimizer.deleted_threshold,
            vacuum_min_vector_number=optimizer.vacuum_min_vector_number,
            default_segment_number=optimizer.default_segment_number,
            indexing_threshold=optimizer.indexing_threshold,
        ),
    )


# Payload indexes


def field_index(given: requests.CreateFieldIndex) -> edge.UpdateOperation:
    schema = given.field_schema
    field = requests.FieldSchema(type=schema) if isinstance(schema, str) else schema
    return edge.UpdateOperation.create_field_index(given.field_name, _field_params(field))


def _field_params(field: requests.FieldSchema) -> edge.PayloadSchemaParams:
    match field.type:
        case "keyword":
            return edge.KeywordIndexParams(is_tenant=field.is_tenant)
        case "uuid":
            return edge.UuidIndexParams(is_tenant=field.is_tenant)
        case "integer":
            return edge.IntegerIndexParams(lookup=field.lookup, range=field.range, is_principal=field.is_principal)
        case "float":
            return edge.FloatIndexParams(is_principal=field.is_principal)
        case "datetime":
            return edge.DatetimeIndexParams(is_principal=field.is_principal)


def field_answer(index: edge.PayloadIndexInfo) -> answers.FieldIndex:
    name = _FIELD_TYPES[index.data_type]
    tenant = getattr(index.params, "is_tenant", None)
    return answers.FieldIndex(name, index.points, answers.FieldParams(name, is_tenant=tenant))


# Filters


def where(given: requests.Filter | None) -> edge.Filter | None:
    if given is None:
        return None
    return edge.Filter(
        must=_conditions(given.must),
        should=_conditions(given.should),
        must_not=_conditions(given.must_not),
        min_should=_min_should(given.min_should),
    )


def _min_should(given: requests.MinShould | None) -> edge.MinShould | None:
    return None if given is None else edge.MinShould([_condition(each) for each in given.conditions], given.min_count)


def _conditions(given: list[requests.Condition] | requests.Condition | None) -> list[edge.ConditionType] | None:
    if given is None:
        return None
    return [_condition(each) for each in (given if isinstance(given, list) else [given])]


def _condition(given: requests.Condition) -> edge.ConditionType:  # noqa: PLR0911  # one for each kind
    kinds = {name for name in given.__struct_fields__ if name != "key" and getattr(given, name) is not None}
    if kinds and kinds <= set(requests.Filter.__struct_fields__):
        nested = where(given)
        assert nested is not None  # noqa: S101  # a filter was given
        return nested
    if len(kinds) != 1:
        raise _bad("A condition has exactly one of match, range, values_count, is_empty, is_null, has_id, nested")
    if given.has_id is not None:
        return edge.HasIdCondition(set(given.has_id))
    if given.has_vector is not None:
        return edge.HasVectorCondition(given.has_vector)
    if given.nested is not None:
        return edge.NestedCondition(given.nested.key, where(given.nested.filter) or edge.Filter())
    if isinstance(given.is_empty, requests.PayloadField):
        return edge.IsEmptyCondition(given.is_empty.key)
    if isinstance(given.is_null, requests.PayloadField):
        return edge.IsNullCondition(given.is_null.key)
    return _field_condition(given)


def _field_condition(given: requests.Condition) -> edge.FieldCondition:
    if given.key is None:
        raise _bad("A condition on a field has its key")
    return edge.FieldCondition(
        given.key,
        match=None if given.match is None else _match(given.match),
        range=None if given.range is None else _range(given.range),
        values_count=None if given.values_count is None else _values_count(given.values_count),
        is_empty=given.is_empty if isinstance(given.is_empty, bool) else None,
        is_null=given.is_null if isinstance(given.is_null, bool) else None,
    )


def _match(given: requests.Match) -> edge.MatchType:
    match (given.value, given.any, given.except_):
        case (bool(), None, None):
            # The engine's binding takes True for the integer 1, which matches nothing.
            raise _unsupported("a match of a boolean")
        case (int() | str() as value, None, None):
            return edge.MatchValue(value)
        case (None, list() as values, None):
            return edge.MatchAny(_of_one_type(values))
        case (None, None, list() as values):
            return edge.MatchExcept(_of_one_type(values))
    raise _bad("A match has exactly one of value, any, except")


def _of_one_type(values: list[int | str]) -> list[int] | list[str]:
    if {type(value) for value in values} == {int, str}:
        raise _bad("The values of a match are all integers or all strings")
    return values  # type: ignore[return-value]  # seen on the line above


def _range(given: requests.Range) -> edge.RangeType:
    bounds: dict[str, Any] = {name: getattr(given, name) for name in given.__struct_fields__}
    if any(isinstance(bound, str) for bound in bounds.values()):
        return edge.RangeDateTime(**bounds)
    return edge.RangeFloat(**bounds)


def _values_count(given: requests.ValuesCount) -> edge.ValuesCount:
    return edge.ValuesCount(lt=given.lt, gt=given.gt, lte=given.lte, gte=given.gte)


# Updates


def upsert(given: requests.UpsertPoints) -> edge.UpdateOperation:
    points = [edge.Point(each.id, _vectors(each.vector), each.payload) for each in given.all_points()]
    return edge.UpdateOperation.upsert_points(points)


def _vectors(given: list[float] | requests.NamedVectors) -> edge.Vector:
    if isinstance(given, list):
        return given
    return {name: _vector(vector) for name, vector in given.items()}


def _vector(given: list[float] | requests.SparseVector) -> edge.NamedVector:
    return given if isinstance(given, list) else edge.SparseVector(given.indices, given.values)


def deletion(given: requests.Selection) -> edge.UpdateOperation:
    if given.points is not None:
        return edge.UpdateOperation.delete_points(list(given.points))
    return edge.UpdateOperation.delete_points_by_filter(_selected(given))


def payload_setting(given: requests.SetPayload) -> edge.UpdateOperation:
    if given.points is not None:
        return edge.UpdateOperation.set_payload(list(given.points), given.payload, given.key)
    return edge.UpdateOperation.set_payload_by_filter(_selected(given), given.payload, given.key)


def payload_overwriting(given: requests.SetPayload) -> edge.UpdateOperation:
    if given.points is not None:
        return edge.UpdateOperation.overwrite_payload(list(given.points), given.payload, given.key)
    return edge.UpdateOperation.overwrite_payload_by_filter(_selected(given), given.payload, given.key)


def payload_deletion(given: requests.DeletePayload) -> edge.UpdateOperation:
    if given.points is not None:
        return edge.UpdateOperation.delete_payload(list(given.points), given.keys)
    return edge.UpdateOperation.delete_payload_by_filter(_selected(given), given.keys)


def payload_clearing(given: requests.Selection) -> edge.UpdateOperation:
    if given.points is not None:
        return edge.UpdateOperation.clear_payload(list(given.points))
    return edge.UpdateOperation.clear_payload_by_filter(_selected(given))


def _selected(given: requests.Selection) -> edge.Filter:
    return where(given.filter) or edge.Filter()


# Reads


def with_payload(given: requests.WithPayload | None) -> edge.WithPayloadType:
    if not isinstance(given, requests.PayloadSelector):
        return given or False
    match (given.include, given.exclude):
        case (list() as keys, None):
            return edge.PayloadSelector.Include(keys)
        case (None, list() as keys):
            return edge.PayloadSelector.Exclude(keys)
    raise _bad("A payload selector has either include or exclude")


def scroll(given: requests.ScrollPoints) -> edge.ScrollRequest:
    return edge.ScrollRequest(
        offset=given.offset,
        limit=given.limit or _LIMIT,
        filter=where(given.filter),
        with_payload=with_payload(given.with_payload),
        with_vector=given.with_vector or False,
        order_by=None if given.order_by is None else _order_by(given.order_by),
    )


# Queries


def query(given: requests.QueryPoints) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit=given.limit or _LIMIT,
        offset=given.offset or 0,
        query=_scoring(given),
        prefetches=_prefetches(given),
        filter=where(given.filter),
        score_threshold=given.score_threshold,
        with_payload=with_payload(given.with_payload),
        with_vector=given.with_vector or False,
    )


def _prefetches(given: requests.Stage) -> list[edge.Prefetch]:
    stages = given.prefetch if isinstance(given.prefetch, list) else [given.prefetch] if given.prefetch else []
    return [
        edge.Prefetch(
            limit=stage.limit or _LIMIT,
            query=_scoring(stage),
            prefetches=_prefetches(stage),
            filter=where(stage.filter),
            score_threshold=stage.score_threshold,
        )
        for stage in stages
    ]


def _scoring(stage: requests.Stage) -> edge.ScoringQueryType | None:  # noqa: PLR0911  # one for each kind
    given = stage.query
    if given is None:
        return None
    if isinstance(given, list):
        return edge.Query.Nearest(given, using=stage.using)
    kinds = {name for name in given.__struct_fields__ if getattr(given, name) is not None}
    if kinds == {"indices", "values"}:
        bare = requests.SparseVector(indices=given.indices or [], values=given.values or [])
        return edge.Query.Nearest(_vector(bare), using=stage.using)
    if len(kinds) != 1:
        raise _bad("A query is exactly one of nearest, fusion, rrf, order_by, sample")
    if isinstance(given.nearest, int | UUID):
        raise _unsupported("a query by a point's id")
    if given.nearest is not None:
        return edge.Query.Nearest(_vector(given.nearest), using=stage.using)
    if given.rrf is not None:
        return edge.Fusion.Rrf(given.rrf.k or _RRF_K, given.rrf.weights)  # type: ignore[return-value]  # its stub errs
    if given.fusion is not None:
        return edge.Fusion.Rrf(_RRF_K) if given.fusion == "rrf" else edge.Fusion.Dbsf()  # type: ignore[return-value]
    if given.order_by is not None:
        return _order_by(given.order_by)
    return edge.Sample.Random


def _order_by(given: str | requests.OrderBy) -> edge.OrderBy:
    if isinstance(given, str):
        return edge.OrderBy(given)
    return edge.OrderBy(given.key, given.direction and _DIRECTIONS[given.direction], given.start_from)


# Results


def scored(found: Sequence[edge.ScoredPoint]) -> list[answers.ScoredPoint]:
    return [
        answers.ScoredPoint(
            id=each.id,
            payload=each.payload,
            vector=_vectors_answer(each.vector),
            order_value=each.order_value,
            score=each.score,
            version=each.version,
        )
        for each in found
    ]


def records(found: Sequence[edge.Record]) -> list[answers.Record]:
    return [
        answers.Record(
            id=each.id,
            payload=each.payload,
            vector=_vectors_answer(each.vector),
            order_value=each.order_value,
        )
        for each in found
    ]


def _vectors_answer(given: edge.Vector | None) -> answers.Vectors | None:
    if not isinstance(given, dict):
        return given  # type: ignore[return-value]  # multivectors are not created here
    named = {name: _vector_answer(vector) for name, vector in given.items()}
    unnamed = named.get("")
    return unnamed if isinstance(unnamed, list) and len(named) == 1 else named


def _vector_answer(given: edge.NamedVector) -> list[float] | answers.SparseValues:
    if isinstance(given, edge.SparseVector):
        return answers.SparseValues(given.indices, given.values)
    return given  # type: ignore[return-value]  # as above
