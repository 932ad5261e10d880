"""Turns and sessions, derived from messages in order of time.

A session ends where the next message comes after a gap of at least `session_gap_minutes`; a turn is a maximal run of
one sender within a session.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.chats.statistics.model import Parameters
from domain.chats.transcript import Transcript


@dataclass(slots=True)
class Turns:
    """What the turns of one participant come to."""

    count: int = 0
    of_several_messages: int = 0
    initiations: int = 0
    response_seconds: list[int] = field(default_factory=list)
    """From the last message of the turn before, another's of the same session, to the first of the own turn."""


def by_participant(transcript: Transcript, order: Sequence[int], parameters: Parameters) -> list[Turns]:
    """The turns of each participant; `order` holds the positions of the messages in order of time."""
    times, senders = transcript.times, transcript.senders
    found = [Turns() for _ in transcript.participants]
    gap = parameters.session_gap_minutes * 60
    window = parameters.response_window_minutes * 60
    last_sender: int | None = None
    last_time = 0
    continued = False
    for position in order:
        time, sender = times[position], senders[position]
        elapsed = time - last_time
        new_session = last_sender is None or elapsed >= gap
        turns = found[sender]
        if sender == last_sender and not new_session:
            if not continued:
                turns.of_several_messages += 1
            continued = True
        else:
            turns.count += 1
            continued = False
            if new_session:
                turns.initiations += 1
            elif elapsed <= window:
                turns.response_seconds.append(elapsed)
        last_sender, last_time = sender, time
    return found
