"""The statistics once more: slow, obvious, written from the definitions, and sharing only the types and the data."""

import json
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import regex

from domain.chats.importing.transcript import Flag, Kind
from domain.chats.statistics import model

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
ZWJ = "\u200d"
AROUND_A_FILE_NAME = ".,;:!?()[]<>\"'“”*_~"


class Message(NamedTuple):
    when: datetime
    sender: str
    kind: Kind
    text: str
    written: bool


# --- characters


def has(character, *properties):
    return any(regex.fullmatch(rf"\p{{{name}}}", character) for name in properties)


def is_word_part(character):
    return unicodedata.category(character)[0] in "LMN"


def is_mark(character):
    return unicodedata.category(character)[0] == "M"


def is_letter(character):
    return unicodedata.category(character)[0] == "L"


def is_alone(character):
    return has(character, "Han", "Hiragana") and unicodedata.category(character)[0] in "LN"


def is_katakana(character):
    return (has(character, "Katakana") and is_letter(character)) or character in "ーｰ"


def starts_word(character):
    return unicodedata.category(character)[0] in "LN" and not is_alone(character) and not is_katakana(character)


# --- links and e-mail addresses


def is_address_character(character):
    return is_word_part(character) or character in "-._~:/?#[]@!$&'()*+,;=%"


def trimmed(rest):
    while rest:
        last = rest[-1]
        unopened = (last == ")" and rest.count(")") > rest.count("(")) or (
            last == "]" and rest.count("]") > rest.count("[")
        )
        if not unopened and last not in ".,;:!?'*_~":
            return rest
        rest = rest[:-1]
    return rest


def split_links(text):
    """The links, and the text with a space for each."""
    found, rest, index = [], "", 0
    while index < len(text):
        prefix = ""
        for scheme in ("http://", "https://"):
            if text[index : index + len(scheme)].lower() == scheme:
                prefix = text[index : index + len(scheme)]
        before = text[index - 1] if index else " "
        if text[index : index + 4] in {"www.", "Www.", "WWW."} and not is_word_part(before) and before not in "@./":
            prefix = text[index : index + 4]
        end = index + len(prefix)
        while prefix and end < len(text) and is_address_character(text[end]):
            end += 1
        body = text[index + len(prefix) : end]
        if prefix and body:
            link = prefix + trimmed(body)
            if link == prefix:
                rest += prefix + body
            else:
                found.append(link)
                rest += " " + text[index + len(link) : end]
            index = end
        else:
            rest += text[index]
            index += 1
    return found, rest


def without_emails(text):
    done = 0
    result = ""
    for at in [index for index, character in enumerate(text) if character == "@"]:
        start = at
        while start > 0 and (is_word_part(text[start - 1]) or text[start - 1] in "._%+-"):
            start -= 1
        end = at + 1
        while end < len(text) and (is_word_part(text[end]) or text[end] in ".-"):
            end += 1
        labels = text[at + 1 : end].split(".")
        full = labels[: labels.index("")] if "" in labels else labels
        if start < at and start >= done and len(full) > 1:
            result += text[done:start] + " "
            done = at + 1 + len(".".join(full))
    return result + text[done:]


# --- emoji and words


def is_emoji(cluster):
    first, second, third = (cluster[index : index + 1] for index in range(3))
    if has(first, "Regional_Indicator"):
        return has(second, "Regional_Indicator")
    if first in "0123456789#*":
        return cluster[1:].startswith(("\u20e3", "\ufe0f\u20e3"))
    if not has(first, "Emoji") or has(first, "Emoji_Modifier") or second == "\ufe0e":
        return False
    if has(first, "Emoji_Presentation") or "\u2600" <= first <= "\u27bf":
        return True
    return (
        second == "\ufe0f" or has(second, "Emoji_Modifier") or (second == ZWJ and has(third, "Extended_Pictographic"))
    )


def folded(cluster):
    result = ""
    for character in cluster:
        if has(character, "Emoji_Modifier"):
            continue
        tag = "\U000e0020" <= character <= "\U000e007f"
        if has(character, "Emoji", "Extended_Pictographic") or character in (ZWJ, "\u20e3") or tag:
            result += character
    while result.endswith(ZWJ):
        result = result[:-1]
    return "".join(
        character + ("\ufe0f" if has(character, "Emoji") and not has(character, "Emoji_Presentation") else "")
        for character in result
    )


def split_emoji(text):
    found, rest = [], ""
    for cluster in regex.findall(r"\X", text):
        if is_emoji(cluster):
            found.append(folded(cluster))
            rest += " "
        else:
            rest += cluster
    return found, rest


def joins(text, index):
    if index + 1 >= len(text) or not starts_word(text[index + 1]):
        return False
    before, here, after = text[index - 1 : index + 2]
    if here in "'’‘·׳״\u200c\u200d":
        return True
    if here == '"':
        return has(before, "Hebrew") and has(after, "Hebrew")
    return here in ".," and unicodedata.category(before) == "Nd" and unicodedata.category(after) == "Nd"


def segments(text):
    index = 0
    while index < len(text):
        start, character = index, text[index]
        index += 1
        if is_alone(character):
            while index < len(text) and is_mark(text[index]):
                index += 1
        elif is_katakana(character):
            while index < len(text) and (is_katakana(text[index]) or is_mark(text[index])):
                index += 1
        elif starts_word(character):
            while index < len(text) and (starts_word(text[index]) or is_mark(text[index]) or joins(text, index)):
                index += 1
        else:
            continue
        yield text[start:index]


def normal(word):
    return unicodedata.normalize("NFC", word.lower()).replace("’", "'").replace("‘", "'")


class Content:
    def __init__(self, text, file_names):
        pieces = [piece for piece in text.split() if piece.strip(AROUND_A_FILE_NAME) not in file_names]
        self.links, rest = split_links(" ".join(pieces))
        self.emojis, rest = split_emoji(without_emails(rest))
        found = list(segments(rest))
        self.words = [normal(word) for word in found if any(map(is_letter, word))]
        self.word_count_all = len(found)


def asks(text):
    _, rest = split_links(text)
    return any(
        (unicodedata.category(character)[0] == "P" and "QUESTION" in unicodedata.name(character, ""))
        or (character == ";" and index > 0 and has(rest[index - 1], "Greek"))
        for index, character in enumerate(rest)
    )


# --- languages


def function_words():
    data = json.loads(Path(model.__file__).with_name("stop_words.json").read_text(encoding="utf-8"))
    lists = {}
    for source in ("spacy", "own"):
        for code, listed in data[source]["words"].items():
            lists.setdefault(code, set()).update(listed.split())
    return lists


LISTS = function_words()


def language_of(words):
    hits = {code: sum(word in listed for word in words) for code, listed in LISTS.items()}
    best = max(hits.values())
    winners = [code for code, count in hits.items() if count == best]
    return winners[0] if best >= 2 and len(winners) == 1 else None


def languages_of(contents, parameters):
    size = min(len(contents), parameters.language_sample_messages)
    sample = [contents[k * len(contents) // size] for k in range(size)]
    told = [code for content in sample if (code := language_of(content.words))]
    shares = Counter(told)
    listed = [code for code in shares if shares[code] * 100 >= parameters.language_min_percent * len(told)]
    listed.sort(key=lambda code: (-shares[code], code))
    return [model.Language(code, round(100 * shares[code] / len(told), 2)) for code in listed]


# --- the whole


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
        file_names = set(transcript.attachments.values())
        self.contents = [(message, Content(message.text, file_names)) for message in self.messages if message.written]
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
            user_stats={name: self.user(name) for name in self.names},
            languages=self.languages,
            definitions_version=1,
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
        )

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
