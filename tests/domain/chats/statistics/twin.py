"""The statistics once more: slow, obvious, written from the definitions, and sharing only the types and the data."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from tests.domain.chats.statistics import twin_relationship
from tests.domain.chats.statistics.twin_laughter import laughs
from tests.domain.chats.statistics.twin_text import LISTS, Content, asks, language_of

from domain.chats.statistics import model
from domain.chats.transcript import Flag, Kind

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Message(NamedTuple):
    when: datetime
    sender: str
    kind: Kind
    text: str
    written: bool


def languages_of(contents, parameters):
    size = min(len(contents), parameters.language_sample_messages)
    sample = [contents[k * len(contents) // size] for k in range(size)]
    told = [code for content in sample if (code := language_of(content.words))]
    together = language_of([word for content in sample for word in content.words])
    if not told and together:
        told = [together]
    shares = Counter(told)
    listed = [code for code in shares if shares[code] * 100 >= parameters.language_min_percent * len(told)]
    listed.sort(key=lambda code: (-shares[code], code))
    return [model.Language(code, round(100 * shares[code] / len(told), 2)) for code in listed]


def mean(numbers):
    numbers = list(numbers)
    return round(sum(numbers) / len(numbers), 2) if numbers else 0.0


def stamp(when, utc):
    return when.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + ("Z" if utc else "")


def hourly(messages):
    return [sum(message.when.hour == hour for message in messages) for hour in range(24)]


def first_of_most(counts):
    return max(range(len(counts)), key=lambda index: (counts[index], -index)) if any(counts) else None


def top(items, size, longest):
    counts = Counter(items)
    ranked = sorted((name for name in counts if len(name) <= longest), key=lambda name: (-counts[name], name))
    return [(name, counts[name]) for name in ranked[:size]]


def sessions_of(messages, parameters):
    sessions = []
    for message in messages:
        gap = timedelta(minutes=parameters.session_gap_minutes)
        if sessions and message.when - sessions[-1][-1].when < gap:
            sessions[-1].append(message)
        else:
            sessions.append([message])
    return [[list(turn) for _, turn in groupby(session, key=lambda message: message.sender)] for session in sessions]


class Twin:
    def __init__(self, transcript, parameters):
        self.parameters = parameters
        self.utc = transcript.utc
        self.names = transcript.participants
        self.resolution_seconds = transcript.report.resolution_seconds
        rows = [
            Message(
                datetime.fromtimestamp(0, UTC) + timedelta(seconds=transcript.times[index]),
                transcript.participants[transcript.senders[index]],
                Kind(transcript.kinds[index]),
                transcript.texts[index],
                not transcript.flags[index] & Flag.PLACEHOLDER,
            )
            for index in range(len(transcript))
            if transcript.kinds[index] != Kind.SYSTEM
        ]
        self.messages = sorted(rows, key=lambda message: message.when)
        self.file_names = set(transcript.attachments.values())
        self.contents = [
            (message, Content(message.text, self.file_names)) for message in self.messages if message.written
        ]
        self.languages = languages_of([content for _, content in self.contents], parameters)
        self.stop_words = set().union(*(LISTS[entry.language] for entry in self.languages))
        self.sessions = sessions_of(self.messages, parameters)
        self.turns = [turn for session in self.sessions for turn in session]

    def content_words(self, contents):
        return [word for _, content in contents for word in content.words if word not in self.stop_words]

    def statistics(self):
        messages, parameters = self.messages, self.parameters
        days = (messages[-1].when.date() - messages[0].when.date()).days + 1 if messages else 0
        weekdays = [sum(message.when.weekday() == day for message in messages) for day in range(7)]
        busiest_day = first_of_most(weekdays)
        words = self.content_words(self.contents)
        links = [
            model.Link(link, message.sender, stamp(message.when, self.utc))
            for message, content in self.contents
            for link in content.links
        ]
        emojis = [emoji for _, content in self.contents for emoji in content.emojis]
        dates = sorted({message.when.date() for message in messages})
        users = {name: self.user(name) for name in self.names}
        return model.Statistics(
            total_messages=len(messages),
            total_words=len(words),
            total_words_all=sum(content.word_count_all for _, content in self.contents),
            date_range=model.DateRange(
                *(stamp(messages[index].when, self.utc) if messages else None for index in (0, -1))
            ),
            total_days=days,
            messages_per_day_avg=round(len(messages) / days, 2) if days else 0.0,
            messages_by_date={str(date): sum(message.when.date() == date for message in messages) for date in dates},
            deleted_messages_count=sum(message.kind == Kind.DELETED for message in messages),
            media_shared_count=sum(message.kind == Kind.MEDIA for message in messages),
            links_shared_count=len(links),
            links=[link for link in links if len(link.url) <= parameters.listed_link_chars][: parameters.links],
            busiest_hour=first_of_most(hourly(messages)),
            busiest_day=None if busiest_day is None else WEEKDAYS[busiest_day],
            hourly_distribution=hourly(messages),
            daily_distribution=dict(zip(WEEKDAYS, weekdays, strict=True)),
            top_words=[
                model.WordCount(*entry) for entry in top(words, parameters.top_words, parameters.listed_word_chars)
            ],
            top_emojis=[
                model.EmojiCount(*entry) for entry in top(emojis, parameters.top_emojis, parameters.listed_word_chars)
            ],
            user_stats=users,
            sessions=twin_relationship.sessions(self, self.stamp),
            balance=twin_relationship.balance(users.values()),
            streaks=twin_relationship.streaks(messages),
            longest_silence=twin_relationship.longest_silence(messages, self.stamp),
            timeline=twin_relationship.timeline(messages, parameters),
            burstiness=twin_relationship.burstiness(messages),
            reply_network=twin_relationship.reply_network(self),
            style_matching=twin_relationship.style_matching(self),
            languages=self.languages,
            definitions_version=2,
            parameters=parameters,
            resolution_seconds=self.resolution_seconds,
            zone="UTC" if self.utc else "local",
        )

    def user(self, name):
        parameters = self.parameters
        messages = [message for message in self.messages if message.sender == name]
        contents = [(message, content) for message, content in self.contents if message.sender == name]
        words = self.content_words(contents)
        turns = [turn for turn in self.turns if turn[0].sender == name]
        responses = self.response_seconds(name)
        return model.UserStatistics(
            message_count=len(messages),
            word_count=len(words),
            word_count_all=sum(content.word_count_all for _, content in contents),
            avg_words_per_message=round(len(words) / len(messages), 2) if messages else 0.0,
            avg_message_length_chars=mean(len(message.text) for message, _ in contents if message.kind == Kind.TEXT),
            deleted_messages=sum(message.kind == Kind.DELETED for message in messages),
            media_shared=sum(message.kind == Kind.MEDIA for message in messages),
            links_shared=sum(len(content.links) for _, content in contents),
            conversation_initiations=sum(session[0][0].sender == name for session in self.sessions),
            double_texting_rate=mean(100 * (len(turn) > 1) for turn in turns),
            questions_asked=sum(asks(message.text) for message, _ in contents),
            avg_response_time_seconds=mean(responses) if responses else None,
            top_words=[
                model.WordCount(*entry) for entry in top(words, parameters.user_top_words, parameters.listed_word_chars)
            ],
            top_emojis=[
                model.EmojiCount(*entry)
                for entry in top(
                    [emoji for _, content in contents for emoji in content.emojis],
                    parameters.user_top_emojis,
                    parameters.listed_word_chars,
                )
            ],
            busiest_hour=first_of_most(hourly(messages)),
            hourly_distribution=hourly(messages),
            longest_message=self.longest(contents),
            turn_taking=twin_relationship.turn_taking(self, name),
            text_messages=self.text_messages(name),
            messages_by_month=twin_relationship.messages_by_month(self, name),
        )

    def text_messages(self, name):
        own = [
            message
            for message in self.messages
            if message.sender == name and message.kind == Kind.TEXT and message.written
        ]
        languages = [entry.language for entry in self.languages]
        return model.TextMessages(
            count=len(own),
            questions=twin_relationship.proportion(asks(message.text) for message in own),
            laughter=twin_relationship.proportion(laughs(message.text, self.file_names, languages) for message in own),
            late_night=twin_relationship.proportion(message.when.hour in range(5) for message in own),
        )

    def stamp(self, when):
        return stamp(when, self.utc)

    def response_seconds(self, name):
        found = []
        for session in self.sessions:
            for before, turn in pairwise(session):
                delay = turn[0].when - before[-1].when
                if turn[0].sender == name and delay <= timedelta(minutes=self.parameters.response_window_minutes):
                    found.append(int(delay.total_seconds()))
        return found

    def longest(self, contents):
        texts = [(message, content) for message, content in contents if message.kind == Kind.TEXT]
        ranked = sorted(texts, key=lambda entry: (len(entry[0].text), entry[1].word_count_all), reverse=True)
        if not ranked:
            return model.LongestMessage(word_count=0, char_count=0, timestamp=None, message="")
        message, content = ranked[0]
        return model.LongestMessage(
            word_count=content.word_count_all,
            char_count=len(message.text),
            timestamp=stamp(message.when, self.utc),
            message=message.text[: self.parameters.longest_message_chars],
        )


def statistics(transcript, parameters):
    return Twin(transcript, parameters).statistics()
