"""The statistics of a chat, from its messages in memory.

What each number counts is told in `definitions`; each of the other modules has one concern.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.chats.statistics import calendar, languages, links, questions, tally, turns
from domain.chats.statistics.definitions import VERSION
from domain.chats.statistics.model import (
    DEFAULTS,
    DateRange,
    EmojiCount,
    Language,
    Link,
    LongestMessage,
    Parameters,
    Statistics,
    UserStatistics,
    WordCount,
)
from domain.chats.statistics.pieces import Reader
from domain.chats.statistics.tally import Tally
from domain.chats.statistics.turns import Turns
from domain.chats.transcript import Flag, Kind, Transcript

# Plain numbers, because comparing with the members themselves is slow.
_TEXT, _MEDIA, _DELETED, _SYSTEM = int(Kind.TEXT), int(Kind.MEDIA), int(Kind.DELETED), int(Kind.SYSTEM)
_PLACEHOLDER = int(Flag.PLACEHOLDER)


def compute(transcript: Transcript, parameters: Parameters = DEFAULTS) -> Statistics:
    """Count what `definitions` defines. Participants, whose names are distinct, appear without messages too."""
    kinds = transcript.kinds
    # Sorting is stable: messages of the same second stay in file order.
    order = sorted(
        (position for position, kind in enumerate(kinds) if kind != _SYSTEM), key=transcript.times.__getitem__
    )
    own: list[list[int]] = [[] for _ in transcript.participants]
    for position in order:
        own[transcript.senders[position]].append(position)

    reader = Reader(transcript.attachments.values())
    found_languages = languages.detect(_sample(transcript, order, reader, parameters), parameters)
    counting = _Counting(transcript, parameters, reader, languages.stop_words(found_languages))
    own_turns = turns.by_participant(transcript, order, parameters)
    everyone = Tally()
    user_stats: dict[str, UserStatistics] = {}
    for name, positions, their_turns in zip(transcript.participants, own, own_turns, strict=True):
        written = _written(transcript, positions)
        texts = [transcript.texts[position] for position in written]
        summed = tally.take(transcript, positions, texts, reader)
        user_stats[name] = counting.user(summed, their_turns, written, questions.asking(texts))
        everyone.add(summed)
    return counting.chat(everyone, order, user_stats, found_languages)


def _written(transcript: Transcript, positions: Sequence[int]) -> list[int]:
    """Those of the positions whose text somebody wrote."""
    flags = transcript.flags
    return [position for position in positions if not flags[position] & _PLACEHOLDER]


def _sample(transcript: Transcript, order: Sequence[int], reader: Reader, parameters: Parameters) -> list[list[str]]:
    """The words of written messages, evenly spread over the whole chat."""
    written = _written(transcript, order)
    size = min(len(written), parameters.language_sample_messages)
    return [reader.words_of(transcript.texts[written[index * len(written) // size]]) for index in range(size)]


@dataclass(frozen=True, slots=True)
class _Counting:
    """From sums to statistics, for one chat."""

    transcript: Transcript
    parameters: Parameters
    reader: Reader
    stop_words: frozenset[str]

    def chat(
        self,
        everyone: Tally,
        order: Sequence[int],
        user_stats: dict[str, UserStatistics],
        found_languages: list[Language],
    ) -> Statistics:
        transcript, parameters = self.transcript, self.parameters
        first, last = (transcript.times[order[0]], transcript.times[order[-1]]) if order else (None, None)
        days = calendar.days_between(first, last) if first is not None and last is not None else 0
        hourly = calendar.hourly(everyone.hours)
        daily = calendar.daily(everyone.hours)
        content = tally.without(everyone.words, self.stop_words)
        return Statistics(
            total_messages=everyone.messages,
            total_words=sum(content.values()),
            total_words_all=everyone.words_all,
            date_range=DateRange(self._timestamp(first), self._timestamp(last)),
            total_days=days,
            messages_per_day_avg=_ratio(everyone.messages, days),
            messages_by_date=calendar.by_date(everyone.hours),
            deleted_messages_count=everyone.kinds[_DELETED],
            media_shared_count=everyone.kinds[_MEDIA],
            links_shared_count=everyone.links,
            links=self._links(order),
            busiest_hour=calendar.busiest(calendar.HOURS, hourly),
            busiest_day=calendar.busiest(calendar.WEEKDAYS, daily.values()),
            hourly_distribution=hourly,
            daily_distribution=daily,
            top_words=self._words(content, parameters.top_words),
            top_emojis=self._emojis(everyone, parameters.top_emojis),
            user_stats=user_stats,
            languages=found_languages,
            definitions_version=VERSION,
            parameters=parameters,
            resolution_seconds=transcript.report.resolution_seconds,
            zone="UTC" if transcript.utc else "local",
        )

    def user(self, summed: Tally, own_turns: Turns, written: Sequence[int], questions_asked: int) -> UserStatistics:
        content = tally.without(summed.words, self.stop_words)
        word_count = sum(content.values())
        hourly = calendar.hourly(summed.hours)
        text_messages = [position for position in written if self.transcript.kinds[position] == _TEXT]
        chars = sum(len(self.transcript.texts[position]) for position in text_messages)
        responses = own_turns.response_seconds
        return UserStatistics(
            message_count=summed.messages,
            word_count=word_count,
            word_count_all=summed.words_all,
            avg_words_per_message=_ratio(word_count, summed.messages),
            avg_message_length_chars=_ratio(chars, len(text_messages)),
            deleted_messages=summed.kinds[_DELETED],
            media_shared=summed.kinds[_MEDIA],
            links_shared=summed.links,
            conversation_initiations=own_turns.initiations,
            double_texting_rate=_ratio(100 * own_turns.of_several_messages, own_turns.count),
            questions_asked=questions_asked,
            avg_response_time_seconds=_ratio(sum(responses), len(responses)) if responses else None,
            top_words=self._words(content, self.parameters.user_top_words),
            top_emojis=self._emojis(summed, self.parameters.user_top_emojis),
            busiest_hour=calendar.busiest(calendar.HOURS, hourly),
            hourly_distribution=hourly,
            longest_message=self._longest(text_messages),
        )

    def _words(self, content: dict[str, int], size: int) -> list[WordCount]:
        return [WordCount(*entry) for entry in tally.top(content, size, self.parameters.listed_word_chars)]

    def _emojis(self, summed: Tally, size: int) -> list[EmojiCount]:
        return [EmojiCount(*entry) for entry in tally.top(summed.emojis, size, self.parameters.listed_word_chars)]

    def _links(self, order: Sequence[int]) -> list[Link]:
        """In order of time, as many as are listed."""
        transcript, parameters = self.transcript, self.parameters
        listed: list[Link] = []
        for position in _written(transcript, order):
            text = transcript.texts[position]
            if not links.may_hold_link(text):
                continue
            user = transcript.participants[transcript.senders[position]]
            timestamp = calendar.timestamp(transcript.times[position], utc=transcript.utc)
            listed += [
                Link(url, user, timestamp) for url in links.find(text) if len(url) <= parameters.listed_link_chars
            ]
            if len(listed) >= parameters.links:
                break
        return listed[: parameters.links]

    def _longest(self, text_messages: Sequence[int]) -> LongestMessage:
        """The one of most characters; of equals the one of most words, and of those the earliest."""
        if not text_messages:
            return LongestMessage()
        texts = self.transcript.texts
        chars = max(len(texts[position]) for position in text_messages)
        longest = max(
            (position for position in text_messages if len(texts[position]) == chars),
            key=lambda position: self.reader.word_count(texts[position]),
        )
        return LongestMessage(
            word_count=self.reader.word_count(texts[longest]),
            char_count=chars,
            timestamp=self._timestamp(self.transcript.times[longest]),
            message=texts[longest][: self.parameters.longest_message_chars],
        )

    def _timestamp(self, time: int | None) -> str | None:
        return None if time is None else calendar.timestamp(time, utc=self.transcript.utc)


def _ratio(part: int, whole: int) -> float:
    """Rounded to two decimals; 0 of nothing."""
    return round(part / whole, 2) if whole else 0.0
