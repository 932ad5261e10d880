"""What Gemini is asked to write of a content: its shape without all that the server fills in.

Left out are numbers, scores with their components and ratings, speakers, times and ids. How many items a list takes is
said in words, and references stay references: Gemini refuses a schema in which bounded lists of objects, or levels that
were written out, exceed a size that it does not document.
"""

from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import inspect

from domain.insights.content import Line

SUMMARY = "summary"
"""The one field of a scored part that is not computed."""


class QuotedLine(msgspec.Struct, kw_only=True):
    """A message as proof."""

    message: Annotated[str, msgspec.Meta(description="The message or a passage of it, copied letter by letter.")]
    positions: Annotated[list[int], msgspec.Meta(description="The number of that one message.")]


@cache
def reply_type(content: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The shape of Gemini's reply for a type's content; what a reply breaks of it, a decoder tells."""
    reply: type[msgspec.Struct] = _asked_of_struct(inspect.type_info(content), {})  # type: ignore[arg-type]
    return reply


@cache
def reply_schema(content: type[msgspec.Struct]) -> dict[str, Any]:
    """The reply's shape as JSON schema of the keywords that Gemini knows."""
    (root,), definitions = msgspec.json.schema_components([reply_type(content)], ref_template="#/$defs/{name}")
    own = definitions.pop(root["$ref"].rpartition("/")[2])
    schema: dict[str, Any] = _plain({**own, "$defs": definitions})
    return schema


def is_scored(kind: inspect.StructType) -> bool:
    return any(field.name == "score" for field in kind.fields)


def _asked(kind: inspect.Type, made: dict[type, Any]) -> Any:  # noqa: ANN401 - an annotation
    """The annotation of what Gemini gives for a field; None when it is not its to give."""
    match kind:
        case inspect.StrType():
            return str
        case inspect.BoolType():
            return bool
        case inspect.LiteralType():
            return Literal[tuple(kind.values)]
        case inspect.ListType():
            item = _asked(kind.item_type, made)
            return Annotated[list[item], msgspec.Meta(description=_length(kind))] if item else None  # type: ignore[valid-type]
        case inspect.StructType():
            return _asked_of_struct(kind, made)
    return None


def _asked_of_struct(kind: inspect.StructType, made: dict[type, Any]) -> Any:  # noqa: ANN401 - as above
    if kind.cls not in made:
        bases: tuple[type[msgspec.Struct], ...] | None = None
        fields = [field for field in kind.fields if field.name == SUMMARY or not is_scored(kind)]
        if issubclass(kind.cls, Line):
            bases = (QuotedLine,)
            fields = [field for field in fields if field.name not in Line.__struct_fields__]
        given = [(field.name, asked) for field in fields if (asked := _asked(field.type, made))]
        empty = bases is None and {name for name, _ in given} <= {"name"}
        made[kind.cls] = None if empty else msgspec.defstruct(kind.cls.__name__, given, bases=bases, kw_only=True)
    return made[kind.cls]


def _length(kind: inspect.ListType) -> str:
    if kind.max_length is not None and kind.min_length == kind.max_length:
        return f"Exactly {kind.max_length} items."
    if kind.max_length is not None:
        return f"{kind.min_length or 0} to {kind.max_length} items."
    return f"At least {kind.min_length} items." if kind.min_length else "Only as many items as the messages support."


def _plain(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # A title is no text where it is a property's name.
    plain = {key: _plain(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    return {"type": "string", **plain} if "enum" in plain else plain
