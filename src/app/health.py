"""Whether the process lives, and whether it can serve: `/`, `/health` and its parts."""

import asyncio
from collections.abc import Awaitable
from typing import Literal, TypeVar

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from app.documentation import answers
from app.queues import workers_alive
from app.resources import Resources
from app.schema import is_current
from app.version import VERSION

_TIMEOUT_S = 3.0
State = Literal["up", "down"]
_T = TypeVar("_T")


class Root(msgspec.Struct):
    message: str
    version: str
    docs: str


class Health(msgspec.Struct):
    status: str
    environment: str
    version: str


class Live(msgspec.Struct):
    status: str


class PoolHealth(msgspec.Struct):
    """The connections of this process to PostgreSQL."""

    status: str
    pool_size: int
    checked_out: int
    checked_in: int
    read_pool_size: int
    read_pool_idle: int
    read_pool_max: int


class Readiness(msgspec.Struct):
    """`ready` when everything is there, `degraded` when the API serves without some of it, else `unavailable`."""

    status: Literal["ready", "degraded", "unavailable"]
    postgres: State
    schema: Literal["current", "outdated"]
    redis: State
    qdrant: State
    workers: int


@get(
    "/",
    operation_id="root",
    summary="What this is",
    tags=["health"],
    responses=answers(Root, Root("chat-insights", VERSION, "/docs")),
)
async def root() -> Root:
    return Root("chat-insights", VERSION, "/docs")


@get(
    "/health",
    operation_id="health",
    summary="That it answers, and as what",
    tags=["health"],
    responses=answers(Health, Health("healthy", "production", VERSION)),
)
async def health(resources: NamedDependency[Resources]) -> Health:
    return Health("healthy", resources.settings.environment, VERSION)


@get(
    "/health/live",
    operation_id="healthLive",
    summary="That the process lives",
    tags=["health"],
    responses=answers(Live, Live("alive")),
)
async def live() -> Live:
    return Live("alive")


@get(
    "/health/db-pool",
    operation_id="healthDatabasePool",
    summary="The database connections of this process",
    tags=["health"],
    responses=answers(PoolHealth, PoolHealth("healthy", 10, 1, 4, 3, 2, 10)),
)
async def db_pool(resources: NamedDependency[Resources]) -> PoolHealth:
    pool, reads = resources.database.engine.pool, resources.database.reads
    return PoolHealth(
        status="healthy",
        pool_size=pool.size(),  # type: ignore[attr-defined]
        checked_out=pool.checkedout(),  # type: ignore[attr-defined]
        checked_in=pool.checkedin(),  # type: ignore[attr-defined]
        read_pool_size=reads.get_size(),
        read_pool_idle=reads.get_idle_size(),
        read_pool_max=reads.get_max_size(),
    )


@get(
    "/health/ready",
    operation_id="healthReady",
    summary="Whether it can serve, and what is missing",
    tags=["health"],
    responses=answers(Readiness, Readiness("ready", "up", "current", "up", "up", 1))
    | answers(Readiness, Readiness("unavailable", "down", "outdated", "up", "up", 1), status=503),
)
async def ready(resources: NamedDependency[Resources]) -> Response[Readiness]:
    """503 while PostgreSQL or the schema is not there. Without Redis, Qdrant or a worker it is `degraded`."""
    current, redis, qdrant, workers = await asyncio.gather(
        _answer(is_current(resources.database.reads)),
        _answer(_ping(resources)),
        _answer(resources.qdrant.get_collections()),
        _answer(_fewest_workers(resources)),
    )
    found = Readiness(
        status="ready",
        postgres="down" if current is None else "up",
        schema="current" if current else "outdated",
        redis="up" if redis else "down",
        qdrant="up" if qdrant else "down",
        workers=workers or 0,
    )
    if not current:
        found.status = "unavailable"
    elif not (redis and qdrant and workers):
        found.status = "degraded"
    if current:
        return Response(found)
    return Response(found, status_code=503, headers={"Retry-After": "2"})


async def _ping(resources: Resources) -> bool:
    return bool(await resources.redis.execute_command("PING"))  # type: ignore[no-untyped-call] # `ping` says that it may not be awaitable


async def _fewest_workers(resources: Resources) -> int:
    return min([await workers_alive(queue) for queue in resources.queues.values()])


async def _answer(question: Awaitable[_T]) -> _T | None:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await question
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not there
        return None


ROUTES: list[HTTPRouteHandler] = [root, health, live, db_pool, ready]
