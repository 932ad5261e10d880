import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, quoted, sample, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "friendship_vitality"
DRY = ["Ann: the train is at the station now", "Ben: I am at the office with the others", "Ann: nothing new from here"]
LIVELY = [
    "Ben +1h: a seagull called Gerald stole my sandwich",
    "Ann +1m: haha Gerald again 😂",
    "Ben +1m: he looked me in the eye",
    "Ann +1m: hahaha stop",
    "Ben +1m: you're the best",
    "Ann +3h: shall we go to the cinema on Friday?",
    "Ben +2m: yes, can't wait, so excited",
    "Ann +9h: how do you feel about the new job, honestly?",
    "Ben +2m: I feel like I'm scared of it and I feel alone",
]
_MONTH = 30


@pytest.fixture(scope="module")
def lively():
    return described(NAME, read(chat(*repeated(LIVELY, 12))))


def paced(*conversations):
    """So many conversations in each month, of fewer lines the fewer they are."""
    lines = []
    for count in conversations:
        for _ in range(count):
            lines += [
                "Ann +8h: how was it today, honestly?",
                "Ben +1m: it was fun, haha",
                "Ann +1m: so excited for you",
            ]
        lines.append(f"Ben +{_MONTH - count // 3}d: hello")
    return lines


def test_the_sample_chat_has_dry_humour_and_a_seagull():
    _, content = drafted(NAME, sample())
    assert content.humor_banter.initiator == "Tomás"
    assert {person.name: person.humor_style for person in content.humor_banter.participants}["Tomás"] == "deadpan"
    assert "Gerald" in {shared.reference for shared in content.inside_references}


def test_a_lively_chat_is_called_so(lively):
    _, made, content = lively
    assert content.overall.friendship_status == "lively"
    assert content.conversation_depth.rating == "deep"
    assert content.vitality_gaps == []
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_who_makes_the_other_laugh_is_told_with_the_lines(lively):
    tagged, _, content = lively
    view = View(tagged)
    ann, ben = sorted(content.humor_banter.participants, key=lambda person: person.name)
    assert content.humor_banter.initiator == "Ben"
    assert (ann.humor_style, ben.humor_style) == ("laughs along", "deadpan")
    assert {view.speaker(at) for at in quoted(ben)} == {"Ben"}


def test_names_that_both_use_are_shared_and_those_of_one_are_not(lively):
    _, _, content = lively
    assert [shared.reference for shared in content.inside_references] == ["Gerald"]


def test_accepted_plans_are_counted_and_shown(lively):
    tagged, made, content = lively
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert measures["plans"] == measures["plans.accepted"] == 12
    assert content.shared_activities.activity_types == ["films, music, books and games"]
    assert all(View(tagged).has(at, Act.PROPOSAL) for at in quoted(content.shared_activities))


def test_best_moments_have_both_in_them(lively):
    tagged, _, content = lively
    view = View(tagged)
    assert content.best_moments
    for moment in content.best_moments:
        assert {view.speaker(at) for at in quoted(moment)} == {"Ann", "Ben"}


@pytest.mark.parametrize(
    ("conversations", "rating"),
    [((24, 20, 16, 11, 7, 3, 1, 1), "falling"), ((1, 3, 7, 11, 15, 19, 23, 26), "rising"), ((9,), "too short to tell")],
)
def test_energy_follows_the_conversations_of_the_months(conversations, rating):
    _, content = drafted(NAME, read(chat(*paced(*conversations), *repeated(DRY, 20, gap="1m"))))
    assert content.energy_level.rating == rating


def test_what_is_absent_is_said_to_be_absent():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 40))))
    assert not content.shared_activities.discussed
    assert content.inside_references == []
    assert content.best_moments == []
    assert {person.humor_style for person in content.humor_banter.participants} == {"little seen"}
    assert content.overall.score <= 4
    assert len(content.recommendations) == 2
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_the_score_is_the_mean_of_its_components(lively):
    _, _, content = lively
    parts = content.overall.components
    assert content.overall.score == int(10 * sum(part.value for part in parts) / len(parts) + 0.5)


@pytest.mark.parametrize("lines", [[*LIVELY, "Cem: so what do we all do now"], LIVELY[:1]])
def test_other_than_two_people_are_not_described(lines):
    made, content = drafted(NAME, read(chat(*repeated(lines, 40))))
    assert content is None
    assert made.reason
