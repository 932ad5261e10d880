import pytest

from domain.insights.analyst.run import read
from support.drafts import described, drafted, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "love_language"
DRY = ["Ann: the train is at the station now", "Ben: I am at the office with the others", "Ann: what is for dinner?"]
MIXED = [
    "Ann: thank you so much for yesterday",
    "Ben +2m: you're welcome to it",
    "Ann +1h: you're amazing, I'm proud of you",
    "Ben +3h: I'll bring you the shopping, can I help with anything else?",
    "Ann +4m: thanks, that was kind",
    "Ben +3h: I can pick the kids up, do you need anything?",
    "Ann +3h: the bus is late",
]


@pytest.fixture(scope="module")
def mixed():
    return described(NAME, read(chat(*repeated(MIXED, 15))))


def test_each_has_the_form_they_write_most(mixed):
    _, made, content = mixed
    ann, ben = content.primary_languages.participants
    assert (ann.language, ann.confidence) == ("words of appreciation", "clear")
    assert (ben.language, ben.confidence) == ("help", "clear")
    assert content.compatibility.match_type == "different mixes"
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_the_lines_of_a_form_are_of_the_person_it_is_told_of(mixed):
    tagged, _, content = mixed
    for person in [*content.primary_languages.participants, *content.secondary_languages.participants]:
        for quote in person.evidence:
            assert tagged.transcript.participants[tagged.transcript.senders[quote.positions[0]]] == person.name


def test_help_that_is_thanked_counts_as_noticed(mixed):
    _, made, content = mixed
    measures = {measure.name: measure for measure in made.basis.measures}
    assert measures["recognised:Ben"].value == 50
    assert "Ann" in content.appreciation.frequency_comparison.partition(" more often than ")[0]
    shown = content.recognition.evidence[0]
    assert shown.context == "Ben offers something, and Ann notices."
    assert len(shown.exchange) == 2


def test_forms_that_hardly_occur_are_named_as_missing_from_the_writing(mixed):
    _, _, content = mixed
    missing = {form.language: form.explanation for form in content.missing_languages}
    assert {"gifts", "touch in words"} <= missing.keys()
    assert "away from the chat" in missing["gifts"]


def test_praise_of_something_else_and_flowers_in_a_picture_are_not_meant_for_the_other():
    lines = [*repeated(MIXED, 8), "Ann +1d: the flowers in that photo are pretty", "Ben: the picture is a huge hit"]
    _, content = drafted(NAME, read(chat(*lines)))
    assert {"gifts", "touch in words"} <= {form.language for form in content.missing_languages}


def test_nothing_is_guessed_where_nobody_is_appreciative():
    made, content = drafted(NAME, read(chat(*repeated(DRY, 60))))
    assert content is None
    assert made.reason
    assert made.basis.measures == []


def test_groups_are_not_described():
    assert drafted(NAME, read(chat(*repeated([*MIXED, "Cem: so what do we all do now"], 30))))[1] is None


def test_the_same_chat_gives_the_same_content(mixed):
    tagged, made, _ = mixed
    assert drafted(NAME, tagged)[0].content == made.content
