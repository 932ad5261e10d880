import pytest

from domain.insights.analyst.acts import Act, Pronoun
from domain.insights.kinds import InsufficientData
from support.small_chats import repeated, view_of

ENGLISH = ["Ann: how are you doing today my dear", "Ben: I am fine and you are the best"]


def test_acts_are_found_with_their_sender_and_rate():
    view = view_of("Ann: thank you so much", "Ben: that is what we have friends for", "Ann: it was so good of you")
    assert view.positions(Act.THANKS) == [0]
    assert view.count(Act.THANKS, by=1) == 0
    rate = view.rate(Act.THANKS, by=0)
    assert (rate.count, rate.of, rate.percent) == (1, 2, 50.0)
    assert rate.percent_low < 50 < rate.percent_high


def test_forwarded_messages_placeholders_and_system_rows_are_not_read():
    view = view_of(
        "* +1m: I love you is written here", "Ann: >>I love you all", "Ann: <love you omitted>", "Ben: I love you Ann"
    )
    assert view.positions(Act.AFFECTION) == [3]
    assert view.read_count() == 1


def test_a_message_that_laughs_is_neither_negative_nor_in_distress():
    view = view_of(*ENGLISH, "Ann: you idiot 😂", "Ben: I'm so sad haha")
    assert view.positions(Act.CONTEMPT) == []
    assert view.positions(Act.DISTRESS) == []
    assert view.positions(Act.TEASE) == [2]


def test_a_message_that_comforts_speaks_of_the_others_distress():
    view = view_of(*ENGLISH, "Ann: what a hard day, I'm here for you")
    assert view.positions(Act.SUPPORT) == [2]
    assert view.positions(Act.DISTRESS) == []


def test_we_talk_is_the_share_of_words_for_us():
    view = view_of("Ann: I think we are good, we and us", "Ben: I do it myself for me")
    assert view.tagged.pronouns[0] == {Pronoun.WE: 3, Pronoun.I: 1, Pronoun.YOU: 0}
    assert (view.we_talk(0).count, view.we_talk(0).of) == (3, 4)


def test_messages_out_of_order_are_read_in_order_of_time():
    view = view_of("Ann: thank you for that", "Ben +0m: thanks to you for this")
    view.transcript.times[0] += 60
    assert view.positions(Act.THANKS) == [0, 1]


def test_windows_end_by_messages_and_by_time():
    view = view_of("Ann: one is the first", "Ben: two", "Ann: three", "Ben +2h: four is late")
    assert view.following(0, 1, 3_600) == [1]
    assert view.following(0, 9, 3_600) == [1, 2]
    assert view.preceding(3, 9, 3_600) == []
    assert view.between(1, 3) == [1, 2, 3]


def test_positions_of_one_person_close_together_are_one():
    view = view_of("Ann: a", "Ann +5m: b", "Ben: c", "Ann +1h: d")
    assert view.apart([0, 1, 2, 3], 600) == [0, 2, 3]


def test_sessions_begin_after_six_hours():
    view = view_of("Ann: a", "Ben: b", "Ann +6h: c")
    assert view.session_starts() == [0, 2]
    assert [view.session(position) for position in (0, 1, 2)] == [0, 0, 1]


def test_coverage_is_the_share_of_the_months_with_messages():
    view = view_of("Ann: a", "Ben +31d: b", "Ann +31d: c", "Ben +31d: d")
    assert view.coverage([0, 1]) == 0.5
    assert view.monthly([0, 1]) == [1, 1, 0, 0]


def test_a_pair_are_two_who_write_enough():
    two = repeated(ENGLISH, 25)
    assert view_of(*two).pair() == (0, 1)
    with pytest.raises(InsufficientData):
        view_of(*two, "Cem: hello").pair()
    with pytest.raises(InsufficientData):
        view_of(*ENGLISH).pair()


def test_voices_are_those_who_write_enough_the_busiest_first():
    view = view_of(*repeated(["Ann: a b c", "Ben: d", "Ben: e"], 25), "Cem: hello")
    assert view.voices() == [1, 0]
