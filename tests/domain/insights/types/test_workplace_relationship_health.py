import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, exchanged, measured, proven, quoted, unpublished_numbers
from support.small_chats import chat, repeated
from support.workplace_chat import WORKPLACE

NAME = "workplace_relationship_health"
STRAINED = [
    "Ann: could you send the report",
    "Ben +2m: I'm so stressed, I can't cope with this",
    "Ann +2m: you never deliver, this is not acceptable",
    "Ben +1m: I'm sick of this, not fair",
    "Ben +3h: I disagree with the new plan",
    "Ann +1m: you're being ridiculous",
    "Ann +2h: can you fix the table",
    "Ben +2m: the table is long",
]


@pytest.fixture(scope="module")
def team():
    return described(NAME, read(chat(*WORKPLACE)))


@pytest.fixture(scope="module")
def strained():
    return drafted(NAME, read(chat(*repeated(STRAINED, 12))))


def test_a_team_is_described_with_proof(team):
    tagged, made, content = team
    assert quoted(proven(content, tagged.transcript)) == quoted(content)
    assert unpublished_numbers(made, content, tagged.transcript.participants) == set()


def test_a_friendly_team_is_described_as_one(team):
    _, _, content = team
    assert content.mutual_respect.rating == "high"
    assert content.psychological_safety.rating == "open"
    assert content.power_dynamics.assessment == "even"
    assert content.positive_reinforcement.level == "frequent"
    assert content.interpersonal_rapport.rating == "warm"
    assert content.overall.health_status == "healthy"
    assert content.areas_to_strengthen == []


def test_no_strain_is_said_to_be_none(team):
    _, _, content = team
    assert not content.stress_signals.present
    assert content.stress_signals.signals == []
    assert content.stress_signals.description.startswith("No stress signal")


def test_disagreement_is_shown_with_its_kind_answer(team):
    tagged, made, content = team
    assert exchanged(tagged, content.mutual_respect.evidence) == [
        [
            "I'm not sure about that, maybe the 18th would be safer for the photos?",
            "Good point, I understand. I'll ask the client about the photos",
        ],
        ["I see it differently, empty is calm. But I can add a photo", "a photo would be great, thanks"],
    ]
    assert measured(made)["dissent.softened"].value == 50


def test_speaking_up_is_counted_by_kind(team):
    _, made, _ = team
    counts = {name: measure.value for name, measure in measured(made).items() if name.endswith(".count")}
    assert counts["blockers.count"] == 3
    assert counts["disagreement.count"] == 2
    assert counts["questions about what was meant.count"] == 1
    assert measured(made)["speaking_up.welcomed"].value == 100


def test_thanks_are_shown_with_what_they_are_for(team):
    tagged, _, content = team
    view = View(tagged)
    assert content.positive_reinforcement.evidence
    for shown in content.positive_reinforcement.evidence:
        about, thanks = (line.positions[0] for line in shown.exchange)
        assert view.has(thanks, {Act.THANKS, Act.PRAISE})
        assert view.sender(about) != view.sender(thanks)


def test_strain_is_told_by_its_signals(strained):
    made, content = strained
    assert content.mutual_respect.rating == "strained"
    assert content.mutual_respect.evidence == []
    assert content.stress_signals.present
    assert [signal.split(" ")[0] for signal in content.stress_signals.signals][:2] == ["Worry,", "Episodes"]
    assert measured(made)["friction.episodes"].value == 12
    assert content.overall.health_status == "under strain"
    assert "Some messages are sharp" in {area.area for area in content.areas_to_strengthen}
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_a_sharp_answer_is_no_welcome(strained):
    made, content = strained
    assert measured(made)["speaking_up.welcomed"].value == 0
    assert content.psychological_safety.rating == "seldom seen"
    assert content.psychological_safety.evidence == []


def test_who_asks_for_everything_is_said_to_lead_in_it(strained):
    made, content = strained
    assert "Ann has 100 %" in content.power_dynamics.description
    assert measured(made)["requests.share:Ann"].value == 100


def test_a_chat_without_any_of_it_says_so():
    dry = ["Ann: the train stands at the station", "Ben: the sky is grey over here"]
    made, content = drafted(NAME, read(chat(*repeated(dry, 30))))
    assert content.psychological_safety.rating == "none seen"
    assert content.positive_reinforcement.level == "rare"
    assert content.interpersonal_rapport.rating == "businesslike"
    assert not content.stress_signals.present
    assert [part.strength for part in content.relationship_strengths] == ["Everybody has the word"]
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_one_voice_is_no_team():
    made, content = drafted(NAME, read(chat(*["Ann: thank you"] * 60, "Ben: yes")))
    assert content is None
    assert made.reason == "Fewer than two people wrote enough messages."


def test_the_same_chat_gives_the_same_draft(team):
    _, made, _ = team
    again, _ = drafted(NAME, read(chat(*WORKPLACE)))
    assert again == made
