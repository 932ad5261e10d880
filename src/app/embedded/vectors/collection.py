"""One collection: a shard of the engine in a directory, with what it was created from beside it."""

import math
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from time import monotonic

import msgspec
import qdrant_edge as edge

from app.embedded.vectors import answers, requests, translate
from app.embedded.vectors.requests import Refused

FLUSH_INTERVAL_S = 5
_PARAMS = "collection.json"
_SHARD = "shard"
_PURGE = "purge"

# No graph is built (see the package), and any deleted point is reason enough to rewrite its segment.
_HNSW = answers.HnswConfig(m=0, ef_construct=100, full_scan_threshold=10_000)
_OPTIMIZER = answers.OptimizerConfig(
    deleted_threshold=0.0,
    vacuum_min_vector_number=1,
    default_segment_number=1,
    indexing_threshold=10**9,
    flush_interval_sec=FLUSH_INTERVAL_S,
)

_FILLER_BYTES = 20 << 20  # two of them do not fit into one segment of the write-ahead log, which has 32 MiB
_MAX_FILLERS = 8


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn what the engine raises into refusals: 404 for missing points, 500 for its own failures, 400 for the rest.

    Its failures include panics, which are no `Exception`.
    """
    try:
        yield
    except (Refused, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        reason = str(error)
        if not isinstance(error, Exception) or reason.startswith("Service "):
            status = HTTPStatus.INTERNAL_SERVER_ERROR
        elif reason.startswith("No point with id"):
            status = HTTPStatus.NOT_FOUND
        else:
            status = HTTPStatus.BAD_REQUEST
        raise Refused(status, reason) from error


class Collection:
    """An open shard. Every method may raise `Refused`."""

    def __init__(self, name: str, path: Path) -> None:
        """Open what `create` made, and replay its log."""
        self.name = name
        self._path = path
        self._params = msgspec.json.decode((path / _PARAMS).read_bytes(), type=requests.CreateCollection)
        with engine_errors():
            self.shard = edge.EdgeShard.load(str(path / _SHARD))
        self._dirty = True
        # A purge that was cut short is due at once.
        self._forgot_at = -math.inf if self._purge_mark.exists() else None

    @staticmethod
    def create(path: Path, params: requests.CreateCollection) -> None:
        with engine_errors():
            edge.EdgeShard.create(str(path / _SHARD), translate.config(params, _HNSW, _OPTIMIZER)).close()
        (path / _PARAMS).write_bytes(msgspec.json.encode(params))

    @property
    def _purge_mark(self) -> Path:
        return self._path / _PURGE

    def update(self, operation: edge.UpdateOperation, *, forgets: bool = False) -> None:
        """Apply an update and log it, so that it survives `kill -9`.

        Args:
            operation: The update.
            forgets: Whether it takes data away, which then has to leave the disk too.
        """
        if forgets and self._forgot_at is None:
            self._purge_mark.touch()
            self._forgot_at = monotonic()
        self._dirty = True
        try:
            with engine_errors():
                self.shard.update(operation)
        except Refused:
            # The engine logs before it applies: it would apply half of the entry that it refused, or panic again,
            # whenever it replays the log, unless a flush has passed that entry, which takes a later one.
            with engine_errors():
                self.shard.update(edge.UpdateOperation.delete_points([]))
                self.shard.flush()
            raise

    def info(self) -> answers.CollectionInfo:
        with engine_errors():
            shard = self.shard.info()
        params = answers.CollectionParams(self._params.vectors, self._params.sparse_vectors)
        return answers.CollectionInfo(
            status="green",
            optimizer_status="ok",
            points_count=shard.points_count,
            indexed_vectors_count=shard.indexed_vectors_count,
            segments_count=shard.segments_count,
            config=answers.CollectionConfig(params, _HNSW, _OPTIMIZER),
            payload_schema={field: translate.field_answer(index) for field, index in shard.payload_schema.items()},
        )

    def flush(self) -> None:
        """Write segments to disk and let go of the log's entries that they hold."""
        if self._dirty:
            with engine_errors():
                self.shard.flush()
            self._dirty = False

    def purge_if_due(self, after_s: float) -> None:
        """Purge when the oldest deletion that is still on disk was `after_s` seconds ago."""
        if self._forgot_at is not None and monotonic() - self._forgot_at >= after_s:
            self.purge()

    def purge(self) -> None:
        """Take deleted points off the disk: rewrite the segments that held them, then replace the log's segments."""
        with engine_errors():
            self.shard.optimize()
            self.shard.flush()
            self._replace_log()
        self._dirty = False
        self._purge_mark.unlink(missing_ok=True)
        self._forgot_at = None

    def _replace_log(self) -> None:
        """Push everything out of the write-ahead log.

        The engine drops a segment of the log only after later ones are full, and would number updates from the start,
        and so ignore them, if its files were taken away.
        """
        filler = edge.UpdateOperation.set_payload([], {"filler": "0" * _FILLER_BYTES})
        with ExitStack() as stack:
            # Held open, so that no new file takes over the inode of one that is gone.
            held = [stack.enter_context(file.open("rb")) for file in (self._path / _SHARD / "wal").glob("*-[0-9]*")]
            for _ in range(_MAX_FILLERS):
                if not any(os.fstat(file.fileno()).st_nlink for file in held):
                    return
                self.shard.update(filler)
                self.shard.flush()
        raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "The write-ahead log keeps its old segments")

    def close(self) -> None:
        """Purge what is still to be purged, flush, and release the files."""
        try:
            self.purge_if_due(0)
            self.flush()
        finally:
            self.discard()

    def discard(self) -> None:
        """Release the files."""
        with engine_errors():
            self.shard.close()
