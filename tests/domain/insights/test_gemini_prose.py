import pytest

from domain.insights.drafts import Measure
from domain.insights.gemini_prose import Prose
from fakes.insights import MEASURES, NAMES, message, stored

SHOWN = stored()


@pytest.fixture
def prose():
    return Prose({f"m{n}": measure for n, measure in enumerate(MEASURES, 1)}, SHOWN.values(), [SHOWN[2]], NAMES)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ann starts {m1} of their talks.", "Ann starts 62 % of their talks."),
        ("Ann starts {m1}% of their talks.", "Ann starts 62 % of their talks."),
        ("Bob takes {m2} minutes, or {m2}.", "Bob takes 4 minutes, or 4 minutes."),
        ("They made {m3} plans, 17 in all.", "They made 17 plans, 17 in all."),
        ("They agree on a house for 12 people.", "They agree on a house for 12 people."),
        ("They met on 14 November 2023.", "They met on 14 November 2023."),
        ("The two of them talk a lot. It shows!", "The two of them talk a lot. It shows!"),
        ("Bob wrote “forty euros a night”.", "Bob wrote “forty euros a night”."),
        ("", ""),
    ],
)
def test_what_the_measures_and_the_cited_messages_bear_out_is_kept(prose, text, kept):
    assert prose.checked(text) == kept


@pytest.mark.parametrize(
    "sentence",
    [
        "Ann starts 70% of their talks.",
        "They wrote 3,000 messages.",
        "They wrote ३ messages.",
        "A ½ of it is Ann's.",
        "Their score is 12.",
        "About 12% of it is Bob's.",
        "The ratio is 5:1.",
        "Nearly ninety percent is Ann's.",
        "Their score would be ten.",
        "It is two out of three.",
        "They made {m9} plans.",
        "They made {plans} plans.",
        "They made {m3 plans.",
        "Bob starts {m1} of their talks.",
        "Ann wrote “I never loved you”.",
        "HACKED 10.",
        "Read more at https://example.com/now.",
    ],
)
def test_a_sentence_with_what_nothing_bears_out_is_dropped(prose, sentence):
    assert prose.checked(f"Ann asks first. {sentence} Bob agrees.") == "Ann asks first. Bob agrees."
    assert not prose.checked(sentence)


def test_a_number_of_a_message_that_is_not_cited_is_dropped():
    assert not Prose({}, SHOWN.values(), [SHOWN[1]], NAMES).checked("A house for 12 people.")


def test_words_to_say_quote_nobody_and_hold_no_other_numbers(prose):
    assert prose.checked("Say “How was your day?”", quotes_the_chat=False) == "Say “How was your day?”"
    assert not prose.checked("Say “You owe me 99 kisses”", quotes_the_chat=False)


def test_the_number_in_a_name_is_no_number():
    prose = Prose({}, [], [], ["+49 170 1234567", "Ann"])

    assert prose.checked("+49 170 1234567 asks first.") == "+49 170 1234567 asks first."
    assert not Prose({}, [], [], ["10"]).checked("It is worth 10.")


def test_measures_are_kept_apart_in_a_group_of_a_thousand():
    names = [f"Name {number}" for number in range(1_000)]
    measure = Measure(name="starts:Name 1", value=5, unit="count", n=5, source="")
    prose = Prose({"m1": measure}, [], [], names)

    assert prose.checked("Name 1 starts {m1} talks. Name 11 starts {m1} talks.") == "Name 1 starts 5 talks."


def test_an_interval_and_a_count_of_cases_may_be_written_too(prose):
    assert prose.checked("It lies between 55 and 69, over 130 talks.")


def test_a_text_names_a_measure_if_its_value_stands_in_it(prose):
    assert prose.names_a_measure("Since Ann starts 62 % of them.")
    assert not prose.names_a_measure("Since Ann starts most of them.")


def test_what_a_name_looks_like_is_no_pattern():
    measure = Measure(name=r"starts:A\1 (x", value=5, unit="count", n=5, source="")
    prose = Prose({"m1": measure}, [message(1)], [], [r"A\1 (x"])

    assert prose.checked(r"A\1 (x starts {m1} talks.") == r"A\1 (x starts 5 talks."


def test_a_measure_that_is_nobodys_may_stand_beside_any_name():
    measure = Measure(name="topics:travel", value=5, unit="count", n=5, source="")

    assert Prose({"m1": measure}, [], [], NAMES).checked("Ann and Bob planned {m1} trips.")
