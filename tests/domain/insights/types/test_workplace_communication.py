import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, proven, quoted, unpublished_numbers
from support.small_chats import chat, repeated
from support.workplace_chat import WORKPLACE

NAME = "workplace_communication"
BLUNT = [
    "Ann: send me the numbers now",
    "Ben +5m: which numbers do you mean?",
    "Ann +5h: the ones from last week, you never listen",
    "Ben +5m: what do you mean with last week?",
    "Ann +5h: this is not acceptable, you should have known",
]


@pytest.fixture(scope="module")
def team():
    return described(NAME, read(chat(*WORKPLACE)))


@pytest.fixture(scope="module")
def blunt():
    return drafted(NAME, read(chat(*repeated(BLUNT, 15))))


def by_name(participants):
    return {person.name: person for person in participants}


def values(overall):
    return {part.name: part.value for part in overall.components}


def test_a_team_is_described_with_proof(team):
    tagged, made, content = team
    assert quoted(proven(content, tagged.transcript)) == quoted(content)
    assert unpublished_numbers(made, content, tagged.transcript.participants) == set()


def test_only_those_with_enough_messages_are_spoken_about(team):
    _, _, content = team
    assert list(by_name(content.clarity_directness.participants)) == ["Priya", "Marek", "Jonas"]


def test_polite_and_prompt_talk_is_called_so(team):
    _, _, content = team
    assert content.tone_professionalism.overall_tone == "courteous"
    assert content.responsiveness.rating == "prompt"
    assert content.conciseness.assessment == "concise"
    assert content.overall.effectiveness_status == "effective"
    assert content.communication_gaps == []
    assert values(content.overall)["politeness"] == 1


def test_questions_are_shown_with_the_answer_next_to_them(team):
    tagged, _, content = team
    view = View(tagged)
    assert content.responsiveness.evidence
    for shown in content.responsiveness.evidence:
        cue, reply = (line.positions[0] for line in shown.exchange)
        assert "?" in view.text(cue)
        assert reply == view.following(cue, 1, 3_600)[0]
        assert view.sender(cue) != view.sender(reply)


def test_who_names_a_day_is_shown_with_it(team):
    tagged, _, content = team
    view = View(tagged)
    jonas = by_name(content.clarity_directness.participants)["Jonas"]
    assert {view.text(shown.exchange[-1].positions[0]) for shown in jonas.evidence} <= {
        "I'll cut the video next week",
        "I'll change the logo today",
        "I'll check the photos this afternoon",
    }


def test_strengths_show_nothing_twice(team):
    _, _, content = team
    assert len(content.communication_strengths) == 3
    cues = [part.exchange[0].positions[0] for strength in content.communication_strengths for part in strength.evidence]
    assert len(cues) == len(set(cues))


def test_sharp_and_unclear_talk_is_a_gap(blunt):
    made, content = blunt
    assert content.tone_professionalism.overall_tone == "sharp at times"
    assert by_name(content.clarity_directness.participants)["Ann"].clarity_rating == "often asked back"
    assert {"Some messages are sharp", "Messages are asked back about"} <= {
        gap.gap for gap in content.communication_gaps
    }
    assert content.overall.effectiveness_status == "uneven"
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_who_is_asked_back_is_shown_with_the_question(blunt):
    _, content = blunt
    ann = by_name(content.clarity_directness.participants)["Ann"]
    assert ann.evidence[0].context == "Ann is asked what was meant."
    assert len(ann.evidence[0].exchange) == 2


def test_slow_answers_come_with_waits():
    made, content = drafted(NAME, read(chat(*repeated(["Ann: is it there?", "Ben +3h: it is on the table"], 40))))
    assert content.responsiveness.rating == "with waits"
    assert "Some answers take their time" in {gap.gap for gap in content.communication_gaps}
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert measures["responses.within_an_hour"] < 50
    assert measures["response_time.median:Ben"] == 3 * 3_600


def test_work_at_night_is_told_with_its_share():
    night = ["Ann +1d: could you please send the figures?", "Ben: I'll send them, it's done soon"]
    made, content = drafted(NAME, read(chat("Ann: hello", "Ben +13h: hello", *night * 30)))
    assert "Work reaches into evenings and weekends" in {gap.gap for gap in content.communication_gaps}
    assert {measure.name: measure.value for measure in made.basis.measures}["off_hours"] > 90


def test_a_chat_without_any_of_it_says_so():
    dry = ["Ann: the train stands at the station", "Ben: the sky is grey over here"]
    made, content = drafted(NAME, read(chat(*repeated(dry, 30))))
    assert content.information_flow.style == "none seen"
    assert content.information_flow.proactive_participant == "shared"
    assert content.tone_professionalism.overall_tone == "plain"
    assert content.responsiveness.evidence == []
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_one_voice_is_no_team():
    made, content = drafted(NAME, read(chat(*["Ann: could you please send it?"] * 60, "Ben: yes")))
    assert content is None
    assert made.reason == "Fewer than two people wrote enough messages."


def test_thanks_are_shown_with_what_they_are_for(team):
    tagged, _, content = team
    view = View(tagged)
    for person in content.tone_professionalism.participants:
        for shown in person.evidence:
            last = shown.exchange[-1].positions[0]
            assert view.speaker(last) == person.name
            assert view.has(last, {Act.THANKS, Act.POLITENESS})


def test_the_same_chat_gives_the_same_draft(team):
    _, made, _ = team
    again, _ = drafted(NAME, read(chat(*WORKPLACE)))
    assert again == made
