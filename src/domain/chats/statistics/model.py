"""What the statistics of a chat are made of, under the names that clients read.

What each name counts, and in which unit, is told once, in `definitions`. Times are ISO 8601 local wall-clock times,
or UTC with a trailing Z where the zone is `UTC`.
"""

from typing import Literal

import msgspec

Zone = Literal["local", "UTC"]


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """What the counting can be told; every result echoes it."""

    session_gap_minutes: int = 360
    response_window_minutes: int = 240
    top_words: int = 50
    top_emojis: int = 40
    user_top_words: int = 10
    user_top_emojis: int = 10
    links: int = 1_000
    listed_word_chars: int = 64
    listed_link_chars: int = 2_048
    longest_message_chars: int = 500
    language_min_percent: int = 3
    language_sample_messages: int = 5_000


DEFAULTS = Parameters()


class DateRange(msgspec.Struct, frozen=True):
    start: str | None
    end: str | None


class WordCount(msgspec.Struct, frozen=True):
    word: str
    count: int


class EmojiCount(msgspec.Struct, frozen=True):
    emoji: str
    count: int


class Link(msgspec.Struct, frozen=True):
    url: str
    user: str
    timestamp: str


class Language(msgspec.Struct, frozen=True):
    language: str
    percent: float


class LongestMessage(msgspec.Struct, frozen=True, kw_only=True):
    word_count: int = 0
    char_count: int = 0
    timestamp: str | None = None
    message: str = ""


class UserStatistics(msgspec.Struct, frozen=True, kw_only=True):
    message_count: int
    word_count: int
    word_count_all: int
    avg_words_per_message: float
    avg_message_length_chars: float
    deleted_messages: int
    media_shared: int
    links_shared: int
    conversation_initiations: int
    double_texting_rate: float
    questions_asked: int
    avg_response_time_seconds: float | None
    top_words: list[WordCount]
    top_emojis: list[EmojiCount]
    busiest_hour: int | None
    hourly_distribution: list[int]
    longest_message: LongestMessage


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    total_messages: int
    total_words: int
    total_words_all: int
    date_range: DateRange
    total_days: int
    messages_per_day_avg: float
    messages_by_date: dict[str, int]
    deleted_messages_count: int
    media_shared_count: int
    links_shared_count: int
    links: list[Link]
    busiest_hour: int | None
    busiest_day: str | None
    hourly_distribution: list[int]
    daily_distribution: dict[str, int]
    top_words: list[WordCount]
    top_emojis: list[EmojiCount]
    user_stats: dict[str, UserStatistics]
    languages: list[Language]
    definitions_version: int
    parameters: Parameters
    resolution_seconds: int
    zone: Zone
