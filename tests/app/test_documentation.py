import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.errors import MEDIA_TYPE, TITLES
from support.contract import CONTRACT, breaches


@pytest.fixture(scope="module")
def document(stack):
    return httpx.get(stack.base_url + "/openapi.json").raise_for_status().json()


@pytest.fixture(scope="module")
def operations(document):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "put", "post", "delete"}
    }


def test_the_command_writes_what_is_served_without_any_setting(document, tmp_path):
    command = [str(Path(sys.executable).with_name("chat-insights")), "openapi", "api.json"]
    subprocess.run(command, cwd=tmp_path, env={}, check=True)
    assert json.loads((tmp_path / "api.json").read_text()) == document


def successes(operation):
    return [answer for status, answer in operation["responses"].items() if status.startswith("2")]


@pytest.mark.parametrize("wanted", CONTRACT["operations"], ids=lambda wanted: f"{wanted['method']} {wanted['path']}")
def test_the_contract_is_kept(document, wanted):
    assert breaches(document, wanted) == []


def test_each_operation_has_an_id_of_its_own_and_a_summary(operations):
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][A-Za-z]+", operation_id) for operation_id in ids)
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
    assert [name for name, operation in operations.items() if not operation.get("tags")] == []


def test_each_operation_shows_a_success(operations):
    without = [
        name
        for name, operation in operations.items()
        for answer in successes(operation)
        for content in answer.get("content", {}).values()
        if not content.get("examples")
    ]
    assert without == []
    assert [name for name, operation in operations.items() if not successes(operation)] == []


def test_each_error_is_a_problem_with_an_example(operations):
    for name, operation in operations.items():
        for status, answer in operation["responses"].items():
            if not status.startswith(("4", "5")):
                continue
            content = answer["content"]
            if (name, status) == ("GET /health/ready", "503"):  # what is missing is the answer
                assert content.keys() == {"application/json"}
                continue
            assert content.keys() == {MEDIA_TYPE}, (name, status)
            for code, example in content[MEDIA_TYPE]["examples"].items():
                value = example["value"]
                assert (value["status"], value["error_code"], value["title"]) == (
                    int(status),
                    code,
                    TITLES[int(status)],
                )


def test_what_asks_for_a_token_says_that_it_may_be_refused(operations):
    for name, operation in operations.items():
        assert ("401" in operation["responses"]) == bool(operation.get("security")), name
        assert operation.get("security") in (None, [], [{"bearer": []}]), name


def test_each_operation_may_answer_that_it_is_unavailable(operations):
    assert [name for name, operation in operations.items() if "503" not in operation["responses"]] == []


def test_nothing_internal_is_documented(document, operations):
    assert not [name for name in operations if "/saq" in name or "/docs" in name]
    named = {parameter["name"] for operation in operations.values() for parameter in operation.get("parameters", [])}
    assert named.isdisjoint({"task_queues", "state", "session", "user", "resources"})
    assert "TaskQueues" not in document["components"]["schemas"]


async def test_the_pages_load_nothing_from_elsewhere(stack):
    async with stack.anonymous as client:
        page = await client.get("/docs")
        assert page.headers["content-type"].startswith("text/html")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text.split("<body>")[0])
        assert len(loaded) >= 3
        for address in loaded:
            assert address.startswith(("/docs/static/", "data:"))
            if address.startswith("/"):
                assert (await client.get(address)).status_code == 200
