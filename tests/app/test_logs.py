import json
import subprocess
import sys

import pytest

SECRET = "what somebody wrote"
PROGRAM = """
import asyncio, gc, logging, sys
from types import SimpleNamespace
import structlog
from app import logs

logs.configure(SimpleNamespace(log_format=sys.argv[1], log_level=sys.argv[2]))
log = structlog.get_logger()
SECRET = "what somebody wrote"


def fail():
    raise ValueError(SECRET)


"""


def logged(body, log_format="json", level="INFO"):
    arguments = [sys.executable, "-c", PROGRAM + body, log_format, level]
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=60).stdout


def events(body, **options):
    return [json.loads(line) for line in logged(body, **options).splitlines()]


EXCEPTIONS = """
try:
    fail()
except ValueError:
    log.exception("caught")
    logging.getLogger("library").exception("caught too")
try:
    try:
        fail()
    except ValueError as error:
        raise KeyError(SECRET) from error
except KeyError as error:
    log.warning("given", exc_info=error)
log.warning("group", exc_info=ExceptionGroup(SECRET, [ValueError(SECRET), TypeError(SECRET)]))
"""


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_an_exception_is_told_without_its_message(log_format):
    out = logged(EXCEPTIONS, log_format)
    assert SECRET not in out
    assert out.count("builtins.ValueError") == 4
    assert "fail" in out


def test_an_exception_is_told_by_type_place_and_cause():
    caught, library, given, group = events(EXCEPTIONS)
    assert caught["failure"]["type"] == library["failure"]["type"] == "builtins.ValueError"
    assert caught["failure"]["frames"][-1].endswith(" fail")
    assert (given["failure"]["type"], given["failure"]["cause"]) == ("builtins.KeyError", "builtins.ValueError")
    assert [inner["type"] for inner in group["failure"]["exceptions"]] == ["builtins.ValueError", "builtins.TypeError"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_values_that_may_be_private_are_replaced_wherever_they_stand(log_format):
    body = 'log.info("job", email=SECRET, nested={"deeper": {"token": SECRET, "attempt": 2}}, attempt=1)'
    out = logged(body, log_format)
    assert SECRET not in out
    assert out.count("[redacted]") == 2
    if log_format == "json":
        event = json.loads(out)
        assert (event["attempt"], event["nested"]["deeper"]["attempt"]) == (1, 2)


def test_other_libraries_are_heard_when_something_is_wrong_and_only_then():
    [event] = events("""
logging.getLogger("library").info("chatter")
logging.getLogger("library").warning("wrong: %s", 3)
""")
    assert (event["event"], event["logger"], event["level"]) == ("wrong: 3", "library", "warning")


def test_what_asyncio_says_of_a_lost_task_does_not_quote_its_exception():
    out = logged("""
async def lose_a_task():
    async def failing():
        fail()
    task = asyncio.create_task(failing())
    await asyncio.sleep(0)
    del task
    gc.collect()

asyncio.run(lose_a_task())
""")
    event = json.loads(out)
    assert event["event"] == "Task exception was never retrieved"
    assert event["failure"]["type"] == "builtins.ValueError"
    assert SECRET not in out


def test_events_below_the_level_are_left_out():
    assert [event["event"] for event in events('log.info("low"); log.error("high")', level="WARNING")] == ["high"]
