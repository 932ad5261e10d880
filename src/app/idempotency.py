"""The `Idempotency-Key` header: a POST that spends or grants is done once however often it is sent.

A route takes `once` and returns `await once(work)`, where `work` does everything that writes.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import MediaType, Request, Response
from litestar.di import NamedDependency
from litestar.params import HeaderParameter
from litestar.serialization import encode_json
from sqlalchemy.ext.asyncio import AsyncSession

from app.resources import Resources
from app.security import CurrentUser
from domain.base import utc_now
from domain.idempotency.service import (
    KEPT,
    Answer,
    IdempotencyKeyInFlight,
    IdempotencyKeyReused,
    IdempotencyService,
    KeyedRequest,
)

KEY_ERRORS = (IdempotencyKeyInFlight, IdempotencyKeyReused)
"""What a route with `once` can answer beside its own errors."""

KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[ -~]+$",
        description=(
            "Up to 255 printable characters of the client's choice. The same key with the same request gives the"
            " first answer again for a day, if that was a success."
        ),
    ),
]


class Once:
    """Does a request's work in its transaction, or repeats the answer that the key got before."""

    def __init__(
        self, request: Request[Any, Any, Any], session: AsyncSession, user: CurrentUser, key: str | None
    ) -> None:
        self._request = request
        self._session = session
        self._user = user
        self._key = key

    async def __call__(self, work: Callable[[], Awaitable[Response[Any]]]) -> Response[Any]:
        """Do it, or repeat. Of an answer its status, its body and the headers that `work` has set are kept."""
        if self._key is None:
            return await work()

        async def answer() -> Answer:
            response = await work()
            body = encode_json(response.content).decode()
            return Answer(response.status_code or self._request.route_handler.status_code, dict(response.headers), body)

        url = self._request.url
        content = f"{url.path}?{url.query}\n".encode() + await self._request.body()
        route = f"{self._request.method} {self._request.scope['path_template']}"
        request = KeyedRequest(self._user.id, route, self._key, content)
        kept = await IdempotencyService(self._session).once(request, answer)
        return Response(kept.body.encode(), status_code=kept.status, headers=kept.headers, media_type=MediaType.JSON)


async def provide_once(
    request: Request[Any, Any, Any],
    session: NamedDependency[AsyncSession],
    user: NamedDependency[CurrentUser],
    idempotency_key: KeyHeader = None,
) -> Once:
    return Once(request, session, user, idempotency_key)


async def sweep_idempotency_keys(resources: Resources) -> None:
    """Drop the answers that no client can ask for any more."""
    async with resources.database.transaction() as session:
        await IdempotencyService(session).forget(utc_now() - KEPT)
