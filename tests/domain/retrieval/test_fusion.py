from array import array
from datetime import UTC, date, datetime

import pytest

from domain.retrieval.dates import Span
from domain.retrieval.fusion import POPULATION, WHOLE, Ranking
from domain.retrieval.index import DENSE
from domain.retrieval.lexical import CONVERSATION, MESSAGE, WINDOW
from domain.retrieval.model import Hit, IndexFacts, Sent
from domain.retrieval.question import Question

START = int(datetime(2023, 5, 1, 12, tzinfo=UTC).timestamp())
DAY = 86_400


def facts(count, *starts):
    return IndexFacts(
        message_count=count,
        end=count,
        languages=("en",),
        radius=2,
        conversation_starts=array("I", starts or (0,)).tobytes(),
    )


def asked(**named):
    return Question(text="", languages=("en",), ignored=frozenset(), **{"senders": frozenset()} | named)


def ranked(lists, count=10, starts=(), question=None, sent=None, named=()):
    ranking = Ranking(lists, facts(count, *starts), named)
    sent = sent or {position: Sent(position % 2, START + position * DAY) for position in range(count)}
    return [hit.position for hit in ranking.fuse(question or asked(), sent)]


def test_the_message_that_the_lists_agree_on_is_first():
    lists = {WINDOW: [Hit(3, 9.0), Hit(7, 8.5)], DENSE: [Hit(7, 0.8), Hit(3, 0.4), Hit(1, 0.3)]}
    assert ranked(lists)[0] == 7


def test_every_message_of_a_conversation_shares_its_score():
    order = ranked({CONVERSATION: [Hit(4, 5.0)]}, starts=(0, 4, 7))
    assert set(order[:3]) == {4, 5, 6}


def test_messages_of_a_participant_that_is_named_come_first():
    order = ranked({WINDOW: [Hit(2, 5.0), Hit(3, 5.0)]}, question=asked(senders=frozenset([1])))
    assert order[0] == 3


def test_naming_everybody_changes_nothing():
    lists = {WINDOW: [Hit(2, 5.0), Hit(3, 5.0)]}
    assert ranked(lists, question=asked(senders=frozenset([0, 1]))) == ranked(lists)


def test_messages_of_a_day_that_is_named_come_first_and_those_soon_after_next():
    span = Span(date(2023, 5, 6), date(2023, 5, 6))
    order = ranked({}, question=asked(spans=(span,)))
    assert order[:4] == [5, 6, 7, 8]


def test_which_messages_are_of_a_day_that_is_named_is_told():
    sent = {position: Sent(0, START + position * DAY) for position in range(10)}
    question = asked(spans=(Span(date(2023, 5, 6), date(2023, 5, 7)),))
    hits = Ranking({}, facts(10)).fuse(question, sent)
    assert {hit.position for hit in hits if hit.on_named_day} == {5, 6}


def test_a_neighbour_of_messages_alike_in_meaning_is_above_a_lonely_one():
    lists = {DENSE: [Hit(2, 0.9), Hit(4, 0.9), Hit(3, 0.5), Hit(8, 0.5), *(Hit(at, 0.1) for at in (0, 1, 5, 6, 7, 9))]}
    order = ranked(lists)
    assert order.index(3) < order.index(8)


def test_meaning_does_not_spread_across_conversations():
    lists = {DENSE: [Hit(3, 0.9), Hit(5, 0.5), Hit(8, 0.5), *(Hit(at, 0.1) for at in (0, 1, 2, 4, 6, 7, 9))]}
    beside, apart = ranked(lists), ranked(lists, starts=(0, 4))
    assert beside.index(5) < beside.index(8)
    assert apart.index(5) < apart.index(8)  # equal scores keep the order of the chat
    lists[DENSE][2] = Hit(8, 0.51)
    assert ranked(lists, starts=(0, 4)).index(8) < ranked(lists, starts=(0, 4)).index(5)


def test_a_small_chat_is_ranked_whole_and_a_large_one_where_something_was_found():
    assert Ranking({}, facts(WHOLE)).positions == list(range(WHOLE))
    large = Ranking({MESSAGE: [Hit(7, 1.0)], CONVERSATION: [Hit(100, 1.0)]}, facts(WHOLE + 1, 0, 100, 103), [5])
    assert large.positions == [5, 7, 100, 101, 102]


def test_messages_of_which_nothing_is_known_are_left_out():
    assert ranked({WINDOW: [Hit(1, 3.0), Hit(2, 2.0)]}, sent={2: Sent(0, START)}) == [2]
    assert Ranking({}, facts(0)).fuse(asked(), {}) == []


@pytest.mark.parametrize("count", [2_000, 1_000_000])
def test_a_score_means_the_same_whatever_the_size_of_the_chat(count):
    lists = {WINDOW: [Hit(at, 10.0 - at / 100) for at in range(POPULATION)]}
    sent = {at: Sent(0, START) for at in range(POPULATION)}
    smaller = Ranking(lists, facts(POPULATION)).fuse(asked(), sent)
    assert Ranking(lists, facts(count)).fuse(asked(), sent) == smaller


def test_a_list_that_matches_but_pieces_of_words_counts_for_less_than_meaning():
    lists = {MESSAGE: [Hit(2, 0.1)], DENSE: [Hit(6, 0.8), *(Hit(at, 0.2) for at in range(10) if at != 6)]}
    assert ranked(lists)[0] == 6
