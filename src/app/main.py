"""The API: one list each of controllers, plugins and handlers."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import State

from app import errors, health, logs
from app.catalogue.controller import CategoryController
from app.catalogue.names import CategoryNames
from app.chats.controller import ChatController
from app.chats.definitions import StatisticsController
from app.credits.admin import AdminCreditController
from app.credits.controller import CreditController
from app.dashboard import DashboardGate, dashboard_plugin, dashboard_routes
from app.documentation import docs_files, drop_foreign_errors, openapi_config, openapi_document
from app.insights.controller import GenerateController, InsightController
from app.payments.controller import AdminPaymentController, OrderController
from app.payments.webhooks import WebhookController
from app.providers import DEPENDENCIES
from app.rag.controller import RagController, SearchController
from app.requests import RequestEdge
from app.resources import Resources, opened
from app.security import build_authenticator
from app.settings import Settings, load
from app.users.controller import UserController
from app.version import VERSION

EXPOSED_HEADERS = [
    "Location",
    "Link",
    "Retry-After",
    "X-Request-ID",
    "RateLimit",
    "RateLimit-Policy",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
]
JSON_BODY_BYTES = 1 << 20
CONTROLLERS = (
    AdminCreditController,
    AdminPaymentController,
    CategoryController,
    ChatController,
    CreditController,
    GenerateController,
    InsightController,
    OrderController,
    RagController,
    SearchController,
    StatisticsController,
    UserController,
    WebhookController,
)


def create_app(settings: Settings | None = None) -> Litestar:
    """Build the application; nothing outside is reached before it starts."""
    settings = settings or load()
    logs.configure(settings)
    resources = Resources(settings)

    authenticator = build_authenticator(settings, resources.database, resources.master_keys)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        async with opened(resources), aclosing(authenticator):
            yield

    app = Litestar(
        route_handlers=[*health.ROUTES, *CONTROLLERS, docs_files(), openapi_document, dashboard_routes()],
        plugins=[dashboard_plugin(resources)],
        dependencies=DEPENDENCIES,
        exception_handlers=errors.HANDLERS,
        lifespan=[lifespan],
        state=State(
            {
                "resources": resources,
                "authenticator": authenticator,
                "category_names": CategoryNames(),
            }
        ),
        openapi_config=openapi_config(VERSION),
        cors_config=CORSConfig(allow_origins=list(settings.cors_origins), expose_headers=EXPOSED_HEADERS)
        if settings.cors_origins
        else None,
        request_max_body_size=JSON_BODY_BYTES,
        logging_config=None,
    )
    drop_foreign_errors(app.openapi_schema)
    app.asgi_handler = RequestEdge(DashboardGate(app.asgi_handler, resources))
    return app
