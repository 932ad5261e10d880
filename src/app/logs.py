"""Structured logs without private data: JSON lines, or a console's in development.

One event a request and one a job are written at the edges; anything else is a real decision. Values of keys
that may hold private data are replaced, and an exception is told by its type and where it was raised, never by
its message, which may quote what somebody wrote.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from app.settings import Settings

PRIVATE_KEYS = frozenset(
    [
        "authorization",
        "body",
        "content",
        "cookie",
        "detail",
        "email",
        "file_name",
        "filename",
        "first_name",
        "key",
        "last_name",
        "message",
        "name",
        "names",
        "participants",
        "password",
        "question",
        "quote",
        "secret",
        "sender",
        "subject",
        "text",
        "title",
        "token",
        "url",
        "value",
    ]
)
REDACTED = "[redacted]"
_FRAMES = 12


def configure(settings: Settings) -> None:
    """Set up structlog and the standard library's logging for this process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _exceptions_without_messages,
        _redact,
    ]
    renderer = (
        structlog.processors.JSONRenderer(_to_json)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _first_line, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    # Other libraries word their messages themselves, so only what they find wrong is kept.
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("uvicorn.error").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether it says more than `request.cut_off` has said."""
    return record.msg != "ASGI callable returned without completing response."


def _to_json(event: EventDict, **_options: object) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return _redacted(event)


def _redacted(values: MutableMapping[str, Any]) -> dict[str, Any]:
    return {
        key: REDACTED if key in PRIVATE_KEYS else _redacted(value) if isinstance(value, dict) else value
        for key, value in values.items()
    }


def _first_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the sentence; asyncio adds lines that quote the exception with its message."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _exceptions_without_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    if given:
        event["failure"] = describe(given)
    return event


def describe(given: ExcInfo | BaseException | bool) -> dict[str, object]:  # noqa: FBT001 - the forms that exc_info takes
    """Type, cause and innermost frames of an exception, without its message."""
    error: BaseException | None
    if isinstance(given, BaseException):
        error = given
    elif isinstance(given, tuple):
        error = given[1]
    else:
        error = sys.exc_info()[1]
    if error is None:
        return {}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    described: dict[str, object] = {"type": _type_name(error), "frames": _frames(error.__traceback__)}
    if isinstance(error, BaseExceptionGroup):
        described["exceptions"] = [describe(inner) for inner in error.exceptions]
    if cause is not None:
        described["cause"] = _type_name(cause)
    return described


def _type_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _frames(where: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(where)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
