"""Every published number: what it counts, in which unit, and which parameters decide it."""

import msgspec

from domain.chats.statistics.model import DEFAULTS, Parameters
from domain.chats.statistics.relationship_definitions import RELATIONSHIP
from domain.chats.statistics.terms import Definition, Term

VERSION = 2
"""Raised with every change by which the same chat gets another number."""


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    definitions_version: int
    parameters: Parameters
    terms: tuple[Term, ...]
    definitions: tuple[Definition, ...]


def definitions() -> Definitions:
    """The definitions of all statistics, with the default parameters."""
    return Definitions(
        definitions_version=VERSION, parameters=DEFAULTS, terms=_TERMS, definitions=_CHAT + _USER + RELATIONSHIP
    )


_TERMS = (
    Term(
        "message",
        "A text, media, deleted message, call, poll, location or contact. System rows are none and count for nobody.",
    ),
    Term(
        "order of time",
        "Messages sorted by their time, equal times in the order of the file. Times are the export's local wall clock "
        "(zone local) or UTC (zone UTC), exact to resolution_seconds.",
    ),
    Term(
        "written text",
        "The text or caption that somebody wrote in a message of any kind. What the export put in its place "
        "(<Media omitted>, a deleted message's note, a call, a location, a poll) is not written.",
    ),
    Term("text message", "A message of kind text with written text."),
    Term(
        "word",
        "A word-like segment of written text by Unicode Standard Annex #29: letters with their marks and digits. "
        "Apostrophes, the Catalan point, geresh and gershayim join letters; a full stop or comma joins digits; hyphen, "
        "underscore, colon and any other full stop part words. Each Han character and each Hiragana letter is a word, "
        "a run of Katakana is one, and so is a run of Thai, Lao, Khmer or Burmese. Links, e-mail addresses and "
        "emoji hold no words; nor does text between white space that is, but for punctuation around it, the name of "
        "one of the chat's attached files. Words are compared in lower case, NFC, with straight apostrophes.",
    ),
    Term("number", "A word without a letter."),
    Term("content word", "A word that is neither a number nor a stop word."),
    Term(
        "stop word",
        "A function word of any of the languages listed in `languages`, by the published lists of spaCy and our own "
        "for Hinglish, Korean, Hiragana and English contractions.",
    ),
    Term(
        "emoji",
        "A grapheme cluster shown as a picture: emoji presentation by default or by U+FE0F, a skin tone, a ZWJ "
        "sequence, a flag, a keycap; and, of the characters shown as text by default, a bare one among U+2600 to "
        "U+27BF. With U+FE0E it is none. A sequence is one emoji. Skin tones are folded.",
    ),
    Term(
        "link",
        "http://, https:// or www. and what follows, up to white space or a character that no address holds, without "
        "trailing punctuation . , ; : ! ? ' * _ ~ and without closing brackets that are not opened in it.",
    ),
    Term(
        "session",
        "Messages in order of time up to a gap of at least session_gap_minutes, at which the next session begins.",
    ),
    Term("turn", "A maximal run of messages of one sender within a session."),
    Term(
        "proportion",
        "count of `of` cases in per cent, with the 95 % interval of Wilson (1927); null where there are no cases.",
    ),
    Term(
        "quantile",
        "Of sorted values, interpolated linearly between the two nearest (Hyndman and Fan 1996, type 7); the median is "
        "the quantile of 50 %. Null of no values.",
    ),
    Term("gap", "The time from a message to the next one in order of time, whoever sent them, in seconds."),
    Term(
        "rounding",
        "Numbers that are not whole are rounded to two decimals; coefficients and lifts to four. An average of nothing "
        "is 0, unless said.",
    ),
)

_CHAT = (
    Definition("total_messages", "Messages of the chat.", "messages"),
    Definition("total_words", "Content words of the chat.", "words", ("language_min_percent",)),
    Definition("total_words_all", "Words of the chat, stop words and numbers included.", "words"),
    Definition("date_range", "Times of the first and the last message; null without messages.", "ISO 8601"),
    Definition("total_days", "Calendar days from the first to the last message, both included.", "days"),
    Definition("messages_per_day_avg", "total_messages / total_days.", "messages per day"),
    Definition("messages_by_date", "Messages of each date that has any.", "messages"),
    Definition("deleted_messages_count", "Messages of kind deleted.", "messages"),
    Definition(
        "media_shared_count", "Messages of kind media; contact cards and locations are other kinds.", "messages"
    ),
    Definition("links_shared_count", "Links in written text, each occurrence.", "links"),
    Definition(
        "links",
        "The first links in order of time, as written; longer addresses than listed_link_chars are left out.",
        "list of url, user, timestamp",
        ("links", "listed_link_chars"),
    ),
    Definition("busiest_hour", "The hour of most messages, the earliest of equals; null without messages.", "0 to 23"),
    Definition(
        "busiest_day", "The weekday of most messages, from Monday the first of equals; null without messages.", "name"
    ),
    Definition("hourly_distribution", "Messages by hour of the day, from 0 to 23.", "messages"),
    Definition("daily_distribution", "Messages by weekday.", "messages"),
    Definition(
        "top_words",
        "The most frequent content words, equals by code point; longer words than listed_word_chars are left out.",
        "list of word, count",
        ("top_words", "listed_word_chars", "language_min_percent"),
    ),
    Definition(
        "top_emojis",
        "The most frequent emoji in written text, each occurrence, equals by code point; longer sequences than "
        "listed_word_chars are left out.",
        "list of emoji, count",
        ("top_emojis", "listed_word_chars"),
    ),
    Definition("user_stats", "The statistics of each participant, by name.", "object"),
    Definition(
        "languages",
        "Of language_sample_messages messages with written text, evenly spread in order of time (index k of n is "
        "message k * all / n, rounded down), each is of the language that most of its words are function words of, if "
        "they are at least two and more than of any other language. Listed with its share of the messages so told if "
        "that is language_min_percent or more. Where no message tells a language, all of them are read as one.",
        "per cent",
        ("language_min_percent", "language_sample_messages"),
    ),
    Definition("definitions_version", "The version of these definitions.", "version"),
    Definition("parameters", "The parameters that the statistics were counted with.", "object"),
    Definition("resolution_seconds", "How exact the export's times are: 1 or 60.", "seconds"),
    Definition("zone", "local: the export's wall clock, which names no zone; UTC: the export's times are UTC.", "name"),
)

_USER = (
    Definition("user_stats.message_count", "Messages of the participant.", "messages"),
    Definition("user_stats.word_count", "Content words of the participant.", "words", ("language_min_percent",)),
    Definition("user_stats.word_count_all", "Words of the participant, stop words and numbers included.", "words"),
    Definition("user_stats.avg_words_per_message", "word_count / message_count.", "words per message"),
    Definition(
        "user_stats.avg_message_length_chars", "Unicode code points per text message.", "characters per message"
    ),
    Definition("user_stats.deleted_messages", "Messages of kind deleted.", "messages"),
    Definition("user_stats.media_shared", "Messages of kind media.", "messages"),
    Definition("user_stats.links_shared", "Links in written text, each occurrence.", "links"),
    Definition(
        "user_stats.conversation_initiations",
        "Sessions whose first message is the participant's.",
        "sessions",
        ("session_gap_minutes",),
    ),
    Definition(
        "user_stats.double_texting_rate",
        "Of the participant's turns, those of two or more messages.",
        "per cent of turns",
        ("session_gap_minutes",),
    ),
    Definition(
        "user_stats.questions_asked",
        "Messages whose written text has a question mark of any script outside its links: a punctuation "
        "character with QUESTION in its Unicode name, or a semicolon directly after a Greek letter.",
        "messages",
    ),
    Definition(
        "user_stats.avg_response_time_seconds",
        "Mean time from the last message of the turn before, another's in the same session, to the first "
        "message of the participant's turn, where it is response_window_minutes at most; 0 seconds count. "
        "Null when nobody was answered.",
        "seconds",
        ("session_gap_minutes", "response_window_minutes"),
    ),
    Definition("user_stats.top_words", "As top_words, of the participant.", "list of word, count", ("user_top_words",)),
    Definition(
        "user_stats.top_emojis", "As top_emojis, of the participant.", "list of emoji, count", ("user_top_emojis",)
    ),
    Definition("user_stats.busiest_hour", "As busiest_hour, of the participant.", "0 to 23"),
    Definition("user_stats.hourly_distribution", "As hourly_distribution, of the participant.", "messages"),
    Definition(
        "user_stats.longest_message",
        "The text message of most Unicode code points, of equals the one of most words, of those the "
        "earliest: its words (stop words and numbers included), its code points, its time and its first "
        "longest_message_chars characters. Zeros, null and an empty message without text messages.",
        "object",
        ("longest_message_chars",),
    ),
)
