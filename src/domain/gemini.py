"""Gemini, through Google's own client: how it is reached, and what its failures mean.

Nothing that was sent or answered stands in an error.
"""

from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import regex
from google import genai
from google.genai import errors, types

_T = TypeVar("_T")
_BUSY = {429, 503}
_REFUSALS = {400, 401, 403, 404}
_FINISHED = {None, types.FinishReason.STOP}
_LONGEST_PAUSE_S = 86_400.0
_SECONDS = regex.compile(r"(\d+(?:\.\d+)?)s?")


class GeminiUnavailable(Exception):
    """It did not answer; worth another try."""

    def __init__(self, *, busy: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__()
        self.busy = busy
        self.retry_after_s = retry_after_s
        """After how long, where it said so."""


class GeminiRefused(Exception):
    """It does not accept what it is asked: a key, a model's name or a parameter is wrong."""


class GeminiBlocked(Exception):
    """It gave no text: what was asked or what it would have said was held back."""


class GeminiCutOff(Exception):
    """Its text ran into the limit of its length."""


def build_client(
    api_key: str | None, base_url: str | None, timeout_s: float, retry: types.HttpRetryOptions
) -> genai.Client:
    """The timeout is of a single attempt. Leave 429 and 503 out of `retry`: the client does not read Retry-After."""
    options = types.HttpOptions(base_url=base_url, timeout=int(timeout_s * 1000), retry_options=retry)
    return genai.Client(vertexai=False, api_key=api_key, http_options=options)


async def answered(call: Awaitable[_T]) -> _T:
    """What a call of the client's returns.

    Raises:
        GeminiUnavailable: it did not answer.
        GeminiRefused: it never will.
    """
    try:
        return await call
    except errors.APIError as error:
        raise _translated(error) from None  # its text may quote what was sent
    except Exception:  # noqa: BLE001 - each of the client's transports raises errors of its own
        raise GeminiUnavailable from None


def text_of(response: types.GenerateContentResponse) -> str:
    """The text of a response, without thoughts; it may be empty.

    Raises:
        GeminiBlocked: there is none, or no whole one, by Gemini's own decision.
        GeminiCutOff: it is not whole, for its length.
    """
    candidate = response.candidates[0] if response.candidates else None
    if candidate is not None and candidate.finish_reason == types.FinishReason.MAX_TOKENS:
        raise GeminiCutOff
    if candidate is None or candidate.finish_reason not in _FINISHED:
        raise GeminiBlocked
    parts = (candidate.content.parts if candidate.content else None) or []
    return "".join(part.text or "" for part in parts if not part.thought)


def _translated(error: errors.APIError) -> GeminiRefused | GeminiUnavailable:
    if error.code in _REFUSALS:
        return GeminiRefused()
    return GeminiUnavailable(busy=error.code in _BUSY, retry_after_s=_retry_after(error))


def _retry_after(error: errors.APIError) -> float | None:
    """Seconds from the header or, as Gemini mostly says it, from the body's `google.rpc.RetryInfo`."""
    header = getattr(error.response, "headers", {}).get("retry-after", "")
    for given in (header, *(detail.get("retryDelay", "") for detail in _details(error.details))):
        if isinstance(given, str) and (found := _SECONDS.fullmatch(given)):
            return min(float(found[1]), _LONGEST_PAUSE_S)
    return None


def _details(body: Any) -> Sequence[dict[str, Any]]:  # noqa: ANN401 - whatever stood in the response
    """The `details` of an error's body, if it is of the documented form."""
    error = body.get("error") if isinstance(body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
