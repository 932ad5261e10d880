"""The HTTP interface, at the paths of Qdrant's REST API."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, TypeVar

import qdrant_edge as edge
import structlog
from litestar import Litestar, MediaType, Request, Response, Router, delete, get, post, put
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from app.embedded.vectors import answers, requests, translate
from app.embedded.vectors.answers import Answer, UpdateResult
from app.embedded.vectors.collection import FLUSH_INTERVAL_S, engine_errors
from app.embedded.vectors.requests import Refused
from app.embedded.vectors.store import Store

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

_MAX_BODY_BYTES = 32 << 20  # the server's default

log = structlog.get_logger()
_post = partial(post, status_code=HTTPStatus.OK)


async def _read(request: AnyRequest, kind: type[T]) -> T:
    """The body, read by msgspec itself: the framework's own reading would take the text "1" for the number."""
    return requests.decode(await request.body(), kind)


# Service


@get("/")
async def root() -> answers.Version:
    # The version of the interface that is spoken, which clients compare with their own.
    return answers.Version("Development stand-in for Qdrant", version("qdrant-client"))


@get(["/healthz", "/livez"], media_type=MediaType.TEXT)
async def health() -> str:
    return "healthz check passed"


@get("/readyz", media_type=MediaType.TEXT)
async def ready(store: NamedDependency[Store]) -> str:
    """Requests are taken only once every shard is loaded; what could not be is named."""
    set_aside = store.set_aside
    return f"shards are ready, set aside: {', '.join(set_aside)}" if set_aside else "all shards are ready"


# Collections


@get("/")
async def collection_names(store: NamedDependency[Store]) -> Answer[answers.CollectionNames]:
    return Answer(answers.CollectionNames([answers.CollectionName(name) for name in store.names]))


@get("/{name:str}")
async def collection_info(store: NamedDependency[Store], name: FromPath[str]) -> Answer[answers.CollectionInfo]:
    return Answer(store.get(name).info())


@get("/{name:str}/exists")
async def collection_exists(store: NamedDependency[Store], name: FromPath[str]) -> Answer[answers.Exists]:
    return Answer(answers.Exists(name in store))


@put("/{name:str}", status_code=HTTPStatus.OK)
async def create_collection(store: NamedDependency[Store], name: FromPath[str], request: AnyRequest) -> Answer[bool]:
    store.create(name, await _read(request, requests.CreateCollection))
    return Answer(result=True)


@delete("/{name:str}", status_code=HTTPStatus.OK)
async def delete_collection(store: NamedDependency[Store], name: FromPath[str]) -> Answer[bool]:
    return Answer(store.delete(name))


# Updates


def _update_handler(
    method: Callable[..., Callable[[Any], HTTPRouteHandler]],
    path: str,
    kind: type[T],
    operation: Callable[[T], edge.UpdateOperation],
    *,
    forgets: bool = False,
) -> HTTPRouteHandler:
    """A handler of bodies of one kind, which it turns into one operation; `forgets` as for `Collection.update`."""

    async def handler(
        store: NamedDependency[Store], name: FromPath[str], request: AnyRequest, wait: FromQuery[bool | None] = None
    ) -> Answer[UpdateResult]:
        body = await _read(request, kind)
        return _update(store, name, lambda: operation(body), forgets=forgets, wait=wait)

    return method(path, status_code=HTTPStatus.OK)(handler)


_UPDATES = [
    _update_handler(put, "/{name:str}/index", requests.CreateFieldIndex, translate.field_index),
    _update_handler(put, "/{name:str}/points", requests.UpsertPoints, translate.upsert),
    _update_handler(post, "/{name:str}/points/delete", requests.Selection, translate.deletion, forgets=True),
    _update_handler(post, "/{name:str}/points/payload", requests.SetPayload, translate.payload_setting, forgets=True),
    _update_handler(
        put, "/{name:str}/points/payload", requests.SetPayload, translate.payload_overwriting, forgets=True
    ),
    _update_handler(
        post, "/{name:str}/points/payload/delete", requests.DeletePayload, translate.payload_deletion, forgets=True
    ),
    _update_handler(
        post, "/{name:str}/points/payload/clear", requests.Selection, translate.payload_clearing, forgets=True
    ),
]


@delete("/{name:str}/index/{field:str}", status_code=HTTPStatus.OK)
async def delete_field_index(
    store: NamedDependency[Store], name: FromPath[str], field: FromPath[str], wait: FromQuery[bool | None] = None
) -> Answer[UpdateResult]:
    return _update(store, name, lambda: edge.UpdateOperation.delete_field_index(field), wait=wait)


def _update(
    store: Store, name: str, operation: Callable[[], edge.UpdateOperation], *, forgets: bool = False, wait: bool | None
) -> Answer[UpdateResult]:
    collection = store.get(name)
    with engine_errors():
        made = operation()
    collection.update(made, forgets=forgets)
    return Answer(UpdateResult("completed" if wait else "acknowledged"))


# Reads


@_post("/{name:str}/points")
async def retrieve_points(
    store: NamedDependency[Store], name: FromPath[str], request: AnyRequest
) -> Answer[list[answers.Record]]:
    body = await _read(request, requests.RetrievePoints)
    with engine_errors():
        wanted = (translate.with_payload(body.with_payload), body.with_vector or False)
        return Answer(translate.records(store.get(name).shard.retrieve(list(body.ids), *wanted)))


@_post("/{name:str}/points/scroll")
async def scroll_points(
    store: NamedDependency[Store], name: FromPath[str], request: AnyRequest
) -> Answer[answers.ScrollResult]:
    body = await _read(request, requests.ScrollPoints)
    with engine_errors():
        found, offset = store.get(name).shard.scroll(translate.scroll(body))
        return Answer(answers.ScrollResult(translate.records(found), offset))


@_post("/{name:str}/points/count")
async def count_points(
    store: NamedDependency[Store], name: FromPath[str], request: AnyRequest
) -> Answer[answers.CountResult]:
    body = await _read(request, requests.CountPoints)
    with engine_errors():
        count = edge.CountRequest(exact=True, filter=translate.where(body.filter))
        return Answer(answers.CountResult(store.get(name).shard.count(count)))


@_post("/{name:str}/points/query")
async def query_points(
    store: NamedDependency[Store], name: FromPath[str], request: AnyRequest
) -> Answer[answers.QueryResult]:
    body = await _read(request, requests.QueryPoints)
    return Answer(_query(store, name, [body])[0])


@_post("/{name:str}/points/query/batch")
async def query_points_in_batch(
    store: NamedDependency[Store], name: FromPath[str], request: AnyRequest
) -> Answer[list[answers.QueryResult]]:
    body = await _read(request, requests.QueryBatch)
    return Answer(_query(store, name, body.searches))


def _query(store: Store, name: str, queries: list[requests.QueryPoints]) -> list[answers.QueryResult]:
    with engine_errors():
        batch = edge.QueryBatchRequest([translate.query(each) for each in queries])
        return [answers.QueryResult(translate.scored(found)) for found in store.get(name).shard.query_batch(batch)]


# The application


def _refused(request: AnyRequest, error: Refused) -> Response[answers.ErrorAnswer]:
    if error.status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _failed(request, error)
    return _error(error.status, error.reason)


def _failed(request: AnyRequest, error: Exception) -> Response[answers.ErrorAnswer]:
    cause = error.__cause__ or error
    log.error("vectors_request_failed", collection=request.path_params.get("name"), error=type(cause).__name__)
    return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "Service internal error")


def _framework_refused(_request: AnyRequest, error: HTTPException) -> Response[answers.ErrorAnswer]:
    if error.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        return _error(HTTPStatus.NOT_IMPLEMENTED, "Not supported by this stand-in: no such operation")
    return _error(error.status_code, error.detail)


def _error(status: int, reason: str) -> Response[answers.ErrorAnswer]:
    return Response(answers.ErrorAnswer(answers.ErrorStatus(reason)), status_code=status)


def _key_guard(api_key: str) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]:
    expected = api_key.encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        bearer = connection.headers.get("authorization", "").removeprefix("Bearer ")
        given = connection.headers.get("api-key") or bearer
        if not given:
            raise Refused(HTTPStatus.UNAUTHORIZED, "Must provide an API key or an Authorization bearer token")
        if not hmac.compare_digest(given.encode(), expected):
            raise Refused(HTTPStatus.UNAUTHORIZED, "Invalid API key")

    return guard


async def _maintain(store: Store) -> None:
    while True:
        await asyncio.sleep(FLUSH_INTERVAL_S)
        store.maintain()


def create_app(store: Store, api_key: str | None, on_ready: Callable[[], None]) -> Litestar:
    """The application over a store, which it loads before the first request and closes after the last.

    Args:
        store: Not loaded yet.
        api_key: Asked for at every path below /collections, unless None.
        on_ready: Called once the store is loaded.
    """

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        store.load()
        on_ready()
        maintenance = asyncio.create_task(_maintain(store))
        yield
        maintenance.cancel()
        store.close()

    collections = Router(
        "/collections",
        guards=[_key_guard(api_key)] if api_key else [],
        route_handlers=[
            collection_names,
            collection_info,
            collection_exists,
            create_collection,
            delete_collection,
            *_UPDATES,
            delete_field_index,
            retrieve_points,
            scroll_points,
            count_points,
            query_points,
            query_points_in_batch,
        ],
    )
    return Litestar(
        [root, health, ready, collections],
        dependencies={"store": Provide(lambda: store, sync_to_thread=False)},
        exception_handlers={Refused: _refused, HTTPException: _framework_refused, Exception: _failed},
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=_MAX_BODY_BYTES,
    )
