import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, proven, quoted, sample, unpublished_numbers
from support.family_chat import FAMILY
from support.small_chats import chat, repeated

NAME = "family_dynamics"
HOME = [
    "Mum +3h: shall we go to the lake on Sunday?",
    "Leo +2m: yes, sounds great",
    "Dad +1m: you have to finish the homework first, Leo",
    "Leo +2m: but I want to go",
    "Mum +1h: did you eat something, are you ok?",
    "Dad +1m: a sandwich in the car",
    "Leo +1h: my teacher lost his glasses in the soup",
    "Dad +1m: haha",
]
DRY = [
    "Mum: the train is at the station now",
    "Dad: I am at the office with the others",
    "Leo: the bus is late as it always was",
]
ORDERS = ["Dad +1h: bring me the keys now", "Leo +1h: the bus is late as it always was"]


@pytest.fixture(scope="module")
def home():
    return described(NAME, read(chat(*repeated(HOME, 30))))


def roles(content):
    return {person.name: person.roles for person in content.visible_roles.participants}


def test_who_has_which_role_in_the_sample_chat():
    _, content = drafted(NAME, sample())
    assert roles(content)["Tomás"] == ["entertainer"]
    assert "organiser" in roles(content)["Maya"]


def test_a_family_of_four_is_described_with_proof():
    tagged = read(chat(*FAMILY))
    made, content = drafted(NAME, tagged)
    assert set(roles(content)) == {"Mum", "Dad", "Ellie", "Sam"}
    assert content.communication_hierarchy.rating == "flat"
    assert quoted(proven(content, tagged.transcript)) == quoted(content)
    assert unpublished_numbers(made, content, tagged.transcript.participants) == set()


def test_roles_are_what_somebody_does_more_than_the_others(home):
    tagged, made, content = home
    assert {"organiser", "carer"} <= set(roles(content)["Mum"])
    assert "coordinator" in roles(content)["Dad"]
    assert "entertainer" in roles(content)["Leo"]
    for person in content.visible_roles.participants:
        for shown in person.evidence:
            assert View(tagged).speaker(shown.exchange[0].positions[0]) == person.name
    assert unpublished_numbers(made, content, ["Mum", "Dad", "Leo"]) == set()


def test_who_proposes_what_is_agreed_to_decides(home):
    tagged, _, content = home
    assert content.decision_making.primary_decision_maker == "Mum"
    assert content.decision_making.style == "led by one"
    assert content.patterns_to_reflect[0].pattern == "Plans mostly begin with one person"
    for shown in content.decision_making.evidence:
        proposal, answer = (line.positions[0] for line in shown.exchange)
        assert View(tagged).has(proposal, Act.PROPOSAL)
        assert View(tagged).has(answer, Act.ACCEPTANCE)


def test_an_expectation_is_directed_at_who_is_named(home):
    _, made, content = home
    (expected,) = content.expectation_patterns.expectations
    assert (expected.expectation_type, expected.directed_at) == ("learning", "Leo")
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert measures["expectations.learning:Leo"] == 30


@pytest.mark.parametrize("text", ["when you have to wait it is late", "do you need to fly out?", "feta if you must"])
def test_what_tells_nobody_what_to_do_is_no_expectation(text):
    _, content = drafted(NAME, read(chat(*repeated([*DRY, f"Mum: {text}"], 30))))
    assert not content.expectation_patterns.present


def test_orders_leave_little_room_and_questions_leave_ample():
    _, ordered = drafted(NAME, read(chat(*repeated(ORDERS, 30))))
    _, asked = drafted(NAME, read(chat(*repeated(["Dad +1h: could you bring me the keys please?", ORDERS[1]], 30))))
    assert ordered.autonomy_space.rating == "little"
    assert asked.autonomy_space.rating == "ample"
    assert "Requests are short and direct" in {found.pattern for found in ordered.patterns_to_reflect}


def test_a_few_orders_do_not_tell_how_much_room_there_is():
    _, content = drafted(NAME, read(chat(*repeated(ORDERS, 6), *repeated(DRY, 30))))
    assert content.autonomy_space.rating == "too few to tell"
    assert "Requests are short and direct" not in {found.pattern for found in content.patterns_to_reflect}


def test_what_is_absent_is_said_to_be_absent():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 30))))
    assert roles(content) == {"Mum": ["takes part", "opener"][1:], "Dad": ["takes part"], "Leo": ["takes part"]}
    assert content.decision_making.primary_decision_maker == "not clear"
    assert not content.expectation_patterns.present
    assert content.autonomy_space.rating == "too few to tell"
    assert unpublished_numbers(made, content, ["Mum", "Dad", "Leo"]) == set()


def test_those_who_hardly_write_are_left_out():
    _, content = drafted(NAME, read(chat("Aunt: hello to all of you", *repeated(DRY, 30))))
    assert set(roles(content)) == {"Mum", "Dad", "Leo"}


def test_one_voice_alone_is_not_described():
    made, content = drafted(NAME, read(chat("Dad: I am here", *repeated(DRY[:1], 60))))
    assert content is None
    assert made.reason


def test_the_score_is_the_mean_of_its_components(home):
    _, _, content = home
    parts = content.overall.components
    assert content.overall.score == int(10 * sum(part.value for part in parts) / len(parts) + 0.5)
