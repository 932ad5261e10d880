import asyncio
import time
from uuid import uuid4

import pytest
from litestar import Request
from litestar.testing import RequestFactory

from app.jwks import IdentityProviderUnavailable
from app.security import AdminRequired, bearer_token, build_authenticator, require_admin, user_of_subject
from domain.base import utc_now
from domain.cipher import MasterKeys
from domain.credits.service import CreditService, WalletReader
from domain.errors import Unauthenticated
from domain.users.service import AccountDeleted, UserService
from fakes.databases import fresh_database, settings
from fakes.issuer import ISSUER, FakeIssuer, SigningKey, ec_key

KEYS = MasterKeys([b"k" * 32])


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("data")) as database:
        yield database


@pytest.fixture
async def issuer():
    async with FakeIssuer() as issuer:
        yield issuer


@pytest.fixture
async def authenticator(database, issuer, tmp_path):
    chosen = settings(tmp_path, AUTH_ISSUER=ISSUER, AUTH_JWKS_URL=issuer.jwks_url, AUTH_ADMIN_CLAIM="role=admin")
    authenticator = build_authenticator(chosen, database, KEYS)
    yield authenticator
    await authenticator.aclose()


@pytest.fixture
def subject():
    return f"user_{uuid4().hex}"


@pytest.fixture
def balance(database):
    return WalletReader(database.reads).balance


@pytest.fixture
def delete(database):
    async def delete(user):
        async with database.transaction() as session:
            return await UserService(session, KEYS).delete(user.id, issued_at=user.issued_at, now=utc_now())

    return delete


async def test_the_first_token_of_a_subject_makes_a_user_with_the_bonus(authenticator, issuer, subject, balance):
    token = issuer.token(subject, role="admin", email="ada@example.org", email_verified=True)

    user = await authenticator.authenticate(token)

    assert (user.subject, user.admin, user.email) == (subject, True, "ada@example.org")
    assert await balance(user.id) == 50
    assert await authenticator.authenticate(token) == user
    assert await balance(user.id) == 50


async def test_a_hundred_first_tokens_at_once_make_one_user_and_one_bonus(authenticator, issuer, subject, balance):
    users = await asyncio.gather(*(authenticator.authenticate(issuer.token(subject)) for _ in range(100)))

    assert len({user.id for user in users}) == 1
    assert await balance(users[0].id) == 50
    assert issuer.fetches == 1


async def test_a_new_key_of_the_issuer_is_known_at_once(authenticator, issuer, subject):
    before = await authenticator.authenticate(issuer.token(subject))
    issuer.keys.insert(0, SigningKey("second", ec_key()))

    assert (await authenticator.authenticate(issuer.token(subject))).id == before.id


async def test_without_the_issuer_nobody_is_recognised(authenticator, issuer, subject):
    issuer.status = 500

    with pytest.raises(IdentityProviderUnavailable):
        await authenticator.authenticate(issuer.token(subject))


async def test_an_invalid_token_makes_no_user(authenticator, issuer, subject, database):
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(issuer.token(subject, exp=time.time() - 60))

    assert not await database.reads.fetchval("SELECT count(*) FROM app_user WHERE subject = $1", subject)


async def test_after_deletion_only_a_later_token_gets_in_and_earns_no_second_bonus(
    authenticator, issuer, subject, balance, delete
):
    old, dateless = issuer.token(subject), issuer.token(subject, iat=None)
    first = await authenticator.authenticate(old)
    await delete(first)

    async def old_ones_are_refused():
        for token in (old, dateless):
            with pytest.raises(AccountDeleted):
                await authenticator.authenticate(token)

    await old_ones_are_refused()
    again = await authenticator.authenticate(issuer.token(subject))

    assert again.id != first.id
    assert await balance(again.id) == 0
    await old_ones_are_refused()


async def test_a_token_without_a_date_is_good_until_there_was_a_deletion(authenticator, issuer, subject):
    assert (await authenticator.authenticate(issuer.token(subject, iat=None))).issued_at is None


async def test_an_operator_reaches_a_subject_before_its_first_request(
    authenticator, issuer, subject, balance, database
):
    user_id = await user_of_subject(database, KEYS, ISSUER, subject)
    async with database.transaction() as session:
        await CreditService(session).adjust(user_id, 100, reason="granted")

    assert (await authenticator.authenticate(issuer.token(subject))).id == user_id
    assert await balance(user_id) == 150
    assert await user_of_subject(database, KEYS, ISSUER, subject) == user_id


async def test_an_operator_does_not_open_a_deleted_account(authenticator, issuer, subject, delete, database):
    await delete(await authenticator.authenticate(issuer.token(subject)))

    with pytest.raises(AccountDeleted):
        await user_of_subject(database, KEYS, ISSUER, subject)


async def test_only_admins_pass(authenticator, issuer, subject):
    require_admin(await authenticator.authenticate(issuer.token(subject, role="admin")))
    with pytest.raises(AdminRequired):
        require_admin(await authenticator.authenticate(issuer.token(subject, role="user")))


@pytest.mark.parametrize("header", ["Bearer a.b.c", "bearer a.b.c", "BEARER  a.b.c "])
def test_the_token_is_read_from_the_header(header):
    assert bearer_token(RequestFactory().get(headers={"Authorization": header})) == "a.b.c"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "a.b.c", "Bearera.b.c"])
def test_without_a_bearer_token_nobody_is_known(header):
    headers = {} if header is None else {"Authorization": header}

    with pytest.raises(Unauthenticated):
        bearer_token(RequestFactory().get(headers=headers))


def test_two_tokens_are_none():
    scope = RequestFactory().get().scope | {"headers": [(b"authorization", b"Bearer a.b.c")] * 2}

    with pytest.raises(Unauthenticated):
        bearer_token(Request(scope))
