import pytest
from tests.domain.chats.statistics.chats import transcript

from domain.chats.statistics.model import Parameters
from domain.chats.statistics.turn_taking import by_participant
from domain.chats.statistics.turns import take

MINUTE = 60
HOUR = 3_600


def turns(*messages, **parameters):
    chat = transcript([(time, sender, "x") for sender, time in messages], participants=["Ann", "Bob"])
    found = Parameters(**parameters)
    return by_participant(take(chat, range(len(messages)), found), found)


def test_a_turn_is_a_run_of_one_sender():
    ann, bob = turns(("Ann", 0), ("Ann", 10), ("Ann", 20), ("Bob", 30), ("Ann", 40))
    assert (ann.count, ann.of_several_messages, ann.initiations, ann.endings, ann.response_seconds) == (
        2,
        1,
        1,
        1,
        [10],
    )
    assert (bob.count, bob.of_several_messages, bob.initiations, bob.endings, bob.response_seconds) == (
        1,
        0,
        0,
        0,
        [10],
    )


def test_a_gap_of_six_hours_begins_a_session_and_parts_a_turn():
    ann, _ = turns(("Ann", 0), ("Ann", 6 * HOUR - 1), ("Ann", 12 * HOUR - 1))
    assert (ann.count, ann.of_several_messages, ann.initiations, ann.endings) == (2, 1, 2, 2)


def test_an_answer_is_counted_up_to_four_hours_and_within_the_session():
    _, bob = turns(("Ann", 0), ("Bob", 4 * HOUR))
    assert bob.response_seconds == [4 * HOUR]
    _, bob = turns(("Ann", 0), ("Bob", 4 * HOUR + 1))
    assert bob.response_seconds == []
    ann, bob = turns(("Ann", 0), ("Bob", 60 * MINUTE), session_gap_minutes=60)
    assert (bob.response_seconds, bob.initiations, ann.initiations) == ([], 1, 1)


def test_an_answer_counts_from_the_last_message_before_and_may_take_no_time():
    _, bob = turns(("Ann", 0), ("Ann", 50), ("Bob", 50), ("Bob", 90))
    assert (bob.count, bob.of_several_messages, bob.initiations, bob.response_seconds) == (1, 1, 0, [0])


def test_writing_again_counts_after_ten_minutes_without_an_answer():
    ann, bob = turns(("Ann", 0), ("Ann", 599), ("Ann", 1_199), ("Bob", 1_200), ("Bob", 1_800), ("Ann", 9_000))
    assert (ann.double_texts, bob.double_texts) == (1, 1)


@pytest.mark.parametrize(
    ("asked", "answered", "counts"),
    [(21, 30, True), (26, 36 - 1 / 60, True), (21, 35.5, False), (20.9, 30, False), (27, 32, False), (25, 29.9, False)],
)
def test_an_overnight_reply_is_asked_at_night_and_answered_in_the_morning(asked, answered, counts):
    _, bob = turns(("Ann", int(asked * HOUR)), ("Bob", int(answered * HOUR)))
    assert bob.overnight_seconds == ([int(answered * HOUR) - int(asked * HOUR)] if counts else [])
    assert bob.response_seconds == []


def test_a_turn_is_unanswered_when_nobody_else_writes_within_a_day():
    ann, bob = turns(("Ann", 0), ("Ann", 8 * HOUR), ("Bob", 25 * HOUR), ("Ann", 49 * HOUR + 1), ("Ann", 60 * HOUR))
    assert (ann.answered, ann.unanswered) == (1, 1)
    assert (bob.answered, bob.unanswered) == (0, 1)
