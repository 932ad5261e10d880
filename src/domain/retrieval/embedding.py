"""Texts as vectors: what an embedding model offers, and which there are."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from domain.errors import Unavailable
from domain.retrieval.options import EmbedderOptions

Vectors = NDArray[np.float32]
EMBEDDED_CHARACTERS = 2_000
"""What is read of a long text. It bounds a local model's memory, and is within what Gemini takes."""


class EmbedderUnavailable(Unavailable):
    """Worth another try, after `retry_after_s` seconds if the model said so."""

    code = "embedder_unavailable"
    detail = "The embedding model did not answer."

    def __init__(self, retry_after_s: float | None = None) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class EmbedderRefused(Unavailable):
    """Not worth another try before an operator has looked: a key, a model's name or a dimension is wrong."""

    code = "embedder_refused"
    detail = "The embedding model does not accept what it is asked."


class Embedder(Protocol):
    """Rows are float32, of unit length and `dimension` columns, in the order of the texts.

    Raises:
        EmbedderUnavailable: from every method, when the model did not answer.
        EmbedderRefused: likewise, when it never will.
    """

    name: str
    dimension: int

    async def embed_documents(self, texts: list[str]) -> Vectors:
        """What is searched, as (texts, dimension)."""

    async def embed_query(self, text: str) -> Vectors:
        """What is asked, as (dimension,)."""

    async def close(self) -> None: ...


def build_embedder(options: EmbedderOptions) -> Embedder | None:
    """The model, not loaded yet; None where nothing is embedded, and words alone find messages."""
    # A model brings its libraries along: only the one that is used is imported.
    match options.kind:
        case "use":
            from domain.retrieval.use import UseEmbedder  # noqa: PLC0415 - as said

            return UseEmbedder(options.model, options.dimension)
        case "e5":
            from domain.retrieval.e5 import E5Embedder  # noqa: PLC0415 - as said

            return E5Embedder(options.model, options.dimension)
        case "gemini":
            from domain.retrieval.gemini import GeminiEmbedder  # noqa: PLC0415 - as said

            return GeminiEmbedder(options)
        case "none":
            return None
