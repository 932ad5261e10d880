import asyncio
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from app import jwks
from app.jwks import IdentityProviderUnavailable, JwksError, KeyCache, http_source, parse_jwks
from fakes.issuer import FakeIssuer, SigningKey, ec_key, rsa_key


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def issuer():
    async with FakeIssuer() as issuer:
        yield issuer


@pytest.fixture
async def cache(issuer, clock):
    cache = KeyCache(http_source(issuer.jwks_url), clock)
    yield cache
    await cache.close()


def document(*keys):
    return json.dumps({"keys": [key.jwk if isinstance(key, SigningKey) else key for key in keys]}).encode()


class TestParsing:
    def test_a_key_is_found_by_its_id_and_the_algorithm_it_is_good_for(self):
        keys = parse_jwks(document(SigningKey("r", rsa_key()), SigningKey("e", ec_key())))

        assert set(keys) == {("r", "RS256"), ("e", "ES256")}
        assert keys["r", "RS256"] == rsa_key().public_key()
        assert keys["e", "ES256"] == ec_key().public_key()

    def test_a_key_published_without_an_id_is_there_for_tokens_without_one(self):
        assert set(parse_jwks(document(SigningKey(None, rsa_key())))) == {(None, "RS256")}

    def test_the_private_members_of_a_key_are_not_read(self):
        private = ECAlgorithm.to_jwk(ec_key(), as_dict=True) | {"kid": "e", "key_ops": ["sign", "verify"]}

        assert parse_jwks(document(private))["e", "ES256"] == ec_key().public_key()

    @pytest.mark.parametrize(
        "unusable",
        [
            SigningKey("k", rsa_key(1024)),
            SigningKey("k", rsa_key(), {"use": "enc"}),
            SigningKey("k", rsa_key(), {"alg": "RS512"}),
            SigningKey("k", rsa_key(), {"alg": "ES256"}),
            SigningKey("k", rsa_key(), {"key_ops": ["encrypt"]}),
            SigningKey("k", rsa_key(), {"kid": 1}),
            SigningKey("k", ec_key(curve=ec.SECP384R1)),
            {"kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "HS256"},
            {"kty": "RSA", "kid": "k", "n": "", "e": "AQAB"},
            {"kty": "EC", "kid": "k", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
            {"kty": "EC", "kid": "k", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},
            {"kty": ["RSA"], "kid": "k"},
            "key",
            None,
        ],
    )
    def test_an_unusable_key_is_left_out_and_the_others_are_read(self, unusable):
        keys = parse_jwks(document(unusable, SigningKey("good", ec_key())))

        assert set(keys) == {("good", "ES256")}

    def test_two_keys_with_one_name_are_both_left_out(self):
        twins = (SigningKey("twin", rsa_key()), SigningKey("twin", rsa_key(number=1)))

        assert set(parse_jwks(document(*twins, SigningKey("good", ec_key())))) == {("good", "ES256")}

    @pytest.mark.parametrize(
        "published",
        [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b'{"keys": [1]}', b'{"keys":' + b"[" * 90_000],
    )
    def test_what_holds_no_usable_key_is_refused(self, published):
        with pytest.raises(JwksError):
            parse_jwks(published)


class TestFetching:
    async def test_a_hundred_at_once_share_one_fetch(self, cache, issuer):
        found = await asyncio.gather(*(cache.find("first", "RS256") for _ in range(100)))

        assert all(key == rsa_key().public_key() for key in found)
        assert issuer.fetches == 1

    async def test_keys_are_kept(self, cache, issuer, clock):
        await cache.find("first", "RS256")
        clock.now += 599

        await cache.find("first", "RS256")

        assert issuer.fetches == 1

    async def test_a_caller_who_gives_up_does_not_end_the_fetch_of_the_others(self, cache, issuer):
        issuer.answering.clear()
        first = asyncio.create_task(cache.find("first", "RS256"))
        second = asyncio.create_task(cache.find("first", "RS256"))
        await issuer.asked.wait()

        first.cancel()
        issuer.answering.set()

        assert await second is not None
        assert issuer.fetches == 1

    async def test_old_keys_serve_while_new_ones_are_fetched(self, cache, issuer, clock):
        await cache.find("first", "RS256")
        clock.now += 601
        issuer.keys = [SigningKey("second", ec_key())]
        issuer.answering.clear()
        issuer.asked.clear()

        assert await cache.find("first", "RS256") is not None
        await issuer.asked.wait()
        issuer.answering.set()

        assert await cache.find("second", "ES256") is not None
        assert await cache.find("first", "RS256") is None

    @pytest.mark.parametrize(
        "failure",
        [
            {"status": 500},
            {"status": 404},
            {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}},
            {"body": b"not a key set"},
            {"body": b'{"keys": []}'},
        ],
    )
    async def test_old_keys_serve_while_the_issuer_fails(self, cache, issuer, clock, failure):
        await cache.find("first", "RS256")
        for name, value in failure.items():
            setattr(issuer, name, value)
        clock.now += 601

        assert await cache.find("first", "RS256") is not None
        assert await cache.find("unknown", "RS256") is None
        assert await cache.find("first", "RS256") is not None
        assert issuer.fetches == 2

    async def test_a_failing_issuer_is_asked_again_after_half_a_minute(self, cache, issuer, clock):
        await cache.find("first", "RS256")
        issuer.status = 500
        clock.now += 601
        await cache.find("unknown", "RS256")
        issuer.status, issuer.keys = 200, [SigningKey("second", ec_key())]
        clock.now += 31

        assert await cache.find("second", "ES256") is not None
        assert issuer.fetches == 3

    async def test_without_keys_a_failing_issuer_is_told_and_soon_asked_again(self, cache, issuer, clock):
        issuer.status = 503
        for _ in range(3):
            with pytest.raises(IdentityProviderUnavailable):
                await cache.find("first", "RS256")
        assert issuer.fetches == 1

        issuer.status = 200
        clock.now += 3

        assert await cache.find("first", "RS256") is not None

    async def test_a_document_that_is_too_large_is_not_read(self, cache, issuer):
        issuer.body = issuer.document + b" " * 300_000

        with pytest.raises(IdentityProviderUnavailable):
            await cache.find("first", "RS256")

    async def test_a_hanging_issuer_is_given_up(self, cache, issuer, monkeypatch):
        monkeypatch.setattr(jwks, "FETCH_TIMEOUT_S", 0.2)
        issuer.answering.clear()

        with pytest.raises(IdentityProviderUnavailable):
            await cache.find("first", "RS256")

    async def test_an_issuer_that_is_not_there_is_told(self, clock):
        async with FakeIssuer() as gone:
            url = gone.jwks_url
        with pytest.raises(IdentityProviderUnavailable):
            await KeyCache(http_source(url), clock).find("first", "RS256")


class TestRotation:
    async def test_a_key_that_is_not_known_yet_is_fetched(self, cache, issuer):
        await cache.find("first", "RS256")
        issuer.keys.append(SigningKey("second", ec_key()))

        assert await cache.find("second", "ES256") == ec_key().public_key()
        assert issuer.fetches == 2

    async def test_unknown_keys_cause_one_fetch_in_a_cool_down(self, cache, issuer, clock):
        await cache.find("first", "RS256")

        await asyncio.gather(*(cache.find(f"unknown-{number}", "RS256") for number in range(100)))
        await cache.find("unknown", "RS256")
        assert issuer.fetches == 2

        clock.now += 31
        await cache.find("unknown", "RS256")
        assert issuer.fetches == 3

    async def test_an_unknown_key_at_the_first_fetch_is_not_looked_for_twice(self, cache, issuer):
        assert await cache.find("unknown", "RS256") is None
        assert issuer.fetches == 1

    async def test_a_key_is_not_used_for_another_algorithm(self, cache):
        assert await cache.find("first", "ES256") is None
