"""One request to Gemini for an insight, patient within a limit."""

import asyncio
from collections.abc import Sequence
from typing import Any

from google.genai import types

from domain.gemini import GeminiUnavailable, answered, build_client
from domain.retrieval.options import AnswererOptions

_PAUSES_S = (1.0, 4.0)
"""Before each further attempt, where Gemini does not say how long."""
_LONGEST_PAUSE_S = 30.0
_TEMPERATURE = 0.2
_OUTPUT_TOKENS = 32_768
"""Thoughts count too."""


class GeminiWriter:
    def __init__(self, options: AnswererOptions, timeout_s: float) -> None:
        """`timeout_s` is for a request with its pauses and further attempts."""
        self.model = options.model
        self._timeout_s = timeout_s
        once = types.HttpRetryOptions(attempts=1)
        self._client = build_client(options.api_key, options.base_url, timeout_s, once)

    async def write(
        self, instruction: str, contents: Sequence[str], schema: dict[str, Any]
    ) -> types.GenerateContentResponse:
        """Gemini's response, whatever it is.

        Raises:
            GeminiUnavailable: it did not answer, or wants a longer pause than a request can wait.
            GeminiRefused: it never will answer this.
        """
        config = types.GenerateContentConfig(
            system_instruction=instruction,
            temperature=_TEMPERATURE,
            max_output_tokens=_OUTPUT_TOKENS,
            response_mime_type="application/json",
            response_json_schema=schema,
        )
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                return await self._patiently([*contents], config, limit)
        except TimeoutError:
            raise GeminiUnavailable from None

    async def close(self) -> None:
        await self._client.aio.aclose()

    async def _patiently(
        self, contents: list[str], config: types.GenerateContentConfig, limit: asyncio.Timeout
    ) -> types.GenerateContentResponse:
        for pause_s in _PAUSES_S:
            try:
                return await self._once(contents, config)
            except GeminiUnavailable as failure:
                wait_s = pause_s if failure.retry_after_s is None else failure.retry_after_s
                left_s = (limit.when() or 0) - asyncio.get_running_loop().time()
                if wait_s > min(_LONGEST_PAUSE_S, left_s):
                    raise
            await asyncio.sleep(wait_s)
        return await self._once(contents, config)

    async def _once(self, contents: list[str], config: types.GenerateContentConfig) -> types.GenerateContentResponse:
        models = self._client.aio.models
        return await answered(models.generate_content(model=self.model, contents=[*contents], config=config))
