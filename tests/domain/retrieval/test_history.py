import pytest

from domain.retrieval.answer import EarlierTurn
from domain.retrieval.history import search_text


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ([], "And why?", "And why?"),
        (["Did you water the tomatoes?"], "Where is the old boiler manual?", "Where is the old boiler manual?"),
        (["Where is the boiler manual?", "And why?"], "And when?", "Where is the boiler manual? And why? And when?"),
        (["Did you water it?", "Where is the boiler manual kept?"], "Why?", "Where is the boiler manual kept? Why?"),
        (["Did you water the tomatoes?", "What about Carol?"], "And when?", "What about Carol? And when?"),
        (["Who?", "Why?"], "And when?", "Who? Why? And when?"),
    ],
)
def test_a_question_that_says_little_is_read_with_those_before_back_to_one_that_says_more(earlier, question, expected):
    turns = [EarlierTurn(text, "an answer") for text in earlier]
    assert search_text(question, turns, ["en"]) == expected
