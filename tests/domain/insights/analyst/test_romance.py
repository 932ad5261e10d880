import pytest

from domain.insights.analyst.acts import Act
from domain.insights.analyst.romance import aimed, pair_of
from domain.insights.kinds import InsufficientData
from support.small_chats import repeated, view_of

PLAIN = ["Ann: the train is here", "Ben: the office is loud"]


@pytest.mark.parametrize(
    ("text", "act", "meant"),
    [
        ("good morning gorgeous", Act.FLIRT, True),
        ("you are so gorgeous", Act.FLIRT, True),
        ("gorgeous, come here", Act.FLIRT, True),
        ("the view from up there is gorgeous", Act.FLIRT, False),
        ("thanks for that 😘", Act.TOUCH, True),
        ("we saw a huge whale", Act.TOUCH, False),
        ("I love you", Act.AFFECTION, True),
        ("it is like a new baby", Act.AFFECTION, False),
        ("did you hear? the lake is gorgeous", Act.FLIRT, False),
    ],
)
def test_words_meant_for_the_other_are_told_from_words_about_something(text, act, meant):
    view = view_of(*repeated(PLAIN, 2), f"Ann: {text}")
    assert bool(aimed(view, act)) is meant


def test_a_pair_compares_by_interval_and_names_too_few():
    pair = pair_of(view_of(*repeated(PLAIN, 40)))
    anns = [position for position in pair.view.order if pair.view.sender(position) == 0]
    assert pair.more(anns, "writes|write") == "Ann writes more often than Ben"
    assert pair.more([], "writes|write") == "No message was found in which Ann or Ben writes"
    assert pair.first(anns) == "Ann"
    assert pair.first(pair.view.order) == "both about equally"
    assert pair.first(anns[:3]) == "too few to tell"
    assert pair.first([]) == "nobody seen"


def test_numbers_that_are_told_are_published():
    pair = pair_of(view_of(*repeated(PLAIN, 40)))
    assert pair.times("a", 0, "x") == "never"
    assert pair.times("b", 2, "x") == "twice"
    assert pair.times("c", 5, "x") == "5 times"
    assert pair.counted("d", 1, "reply|replies", "x") == "1 reply"
    assert pair.counted("e", 3, "reply|replies", "x") == "3 replies"
    assert [measure.value for measure in pair.say.all] == [0, 2, 5, 1, 3]


def test_three_people_are_no_pair():
    with pytest.raises(InsufficientData):
        pair_of(view_of(*repeated([*PLAIN, "Cem: hello there"], 40)))
