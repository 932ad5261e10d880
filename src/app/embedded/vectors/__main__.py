"""Serve a directory of collections on one port. `QDRANT_API_KEY`, where set, is asked of every client."""

import argparse
import os
import signal
import socket
import sys
from pathlib import Path

import structlog
import uvicorn

from app.embedded.vectors.server import create_app
from app.embedded.vectors.store import DirectoryInUse, Store, exclusive

_STOP_S = 5
"""How long a stop waits for open requests, in seconds."""


def main() -> None:
    given = _arguments()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
    )
    try:
        with exclusive(given.directory), socket.create_server((given.host, given.port)) as listener:
            _serve(Store(given.directory, given.purge_after), listener)
    except (DirectoryInUse, OSError) as error:
        sys.exit(f"vectors: {error}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.embedded.vectors", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one, which the log names")
    parser.add_argument(
        "--purge-after",
        type=float,
        default=30,
        metavar="SECONDS",
        help="how long deleted points may stay on disk (default 30); a purge halts everything for a moment",
    )
    return parser.parse_args()


def _serve(store: Store, listener: socket.socket) -> None:
    host, port, *_ = listener.getsockname()

    def log_start() -> None:
        structlog.get_logger().info(
            "vectors_started", host=host, port=port, collections=len(store.names), set_aside=store.set_aside
        )
        sys.stdout.flush()

    app = create_app(store, os.environ.get("QDRANT_API_KEY") or None, log_start)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=_STOP_S, lifespan="on")
    server = uvicorn.Server(config)
    # uvicorn repeats the signal that stopped it, for whoever handled it before; the stop is already clean by then.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
