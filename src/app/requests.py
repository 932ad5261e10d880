"""Around every request, outermost: its id, and the one event that the log keeps of it."""

import re
import time
from collections.abc import Awaitable, Callable

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars
from uuid_utils import uuid7

_ACCEPTED_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}\Z")
_HEADER = b"x-request-id"
_QUIET = frozenset({"/health/live", "/health/ready"})
_log = structlog.get_logger()


class RequestEdge:
    """Takes the caller's request id or makes one, returns it, and logs one event when the answer is out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; lifespan messages pass through."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        answer = _Answer(send, request_id)
        started = time.perf_counter()
        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer.send)
            finally:
                route = scope.get("path_template") or "unmatched"
                if route not in _QUIET:
                    _log.info(
                        "request",
                        method=scope["method"],
                        route=route,
                        status=answer.status,
                        duration_ms=round((time.perf_counter() - started) * 1000, 1),
                    )


class _Answer:
    def __init__(self, send: Callable[[Message], Awaitable[None]], request_id: str) -> None:
        self.status = 0
        self._send = send
        self._header = (_HEADER, request_id.encode())

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], self._header]
        await self._send(message)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER and _ACCEPTED_ID.match(value):
            return value.decode()
    return uuid7().hex
