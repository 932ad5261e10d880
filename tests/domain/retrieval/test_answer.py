import pytest

from domain.chats.lookup import QuotedMessage
from domain.retrieval.answer import NO_QUESTION, NOT_FOUND, Asked, confidence, likeness
from domain.retrieval.assembly import Chunk
from domain.retrieval.extractive import extract
from domain.retrieval.model import Hit
from domain.retrieval.search import Evidence

LONG = (
    "We talked for hours about the weather and the trains and everything else under the sun that evening. "
    "The dentist said that the tooth must go. Then we had soup; it was cold and nobody liked it very much!"
)


def evidence(*scored, message_count=500, by_meaning=True, by_words=(), on_named_days=()):
    """Evidence of (text, score), each an excerpt of its own, at the positions from 0."""
    hits = [Hit(position, score, position in on_named_days) for position, (_, score) in enumerate(scored)]
    return Evidence(
        chunks=[Chunk(positions=(hit.position,), best=hit, text="") for hit in hits],
        ranked=hits,
        messages={
            position: QuotedMessage(position, position, 1_700_000_000, position % 2, text)
            for position, (text, _) in enumerate(scored)
        },
        message_count=message_count,
        by_meaning=by_meaning,
        by_words=frozenset(by_words),
    )


def answer(found, question="What did the dentist say?"):
    return extract(Asked(question=question, earlier=(), evidence=found, participants=["Ann", "Bob"], languages=("en",)))


@pytest.mark.parametrize(
    ("score", "expected"), [(13.4, "medium"), (13.5, "high"), (10, "medium"), (9.9, "low"), (-50, "low")]
)
def test_confidence_follows_the_score_of_the_best_source(score, expected):
    assert confidence(evidence(("text", score))) == expected


def test_confidence_in_nothing_is_low():
    assert confidence(evidence()) == "low"


def test_a_score_means_the_same_where_nothing_is_embedded():
    assert likeness(8, evidence(by_meaning=False)) == likeness(10, evidence()) == 0.5


def test_a_score_counts_for_more_in_a_small_chat():
    sizes = [likeness(5, evidence(message_count=size)) for size in (1, 2, 5, 10, 26, 1000)]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == sizes[-2]


def test_the_best_messages_are_quoted_with_speaker_and_date():
    found = answer(evidence(("The tooth must go.", 15), ("It hurts", 12), ("Hello", 9)))

    assert found.text == "Ann, 14 November 2023: “The tooth must go.”\nBob, 14 November 2023: “It hurts”"
    assert [(citation.position, citation.quote) for citation in found.citations] == [
        (0, "The tooth must go."),
        (1, "It hurts"),
    ]


def test_no_more_than_three_are_quoted():
    assert len(answer(evidence(*[("The tooth", 15)] * 9)).citations) == 3


def test_of_a_long_message_the_sentence_that_shares_most_with_the_question_is_quoted():
    [citation] = answer(evidence((LONG, 15))).citations

    assert citation.quote == "The dentist said that the tooth must go."
    assert citation.quote in LONG


@pytest.mark.parametrize("text", ["x" * 500, "\n\n a line\n another line ", "no end " * 60, "。" * 200])
def test_whatever_is_quoted_stands_in_the_message(text):
    [citation] = answer(evidence((text, 15))).citations

    assert citation.quote
    assert citation.quote in text


def test_scores_that_do_not_support_an_answer_give_none():
    found = answer(evidence(("The tooth must go.", 6)))

    assert (found.text, found.confidence, found.citations) == (NOT_FOUND, "low", [])
    assert answer(evidence()).text == NOT_FOUND
    assert answer(evidence(), "?!").text == NO_QUESTION


def test_in_a_small_chat_shared_words_decide():
    scored = (("Good morning", 4), ("The tooth must go", 3.5))

    assert answer(evidence(*scored, message_count=2)).text == NOT_FOUND
    [citation] = answer(evidence(*scored, message_count=2, by_words=[1])).citations
    assert citation.position == 1


def test_the_best_message_of_a_small_chat_is_quoted_whatever_its_score():
    scored = (("The tooth is fixed", -2), ("It hurt", -2.5), ("A tooth costs 90", -2.7))

    citations = answer(evidence(*scored, message_count=3, by_words=[0, 1, 2])).citations
    assert [citation.position for citation in citations] == [0, 1]


def test_a_question_is_quoted_with_what_was_said_next():
    found = answer(evidence(("Did the dentist call?", 15), ("She did", 1), ("Hello", 0)))

    assert [citation.quote for citation in found.citations] == ["Did the dentist call?", "She did"]


@pytest.mark.parametrize("asking", ["what's the dentist's address, I need it", "¿dónde está?", "wo ist er"])
def test_a_message_that_begins_as_a_question_is_quoted_with_what_was_said_next(asking):
    found = evidence((asking, 15), ("18 Quarry Lane", 1))

    languages = ("en", "es", "de")
    citations = extract(Asked(question="?", earlier=(), evidence=found, participants=["A", "B"], languages=languages))
    assert [citation.quote for citation in citations.citations] == [asking, "18 Quarry Lane"]


def test_what_only_begins_like_a_question_is_quoted_alone():
    assert len(answer(evidence(("What a dentist!", 15), ("Hello", 0))).citations) == 1


def test_what_was_said_next_to_a_question_is_quoted_besides_the_best_three():
    found = evidence(("A tooth", 15), ("A tooth", 15), ("Did the dentist call?", 14), ("She did", 1), ("A tooth", 13))

    assert [citation.position for citation in answer(found).citations] == [0, 1, 2, 3]


def test_only_messages_of_the_days_that_are_named_are_quoted():
    scored = (("The tooth must go", 18), ("The dentist called", 14), ("Hello", 3))
    question = "What did the dentist say on 14 November?"

    [citation] = answer(evidence(*scored, on_named_days=[1, 2]), question).citations
    assert citation.position == 1
    assert answer(evidence(*scored, on_named_days=[2]), question).text == NOT_FOUND
    assert answer(evidence(*scored), question).citations[0].position == 0


def test_of_a_day_that_is_all_a_question_names_messages_are_quoted_whatever_their_score():
    scored = (("The tooth must go", 18), ("Hello", 3))

    [citation] = answer(evidence(*scored, on_named_days=[1]), "What happened on 14 November?").citations
    assert citation.position == 1


def test_of_days_on_which_the_chat_does_not_run_only_messages_that_name_them_are_quoted():
    found = evidence(("The tooth is from 1990", 18), ("The dentist called", 18))

    assert answer(found, "What did the dentist say on 3 November 2024?").text == NOT_FOUND
    assert [citation.position for citation in answer(found, "the tooth of 1990").citations] == [0]


@pytest.mark.parametrize(
    ("before", "after"),
    [("so then " * 9_000, ""), ("", " and so on" * 9_000), ("so then " * 9_000, " and so on" * 9_000)],
)
def test_of_a_message_without_an_end_the_words_around_those_of_the_question_are_quoted(before, after):
    text = f"{before}dentist {before}the dentist said the tooth must go, dentist{after}"
    [citation] = answer(evidence((text, 15)), "What did the dentist say of the tooth?").citations

    assert len(citation.quote) <= 300
    assert "the dentist said the tooth must go" in citation.quote
    assert f" {citation.quote} " in f" {text} "


def test_of_a_message_without_a_space_so_much_is_quoted_as_of_others():
    [citation] = answer(evidence(("x" * 240_000, 15))).citations
    assert len(citation.quote) == 300
