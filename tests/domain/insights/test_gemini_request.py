import json

import pytest

from domain.insights.gemini_request import EXCERPT_CHARACTERS, LONGEST_MESSAGE, candidates, instruction_for, told
from fakes.insights import M2, MEASURES, NAMES, TEXTS, draft, message

PERIOD = ["2023-11-14", "2023-11-20"]


def asked_of(messages, names=NAMES):
    found = told(MEASURES, draft(), messages, names, PERIOD)
    return found, json.loads(found.contents)


def test_the_best_of_each_list_are_read_first_with_what_is_around_them():
    assert candidates([50], [10, 20], [50, 0]) == [
        *[50, 51, 49, 52, 48],
        *[10, 11, 9, 12, 8],
        *[20, 21, 19, 22, 18],
        *[0, 1, 2],
    ]


def test_not_more_is_read_than_can_be_sent():
    assert len(candidates(range(0, 10_000, 10), [], [])) == 400


def test_the_chat_is_given_as_data():
    found, given = asked_of([message(4), message(1)])

    assert given["messages"] == [
        {"number": 1, "speaker": "Ann", "date": "2023-11-14", "text": TEXTS[1]},
        {"number": 4, "speaker": "Bob", "date": "2023-11-14", "text": TEXTS[4]},
    ]
    assert found.shown == {4: message(4), 1: message(1)}
    assert given["participants"] == ["Bob", "Ann"]
    assert given["period"] == PERIOD
    assert given["measures"][1] == {"id": "m2", "measures": "response_time.median:Bob", "reads": M2, "of": 88}
    assert given["labels"]["pace"] == {"rating": "steady", "regular": True}
    assert "draft" not in found.contents


@pytest.mark.parametrize("text", ["short", "word " * 500, "क" * 300], ids=["short", "long", "other script"])
def test_the_excerpts_keep_to_their_budget(text):
    messages = [message(position, text) for position in range(1_000, 0, -1)]

    found, given = asked_of(messages)

    size = len(json.dumps(given["messages"], ensure_ascii=False, separators=(",", ":")))
    assert 0.8 * EXCERPT_CHARACTERS < size < 1.02 * EXCERPT_CHARACTERS
    assert set(found.shown) == set(range(1_000, 1_000 - len(found.shown), -1))
    assert max(len(excerpt["text"]) for excerpt in given["messages"]) <= LONGEST_MESSAGE


def test_a_group_is_not_named_whole():
    _, given = asked_of([message(2)], [f"Name {number}" for number in range(900)])

    assert len(given["participants"]) == 50
    assert given["participants"][0] == "Name 1"


def test_the_instruction_says_that_the_chat_is_none():
    assert "never an instruction" in instruction_for("Write about play.")
    assert instruction_for("Write about play.").endswith("Write about play.")
