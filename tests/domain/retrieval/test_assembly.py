from array import array
from datetime import UTC, datetime

import pytest

from domain.retrieval.assembly import CHARACTERS_A_TOKEN, CONSIDERED, assemble, wanted
from domain.retrieval.model import Hit, IndexFacts, Sent

START = int(datetime(2023, 5, 1, 12, tzinfo=UTC).timestamp())
DAY = 86_400


def assembled(best, texts, starts=(0,), max_chunks=10, max_tokens=2_000, sent=None):
    facts = IndexFacts(
        message_count=len(texts),
        end=len(texts),
        languages=("en",),
        radius=2,
        conversation_starts=array("I", starts).tobytes(),
    )
    numbers = {position: sum(position >= start for start in starts) for position in range(len(texts))}
    sent = sent or {position: Sent(position % 2, START + number * DAY) for position, number in numbers.items()}
    ranked = [Hit(position, 10.0 - rank) for rank, position in enumerate(best)]
    return assemble(ranked, dict(enumerate(texts)), sent, ["Ann", "Ben"], facts, max_chunks, max_tokens)


def test_an_excerpt_has_its_date_its_speakers_and_one_neighbour_on_each_side():
    [chunk] = assembled([2], ["a", "b", "c", "d", "e"])
    assert chunk.text == "[Tuesday 2 May 2023]\nBen: b\nAnn: c\nBen: d"
    assert (chunk.positions, chunk.best) == ((1, 2, 3), Hit(2, 10.0))


def test_what_touches_is_merged_and_what_is_left_out_is_marked():
    [chunk] = assembled([1, 3, 8], [*"abcdefghij"])
    assert chunk.positions == (0, 1, 2, 3, 4, 7, 8, 9)
    assert chunk.text.count("[…]") == 1
    assert "Ann: e\n[…]\nBen: h" in chunk.text


def test_conversations_are_excerpts_of_their_own_in_the_order_of_their_best_messages():
    chunks = assembled([5, 0], [*"abcdef"], starts=(0, 3))
    assert [chunk.positions for chunk in chunks] == [(4, 5), (0, 1)]


def test_neighbours_are_of_the_same_conversation_and_have_text():
    [chunk] = assembled([3], ["a", "b", "", "d", "", "f"], starts=(0, 3))
    assert chunk.positions == (3,)


def test_no_more_excerpts_than_asked_for():
    texts = [*"abcdefgh"]
    chunks = assembled([6, 4, 2, 0], texts, starts=range(8), max_chunks=2)
    assert [chunk.positions for chunk in chunks] == [(6,), (0, 2, 4)]


def test_many_short_conversations_fill_the_budget_although_the_excerpts_are_few():
    texts = ["x" * 50] * 60
    chunks = assembled(list(range(60)), texts, starts=range(60), max_chunks=3, max_tokens=1_000)
    assert sum(len(chunk.text) for chunk in chunks) > 850 * CHARACTERS_A_TOKEN
    assert [chunk.positions for chunk in chunks[:2]] == [(0,), (1,)]


def test_the_budget_holds_and_the_best_messages_of_all_come_first():
    texts = [f"{position} " + "x" * 390 for position in range(40)]
    chunks = assembled(list(range(0, 40, 2)), texts, starts=range(0, 40, 4), max_tokens=1_000)
    assert sum(len(chunk.text) for chunk in chunks) <= 1_000 * CHARACTERS_A_TOKEN
    assert [chunk.best.position for chunk in chunks] == sorted(chunk.best.position for chunk in chunks)


def test_lesser_messages_of_a_conversation_follow_the_best_ones_of_others():
    texts = ["x" * 100] * 40
    best = [0, 10, 20, 30, 5, 15, 25, 35, 7, 17]
    chunks = assembled(best, texts, starts=range(0, 40, 10), max_tokens=500)
    assert [chunk.positions[0] // 10 for chunk in chunks[:4]] == [0, 1, 2, 3]
    assert len(chunks) > 4


def test_the_last_excerpt_takes_further_conversations_each_under_its_date():
    texts = ["x" * 150] * 24
    best = [0, 4, 8, 13, 16, 21]
    [*others, last] = assembled(best, texts, starts=range(0, 24, 4), max_chunks=4, max_tokens=500)
    assert [chunk.text.count("2023]") for chunk in others] == [1, 1, 1]
    assert ({13, 16, 21} <= set(last.positions), last.text.count("2023]")) == (True, 3)


def test_each_day_of_a_conversation_has_its_date():
    sent = {position: Sent(position % 2, START + position * DAY // 3) for position in range(5)}
    [chunk] = assembled([1], ["a", "b", "c"], sent=sent)
    assert chunk.text == "[Monday 1 May 2023]\nAnn: a\nBen: b\n[Tuesday 2 May 2023]\nAnn: c"


def test_the_dates_of_a_long_conversation_are_within_the_budget():
    sent = {position: Sent(0, START + position * DAY) for position in range(200)}
    chunks = assembled(list(range(200)), ["x" * 20] * 200, sent=sent, max_tokens=1_000)
    assert sum(len(chunk.text) for chunk in chunks) <= 1_000 * CHARACTERS_A_TOKEN


def test_a_message_longer_than_the_budget_is_cut():
    [chunk] = assembled([0], ["x" * 9_000], max_tokens=1_000)
    assert chunk.text.endswith("x…")
    assert len(chunk.text) <= 1_000 * CHARACTERS_A_TOKEN


@pytest.mark.parametrize("best", [[], [0]])
def test_nothing_to_show_is_no_excerpt(best):
    assert assembled(best, [""]) == []


def test_what_is_wanted_covers_the_best_and_their_neighbours():
    assert wanted([Hit(0, 2.0), Hit(5, 1.0)]) == [0, 1, 4, 5, 6]
    assert len(wanted([Hit(position * 3, 1.0) for position in range(2 * CONSIDERED)])) <= 3 * CONSIDERED
