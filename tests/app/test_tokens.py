import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.jwks import KeyCache
from app.tokens import MAX_TOKEN_BYTES, TokenVerifier
from domain.errors import Unauthenticated
from fakes.issuer import ISSUER, SigningKey, claims, ec_key, rsa_key

RSA = SigningKey("rsa", rsa_key())
EC = SigningKey("ec", ec_key())
NAMELESS = SigningKey(None, ec_key(number=1))
TWINS = (SigningKey("twin", rsa_key(number=1)), SigningKey("twin", rsa_key(number=2)))
WEAK = SigningKey("weak", rsa_key(1024))
ENCRYPTING = SigningKey("encrypting", rsa_key(number=1), {"use": "enc"})
STRANGER = SigningKey("rsa", rsa_key(number=3))
NOW = 1_800_000_000.5


def verifier(*keys, **options):
    async def fetch():
        return json.dumps({"keys": [key.jwk for key in keys or (RSA, EC)]}).encode()

    return TokenVerifier(KeyCache(fetch), issuer=ISSUER, clock=lambda: NOW, **options)


def claimed(**others):
    return claims(now=NOW, **others)


def segment(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header, payload):
    """A token with a valid signature of `rsa` over whatever stands in it."""
    signing_input = f"{segment(header)}.{segment(payload)}"
    signature = jwt.get_algorithm_by_name("RS256").sign(signing_input.encode(), rsa_key())
    return f"{signing_input}.{segment(signature)}"


def unsigned(algorithm):
    return f"{segment({'alg': algorithm, 'typ': 'JWT', 'kid': 'rsa'})}.{segment(claimed())}."


def hmac_with_public_key():
    secret = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = f"{segment({'alg': 'HS256', 'typ': 'JWT', 'kid': 'rsa'})}.{segment(claimed())}"
    return f"{signing_input}.{segment(hmac.new(secret, signing_input.encode(), hashlib.sha256).digest())}"


def altered(token, part, value):
    parts = token.split(".")
    parts[part] = value
    return ".".join(parts)


async def refuses(token, *keys, **options):
    with pytest.raises(Unauthenticated) as refused:
        await verifier(*keys, **options).verify(token)
    return str(refused.value) == Unauthenticated.detail and not refused.value.members


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
async def test_a_valid_token_tells_who_asks(key):
    token = key.sign(claimed(email="ada@example.org", email_verified=True))

    verified = await verifier().verify(token)

    assert verified.issuer == ISSUER
    assert verified.subject == "user_2abc"
    assert verified.issued_at == datetime.fromtimestamp(NOW, UTC)
    assert verified.email == "ada@example.org"
    assert not verified.admin


async def test_only_what_is_needed_must_be_there():
    verified = await verifier().verify(RSA.sign({"iss": ISSUER, "sub": "s", "exp": int(NOW) + 60}, typ=None))

    assert verified.issued_at is None
    assert verified.email is None


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
async def test_the_types_of_access_tokens_are_known(typ):
    assert await verifier().verify(RSA.sign(claimed(), typ=typ))


async def test_a_token_without_a_key_id_is_for_a_key_without_one():
    assert await verifier(RSA, NAMELESS).verify(NAMELESS.sign(claimed()))


class TestSignature:
    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
    async def test_an_unsigned_token_is_refused(self, algorithm):
        assert await refuses(unsigned(algorithm))

    async def test_a_public_key_is_no_secret(self):
        assert await refuses(hmac_with_public_key())

    @pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
    async def test_other_algorithms_of_the_same_key_are_refused(self, algorithm):
        assert await refuses(jwt.encode(claimed(), rsa_key(), algorithm=algorithm, headers={"kid": "rsa"}))

    async def test_other_curves_are_refused(self):
        key = SigningKey("ec384", ec_key(curve=ec.SECP384R1))
        token = jwt.encode(claimed(), key.private, algorithm="ES384", headers={"kid": "ec384"})

        assert await refuses(token, key, RSA)

    async def test_another_key_under_a_known_name_is_refused(self):
        assert await refuses(STRANGER.sign(claimed()))

    async def test_a_key_that_the_token_brings_along_is_not_used(self):
        assert await refuses(STRANGER.sign(claimed(), jwk=STRANGER.jwk, jku="http://127.0.0.1:1/jwks.json"))

    @pytest.mark.parametrize("key", [WEAK, ENCRYPTING, TWINS[0], TWINS[1]])
    @pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
    async def test_a_key_that_is_weak_or_for_something_else_or_ambiguous_is_not_used(self, key):
        assert await refuses(key.sign(claimed()), RSA, WEAK, ENCRYPTING, *TWINS)

    @pytest.mark.parametrize("kid", [None, "", "other"])
    async def test_a_token_must_name_its_key_also_where_there_is_one_only(self, kid):
        assert await refuses(RSA.sign(claimed(), kid=kid), RSA)

    async def test_an_altered_token_is_refused(self):
        token = RSA.sign(claimed())

        assert await refuses(altered(token, 1, segment(claimed(subject="admin"))))
        assert await refuses(altered(token, 0, segment({"alg": "RS256", "kid": "rsa", "typ": "at+jwt"})))
        assert await refuses(altered(token, 2, segment(b"\0" * 256)))
        assert await refuses(altered(token, 2, ""))

    @pytest.mark.parametrize("signature", [b"\0" * 64, b"\xff" * 64, b"\1" * 63, b""])
    async def test_a_signature_of_the_wrong_form_is_refused(self, signature):
        assert await refuses(altered(EC.sign(claimed()), 2, segment(signature)))


async def test_what_cannot_be_a_token_of_the_issuer_does_not_reach_it():
    fetches = []

    async def fetch():
        fetches.append(1)
        return json.dumps({"keys": [RSA.jwk]}).encode()

    offline = TokenVerifier(KeyCache(fetch), issuer=ISSUER)
    for token in ("", "a.b.c", unsigned("none"), hmac_with_public_key(), "x" * (MAX_TOKEN_BYTES + 1)):
        with pytest.raises(Unauthenticated):
            await offline.verify(token)

    assert not fetches


class TestForm:
    @pytest.mark.parametrize(
        "token",
        [
            "",
            ".",
            "..",
            "...",
            "token",
            "a.b.c",
            "é.é.é",
            segment({"alg": "RS256", "kid": "rsa"}),
            f"{segment(b'[1]')}.{segment({})}.",
            f"{segment(b'{')}.{segment({})}.",
            segment(b'{"alg":' + b"[" * 5000) + ".e30.",
            f"{segment({'alg': ['RS256'], 'kid': 'rsa'})}.e30.",
            f"{segment({'kid': 'rsa'})}.e30.",
            f"{segment({'alg': 'RS256', 'kid': ['rsa']})}.e30.",
        ],
    )
    async def test_what_is_no_token_is_refused(self, token):
        assert await refuses(token)

    async def test_further_segments_are_refused(self):
        assert await refuses(RSA.sign(claimed()) + ".e30")

    async def test_an_oversized_token_is_refused_before_anything_is_verified(self):
        token = RSA.sign(claimed(padding="x" * MAX_TOKEN_BYTES))

        assert await refuses(token)

    @pytest.mark.parametrize("typ", ["logout+jwt", "JWE", "dpop+jwt", "secevent+jwt", ""])
    async def test_tokens_for_another_purpose_are_refused(self, typ):
        assert await refuses(signed({"alg": "RS256", "kid": "rsa", "typ": typ}, claimed()))

    @pytest.mark.parametrize(
        "header",
        [{"crit": ["exp"]}, {"crit": []}, {"crit": None}, {"crit": ["b64"], "b64": True}, {"b64": False}],
        ids=repr,
    )
    async def test_extensions_that_must_be_understood_are_refused(self, header):
        assert await refuses(signed({"alg": "RS256", "kid": "rsa", "typ": "JWT"} | header, claimed()))

    @pytest.mark.parametrize(
        "payload", [b"", b"null", b"[]", b"\xff", b'{"iss": NaN}', b'{"a":' + b"[" * 5000, RSA.sign(claims()).encode()]
    )
    async def test_a_payload_that_is_no_object_is_refused(self, payload):
        assert await refuses(signed({"alg": "RS256", "kid": "rsa"}, payload))


class TestClaims:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"iss": None},
            {"iss": f"{ISSUER}/"},
            {"iss": ISSUER.upper()},
            {"iss": [ISSUER]},
            {"sub": None},
            {"sub": ""},
            {"sub": "  "},
            {"sub": "a\0b"},
            {"sub": "x" * 256},
            {"sub": 7},
            {"exp": None},
            {"exp": str(int(NOW) + 60)},
            {"exp": True},
            {"exp": NOW - 31},
            {"nbf": NOW + 31},
            {"nbf": "now"},
            {"iat": NOW + 31},
            {"iat": -1},
            {"iat": 10**400},
            {"iat": "now"},
        ],
        ids=repr,
    )
    async def test_a_wrong_claim_is_refused(self, wrong):
        assert await refuses(signed({"alg": "RS256", "kid": "rsa"}, claims(now=NOW) | wrong))

    @pytest.mark.parametrize("early_or_late", [{"exp": NOW - 29}, {"nbf": NOW + 29}, {"iat": NOW + 29}], ids=repr)
    async def test_clocks_may_differ_by_half_a_minute(self, early_or_late):
        assert await verifier().verify(RSA.sign(claimed(**early_or_late)))

    @pytest.mark.parametrize("aud", ["api", ["other", "api"]], ids=repr)
    async def test_an_audience_in_the_list_is_accepted(self, aud):
        assert await verifier(audience=("web", "api")).verify(RSA.sign(claimed(aud=aud)))

    @pytest.mark.parametrize("aud", [None, "other", "", [], ["other"], "ap", {"api": 1}, [1]], ids=repr)
    async def test_another_audience_is_refused(self, aud):
        assert await refuses(RSA.sign(claimed(aud=aud)), audience=("web", "api"))

    @pytest.mark.parametrize("azp", [None, "", "https://evil.example", ["https://app.example"]], ids=repr)
    async def test_another_authorised_party_is_refused(self, azp):
        assert await refuses(RSA.sign(claimed(azp=azp)), authorized_parties=("https://app.example",))

    @pytest.mark.parametrize("wrong", [{"aud": "other"}, {"azp": "other"}], ids=repr)
    async def test_each_list_that_is_set_must_match(self, wrong):
        lists = {"audience": ("api",), "authorized_parties": ("app",)}

        assert await verifier(**lists).verify(RSA.sign(claimed(aud="api", azp="app")))
        assert await refuses(RSA.sign(claimed(**({"aud": "api", "azp": "app"} | wrong))), **lists)

    @pytest.mark.parametrize(
        "unverified",
        [{}, {"email_verified": False}, {"email_verified": "false"}, {"email_verified": 1}, {"email_verified": "yes"}],
        ids=repr,
    )
    async def test_an_address_that_the_issuer_has_not_verified_is_not_taken(self, unverified):
        verified = await verifier().verify(RSA.sign(claimed(email="ada@example.org", **unverified)))

        assert verified.email is None

    @pytest.mark.parametrize("email", ["ada", "a@b@c", "a b@c", "a@b\n", f"{'a' * 254}@b", 1, ["a@b"]], ids=repr)
    async def test_an_address_that_is_none_does_not_shut_its_owner_out(self, email):
        verified = await verifier().verify(RSA.sign(claimed(email=email, email_verified=True)))

        assert verified.email is None


class TestAdmin:
    @pytest.mark.parametrize("claim", [{"role": "admin"}, {"role": ["editor", "admin"]}], ids=repr)
    async def test_the_claim_that_is_set_makes_an_admin(self, claim):
        token = RSA.sign(claimed(**claim))

        assert (await verifier(admin_claim=("role", "admin")).verify(token)).admin
        assert not (await verifier(admin_claim=("group", "admin")).verify(token)).admin
        assert not (await verifier().verify(token)).admin

    @pytest.mark.parametrize("role", [None, "administrator", "Admin", "", True, {"admin": True}, ["adm"]], ids=repr)
    async def test_another_value_makes_none(self, role):
        token = RSA.sign(claimed(role=role))

        assert not (await verifier(admin_claim=("role", "admin")).verify(token)).admin


async def test_the_clock_is_the_present_time():
    async def fetch():
        return json.dumps({"keys": [RSA.jwk]}).encode()

    present = TokenVerifier(KeyCache(fetch), issuer=ISSUER)

    assert await present.verify(RSA.sign(claims()))
    with pytest.raises(Unauthenticated):
        await present.verify(RSA.sign(claims(now=time.time() - 91)))
