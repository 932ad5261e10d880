import httpx
import pytest
from google.genai import errors

from domain.gemini import GeminiUnavailable, answered


async def failing(status, headers):
    body = {"error": {"code": status, "message": "No.", "status": "NO"}}
    raise errors.APIError(status, body, httpx.Response(status, headers=headers, json=body))


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(("said", "meant"), [("7", 7), ("99999999999999999999", 86_400), ("soon", None), (None, None)])
async def test_when_to_come_again_is_taken_from_every_failure_up_to_a_day(status, said, meant):
    headers = {} if said is None else {"Retry-After": said}
    with pytest.raises(GeminiUnavailable) as raised:
        await answered(failing(status, headers))
    assert raised.value.retry_after_s == meant
