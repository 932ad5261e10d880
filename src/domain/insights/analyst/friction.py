"""Friction: two or more negative messages of two or more people within 15 minutes, and how it is repaired.

Negative are anger, criticism, contempt and demands; a message that laughs is not. One of the messages has to be about
the other: criticism, contempt, a demand, or anger with a word for you, so that two who are angry about a third are
left out. This says what was written, not what was meant: banter without a laugh is counted, and a quarrel on the
telephone is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.chats.statistics.estimates import quantile
from domain.insights.analyst.acts import ACCEPTING_REPAIR, NEGATIVE, REPAIRING, Act, Pronoun
from domain.insights.analyst.view import View, once

_ABOUT_THE_OTHER = NEGATIVE - {Act.ANGER}
_GAP_SECONDS = 15 * 60
_REPAIR_SECONDS = 24 * 3_600
_REPAIR_MESSAGES = 200
_ACCEPT_SECONDS = 3_600
_ACCEPT_MESSAGES = 10
_AROUND_MESSAGES = 10


@dataclass(frozen=True, slots=True)
class Episode:
    negative: tuple[int, ...]
    """Its negative messages, in order."""
    people: tuple[int, ...]
    """Who wrote them, in the order of joining: the first began, the third and later ones joined in."""
    repair: int | None
    """The first message with an apology or another repair after the second person's negative one, within a day."""
    repairer: int | None
    repair_lag: int | None
    """Seconds to it from the last negative message before it."""
    accepted: bool
    """Whether another took the repair up within an hour and ten messages: forgave, repaired too, thanked, laughed."""
    withdrew: tuple[int, ...]
    """Who wrote a message of withdrawal in it or in the ten messages after it."""
    demanded: tuple[int, ...]
    """Who wrote a demand in it."""

    @property
    def starter(self) -> int:
        return self.people[0]


@once
def episodes(view: View) -> list[Episode]:
    """All of a chat, in order of time."""
    clusters: list[list[int]] = []
    for position in view.positions(NEGATIVE):
        if clusters and view.time(position) - view.time(clusters[-1][-1]) <= _GAP_SECONDS:
            clusters[-1].append(position)
        else:
            clusters.append([position])
    return [
        _episode(view, cluster)
        for cluster in clusters
        if len({view.sender(at) for at in cluster}) > 1 and any(_directed(view, at) for at in cluster)
    ]


def passage(view: View, episode: Episode, most: int = 4) -> list[int]:
    """Messages that show an episode: how it opened, the second person, the last of it, and the repair."""
    second = next(position for position in episode.negative if view.sender(position) != episode.starter)
    ends = [episode.negative[0], second, *([] if episode.repair is None else [episode.repair])]
    inner = [position for position in reversed(episode.negative) if position not in ends]
    chosen = [*ends, *inner][:most]
    return sorted(set(chosen), key=view.tagged.place.__getitem__)


def median_repair_lag(found: Sequence[Episode]) -> float | None:
    """In seconds, of the repaired ones."""
    return quantile(sorted(episode.repair_lag for episode in found if episode.repair_lag is not None), 50)


def _directed(view: View, position: int) -> bool:
    return view.has(position, _ABOUT_THE_OTHER) or Pronoun.YOU in view.pronouns(position)


def _episode(view: View, negative: Sequence[int]) -> Episode:
    people = tuple(dict.fromkeys(map(view.sender, negative)))
    second = next(position for position in negative if view.sender(position) == people[1])
    span = [*view.between(negative[0], negative[-1]), *view.following(negative[-1], _AROUND_MESSAGES, _GAP_SECONDS)]
    repair = _repair(view, second, negative[-1])
    lag = None
    if repair is not None:
        before = [position for position in negative if view.time(position) <= view.time(repair)]
        lag = view.time(repair) - view.time(before[-1])
    return Episode(
        negative=tuple(negative),
        people=people,
        repair=repair,
        repairer=None if repair is None else view.sender(repair),
        repair_lag=lag,
        accepted=repair is not None and _accepted(view, repair),
        withdrew=_who(view, span, Act.WITHDRAWAL),
        demanded=_who(view, span, Act.DEMAND),
    )


def _repair(view: View, second: int, last: int) -> int | None:
    seconds = view.time(last) - view.time(second) + _REPAIR_SECONDS
    candidates = [second, *view.following(second, _REPAIR_MESSAGES, seconds)]
    return next((later for later in candidates if view.has(later, REPAIRING)), None)


def _accepted(view: View, repair: int) -> bool:
    repairer = view.sender(repair)
    return any(
        view.sender(later) != repairer and view.has(later, ACCEPTING_REPAIR) and not view.has(later, NEGATIVE)
        for later in view.following(repair, _ACCEPT_MESSAGES, _ACCEPT_SECONDS)
    )


def _who(view: View, span: Sequence[int], act: Act) -> tuple[int, ...]:
    return tuple(dict.fromkeys(view.sender(position) for position in span if view.has(position, act)))
