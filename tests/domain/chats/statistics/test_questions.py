import pytest

from domain.chats.statistics.questions import asking


@pytest.mark.parametrize(
    "text",
    ["ok?", "¿qué", "好吗？", "كيف حالك؟", "τι κάνεις;", "τι κάνεις\u037e", "ինչ՞", "https://a.org/b?", "what?!"],
)
def test_question_marks_of_any_script_ask(text):
    assert asking([text]) == 1


@pytest.mark.parametrize("text", ["ok", "a; b", "https://a.org/watch?v=1", "www.a.org/?q=x y", "привет;"])
def test_everything_else_does_not_ask(text):
    assert asking([text]) == 0


def test_a_message_counts_once():
    assert asking(["a? b? c?", "no", "d?"]) == 2
