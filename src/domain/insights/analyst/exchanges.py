"""What one says and another answers: replies to cues, answers to questions, laughter, and windows to quote."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.chats.statistics.estimates import proportion, quantile
from domain.chats.statistics.model import Proportion
from domain.insights.analyst.acts import OPENING_UP, SUPPORTIVE, Act
from domain.insights.analyst.view import Acts, View, once

_MINUTE, _HOUR = 60, 3_600
_CUES_APART = 30 * _MINUTE
_REPLY_MESSAGES = 10
_LAUGH_MESSAGES = 3
_LAUGH_SECONDS = 5 * _MINUTE


@dataclass(frozen=True, slots=True)
class Moment:
    """A message that calls for something, and what came back."""

    cue: int
    by: int
    reply: int | None
    """The first message of somebody else that gives it; None when none did in time."""
    replier: int | None
    lag: int | None
    """Seconds from the cue to the reply."""


def moments(view: View, cues: Acts, replies: Acts, seconds: int = _HOUR) -> list[Moment]:
    """Cues with the replies that carry one of the acts, within so many seconds and the next ten messages.

    Cues of one person less than half an hour apart are one, so that a bad evening is not counted ten times.
    """
    return [
        reply_to(view, cue, lambda later: view.has(later, replies), _REPLY_MESSAGES, seconds)
        for cue in view.apart(view.positions(cues), _CUES_APART)
    ]


@once
def support(view: View) -> list[Moment]:
    """Distress and disclosures with the supportive replies to them: support, help, affection, asking how one is."""
    return moments(view, OPENING_UP, SUPPORTIVE)


def answers(view: View, hours: int = 24) -> list[Moment]:
    """Questions, those of one turn being one, with the first message of somebody else."""
    return [reply_to(view, cue, lambda _: True, 50, hours * _HOUR) for cue in view.apart(view.asking(), 5 * _MINUTE)]


@once
def laughs(view: View) -> list[Moment]:
    """Messages that made somebody else laugh within three messages and five minutes; every one has its reply."""
    found: dict[int, Moment] = {}
    for laugh in view.positions(Act.LAUGHTER):
        laugher = view.sender(laugh)
        before = view.preceding(laugh, _LAUGH_MESSAGES, _LAUGH_SECONDS)
        others = [earlier for earlier in before if view.sender(earlier) != laugher]
        if others and others[-1] not in found:
            cue = others[-1]
            found[cue] = Moment(cue, view.sender(cue), laugh, laugher, view.time(laugh) - view.time(cue))
    return list(found.values())


def replied(found: Sequence[Moment], *, to: int | None = None) -> Proportion:
    """How many of the cues, of one person or of all, were replied to."""
    asked = [moment for moment in found if to is None or moment.by == to]
    return proportion(sum(moment.reply is not None for moment in asked), len(asked))


def median_lag(found: Sequence[Moment], *, to: int | None = None) -> float | None:
    """In seconds, of the cues that were replied to; None when none was."""
    return quantile(sorted(moment.lag for moment in found if moment.lag is not None and to in {None, moment.by}), 50)


def reply_to(view: View, cue: int, fits: Callable[[int], bool], messages: int, seconds: int) -> Moment:
    """A cue with the first fitting message of somebody else, of so many messages and seconds after it."""
    by = view.sender(cue)
    for later in view.following(cue, messages, seconds):
        if view.sender(later) != by and fits(later):
            return Moment(cue, by, later, view.sender(later), view.time(later) - view.time(cue))
    return Moment(cue, by, None, None, None)
