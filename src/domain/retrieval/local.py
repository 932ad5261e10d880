"""What the embedding models that run in this process have in common."""

import asyncio
from abc import ABC, abstractmethod
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from domain.retrieval.embedding import EMBEDDED_CHARACTERS, Vectors


class LocalEmbedder(ABC):
    """A model in memory, loaded when it is first needed, that computes in a thread and one call at a time."""

    def __init__(self, name: str, dimension: int) -> None:
        self.name = name
        self.dimension = dimension
        self._turn = Lock()

    async def embed_documents(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return await asyncio.to_thread(self._documents, texts)

    async def embed_query(self, text: str) -> Vectors:
        return await asyncio.to_thread(self._query, text)

    async def close(self) -> None:
        """Let go of the model."""
        self.__dict__.pop("_model", None)

    def _documents(self, texts: list[str]) -> Vectors:
        with self._turn:
            return self._encode_documents([text[:EMBEDDED_CHARACTERS] for text in texts])

    def _query(self, text: str) -> Vectors:
        with self._turn:
            return self._encode_query(text[:EMBEDDED_CHARACTERS])

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - the models ship no types
        return self._load()

    @abstractmethod
    def _load(self) -> object: ...

    @abstractmethod
    def _encode_documents(self, texts: list[str]) -> Vectors: ...

    @abstractmethod
    def _encode_query(self, text: str) -> Vectors: ...
