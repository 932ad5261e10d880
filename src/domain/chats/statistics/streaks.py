"""Streaks: days in a row on which anyone wrote."""

from collections.abc import Mapping

from domain.chats.statistics.calendar import date_of
from domain.chats.statistics.model import DayRun, Streaks


def take(writers: Mapping[int, int]) -> Streaks:
    """From how many wrote on each day on which anyone did, by whole days since 1970."""
    runs: list[tuple[int, int]] = []
    for day in sorted(writers):
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return Streaks(
        active_days=len(writers),
        shared_days=sum(count > 1 for count in writers.values()),
        longest=_run(max(runs, key=lambda run: run[1] - run[0])) if runs else None,
        last=_run(runs[-1]) if runs else None,
    )


def _run(run: tuple[int, int]) -> DayRun:
    first, last = run
    return DayRun(start=date_of(first).isoformat(), end=date_of(last).isoformat(), days=last - first + 1)
