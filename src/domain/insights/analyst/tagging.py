"""A chat with the acts of its messages: read once, for all insight types."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from domain.chats.statistics import questions
from domain.chats.statistics.model import Statistics
from domain.chats.transcript import Flag, Kind, Transcript
from domain.insights.analyst.acts import NEGATIVE, Act, Pronoun
from domain.insights.analyst.lexicon import BITS, Hit, Matcher, mask_of
from domain.insights.analyst.tokens import BREAK, NUMBER, Tokeniser

_SYSTEM = int(Kind.SYSTEM)
_READ_KINDS = frozenset({int(Kind.TEXT), int(Kind.MEDIA)})
_LAUGHTER, _TEASE, _DISTRESS = BITS[Act.LAUGHTER], BITS[Act.TEASE], BITS[Act.DISTRESS]
_NEGATIVE = mask_of(NEGATIVE)
_COMFORT = mask_of({Act.SUPPORT, Act.CHECK_IN})
_UNTOLD = "en"
_NOT_OWN_WORDS = int(Flag.PLACEHOLDER | Flag.FORWARDED)


@dataclass(frozen=True)
class Tagged:
    """Sequences `by position` have an entry for every row of the transcript; a place is an index into `order`."""

    transcript: Transcript
    statistics: Statistics
    matcher: Matcher
    tokeniser: Tokeniser
    order: list[int]
    """The positions of all messages in order of time, without system rows."""
    masks: list[int]
    """The acts of each message as bits, by position."""
    read: bytearray
    """By position: whether somebody's own words stand there. Of the rest no act is known, and none is quoted."""
    words: list[Counter[str]]
    """The tokens of each participant."""

    @cached_property
    def kept(self) -> dict[object, Any]:
        """What was found in it once for all types, by the function that found it; see `view.once`."""
        return {}

    @cached_property
    def place(self) -> list[int]:
        """By position; -1 for system rows."""
        places = [-1] * len(self.transcript)
        for place, position in enumerate(self.order):
            places[position] = place
        return places

    @cached_property
    def sessions(self) -> list[range]:
        """The places of each session's messages."""
        gap = self.statistics.parameters.session_gap_minutes * 60
        times = [self.transcript.times[position] for position in self.order]
        starts = [place for place, time in enumerate(times) if place == 0 or time - times[place - 1] >= gap]
        ends = [*starts[1:], len(times)]
        return [range(start, end) for start, end in zip(starts, ends, strict=False)]

    @cached_property
    def session_of(self) -> list[int]:
        """By place."""
        return [number for number, places in enumerate(self.sessions) for _ in places]

    @cached_property
    def read_count(self) -> list[int]:
        """By participant: the messages with words of their own."""
        counts = [0] * len(self.transcript.participants)
        for position in self.order:
            counts[self.transcript.senders[position]] += self.read[position]
        return counts

    @cached_property
    def pronouns(self) -> list[Counter[Pronoun]]:
        """By participant: how many words for I, we and you."""
        found: list[Counter[Pronoun]] = [Counter() for _ in self.words]
        for counts, words in zip(found, self.words, strict=True):
            for word, pronoun in self.matcher.pronouns.items():
                counts[pronoun] += words[word]
        return found

    @cached_property
    def emojis(self) -> list[Counter[str]]:
        """By participant."""
        return [Counter({word: count for word, count in words.items() if _is_emoji(word)}) for words in self.words]

    @cached_property
    def asking(self) -> list[int]:
        """The positions of read messages with a question mark, in order of time."""
        texts = self.transcript.texts
        return [position for position in self.order if self.read[position] and questions.asking([texts[position]])]

    def hits(self, position: int) -> list[Hit]:
        """The phrases in a message."""
        return self.matcher.hits(self.tokens(position))

    def tokens(self, position: int) -> list[str]:
        return self.tokeniser.tokens(self.transcript.texts[position])


def tag(transcript: Transcript, statistics: Statistics) -> Tagged:
    """Read the messages with the word lists of the chat's languages.

    A chat too short to tell them is read as English; no type that needs word lists is made of it.
    """
    matcher = Matcher([entry.language for entry in statistics.languages] or [_UNTOLD])
    tokeniser = Tokeniser(transcript.attachments.values())
    order = sorted(
        (position for position, kind in enumerate(transcript.kinds) if kind != _SYSTEM),
        key=transcript.times.__getitem__,
    )
    masks = [0] * len(transcript)
    read = bytearray(len(transcript))
    words: list[Counter[str]] = [Counter() for _ in transcript.participants]
    for position in order:
        if transcript.kinds[position] not in _READ_KINDS or transcript.flags[position] & _NOT_OWN_WORDS:
            continue
        tokens = tokeniser.tokens(transcript.texts[position])
        if not tokens or (tokens[0] == BREAK and len(set(tokens)) == 1):
            continue
        read[position] = 1
        masks[position] = _settled(matcher.mask(tokens))
        words[transcript.senders[position]].update(tokens)
    return Tagged(transcript, statistics, matcher, tokeniser, order, masks, read, words)


def _settled(mask: int) -> int:
    """What a message does as a whole.

    One that laughs is neither negative nor in distress, and its negative words tease; one that comforts or asks how the
    other is speaks of the other's distress.
    """
    if mask & _LAUGHTER:
        return mask & ~(_NEGATIVE | _DISTRESS) | (_TEASE if mask & _NEGATIVE else 0)
    return mask & ~_DISTRESS if mask & _COMFORT else mask


def _is_emoji(token: str) -> bool:
    return token not in {BREAK, NUMBER} and not token[0].isalnum() and not token[0].isascii()
