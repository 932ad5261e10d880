import msgspec
import pytest
from tests.domain.chats.statistics.chats import seconds, transcript

from domain.chats.statistics.compute import compute
from domain.chats.statistics.model import (
    Balanced,
    DayRun,
    Parameters,
    Periods,
    Replies,
    Session,
    Silence,
    Streaks,
)
from domain.chats.transcript import Flag, Kind

HOUR = 3_600


def chat(*messages, **more):
    return compute(transcript([(time, sender, "x") for sender, time in messages], **more))


def test_sessions():
    sessions = chat(
        ("Ann", "2024-01-01T09:00"),
        ("Bob", "2024-01-01T12:00"),
        ("Ann", "2024-01-02T09:00"),
        ("Bob", "2024-01-02T09:01"),
        ("Bob", "2024-01-02T09:02"),
    ).sessions
    assert (sessions.count, sessions.count_at_short_gap, sessions.median_messages) == (2, 3, 2.5)
    assert sessions.longest_by_time == Session(
        start="2024-01-01T09:00:00", end="2024-01-01T12:00:00", seconds=3 * HOUR, messages=2
    )
    assert sessions.longest_by_messages == Session(
        start="2024-01-02T09:00:00", end="2024-01-02T09:02:00", seconds=120, messages=3
    )


def test_streaks_and_the_longest_silence():
    statistics = chat(
        ("Ann", "2024-02-28T23:59"),
        ("Ann", "2024-02-29T10:00"),
        ("Bob", "2024-02-29T10:00"),
        ("Bob", "2024-03-01T10:00"),
        ("Ann", "2024-03-09T10:00"),
        ("Bob", "2024-03-10T10:00"),
    )
    assert statistics.streaks == Streaks(
        active_days=5,
        shared_days=1,
        longest=DayRun(start="2024-02-28", end="2024-03-01", days=3),
        last=DayRun(start="2024-03-09", end="2024-03-10", days=2),
    )
    assert statistics.longest_silence == Silence(
        start="2024-03-01T10:00:00", end="2024-03-09T10:00:00", seconds=8 * 24 * HOUR, broken_by="Ann"
    )


def test_the_timeline_fills_zeros_and_flags_incomplete_edges():
    statistics = chat(("Ann", "2023-12-31T10:00"), ("Bob", "2024-01-01T10:00"), ("Ann", "2024-03-31T10:00"))
    months = statistics.timeline.months
    assert months == Periods(first="2023-12", messages=[1, 1, 0, 1], first_incomplete=True, last_incomplete=False)
    weeks = statistics.timeline.weeks
    assert (weeks.first, weeks.messages[:3], len(weeks.messages)) == ("2023-W52", [1, 1, 0], 14)
    assert (weeks.first_incomplete, weeks.last_incomplete) == (True, False)
    assert statistics.user_stats["Ann"].messages_by_month == [1, 0, 0, 1]
    assert statistics.user_stats["Bob"].messages_by_month == [0, 1, 0, 0]


def test_the_timeline_lists_the_last_years_alone():
    rows = [("0001-01-01T00:00", "Ann", "x"), ("9999-12-31T23:59", "Ann", "x")]
    statistics = compute(transcript(rows), Parameters(timeline_years=2))
    months, weeks = statistics.timeline.months, statistics.timeline.weeks
    assert (months.first, months.first_incomplete, len(months.messages), sum(months.messages)) == (
        "9998-01",
        False,
        24,
        1,
    )
    assert (weeks.first, weeks.first_incomplete, len(weeks.messages), sum(weeks.messages)) == (
        "9998-W02",  # 9998 has 53 weeks
        False,
        104,
        1,
    )
    assert statistics.user_stats["Ann"].messages_by_month == months.messages


def test_balance():
    balance = chat(("Ann", 0), ("Ann", 1), ("Ann", 2), ("Bob", 3)).balance
    assert balance.messages == Balanced(evenness=0.8113, reciprocity=0.5)
    assert balance.turns == Balanced(evenness=1.0, reciprocity=1.0)
    silent = chat(("Ann", 0), ("Bob", 1), participants=["Ann", "Bob", "Cid", "Dan"]).balance
    assert silent.messages == Balanced(evenness=0.5, reciprocity=None)
    assert chat(("Ann", 0)).balance.messages == Balanced(evenness=None, reciprocity=None)


@pytest.mark.parametrize(
    ("times", "burstiness"),
    [((0, 60, 120, 180), -1.0), ((0, 0, 0, 180), 1.0), ((0, 60), None), ((5, 5, 5), None)],
)
def test_burstiness_is_between_a_clock_and_a_single_burst(times, burstiness):
    assert chat(*(("Ann", time) for time in times)).burstiness == burstiness


def test_the_reply_network_of_three():
    order = ["Ann", "Bob", "Ann", "Bob", "Ann", "Cid", "Bob"]
    network = chat(*((name, 60 * index) for index, name in enumerate(order))).reply_network
    assert network == [
        Replies(replied_to="Ann", replier="Bob", count=2, lift=round(2 / 3 / (3 / 4), 4)),
        Replies(replied_to="Bob", replier="Ann", count=2, lift=round(1 / (2 / 3), 4)),
        Replies(replied_to="Ann", replier="Cid", count=1, lift=round(1 / 3 / (1 / 4), 4)),
        Replies(replied_to="Cid", replier="Bob", count=1, lift=round(1 / (3 / 5), 4)),
    ]
    assert chat(("Ann", 0), ("Bob", 60), participants=["Ann", "Bob", "Cid"]).reply_network is None


def test_text_messages_that_ask_laugh_or_are_late():
    placeholder = Flag.PLACEHOLDER
    own = compute(
        transcript(
            [
                ("2024-01-01T00:00", "Ann", "haha why?"),
                ("2024-01-01T04:59", "Ann", "haha haha"),
                ("2024-01-01T05:00", "Ann", "fine"),
                ("2024-01-01T03:00", "Ann", "haha?", Kind.MEDIA),
                ("2024-01-01T03:00", "Ann", "lol?", Kind.TEXT, placeholder),
            ]
        )
    ).user_stats["Ann"]
    found = own.text_messages
    assert (found.count, found.questions.count, found.laughter.count, found.late_night.count) == (3, 1, 2, 2)
    assert (found.laughter.of, found.laughter.percent, own.questions_asked) == (3, 66.67, 2)


def test_laughter_follows_the_languages_of_the_chat():
    spanish = "que no de la casa es para una persona jaja"
    german = "ich habe das nicht so gemeint und du weißt es jaja"
    for text, count in ((spanish, 1), (german, 0)):
        assert compute(transcript([(0, "Ann", text)])).user_stats["Ann"].text_messages.laughter.count == count


def test_null_where_nothing_was_measured():
    statistics = compute(transcript([], participants=["Ann", "Bob"]))
    turns = statistics.user_stats["Ann"].turn_taking
    assert (turns.turns, turns.initiations.percent, turns.unanswered.percent) == (0, None, None)
    assert (turns.double_texts_per_100_turns, turns.response_time.median_seconds) == (None, None)
    assert statistics.sessions.median_messages is None
    assert (statistics.streaks.longest, statistics.longest_silence, statistics.burstiness) == (None, None, None)
    assert (statistics.timeline.months.first, statistics.timeline.months.messages) == (None, [])
    assert (statistics.reply_network, statistics.style_matching) == (None, None)


def style_of(one, other, messages=200):
    rows = [(60 * index, "AB"[index % 2], other if index % 2 else one) for index in range(2 * messages)]
    return compute(transcript(rows)).style_matching


PLAIN = "I think you should come to the house with all of us and not be late"
CURT = "going home now because of work, dinner after that maybe, tell mum please"


def test_style_of_the_same_sentences_matches_without_doubt():
    matching = style_of(PLAIN, PLAIN)
    assert (matching.score, matching.score_low, matching.score_high) == (1.0, 1.0, 1.0)
    assert matching.words == 200 * len(PLAIN.split())


def test_style_of_different_sentences_matches_less():
    matching = style_of(PLAIN, CURT)
    assert len(matching.categories) == 9
    assert matching.score == pytest.approx(sum(matching.categories.values()) / 9, abs=1e-4)
    assert matching.score_low <= matching.score <= matching.score_high < 1
    assert matching.categories["articles"] < 0.01


@pytest.mark.parametrize(
    ("one", "messages"),
    [(PLAIN, 60), (" ".join([PLAIN] * 10), 49), ("que no de la casa es para una persona que ya no está aquí", 200)],
)
def test_style_is_not_measured_from_few_words_few_messages_or_another_language(one, messages):
    assert style_of(one, one, messages) is None


def test_the_same_chat_gets_the_same_interval():
    rows = [(60 * index, "AB"[index % 2], (PLAIN, CURT)[index % 3 == 0]) for index in range(400)]
    found = [compute(transcript(rows)).style_matching for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].score_low < found[0].score


def test_a_long_chat_stays_small():
    day = 24 * HOUR
    rows = [(seconds("2014-01-01T12:00") + day * index, "AB"[index % 2], "x") for index in range(3_650)]
    statistics = compute(transcript(rows))
    added = ("sessions", "balance", "streaks", "longest_silence", "timeline", "burstiness", "reply_network")
    own = ("turn_taking", "text_messages", "messages_by_month")
    size = sum(len(msgspec.json.encode(getattr(statistics, name))) for name in added)
    assert size < 4_000
    assert sum(len(msgspec.json.encode(getattr(statistics.user_stats["A"], name))) for name in own) < 3_000
