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
    short_session_gap_minutes: int = 30
    response_window_minutes: int = 240
    overnight_window_minutes: int = 840
    answer_window_minutes: int = 1_440
    double_text_minutes: int = 10
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
    timeline_years: int = 20
    reply_pairs: int = 100
    style_min_words: int = 1_000
    style_min_english_percent: int = 80
    style_sample_messages: int = 5_000
    style_blocks: int = 50
    style_resamples: int = 200


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


class Proportion(msgspec.Struct, frozen=True):
    """`count` of `of` cases, with Wilson's 95 % interval; null where there are none."""

    count: int
    of: int
    percent: float | None
    percent_low: float | None
    percent_high: float | None


class OvernightReplies(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    median_seconds: float | None


class ResponseTime(msgspec.Struct, frozen=True, kw_only=True):
    """Null where nobody was answered."""

    n: int
    median_seconds: float | None
    p25_seconds: float | None
    p75_seconds: float | None
    p90_seconds: float | None
    mean_seconds: float | None
    percent_within_1_minute: float | None
    percent_within_5_minutes: float | None
    percent_within_60_minutes: float | None
    overnight: OvernightReplies


class TurnTaking(msgspec.Struct, frozen=True, kw_only=True):
    turns: int
    initiations: Proportion
    endings: Proportion
    response_time: ResponseTime
    unanswered: Proportion
    double_texts: int
    double_texts_per_100_turns: float | None


class TextMessages(msgspec.Struct, frozen=True, kw_only=True):
    """Text messages, and which of them ask, laugh, or were sent late at night; `percent` is per 100 of them."""

    count: int
    questions: Proportion
    laughter: Proportion
    late_night: Proportion


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
    turn_taking: TurnTaking
    text_messages: TextMessages
    messages_by_month: list[int]
    """Of the months of `timeline.months`."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    start: str
    end: str
    seconds: int
    messages: int


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    count: int
    count_at_short_gap: int
    median_messages: float | None
    longest_by_time: Session | None
    longest_by_messages: Session | None


class Balanced(msgspec.Struct, frozen=True, kw_only=True):
    evenness: float | None
    reciprocity: float | None
    """Of two participants; null for any other number."""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    messages: Balanced
    words: Balanced
    turns: Balanced


class DayRun(msgspec.Struct, frozen=True, kw_only=True):
    start: str
    end: str
    days: int


class Streaks(msgspec.Struct, frozen=True, kw_only=True):
    active_days: int
    shared_days: int
    longest: DayRun | None
    last: DayRun | None


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    start: str
    end: str
    seconds: int
    broken_by: str


class Periods(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive periods, those without messages included; none in a chat without messages."""

    first: str | None
    """As 2024-W01, or 2024-01."""
    messages: list[int]
    first_incomplete: bool
    last_incomplete: bool


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    weeks: Periods
    months: Periods


class Replies(msgspec.Struct, frozen=True, kw_only=True):
    replied_to: str
    replier: str
    count: int
    lift: float


class StyleMatching(msgspec.Struct, frozen=True, kw_only=True):
    score: float
    score_low: float
    score_high: float
    categories: dict[str, float]
    """The nine components of the score."""
    words: int
    """Those of the participant with fewer."""


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
    sessions: Sessions
    balance: Balance
    streaks: Streaks
    longest_silence: Silence | None
    timeline: Timeline
    burstiness: float | None
    reply_network: list[Replies] | None
    """Null unless three or more wrote."""
    style_matching: StyleMatching | None
    languages: list[Language]
    definitions_version: int
    parameters: Parameters
    resolution_seconds: int
    zone: Zone
