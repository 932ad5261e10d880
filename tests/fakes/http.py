"""A small HTTP server on loopback for stand-ins of outside services, which fails when told to."""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import parse_qsl, urlsplit


class Fault(Enum):
    ERROR = auto()
    """500, and nothing was done."""
    LIMITED = auto()
    """429 with Retry-After, and nothing was done."""
    GARBAGE = auto()
    """200 with a page of HTML, and nothing was done."""
    HANG = auto()
    """No answer ever, and nothing was done."""
    ANSWER_LOST = auto()
    """It was done, and the connection breaks before the answer."""
    ANSWER_HANGS = auto()
    """It was done, and the answer never comes."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self):
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self):
        return json.loads(self.body)


class FakeServer:
    """Subclasses answer `handle(request)` with a status and an object; `requests` is what has arrived."""

    def __init__(self):
        self.requests = []
        self.arrived = asyncio.Event()
        self._fault = None
        self._faults_left = None
        self._faulty_method = None
        self._server = None
        self._port = 0
        self._connections = set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    def fail(self, fault, times=None, method=None):
        """Let the next requests fail, or all until `recover`; only those of the method, if one is given."""
        self._fault, self._faults_left, self._faulty_method = fault, times, method

    def recover(self):
        self._fault = self._faults_left = self._faulty_method = None

    async def refuse_connections(self):
        """Stop listening; the port stays ours for `accept_connections` as long as nobody takes it."""
        self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def accept_connections(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def __aenter__(self):
        await self.accept_connections()
        return self

    async def __aexit__(self, *_):
        await self.refuse_connections()

    def handle(self, request):
        raise NotImplementedError

    def _next_fault(self, method):
        if self._faulty_method not in {None, method}:
            return None
        fault = self._fault
        if self._faults_left is not None:
            self._faults_left -= 1
            if self._faults_left <= 0:
                self.recover()
        return fault

    async def _serve(self, reader, writer):
        self._connections.add(asyncio.current_task())
        try:
            with contextlib.suppress(asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
                while True:
                    answer = await self._answer(await self._read(reader))
                    if answer is None:
                        break
                    writer.write(answer)
                    await writer.drain()
        finally:
            self._connections.discard(asyncio.current_task())
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _read(self, reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _version = head[0].split(" ")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        url = urlsplit(target)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, url.path, dict(parse_qsl(url.query)), headers, body)

    async def _answer(self, request):
        self.requests.append(request)
        self.arrived.set()
        fault = self._next_fault(request.method)
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        if fault is Fault.ERROR:
            return self._response(500, self.error("The server failed."))
        if fault is Fault.LIMITED:
            return self._response(429, self.error("Too many requests."), {"Retry-After": "7"})
        if fault is Fault.GARBAGE:
            return self._response(200, b"<html>Maintenance</html>", {"Content-Type": "text/html"})
        status, answer = self.handle(request)
        if fault is Fault.ANSWER_HANGS:
            await asyncio.Event().wait()
        return None if fault is Fault.ANSWER_LOST else self._response(status, answer)

    def error(self, description):
        """An error's body, as the provider words it."""
        return {"error": {"message": description}}

    def _response(self, status, answer, headers=None):
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        head = {"Content-Type": "application/json", "Content-Length": len(body)} | (headers or {})
        lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        return "\r\n".join(lines).encode() + body
