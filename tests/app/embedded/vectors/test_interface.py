import asyncio
from importlib.metadata import version

import httpx
import pytest
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.version_check import is_compatible
from qdrant_client.http.exceptions import UnexpectedResponse
from tests.app.embedded.vectors.corpus import DENSE, create, of_tenant
from tests.app.embedded.vectors.serving import serving

UNKNOWN = "nowhere"
NEAR = {"query": [1.0] * 16, "using": "dense"}
GEO = models.FieldCondition(key="at", geo_radius=models.GeoRadius(center=models.GeoPoint(lon=1.0, lat=1.0), radius=5.0))


async def status_and_reason(request) -> tuple[int, str]:
    with pytest.raises(UnexpectedResponse) as refused:
        await request
    return refused.value.status_code, refused.value.structured()["status"]["error"]


async def test_a_client_finds_the_version_compatible(client):
    assert is_compatible(version("qdrant-client"), (await client.info()).version)


async def test_a_collection_is_made_described_listed_and_deleted(client, collection):
    await client.create_payload_index(collection, "position", models.PayloadSchemaType.INTEGER, wait=True)
    await client.upsert(
        collection, [models.PointStruct(id=1, vector={"dense": [1.0] * 16}, payload={"tenant": "ada"})], wait=True
    )
    info = await client.get_collection(collection)
    assert (info.status, info.points_count) == (models.CollectionStatus.GREEN, 1)
    assert info.config.params.vectors == {"dense": DENSE}
    assert set(info.config.params.sparse_vectors) == {"words"}
    assert info.payload_schema["tenant"].params.is_tenant is True
    assert info.payload_schema["position"].data_type == models.PayloadSchemaType.INTEGER
    assert collection in {found.name for found in (await client.get_collections()).collections}
    assert await client.collection_exists(collection)

    await client.delete_payload_index(collection, "position", wait=True)
    assert set((await client.get_collection(collection)).payload_schema) == {"tenant"}
    assert await client.delete_collection(collection) is True
    assert await client.delete_collection(collection) is False
    assert not await client.collection_exists(collection)


async def test_options_that_change_no_result_are_accepted(client):
    vector = models.VectorParams(
        size=4, distance=models.Distance.EUCLID, on_disk=True, hnsw_config=models.HnswConfigDiff(m=16)
    )
    await client.create_collection(
        "tuned",
        vectors_config=vector,
        sparse_vectors_config={"words": models.SparseVectorParams(index=models.SparseIndexParams(on_disk=True))},
        hnsw_config=models.HnswConfigDiff(m=0, payload_m=16),
        optimizers_config=models.OptimizersConfigDiff(default_segment_number=2),
        quantization_config=models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        ),
        on_disk_payload=True,
        replication_factor=2,
    )
    tenant = models.UuidIndexParams(type="uuid", is_tenant=True, on_disk=True)
    await client.create_payload_index("tuned", "chat_id", tenant, wait=True)
    await client.upsert("tuned", [models.PointStruct(id=1, vector=[1.0, 2.0, 3.0, 4.0])], wait=True)
    found = await client.query_points(
        "tuned", query=[1.0, 2.0, 3.0, 5.0], search_params=models.SearchParams(hnsw_ef=64, exact=False)
    )
    assert found.points[0].score == pytest.approx(1)


REFUSED = {
    "unknown collection": (404, lambda client, _: client.query_points(UNKNOWN, query=[1.0])),
    "upsert to an unknown collection": (
        404,
        lambda client, _: client.upsert(UNKNOWN, [models.PointStruct(id=1, vector=[1.0])]),
    ),
    "payload of a missing point": (404, lambda client, name: client.set_payload(name, {"a": 1}, points=[5])),
    "collection of the same name": (409, create),
    "name with a slash": (501, lambda client, _: create(client, "../up")),
    "name that hides": (400, lambda client, _: create(client, ".hidden")),
    "wrong size": (400, lambda client, name: client.query_points(name, query=[1.0], using="dense")),
    "unknown vector": (400, lambda client, name: client.query_points(name, query=[1.0], using="other")),
    "upsert of a wrong size": (
        400,
        lambda client, name: client.upsert(name, [models.PointStruct(id=1, vector={"dense": [1.0]})]),
    ),
    "component that is infinite as a 32-bit float": (
        400,
        lambda client, name: client.upsert(name, [models.PointStruct(id=1, vector={"dense": [1e39] * 16})]),
    ),
    "repeated index in a sparse vector": (
        400,
        lambda client, name: client.query_points(
            name, query=models.SparseVector(indices=[1, 1], values=[1.0, 1.0]), using="words"
        ),
    ),
    "two conditions in one": (
        400,
        lambda client, name: client.count(
            name,
            models.Filter(
                must=[models.FieldCondition(key="n", match=models.MatchValue(value=1), range=models.Range(gte=1))]
            ),
        ),
    ),
    "fusion of nothing": (
        400,
        lambda client, name: client.query_points(name, query=models.FusionQuery(fusion=models.Fusion.RRF)),
    ),
    "geography": (501, lambda client, name: client.count(name, models.Filter(must=[GEO]))),
    "match of a boolean": (
        501,
        lambda client, name: client.count(
            name, models.Filter(must=[models.FieldCondition(key="b", match=models.MatchValue(value=True))])
        ),
    ),
    "query by a point": (501, lambda client, name: client.query_points(name, query=1, using="dense")),
    "recommendation": (
        501,
        lambda client, name: client.query_points(
            name, query=models.RecommendQuery(recommend=models.RecommendInput(positive=[1])), using="dense"
        ),
    ),
    "facets": (501, lambda client, name: client.facet(name, "tenant")),
    "groups": (501, lambda client, name: client.query_points_groups(name, group_by="tenant", **NEAR)),
    "text index": (
        501,
        lambda client, name: client.create_payload_index(name, "t", models.TextIndexParams(type="text")),
    ),
    "multivectors": (
        501,
        lambda client, _: client.create_collection(
            "multi",
            vectors_config=models.VectorParams(
                size=4,
                distance=models.Distance.DOT,
                multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            ),
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_wrong_or_not_supported_is_refused(client, collection, case):
    expected, request = REFUSED[case]
    status, reason = await status_and_reason(request(client, collection))
    assert status == expected
    assert reason
    assert (await client.count(collection)).count == 0


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
async def test_a_wrong_or_missing_key_is_refused(tmp_path):
    async with serving(tmp_path, api_key="right") as (vectors, client):
        await create(client, "c")
        for key in ("wrong", None):
            other = AsyncQdrantClient(url=vectors.url, api_key=key, check_compatibility=False)
            for request in (other.get_collections(), other.count("c"), other.delete_collection("c")):
                assert (await status_and_reason(request))[0] == 401
            await other.close()
        assert await client.collection_exists("c")
        async with httpx.AsyncClient(base_url=vectors.url) as http:
            bearer = {"Authorization": "Bearer right"}
            assert (await http.get("/collections", headers=bearer)).status_code == 200
            assert (await http.get("/collections", headers={"api-key": "ключ".encode()})).status_code == 401
            for path in ("/", "/healthz", "/livez", "/readyz"):
                assert (await http.get(path)).status_code == 200


async def test_a_filter_on_the_tenant_isolates_it(client, collection):
    points = [
        models.PointStruct(id=number, vector={"dense": [1.0] * 16}, payload={"tenant": tenant})
        for number, tenant in enumerate(("ada", "bob") * 20)
    ]
    await client.upsert(collection, points, wait=True)
    answers = await asyncio.gather(
        client.query_points(collection, **NEAR, query_filter=of_tenant("ada"), limit=100),
        client.scroll(collection, scroll_filter=of_tenant("ada"), limit=100),
    )
    tenants = [[point.payload["tenant"] for point in found] for found in (answers[0].points, answers[1][0])]
    assert tenants == [["ada"] * 20] * 2
    await client.delete(collection, points_selector=of_tenant("ada"), wait=True)
    assert (await client.count(collection, count_filter=of_tenant("bob"))).count == 20
