from typing import Annotated

import msgspec
import pytest

from domain.insights.content import Exchange, Line, Quote
from domain.insights.proof import MAX_QUOTE, ChatLines, Unproven, lines_of, prove, quoted_positions
from domain.retrieval.claims import find_quote
from fakes.insights import NAMES, TEXTS, at, draft, message, stored


class Part(msgspec.Struct, kw_only=True):
    claim: str
    evidence: list[Line]


class Whole(msgspec.Struct, kw_only=True):
    part: Part
    quotes: Annotated[list[Quote], msgspec.Meta(min_length=1)]
    exchanges: list[Exchange] = []


def lines(texts=TEXTS):
    return ChatLines(stored(texts), NAMES, utc=False)


def whole(part=({"positions": [1]},), quotes=({"positions": [2]},), exchanges=()):
    return Whole(
        part=Part(claim="It is so.", evidence=[Line(**line) for line in part]),
        quotes=[Quote(context="Here", **quote) for quote in quotes],
        exchanges=[Exchange(context="There", exchange=list(exchange)) for exchange in exchanges],
    )


def test_a_line_is_filled_in_from_its_message():
    proven = lines().proven(Line(message="it's  FORTY euros", positions=[1, 2], speaker="Ann", timestamp="2001"))

    assert proven == Line(
        message="it’s forty euros",
        speaker="Bob",
        timestamp="2023-11-14T22:15:20",
        message_ids=[message(2).id],
        positions=[2],
    )


def test_a_time_of_utc_is_said_to_be():
    assert ChatLines(stored(), NAMES, utc=True).proven(at(2)).timestamp == "2023-11-14T22:15:20Z"


@pytest.mark.parametrize(
    ("words", "shown"),
    [("", TEXTS[3]), ("  ", TEXTS[3]), (TEXTS[3], TEXTS[3]), ("find the best", "find the best")],
)
def test_a_line_without_words_shows_its_message(words, shown):
    assert lines().proven(Line(message=words, positions=[3])).message == shown


@pytest.mark.parametrize(
    "line",
    [
        Line(message="I never said so", positions=[3]),
        Line(message="You always find", positions=[1]),
        Line(message="ways find", positions=[3]),
        Line(message="so", positions=[7]),
        Line(message="", positions=[99]),
        Line(message="You always find"),
        Line(message="", positions=[8]),
        Line(message="", positions=[9]),
    ],
    ids=str,
)
def test_what_does_not_stand_in_its_message_is_no_line(line):
    stored_lines = stored({**TEXTS, 7: "so it is", 8: "   "})
    stored_lines[9] = msgspec.structs.replace(message(1), sender=5)

    assert ChatLines(stored_lines, NAMES, utc=False).proven(line) is None


def test_a_short_message_may_be_quoted_whole():
    assert lines().proven(Line(message="ok", positions=[6])).message == "ok"


def test_a_long_message_is_quoted_in_part():
    long = lines({1: "word " * 400})

    assert len(long.proven(at(1)).message) == MAX_QUOTE - 1
    assert len(long.proven(Line(message="word " * 400, positions=[1])).message) == MAX_QUOTE - 1


def test_all_lines_of_a_content_are_found_in_order():
    assert [line.positions for line in lines_of(draft())] == [[1], [2], [3]]
    assert quoted_positions(draft()) == [1, 2, 3]


def test_a_list_loses_what_is_not_proven():
    proven = prove(
        whole(
            part=[{"positions": [99]}, {"positions": [1]}],
            quotes=[{"positions": [2], "message": "no"}, {"positions": [2]}],
            exchanges=[[at(1), at(98)], [at(97)]],
        ),
        lines(),
    )

    assert [line.message for line in proven.part.evidence] == [TEXTS[1]]
    assert [(quote.context, quote.message) for quote in proven.quotes] == [("Here", TEXTS[2])]
    assert [[line.positions for line in exchange.exchange] for exchange in proven.exchanges] == [[[1]]]


def test_proof_that_is_given_twice_counts_once():
    proven = prove(
        whole(part=[{"positions": [number]} for number in (1, 3, 1)], quotes=[{"positions": [2]}] * 3), lines()
    )

    assert [line.positions for line in proven.part.evidence] == [[1], [3]]
    assert len(proven.quotes) == 1


def test_a_part_that_gave_no_proof_needs_none():
    assert prove(whole(part=[]), lines()).part.claim == "It is so."


@pytest.mark.parametrize(
    "content", [whole(part=[{"positions": [99]}]), whole(quotes=[{"positions": [99]}])], ids=["part", "list"]
)
def test_a_required_part_without_its_proof_leaves_nothing_to_publish(content):
    with pytest.raises(Unproven) as failed:
        prove(content, lines())
    assert failed.value.__cause__ is None


def test_nothing_is_proven_of_a_chat_that_is_gone():
    with pytest.raises(Unproven):
        prove(draft(), lines({}))


@pytest.mark.parametrize(
    ("quote", "text", "stands_there"),
    [
        ("caf", "le café est froid", False),
        ("прив", "привет", False),
        ("привет", "ну привет, как ты", True),
        ("नम", "नमस्ते", False),
        ("很好", "今天很好吃", True),
        ("straße", "In der STRASSE war es still", True),
    ],
)
def test_a_part_of_a_word_is_no_quotation_in_any_script_that_parts_words(quote, text, stands_there):
    found = find_quote(quote, message(1, text))
    assert (found is not None) == stands_there
