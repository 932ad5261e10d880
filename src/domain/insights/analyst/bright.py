"""Good moments of a family: what one writes and others take up warmly, one of each kind."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from domain.insights.analyst import evidence, family, friendship, romance
from domain.insights.analyst.acts import NEGATIVE, Act
from domain.insights.analyst.climate import Climate
from domain.insights.analyst.evidence import choose
from domain.insights.analyst.family import Echo
from domain.insights.analyst.phrasing import joined
from domain.insights.analyst.view import View
from domain.insights.content import Line

_FOND = frozenset({Act.AFFECTION, Act.TOUCH})
_JOINING = frozenset({Act.CELEBRATION, Act.THANKS})
_QUOTED = 5
_WEIGHED = 300
"""Cues of a kind that are looked at, spread over the chat."""


@dataclass(frozen=True, slots=True)
class Bright:
    title: str
    told: str
    """Who did what."""
    lines: list[Line]


def bright_moments(climate: Climate) -> list[Bright]:
    """The one of each kind that most people took up, the clearest of equals; kinds that nothing shows are left out."""
    shown: set[int] = set()
    found = []
    for title, deed, answer, act, moments in _kinds(climate):
        best = _best(climate.view, moments, act, shown)
        if best is not None:
            shown.update((best.cue, *best.answers))
            found.append(_told(climate.view, best, title, deed, answer))
    return found


def _kinds(climate: Climate) -> tuple[tuple[str, str, str, Act, list[Echo]], ...]:
    """Of each kind: its title, what the one does, what the others do, the act that makes it clear, and its moments."""
    view = climate.view
    news = _echoes(view, _cues(view, Act.GOOD_NEWS), lambda at: view.has(at, friendship.GLAD))
    told_news = {at for echo in news if echo.answers for at in (echo.cue, *echo.answers)}
    warm, aimed = set(climate.warm), set(romance.aimed(view, Act.MEMORY))
    fond = [at for at in climate.warm if view.has(at, _FOND)]
    wishes = [
        at
        for at in climate.warm
        if at not in told_news and view.has(at, Act.CELEBRATION) and not view.has(at, Act.SUPPORT)
    ]
    memories = [at for at in _cues(view, Act.MEMORY) if at in aimed or romance.speaks_of_us(view, at)]
    return (
        ("Good news, shared", "tells good news", "celebrates it|celebrate it", Act.GOOD_NEWS, news),
        (
            "Care in a hard moment",
            "writes of a hard time",
            "answers with care|answer with care",
            Act.DISTRESS,
            climate.hard,
        ),
        (
            "Celebrating together",
            "sends good wishes",
            "joins in|join in",
            Act.CELEBRATION,
            _echoes(view, wishes, lambda at: view.has(at, _JOINING)),
        ),
        (
            "Fond words, given back",
            "writes something fond",
            "gives it back|give it back",
            Act.AFFECTION,
            _echoes(view, fond, lambda at: at in warm and view.has(at, _FOND)),
        ),
        (
            "A memory that others enjoy",
            "brings up a memory",
            "enjoys it|enjoy it",
            Act.MEMORY,
            _echoes(view, memories, lambda at: at in aimed or view.has(at, Act.LAUGHTER)),
        ),
    )


def _cues(view: View, act: Act) -> list[int]:
    return view.positions(act, without=NEGATIVE)


def _echoes(view: View, cues: Sequence[int], fits: Callable[[int], bool]) -> list[Echo]:
    return family.echoes(view, evidence.spaced(cues, _WEIGHED), fits)


def _best(view: View, moments: Sequence[Echo], act: Act, shown: Collection[int]) -> Echo | None:
    by_cue = {moment.cue: moment for moment in moments if not {moment.cue, *moment.answers}.intersection(shown)}
    most = max((len(moment.answers) for moment in by_cue.values()), default=0)
    if not most:
        return None
    cues = [cue for cue, moment in by_cue.items() if len(moment.answers) == most]
    chosen = choose(view, cues, 1, act)
    return by_cue[chosen[0]] if chosen else None


def _told(view: View, moment: Echo, title: str, deed: str, answer: str) -> Bright:
    names = [view.speaker(position) for position in moment.answers]
    singular, _, plural = answer.partition("|")
    verb = singular if len(names) == 1 else plural
    shown = [moment.cue, *moment.answers][:_QUOTED]
    return Bright(
        title=title,
        told=f"{view.names[moment.by]} {deed}, and {joined(names)} {verb}.",
        lines=evidence.exchange(view, shown, "").exchange,
    )
