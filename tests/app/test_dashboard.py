import base64
import hashlib
import re
import time
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from saq import Job

from app import errors
from app.dashboard import COOKIE, SESSION_S, AdminSessions, DashboardGate, dashboard_plugin, dashboard_routes
from app.jobs import FUNCTIONS
from app.resources import Resources
from app.security import CurrentUser
from domain.cipher import MasterKeys
from domain.errors import Unauthenticated
from domain.outbox import Queue
from domain.users.service import AccountDeleted
from fakes.databases import settings

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"
)  # SAQ's

HOST = "http://queues.example.org"
SAME_ORIGIN = {"Origin": HOST}
PAGES = ["/saq", "/saq/", "/saq/queues/imports", "/saq/queues/imports/jobs/1"]
DATA = ["/saq/api/queues", "/saq/api/queues/imports", "/saq/api/queues/imports/jobs/1", "/saq/health"]
ACTIONS = ["/saq/api/queues/imports/jobs/1/retry", "/saq/api/queues/imports/jobs/1/abort", "/saq/sign-out"]
NOWHERE = ["/saq/nowhere", f"{HOST}//saq/api/queues", "/saq//api/queues/", "/saq/sign-in/more", "/saq/static"]
PRODUCTION = {
    "ENVIRONMENT": "production",
    "AUTH_ISSUER": "https://issuer.example.org",
    "AUTH_JWKS_URL": "https://issuer.example.org/jwks.json",
    "AUTH_AUDIENCE": "chat-insights",
}


class FakeAuthenticator:
    async def authenticate(self, token):
        match token:
            case "admin" | "user":
                return CurrentUser(uuid4(), token, token == "admin", None, None)
            case "deleted":
                raise AccountDeleted
        raise Unauthenticated


@asynccontextmanager
async def dashboard(redis_url, tmp_path, **environ):
    resources = Resources(settings(tmp_path, REDIS_URL=f"{redis_url}?db=8", **environ))
    app = Litestar(
        route_handlers=[dashboard_routes()],
        plugins=[dashboard_plugin(resources)],
        exception_handlers=errors.HANDLERS,
        state=State({"resources": resources, "authenticator": FakeAuthenticator()}),
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = DashboardGate(app.asgi_handler, resources)
    await resources.redis.flushdb()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client:
        client.resources = resources
        yield client
    await resources.qdrant.close()
    await resources.redis.aclose()


@pytest.fixture
async def visitor(redis_url, tmp_path):
    async with dashboard(redis_url, tmp_path) as client:
        yield client


async def sign_in(client, token="admin"):
    return await client.post("/saq/sign-in", data={"token": token}, headers=SAME_ORIGIN)


@pytest.fixture
async def admin(visitor):
    assert (await sign_in(visitor)).status_code == 303
    return visitor


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_nothing_but_the_sign_in_exists_for_others(visitor, method):
    for path in [*PAGES, *DATA, *ACTIONS, *NOWHERE]:
        answer = await visitor.request(method, path, headers=SAME_ORIGIN)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        if method != "HEAD":
            assert answer.json()["error_code"] == "not_found"
            assert answer.json()["detail"] == "There is no such thing."


async def test_who_is_not_an_admin_is_told_no_more_than_who_has_no_token_at_all(visitor):
    pages = [await sign_in(visitor, token) for token in ("user", "deleted", "wrong", "")]
    pages.append(await visitor.post("/saq/sign-in", headers=SAME_ORIGIN))
    assert {page.status_code for page in pages} == {403}
    assert len({page.text for page in pages}) == 1
    assert "That is not the token of an admin." in pages[0].text
    assert all("set-cookie" not in page.headers for page in pages)


async def test_a_body_that_is_no_form_or_too_large_is_refused(visitor):
    wrong = await visitor.post("/saq/sign-in", json={"token": "admin"}, headers=SAME_ORIGIN)
    assert wrong.status_code == 403
    large = await visitor.post("/saq/sign-in", data={"token": "a" * 20_000}, headers=SAME_ORIGIN)
    assert large.status_code == 413


async def test_an_admin_gets_a_session_that_is_not_the_token(visitor):
    answer = await sign_in(visitor)
    assert answer.headers["location"] == "/saq/"
    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert "admin" not in value
    assert {attribute.lower() for attribute in attributes} >= {
        "httponly",
        "samesite=strict",
        "path=/saq",
        f"max-age={SESSION_S}",
    }
    assert "secure" not in {attribute.lower() for attribute in attributes}


async def test_in_production_the_session_needs_https(redis_url, tmp_path):
    async with dashboard(redis_url, tmp_path, **PRODUCTION) as client:
        answer = await sign_in(client)
    assert "secure" in answer.headers["set-cookie"].lower().split("; ")


async def test_an_admin_sees_queues_and_jobs(admin):
    queue = admin.resources.queues[Queue.IMPORTS]
    await queue.enqueue(Job("import_chat", key="1", kwargs={"chat_id": str(uuid4())}))
    names = [entry["name"] for entry in (await admin.get("/saq/api/queues")).json()["queues"]]
    assert names == [name.value for name in FUNCTIONS]
    assert (await admin.get("/saq/api/queues/imports")).json()["queue"]["queued"] == 1
    assert (await admin.get("/saq/api/queues/imports/jobs/1")).json()["job"]["function"] == "import_chat"
    assert (await admin.post("/saq/api/queues/imports/jobs/1/abort", headers=SAME_ORIGIN)).status_code == 202
    assert (await queue.job("1")).status == "aborted"
    for path in ("/saq/api/queues/none", "/saq/api/queues/imports/jobs/none", "/saq/nowhere"):
        answer = await admin.get(path)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "not_found")


async def test_the_pages_run_only_what_their_policy_allows(admin):
    assert (await admin.get("/saq")).headers["location"] == "/saq/"
    for path in ("/saq/", "/saq/queues/imports", "/saq/sign-in"):
        answer = await admin.get(path)
        policy = answer.headers["content-security-policy"]
        for script in re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        for asset in re.findall(r'(?:src|href)="(/saq/static/[^"]+)"', answer.text):
            assert (await admin.get(asset)).status_code == 200


async def test_files_are_open_and_say_how_they_are_packed(visitor):
    style = await visitor.get("/saq/static/pico.min.css.gz")
    assert style.headers["content-encoding"] == "gzip"
    assert style.headers["content-type"].startswith("text/css")
    script = await visitor.get("/saq/static/snabbdom.js.gz")
    assert script.headers["content-encoding"] == "gzip"
    assert "javascript" in script.headers["content-type"]
    for path in ("/saq/static/none.js", "/saq/static/../app.py", "/saq/static/%2e%2e/%2e%2e/web/aiohttp.py"):
        assert (await visitor.get(path)).status_code == 404


@pytest.mark.parametrize("origin", [None, "null", "https://elsewhere.example.org", f"{HOST}:81", f"{HOST}.example.com"])
async def test_other_sites_can_neither_sign_in_nor_act(admin, origin):
    headers = {} if origin is None else {"Origin": origin}
    for path in [*ACTIONS, "/saq/sign-in"]:
        answer = await admin.post(path, data={"token": "admin"}, headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "forbidden")


async def test_a_page_behind_a_proxy_that_speaks_https_may_act(visitor):
    headers = {"Origin": HOST.replace("http:", "https:")}
    answer = await visitor.post("/saq/sign-in", data={"token": "admin"}, headers=headers)
    assert answer.status_code == 303


async def test_a_page_of_plain_http_may_not_act_over_https(visitor):
    url = HOST.replace("http:", "https:") + "/saq/sign-in"
    answer = await visitor.post(url, data={"token": "admin"}, headers=SAME_ORIGIN)
    assert answer.status_code == 403


async def test_signing_out_forgets_the_session(admin):
    assert (await admin.get("/saq/")).status_code == 200
    answer = await admin.post("/saq/sign-out", headers=SAME_ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/saq/sign-in")
    assert (await admin.get("/saq/")).status_code == 404


def test_a_session_is_valid_until_it_expires_and_under_each_master_key():
    old, new = bytes(range(32)), bytes(range(1, 33))
    session = AdminSessions(MasterKeys([old])).issue(1000)
    rotated = AdminSessions(MasterKeys([new, old]))
    assert rotated.is_valid(session, 1000 + SESSION_S - 1)
    assert not rotated.is_valid(session, 1000 + SESSION_S)
    assert not AdminSessions(MasterKeys([new])).is_valid(session, 1000)


@pytest.mark.parametrize("altered", ["", ".", "9999999999", "9999999999.", "nine.ff", "٩.ff", "ÿ.ÿ"])
def test_what_was_not_issued_is_no_session(altered):
    sessions = AdminSessions(MasterKeys([bytes(range(32))]))
    expiry, _, signature = sessions.issue(time.time()).partition(".")
    for forged in (altered, f"{int(expiry) + 1}.{signature}", f"{expiry}.{signature[:-1]}", f"{expiry}.{signature}0"):
        assert not sessions.is_valid(forged, time.time())


async def test_the_running_product_signs_an_admin_in_and_works_no_queue_in_the_api(stack):
    async with stack.anonymous as client:
        client.cookies.set(COOKIE, stack.token("dashboard-admin", admin=True), path="/saq")
        assert (await client.get("/saq/")).status_code == 404
        client.cookies.clear()
        headers = {"Origin": stack.base_url}
        refused = await client.post("/saq/sign-in", data={"token": stack.token("nobody")}, headers=headers)
        assert refused.status_code == 403
        token = stack.token("dashboard-admin", admin=True)
        assert (await client.post("/saq/sign-in", data={"token": token}, headers=headers)).status_code == 303
        queues = (await client.get("/saq/api/queues")).json()["queues"]
    assert [len(queue["workers"]) for queue in queues] == [1] * len(queues)
