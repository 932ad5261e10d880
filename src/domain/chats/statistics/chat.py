"""A chat while it is counted: its messages, and what is known of them from the start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from domain.chats.statistics import calendar, languages, laughter
from domain.chats.statistics.model import EmojiCount, Language, Parameters, WordCount
from domain.chats.statistics.pieces import Reader
from domain.chats.transcript import Flag, Kind, Transcript

# Plain numbers, because comparing with the members themselves is slow.
_SYSTEM, _PLACEHOLDER = int(Kind.SYSTEM), int(Flag.PLACEHOLDER)


@dataclass(frozen=True, slots=True)
class Chat:
    transcript: Transcript
    parameters: Parameters
    reader: Reader
    order: list[int]
    """The positions of all messages in order of time."""
    languages: list[Language]
    stop_words: frozenset[str]
    laughs_in: frozenset[str]
    """The languages whose laughter counts, as `laughter.languages` names them."""

    def positions_of_each(self) -> list[list[int]]:
        """The positions of each participant's messages in order of time."""
        own: list[list[int]] = [[] for _ in self.transcript.participants]
        for position in self.order:
            own[self.transcript.senders[position]].append(position)
        return own

    def days(self) -> tuple[int, int] | None:
        """The first and the last day with a message, in whole days since 1970."""
        times, order = self.transcript.times, self.order
        return (times[order[0]] // calendar.DAY, times[order[-1]] // calendar.DAY) if order else None

    def stamp(self, time: int) -> str:
        return calendar.timestamp(time, utc=self.transcript.utc)

    def top_words(self, content: Mapping[str, int], size: int) -> list[WordCount]:
        return [WordCount(*entry) for entry in _top(content, size, self.parameters.listed_word_chars)]

    def top_emojis(self, emojis: Mapping[str, int], size: int) -> list[EmojiCount]:
        return [EmojiCount(*entry) for entry in _top(emojis, size, self.parameters.listed_word_chars)]


def open_chat(transcript: Transcript, parameters: Parameters) -> Chat:
    """The chat, its messages in order and its languages told."""
    kinds, times = transcript.kinds, transcript.times
    # Sorting is stable: messages of the same second stay in file order.
    order = sorted((position for position, kind in enumerate(kinds) if kind != _SYSTEM), key=times.__getitem__)
    reader = Reader(transcript.attachments.values())
    found = languages.detect(_sample(transcript, order, reader, parameters), parameters)
    return Chat(
        transcript=transcript,
        parameters=parameters,
        reader=reader,
        order=order,
        languages=found,
        stop_words=languages.stop_words(found),
        laughs_in=frozenset({laughter.EVERYWHERE, *(entry.language for entry in found)}),
    )


def written(transcript: Transcript, positions: Sequence[int]) -> list[int]:
    """Those of the positions whose text somebody wrote."""
    flags = transcript.flags
    return [position for position in positions if not flags[position] & _PLACEHOLDER]


def _sample(transcript: Transcript, order: Sequence[int], reader: Reader, parameters: Parameters) -> list[list[str]]:
    """The words of written messages, evenly spread over the whole chat."""
    found = written(transcript, order)
    size = min(len(found), parameters.language_sample_messages)
    return [reader.words_of(transcript.texts[found[index * len(found) // size]]) for index in range(size)]


def _top(counts: Mapping[str, int], size: int, max_chars: int) -> list[tuple[str, int]]:
    """The entries counted most, equals by code point; entries longer than `max_chars` are not listed."""
    ranked = ((-count, name) for name, count in counts.items() if len(name) <= max_chars)
    return [(name, -count) for count, name in nsmallest(size, ranked)]
