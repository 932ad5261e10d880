import numpy as np
from qdrant_client import AsyncQdrantClient, models

DENSE = models.VectorParams(size=16, distance=models.Distance.COSINE)
TENANTS = ("ada", "bob", "cyd")
VOCABULARY = 60


async def create(client: AsyncQdrantClient, name: str) -> None:
    await client.create_collection(
        name, vectors_config={"dense": DENSE}, sparse_vectors_config={"words": models.SparseVectorParams()}
    )
    tenant = models.KeywordIndexParams(type="keyword", is_tenant=True)
    await client.create_payload_index(name, "tenant", tenant, wait=True)


class Corpus:
    """Random points, and what the right answers to queries over them are."""

    def __init__(self, size: int, seed: int = 7, first_id: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.dense = random.standard_normal((size, DENSE.size))
        self.words = np.where(random.random((size, VOCABULARY)) < 0.15, random.random((size, VOCABULARY)), 0.0)
        self.tenants = [TENANTS[row % len(TENANTS)] for row in range(size)]
        self.first_id = first_id
        self.random = random

    def points(self) -> list[models.PointStruct]:
        return [
            models.PointStruct(
                id=self.first_id + row,
                vector={"dense": self.dense[row].tolist(), "words": sparse(self.words[row])},
                payload={"tenant": self.tenants[row], "position": row},
            )
            for row in range(len(self.tenants))
        ]

    def query(self) -> tuple[np.ndarray, np.ndarray]:
        words = np.zeros(VOCABULARY)
        words[self.random.choice(VOCABULARY, 8, replace=False)] = self.random.random(8)
        return self.random.standard_normal(DENSE.size), words

    def dense_scores(self, query: np.ndarray, tenant: str) -> dict[int, float]:
        norms = np.linalg.norm(self.dense, axis=1) * np.linalg.norm(query)
        return self._best((self.dense @ query) / norms, tenant)

    def sparse_scores(self, query: np.ndarray, tenant: str) -> dict[int, float]:
        return {point: score for point, score in self._best(self.words @ query, tenant).items() if score > 0}

    def _best(self, scores: np.ndarray, tenant: str) -> dict[int, float]:
        """Best first."""
        rows = [row for row in np.argsort(-scores) if self.tenants[row] == tenant]
        return {self.first_id + int(row): float(scores[row]) for row in rows}


def sparse(row: np.ndarray) -> models.SparseVector:
    indices = np.flatnonzero(row)
    return models.SparseVector(indices=indices.tolist(), values=row[indices].tolist())


def of_tenant(name: str) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key="tenant", match=models.MatchValue(value=name))])
