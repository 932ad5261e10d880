import importlib

import msgspec
import pytest

from domain.insights.catalogue import CATALOGUE
from domain.insights.gemini_schema import reply_schema, reply_type
from fakes.insights import Content, reply

NAMES = [row.name for category in CATALOGUE.categories for row in category.insight_types]
KEYWORDS = {"$ref", "type", "properties", "required", "items", "enum", "description"}
FILLED_IN = {"score", "components", "speaker", "timestamp", "message_ids"}


def schemas_in(schema):
    """The schema and all that stand in it."""
    yield schema
    for inner in (*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])):
        yield from schemas_in(inner)


@pytest.fixture(params=NAMES)
def schema(request):
    return reply_schema(importlib.import_module(f"domain.insights.types.{request.param}").Content)


def test_every_types_schema_is_written_in_what_gemini_knows(schema):
    parts = [part for root in (schema, *schema["$defs"].values()) for part in schemas_in(root)]

    assert {keyword for part in parts for keyword in part} - {"$defs"} <= KEYWORDS
    for part in parts:
        assert part.keys() == {"$ref"} if "$ref" in part else "type" in part
        assert set(part.get("required", ())) == part.get("properties", {}).keys()
        assert part.get("$ref", "#/$defs/").removeprefix("#/$defs/") in {"", *schema["$defs"]}


def test_every_types_schema_leaves_out_what_the_server_fills_in(schema):
    parts = [part for root in (schema, *schema["$defs"].values()) for part in schemas_in(root)]

    assert not FILLED_IN & {name for part in parts for name in part.get("properties", ())}
    numbers = [part for part in parts if part.get("type") in {"integer", "number"}]
    lists = [part for part in parts if "positions" in part.get("properties", ())]
    assert len(numbers) == len(lists) > 0


def test_bounds_of_lists_are_said_in_words():
    people = reply_schema(Content)["$defs"]["People"]["properties"]["participants"]

    assert people["description"] == "Exactly 2 items."
    assert reply_schema(Content)["properties"]["moments"]["description"] == "1 to 2 items."


def test_a_reply_may_have_lists_of_any_length_but_no_other_shape():
    given = reply()
    given["people"]["participants"] = []
    msgspec.convert(given, reply_type(Content))

    del given["pace"]["assessment"]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, reply_type(Content))
