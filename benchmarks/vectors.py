"""The vector stand-in beside qdrant-client's own local mode: upserts and filtered hybrid queries over HTTP.

    python benchmarks/vectors.py [--large 100000]

512 dimensions and 20 sparse terms a point, tenants of equal size, queries one after another: dense and sparse
prefetches of 100 within one tenant, fused by reciprocal ranks. The local mode is measured at the small size alone.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qdrant_client import AsyncQdrantClient, models

SMALL = 10_000
TENANTS = 50
BATCH = 250
QUERIES = 200
SIZE = 512
TERMS = 20
PREFETCH = 100


@dataclass
class Measured:
    upserts_per_s: float
    p50_ms: float
    p95_ms: float
    purge_s: float | None = None


def of_tenant(number: int) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key="tenant", match=models.MatchValue(value=f"t{number}"))])


class Data:
    def __init__(self) -> None:
        self.random = np.random.default_rng(1)

    def dense(self) -> list[float]:
        return self.random.standard_normal(SIZE).tolist()

    def sparse(self) -> models.SparseVector:
        indices = np.unique(self.random.integers(0, 20_000, TERMS))
        return models.SparseVector(indices=indices.tolist(), values=self.random.random(len(indices)).tolist())

    def batch(self, first: int, total: int) -> list[models.PointStruct]:
        return [
            models.PointStruct(
                id=number,
                vector={"dense": self.dense(), "words": self.sparse()},
                payload={"tenant": f"t{number * TENANTS // total}", "position": number},
            )
            for number in range(first, first + BATCH)
        ]


async def measure(client: AsyncQdrantClient, total: int, queries: int) -> Measured:
    data, name = Data(), f"c{total}"
    dense = models.VectorParams(size=SIZE, distance=models.Distance.COSINE)
    await client.create_collection(
        name, vectors_config={"dense": dense}, sparse_vectors_config={"words": models.SparseVectorParams()}
    )
    tenant = models.KeywordIndexParams(type="keyword", is_tenant=True)
    await client.create_payload_index(name, "tenant", tenant, wait=True)
    spent = 0.0
    for first in range(0, total, BATCH):
        points = data.batch(first, total)
        start = time.perf_counter()
        await client.upsert(name, points, wait=True)
        spent += time.perf_counter() - start
    took = []
    for number in range(queries):
        within = of_tenant(number % TENANTS)
        prefetch = [
            models.Prefetch(query=data.dense(), using="dense", filter=within, limit=PREFETCH),
            models.Prefetch(query=data.sparse(), using="words", filter=within, limit=PREFETCH),
        ]
        rrf = models.FusionQuery(fusion=models.Fusion.RRF)
        start = time.perf_counter()
        await client.query_points(name, prefetch=prefetch, query=rrf, limit=20, with_payload=True)
        took.append(time.perf_counter() - start)
    return Measured(total / spent, *(float(np.percentile(took, share)) * 1000 for share in (50, 95)))


@asynccontextmanager
async def stand_in(*arguments: str) -> AsyncIterator[tuple[AsyncQdrantClient, Path]]:
    with tempfile.TemporaryDirectory() as directory:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.embedded.vectors", "--directory", directory, "--port", "0", *arguments),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        port = json.loads(await process.stdout.readline())["port"]
        client = AsyncQdrantClient(url=f"http://127.0.0.1:{port}", timeout=120)
        yield client, Path(directory)
        await client.close()
        process.terminate()
        await process.wait()


async def in_stand_in(total: int) -> Measured:
    """With the longest that an answer takes while one tenant's points are purged."""
    async with stand_in("--purge-after", "0") as (client, directory):
        measured = await measure(client, total, QUERIES)
        name = f"c{total}"
        await client.delete(name, points_selector=of_tenant(0), wait=True)
        measured.purge_s = 0.0
        while (directory / name / "purge").exists():
            start = time.perf_counter()
            await client.info()
            measured.purge_s = max(measured.purge_s, time.perf_counter() - start)
            await asyncio.sleep(0.01)
        return measured


def show(name: str, total: int, measured: Measured) -> None:
    purge = "" if measured.purge_s is None else f"   purge {measured.purge_s:5.2f} s"
    print(
        f"{name:<12}{total:>8} points  {measured.upserts_per_s:>8.0f} upserts/s"
        f"   query p50 {measured.p50_ms:7.2f} ms  p95 {measured.p95_ms:7.2f} ms{purge}"
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", type=int, default=100_000, help="points of the large collection; 0 leaves it out")
    large = parser.parse_args().large
    warnings.filterwarnings("ignore", "Local mode is not recommended")
    warnings.filterwarnings("ignore", "Payload indexes have no effect in the local")

    small = await in_stand_in(SMALL)
    show("stand-in", SMALL, small)
    local_client = AsyncQdrantClient(":memory:")
    local = await measure(local_client, SMALL, QUERIES // 10)
    await local_client.close()
    show("local mode", SMALL, local)
    print(
        f"stand-in against local mode: {small.upserts_per_s / local.upserts_per_s:.2f} x upserts/s,"
        f" query p50 {local.p50_ms / small.p50_ms:.1f} x faster, p95 {local.p95_ms / small.p95_ms:.1f} x faster"
    )
    if large:
        show("stand-in", large, await in_stand_in(large))


if __name__ == "__main__":
    asyncio.run(main())
