import pytest

from domain.insights.analyst import evidence, exchanges
from domain.insights.analyst.acts import Act
from domain.insights.kinds import InsufficientData
from support.small_chats import view_of

CHAT = (
    "Ann: thanks",
    "Ben: thank you for all that you did with the garden today",
    "Ann +1d: thank you and thanks again, I really appreciate what you do",
    "Ben +1d: thanks for the soup that you brought over last night",
    "Ben: thanks for the soup that you brought over last night",
    "Ann +1d: <thanks omitted>",
)


def test_the_clearest_and_readable_are_chosen_first():
    view = view_of(*CHAT)
    assert evidence.choose(view, view.positions(Act.THANKS), 1, Act.THANKS) == [2]


def test_the_same_words_are_taken_once_and_what_cannot_be_read_last():
    view = view_of(*CHAT)
    assert evidence.choose(view, view.positions(Act.THANKS), 9, Act.THANKS) in ([0, 1, 2, 3], [0, 1, 2, 4])
    assert 0 not in evidence.choose(view, view.positions(Act.THANKS), 3, Act.THANKS)


def test_placeholders_and_system_rows_are_never_chosen():
    view = view_of(*CHAT, "* +1m: thank you for joining")
    assert evidence.choose(view, [5, 6], 2) == []
    assert evidence.exchange(view, [5, 3], "x").exchange[0].positions == [3]


def test_everybody_has_their_turn():
    lines = [f"Ann +1d: thank you for the good day number {word}" for word in "abcdefgh"]
    view = view_of(*lines, "Ben +1d: thank you for what you did for me")
    assert {view.sender(at) for at in evidence.choose(view, view.positions(Act.THANKS), 3, Act.THANKS)} == {0, 1}


def test_equals_are_spread_over_the_chat():
    view = view_of(*(f"Ann +1d: thank you for the good day number {number} of us" for number in range(60)))
    chosen = evidence.choose(view, view.positions(Act.THANKS), 4, Act.THANKS)
    assert chosen[0] < 30 < chosen[-1]


def test_what_retrieval_found_wins_among_equals():
    lines = [f"Ann +1d: thank you for the good day number {word}" for word in "abcdefgh"]
    for found in (2, 6):
        view = view_of(*lines, found=[found])
        assert evidence.choose(view, view.positions(Act.THANKS), 1, Act.THANKS) == [found]


def test_too_few_proofs_are_no_proof():
    view = view_of(*CHAT)
    with pytest.raises(InsufficientData):
        evidence.quotes(view, view.positions(Act.PRAISE), 3, "x", least=2)


def test_replies_show_the_cue_and_the_reply():
    view = view_of("Ann: I'm so sad and I do not know why", "Ann: what a day", "Ben: oh no, I'm here for you")
    (shown,) = evidence.replies(view, exchanges.support(view), 3, lambda moment: f"{moment.by}", Act.DISTRESS)
    assert [line.positions for line in shown.exchange] == [[0], [2]]
    assert shown.context == "0"


def test_a_passage_keeps_its_ends():
    view = view_of("Ann: a", "Ben: b", "Ann: c", "Ben: d", "Ann: e", "Ben: f")
    assert evidence.passage(view, 0, 5) == [0, 1, 2, 5]


def test_a_selection_is_spaced_evenly():
    assert evidence.spaced([1, 2, 3, 4, 5, 6], 3) == [1, 3, 5]
    assert evidence.spaced([1], 3) == [1]
    assert evidence.spaced([], 3) == []
