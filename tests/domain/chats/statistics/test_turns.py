from tests.domain.chats.statistics.chats import transcript

from domain.chats.statistics.model import Parameters
from domain.chats.statistics.turns import Turns, by_participant

MINUTE = 60
HOUR = 3_600


def turns(*messages, **parameters):
    chat = transcript([(time, sender, "x") for sender, time in messages], participants=["Ann", "Bob"])
    return by_participant(chat, range(len(messages)), Parameters(**parameters))


def test_a_turn_is_a_run_of_one_sender():
    ann, bob = turns(("Ann", 0), ("Ann", 10), ("Ann", 20), ("Bob", 30), ("Ann", 40))
    assert ann == Turns(count=2, of_several_messages=1, initiations=1, response_seconds=[10])
    assert bob == Turns(count=1, of_several_messages=0, initiations=0, response_seconds=[10])


def test_a_gap_of_six_hours_begins_a_session_and_parts_a_turn():
    ann, _ = turns(("Ann", 0), ("Ann", 6 * HOUR - 1), ("Ann", 12 * HOUR - 1))
    assert ann == Turns(count=2, of_several_messages=1, initiations=2)


def test_an_answer_is_counted_up_to_four_hours_and_within_the_session():
    _, bob = turns(("Ann", 0), ("Bob", 4 * HOUR))
    assert bob.response_seconds == [4 * HOUR]
    _, bob = turns(("Ann", 0), ("Bob", 4 * HOUR + 1))
    assert bob.response_seconds == []
    ann, bob = turns(("Ann", 0), ("Bob", 60 * MINUTE), session_gap_minutes=60)
    assert (bob.response_seconds, bob.initiations, ann.initiations) == ([], 1, 1)


def test_an_answer_counts_from_the_last_message_before_and_may_take_no_time():
    _, bob = turns(("Ann", 0), ("Ann", 50), ("Bob", 50), ("Bob", 90))
    assert bob == Turns(count=1, of_several_messages=1, initiations=0, response_seconds=[0])
