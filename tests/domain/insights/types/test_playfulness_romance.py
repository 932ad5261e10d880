import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View
from support.drafts import described, drafted, sample, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "playfulness_romance"
DRY = ["Ann: the train is at the station now", "Ben: I am at the office with the others", "Ann: what is for dinner?"]
PLAYFUL = [
    "Ann: the penguin ate my keys again",
    "Ben: haha of course it did",
    "Ben +2h: good morning gorgeous, you look amazing today",
    "Ann +5m: I love you too",
    "Ann +3h: you dork, you wore two different shoes",
    "Ben: lol says you",
    "Ben +3h: I'm so stressed about work",
    "Ann: hire the penguin, it works for fish",
    "Ben: haha I will",
    "Ann +3h: shall we go to the cinema on Friday?",
]


@pytest.fixture(scope="module")
def playful():
    return described(NAME, read(chat(*repeated(PLAYFUL, 12))))


def test_who_jokes_in_the_sample_chat():
    _, content = drafted(NAME, sample())
    assert content.humor_styles.initiator == "Tomás"
    assert content.flirtation.evidence == []


def test_who_makes_the_other_laugh_is_told_with_what_was_laughed_at(playful):
    tagged, made, content = playful
    view = View(tagged)
    assert content.humor_styles.initiator == "Ann"
    for person in content.humor_styles.participants:
        for line in person.evidence:
            (position,) = line.positions
            assert view.speaker(position) == person.name
            assert any(view.has(later, Act.LAUGHTER) for later in view.following(position, 3, 300))
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_a_word_that_both_come_back_to_near_laughter_is_an_inside_joke():
    lines = [
        "Ann: the penguin ate my keys",
        "Ben: haha the penguin",
        "Ann +1h: the office is loud",
        "Ben +1h: the bus is late",
        "Ann +1h: dinner is at home",
        *(f"{name} +9h: the meeting went on and on" for name in ("Ben", "Ann")),
    ]
    filler = [*DRY] * 12
    rounds = [line for number in range(5) for line in (*repeated(lines, 1, gap="1d"), *repeated(filler, 1))]
    _, content = drafted(NAME, read(chat(*rounds)))
    assert [joke.joke_or_reference for joke in content.inside_jokes] == ["penguin"]


def test_flirting_is_what_is_meant_for_the_other(playful):
    tagged, _, content = playful
    view = View(tagged)
    by_name = {person.name: person.frequency for person in content.flirtation.participants}
    assert by_name["Ann"] == "none seen"
    assert by_name["Ben"] == "very often"
    assert {view.speaker(quote.positions[0]) for quote in content.flirtation.evidence} == {"Ben"}


def test_a_gorgeous_view_is_no_flirting():
    lines = [*PLAYFUL[:2], "Ann +1h: the view from here is gorgeous", "Ben: the kids look so cute there"]
    _, content = drafted(NAME, read(chat(*repeated(lines, 20))))
    assert content.flirtation.evidence == []
    assert content.flirtation.balance.startswith("No message was found")


def test_teasing_counts_when_it_is_answered_in_kind(playful):
    _, _, content = playful
    assert content.teasing_banter.present
    _, serious = drafted(NAME, read(chat(*repeated(["Ann: you dork", "Ben: the bus is late", *PLAYFUL[2:4]], 30))))
    assert not serious.teasing_banter.present
    assert serious.teasing_banter.evidence == []


def test_a_joke_that_lifts_a_hard_moment_is_shown_in_order(playful):
    tagged, made, content = playful
    view = View(tagged)
    assert {measure.name: measure.value for measure in made.basis.measures}["lifted"] == 12
    cue, joke, laugh = (line.positions[0] for line in content.mood_lifting.evidence[0].exchange)
    assert view.has(cue, Act.DISTRESS)
    assert (view.speaker(cue), view.speaker(joke), view.speaker(laugh)) == ("Ben", "Ann", "Ben")
    assert view.has(laugh, Act.LAUGHTER)


def test_what_is_absent_is_told_as_absent(playful):
    _, _, content = playful
    assert not content.spontaneity.present
    assert content.emoji_usage.match_level == "too few to tell"
    assert content.fun_activities.discussed
    assert content.fun_activities.types == ["films, music, books and games"]


def test_without_laughter_nothing_is_said_of_its_balance():
    _, content = drafted(NAME, read(chat(*repeated(["Ann: I love you my darling", "Ben: I love you too, kisses"], 30))))
    assert "balance of laughter" not in {part.name for part in content.overall.components}
    assert "far more" not in " ".join(gap.gap for gap in content.playfulness_gaps)


def test_nothing_is_guessed_where_nobody_plays():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 60))))
    assert content is None
    assert made.basis.measures == []


def test_groups_are_not_described():
    assert drafted(NAME, read(chat(*repeated([*PLAYFUL, "Cem: so what do we all do now"], 30))))[1] is None


def test_the_same_chat_gives_the_same_content(playful):
    tagged, made, _ = playful
    assert drafted(NAME, tagged)[0].content == made.content
