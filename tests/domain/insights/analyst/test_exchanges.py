from domain.insights.analyst import exchanges
from support.small_chats import view_of


def test_distress_is_answered_with_support():
    view = view_of("Ann: I'm so sad and I do not know why", "Ben +3m: oh no, I'm here for you", "Ann: thank you")
    (moment,) = exchanges.support(view)
    assert (moment.cue, moment.by, moment.reply, moment.replier, moment.lag) == (0, 0, 1, 1, 180)
    assert exchanges.replied([moment]).percent == 100
    assert exchanges.median_lag([moment], to=0) == 180
    assert exchanges.median_lag([moment], to=1) is None


def test_support_after_an_hour_or_by_oneself_does_not_count():
    view = view_of("Ann: I'm so sad and I do not know why", "Ann: i'm here for you", "Ben +61m: I'm here for you")
    (moment,) = exchanges.support(view)
    assert moment.reply is None
    assert exchanges.replied([moment]).percent == 0


def test_distress_again_within_half_an_hour_is_the_same_moment():
    view = view_of("Ann: I'm so sad and it is what it is", "Ann +10m: I'm so stressed", "Ann +40m: I'm exhausted")
    assert [moment.cue for moment in exchanges.support(view)] == [0, 2]


def test_a_question_is_answered_by_whoever_writes_next():
    view = view_of("Ann: where are you?", "Ann: hello?", "Ben +30m: here", "Ben: and you?", "Ann +25h: home")
    first, second = exchanges.answers(view)
    assert (first.cue, first.reply, first.lag) == (0, 2, 31 * 60)
    assert (second.cue, second.reply) == (3, None)


def test_a_laugh_is_credited_to_what_came_before_it():
    view = view_of("Ann: I went to the zoo and he fell", "Ben: 😂", "Ben: haha", "Ann: haha I know")
    found = exchanges.laughs(view)
    assert [(moment.cue, moment.by, moment.reply) for moment in found] == [(0, 0, 1), (2, 1, 3)]
