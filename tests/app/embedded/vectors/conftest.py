from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from qdrant_client import AsyncQdrantClient
from tests.app.embedded.vectors.corpus import create
from tests.app.embedded.vectors.serving import serving


@pytest.fixture(scope="session")
async def client(tmp_path_factory) -> AsyncIterator[AsyncQdrantClient]:
    async with serving(tmp_path_factory.mktemp("vectors")) as (_, client):
        yield client


@pytest.fixture
async def collection(client) -> str:
    """An empty collection with a dense and a sparse vector and an index on the tenant."""
    name = f"c-{uuid4().hex}"
    await create(client, name)
    return name
