import asyncio
import multiprocessing
import stat
from datetime import UTC, datetime, timedelta

import jwt
import msgspec
import pytest

from app.issuer import LOCAL_ISSUER, issue_local_token, local_source
from app.jwks import IdentityProviderUnavailable, parse_jwks
from app.settings import SettingsError
from app.tokens import build_verifier
from domain.errors import Unauthenticated
from fakes.databases import settings


@pytest.fixture
def local(tmp_path):
    return settings(tmp_path)


def header_of(token):
    return jwt.get_unverified_header(token)


async def test_its_tokens_are_verified_like_any_other(local):
    token = issue_local_token(local, "ada", email="ada@example.org")

    verified = await build_verifier(local).verify(token)

    assert verified.issuer == LOCAL_ISSUER
    assert verified.subject == "ada"
    assert verified.email == "ada@example.org"
    assert not verified.admin
    assert abs(verified.issued_at - datetime.now(UTC)) < timedelta(seconds=10)


async def test_an_admin_is_one(local):
    assert (await build_verifier(local).verify(issue_local_token(local, "ada", admin=True))).admin


async def test_tokens_match_the_settings_that_are_set(tmp_path):
    given = {"AUTH_AUDIENCE": "api,web", "AUTH_AUTHORIZED_PARTIES": "app", "AUTH_ADMIN_CLAIM": "group=staff"}
    local = settings(tmp_path, **given)

    assert (await build_verifier(local).verify(issue_local_token(local, "ada", admin=True))).admin


async def test_a_token_ends(local):
    with pytest.raises(Unauthenticated):
        await build_verifier(local).verify(issue_local_token(local, "ada", lifetime=timedelta(seconds=-31)))


async def test_another_installations_tokens_are_refused(local, tmp_path):
    other = settings(tmp_path / "other")

    with pytest.raises(Unauthenticated):
        await build_verifier(local).verify(issue_local_token(other, "ada"))


async def test_a_second_token_made_at_once_is_later_than_the_first(local):
    verifier = build_verifier(local)
    first, second = [await verifier.verify(issue_local_token(local, "ada")) for _ in range(2)]

    assert first.issued_at < second.issued_at


def test_only_the_owner_can_read_the_key(local):
    issue_local_token(local, "ada")

    directory = local.data_dir / "issuer"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert [path.name for path in directory.iterdir()] == ["key.pem"]
    assert stat.S_IMODE((directory / "key.pem").stat().st_mode) == 0o600


async def test_what_it_publishes_is_public(local):
    document = await local_source(local)()

    assert len(parse_jwks(document)) == 1
    assert set(msgspec.json.decode(document)["keys"][0]) == {"kty", "key_ops", "n", "e", "kid", "use", "alg"}


async def test_a_key_file_that_cannot_be_read_recognises_nobody(local):
    token = issue_local_token(local, "ada")
    (local.data_dir / "issuer" / "key.pem").write_text("not a key")

    with pytest.raises(IdentityProviderUnavailable):
        await build_verifier(local).verify(token)


def test_several_processes_at_once_share_one_key(local):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        tokens = pool.starmap(issue_local_token, [(local, f"user-{number}") for number in range(8)], chunksize=1)

    assert len({header_of(token)["kid"] for token in tokens}) == 1


async def test_several_threads_at_once_share_one_key(local):
    tokens = await asyncio.gather(*(asyncio.to_thread(issue_local_token, local, "ada") for _ in range(20)))

    assert len({header_of(token)["kid"] for token in tokens}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"environment": "production"},
        {"auth_issuer": "https://issuer.example.org", "auth_jwks_url": "https://issuer.example.org/jwks.json"},
    ],
    ids=["production", "another issuer"],
)
def test_it_is_refused_where_it_does_not_belong(local, change):
    elsewhere = msgspec.structs.replace(local, **change)

    with pytest.raises(SettingsError):
        issue_local_token(elsewhere, "ada")
    with pytest.raises(SettingsError):
        local_source(elsewhere)
    assert not (local.data_dir / "issuer").exists()
