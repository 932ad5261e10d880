from datetime import date

import pytest

from domain.retrieval.analysis import words_of
from domain.retrieval.dates import Span, named_dates
from domain.retrieval.question import parse_question

NAMES = ["Melanie", "Rohan Mehta", "Katrin Vogel", "Lucía 🌸", "अनिता", "Vikas", "+49 151 2345678"]
FIRST, LAST = date(2022, 12, 1), date(2023, 12, 20)


@pytest.mark.parametrize(
    ("question", "senders"),
    [
        ("When did Melanie go?", {0}),
        ("When did Mel go?", {0}),
        ("Did the meal go well?", set()),
        ("what is rohan's job", {1}),
        ("Who is Mr Mehta?", {1}),
        ("Was macht Katrins Rad?", {2}),
        ("lucia y rohan", {1, 3}),
        ("Where does Anita live?", {4}),
        ("विकास कहाँ है?", {5}),
        ("What is new?", set()),
    ],
)
def test_participants_are_found_by_any_name_they_go_by(question, senders):
    assert parse_question(question, NAMES, 0, 0).senders == senders


@pytest.mark.parametrize("question", ["Can you name the can?", "Will they will it?"])
def test_a_word_that_means_nothing_names_nobody(question):
    assert parse_question(question, ["Candace", "Willow"], 0, 0).senders == set()


def day(month, number, year=2023):
    return Span(date(year, month, number), date(year, month, number))


@pytest.mark.parametrize(
    ("question", "span"),
    [
        ("What was shared on 19 August, 2023?", day(8, 19)),
        ("on the 19th of August", day(8, 19)),
        ("on August 3rd", day(8, 3)),
        ("2023-08-19", day(8, 19)),
        ("19/08/2023", day(8, 19)),
        ("8/19/23", day(8, 19)),
        ("19.08.2023", day(8, 19)),
        ("el 3 de agosto", day(8, 3)),
        ("no dia 12 de outubro de 2023", day(10, 12)),
        ("am 23. Oktober", day(10, 23)),
        ("9 नवंबर को", day(11, 9)),
        ("14 april ko kya hua", day(4, 14)),
        ("in July 2023", Span(date(2023, 7, 1), date(2023, 7, 31))),
        ("en mayo", Span(date(2023, 5, 1), date(2023, 5, 31))),
        ("what happened in may", Span(date(2023, 5, 1), date(2023, 5, 31))),
        ("what happened in 2022?", Span(date(2022, 1, 1), date(2022, 12, 31))),
        ("today", Span(LAST, LAST)),
        ("What did they do last week?", Span(date(2023, 12, 11), date(2023, 12, 17))),
        ("o que houve na semana passada", Span(date(2023, 12, 11), date(2023, 12, 17))),
        ("letzten Monat", Span(date(2023, 11, 1), date(2023, 11, 30))),
        ("पिछले साल", Span(date(2022, 1, 1), date(2022, 12, 31))),
    ],
)
def test_dates_are_found_in_several_languages(question, span):
    assert named_dates(question, FIRST, LAST).spans == (span,)


@pytest.mark.parametrize(
    "question",
    [
        "May I ask?",
        "Where did they march?",
        "a 10 km run in 58:12",
        "in 2019",
        "room 2023b",
        "v1.2.23.4",
    ],
)
def test_what_is_no_date_of_the_chat_is_none(question):
    assert named_dates(question, FIRST, LAST).spans == ()


@pytest.mark.parametrize(
    ("question", "outside"),
    [
        ("on 3 November 2024", {"3", "november", "2024"}),
        ("in july 2024", {"july", "2024"}),
        ("on 31 February 2023", {"31", "february", "2023"}),
        ("2021-08-19", {"2021", "08", "19"}),
        ("born in 1990", {"1990"}),
        ("on 3 November", set()),
    ],
)
def test_a_date_on_which_the_chat_does_not_run_is_told_and_not_read_as_another(question, outside):
    dates = named_dates(question, FIRST, LAST)
    assert dates.outside == outside
    assert bool(dates.spans) == (not outside)


@pytest.mark.parametrize(
    ("question", "participants", "dated"),
    [
        ("What did Jan say?", [], False),
        ("the birthday of June", ["June"], False),
        ("Is August at home?", [], False),
        ("Any news from Jan?", ["Jan Vos"], False),
        ("on 3 June", ["June"], True),
        ("in august", ["Jan"], True),
        ("april mein kya hua", [], True),
        ("Wo ist hier der Schlüssel?", [], False),
        ("Que s'est-il passé hier?", [], True),
    ],
)
def test_names_and_words_of_another_language_are_no_dates(question, participants, dated):
    year = 365 * 86_400
    assert bool(parse_question(question, participants, 0, year).spans) == dated


def test_a_day_without_a_year_is_meant_in_every_year_of_the_chat():
    spans = named_dates("on 10 December", FIRST, LAST).spans
    assert spans == (day(12, 10, 2022), day(12, 10, 2023))


@pytest.mark.parametrize(("question", "weekday"), [("on Saturday", 5), ("los lunes", 0), ("शनिवार को", 5)])
def test_weekdays_are_found(question, weekday):
    assert named_dates(question, FIRST, LAST).weekdays == {weekday}


def test_function_words_of_the_question_s_own_language_are_ignored():
    question = parse_question("Was hat sie mit dem Rad gemacht?", [], 0, 0)
    assert question.languages == ("en", "de")
    assert {"was", "hat", "mit", "dem"} <= question.ignored
    assert "rad" not in question.ignored


def test_words_that_frame_a_question_are_ignored_unless_there_are_no_others():
    framed = parse_question("What kind of soup did Ann mention?", ["Ann"], 0, 0)
    assert {"kind", "mention", "ann"} <= framed.ignored
    assert "soup" not in framed.ignored
    assert "said" not in parse_question("What was said?", [], 0, 0).ignored


def test_words_of_a_date_of_the_chat_are_not_looked_for():
    start = 1_685_000_000
    question = parse_question("What about the boiler on 15th June 2023?", [], start, start + 86_400 * 60)
    assert {"15th", "june", "2023"} <= question.ignored
    assert question.says_more
    assert "2019" not in parse_question("the boiler in 2019", [], start, start).ignored


@pytest.mark.parametrize(
    "question", ["What did Ann say on 15 June?", "What happened in June?", "Was ist im Juni passiert?"]
)
def test_a_question_may_name_a_day_and_nothing_else(question):
    start = 1_685_000_000
    parsed = parse_question(question, ["Ann"], start, start + 86_400 * 60)
    assert not parsed.says_more
    assert parsed.ignored.issuperset(words_of(question))
