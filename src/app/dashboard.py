"""SAQ's web dashboard under `/saq`, for admins: a small page takes their token, everybody else gets 404."""

import base64
import hashlib
import hmac
import time
from pathlib import Path
from string import Template
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get, post
from litestar.datastructures import Cookie, MutableScopeHeaders, State
from litestar.enums import ScopeType
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils import normalize_path
from litestar_saq import SAQConfig, SAQPlugin
from litestar_saq.controllers import build_controller

from app.errors import problem
from app.resources import Resources
from app.security import require_admin
from domain.cipher import MasterKeys
from domain.errors import Forbidden, NotFound, Unauthenticated

PATH = "/saq"
SIGN_IN = f"{PATH}/sign-in"
COOKIE = "saq_session"
SESSION_S = 8 * 3600
_FORM_BYTES = 16 * 1024
_PURPOSE = "dashboard-session"
_PAGE = Template((Path(__file__).parent / "static" / "dashboard" / "sign-in.html").read_text())
_REFUSED = "That is not the token of an admin."

_ROOT_SCRIPT = f'const root_path = "{PATH}";'
# SAQ's page links a job to its queue without the path that the dashboard stands under.
_LINK_SCRIPT = f"""
addEventListener("click", event => {{
  const link = event.target.closest("a")
  if (link && link.host === location.host && link.pathname.startsWith("/queues/")) {{
    event.preventDefault()
    event.stopImmediatePropagation()
    location.assign("{PATH}" + link.pathname)
  }}
}}, true)
"""
_FOOTER = f"""
<link rel="icon" href="data:,">
<form class="container" method="post" action="{PATH}/sign-out"><button class="secondary">Sign out</button></form>
<script>{_LINK_SCRIPT}</script>
</body>"""


def _source(script: str) -> str:
    """What allows one inline script (Content Security Policy Level 3, hash-source)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'; form-action 'self'; "
        f"img-src data:; style-src 'self'; script-src 'self' {_source(_ROOT_SCRIPT)} {_source(_LINK_SCRIPT)}"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class AdminSessions:
    """What the cookie holds: when it expires, signed. It names nobody, and is no token that the API takes."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    def issue(self, now: float) -> str:
        """A session from `now`, in Unix seconds."""
        expiry = str(int(now) + SESSION_S)
        return f"{expiry}.{self._keys.signatures(_PURPOSE, expiry)[0]}"

    def is_valid(self, session: str, now: float) -> bool:
        """Whether it was issued here, under any of the master keys, and has not expired."""
        expiry, _, signature = session.partition(".")
        known = [
            hmac.compare_digest(signature.encode(), expected.encode())
            for expected in self._keys.signatures(_PURPOSE, expiry)
        ]
        return any(known) and int(expiry) > now


class DashboardGate:
    """In front of the whole application: under `/saq` nothing but the sign-in exists for who is not signed in.

    It stands before the routing, which would tell by a 405 or an answer to OPTIONS what there is.
    """

    def __init__(self, app: ASGIApp, resources: Resources) -> None:
        self._app = app
        self._sessions = AdminSessions(resources.master_keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = normalize_path(scope["path"])
        if scope["type"] != ScopeType.HTTP or not f"{path}/".startswith(f"{PATH}/"):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                MutableScopeHeaders(message).update(_HEADERS)
            await send(message)

        request: Request[Any, Any, Any] = Request(scope, receive, send)
        answer = self._answer(request, path)
        if answer is None:
            await self._app(scope, receive, send_guarded)
        else:
            await answer.to_asgi_response(app=None, request=request)(scope, receive, send_guarded)

    def _answer(self, request: Request[Any, Any, Any], path: str) -> Response[Any] | None:
        is_open = path == SIGN_IN or path.startswith(f"{PATH}/static/")
        if not (is_open or self._sessions.is_valid(request.cookies.get(COOKIE, ""), time.time())):
            return problem(request, 404, NotFound.code, NotFound.detail)
        if request.method == "POST" and not _is_same_origin(request):
            return problem(request, 403, Forbidden.code, "The request does not come from this site's own page.")
        if request.scope["path"] == PATH:
            return Redirect(f"{PATH}/", status_code=303)  # SAQ's script knows its first page with the slash only
        return None


def _is_same_origin(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser says that its page is of the host it asks. Over http, as behind a proxy, it may be https."""
    host = request.headers.get("host", "")
    return request.headers.get("origin") in {f"{request.scope['scheme']}://{host}", f"https://{host}"}


class SignIn(msgspec.Struct):
    token: str = ""


@get(SIGN_IN, media_type=MediaType.HTML, sync_to_thread=False)
def sign_in_page() -> Response[str]:
    return _page(200, "")


@post(SIGN_IN, media_type=MediaType.HTML, request_max_body_size=_FORM_BYTES)
async def sign_in(data: URLEncodedBody[SignIn], state: State) -> Response[Any]:
    """Exchange an admin's token for a session. What is wrong with another token is not said."""
    resources: Resources = state.resources
    try:
        require_admin(await state.authenticator.authenticate(data.token.strip()))
    except (Unauthenticated, Forbidden):
        return _page(403, _REFUSED)
    session = AdminSessions(resources.master_keys).issue(time.time())
    secure = resources.settings.environment == "production"
    return _redirect(f"{PATH}/", _cookie(session, SESSION_S, secure=secure))


@post(f"{PATH}/sign-out", sync_to_thread=False)
def sign_out() -> Redirect:
    return _redirect(SIGN_IN, _cookie("", 0, secure=False))


def _page(status: int, notice: str) -> Response[str]:
    return Response(_PAGE.substitute(notice=notice), status_code=status, media_type=MediaType.HTML)


def _redirect(path: str, cookie: Cookie) -> Redirect:
    return Redirect(path, status_code=303, cookies=[cookie])


def _cookie(value: str, max_age: int, *, secure: bool) -> Cookie:
    return Cookie(COOKIE, value=value, path=PATH, max_age=max_age, httponly=True, samesite="strict", secure=secure)


def dashboard_plugin(resources: Resources) -> SAQPlugin:
    """Gives the dashboard this process's queues. No queue is configured to be worked off: this is not a worker."""
    return SAQPlugin(config=SAQConfig(queue_instances={str(name): queue for name, queue in resources.queues.items()}))


def dashboard_routes() -> Router:
    """The dashboard, the sign-in and the sign-out; to be served behind a `DashboardGate` only."""
    files = create_static_files_router(path=f"{PATH}/static", directories=[SAQConfig().static_files], name="saq")
    pages = Router("/", route_handlers=[build_controller(PATH)], after_request=_complete_page)
    return Router("/", route_handlers=[pages, files, sign_in_page, sign_in, sign_out], include_in_schema=False)


async def _complete_page(response: Response[Any]) -> Response[Any]:
    """Give SAQ's page what it lacks."""
    if response.media_type == MediaType.HTML:
        response.content = response.content.replace("</body>", _FOOTER)
    return response
