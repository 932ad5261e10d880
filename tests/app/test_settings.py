import ast
import base64
import re
from pathlib import Path

import pytest

import app.settings
from app.settings import RUN_FILE, SettingsError, load

EXAMPLE = Path(__file__).parents[2] / ".env.example"
KEY = base64.b64encode(bytes(range(32))).decode()
NEEDED = {
    "DATABASE_URL": "postgresql://user:secret@db/chats",
    "REDIS_URL": "redis://redis:6379/0",
    "QDRANT_URL": "http://qdrant:6333",
    "BLOB_URL": "s3://bucket/prefix",
    "MASTER_KEY": KEY,
}
PRODUCTION = NEEDED | {
    "ENVIRONMENT": "production",
    "AUTH_ISSUER": "https://issuer.example.org",
    "AUTH_JWKS_URL": "https://issuer.example.org/jwks.json",
    "AUTH_AUDIENCE": "chat-insights",
}
MALFORMED = [
    ("ENVIRONMENT", "staging"),
    ("PORT", "http"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_FORMAT", "xml"),
    ("DATABASE_URL", "mysql://user:secret@db/chats"),
    ("DATABASE_URL", "secret"),
    ("DATABASE_POOL_SIZE", "0"),
    ("DATABASE_POOL_SIZE", "-1"),
    ("REDIS_URL", "http://secret"),
    ("QDRANT_URL", "qdrant:6333"),
    ("BLOB_URL", "/var/secret"),
    ("MASTER_KEY", "secret"),
    ("MASTER_KEY", KEY[:-4]),
    ("MASTER_KEY", f"{KEY},secret"),
    ("MASTER_KEY", ","),
    ("AUTH_JWKS_URL", "file:///secret"),
    ("AUTH_ADMIN_CLAIM", "admin"),
    ("AUTH_ADMIN_CLAIM", "=secret"),
    ("MAX_UPLOAD_MB", "1.5"),
    ("IMPORT_TIMEOUT_S", "soon"),
    ("IMPORT_MEMORY_MB", "0"),
    ("SWEEP_INTERVAL_S", "1e3"),
    ("STRIPE_BASE_URL", "secret"),
    ("RAZORPAY_BASE_URL", "ftp://secret"),
]


def load_from(tmp_path, environ):
    return load({"DATA_DIR": str(tmp_path)} | environ)


def example():
    """Each variable of the example with its value and the comment above it."""
    found = re.findall(r"^((?:#.*\n)+)([A-Z][A-Z0-9_]*)=(.*)$", EXAMPLE.read_text(), re.MULTILINE)
    return {name: (value, comment) for comment, name, value in found}


def variables_that_are_read():
    calls = [
        node for node in ast.walk(ast.parse(Path(app.settings.__file__).read_text())) if isinstance(node, ast.Call)
    ]
    readers = [call for call in calls if ast.unparse(call.func) in {"read", "read.optional"}]
    return {call.args[0].value for call in readers}


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_variable_is_named(tmp_path, name):
    for environ in ({key: value for key, value in NEEDED.items() if key != name}, NEEDED | {name: ""}):
        with pytest.raises(SettingsError, match=f"^{name} is missing$"):
            load_from(tmp_path, environ)


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_variable_is_named_and_its_value_is_not(tmp_path, name, value):
    with pytest.raises(SettingsError, match=f"^{name} is malformed: ") as caught:
        load_from(tmp_path, NEEDED | {name: value})
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("without", "changed", "named"),
    [
        ("AUTH_ISSUER", {}, "AUTH_ISSUER"),
        ("AUTH_JWKS_URL", {}, "AUTH_JWKS_URL"),
        ("AUTH_AUDIENCE", {}, "AUTH_AUDIENCE or AUTH_AUTHORIZED_PARTIES"),
        (None, {"MASTER_KEY": base64.b64encode(bytes(32)).decode()}, "MASTER_KEY"),
        (None, {"MASTER_KEY": f"{KEY},{base64.b64encode(bytes(32)).decode()}"}, "MASTER_KEY"),
    ],
)
def test_production_refuses_what_is_for_development(tmp_path, without, changed, named):
    environ = {name: value for name, value in PRODUCTION.items() if name != without} | changed
    with pytest.raises(SettingsError, match=f"^{named} is "):
        load_from(tmp_path, environ)


@pytest.mark.parametrize("given", ["RAZORPAY_KEY_ID", "RAZORPAY_KEY_SECRET"])
def test_half_of_a_pair_of_keys_is_refused(tmp_path, given):
    with pytest.raises(SettingsError, match="RAZORPAY_KEY_ID and RAZORPAY_KEY_SECRET are needed together"):
        load_from(tmp_path, NEEDED | {given: "secret"})


def test_production_starts_with_all_of_it(tmp_path):
    settings = load_from(tmp_path, PRODUCTION)
    assert not settings.local_issuer
    assert settings.auth_audience == ("chat-insights",)


def test_a_stack_that_runs_here_fills_in_what_is_not_given_but_never_in_production(tmp_path):
    lines = [f"{name}={value}\n" for name, value in (NEEDED | {"PORT": "9000", "LOG_LEVEL": "ERROR"}).items()]
    (tmp_path / RUN_FILE).write_text("".join(lines))
    settings = load_from(tmp_path, {"PORT": "9001"})
    assert (settings.port, settings.log_level, settings.redis_url) == (9001, "ERROR", NEEDED["REDIS_URL"])
    with pytest.raises(SettingsError, match="DATABASE_URL is missing"):
        load_from(tmp_path, {"ENVIRONMENT": "production"})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_each_spelling_of_a_database_serves_both_drivers(tmp_path, scheme):
    settings = load_from(tmp_path, NEEDED | {"DATABASE_URL": f"{scheme}://user:secret@db/chats"})
    assert settings.database_url == "postgresql+asyncpg://user:secret@db/chats"
    assert settings.postgres_dsn == "postgresql://user:secret@db/chats"


def test_lists_are_split_at_commas_and_keys_are_kept_in_order(tmp_path):
    other = base64.b64encode(bytes(range(1, 33))).decode()
    given = {"CORS_ORIGINS": "https://a.org, https://b.org,", "MASTER_KEY": f"{KEY}, {other}"}
    settings = load_from(tmp_path, NEEDED | given | {"AUTH_ADMIN_CLAIM": "role=admin"})
    assert settings.cors_origins == ("https://a.org", "https://b.org")
    assert settings.master_key == (bytes(range(32)), bytes(range(1, 33)))
    assert settings.auth_admin_claim == ("role", "admin")


def test_the_example_holds_exactly_the_variables_that_are_read_each_with_a_sentence():
    assert example().keys() == variables_that_are_read()
    assert all(comment.startswith("# ") and comment.rstrip().endswith(".") for _, comment in example().values())


def test_the_example_is_accepted_in_development_and_its_key_refused_in_production():
    environ = {name: value for name, (value, _) in example().items()}
    assert load(environ).environment == "development"
    with pytest.raises(SettingsError, match="MASTER_KEY is the example"):
        load(environ | {name: value for name, value in PRODUCTION.items() if name not in NEEDED})
