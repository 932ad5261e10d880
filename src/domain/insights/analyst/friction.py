"""Friction: two or more negative messages of two or more people within 15 minutes.

Negative are anger, criticism, contempt and demands; a message that laughs is not. One of the messages has to be about
the other: criticism, contempt, a demand, or anger with a word for you, so that two who are angry about a third are
left out. This says what was written, not what was meant: banter without a laugh is counted, and a quarrel on the
telephone is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.insights.analyst.acts import NEGATIVE, Act, Pronoun
from domain.insights.analyst.view import View, once

_ABOUT_THE_OTHER = NEGATIVE - {Act.ANGER}
_GAP_SECONDS = 15 * 60
_AROUND_MESSAGES = 10


@dataclass(frozen=True, slots=True)
class Episode:
    negative: tuple[int, ...]
    """Its negative messages, in order."""
    people: tuple[int, ...]
    """Who wrote them, in the order of joining: the first began, the third and later ones joined in."""
    withdrew: tuple[int, ...]
    """Who wrote a message of withdrawal in it or in the ten messages after it."""
    demanded: tuple[int, ...]
    """Who wrote a demand in it."""


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


def _directed(view: View, position: int) -> bool:
    return view.has(position, _ABOUT_THE_OTHER) or Pronoun.YOU in view.pronouns(position)


def _episode(view: View, negative: Sequence[int]) -> Episode:
    people = tuple(dict.fromkeys(map(view.sender, negative)))
    span = [*view.between(negative[0], negative[-1]), *view.following(negative[-1], _AROUND_MESSAGES, _GAP_SECONDS)]
    return Episode(
        negative=tuple(negative),
        people=people,
        withdrew=_who(view, span, Act.WITHDRAWAL),
        demanded=_who(view, span, Act.DEMAND),
    )


def _who(view: View, span: Sequence[int], act: Act) -> tuple[int, ...]:
    return tuple(dict.fromkeys(view.sender(position) for position in span if view.has(position, act)))
