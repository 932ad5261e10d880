import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, sample, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "friendship_support_dynamics"
DRY = ["Ann: the train is at the station now", "Ben: I am at the office with the others", "Ann: nothing new from here"]
BOTH = [
    "Ann +3h: I'm so stressed about the exam",
    "Ben +4m: oh no, I'm here for you, you can do it",
    "Ben +3h: I'm exhausted and sad after work today",
    "Ann +4m: that sounds hard, can I help with dinner?",
    "Ann +3h: how are you feeling today?",
    "Ben +5m: better than before",
]
ONE_WAY = [
    "Ann +3h: I'm so stressed about the exam",
    "Ben +4m: I'm here for you, you can do it",
    "Ann +3h: the bus is here now",
    "Ben +2h: proud of you, well done",
]


@pytest.fixture(scope="module")
def both():
    return described(NAME, read(chat(*repeated(BOTH, 12))))


def test_who_supports_more_in_the_sample_chat():
    _, content = drafted(NAME, sample())
    assert content.reciprocity.analysis.startswith("Maya writes supportive messages more often than Tomás.")


def test_support_that_goes_both_ways_is_balanced(both):
    _, made, content = both
    assert content.reciprocity.balance_rating == "balanced"
    assert content.support_presence.level == "high"
    assert content.overall.bond_status == "strong"
    assert content.growth_areas == []
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_hard_times_are_shown_with_what_came_back(both):
    tagged, made, content = both
    view = View(tagged)
    for moment in content.hard_times_moments:
        cue, reply = (line.positions[0] for line in moment.exchange[:2])
        assert view.has(cue, Act.DISTRESS)
        assert view.sender(cue) != view.sender(reply)
        assert moment.response_quality == "comforting"
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert (measures["hard_times"], measures["hard_times.cared"]) == (24, 24)
    assert measures["hard_times.lag"] == 240


def test_who_checks_in_is_named(both):
    _, _, content = both
    assert content.checking_in.present
    assert content.checking_in.initiator == "Ann"


def test_support_from_one_side_alone_is_one_sided_and_calls_for_giving_back():
    made, content = drafted(NAME, read(chat(*repeated(ONE_WAY, 15))))
    assert content.reciprocity.balance_rating == "one-sided"
    advice = next(entry for entry in content.recommendations if entry.title == "Give support back")
    assert advice.target == ["Ann"]
    assert not content.checking_in.present
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_a_difference_that_may_be_chance_is_told_so_throughout():
    alike = ["Ann +3h: I'm here for you, you can do it", "Ben +3h: I'm here for you, you can do it"]
    lines = repeated([*alike, *DRY], 5)
    _, content = drafted(NAME, read(chat(*lines, *repeated(DRY, 40))))
    assert "which may be chance" in content.overall.summary
    assert "which may be chance" in content.reciprocity.analysis
    assert content.reciprocity.balance_rating == "no certain difference"
    assert "Support goes both ways" not in {found.strength for found in content.friendship_strengths}
    assert "Give support back" not in {advice.title for advice in content.recommendations}


def test_hard_times_without_an_answer_count_as_such():
    lines = [*repeated(BOTH, 4), *repeated(["Ann +1h: I'm so sad and lonely", "Ben +9h: the bus is late"], 21)]
    made, content = drafted(NAME, read(chat(*lines)))
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert (measures["hard_times"], measures["hard_times.answered"]) == (29, 8)
    assert content.support_presence.level == "low"
    assert all(len(moment.exchange) > 1 for moment in content.hard_times_moments)


def test_nothing_is_guessed_where_nobody_writes_of_support():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 40))))
    assert content is None
    assert made.reason
    assert made.basis.measures == []


def test_the_score_is_the_mean_of_its_components(both):
    _, _, content = both
    parts = content.overall.components
    assert content.overall.score == int(10 * sum(part.value for part in parts) / len(parts) + 0.5)


def test_groups_are_not_described():
    made, _ = drafted(NAME, read(chat(*repeated([*BOTH, "Cem: so what do we all do now"], 12))))
    assert made.content is None
