import pytest

from domain.retrieval.dates import asks_when, names_a_time
from domain.retrieval.model import Hit
from domain.retrieval.question import parse_question
from domain.retrieval.wording import ASKING_COST, TIMELESS_COST, reranked


def scores(texts, question="What did Ann cook?"):
    ranked = [Hit(position, 10.0) for position in range(len(texts))]
    hits = reranked(ranked, dict(enumerate(texts)), parse_question(question, ["Ann", "Ben"], 0, 86_400))
    return {hit.position: hit.score for hit in hits}


def test_what_tells_is_above_what_asks():
    found = scores(["What did you cook?", "I cooked soup. And you?", "I cooked soup."])
    assert [*found] == [2, 1, 0]
    assert found[2] == 10.0
    assert found[0] == 10.0 - ASKING_COST


def test_a_question_for_a_time_prefers_what_names_one():
    found = scores(["I cooked soup.", "I cooked soup last week."], "When did Ann cook?")
    assert [*found] == [1, 0]
    assert found[0] == 10.0 - TIMELESS_COST


def test_a_time_that_is_asked_for_does_not_count_as_told():
    assert [*scores(["Did you cook yesterday? I did.", "I cooked yesterday."], "When did Ann cook?")] == [1, 0]


def test_that_a_message_is_of_a_named_day_is_kept():
    assert reranked([Hit(0, 2.0, on_named_day=True)], {0: "soup"}, parse_question("soup", [], 0, 0)) == [
        Hit(0, 2.0, on_named_day=True)
    ]


def test_messages_whose_text_is_not_known_are_left_out():
    ranked = [Hit(0, 2.0), Hit(1, 1.0)]
    assert reranked(ranked, {1: "soup"}, parse_question("soup", [], 0, 0)) == [Hit(1, 1.0)]


@pytest.mark.parametrize(
    "question",
    ["When did she leave?", "¿Cuándo se fue?", "Quando saiu?", "Wann ging sie?", "wo kab gayi?", "वह कब गई?"],
)
def test_asking_for_a_time_is_told_in_every_language(question):
    assert asks_when(question)
    assert not asks_when("Who?")


@pytest.mark.parametrize("text", ["in 2021", "on Monday", "ayer", "amanhã", "letzte Woche", "pichle hafte", "पिछले साल"])
def test_naming_a_time_is_told_in_every_language(text):
    assert names_a_time(text)
    assert not names_a_time("soup, 7 bowls")
