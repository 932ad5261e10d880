"""What the OpenAPI document says of every operation: its answers, with examples, and the pages that show it."""

from pathlib import Path
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, Example, OpenAPI, SecurityScheme, Tag
from litestar.serialization import default_serializer
from litestar.static_files import create_static_files_router

from app.errors import MEDIA_TYPE, TITLES, Problem, status_of
from domain.errors import DomainError, Invalid, Unavailable

BEARER: list[dict[str, list[str]]] = [{"bearer": []}]
STATIC = Path(__file__).parent / "static"
TITLE = "chat-insights"
_TAGS = ("users", "chats", "rag", "insights", "catalogue", "credits", "payments", "admin", "health")


class InvalidRequest(Invalid):
    code = "invalid_request"
    detail = "The request does not have the expected form."


class ServiceUnavailable(Unavailable):
    code = "service_unavailable"
    detail = "A service that is needed did not answer. Try again."


def answers(
    ok: type[Any] | None = None,
    example: object = None,
    *,
    errors: tuple[type[DomainError], ...] = (),
    status: int = 200,
    media_type: str = MediaType.JSON,
    reads_json: bool = False,
) -> dict[int, ResponseSpec]:
    """The `responses` of a route: its success with an example, and each error that it can answer with.

    Every route may answer 503; one with `reads_json` also 400 and 422. The routes with a bearer token name
    `Unauthenticated` among their errors.
    """
    found: tuple[type[DomainError], ...] = (*errors, ServiceUnavailable)
    if reads_json and InvalidRequest not in found:
        found = (*found, InvalidRequest)
    documented: dict[int, ResponseSpec] = {}
    if reads_json:
        documented[400] = _problems(400, {"malformed_request": "The body is not JSON."})
    by_status: dict[int, dict[str, str]] = {}
    for error in found:
        by_status.setdefault(status_of(error), {})[error.code] = error.detail
    for code, details in sorted(by_status.items()):
        documented[code] = _problems(code, details)
    if ok is not None:
        examples = [Example(id="example", value=msgspec.to_builtins(example))] if example is not None else None
        title = TITLES.get(status, "Success")
        documented[status] = ResponseSpec(
            ok, generate_examples=False, description=title, media_type=media_type, examples=examples
        )
    return documented


def _problems(status: int, details: dict[str, str]) -> ResponseSpec:
    examples = [
        Example(
            id=code,
            value=msgspec.to_builtins(
                Problem(
                    type=f"urn:problem:{code}",
                    title=TITLES[status],
                    status=status,
                    detail=detail,
                    instance="/api/…",
                    error_code=code,
                    request_id="01a2b3c4d5e6",
                )
            ),
        )
        for code, detail in details.items()
    ]
    return ResponseSpec(
        Problem, generate_examples=False, description=TITLES[status], media_type=MEDIA_TYPE, examples=examples
    )


def openapi_config(version: str) -> OpenAPIConfig:
    """`/openapi.json`, and `/docs` with script and style from this package, so that no outside host is asked."""
    return OpenAPIConfig(
        title=TITLE,
        version=version,
        description="Exact statistics, proven insights and answered questions from exported chats.",
        path="/docs",
        use_handler_docstrings=True,
        render_plugins=[
            SwaggerRenderPlugin(
                path="/",
                js_url="/docs/static/swagger-ui-bundle.js",
                css_url="/docs/static/swagger-ui.css",
                standalone_preset_js_url="/docs/static/swagger-ui-standalone-preset.js",
                favicon='<link rel="icon" href="data:,">',
            ),
        ],
        components=Components(
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
        ),
        tags=[Tag(name=name) for name in _TAGS],
    )


def drop_foreign_errors(document: OpenAPI) -> None:
    """Remove the framework's own description of 400, which this API never answers in that form."""
    for path in (document.paths or {}).values():
        for method in ("get", "put", "post", "delete"):
            operation = getattr(path, method)
            answer = (operation.responses or {}).get("400") if operation else None
            if answer is not None and MEDIA_TYPE not in (getattr(answer, "content", None) or {}):
                del operation.responses["400"]


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The document that clients are generated from."""
    return Response(openapi_json(request.app.openapi_schema), media_type=MediaType.JSON)


def openapi_json(document: OpenAPI) -> bytes:
    return msgspec.json.encode(document.to_schema(), enc_hook=default_serializer)


def docs_files() -> Router:
    """Script and style of the pages at `/docs`: Swagger UI as its makers ship it (see static/swagger-ui/LICENSE)."""
    return create_static_files_router(
        path="/docs/static", directories=[STATIC / "swagger-ui"], name="docs", include_in_schema=False
    )
