import msgspec
import pytest

from domain.insights.analyst.acts import NEGATIVE
from domain.insights.analyst.run import draft, read
from domain.insights.analyst.view import View
from domain.insights.types import KINDS
from support.drafts import described, drafted, proven, sample, texts, unpublished_numbers
from support.family_chat import FAMILY
from support.small_chats import chat, repeated

NAME = "family_conflict_patterns"
NAMES = ["Mum", "Dad", "Ellie", "Sam"]
CALM = ["Mum: dinner is at seven tonight", "Dad: good, I bring the bread", "Ellie: thanks, see you then"]
FIGHT = ["Mum +1d: you never listen to me", "Dad: that's not fair, you always say that"]


@pytest.fixture(scope="module")
def family():
    return described(NAME, read(chat(*FAMILY)))


def patterns(content):
    return {pattern.pattern_name: pattern for pattern in content.family_specific_patterns}


def styles(content):
    return {participant.name: participant for participant in content.individual_styles.participants}


def test_all_four_are_described_with_proof_and_published_numbers(family):
    tagged, made, content = family
    assert proven(content, tagged.transcript) is not None
    assert unpublished_numbers(made, content, NAMES) == set()
    assert set(styles(content)) == set(NAMES)


def test_friction_is_counted_in_conversations(family):
    _, made, content = family
    measures = {measure.name: measure for measure in made.basis.measures}
    assert measures["friction.count"].value == 3
    assert measures["friction.sessions"].n == measures["sessions"].value
    assert content.conflict_presence.level == "frequent"


def test_who_comes_in_later_is_told_with_what_they_wrote(family):
    tagged, made, content = family
    shown = patterns(content)["Others come in"]
    assert "Dad once" in shown.description
    assert shown.evidence[0].context == "Ellie and Sam are at odds, and Dad comes in."
    assert texts(tagged, shown.evidence[0].exchange)[-1] == "how many times do we need to have this conversation"
    assert next(measure for measure in made.basis.measures if measure.name == "friction.third").value == 1


def test_who_makes_peace_from_outside_is_told(family):
    tagged, _, content = family
    shown = patterns(content)["Somebody else makes peace"]
    assert shown.description.endswith("wrote against nobody: Mum.")
    assert texts(tagged, shown.evidence[0].exchange)[0].startswith("let's not fight over plates")
    assert styles(content)["Mum"].style == "makes peace"


def test_styles_follow_what_each_writes(family):
    tagged, _, content = family
    view = View(tagged)
    assert "offers the repair" in styles(content)["Dad"].style
    assert "steps back once" in styles(content)["Ellie"].description
    for name in ("Dad", "Ellie", "Sam"):
        for shown in styles(content)[name].evidence:
            last = shown.exchange[-1].positions[0]
            assert view.speaker(last) == name
            assert view.has(last, NEGATIVE)


def test_topics_are_what_was_talked_about(family):
    tagged, _, content = family
    topics = {topic.topic: topic for topic in content.tension_topics}
    assert list(topics) == ["housework", "being late, waiting or forgetting", "subject not told"]
    assert texts(tagged, topics["housework"].evidence[0].exchange)[0].startswith("Sam, you never do the dishes")


def test_repairs_are_told_with_their_lag_and_whether_they_were_taken_up(family):
    _, made, content = family
    measures = {measure.name: measure.value for measure in made.basis.measures}
    assert measures["friction.repaired"] == 2
    assert measures["friction.taken_up"] == 2
    assert measures["repair.lag.longest"] == 36 * 60
    assert content.conflict_resolution.effectiveness == "mostly closed in words"
    assert "a third person's word" in content.conflict_resolution.approach


def test_what_recurs_comes_with_a_question(family):
    _, _, content = family
    found = {pattern.pattern: pattern for pattern in content.patterns_to_address}
    assert {"pressing and stepping back", "left open in the chat"} <= set(found)
    assert all(pattern.reflection_prompt.endswith("?") for pattern in found.values())


def test_the_same_two_are_named_where_they_stand_out():
    lines = repeated(CALM, 30)
    for _ in range(4):
        lines += [*FIGHT, "Ellie +3h: soup is ready"]
    _, content = drafted(NAME, read(chat(*lines)))
    assert patterns(content)["Often the same two"].description.startswith("Mum and Dad are both in it 4 times")
    assert styles(content)["Ellie"].style == "stays out of it"
    assert content.conflict_resolution.approach == "no repair seen in writing"
    assert content.conflict_resolution.effectiveness == "mostly left open in the chat"


def test_a_chat_without_friction_is_told_as_calm():
    made, content = drafted(NAME, read(chat(*repeated(CALM, 30))))
    assert content.conflict_presence.level == "none seen"
    assert content.tension_topics == content.patterns_to_address == content.family_specific_patterns == []
    assert {participant.style for participant in content.individual_styles.participants} == {"not seen"}
    assert content.conflict_resolution.effectiveness == "none seen"
    assert content.overall.conflict_health == "calm"
    assert unpublished_numbers(made, content, NAMES) == set()


def test_banter_is_no_friction():
    lines = ["Mum: you never listen haha", "Dad: you always say that 😂", "Ellie: lol you two"]
    _, content = drafted(NAME, read(chat(*repeated(lines, 30))))
    assert content.conflict_presence.level == "none seen"


def test_one_voice_alone_is_not_described():
    made, content = drafted(NAME, read(chat(*(f"Mum +2h: dinner is at seven {number}" for number in range(60)))))
    assert content is None
    assert made.reason


def test_the_score_is_the_mean_of_its_parts(family):
    _, _, content = family
    parts = content.overall.components
    assert [part.name for part in parts] == ["calm", "tone", "repair", "respect"]
    assert content.overall.score == int(10 * sum(part.value for part in parts) / len(parts) + 0.5)


def test_two_people_are_described_too():
    _, content = drafted(NAME, sample())
    assert content.conflict_presence.level == "rare"
    assert content.family_specific_patterns == []


def test_the_same_chat_gives_the_same_bytes(family):
    tagged, made, _ = family
    assert msgspec.json.encode(draft(View(tagged), KINDS[NAME])) == msgspec.json.encode(made)
