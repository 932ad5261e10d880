import asyncio

import asyncpg
import httpx
import pytest
from advanced_alchemy.exceptions import RepositoryError
from litestar import Litestar, Request, get, post
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.exc import OperationalError
from structlog.testing import CapturingLogger

from app import errors
from app.errors import is_outage
from app.requests import RequestEdge
from domain.errors import (
    Conflict,
    Forbidden,
    Insufficient,
    Invalid,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

SECRET = "what somebody wrote"
MEMBERS = {"type", "title", "status", "detail", "instance", "error_code", "request_id", "errors"}
STORE = "/api/users/store"
OUTAGES = [
    OperationalError(SECRET, None, asyncpg.CannotConnectNowError(SECRET)),
    asyncpg.ConnectionDoesNotExistError(SECRET),
    asyncpg.TooManyConnectionsError(SECRET),
    asyncpg.AdminShutdownError(SECRET),
    asyncpg.InternalClientError(SECRET),
    asyncpg.InternalClientError(SECRET),
    RedisConnectionError(SECRET),
    ConnectionRefusedError(SECRET),
    TimeoutError(SECRET),
]


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.headers["content-type"]) == (status, errors.MEDIA_TYPE)
    body = answer.json()
    assert body.keys() >= MEMBERS
    assert (body["status"], body["error_code"], body["type"]) == (status, code, f"urn:problem:{code}")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["instance"] == answer.request.url.path
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert body["title"] == errors.TITLES[status]
    return body


@pytest.fixture
async def client(stack):
    async with stack.client("errors") as client:
        yield client


async def test_an_unknown_path_is_not_found(client):
    assert_problem(await client.get("/api/nowhere"), 404, "not_found")


async def test_a_missing_file_is_not_found(client):
    assert_problem(await client.get("/docs/static/none.js"), 404, "not_found")


async def test_a_method_that_a_path_does_not_have_names_those_it_has(client):
    answer = await client.put("/health")
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("chat_id", ["1", "not-a-uuid", "01a20943-e6eb-741a-99ea-9a3d58d5083", "%00"])
async def test_a_path_id_of_the_wrong_form_is_invalid(client, chat_id):
    body = assert_problem(await client.get(f"/api/chats/{chat_id}"), 422, "invalid_request")
    assert [entry["field"] for entry in body["errors"]] == ["chat_id"]


@pytest.mark.parametrize("limit", ["0", "101", "many", ""])
async def test_a_query_parameter_outside_its_range_is_invalid(client, limit):
    body = assert_problem(await client.get(f"/api/credits/transactions?limit={limit}"), 422, "invalid_request")
    assert [entry["field"] for entry in body["errors"]] == ["limit"]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'"text"', b'{"user_id": 1}', b'{"user_id": null}', b""])
async def test_a_body_of_the_wrong_form_is_invalid(client, body):
    answer = await client.post(STORE, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "invalid_request")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b'{"user_id": "errors"', b"not JSON", b"[" * 5000, b'{"user_id": "\xff"}']
)
async def test_a_body_that_is_no_json_is_malformed(client, body):
    answer = await client.post(STORE, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, "malformed_request")


async def test_a_body_of_another_media_type_is_refused(client):
    assert (await client.post(STORE, data={"user_id": "errors"})).status_code in {400, 415, 422}
    assert (await client.post("/api/chats/upload", json={})).status_code in {415, 422}


async def test_a_json_body_over_the_limit_is_too_large(client):
    answer = await client.post(STORE, json={"user_id": "errors", "first_name": "a" * (1 << 20)})
    assert_problem(answer, 413, "too_large")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic dTpw", "Bearer not.a.token", "Bearer a b c"])
async def test_without_a_valid_token_the_scheme_is_named(stack, header):
    headers = {} if header is None else {"Authorization": header}
    async with stack.anonymous as client:
        answer = await client.get("/api/credits/balance", headers=headers)
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def raising(error):
    @get("/fails")
    async def fails() -> None:
        raise error

    return client_of(fails)


def client_of(*routes):
    app = Litestar(route_handlers=routes, exception_handlers=errors.HANDLERS, openapi_config=None, logging_config=None)
    app.asgi_handler = RequestEdge(app.asgi_handler)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


@pytest.mark.parametrize(
    ("family", "status"),
    [
        (Unauthenticated, 401),
        (Insufficient, 402),
        (Forbidden, 403),
        (NotFound, 404),
        (Conflict, 409),
        (TooLarge, 413),
        (Invalid, 422),
        (Unavailable, 503),
    ],
)
async def test_each_family_has_its_status(family, status):
    class Particular(family):
        code = "particular"

    async with raising(Particular("A sentence.", available=3)) as client:
        answer = await client.get("/fails")
    body = assert_problem(answer, status, "particular")
    assert (body["detail"], body["available"]) == ("A sentence.", 3)
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: type(error).__name__)
async def test_an_outage_is_worth_another_try(error):
    async with raising(error) as client:
        answer = await client.get("/fails")
    assert_problem(answer, 503, "service_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert SECRET not in answer.text


@pytest.mark.parametrize("error", [ValueError(SECRET), KeyError(SECRET), asyncpg.UndefinedTableError(SECRET)])
async def test_a_fault_of_ours_does_not_tell_its_message(error):
    async with raising(error) as client:
        answer = await client.get("/fails")
    assert_problem(answer, 500, "internal_error")
    assert SECRET not in answer.text


async def test_a_client_that_leaves_while_it_sends_is_no_error(monkeypatch):
    log = CapturingLogger()
    monkeypatch.setattr(errors, "_log", log)

    @post("/reads")
    async def reads(request: Request) -> None:
        await request.body()

    sent = []
    incoming = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    scope = {"type": "http", "method": "POST", "path": "/reads", "query_string": b"", "headers": []}
    await client_of(reads)._transport.app(scope, lambda: asyncio.sleep(0, next(incoming)), keep_in(sent))
    assert sent[0]["status"] == 499
    assert log.calls == []


def keep_in(messages):
    async def send(message):
        messages.append(message)

    return send


def test_an_outage_is_recognised_in_the_data_librarys_words_too():
    failure = RepositoryError("wrapped")
    failure.__cause__ = asyncpg.InternalClientError("a connection lost while idle")

    assert is_outage(failure)
    assert not is_outage(RepositoryError("a mistake of ours"))
