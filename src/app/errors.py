"""One table: which HTTP status and problem type each family of errors answers with.

Every error body, the framework's own included, is `application/problem+json` (RFC 9457) with the members that
clients read: `detail`, always a string, and `error_code`.
"""

from typing import Any

import asyncpg
import msgspec
import structlog
from advanced_alchemy.exceptions import RepositoryError
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structlog.contextvars import get_contextvars

from app.requests import CLIENT_GONE
from domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Insufficient,
    Invalid,
    Malformed,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"

STATUS_OF_FAMILY: dict[type[DomainError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Insufficient: 402,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 422,
    Unavailable: 503,
}

TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    402: "Not enough coins",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Cannot be accepted",
    429: "Too many requests",
    499: "Client closed the request",
    500: "Internal error",
    503: "Unavailable",
}

_FRAMEWORK_CODES = {400: "malformed_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_log = structlog.get_logger()


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field of a request."""

    field: str
    message: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error body (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    error_code: str
    request_id: str
    errors: list[FieldError] = []


def status_of(error: type[DomainError]) -> int:
    """The HTTP status that a domain error answers with."""
    return next(status for family, status in STATUS_OF_FAMILY.items() if issubclass(error, family))


def problem(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[FieldError] | None = None,
    members: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """Answer with a problem; `members` stand beside the usual ones."""
    body = Problem(
        type=f"urn:problem:{code}",
        title=TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        instance=request.url.path,
        error_code=code,
        request_id=str(get_contextvars().get("request_id", "")),
        errors=errors or [],
    )
    content = msgspec.json.encode(msgspec.to_builtins(body) | (members or {}), enc_hook=str)
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def on_domain_error(request: Request[Any, Any, Any], error: DomainError) -> Response[bytes]:
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    if isinstance(error, Unavailable):
        headers["Retry-After"] = "2"
    return problem(request, status_of(type(error)), error.code, error.message, members=error.members, headers=headers)


def on_invalid_input(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    extra = error.extra if isinstance(error.extra, list) else []
    errors = [
        FieldError(str(entry.get("key", "")), str(entry.get("message", "")))
        for entry in extra
        if isinstance(entry, dict)
    ]
    return problem(request, 422, "invalid_request", "The request does not have the expected form.", errors=errors)


def on_framework_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    if status >= 500:  # noqa: PLR2004 - the class of server errors
        return on_unexpected(request, error)
    code = _FRAMEWORK_CODES.get(status, "bad_request")
    detail = NotFound.detail if status == STATUS_OF_FAMILY[NotFound] else TITLES.get(status, "Error") + "."
    return problem(request, status, code, detail, headers=dict(error.headers or {}))


def on_unreadable_body(request: Request[Any, Any, Any], _error: Exception) -> Response[bytes]:
    """What the framework's decoder lets through: bytes that are not UTF-8, and nesting that it cannot follow."""
    return problem(request, 400, "malformed_request", TITLES[400] + ".")


def on_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if request.state.get(CLIENT_GONE):  # reading its body has failed, and nobody reads this answer
        return problem(request, 499, "client_closed_request", "The client has closed the connection.")
    if is_outage(error):
        _log.warning("request.dependency_unavailable", exc_info=error)
        detail = "A service that is needed did not answer. Try again."
        return problem(request, 503, "service_unavailable", detail, headers={"Retry-After": "2"})
    _log.error("request.failed", exc_info=error)
    return problem(request, 500, "internal_error", "Something went wrong on our side.")


def is_outage(error: BaseException) -> bool:
    """Whether a server that we need is gone, restarting or out of connections, so that trying again makes sense."""
    if isinstance(error, RepositoryError) and error.__cause__ is not None:  # the data library's own words for it
        return is_outage(error.__cause__)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    original = getattr(error, "orig", None)
    outages = (
        OperationalError,
        InterfaceError,
        PoolTimeoutError,
        RedisError,
        asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # what it says of a connection that was lost while nothing ran on it
        asyncpg.OperatorInterventionError,
        asyncpg.LockNotAvailableError,
        asyncpg.TooManyConnectionsError,
        ConnectionError,
        TimeoutError,
        FileNotFoundError,  # the unix socket of a server that is down
    )
    causes = (error, original, getattr(original, "__cause__", None))
    return any(isinstance(cause, outages) for cause in causes)


HANDLERS: ExceptionHandlersMap = {
    DomainError: on_domain_error,
    ValidationException: on_invalid_input,
    HTTPException: on_framework_error,
    UnicodeDecodeError: on_unreadable_body,
    RecursionError: on_unreadable_body,
    Exception: on_unexpected,
}
