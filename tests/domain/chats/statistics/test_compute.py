import msgspec
import pytest
from tests.domain.chats.statistics.chats import transcript

from domain.chats.statistics.compute import compute
from domain.chats.statistics.definitions import VERSION
from domain.chats.statistics.model import (
    DateRange,
    EmojiCount,
    Language,
    Link,
    LongestMessage,
    Parameters,
    Statistics,
    WordCount,
)
from domain.chats.transcript import Flag, Kind

PLACEHOLDER = Flag.PLACEHOLDER


@pytest.fixture(scope="module")
def statistics():
    """Two days of two people, in English."""
    return compute(
        transcript(
            [
                ("2024-01-01T08:00", None, "Messages are end-to-end encrypted. Why?", Kind.SYSTEM),
                ("2024-01-01T09:00", "Ann", "Are you there? I made coffee ❤️"),  # Monday
                ("2024-01-01T09:01", "Ann", "Coffee and 2 cakes: https://cakes.example/a?b=c."),
                ("2024-01-01T09:01", "Bob", "<Media omitted>", Kind.MEDIA, PLACEHOLDER),
                ("2024-01-01T09:31", "Ann", "This message was deleted", Kind.DELETED, PLACEHOLDER),
                ("2024-01-02T21:00", "Bob", "I will be there with the coffee ❤ 👍🏽", Kind.MEDIA),
                ("2024-01-02T21:10", "Bob", "Voice call, 12 min", Kind.CALL, PLACEHOLDER),
                ("2024-01-02T21:11", "Bob", "Location: https://maps.example/?q=1,2", Kind.LOCATION, PLACEHOLDER),
                ("2024-01-02T21:30", "Ann", "ok", Kind.TEXT, Flag.EDITED),
                ("2024-01-02T22:00", None, "Bob left?", Kind.SYSTEM),
            ]
        )
    )


def test_messages_of_the_chat(statistics):
    assert statistics.total_messages == 8
    assert statistics.deleted_messages_count == 1
    assert statistics.media_shared_count == 2
    assert statistics.date_range == DateRange("2024-01-01T09:00:00", "2024-01-02T21:30:00")
    assert statistics.total_days == 2
    assert statistics.messages_per_day_avg == 4.0
    assert statistics.messages_by_date == {"2024-01-01": 4, "2024-01-02": 4}
    assert (statistics.busiest_hour, statistics.busiest_day) == (9, "Monday")
    assert {hour: count for hour, count in enumerate(statistics.hourly_distribution) if count} == {9: 4, 21: 4}
    assert statistics.daily_distribution["Tuesday"] == 4


def test_words_of_the_chat(statistics):
    # coffee, coffee, cakes; coffee; ok. Everything else is a function word of English, or the number 2.
    assert statistics.languages == [Language("en", 100.0)]
    assert statistics.total_words == 5
    assert statistics.total_words_all == 6 + 4 + 7 + 1
    assert statistics.top_words == [WordCount("coffee", 3), WordCount("cakes", 1), WordCount("ok", 1)]
    assert statistics.top_emojis == [EmojiCount("❤️", 2), EmojiCount("👍", 1)]


def test_links_are_those_that_somebody_wrote(statistics):
    assert statistics.links_shared_count == 1
    assert statistics.links == [Link("https://cakes.example/a?b=c", "Ann", "2024-01-01T09:01:00")]


def test_statistics_of_each_participant(statistics):
    ann, bob = statistics.user_stats["Ann"], statistics.user_stats["Bob"]
    assert (ann.message_count, ann.word_count, ann.word_count_all, ann.avg_words_per_message) == (4, 4, 11, 1.0)
    assert (bob.message_count, bob.word_count, bob.word_count_all, bob.avg_words_per_message) == (4, 1, 7, 0.25)
    assert (ann.deleted_messages, ann.media_shared, ann.links_shared, ann.questions_asked) == (1, 0, 1, 1)
    assert (bob.deleted_messages, bob.media_shared, bob.links_shared, bob.questions_asked) == (0, 2, 0, 0)
    assert (ann.avg_message_length_chars, bob.avg_message_length_chars) == ((31 + 48 + 2) / 3, 0.0)
    assert ann.top_words == [WordCount("coffee", 2), WordCount("cakes", 1), WordCount("ok", 1)]
    assert bob.top_emojis == [EmojiCount("❤️", 1), EmojiCount("👍", 1)]
    assert (ann.busiest_hour, ann.hourly_distribution[9], bob.busiest_hour) == (9, 3, 21)


def test_turns_of_each_participant(statistics):
    ann, bob = statistics.user_stats["Ann"], statistics.user_stats["Bob"]
    # Ann's turns: two messages, one, one. Bob's: one, three. Two sessions, begun by either.
    assert (ann.conversation_initiations, ann.double_texting_rate) == (1, 33.33)
    assert (bob.conversation_initiations, bob.double_texting_rate) == (1, 50.0)
    assert ann.avg_response_time_seconds == (30 * 60 + 19 * 60) / 2
    assert bob.avg_response_time_seconds == 0.0


def test_longest_message_is_a_text_message(statistics):
    assert statistics.user_stats["Ann"].longest_message == LongestMessage(
        word_count=4,
        char_count=48,
        timestamp="2024-01-01T09:01:00",
        message="Coffee and 2 cakes: https://cakes.example/a?b=c.",
    )
    assert statistics.user_stats["Bob"].longest_message == LongestMessage()


def test_of_equally_long_messages_the_one_of_most_words_and_then_the_earliest_is_longest():
    chat = transcript([(60, "Ann", "a b later"), (0, "Ann", "long word"), (30, "Ann", "a b early")])
    assert compute(chat).user_stats["Ann"].longest_message.timestamp == "1970-01-01T00:00:30"


def test_longest_message_is_cut_and_its_counts_are_not():
    longest = compute(transcript([(0, "Ann", "word " * 200)])).user_stats["Ann"].longest_message
    assert (longest.word_count, longest.char_count, longest.message) == (200, 1_000, "word " * 100)


def test_messages_out_of_order_are_read_in_order_of_time_and_equal_times_in_file_order():
    chat = transcript([(120, "Ann", "www.c.org"), (60, "Bob", "www.a.org"), (60, "Ann", "www.b.org")])
    statistics = compute(chat)
    assert [link.url for link in statistics.links] == ["www.a.org", "www.b.org", "www.c.org"]
    assert statistics.user_stats["Bob"].conversation_initiations == 1
    assert statistics.user_stats["Ann"].double_texting_rate == 100.0
    assert statistics.user_stats["Ann"].avg_response_time_seconds == 0.0


def test_null_where_nobody_was_answered():
    assert compute(transcript([(0, "Ann", "hello")])).user_stats["Ann"].avg_response_time_seconds is None


def test_counts_are_taken_before_lists_are_cut():
    chat = transcript([(0, "Ann", " ".join(f"https://a.org/{number}" for number in range(1_002)))])
    statistics = compute(chat)
    assert (statistics.links_shared_count, len(statistics.links)) == (1_002, 1_000)
    chat = transcript([(0, "Ann", " ".join(f"word{number}" for number in range(60)))])
    statistics = compute(chat)
    assert (statistics.total_words, len(statistics.top_words)) == (60, 50)
    assert len(statistics.user_stats["Ann"].top_words) == 10


@pytest.mark.parametrize(("excess", "listed"), [(0, 1), (1, 0)])
def test_entries_out_of_all_proportion_are_counted_and_not_listed(excess, listed):
    url = "https://a.org/".ljust(2_048 + excess, "b")
    statistics = compute(transcript([(0, "Ann", "a" * (64 + excess) + " " + url)]))
    assert (statistics.total_words, len(statistics.top_words)) == (1, listed)
    assert (statistics.links_shared_count, len(statistics.links)) == (1, listed)


def test_times_are_utc_where_the_export_has_them():
    statistics = compute(transcript([(0, "Ann", "hello www.a.org")], utc=True, resolution_seconds=1))
    assert (statistics.zone, statistics.resolution_seconds) == ("UTC", 1)
    assert statistics.date_range.start == "1970-01-01T00:00:00Z"
    assert statistics.links[0].timestamp == statistics.user_stats["Ann"].longest_message.timestamp
    assert statistics.links[0].timestamp == "1970-01-01T00:00:00Z"


def test_version_and_parameters_are_echoed():
    parameters = Parameters(session_gap_minutes=30)
    statistics = compute(transcript([]), parameters)
    assert (statistics.definitions_version, statistics.parameters) == (VERSION, parameters)
    assert (statistics.zone, statistics.resolution_seconds) == ("local", 60)
    defaults = compute(transcript([])).parameters
    assert (defaults.session_gap_minutes, defaults.response_window_minutes) == (360, 240)


@pytest.mark.parametrize("rows", [[], [("2024-01-01T08:00", None, "Messages are encrypted.", Kind.SYSTEM)]])
def test_a_chat_without_messages(rows):
    statistics = compute(transcript(rows, participants=["Ann"]))
    assert (statistics.total_messages, statistics.total_days, statistics.messages_per_day_avg) == (0, 0, 0.0)
    assert statistics.date_range == DateRange(None, None)
    assert (statistics.busiest_hour, statistics.busiest_day, statistics.messages_by_date) == (None, None, {})
    assert statistics.user_stats["Ann"].message_count == 0
    assert statistics.user_stats["Ann"].longest_message == LongestMessage()


def test_one_message():
    statistics = compute(transcript([("2024-01-01T08:00", "Ann", "hello")]))
    assert (statistics.total_messages, statistics.total_days, statistics.messages_per_day_avg) == (1, 1, 1.0)
    assert (statistics.busiest_hour, statistics.busiest_day) == (8, "Monday")
    assert statistics.user_stats["Ann"].double_texting_rate == 0.0


def test_statistics_survive_json(statistics):
    assert msgspec.json.decode(msgspec.json.encode(statistics), type=Statistics) == statistics
