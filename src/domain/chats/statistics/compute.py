"""The statistics of a chat, from its messages in memory.

What each number counts is told in `definitions`; each of the other modules has one concern.
"""

from collections import Counter
from dataclasses import dataclass, field

from domain.chats.statistics import (
    balance,
    calendar,
    gaps,
    links,
    participant,
    reply_network,
    sessions,
    streaks,
    style,
    tally,
    timeline,
    turn_taking,
    turns,
)
from domain.chats.statistics.chat import Chat, open_chat
from domain.chats.statistics.definitions import VERSION
from domain.chats.statistics.estimates import ratio
from domain.chats.statistics.model import (
    DEFAULTS,
    Balance,
    DateRange,
    Link,
    Parameters,
    Silence,
    Statistics,
    UserStatistics,
)
from domain.chats.statistics.tally import Tally
from domain.chats.statistics.turns import Turns
from domain.chats.transcript import Flag, Kind, Transcript

_MEDIA, _DELETED, _PLACEHOLDER = int(Kind.MEDIA), int(Kind.DELETED), int(Flag.PLACEHOLDER)


def compute(transcript: Transcript, parameters: Parameters = DEFAULTS) -> Statistics:
    """Count what `definitions` defines. Participants, whose names are distinct, appear without messages too."""
    opened = open_chat(transcript, parameters)
    found_turns = turns.take(transcript, opened.order, parameters)
    people = _people(opened, found_turns)
    times = [transcript.times[position] for position in opened.order]
    return _Counting(opened, times, gaps.between(times), found_turns, people).statistics()


@dataclass(slots=True)
class _People:
    """What is counted person by person."""

    everyone: Tally = field(default_factory=Tally)
    writers: Counter[int] = field(default_factory=Counter)
    """How many wrote on each day on which anyone did, by whole days since 1970."""
    texts: list[list[str]] = field(default_factory=list)
    """What the text messages of each say."""
    user_stats: dict[str, UserStatistics] = field(default_factory=dict)


def _people(opened: Chat, found_turns: Turns) -> _People:
    transcript = opened.transcript
    found = _People()
    own_turns = turn_taking.by_participant(found_turns, opened.parameters)
    months = timeline.listed_months(opened.days(), opened.parameters)
    for name, positions, their_turns in zip(
        transcript.participants, opened.positions_of_each(), own_turns, strict=True
    ):
        person = participant.read(opened, positions)
        found.user_stats[name] = person.statistics(their_turns, len(found_turns.openings), months)
        found.texts.append(person.texts)
        found.writers.update(calendar.by_day(person.summed.hours).keys())
        found.everyone.add(person.summed)
    return found


@dataclass(frozen=True, slots=True)
class _Counting:
    """From sums to statistics, for one chat."""

    chat: Chat
    times: list[int]
    """Of all messages, sorted."""
    gaps: list[int]
    turns: Turns
    people: _People

    def statistics(self) -> Statistics:
        chat, parameters, times, everyone = self.chat, self.chat.parameters, self.times, self.people.everyone
        days = calendar.days_between(times[0], times[-1]) if times else 0
        hourly = calendar.hourly(everyone.hours)
        daily = calendar.daily(everyone.hours)
        content = tally.without(everyone.words, chat.stop_words)
        return Statistics(
            total_messages=everyone.messages,
            total_words=sum(content.values()),
            total_words_all=everyone.words_all,
            date_range=DateRange(chat.stamp(times[0]), chat.stamp(times[-1])) if times else DateRange(None, None),
            total_days=days,
            messages_per_day_avg=ratio(everyone.messages, days),
            messages_by_date=calendar.by_date(everyone.hours),
            deleted_messages_count=everyone.kinds[_DELETED],
            media_shared_count=everyone.kinds[_MEDIA],
            links_shared_count=everyone.links,
            links=self._links(),
            busiest_hour=calendar.busiest(calendar.HOURS, hourly),
            busiest_day=calendar.busiest(calendar.WEEKDAYS, daily.values()),
            hourly_distribution=hourly,
            daily_distribution=daily,
            top_words=chat.top_words(content, parameters.top_words),
            top_emojis=chat.top_emojis(everyone.emojis, parameters.top_emojis),
            user_stats=self.people.user_stats,
            sessions=sessions.take(self.turns, self.gaps, parameters, chat.stamp),
            balance=self._balance(),
            streaks=streaks.take(self.people.writers),
            longest_silence=self._longest_silence(),
            timeline=timeline.take(calendar.by_day(everyone.hours), parameters),
            burstiness=gaps.burstiness(self.gaps),
            reply_network=reply_network.take(self.turns, chat.transcript.participants, parameters),
            style_matching=style.match(self.people.texts, chat.reader, chat.languages, parameters),
            languages=chat.languages,
            definitions_version=VERSION,
            parameters=parameters,
            resolution_seconds=chat.transcript.report.resolution_seconds,
            zone="UTC" if chat.transcript.utc else "local",
        )

    def _balance(self) -> Balance:
        each = self.people.user_stats.values()
        return Balance(
            messages=balance.of([user.message_count for user in each]),
            words=balance.of([user.word_count_all for user in each]),
            turns=balance.of([user.turn_taking.turns for user in each]),
        )

    def _longest_silence(self) -> Silence | None:
        """The longest gap, the earliest of equals."""
        if not self.gaps:
            return None
        before = self.gaps.index(max(self.gaps))
        start, end = self.times[before : before + 2]
        transcript = self.chat.transcript
        return Silence(
            start=self.chat.stamp(start),
            end=self.chat.stamp(end),
            seconds=end - start,
            broken_by=transcript.participants[transcript.senders[self.chat.order[before + 1]]],
        )

    def _links(self) -> list[Link]:
        """In order of time, as many as are listed."""
        transcript, parameters = self.chat.transcript, self.chat.parameters
        listed: list[Link] = []
        for position in links.candidates(self.chat.order, transcript.texts):
            if transcript.flags[position] & _PLACEHOLDER:
                continue
            user = transcript.participants[transcript.senders[position]]
            timestamp = self.chat.stamp(transcript.times[position])
            listed += [
                Link(url, user, timestamp)
                for url in links.find(transcript.texts[position])
                if len(url) <= parameters.listed_link_chars
            ]
            if len(listed) >= parameters.links:
                break
        return listed[: parameters.links]
