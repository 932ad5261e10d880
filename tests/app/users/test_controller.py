import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State

from app.errors import HANDLERS
from app.issuer import issue_local_token
from app.providers import DEPENDENCIES
from app.resources import Resources
from app.security import build_authenticator
from app.users.controller import UserController
from domain.users.service import UserService
from fakes.databases import fresh_database, settings


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    return settings(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture(scope="module")
async def client(database, local):
    resources = Resources(local)
    await resources.database.close()
    resources.database = database
    state = State(
        {"resources": resources, "authenticator": build_authenticator(local, database, resources.master_keys)}
    )
    app = Litestar([UserController], dependencies=DEPENDENCIES, exception_handlers=HANDLERS, state=state)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await resources.qdrant.close()
    await resources.redis.aclose()


@pytest.fixture
def subject():
    return f"user_{uuid4().hex}"


@pytest.fixture
def headers(local, subject):
    def headers(**options):
        return {"Authorization": f"Bearer {issue_local_token(local, subject, **options)}"}

    return headers


@pytest.fixture
def store(client, headers, subject):
    async def store(given=None, **body):
        return await client.post("/api/users/store", headers=given or headers(), json={"user_id": subject} | body)

    return store


@pytest.fixture
def delete(client):
    async def delete(given):
        return await client.delete("/api/users/delete-account", headers=given)

    return delete


def is_problem(response, status, code):
    body = response.json()
    return (
        response.status_code == status
        and response.headers["content-type"] == "application/problem+json"
        and body["error_code"] == code
        and isinstance(body["detail"], str)
    )


class TestStore:
    async def test_a_new_user_has_the_bonus(self, store, subject):
        response = await store(email="ada@example.org", first_name="Ada", last_name="Lovelace")

        assert response.status_code == 200
        body = response.json()
        created_at = body.pop("created_at")
        assert body == {"user_id": subject, "email": "ada@example.org", "credit_balance": 50}
        assert created_at.endswith("Z")
        assert abs(datetime.fromisoformat(created_at) - datetime.now(UTC)) < timedelta(minutes=1)

    async def test_storing_again_changes_what_is_given(self, store):
        first = (await store(email="old@example.org")).json()

        assert (await store()).json() == first
        assert (await store(email="new@example.org")).json() == first | {"email": "new@example.org"}

    async def test_a_verified_address_comes_before_the_bodys(self, store, headers):
        response = await store(headers(email="verified@example.org"), email="other@example.org")

        assert response.json()["email"] == "verified@example.org"

    async def test_a_hundred_first_calls_at_once_make_one_user(self, store, database, subject):
        responses = await asyncio.gather(*(store(email="ada@example.org") for _ in range(100)))

        assert {response.status_code for response in responses} == {200}
        assert len({response.content for response in responses}) == 1
        assert responses[0].json()["credit_balance"] == 50
        assert await database.reads.fetchval("SELECT count(*) FROM app_user WHERE subject = $1", subject) == 1

    async def test_another_user_cannot_be_stored(self, client, headers):
        response = await client.post("/api/users/store", headers=headers(), json={"user_id": "somebody_else"})

        assert is_problem(response, 403, "identity_mismatch")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"email": "ada"},
            {"email": "a@b\n"},
            {"email": "a\0@b"},
            {"email": f"{'a' * 254}@b"},
            {"email": 1},
            {"first_name": "x" * 101},
            {"first_name": "a\0b"},
            {"last_name": "a\nb"},
            {"user_id": None},
        ],
        ids=repr,
    )
    async def test_a_malformed_body_is_refused(self, store, wrong):
        assert is_problem(await store(**wrong), 422, "invalid_request")

    async def test_names_are_of_every_script(self, store):
        assert (await store(first_name="Зоя-Ἀριάδνη", last_name="O'Ñandú 王")).status_code == 200


class TestDeleteAccount:
    async def test_it_is_over_at_once(self, store, delete, headers, subject):
        given = headers()
        await store(given)

        response = await delete(given)

        assert response.status_code == 200
        body = response.json()
        deleted_at = datetime.fromisoformat(body.pop("deleted_at"))
        assert body == {"success": True, "message": "The account is deleted.", "user_id": subject}
        assert abs(deleted_at - datetime.now(UTC)) < timedelta(minutes=1)
        assert is_problem(await delete(given), 403, "account_deleted")
        assert is_problem(await store(given), 403, "account_deleted")

    async def test_who_returns_starts_anew_without_a_second_bonus(self, store, delete, headers):
        given = headers()
        await store(given, email="ada@example.org")
        await delete(given)

        response = await store(headers())

        assert response.status_code == 200
        assert (response.json()["email"], response.json()["credit_balance"]) == (None, 0)
        assert is_problem(await store(given), 403, "account_deleted")

    async def test_when_the_deletion_fails_nothing_has_changed(self, store, delete, headers, monkeypatch):
        given = headers()
        await store(given)

        async def fail(self, user_id, **_):
            await UserService.store_profile(self, user_id, email="lost@example.org", first_name=None, last_name=None)
            raise RuntimeError

        with monkeypatch.context() as patched:
            patched.setattr(UserService, "delete", fail)
            assert is_problem(await delete(given), 500, "internal_error")

        assert (await store(given)).json()["email"] is None


class TestAuthentication:
    @pytest.mark.parametrize(
        "given",
        [{}, {"Authorization": "Bearer a.b.c"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}],
        ids=repr,
    )
    async def test_every_failure_is_answered_alike(self, client, given):
        response = await client.delete("/api/users/delete-account", headers=given)

        assert is_problem(response, 401, "unauthenticated")
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert response.json()["detail"] == "A valid bearer token is needed."

    @pytest.mark.parametrize("body", [b"{}", b'{"user_id": 1}'])
    async def test_an_unknown_caller_learns_nothing_about_the_body(self, client, body):
        response = await client.post(
            "/api/users/store", content=body, headers={"Content-Type": "application/json", "Authorization": "Bearer x"}
        )

        assert is_problem(response, 401, "unauthenticated")
