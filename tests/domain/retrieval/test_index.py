import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient, models
from uuid_utils.compat import uuid7

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
from domain.retrieval.options import EmbedderOptions
from domain.retrieval.qdrant import QdrantIndex

LISTS = ("message", "window")
COLLECTION, LOST = CollectionSpec("test", 4).name, CollectionSpec("test_gone", 4).name
AXES = np.eye(4, dtype=np.float32)


@pytest.fixture
async def client(qdrant):
    with pytest.warns(UserWarning, match="insecure"):
        client = AsyncQdrantClient(url=qdrant.url, api_key=qdrant.api_key, check_compatibility=False)
    yield client
    for collection in (await client.get_collections()).collections:
        if collection.name.startswith(f"{COLLECTION_PREFIX}test"):
            await client.delete_collection(collection.name)
    await client.close()


@pytest.fixture
async def index(client):
    return await opened(client)


async def opened(client, model="test", dimension=4):
    index = QdrantIndex(client, CollectionSpec(model, dimension), LISTS)
    await index.ensure_collection()
    return index


def point(position, axis=0, **lists):
    sparse = {name: SparseVector(*map(list, zip(*pairs, strict=True))) for name, pairs in lists.items()}
    return IndexPoint(position, sparse, AXES[axis].tobytes())


def test_a_collection_is_named_after_its_model_and_dimension():
    assert "use-multilingual-v3_512" in CollectionSpec.of(EmbedderOptions(kind="use")).name
    assert "other-model_768" in CollectionSpec.of(EmbedderOptions(kind="gemini", gemini_model="other-model")).name


def test_the_same_message_of_the_same_version_is_the_same_point():
    version, another = uuid7(), uuid7()

    assert point_id(version, 7) == point_id(version, 7)
    assert len({point_id(version, 7), point_id(version, 8), point_id(another, 7)}) == 3


async def test_every_list_is_searched_in_its_own_order_with_exact_scores(index):
    chat, version = uuid7(), uuid7()
    await index.upsert(
        chat,
        version,
        [
            point(0, 0, message=[(5, 2.0)], window=[(5, 1.0), (9, 4.0)]),
            point(1, 1, message=[(9, 3.0), (2**32 - 1, 1.0)]),
            IndexPoint(2, {"window": SparseVector([5], [0.5])}),
        ],
    )
    asked = SparseVector([5, 9], [1.0, 2.0])

    found = await index.search_lists(chat, version, AXES[1], {"message": asked, "window": asked}, 10)

    assert found["message"] == [Hit(1, 6.0), Hit(0, 2.0)]
    assert found["window"] == [Hit(0, 9.0), Hit(2, 0.5)]
    assert [hit.position for hit in found[DENSE]] == [1, 0]
    assert found[DENSE][0].score == pytest.approx(1)
    assert [len(hits) for hits in (await index.search_lists(chat, version, None, {"window": asked}, 1)).values()] == [1]


async def test_no_other_chat_and_no_other_version_is_found(index):
    chat, version, asked = uuid7(), uuid7(), SparseVector([1], [1.0])
    await index.upsert(chat, version, [point(0, message=[(1, 1.0)])])
    await index.upsert(chat, uuid7(), [point(1, message=[(1, 2.0)])])
    await index.upsert(uuid7(), uuid7(), [point(2, message=[(1, 3.0)])])

    found = await index.search_lists(chat, version, AXES[0], {"message": asked}, 10)
    foreign = await index.search_lists(uuid7(), version, AXES[0], {"message": asked}, 10)

    assert [[hit.position for hit in hits] for hits in found.values()] == [[0], [0]]
    assert list(foreign.values()) == [[], []]


async def test_nothing_asked_is_nothing_found(index):
    assert await index.search_lists(uuid7(), uuid7(), None, {"message": SparseVector([], [])}, 10) == {}


async def test_points_hold_ids_and_a_position_alone(index, client):
    chat, version = uuid7(), uuid7()
    await index.upsert(chat, version, [point(3, message=[(1, 1.0)])])

    [stored] = await client.retrieve(COLLECTION, [str(point_id(version, 3))])

    assert stored.payload == {"chat_id": str(chat), "version": str(version), "position": 3}


async def test_storing_again_changes_nothing(index):
    chat, version = uuid7(), uuid7()
    for _ in range(2):
        await index.upsert(chat, version, [point(0), point(4)])

    assert await index.count(version) == 2
    assert await index.positions(version) == {0, 4}
    assert await index.positions(uuid7()) == set()


async def test_positions_come_in_pages(index, monkeypatch):
    monkeypatch.setattr("domain.retrieval.qdrant._PAGE", 3)
    version = uuid7()
    await index.upsert(uuid7(), version, [point(number) for number in range(8)])

    assert await index.positions(version) == set(range(8))


async def test_a_chat_is_deleted_from_every_collection_and_a_version_from_its_own(client, index):
    other = await opened(client, model="test-other", dimension=2)
    chat, neighbour, first, second, third = (uuid7() for _ in range(5))
    await index.upsert(chat, first, [point(0)])
    await index.upsert(neighbour, second, [point(0)])
    await other.upsert(chat, third, [IndexPoint(0, {"message": SparseVector([1], [1.0])})])

    await index.delete(chat)

    assert [await index.count(first), await index.count(second), await other.count(third)] == [0, 1, 0]
    await index.delete_version(COLLECTION, second)
    await index.delete_version(LOST, second)
    assert await index.count(second) == 0


async def test_without_a_model_words_alone_are_stored(client):
    index = await opened(client, model="test-none", dimension=0)
    chat, version, vector = uuid7(), uuid7(), SparseVector([1], [1.0])

    await index.upsert(chat, version, [IndexPoint(0, {"message": vector})])

    assert await index.search_lists(chat, version, None, {"message": vector}, 10) == {"message": [Hit(0, 1.0)]}


async def test_the_collection_is_made_once_with_the_chat_as_tenant(client, index):
    await index.ensure_collection()

    schema = (await client.get_collection(COLLECTION)).payload_schema
    assert schema["chat_id"].params.is_tenant is True
    assert "version" in schema


async def test_a_lost_collection_is_told_from_a_store_that_is_away(client, index, qdrant):
    await client.delete_collection(COLLECTION)
    with pytest.raises(IndexMissing):
        await index.search_lists(uuid7(), uuid7(), AXES[0], {}, 10)

    nobody = AsyncQdrantClient(url="http://127.0.0.1:9", check_compatibility=False)
    with pytest.raises(IndexUnavailable) as away:
        await QdrantIndex(nobody, CollectionSpec("test", 4), LISTS).count(uuid7())
    assert not isinstance(away.value, IndexMissing)
    await nobody.close()


async def test_a_payload_index_that_a_kill_left_out_is_made_up_for(client):
    spec = CollectionSpec("test-halfway", 4)
    dense = models.VectorParams(size=4, distance=models.Distance.COSINE)
    await client.create_collection(spec.name, vectors_config={DENSE: dense})

    await QdrantIndex(client, spec, LISTS).ensure_collection()

    assert "chat_id" in (await client.get_collection(spec.name)).payload_schema
