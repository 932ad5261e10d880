import asyncio
import contextlib
import shutil
import struct
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
import qdrant_edge as edge
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException
from tests.app.embedded.vectors.corpus import Corpus, create, of_tenant
from tests.app.embedded.vectors.serving import Vectors, serving

from app.embedded.vectors.collection import Collection
from app.embedded.vectors.requests import CreateCollection, Refused, SparseVectorParams
from app.embedded.vectors.store import DirectoryInUse, Store, exclusive

FOUR_DIMENSIONS = CreateCollection(vectors={"size": 4, "distance": "Dot"})
PLAIN = models.VectorParams(size=4, distance=models.Distance.DOT)


async def create_plain(client: AsyncQdrantClient, name: str, points: int = 1) -> None:
    await client.create_collection(name, vectors_config=PLAIN)
    await client.upsert(
        name, [models.PointStruct(id=number, vector=[1.0, 2.0, 3.0, 4.0]) for number in range(points)], wait=True
    )


async def upsert_until_killed(client: AsyncQdrantClient, vectors: Vectors, corpus: Corpus, batches: int) -> set[int]:
    """Ids that were acknowledged. The process is killed while it works on the batch after the last."""
    points, acknowledged, size = corpus.points(), set(), 10

    async def upsert(at: int) -> None:
        await client.upsert("c", points[at : at + size], wait=True)
        acknowledged.update(point.id for point in points[at : at + size])

    for number in range(batches):
        await upsert(number * size)
    last = asyncio.create_task(upsert(batches * size))
    await asyncio.sleep(0)
    await vectors.kill()
    with contextlib.suppress(ResponseHandlingException):
        await last
    return acknowledged


async def assert_kept(client: AsyncQdrantClient, acknowledged: set[int], corpus: Corpus) -> None:
    """Every point is there as it was written, and is found by its vector and by its tenant."""
    kept = await client.retrieve("c", sorted(acknowledged))
    assert {record.id for record in kept} == acknowledged
    some = sorted(acknowledged)[::7]
    queries = [models.QueryRequest(query=corpus.dense[row].tolist(), using="dense", limit=1) for row in some]
    nearest = [response.points[0] for response in await client.query_batch_points("c", queries)]
    assert [(hit.id, hit.score) for hit in nearest] == [(row, pytest.approx(1, abs=1e-5)) for row in some]
    found = await client.query_points("c", query_filter=of_tenant("ada"), limit=1000)
    assert {hit.id for hit in found.points} >= {row for row in acknowledged if corpus.tenants[row] == "ada"}


async def test_every_acknowledged_point_survives_a_kill(tmp_path):
    acknowledged, corpus = set(), Corpus(size=300)
    for life, batches in enumerate((1, 7, 23, 0)):
        async with serving(tmp_path) as (vectors, client):
            if life == 0:
                await create(client, "c")
            await assert_kept(client, acknowledged, corpus)
            # The same ids in each life: points are replaced as well as added.
            corpus = Corpus(size=300, seed=life)
            acknowledged = await upsert_until_killed(client, vectors, corpus, batches)
        assert len(acknowledged) >= batches * 10


async def test_acknowledged_deletions_survive_a_kill(tmp_path):
    async with serving(tmp_path) as (vectors, client):
        await create_plain(client, "c", points=5)
        await create_plain(client, "gone")
        await client.delete("c", points_selector=[0, 1], wait=True)
        await client.delete_collection("gone")
        await vectors.kill()
    async with serving(tmp_path) as (_, client):
        assert (await client.count("c")).count == 3
        assert not await client.collection_exists("gone")


async def test_refused_updates_do_not_come_back_with_the_log(tmp_path):
    async with serving(tmp_path) as (vectors, client):
        await create_plain(client, "c")
        for wrong in ([1.0], {"other": [1.0]}):
            with contextlib.suppress(Exception):
                await client.upsert("c", [models.PointStruct(id=9, vector=wrong)], wait=True)
        with contextlib.suppress(Exception):
            await client.set_payload("c", {"a": 1}, points=[77], wait=True)
        await vectors.kill()
    async with serving(tmp_path) as (_, client):
        assert [record.id for record in (await client.scroll("c"))[0]] == [0]


def test_an_update_that_the_engine_panics_at_is_not_replayed(tmp_path):
    Collection.create(tmp_path, CreateCollection(sparse_vectors={"words": SparseVectorParams()}))
    collection = Collection("c", tmp_path)
    uneven = edge.UpdateOperation.upsert_points([edge.Point(1, {"words": edge.SparseVector([1, 2], [1.0])})])
    with pytest.raises(Refused) as refused:
        collection.update(uneven)
    assert refused.value.status == HTTPStatus.INTERNAL_SERVER_ERROR
    collection.discard()
    Collection("c", tmp_path).discard()


async def test_a_stop_is_clean_and_loses_nothing(tmp_path):
    async with serving(tmp_path) as (vectors, client):
        await create_plain(client, "c", points=20)
        assert [line["event"] for line in vectors.lines] == ["vectors_started"]
        assert await vectors.stop() == (0, "")
    async with serving(tmp_path) as (vectors, client):
        assert (await client.count("c")).count == 20
        assert vectors.lines[0]["collections"] == 1


def stored(directory: Path, *names: str) -> None:
    """Leave collections of one point behind."""
    store = Store(directory, purge_after_s=0)
    for name in names:
        store.create(name, FOUR_DIMENSIONS)
        store.get(name).update(edge.UpdateOperation.upsert_points([edge.Point(1, [1.0, 2.0, 3.0, 4.0])]))
    store.close()


def test_half_made_and_half_removed_collections_are_cleaned_up(tmp_path):
    stored(tmp_path, "c")
    shutil.copytree(tmp_path / "c", tmp_path / ".passing-0123")
    (tmp_path / ".passing-4567").mkdir()
    store = Store(tmp_path, purge_after_s=0)
    store.load()
    assert store.get("c").info().points_count == 1
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
    store.close()


def damage(directory: Path, pattern: str) -> None:
    for file in directory.glob(pattern):
        file.write_bytes(b"\x00junk")


async def test_a_broken_collection_is_set_aside_and_the_others_are_served(tmp_path):
    async with serving(tmp_path) as (_, client):
        await create_plain(client, "whole", points=3)
        await create_plain(client, "broken")
    damage(tmp_path, "broken/shard/segments/*/segment.json")
    async with serving(tmp_path) as (vectors, client), httpx.AsyncClient(base_url=vectors.url) as http:
        assert vectors.lines[0]["event"] == "vectors_collection_set_aside"
        assert vectors.lines[0]["collection"] == "broken"
        assert vectors.lines[-1]["set_aside"] == ["broken"]
        assert "broken" in (await http.get("/readyz")).text
        assert (await client.count("whole")).count == 3
        assert not await client.collection_exists("broken")
        await create_plain(client, "broken", points=2)
        await client.delete_collection("broken")
        assert (await http.get("/readyz")).text == "all shards are ready"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "whole"]


@pytest.mark.parametrize(
    "damaged",
    [
        "collection.json",
        "shard/edge_config.json",
        "shard/wal/open-*",
        "shard/segments/*/version.info",
        "shard/segments/*/vector_storage/deleted/status.dat",
    ],
)
def test_damage_to_any_of_these_files_sets_the_collection_aside(tmp_path, damaged):
    stored(tmp_path, "broken", "whole")
    damage(tmp_path / "broken", damaged)
    again = Store(tmp_path, purge_after_s=0)
    again.load()
    assert (again.names, again.set_aside) == (["whole"], ["broken"])
    again.close()


async def test_a_directory_serves_one_process(tmp_path):
    async with serving(tmp_path):
        with pytest.raises(DirectoryInUse, match="served by another process"), exclusive(tmp_path):
            pass
    with exclusive(tmp_path):
        pass


class Secrets:
    """What a deleted point must not leave behind: its payload, and its vector as the engine stores it."""

    payload = b"tenant-to-be-forgotten"
    vector = (0.123, 4.56, -7.89, 0.246)
    as_stored = struct.pack("<4f", *vector)

    @classmethod
    async def write(cls, client: AsyncQdrantClient) -> None:
        await create_plain(client, "c")
        tenant = models.KeywordIndexParams(type="keyword", is_tenant=True)
        await client.create_payload_index("c", "tenant", tenant, wait=True)
        payload = {"tenant": cls.payload.decode()}
        points = [models.PointStruct(id=number, vector=list(cls.vector), payload=payload) for number in range(1, 40)]
        await client.upsert("c", points, wait=True)

    @classmethod
    async def delete(cls, client: AsyncQdrantClient) -> None:
        await client.delete("c", points_selector=of_tenant(cls.payload.decode()), wait=True)

    @classmethod
    def files(cls, directory: Path) -> list[Path]:
        contents = ((file, file.read_bytes()) for file in directory.rglob("*") if file.is_file())
        return [file for file, content in contents if cls.payload in content or cls.as_stored in content]


async def test_deleted_points_leave_the_disk_at_a_stop(tmp_path):
    async with serving(tmp_path) as (vectors, client):
        await Secrets.write(client)
        assert Secrets.files(tmp_path)
        await Secrets.delete(client)
        await vectors.stop()
    assert Secrets.files(tmp_path) == []


async def test_deleted_points_leave_the_disk_at_the_start_after_a_kill(tmp_path):
    async with serving(tmp_path) as (vectors, client):
        await Secrets.write(client)
        await Secrets.delete(client)
        await vectors.kill()
    assert Secrets.files(tmp_path)
    async with serving(tmp_path) as (_, client):
        assert Secrets.files(tmp_path) == []
        assert (await client.count("c")).count == 1


def test_deleted_points_leave_the_disk_some_time_after_their_deletion(tmp_path):
    store = Store(tmp_path, purge_after_s=0)
    store.create("c", FOUR_DIMENSIONS)
    collection = store.get("c")
    payload = {"tenant": Secrets.payload.decode()}
    points = [edge.Point(number, list(Secrets.vector), payload) for number in range(3)]
    collection.update(edge.UpdateOperation.upsert_points(points))
    collection.update(edge.UpdateOperation.delete_points([0, 1, 2]), forgets=True)
    store.maintain()
    assert Secrets.files(tmp_path) == []
    collection.update(edge.UpdateOperation.upsert_points(points[:1]))
    assert collection.info().points_count == 1
    store.close()


def test_a_deleted_collection_leaves_no_files(tmp_path):
    stored(tmp_path, "c")
    store = Store(tmp_path, purge_after_s=0)
    store.load()
    assert store.delete("c")
    assert list(tmp_path.iterdir()) == []
