import pytest

from domain.insights.analyst import tension
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, sample, unpublished_numbers
from support.small_chats import chat, repeated, view_of

NAME = "conflict_resolution"
CALM = ["Ann: the train is at the station now", "Ben: I am at the office with the others", "Ann: what is for dinner?"]
QUARREL = [
    "Ann +1d: you're late again, you never call",
    "Ben +2m: that's not fair, you always blame me",
    "Ann: you don't listen",
    "Ben: leave me alone",
    "Ben +2h: I'm sorry, I was wrong",
    "Ann +3m: it's okay, I forgive you",
]


@pytest.fixture(scope="module")
def tense():
    return described(NAME, read(chat(*repeated(CALM, 20), *repeated(QUARREL, 8), *repeated(CALM, 2))))


def test_the_quarrel_of_the_sample_chat_is_found_with_the_repair_that_was_taken_up():
    view = View(sample())
    clash = next(found for found in tension.clashes(view) if view.text(found.negative[0]) == "You forgot.")
    mended = [found for found in tension.clashes(view) if found.taken_up is not None]
    assert view.names[clash.starter] == "Maya"
    assert [view.names[found.repairer] for found in mended] == ["Tomás"]
    assert view.text(mended[0].taken_up).startswith("Thank you for writing that")


def test_friction_is_told_with_who_presses_and_who_steps_back(tense):
    _, made, content = tense
    ann, ben = content.individual_styles.participants
    assert content.conflict_presence.visible_conflicts
    assert "presses for an answer" in ann.style
    assert "steps back" in ben.style
    assert "offers the repair" in ben.style
    assert "offers the repair" not in ann.style
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_the_repair_is_told_with_its_lag_and_whether_it_is_taken_up(tense):
    _, made, content = tense
    measures = {measure.name: measure for measure in made.basis.measures}
    assert content.repair_recovery.initiator == "Ben"
    assert "an apology" in content.repair_recovery.strategies
    assert measures["repair.lag"].value == 7_260
    assert measures["friction.taken_up"].value == 100


def test_what_it_is_about_stands_in_the_quoted_lines(tense):
    tagged, _, content = tense
    assert content.conflict_triggers[0].trigger_type == "being late, waiting or forgetting"
    shown = content.conflict_triggers[0].evidence[0].exchange
    assert tagged.transcript.texts[shown[0].positions[0]].startswith("you're late again")


def test_pressing_and_stepping_back_is_a_way_of_talking_not_a_fault(tense):
    _, _, content = tense
    found = {pattern.pattern_type: pattern for pattern in content.destructive_patterns.patterns}
    assert found["pressing and stepping back"].severity == "repeated"
    assert "words that belittle" not in found
    assert "nothing of fault" in content.destructive_patterns.assessment


def test_without_friction_nothing_is_made_up():
    made, content = drafted(NAME, read(chat(*repeated(CALM, 60))))
    assert not content.conflict_presence.visible_conflicts
    assert content.conflict_presence.frequency == "none seen"
    assert [person.style for person in content.individual_styles.participants] == ["not seen", "not seen"]
    assert content.conflict_triggers == content.destructive_patterns.patterns == content.repair_recovery.evidence == []
    assert content.recommendations == []
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


@pytest.mark.parametrize(
    "lines",
    [
        ["Ann: you idiot, I missed you 💛", "Ben: whatever you say, you never stop 😂"],
        ["Ann: I'm so stupid, I lost my keys", "Ben: I'm annoyed with the bus"],
        ["Ann: it is so frustrating, my boss is unfair", "Ben: sorry to hear that, it's not fair on you"],
        ["Ann: you never listen", "Ben +20m: that's not fair on me, you always say that"],
    ],
)
def test_fondness_self_reproach_consolation_and_long_gaps_are_no_friction(lines):
    assert tension.clashes(view_of(*repeated(CALM, 3), *lines)) == []


def test_a_late_repair_counts_only_when_it_is_plain():
    start = [*repeated(CALM, 3), "Ann: you never listen to me", "Ben: you always say that, it's not fair"]
    (late,) = tension.clashes(view_of(*start, "Ben +2d: sorry, the bus was full"))
    (plain,) = tension.clashes(view_of(*start, "Ben +2d: I'm sorry. I was wrong, my fault", "Ann: it's okay"))
    assert late.repair is None
    assert plain.taken_up is not None
    assert plain.lag == 2 * 86_400


def test_a_complaint_that_is_heard_is_shown_as_such():
    lines = [*repeated(CALM, 30), "Ann +1d: you said you'd call me", "Ben: I'm sorry, I was wrong about the time"]
    tagged = read(chat(*lines))
    _, content = drafted(NAME, tagged)
    assert [found.behavior for found in content.positive_behaviors] == ["Hearing a complaint"]


def test_groups_are_not_described():
    made, content = drafted(NAME, read(chat(*repeated([*QUARREL, "Cem: so what do we all do now"], 30))))
    assert content is None
    assert made.reason


def test_the_same_chat_gives_the_same_content(tense):
    tagged, made, _ = tense
    assert drafted(NAME, tagged)[0].content == made.content
