import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, quoted, sample, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "friendship_trust_loyalty"
DRY = ["Ann: the train is at the station now", "Ben: I am at the office with the others", "Ann: what is for dinner?"]
LADDER = [
    "Ann +1d: could you bring the ladder on Friday?",
    "Ben +2m: sure, I'll bring the ladder",
    "Ann +2d: thank you for the ladder",
]
SECRET = ["Ann +1d: please don't tell anyone, it stays between us", "Ben +1m: my lips are sealed"]
DINNER = [
    "Ann +1d: we are sitting at the table, where are you",
    "Ben +3h: I completely forgot",
    "Ann +1m: you promised, how could you",
    "Ben +1m: I'm so sorry",
    "Ann +2h: it's ok, I forgive you",
]
BROKEN = [
    "Ann +1d: I asked you not to tell anyone",
    "Ben +1m: I know, I said it would stay between us, I'm so sorry",
]


def reliable(*lines):
    return described(
        NAME, read(chat(*repeated(DRY, 20), *lines, *repeated([f"{DRY[0][:3]} +1d: {DRY[0][5:]}", *DRY[1:]], 5)))
    )


def test_the_sample_chat_tells_of_the_missed_dinner_and_of_the_confidence_passed_on():
    _, content = drafted(NAME, sample())
    view = View(sample())
    texts = {gap.gap_type: [view.text(at) for at in quoted(gap)] for gap in content.trust_gaps.gaps}
    assert any("completely forgot" in text for text in texts["something missed"])
    assert any("I broke that" in text for text in texts["confidence passed on"])
    assert not any("I broke that" in view.text(at) for at in quoted(content.confidentiality))


def test_a_kept_promise_is_shown_from_request_to_thanks():
    tagged, made, content = reliable(*LADDER)
    view = View(tagged)
    shown = content.promise_keeping.evidence[0]
    assert [view.text(line.positions[0]) for line in shown.exchange] == [line.split(": ")[1] for line in LADDER]
    assert {measure.name: measure.value for measure in made.basis.measures}["promises.kept"] == 1
    assert not content.trust_gaps.present


def test_a_missed_evening_is_a_gap_with_its_mending():
    tagged, made, content = reliable(*DINNER)
    assert [gap.gap_type for gap in content.trust_gaps.gaps] == ["something missed"]
    assert any(View(tagged).has(position, Act.CANCEL) for position in quoted(content.trust_gaps))
    assert {measure.name: measure.value for measure in made.basis.measures}["strain.mended"] == 1


def test_discretion_is_told_without_a_gap_until_it_is_broken():
    _, _, kept = reliable(*SECRET)
    assert kept.confidentiality.sensitive_content_present
    assert not kept.trust_gaps.present
    _, _, broken = reliable(*BROKEN)
    assert [gap.gap_type for gap in broken.trust_gaps.gaps] == ["confidence passed on"]


def test_what_is_absent_is_said_to_be_absent():
    _, made, content = reliable()
    assert not content.loyalty_signals.present
    assert not content.confidentiality.sensitive_content_present
    assert not content.trust_gaps.present
    assert content.promise_keeping.evidence == []
    assert content.showing_up.initiator == "too few to tell"
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_standing_by_the_other_is_no_talk_about_others():
    _, _, content = reliable("Ann +1h: they always have your back", "Ben +1h: I've got your back")
    (shown,) = content.loyalty_signals.evidence
    assert shown.context == "Ben stands by the other."


def test_the_score_is_the_mean_of_its_components():
    _, _, content = reliable(*LADDER)
    parts = content.overall.components
    assert content.overall.score == int(10 * sum(part.value for part in parts) / len(parts) + 0.5)


@pytest.mark.parametrize("lines", [[*DRY, "Cem: so what do we all do now"], DRY[::2]])
def test_other_than_two_people_are_not_described(lines):
    made, content = drafted(NAME, read(chat(*repeated(lines, 40))))
    assert content is None
    assert made.reason


def test_nothing_is_advised_where_no_part_is_low():
    talk = ["Ann: did you see it?", "Ben: it is good", "Ben +2d: did you see the other?", "Ann: yes it is as good"]
    _, _, content = described(NAME, read(chat(*repeated(talk, 30, gap="2d"))))
    assert all(part.value >= 0.95 for part in content.overall.components)
    assert content.recommendations == []


def test_answers_alone_do_not_tell_of_trust():
    _, made, content = reliable()
    assert {person.reliability_rating for person in content.reliability_patterns.participants} == {"too little to tell"}
    assert content.overall.trust_status == "too little to tell"
    assert made.basis.confidence.coverage == 0
    _, made, content = reliable(*["Ann +1d: I'm so sad and stressed", "Ben +1m: oh no, what happened?"] * 3)
    assert content.overall.trust_status != "too little to tell"
    assert made.basis.confidence.coverage > 0
