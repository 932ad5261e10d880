"""Drafts of the local analyst, and what must hold of every one of them."""

import re
from functools import cache

import msgspec

from app.sample import CHAT
from domain.chats.importing.options import ImportOptions
from domain.chats.importing.reader import read_export
from domain.chats.lookup import QuotedMessage
from domain.chats.transcript import SYSTEM_SENDER, Flag
from domain.insights.analyst.measures import said
from domain.insights.analyst.run import draft, read
from domain.insights.analyst.view import View
from domain.insights.content import Component, Line
from domain.insights.proof import ChatLines, lines_of, prove
from domain.insights.types import KINDS

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ALWAYS_SAID = {"95", "100"}  # the interval, and the hundred that rates are given for


@cache
def sample():
    """The sample chat, read."""
    return read(read_export(CHAT, ImportOptions()))


def drafted(insight_type, tagged, found=()):
    """The draft of a type, with its content read; None where there is none."""
    kind = KINDS[insight_type]
    made = draft(View(tagged, found), kind)
    return made, None if made.content is None else msgspec.json.decode(made.content, type=kind.content)


def described(insight_type, tagged):
    """The read chat, its draft and the draft's content."""
    return tagged, *drafted(insight_type, tagged)


def measured(made):
    """The measures of a draft by their names."""
    return {measure.name: measure for measure in made.basis.measures}


def texts(tagged, lines):
    """What the first messages of lines say."""
    return [tagged.transcript.texts[line.positions[0]] for line in lines]


def exchanged(tagged, exchanges):
    """The same of every line of exchanges."""
    return [texts(tagged, shown.exchange) for shown in exchanges]


def proven(content, transcript):
    """The content as the proof leaves it, every quotable message of the chat being at hand."""
    messages = {
        position: QuotedMessage(None, position, transcript.times[position], sender, transcript.texts[position])
        for position, sender in enumerate(transcript.senders)
        if sender != SYSTEM_SENDER and not transcript.flags[position] & Flag.PLACEHOLDER
    }
    for message_id, message in enumerate(messages.values()):
        messages[message.position] = msgspec.structs.replace(message, id=f"{message_id:032x}")
    return prove(content, ChatLines(messages, transcript.participants, utc=transcript.utc))


def quoted(content):
    """The positions of all lines, in their order."""
    return [position for line in lines_of(content) for position in line.positions]


def unpublished_numbers(made, content, names):
    """Numbers that stand in the prose of a content and in none of its measures."""
    published = {number for measure in made.basis.measures for number in _NUMBER.findall(said(measure))}
    told = set()
    for text in _prose(content):
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "")  # noqa: PLW2901 - a name may hold a number
        told.update(_NUMBER.findall(text))
    return told - published - _ALWAYS_SAID


def _prose(value):
    if isinstance(value, Component):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _prose(item)
    elif isinstance(value, msgspec.Struct):
        filled_in = Line.__struct_fields__ if isinstance(value, Line) else ()
        for field in value.__struct_fields__:
            if field not in filled_in:
                yield from _prose(getattr(value, field))
