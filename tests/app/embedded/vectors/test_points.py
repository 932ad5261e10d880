from uuid import UUID, uuid4

import pytest
from qdrant_client import models
from qdrant_client.http.exceptions import UnexpectedResponse

A_UUID = str(UUID(int=77))
PAYLOADS = {
    1: {"kind": "note", "n": 1, "tags": ["x", "y"], "when": "2024-01-01T00:00:00Z"},
    2: {"kind": "note", "n": 5, "tags": [], "owner": A_UUID},
    3: {"kind": "photo", "n": 9, "tags": None, "when": "2024-06-01T00:00:00Z"},
    4: {"n": -3, "parts": [{"a": 1, "b": 2}, {"a": 2, "b": 1}]},
}


def field(key: str, **condition) -> models.FieldCondition:
    return models.FieldCondition(key=key, **condition)


def point(number, payload=None, vector=(1.0, 0.0)) -> models.PointStruct:
    return models.PointStruct(id=number, vector=list(vector), payload=payload or {})


@pytest.fixture
async def plain(client) -> str:
    """A collection with one unnamed vector."""
    name = f"plain-{uuid4().hex}"
    await client.create_collection(name, vectors_config=models.VectorParams(size=2, distance=models.Distance.DOT))
    return name


@pytest.fixture
async def filled(client, plain) -> str:
    for name, kind in (("kind", "keyword"), ("n", "integer"), ("owner", "uuid"), ("when", "datetime")):
        await client.create_payload_index(plain, name, kind, wait=True)
    await client.upsert(plain, [point(number, payload) for number, payload in PAYLOADS.items()], wait=True)
    return plain


FILTERS = [
    (models.Filter(must=[field("kind", match=models.MatchValue(value="note"))]), {1, 2}),
    (models.Filter(must=[field("owner", match=models.MatchValue(value=A_UUID))]), {2}),
    (models.Filter(must=[field("n", match=models.MatchAny(any=[5, 9]))]), {2, 3}),
    (models.Filter(must=[field("tags", match=models.MatchAny(any=["y", "z"]))]), {1}),
    (models.Filter(must=[field("kind", match=models.MatchExcept(**{"except": ["note"]}))]), {3}),
    (models.Filter(must=[field("n", range=models.Range(gt=1, lte=9))]), {2, 3}),
    (models.Filter(must=[field("n", range=models.Range(gte=1, lt=5))]), {1}),
    (models.Filter(must=[field("when", range=models.DatetimeRange(gte="2024-02-01T00:00:00Z"))]), {3}),
    (models.Filter(must=[field("tags", values_count=models.ValuesCount(gte=2))]), {1}),
    (models.Filter(must=[models.HasIdCondition(has_id=[1, 4, 99])]), {1, 4}),
    (models.Filter(must=[models.IsEmptyCondition(is_empty=models.PayloadField(key="tags"))]), {2, 3, 4}),
    (models.Filter(must=[models.IsNullCondition(is_null=models.PayloadField(key="tags"))]), {3}),
    (models.Filter(must=[field("kind", is_empty=False)]), {1, 2, 3}),
    (
        models.Filter(
            must=[field("n", range=models.Range(gt=0))],
            must_not=[field("kind", match=models.MatchValue(value="photo"))],
        ),
        {1, 2},
    ),
    (models.Filter(should=[field("n", match=models.MatchValue(value=value)) for value in (-3, 9)]), {3, 4}),
    (
        models.Filter(
            must=[
                models.Filter(should=[field("n", match=models.MatchValue(value=value)) for value in (1, 9)]),
                field("kind", match=models.MatchValue(value="photo")),
            ]
        ),
        {3},
    ),
    (
        models.Filter(
            min_should=models.MinShould(
                conditions=[
                    field("kind", match=models.MatchValue(value="note")),
                    field("n", range=models.Range(gt=2)),
                    field("tags", match=models.MatchValue(value="x")),
                ],
                min_count=2,
            )
        ),
        {1, 2},
    ),
    (
        models.Filter(
            must=[
                models.NestedCondition(
                    nested=models.Nested(
                        key="parts",
                        filter=models.Filter(
                            must=[
                                field(key, match=models.MatchValue(value=value)) for key, value in (("a", 1), ("b", 2))
                            ]
                        ),
                    )
                )
            ]
        ),
        {4},
    ),
]


@pytest.mark.parametrize(("given", "expected"), FILTERS)
async def test_filters_select_the_same_points_in_every_operation(client, filled, given, expected):
    listed, _ = await client.scroll(filled, scroll_filter=given)
    assert {record.id for record in listed} == expected
    assert (await client.count(filled, count_filter=given)).count == len(expected)
    found = await client.query_points(filled, query=[1.0, 0.0], query_filter=given)
    assert {hit.id for hit in found.points} == expected
    await client.delete(filled, points_selector=given, wait=True)
    left, _ = await client.scroll(filled)
    assert {record.id for record in left} == set(PAYLOADS) - expected


async def test_points_are_retrieved_as_they_were_upserted(client, plain):
    named = str(uuid4())
    await client.upsert(plain, [point(2**63, {"a": {"b": [1, None, "é"]}}, (0.5, -2.0)), point(named)], wait=True)
    found = {record.id: record for record in await client.retrieve(plain, [2**63, named, 5], with_vectors=True)}
    assert set(found) == {2**63, named}
    assert found[2**63].payload == {"a": {"b": [1, None, "é"]}}
    assert found[2**63].vector == [0.5, -2.0]


async def test_a_batch_is_upserted_like_a_list(client, collection, plain):
    batch = models.Batch(ids=[1, 2], vectors=[[1.0, 2.0], [3.0, 4.0]], payloads=[{"n": 1}, {"n": 2}])
    await client.upsert(plain, batch, wait=True)
    found = await client.retrieve(plain, [1, 2], with_vectors=True)
    assert [(record.payload, record.vector) for record in found] == [({"n": 1}, [1.0, 2.0]), ({"n": 2}, [3.0, 4.0])]

    words = models.SparseVector(indices=[3, 9], values=[0.5, 1.0])
    await client.upsert(collection, models.Batch(ids=[7], vectors={"dense": [[1.0] * 16], "words": [words]}), wait=True)
    assert (await client.retrieve(collection, [7], with_vectors=["words"]))[0].vector == {"words": words}

    uneven = models.Batch(ids=[1, 2], vectors=[[1.0, 2.0]])
    with pytest.raises(UnexpectedResponse) as refused:
        await client.upsert(plain, uneven, wait=True)
    assert refused.value.status_code == 400


async def test_an_upsert_replaces_a_point(client, plain):
    await client.upsert(plain, [point(1, {"old": 1}, (1.0, 0.0))], wait=True)
    await client.upsert(plain, [point(1, {"new": 1}, (0.0, 1.0))], wait=True)
    (found,) = await client.retrieve(plain, [1], with_vectors=True)
    assert (found.payload, found.vector) == ({"new": 1}, [0.0, 1.0])
    assert (await client.count(plain)).count == 1


async def test_payloads_are_set_overwritten_and_taken_away(client, filled):
    async def payload() -> dict:
        return (await client.retrieve(filled, [2]))[0].payload

    notes = models.Filter(must=[field("kind", match=models.MatchValue(value="note"))])
    await client.set_payload(filled, {"n": 6}, points=notes, wait=True)
    assert await payload() == {**PAYLOADS[2], "n": 6}
    await client.set_payload(filled, {"deep": 1}, points=[2], key="more", wait=True)
    assert (await payload())["more"] == {"deep": 1}
    await client.delete_payload(filled, ["more", "tags"], points=[2], wait=True)
    assert await payload() == {"kind": "note", "n": 6, "owner": A_UUID}
    await client.overwrite_payload(filled, {"kind": "memo"}, points=[2], wait=True)
    assert await payload() == {"kind": "memo"}
    await client.clear_payload(filled, points_selector=[2], wait=True)
    assert await payload() == {}
    assert (await client.count(filled, count_filter=notes)).count == 1


async def test_scrolling_visits_every_point_once_in_order(client, plain):
    await client.upsert(plain, [point(number) for number in range(25)], wait=True)
    seen, offset = [], None
    while True:
        page, offset = await client.scroll(plain, limit=10, offset=offset, with_payload=False)
        seen += [record.id for record in page]
        if offset is None:
            break
    assert seen == list(range(25))


async def test_scrolling_follows_an_indexed_field(client, filled):
    async def numbers(**order) -> list[int]:
        page, _ = await client.scroll(filled, limit=3, order_by=models.OrderBy(key="n", **order))
        return [record.payload["n"] for record in page]

    assert await numbers() == [-3, 1, 5]
    assert await numbers(direction="desc") == [9, 5, 1]
    assert await numbers(start_from=2) == [5, 9]
    with pytest.raises(UnexpectedResponse) as refused:
        await client.scroll(filled, order_by="tags")
    assert refused.value.status_code == 400


async def test_a_query_without_a_vector_lists_in_the_order_asked_for(client, filled):
    by_number = await client.query_points(filled, query=models.OrderByQuery(order_by="n"), limit=2)
    assert [hit.id for hit in by_number.points] == [4, 1]
    notes = models.Filter(must=[field("kind", match=models.MatchValue(value="note"))])
    assert {hit.id for hit in (await client.query_points(filled, query_filter=notes)).points} == {1, 2}


async def test_points_are_deleted_by_their_ids(client, filled):
    await client.delete(filled, points_selector=[1, 3, 99], wait=True)
    assert {record.id for record in (await client.scroll(filled))[0]} == {2, 4}
    assert {hit.id for hit in (await client.query_points(filled, query=[1.0, 0.0])).points} == {2, 4}
