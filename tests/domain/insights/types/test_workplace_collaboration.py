import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, exchanged, measured, proven, quoted, unpublished_numbers
from support.small_chats import chat, repeated
from support.workplace_chat import WORKPLACE

NAME = "workplace_collaboration"
LOOSE = [
    "Ann: could you please send the invoice?",
    "Ben +2h: the weather is fine over here",
    "Ann +2h: I'm stuck on the report",
    "Ben +9h: lunch was great",
    "Ann +3h: shall we move the review to Monday?",
    "Ben +13h: my train is full",
    "Ann +2h: I'll write the summary",
]


@pytest.fixture(scope="module")
def team():
    return described(NAME, read(chat(*WORKPLACE)))


@pytest.fixture(scope="module")
def loose():
    return drafted(NAME, read(chat(*repeated(LOOSE, 12))))


def test_a_team_is_described_with_proof(team):
    tagged, made, content = team
    assert quoted(proven(content, tagged.transcript)) == quoted(content)
    assert unpublished_numbers(made, content, tagged.transcript.participants) == set()


def test_who_owns_tasks_and_how(team):
    _, made, content = team
    styles = {person.name: person.ownership_style for person in content.task_ownership.participants}
    assert styles == {"Priya": "hands out", "Marek": "takes on and reports back", "Jonas": "takes on"}
    assert measured(made)["requests:Priya"].value == 6
    assert measured(made)["commitments.kept:Jonas"].value == 0


def test_a_commitment_is_shown_with_its_request_and_its_end(team):
    tagged, _, content = team
    assert [
        "Good morning! Marek, please update the contact form until Friday",
        "Will do, I'll update the contact form",
        "Good morning, I've updated the contact form, please have a look",
    ] in exchanged(tagged, content.follow_through.evidence)


def test_what_nobody_reported_done_is_not_shown_as_done(team):
    tagged, _, content = team
    view = View(tagged)
    assert all(view.speaker(shown.exchange[-1].positions[0]) == "Marek" for shown in content.follow_through.evidence)


def test_who_decides_is_named_where_it_is_certain(team):
    tagged, _, content = team
    decisions = content.decision_making
    assert (decisions.style, decisions.primary_decision_maker) == ("led by one person", "Priya")
    assert ["shall we move the retro to the afternoon?", "Works for me"] in exchanged(tagged, decisions.evidence)


def test_blockers_are_shown_with_who_takes_them_up(team):
    tagged, made, content = team
    assert content.blocker_communication.rating == "picked up"
    assert measured(made)["blockers"].value == 3
    assert exchanged(tagged, content.blocker_communication.evidence)[0][-1] == (
        "I can help, let me check who owns the library"
    )


def test_requests_are_shown_with_who_takes_them_on(team):
    tagged, _, content = team
    view = View(tagged)
    assert content.coordination_quality.assessment == "well coordinated"
    for shown in content.coordination_quality.evidence:
        cue, reply = (line.positions[0] for line in shown.exchange)
        assert view.has(cue, Act.REQUEST)
        assert view.sender(cue) != view.sender(reply)


def test_the_advice_goes_to_who_left_commitments_open(team):
    _, _, content = team
    assert content.recommendations[0].target == ["Jonas"]
    assert content.collaboration_strengths
    assert content.accountability_gaps == []


def test_open_threads_are_gaps(loose):
    made, content = loose
    assert content.overall.collaboration_status == "loose"
    assert content.follow_through.rating == "seldom reported"
    assert content.blocker_communication.rating == "often left open"
    assert content.coordination_quality.assessment == "loosely coordinated"
    assert content.decision_making.style == "none seen"
    assert content.workload_balance.primary_driver == "Ann"
    assert {gap.gap for gap in content.accountability_gaps} == {
        "Some requests find nobody",
        "What is taken on is seldom reported done",
        "Work gathers on few people",
        "Some blockers stay unanswered",
        "Some suggestions stay open",
    }
    assert content.collaboration_strengths == []
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_agreement_between_two_leaves_no_one_decider():
    pair = ["Ann: shall we use the blue cover?", "Ben +2m: sounds good", "Ben +1h: could you send it?", "Ann: will do"]
    _, content = drafted(NAME, read(chat(*repeated(pair, 15))))
    assert (content.decision_making.style, content.decision_making.primary_decision_maker) == ("by agreement", "shared")
    assert content.blocker_communication.rating == "none seen"
    assert content.blocker_communication.evidence == []


def test_a_chat_without_tasks_is_insufficient():
    dry = ["Ann: the train stands at the station", "Ben: the sky is grey over here"]
    made, content = drafted(NAME, read(chat(*repeated(dry, 40))))
    assert content is None
    assert made.reason == "There are too few requests, commitments, suggestions and blockers in the chat."


def test_the_same_chat_gives_the_same_draft(team):
    _, made, _ = team
    again, _ = drafted(NAME, read(chat(*WORKPLACE)))
    assert again == made
