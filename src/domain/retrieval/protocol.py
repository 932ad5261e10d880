"""What the worker and the indexing child say to each other, framed as `domain.frames` has it."""

import msgspec

from domain.retrieval.index import IndexPoint
from domain.retrieval.model import IndexedMessage
from domain.retrieval.options import EmbedderOptions


class IndexTask(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker asks for. Lists of messages follow, in order of position, and an empty list ends them."""

    embedder: EmbedderOptions
    token_key: bytes
    stored: list[int]
    """Positions, rising, whose points are there already."""


class Batch(msgspec.Struct, frozen=True, tag=True):
    points: list[IndexPoint]


class Failure(msgspec.Struct, frozen=True, tag=True):
    """The last answer of a run that could not go on: a code, or where a fault of this program was raised."""

    error_code: str | None = None
    retry_after_s: float | None = None
    crash: str | None = None


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The last answer of one that could. `facts` is an encoded IndexFacts; `points` counts those stored before too."""

    facts: bytes
    points: int


Answer = Batch | Failure | Finished

decode_answer = msgspec.msgpack.Decoder[Answer](Answer).decode
decode_task = msgspec.msgpack.Decoder(IndexTask).decode
decode_messages = msgspec.msgpack.Decoder(list[IndexedMessage]).decode
