"""Around every request, outermost: its id, and the one event that the log keeps of it."""

import re
import time

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage
from structlog.contextvars import bind_contextvars
from uuid_utils import uuid7

CLIENT_GONE = "client_gone"
"""Key in a request's state, set once the client has closed the connection."""

_ACCEPTED_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}\Z")
_HEADER = b"x-request-id"
_QUIET = frozenset({"/health/live", "/health/ready"})
_log = structlog.get_logger()


class RequestEdge:
    """Takes the caller's request id or makes one, returns it, and logs one event when the answer is out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what is no HTTP passes through.

        A failure after the status has been sent ends the connection, so that the client does not take what it has
        for the whole.
        """
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        exchange = _Exchange(scope, receive, send, request_id)
        started = time.perf_counter()
        bind_contextvars(request_id=request_id)  # of this request's own task: nothing to take back
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:
            if not exchange.status:
                raise
            # The framework's own error says only that the answer had begun.
            _log.warning("request.cut_off", exc_info=error.__cause__ or error)
        finally:
            route = scope.get("path_template") or "unmatched"
            if route not in _QUIET:
                _log.info(
                    "request",
                    method=scope["method"],
                    route=route,
                    status=exchange.status,
                    duration_ms=round((time.perf_counter() - started) * 1000, 1),
                )


class _Exchange:
    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self.status = 0
        self._scope = scope
        self._receive = receive
        self._send = send
        self._header = (_HEADER, request_id.encode())

    async def receive(self) -> HTTPReceiveMessage | WebSocketReceiveMessage:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._scope["state"][CLIENT_GONE] = True
        return message

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
