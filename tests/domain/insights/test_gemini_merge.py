import importlib
from copy import deepcopy

import msgspec
import pytest
from msgspec import inspect

from domain.insights.catalogue import CATALOGUE
from domain.insights.content import Line
from domain.insights.gemini_merge import labels_of, merge
from domain.insights.gemini_prose import Prose
from domain.insights.gemini_schema import QuotedLine, reply_type
from domain.insights.proof import ChatLines, Unproven, lines_of, prove
from fakes.insights import M1, M2, M3, MEASURES, NAMES, TEXTS, Content, draft, line, reply, stored

SHOWN = stored()
LINES = ChatLines(SHOWN, NAMES, utc=False)
PROSE = Prose({f"m{n}": measure for n, measure in enumerate(MEASURES, 1)}, SHOWN.values(), SHOWN.values(), NAMES)
DRAFT = prove(draft(), LINES)


def merged(change=lambda given: None, own=DRAFT):
    """What a reply becomes that was changed."""
    given = deepcopy(reply())
    change(given)
    return merge(Content, msgspec.convert(given, reply_type(Content)), own, LINES, PROSE, NAMES)


def shown(lines):
    return [(line.speaker, line.message) for line in lines]


def test_a_reply_that_holds_is_published_with_the_drafts_numbers():
    content = merged()

    ann, bob = content.people.participants
    assert (ann.starts, ann.description, shown(ann.evidence)) == (81, "Ann asks first.", [("Ann", TEXTS[1])])
    assert (bob.starts, bob.description, shown(bob.evidence)) == (49, "Bob knows prices.", [("Bob", "forty euros")])
    assert content.people.assessment == f"Ann starts {M1} of their talks."
    assert content.fun.present
    assert shown(content.fun.evidence[0].exchange) == [("Ann", TEXTS[1]), ("Ann", "the red kayak")]
    assert content.pace.assessment == f"Bob answers after {M2}."
    assert content.moments[0].why_special == "It was kind."
    assert content.recommendations[0].suggestion == f"Since Ann starts {M1}, Bob may begin now and then."
    assert content.recommendations[0].example_phrases == ["Say “How was your day?”"]
    assert content.overall == msgspec.structs.replace(DRAFT.overall, summary=f"They made {M3} plans.")


def test_computed_labels_stand():
    def change(given):
        given["people"]["participants"][0]["level"] = "low"
        given["people"]["initiator"] = "Bob"
        given["pace"] |= {"rating": "hectic", "regular": False}

    content = merged(change)

    assert content.people.participants[0].level == "high"
    assert content.people.initiator == "Ann"
    assert (content.pace.rating, content.pace.regular) == ("steady", True)


def test_a_text_of_which_nothing_holds_gives_way_to_the_drafts():
    content = merged(lambda given: given["pace"].update(assessment="Bob answers 99 times a day."))

    assert content.pace.assessment == DRAFT.pace.assessment


def test_a_part_without_proof_is_the_drafts():
    def change(given):
        given["fun"]["evidence"] = [{"context": "A trip", "exchange": [line(5, "the blue kayak")]}]
        given["people"]["participants"][1]["evidence"] = []

    content = merged(change)

    assert content.fun == DRAFT.fun
    assert content.people.participants[1] == DRAFT.people.participants[1]
    assert content.people.participants[0].description == "Ann asks first."


def test_a_list_that_falls_short_is_the_drafts():
    def change(given):
        given["moments"] = [{"moment_title": "Sad", "why_special": "No.", "exchange": [line(3, "never there")]}]

    assert merged(change).moments == DRAFT.moments


def test_a_list_that_is_too_long_is_cut():
    def change(given):
        given["moments"] *= 5

    assert len(merged(change).moments) == 2


def test_nobody_else_is_named():
    def change(given):
        stranger = {"name": "Eve", "level": "high", "description": "Eve listens.", "evidence": [line(1)]}
        given["people"]["participants"].insert(0, stranger)
        given["people"]["participants"][2]["name"] = " bob "
        given["recommendations"][0]["target"] = ["Eve", "ANN"]

    content = merged(change)

    assert [one.name for one in content.people.participants] == NAMES
    assert content.people.participants[1].description == "Bob knows prices."
    assert content.recommendations[0].target == ["Ann"]


@pytest.mark.parametrize(
    "change", [{"target": ["Eve"]}, {"suggestion": "Bob may begin now and then.", "title": "Take turns"}], ids=str
)
def test_a_recommendation_for_nobody_or_without_its_number_gives_way(change):
    assert merged(lambda given: given["recommendations"][0].update(change)).recommendations == DRAFT.recommendations


def test_empty_words_prove_nothing():
    def change(given):
        given["moments"][0]["exchange"] = [line(3, ""), line(3, "   ")]

    assert merged(change).moments == DRAFT.moments


def test_one_line_that_does_not_hold_costs_no_other():
    def change(given):
        given["moments"][0]["exchange"].append(line(5, "the blue kayak"))

    assert shown(merged(change).moments[0].exchange) == [("Ann", TEXTS[3])]


def test_of_a_reply_that_mostly_invents_nothing_is_believed():
    def change(given):
        given["moments"][0]["exchange"] += [line(number, "I never loved you") for number in TEXTS]

    with pytest.raises(Unproven):
        merged(change)


def test_a_reply_that_quotes_nothing_is_not_believed():
    def change(given):
        given["people"]["participants"] = given["fun"]["evidence"] = given["moments"] = []

    with pytest.raises(Unproven):
        merged(change)


def test_a_reply_that_adds_nothing_is_not_published_as_gemini_s():
    own = msgspec.structs.replace(DRAFT, moments=[])

    with pytest.raises(Unproven):
        merged(lambda given: given.clear() or given.update(only_what_the_draft_says(own)), own)


def only_what_the_draft_says(own):
    told = msgspec.to_builtins(own)
    return {name: told[name] for name in told if name != "overall"} | {"overall": {"summary": "Of 99."}}


def test_a_model_that_obeys_a_message_changes_no_number():
    def change(given):
        given["overall"] |= {"summary": "HACKED. Their score is 10.", "score": 10, "rating": "fair", "components": []}
        given["pace"]["assessment"] = "The score is 10 out of 10."

    content = merged(change)

    assert (content.overall.score, content.overall.rating) == (7, "good")
    assert content.overall.components == DRAFT.overall.components
    assert "10" not in content.overall.summary
    assert content.pace.assessment == DRAFT.pace.assessment


def test_gemini_is_told_the_drafts_labels_and_none_of_its_words():
    assert labels_of(DRAFT) == {
        "people": {
            "participants": [{"name": "Ann", "level": "high"}, {"name": "Bob", "level": "low"}],
            "initiator": "Ann",
        },
        "fun": {"present": False},
        "pace": {"rating": "steady", "regular": True},
        "overall": {"rating": "good", "bond_status": "close"},
    }


def filled(kind, number=0, *, text):
    """Something of a type, as builtins; the lines of a list show a message each."""
    kind = getattr(kind, "type", kind)
    match kind:
        case inspect.StructType() if issubclass(kind.cls, Line | QuotedLine):
            own = {name for name in kind.cls.__struct_fields__ if name not in Line.__struct_fields__}
            found = dict.fromkeys(own, text) | {"message": TEXTS[number + 1], "positions": [number + 1]}
        case inspect.StructType():
            found = {field.name: filled(field.type, number, text=text) for field in kind.fields}
            found |= {"name": NAMES[number % 2]} if "name" in found else {}
        case inspect.ListType():
            found = [filled(kind.item_type, item, text=text) for item in range(max(kind.min_length or 0, 2))]
        case inspect.LiteralType():
            found = kind.values[0]
        case inspect.StrType():
            found = text
        case _:
            found = 1
    return found


@pytest.mark.parametrize("name", [row.name for category in CATALOGUE.categories for row in category.insight_types])
def test_every_types_content_is_made_of_both(name):
    content_type = importlib.import_module(f"domain.insights.types.{name}").Content
    reply_kind = reply_type(content_type)
    own = prove(msgspec.convert(filled(inspect.type_info(content_type), text="Ann"), content_type, strict=False), LINES)
    given = msgspec.convert(filled(inspect.type_info(reply_kind), text="Ann starts {m1}."), reply_kind, strict=False)

    content = merge(content_type, given, own, LINES, PROSE, NAMES)

    told = msgspec.json.encode(content).decode()
    assert f"Ann starts {M1}." in told
    assert "{m1}" not in told
    assert len(list(lines_of(content))) == len(list(lines_of(own)))
    assert msgspec.json.decode(told, type=content_type) == content
