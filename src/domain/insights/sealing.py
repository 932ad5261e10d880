"""What is sealed of an insight: its content, and what was published of how it was made."""

from uuid import UUID

import msgspec

from domain.cipher import Opener, Sealer
from domain.insights.drafts import Confidence, Measure
from domain.insights.generator import Made


class GenerationMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """How an insight was made, and what it rests on."""

    rag_chunks_used: int
    """Excerpts that the retrieval queries found for it."""
    tokens_used: int
    """Of the language model; 0 where none was asked."""
    generation_time_ms: int
    model_used: str
    """`local-analyst/<version>`, or the language model's name."""
    confidence_score: float | None
    """From 0 to 1: the least of the parts."""
    confidence: Confidence | None
    method: str | None
    measures: list[Measure]
    """The numbers behind the insight, each with its n, and its 95 % interval where there is one."""
    sources: list[str]
    """Of formulas and word lists."""


class InsightBody(msgspec.Struct, array_like=True, frozen=True):
    content: bytes | None
    """JSON."""
    reason: str | None
    """Why there is no content, as a sentence."""
    metadata: bytes
    """JSON of GenerationMetadata."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(InsightBody).decode


def body_of(made: Made, chunks: int) -> InsightBody:
    """What is kept of an insight that was made with `chunks` excerpts, or why it could not be."""
    basis = made.basis
    metadata = GenerationMetadata(
        rag_chunks_used=chunks,
        tokens_used=made.tokens,
        generation_time_ms=made.elapsed_ms,
        model_used=made.model,
        confidence_score=round(basis.confidence.score, 4) if basis else None,
        confidence=basis.confidence if basis else None,
        method=basis.method if basis else None,
        measures=basis.measures if basis else [],
        sources=basis.sources if basis else [],
    )
    return InsightBody(made.content, made.reason, msgspec.json.encode(metadata))


def seal_insight(sealer: Sealer, chat_id: UUID, insight_id: UUID, body: InsightBody) -> bytes:
    return sealer.seal(_encode(body), _place(chat_id, insight_id))


def open_insight(opener: Opener, chat_id: UUID, insight_id: UUID, sealed: bytes) -> InsightBody:
    return _decode(opener.open(sealed, _place(chat_id, insight_id)))


def _place(chat_id: UUID, insight_id: UUID) -> bytes:
    return chat_id.bytes + b"insight" + insight_id.bytes
