"""A development stand-in for Qdrant: the Rust engine of `qdrant-edge-py` behind the part of its REST API that we use.

`python -m app.embedded.vectors --directory DIR --port N` serves an unmodified `AsyncQdrantClient(url=...)`. Production
runs the Qdrant server instead; this is one process over one directory, without replicas, snapshots or users.

What it promises, and where it differs from the server:

- Exact results. No HNSW graph is built: building one holds the interpreter lock for seconds, and a tenant's points are
  few enough to be compared one by one. HNSW, quantization and on-disk options are accepted and have no effect.
- An option that would change a result and is not supported is refused with 501, never ignored.
- Every update is applied before its answer, whatever `wait` says, and is in the engine's write-ahead log by then: it
  survives `kill -9`. Segments are flushed every few seconds and at a clean stop; before that, losing power may cost
  the last updates.
- A collection that cannot be opened is set aside, with a line in the log and at /readyz; the others are served. Its
  files go when the collection of that name is deleted.
- One thread. The engine holds the interpreter lock in every call, so that threads would add hops and locks alone.
- Deleted points leave the disk: some seconds after a deletion (`--purge-after`), at a clean stop, or at the next start,
  the segments are rewritten without them and the write-ahead log is pushed out with zeros. Nothing is answered while
  that lasts (see `benchmarks/vectors.py`). Until then they stay on disk, out of reach of queries. A value that was
  replaced rather than deleted, such as one field of a payload, may stay until its segment is next rewritten; blocks
  that the file system has freed are not overwritten.
"""
