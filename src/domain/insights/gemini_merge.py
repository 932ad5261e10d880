"""What a reply of Gemini's becomes: a content whose numbers, labels and names are ours, and whose lines are proven.

A part that has a place for proof, and nothing there that holds, is the draft's or is gone; so is a suggestion that
names no measure. Labels that the analyst computed stand. A text of which nothing holds gives way to the draft's.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, cast

import msgspec
from msgspec import inspect

from domain.insights.content import Line
from domain.insights.gemini_prose import Prose
from domain.insights.proof import ChatLines, Unproven, distinct, lines_of, validated

_T = TypeVar("_T", bound=msgspec.Struct)
_LEAST_HELD = 0.5
"""The share of a reply's lines that has to stand in the chat if anything that it says is to be believed."""
_PEOPLE = (
    "initiator",
    "directed_at",
    "proactive_participant",
    "primary_decision_maker",
    "primary_driver",
    "primary_giver",
)
_ANYBODY = {"both", "everyone", "nobody", "unclear"}
_LABELS = (
    *_PEOPLE,
    "rating",
    "level",
    "frequency",
    "status",
    "intensity",
    "severity",
    "confidence",
    "timeframe",
    "language",
    "match_type",
)
"""How the names of computed fields end; Gemini gives those where the draft has nothing in their place."""
_TARGETS = {"target", "target_participants"}
_SUGGESTION = "suggestion"
_WORDS_TO_SAY = ("example", "examples", "phrases", "messages", "starter", "starters", "prompt")


def merge(
    content_type: type[_T], reply: msgspec.Struct, draft: _T, lines: ChatLines, prose: Prose, names: Sequence[str]
) -> _T:
    """The content that a reply and the analyst's proven draft make together; `names` are the participants'.

    Raises:
        Unproven: too little of the reply holds.
    """
    return _Merge(lines, prose, names).content(content_type, reply, draft)


def labels_of(draft: object) -> Any:  # noqa: ANN401 - any part of a content, as JSON
    """What of a draft Gemini is told: its labels and whose they are, no prose and no lines; None if it has none."""
    if isinstance(draft, list):
        return [told for item in draft if (told := labels_of(item))] or None
    if isinstance(draft, Line) or not isinstance(draft, msgspec.Struct):
        return None
    told = {}
    for field in draft.__struct_fields__:
        value = getattr(draft, field)
        if isinstance(value, bool) or (isinstance(value, str) and (field == "name" or _is_label(field))):
            told[field] = value
        elif (found := labels_of(value)) is not None:
            told[field] = found
    return told if told.keys() - {"name"} else None


class _Merge:
    def __init__(self, lines: ChatLines, prose: Prose, names: Sequence[str]) -> None:
        self._lines = lines
        self._prose = prose
        self._names = {name.strip().casefold(): name for name in names}
        self._given = 0
        self._held = 0

    def content(self, content_type: type[_T], reply: msgspec.Struct, draft: _T) -> _T:
        kind = inspect.type_info(content_type)
        merged = self._struct(kind, reply, draft, is_root=True)
        is_quoting = any(True for _ in lines_of(draft))
        enough = max(_LEAST_HELD * self._given, int(is_quoting))
        if merged is None or merged == draft or self._held < enough:
            raise Unproven
        content: _T = validated(merged)
        return content

    def _struct(self, kind: Any, reply: Any, draft: Any, *, is_root: bool = False) -> Any:  # noqa: ANN401 - any part
        """A part made of both; the draft's where the reply has none; None where it cannot be filled."""
        if reply is None:
            return draft
        if issubclass(kind.cls, Line):
            return self._line(kind, reply)
        found = {}
        for field in kind.fields:
            given, own = getattr(reply, field.name, None), getattr(draft, field.name, None)
            value = own if given is None else self._field(kind, field, given, own)
            if value is None and is_root:
                value = own
            if value is None:
                return None
            found[field.name] = value
        merged = kind.cls(**found)
        return merged if self._may_be_suggested(merged) else None

    def _field(self, owner: inspect.StructType, field: inspect.Field, given: Any, own: Any) -> Any:  # noqa: ANN401
        match field.type:
            case inspect.StructType():
                merged = self._struct(field.type, given, own)
                return own if merged is None else merged
            case inspect.ListType():
                return self._list(owner, field, given, own)
            case inspect.StrType():
                return self._said(owner, field.name, given, own)
            case inspect.BoolType() if _has_place_for_proof(owner):
                return given
        return given if own is None else own

    def _list(self, owner: inspect.StructType, field: inspect.Field, given: list[Any], own: Any) -> Any:  # noqa: ANN401
        kind: Any = field.type
        if isinstance(kind.item_type, inspect.StructType):
            return self._parts(field, given, own)
        if field.name in _TARGETS:
            return [name for one in given if (name := self._participant(one))] or (None if given else [])
        return [text for one in given if (text := self._text(owner, field.name, one))] or own or []

    def _parts(self, field: inspect.Field, given: list[Any], own: list[Any] | None) -> list[Any] | None:
        kind: Any = field.type
        if any(part.name == "name" for part in kind.item_type.fields):
            found = self._by_name(kind.item_type, given, own or [])
        else:
            merged = (self._struct(kind.item_type, one, None) for one in given)
            found = [part for part in merged if part is not None]
        found = distinct(found)[: kind.max_length]
        if field.name == "exchange":
            found.sort(key=lambda line: line.positions)
        proves = _has_place_for_proof(kind)
        if len(found) >= (kind.min_length or int(proves or bool(given))):
            return found
        return None if proves else own

    def _by_name(self, kind: inspect.StructType, given: list[Any], own: list[Any]) -> list[Any]:
        """Of each participant the reply's part, else the draft's."""
        ours = {one.name: one for one in own}
        theirs = {name: one for one in given if (name := self._participant(one.name))}
        merged = (
            self._struct(kind, theirs.get(name), ours.get(name)) or ours.get(name)
            for name in dict.fromkeys([*ours, *theirs])
        )
        return [one for one in merged if one is not None]

    def _line(self, kind: inspect.StructType, given: Any) -> Line | None:  # noqa: ANN401 - as above
        own = [field for field in kind.cls.__struct_fields__ if field not in Line.__struct_fields__]
        texts = {field: self._prose.checked(getattr(given, field)) for field in own}
        line: Line = cast("Any", kind.cls)(message=given.message, positions=given.positions, **texts)
        proven = self._lines.proven(line) if given.message.strip() else None
        self._given += 1
        self._held += proven is not None
        return proven if all(texts.values()) else None

    def _said(self, owner: inspect.StructType, name: str, given: str, own: str | None) -> str | None:
        if name == "name":
            return own or self._participant(given)
        if _is_label(name) and own is not None:
            return own
        if name in _PEOPLE:
            return self._participant(given) or (given if given in _ANYBODY else None)
        return self._text(owner, name, given) or own

    def _text(self, owner: inspect.StructType, name: str, given: str) -> str:
        suggests = name.endswith(_WORDS_TO_SAY) or any(field.name == _SUGGESTION for field in owner.fields)
        return self._prose.checked(given, quotes_the_chat=not suggests)

    def _may_be_suggested(self, part: msgspec.Struct) -> bool:
        return not hasattr(part, _SUGGESTION) or any(self._prose.names_a_measure(text) for text in _texts(part))

    def _participant(self, name: str) -> str | None:
        return self._names.get(name.strip().casefold())


def _is_label(field: str) -> bool:
    return field.endswith(_LABELS)


def _has_place_for_proof(kind: Any) -> bool:  # noqa: ANN401 - any type of a field
    """Whether lines stand in it, directly or in the items of its lists."""
    match kind:
        case inspect.ListType():
            item = kind.item_type
            return isinstance(item, inspect.StructType) and (issubclass(item.cls, Line) or _has_place_for_proof(item))
        case inspect.StructType():
            return any(
                isinstance(field.type, inspect.ListType) and _has_place_for_proof(field.type) for field in kind.fields
            )
    return False


def _texts(part: msgspec.Struct) -> Iterator[str]:
    for field in part.__struct_fields__:
        value = getattr(part, field)
        yield from [value] if isinstance(value, str) else filter(lambda item: isinstance(item, str), value or ())
