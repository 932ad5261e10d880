import asyncio

import pytest
from qdrant_client import models
from tests.app.embedded.vectors.corpus import TENANTS, Corpus, of_tenant, sparse

SIZE = 300
DEPTH = 40


@pytest.fixture
async def corpus(client, collection) -> Corpus:
    corpus = Corpus(SIZE)
    await client.upsert(collection, corpus.points(), wait=True)
    return corpus


def scores(response: models.QueryResponse) -> dict[int, float]:
    return {point.id: point.score for point in response.points}


def first(best: dict[int, float], number: int) -> dict[int, float]:
    return dict(list(best.items())[:number])


def rrf(*lists: dict[int, float], k: int = 2) -> dict[int, float]:
    fused: dict[int, float] = {}
    for best in lists:
        for rank, point in enumerate(best):
            fused[point] = fused.get(point, 0) + 1 / (k + rank)
    return fused


def both(dense, words, tenant: str) -> list[models.Prefetch]:
    return [
        models.Prefetch(query=dense.tolist(), using="dense", filter=of_tenant(tenant), limit=DEPTH),
        models.Prefetch(query=sparse(words), using="words", filter=of_tenant(tenant), limit=DEPTH),
    ]


@pytest.mark.parametrize("tenant", TENANTS)
async def test_dense_results_are_the_nearest_of_the_tenant(client, collection, corpus, tenant):
    for _ in range(5):
        query, _ = corpus.query()
        found = await client.query_points(
            collection, query=query.tolist(), using="dense", query_filter=of_tenant(tenant), limit=DEPTH
        )
        expected = first(corpus.dense_scores(query, tenant), DEPTH)
        assert scores(found) == pytest.approx(expected, abs=1e-5)
        assert list(scores(found)) == list(expected)


@pytest.mark.parametrize("tenant", TENANTS)
async def test_sparse_results_are_the_largest_dot_products_of_the_tenant(client, collection, corpus, tenant):
    for _ in range(5):
        _, query = corpus.query()
        found = await client.query_points(
            collection, query=sparse(query), using="words", query_filter=of_tenant(tenant), limit=DEPTH
        )
        expected = first(corpus.sparse_scores(query, tenant), DEPTH)
        assert scores(found) == pytest.approx(expected, abs=1e-5)
        assert list(scores(found)) == list(expected)


@pytest.mark.parametrize("fusion", [models.FusionQuery(fusion=models.Fusion.RRF), models.RrfQuery(rrf=models.Rrf())])
async def test_reciprocal_ranks_are_fused(client, collection, corpus, fusion):
    dense, words = corpus.query()
    found = await client.query_points(collection, prefetch=both(dense, words, "bob"), query=fusion, limit=2 * DEPTH)
    lists = corpus.dense_scores(dense, "bob"), corpus.sparse_scores(words, "bob")
    assert scores(found) == pytest.approx(rrf(*(first(best, DEPTH) for best in lists)), abs=1e-5)
    assert list(scores(found).values()) == sorted(scores(found).values(), reverse=True)


async def test_weights_and_k_of_reciprocal_ranks_are_heeded(client, collection, corpus):
    dense, words = corpus.query()
    lists = [first(corpus.dense_scores(dense, "ada"), DEPTH), first(corpus.sparse_scores(words, "ada"), DEPTH)]
    with_k = models.RrfQuery(rrf=models.Rrf(k=60))
    found = await client.query_points(collection, prefetch=both(dense, words, "ada"), query=with_k, limit=2 * DEPTH)
    assert scores(found) == pytest.approx(rrf(*lists, k=60), abs=1e-5)

    dense_only = models.RrfQuery(rrf=models.Rrf(weights=[1.0, 0.0]))
    found = await client.query_points(collection, prefetch=both(dense, words, "ada"), query=dense_only, limit=5)
    assert list(scores(found)) == list(first(lists[0], 5))


async def test_distributions_of_scores_are_fused(client, collection, corpus):
    dense, words = corpus.query()
    expected: dict[int, float] = {}
    for best in (corpus.dense_scores(dense, "cyd"), corpus.sparse_scores(words, "cyd")):
        top = first(best, DEPTH)
        mean = sum(top.values()) / len(top)
        deviation = (sum((score - mean) ** 2 for score in top.values()) / (len(top) - 1)) ** 0.5
        for point, score in top.items():
            expected[point] = expected.get(point, 0) + (score - mean + 3 * deviation) / (6 * deviation)
    dbsf = models.FusionQuery(fusion=models.Fusion.DBSF)
    found = await client.query_points(collection, prefetch=both(dense, words, "cyd"), query=dbsf, limit=2 * DEPTH)
    assert scores(found) == pytest.approx(expected, abs=1e-4)


async def test_prefetched_points_are_scored_anew_by_a_nearest_query(client, collection, corpus):
    dense, words = corpus.query()
    candidates = first(corpus.sparse_scores(words, "ada"), DEPTH)
    found = await client.query_points(
        collection, prefetch=both(dense, words, "ada")[1:], query=dense.tolist(), using="dense", limit=DEPTH
    )
    expected = {point: score for point, score in corpus.dense_scores(dense, "ada").items() if point in candidates}
    assert scores(found) == pytest.approx(expected, abs=1e-5)


async def test_a_batch_answers_each_query_like_itself_alone(client, collection, corpus):
    queries = [
        models.QueryRequest(query=corpus.query()[0].tolist(), using="dense", filter=of_tenant(tenant), limit=7)
        for tenant in TENANTS
    ]
    queries.append(models.QueryRequest(query=sparse(corpus.query()[1]), using="words", limit=7))
    together = await client.query_batch_points(collection, queries)
    alone = [
        await client.query_points(collection, query=one.query, using=one.using, query_filter=one.filter, limit=7)
        for one in queries
    ]
    assert [scores(response) for response in together] == [scores(response) for response in alone]


async def test_limit_offset_and_threshold_cut_the_same_ranking(client, collection, corpus):
    query, _ = corpus.query()
    best = corpus.dense_scores(query, "ada")
    asked = {"query": query.tolist(), "using": "dense", "query_filter": of_tenant("ada")}
    page = await client.query_points(collection, **asked, limit=5, offset=10)
    assert list(scores(page)) == list(best)[10:15]
    good = await client.query_points(collection, **asked, limit=SIZE, score_threshold=0.2)
    assert list(scores(good)) == [point for point, score in best.items() if score >= 0.2]
    assert len((await client.query_points(collection, query=query.tolist(), using="dense")).points) == 10


async def test_results_carry_what_is_asked_for(client, collection, corpus):
    async def one(**asked) -> models.ScoredPoint:
        query = corpus.dense[5].tolist()
        return (await client.query_points(collection, query=query, using="dense", limit=1, **asked)).points[0]

    bare = await one(with_payload=False)
    assert (bare.id, bare.payload, bare.vector) == (5, None, None)
    assert (await one(with_payload=True)).payload == {"tenant": corpus.tenants[5], "position": 5}
    assert (await one(with_payload=["position"])).payload == {"position": 5}
    left_out = models.PayloadSelectorExclude(exclude=["position"])
    assert (await one(with_payload=left_out)).payload == {"tenant": corpus.tenants[5]}
    assert set((await one(with_vectors=["words"])).vector) == {"words"}
    vector = (await one(with_vectors=True)).vector
    assert vector["words"].indices == sparse(corpus.words[5]).indices
    assert vector["words"].values == pytest.approx(sparse(corpus.words[5]).values)
    assert sum(part * part for part in vector["dense"]) == pytest.approx(1, abs=1e-5)


async def test_parallel_queries_during_upserts_are_right(client, collection, corpus):
    others = Corpus(SIZE, seed=8, first_id=10_000)
    others.tenants = ["eve"] * SIZE
    new = others.points()

    async def query() -> None:
        dense, _ = corpus.query()
        expected = first(corpus.dense_scores(dense, "ada"), DEPTH)
        found = await client.query_points(
            collection, query=dense.tolist(), using="dense", query_filter=of_tenant("ada"), limit=DEPTH
        )
        assert list(scores(found)) == list(expected)

    upserts = [client.upsert(collection, new[at : at + 20], wait=True) for at in range(0, SIZE, 20)]
    await asyncio.gather(*upserts, *(query() for _ in range(32)))
    assert (await client.count(collection, count_filter=of_tenant("eve"))).count == SIZE
