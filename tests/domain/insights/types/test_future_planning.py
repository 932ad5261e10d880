import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, sample, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "future_planning"
DRY = ["Ann: the train is here now", "Ben: I am at the office with the others", "Ann: nothing to report from here"]
PLANNED = [
    "Ann: shall we book a trip to the beach on Saturday?",
    "Ben +3m: yes please, can't wait",
    "Ann +5h: how about dinner at the restaurant on Friday?",
    "Ben +3m: sounds great",
    "Ann +5h: the bus is late",
    "Ben +1h: one day we will live in our own house by the sea",
    "Ann +2m: yes, I'd love that",
    "Ben +1h: the office is loud",
]


@pytest.fixture(scope="module")
def planned():
    return described(NAME, read(chat(*repeated(PLANNED, 10))))


def test_who_plans_in_the_sample_chat():
    _, content = drafted(NAME, sample())
    assert content.planning_styles.initiator == "Maya"


def test_proposals_that_are_accepted_make_agreement_high(planned):
    _, made, content = planned
    measures = {measure.name: measure for measure in made.basis.measures}
    assert content.alignment.overall_level == "high"
    assert measures["proposals.agreed"].value == 100
    assert content.planning_styles.initiator == "Ann"
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_parts_of_life_are_discussed_where_plans_name_them(planned):
    _, _, content = planned
    discussed = {part.category for part in content.categories if part.discussed}
    assert discussed == {"trips and travel", "home", "time off together"}
    statuses = {entry.category: entry.alignment_status for entry in content.alignment.category_alignment}
    assert statuses == {"trips and travel": "agreed", "home": "raised by Ben", "time off together": "agreed"}
    assert {entry.topic for entry in content.missing_conversations}.isdisjoint(discussed)


def test_styles_tell_who_proposes_dates_and_who_looks_ahead(planned):
    _, _, content = planned
    ann, ben = content.planning_styles.participants
    assert ann.style == "proposes with a date"
    assert ben.style == "looks ahead and leaves the date open"


def test_a_dream_is_shared_when_the_other_takes_it_up(planned):
    tagged, _, content = planned
    view = View(tagged)
    assert {dream.dream_title for dream in content.shared_dreams} == {"A dream about home"}
    for dream in content.shared_dreams:
        cue, reply = (line.positions[0] for line in dream.exchange)
        assert view.has(cue, Act.DREAM)
        assert (view.speaker(cue), view.speaker(reply)) == ("Ben", "Ann")


def test_enthusiasm_is_told_of_the_one_who_answers(planned):
    _, made, content = planned
    levels = {person.name: person.level for person in content.enthusiasm.participants}
    measures = {measure.name: measure for measure in made.basis.measures}
    assert levels["Ben"] == "high"
    assert measures["plans.keen:Ben"].value == 50


def test_declined_proposals_are_no_agreement():
    lines = ["Ann: shall we go to the beach on Saturday?", "Ben +2m: no, I can't", "Ann +5h: the bus is late"]
    _, content = drafted(NAME, read(chat(*repeated(lines, 30))))
    assert content.alignment.overall_level == "low"
    assert {entry.alignment_status for entry in content.alignment.category_alignment} == {"declined so far"}


def test_what_one_alone_will_do_is_no_shared_plan():
    lines = ["Ann: I'm tired, next year is far away", "Ben +2m: the office moves next month", "Ann +5h: ok"]
    made, content = drafted(NAME, read(chat(*repeated(lines, 30))))
    assert content is None
    assert made.reason


def test_nothing_is_guessed_where_nobody_plans():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 60))))
    assert content is None
    assert made.basis.measures == []


def test_groups_are_not_described():
    assert drafted(NAME, read(chat(*repeated([*PLANNED, "Cem: so what do we all do now"], 30))))[1] is None


def test_the_same_chat_gives_the_same_content(planned):
    tagged, made, _ = planned
    assert drafted(NAME, tagged)[0].content == made.content
