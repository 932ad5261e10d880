"""Gemini, through Google's own client."""

import asyncio

import numpy as np
from google.genai import types

from domain.gemini import GeminiRefused, GeminiUnavailable, answered, build_client
from domain.retrieval.embedding import (
    EMBEDDED_CHARACTERS,
    EmbedderRefused,
    EmbedderUnavailable,
    Vectors,
)
from domain.retrieval.options import EmbedderOptions

_TEXTS_A_REQUEST = 100
_TIMEOUT_S = 20.0
_TINY = np.float32(1e-12)
_WAITS = 5
_LONGEST_WAIT_S = 60.0
_RETRIED_AT_ONCE = [408, 500, 502, 504]


class GeminiEmbedder:
    def __init__(self, options: EmbedderOptions, timeout_s: float = _TIMEOUT_S) -> None:
        self.name = options.model
        self.dimension = options.dimension
        retry = types.HttpRetryOptions(attempts=4, initial_delay=0.25, max_delay=4, http_status_codes=_RETRIED_AT_ONCE)
        self._client = build_client(options.gemini_api_key, options.gemini_base_url, timeout_s, retry)

    async def embed_documents(self, texts: list[str]) -> Vectors:
        """In requests of up to a hundred, waiting up to a minute where Gemini asks for it."""
        rows = [
            await self._patiently(texts[first : first + _TEXTS_A_REQUEST])
            for first in range(0, len(texts), _TEXTS_A_REQUEST)
        ]
        return np.concatenate(rows) if rows else np.empty((0, self.dimension), np.float32)

    async def embed_query(self, text: str) -> Vectors:
        """Does not wait when Gemini is busy: whoever asks waits too."""
        rows = await self._embed([text], "RETRIEVAL_QUERY")
        row: Vectors = rows[0]
        return row

    async def close(self) -> None:
        await self._client.aio.aclose()

    async def _patiently(self, texts: list[str]) -> Vectors:
        for attempt in range(_WAITS):
            try:
                return await self._embed(texts, "RETRIEVAL_DOCUMENT")
            except EmbedderUnavailable as busy:
                if busy.retry_after_s is None or busy.retry_after_s > _LONGEST_WAIT_S or attempt == _WAITS - 1:
                    raise
                await asyncio.sleep(max(busy.retry_after_s, 0.25 * 2**attempt))
        raise AssertionError("the last attempt returns or raises")

    async def _embed(self, texts: list[str], task: str) -> Vectors:
        request = self._client.aio.models.embed_content(
            model=self.name,
            # Lists of texts: some models would make one vector of several parts.
            contents=[text[:EMBEDDED_CHARACTERS] for text in texts],
            config=types.EmbedContentConfig(task_type=task, output_dimensionality=self.dimension),
        )
        try:
            answer = await answered(request)
        except GeminiRefused:
            raise EmbedderRefused from None
        except GeminiUnavailable as failure:
            raise EmbedderUnavailable((failure.retry_after_s or 0) if failure.busy else None) from None
        return self._unit_rows(answer, len(texts))

    def _unit_rows(self, answer: types.EmbedContentResponse, expected: int) -> Vectors:
        found = [embedding.values or [] for embedding in answer.embeddings or []]
        if len(found) != expected or any(len(values) != self.dimension for values in found):
            raise EmbedderRefused
        rows: Vectors = np.array(found, np.float32)
        # Only the full number of dimensions comes at unit length.
        rows /= np.maximum(np.sqrt(np.square(rows).sum(axis=1, keepdims=True)), _TINY)
        return rows
