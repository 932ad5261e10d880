import msgspec
import pytest

from domain.insights.analyst.acts import WARM
from domain.insights.analyst.run import draft, read
from domain.insights.analyst.view import View
from domain.insights.types import KINDS
from support.drafts import described, drafted, proven, texts, unpublished_numbers
from support.family_chat import FAMILY
from support.small_chats import chat, repeated

NAME = "family_emotional_climate"
NAMES = ["Mum", "Dad", "Ellie", "Sam"]
DRY = ["Mum: the bus is at the corner now", "Dad: I am at the shop", "Ellie: what is in the blue box?"]


@pytest.fixture(scope="module")
def family():
    return described(NAME, read(chat(*FAMILY)))


def by_name(participants):
    return {participant.name: participant for participant in participants}


def test_all_four_are_described_with_proof_and_published_numbers(family):
    tagged, made, content = family
    assert proven(content, tagged.transcript) is not None
    assert unpublished_numbers(made, content, NAMES) == set()
    assert set(by_name(content.affection_expression.participants)) == set(NAMES)
    assert set(by_name(content.emotional_openness.participants)) == set(NAMES)


def test_warmth_is_rated_by_the_published_thresholds(family):
    _, made, content = family
    rate = next(measure for measure in made.basis.measures if measure.name == "warmth.rate")
    assert rate.value >= 20
    assert content.overall_warmth.rating == "very warm"
    assert content.overall.climate_status == "warm and open"


def test_every_line_of_affection_is_warm_and_of_the_person_it_is_told_of(family):
    tagged, _, content = family
    view = View(tagged)
    for person in content.affection_expression.participants:
        assert person.evidence
        for shown in person.evidence:
            last = shown.exchange[-1].positions[0]
            assert view.speaker(last) == person.name
            assert view.has(last, WARM)


def test_openness_is_told_by_who_writes_of_themselves(family):
    tagged, _, content = family
    told = by_name(content.emotional_openness.participants)
    assert told["Mum"].openness_style == "open"
    assert told["Dad"].openness_style == "sparing in writing"
    assert told["Dad"].evidence == []
    assert texts(tagged, told["Sam"].evidence[0].exchange)[0].startswith("long day, I'm exhausted")


def test_hard_moments_are_told_with_the_care_that_came_back(family):
    tagged, made, content = family
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert measures["hard_times"] == 4
    assert measures["hard_times.answered"] == 4
    assert measures["hard_times.cared"] == 3
    assert content.vulnerability_moments.response_quality == "mostly taken up"
    shown = [texts(tagged, moment.exchange) for moment in content.vulnerability_moments.moments]
    assert len(shown) == 3
    assert [
        "I'm worried about Grandma, she fell this morning. I was so scared on the phone",
        "I'm here, I'm leaving the office now. We go there together",
        "oh no Mum, sending you a big hug. Can I help with anything?",
    ] in shown


def test_an_arrangement_is_no_answer_to_a_hard_day(family):
    tagged, _, content = family
    cues = [texts(tagged, moment.exchange)[0] for moment in content.vulnerability_moments.moments]
    assert not any(cue.startswith("long day, I'm exhausted") for cue in cues)


def test_declining_to_talk_twice_is_avoidance_with_its_subject(family):
    _, made, content = family
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert measures["steps_back"] == 2
    assert content.emotional_avoidance.present
    assert content.emotional_avoidance.avoided_areas == ["study and exams"]


def test_stepping_back_from_a_reproach_is_no_avoidance():
    lines = ["Ann: why didn't you answer? answer me", "Ben: leave me alone"]
    warm = ["Ann: thank you so much", "Ben: love you too"]
    _, content = drafted(NAME, read(chat(*repeated([*warm, *lines], 15))))
    assert not content.emotional_avoidance.present
    assert content.emotional_avoidance.avoided_areas == []


def test_good_moments_name_all_who_take_part(family):
    tagged, _, content = family
    moments = {moment.moment_title: moment for moment in content.positive_emotional_moments}
    news = moments["Good news, shared"]
    assert news.why_meaningful == "Ellie tells good news, and Mum, Dad and Sam celebrate it."
    assert texts(tagged, news.exchange)[0] == "guess what... I passed the exam!!"
    assert "Mum sends good wishes" in moments["Celebrating together"].why_meaningful
    assert texts(tagged, moments["A memory that others enjoy"].exchange)[0].startswith("remember when she chased")
    positions = [line.positions[0] for moment in content.positive_emotional_moments for line in moment.exchange]
    assert len(set(positions)) == len(positions)


def test_the_score_is_the_mean_of_its_parts(family):
    _, _, content = family
    parts = content.overall.components
    assert content.overall.score == int(10 * sum(part.value for part in parts) / len(parts) + 0.5)


def test_advice_names_a_number(family):
    _, _, content = family
    assert content.recommendations
    for recommendation in content.recommendations:
        assert any(character.isdigit() for character in recommendation.suggestion)
        assert recommendation.example_phrases


def test_what_is_absent_is_told_as_absent():
    _, content = drafted(NAME, read(chat(*repeated([*DRY, "Dad: good luck at the match"], 40))))
    assert not content.vulnerability_moments.present
    assert content.vulnerability_moments.response_quality == "none seen"
    assert not content.warmth_appreciation.present
    assert not content.emotional_avoidance.present
    assert content.positive_emotional_moments == []


def test_nothing_is_guessed_where_no_warm_word_stands():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 60))))
    assert content is None
    assert made.reason
    assert made.basis.measures == []


def test_the_same_chat_gives_the_same_bytes(family):
    tagged, made, _ = family
    assert msgspec.json.encode(draft(View(tagged), KINDS[NAME])) == msgspec.json.encode(made)
