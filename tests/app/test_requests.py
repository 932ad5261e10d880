import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from litestar import Litestar, get
from litestar.response import Stream
from structlog.testing import CapturingLogger

from app import errors, requests
from app.main import EXPOSED_HEADERS
from app.requests import RequestEdge
from fakes.resources import eventually
from support.stack import Stack, free_port

ORIGIN = "https://web.example.org"


@pytest.fixture(scope="module")
async def proxied(stack, environ, tmp_path_factory):
    """A second API, behind a proxy on this machine and called by another origin's pages."""
    own = {"PORT": str(free_port()), "CORS_ORIGINS": ORIGIN, "TRUSTED_PROXIES": "127.0.0.1"}
    second = Stack({**environ, **own}, tmp_path_factory.mktemp("proxied"))
    await second.start("api")
    await second.ready()
    yield second
    await second.stop("api")


def events(stack, request_id):
    lines = [json.loads(line) for line in stack.log("api").splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("request_id") == request_id]


async def logged_events(stack, request_id):
    """The events of a request, of which the last is written when its answer is out."""

    async def finished():
        return any(event["event"] == "request" for event in events(stack, request_id))

    async with asyncio.timeout(20):
        await eventually(finished)
    return events(stack, request_id)


async def test_a_request_id_of_the_caller_is_returned(stack):
    async with stack.anonymous as client:
        for request_id in ("a", "A-1_b.c", "x" * 64):
            answer = await client.get("/health", headers={"X-Request-ID": request_id})
            assert answer.headers.get_list("x-request-id") == [request_id]


@pytest.mark.parametrize("request_id", ["", "x" * 65, "a b", "a/b", "a\tb", "é".encode(), '{"a":1}', None])
async def test_another_one_is_replaced(stack, request_id):
    async with stack.anonymous as client:
        headers = {} if request_id is None else {"X-Request-ID": request_id}
        answer = await client.get("/health", headers=headers)
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_each_request_is_one_event_with_the_route_and_without_the_query(stack):
    async with stack.client("logged") as client:
        chat_id = "0192f000-0000-7000-8000-000000000000"
        answer = await client.get(f"/api/chats/{chat_id}?secret=query", headers={"X-Request-ID": "one-event"})
    assert answer.status_code == 404
    [event] = await logged_events(stack, "one-event")
    assert event.keys() == {
        "event", "level", "timestamp", "request_id", "method", "route", "status", "duration_ms",
    }  # fmt: skip
    assert (event["event"], event["method"], event["status"]) == ("request", "GET", 404)
    assert event["route"] == "/api/chats/{chat_id}"
    log = stack.log("api")
    assert "secret=query" not in log
    assert chat_id not in log
    assert client.headers["authorization"].removeprefix("Bearer ") not in log


async def test_a_path_that_is_no_route_is_not_logged_and_neither_are_probes(stack):
    async with stack.anonymous as client:
        await client.get("/health/live", headers={"X-Request-ID": "probe"})
        await client.get("/api/secret-path", headers={"X-Request-ID": "no-route"})
    [event] = await logged_events(stack, "no-route")
    assert (event["route"], event["status"]) == ("unmatched", 404)
    assert "secret-path" not in stack.log("api")
    assert events(stack, "probe") == []


async def test_pages_of_the_named_origins_may_read_the_headers_that_they_need(proxied):
    async with proxied.anonymous as client:
        answer = await client.get("/health", headers={"Origin": ORIGIN})
        exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
        assert exposed == set(EXPOSED_HEADERS)
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        other = await client.get("/health", headers={"Origin": "https://elsewhere.example.org"})
        assert "access-control-allow-origin" not in other.headers
        asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "DELETE"}
        preflight = await client.options("/api/chats/1", headers=asked)
        assert preflight.status_code in {200, 204}
        assert preflight.headers["access-control-allow-origin"] == ORIGIN


async def test_without_named_origins_no_other_page_may_read(stack):
    async with stack.anonymous as client:
        answer = await client.get("/health", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


async def test_the_scheme_that_a_trusted_proxy_states_is_believed(stack, proxied):
    answers = []
    for each in (stack, proxied):
        async with each.anonymous as client:
            headers = {"Origin": each.base_url, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
            answer = await client.post("/saq/sign-in", data={"token": "none"}, headers=headers)
            answers.append((answer.status_code, answer.headers["content-type"]))
    # What comes from a page over http is read at the one address, and refused at the other, which is https.
    assert answers == [(403, "text/html; charset=utf-8"), (403, errors.MEDIA_TYPE)]


async def test_a_client_that_leaves_while_it_uploads_is_no_error(stack):
    head = [
        "POST /api/chats/upload HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {stack.token('leaves')}",
        "Content-Type: multipart/form-data; boundary=b",
        "Content-Length: 1000000",
        "X-Request-ID: left",
    ]
    body = '--b\r\nContent-Disposition: form-data; name="file"; filename="chat.txt"\r\n\r\nthe beginning'
    _, writer = await asyncio.open_connection("127.0.0.1", stack.settings.port)
    writer.write("\r\n".join([*head, "", body]).encode())
    await writer.drain()
    writer.close()

    [event] = await logged_events(stack, "left")
    assert (event["level"], event["route"]) == ("info", "/api/chats/upload")
    assert 400 <= event["status"] < 500


@asynccontextmanager
async def served(*routes):
    app = Litestar(route_handlers=routes, exception_handlers=errors.HANDLERS, openapi_config=None, logging_config=None)
    app.asgi_handler = RequestEdge(app.asgi_handler)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, http="httptools"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            yield client
        server.should_exit = True
        await serving


async def test_a_stream_that_fails_ends_the_connection_with_one_warning(monkeypatch, caplog):
    log = CapturingLogger()
    monkeypatch.setattr(requests, "_log", log)

    async def body() -> AsyncIterator[bytes]:
        yield b"the beginning"
        raise LookupError("gone")

    @get("/stream")
    async def stream() -> Stream:
        return Stream(body())

    async with served(stream) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/stream")
    warning, request = log.calls
    assert (warning.method_name, warning.args) == ("warning", ("request.cut_off",))
    assert "LookupError" in repr(warning.kwargs["exc_info"])
    assert (request.method_name, request.kwargs["status"]) == ("info", 200)
    assert not any(record.exc_info for record in caplog.records)


async def test_a_client_that_leaves_a_stream_is_no_error(monkeypatch, caplog):
    log = CapturingLogger()
    monkeypatch.setattr(requests, "_log", log)
    closed = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"more"
                await asyncio.sleep(0)
        finally:
            closed.set()

    @get("/stream")
    async def stream() -> Stream:
        return Stream(body())

    async with served(stream) as client:
        async with client.stream("GET", "/stream") as answer:
            await anext(answer.aiter_bytes())
        await closed.wait()
    assert [call.method_name for call in log.calls] == ["info"]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
