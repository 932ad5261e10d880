"""Sessions: what is written without a long gap."""

from collections.abc import Callable, Sequence

from domain.chats.statistics.estimates import quantile
from domain.chats.statistics.model import Parameters, Session, Sessions
from domain.chats.statistics.turns import Turns


def take(turns: Turns, gaps: Sequence[int], parameters: Parameters, stamp: Callable[[int], str]) -> Sessions:
    """The sessions of a chat with these gaps between its messages; `stamp` writes a time."""
    found = list(turns.sessions())
    messages = [sum(turns.messages[first:end]) for first, end in found]
    seconds = [turns.ends[end - 1] - turns.starts[first] for first, end in found]

    def longest_by(lengths: list[int]) -> Session | None:
        if not lengths:
            return None
        index = lengths.index(max(lengths))
        first, end = found[index]
        return Session(
            start=stamp(turns.starts[first]),
            end=stamp(turns.ends[end - 1]),
            seconds=seconds[index],
            messages=messages[index],
        )

    short_gap = parameters.short_session_gap_minutes * 60
    return Sessions(
        count=len(found),
        count_at_short_gap=1 + sum(gap >= short_gap for gap in gaps) if found else 0,
        median_messages=quantile(sorted(messages), 50),
        longest_by_time=longest_by(seconds),
        longest_by_messages=longest_by(messages),
    )
