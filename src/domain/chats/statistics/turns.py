"""Turns and sessions, derived from messages in order of time.

A session ends where the next message comes after a gap of at least `session_gap_minutes`; a turn is a maximal run of
one sender within a session.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.chats.statistics.model import Parameters
from domain.chats.transcript import Transcript


@dataclass(slots=True)
class Turns:
    """The turns of a chat in order of time: sequences with one entry a turn, and what marks some of them."""

    senders: list[int]
    starts: list[int]
    """Time of the first message."""
    ends: list[int]
    """Time of the last message."""
    messages: list[int]
    openings: list[int]
    """The turns with which a session begins, by index."""
    double_texts: list[int]
    """By participant: messages that follow an own one of the same turn after `double_text_minutes` or more."""

    def sessions(self) -> Iterator[tuple[int, int]]:
        """The index of the first turn of each session, and of the first one after it."""
        return pairwise([*self.openings, len(self.senders)])


def take(transcript: Transcript, order: Sequence[int], parameters: Parameters) -> Turns:
    """The turns of a chat; `order` holds the positions of its messages in order of time."""
    times, senders = transcript.times, transcript.senders
    gap = parameters.session_gap_minutes * 60
    pause = parameters.double_text_minutes * 60
    double_texts = [0] * len(transcript.participants)
    firsts: list[int] = []
    openings: list[int] = []
    last_sender: int | None = None
    last_time = 0
    for index, position in enumerate(order):
        time, sender = times[position], senders[position]
        elapsed = time - last_time
        if last_sender is None or elapsed >= gap:
            openings.append(len(firsts))
            firsts.append(index)
        elif sender != last_sender:
            firsts.append(index)
        elif elapsed >= pause:
            double_texts[sender] += 1
        last_sender, last_time = sender, time
    ends = [*firsts[1:], len(order)] if firsts else []
    return Turns(
        senders=[senders[order[first]] for first in firsts],
        starts=[times[order[first]] for first in firsts],
        ends=[times[order[end - 1]] for end in ends],
        messages=[end - first for first, end in zip(firsts, ends, strict=True)],
        openings=openings,
        double_texts=double_texts,
    )
