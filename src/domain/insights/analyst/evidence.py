"""Choosing the lines that prove a claim: the clearest first, readable, spread over time and people, none twice.

All choices are the same every time. Lines carry positions alone; what stands there is filled in by the proof.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.view import Acts, View
from domain.insights.content import Exchange, Line, Quote
from domain.insights.kinds import InsufficientData

_SHORTEST, _SHORT, _LONG, _LONGEST = 6, 16, 240, 480
_CANDIDATES = 400
"""At most as many are weighed, evenly spread over those given."""
_FOUND_RANKS = 50
_GOLDEN = (5**0.5 - 1) / 2
_T = TypeVar("_T")
Context = str | Callable[[int], str]


def choose(view: View, positions: Sequence[int], most: int, acts: Acts = (), avoid: Collection[int] = ()) -> list[int]:
    """At most so many of the positions, in order of time: those in which the acts stand clearest.

    Everybody has their turn, sessions differ where they can, and the same words are taken once.
    """
    candidates = _spread([position for position in positions if view.is_read(position) and position not in avoid], view)
    # Equals are taken from all over the chat: multiples of the golden ratio are spread evenly.
    order = {position: index * _GOLDEN % 1 for index, position in enumerate(candidates)}
    ranked = sorted(candidates, key=lambda position: (_weight(view, position, acts), order[position]))
    each = -(-most // max(1, len({view.sender(position) for position in ranked})))
    chosen: list[int] = []
    for most_of_one, fresh in ((each, True), (most, True), (most, False)):
        _take(view, ranked, chosen, most, most_of_one, fresh=fresh)
    return sorted(chosen, key=view.tagged.place.__getitem__)


def _take(view: View, ranked: Sequence[int], chosen: list[int], most: int, most_of_one: int, *, fresh: bool) -> None:
    """Fill up to `most`, with at most so many of one person and, if `fresh`, of sessions not chosen from."""
    texts = {_same(view, position) for position in chosen}
    sessions = {view.session(position) for position in chosen}
    people = Counter(map(view.sender, chosen))
    for position in ranked:
        if len(chosen) >= most:
            return
        text, session, person = _same(view, position), view.session(position), view.sender(position)
        if text in texts or people[person] >= most_of_one or (fresh and session in sessions):
            continue
        chosen.append(position)
        texts.add(text)
        sessions.add(session)
        people[person] += 1


def _same(view: View, position: int) -> str:
    """Equal for messages that differ in case and white space alone."""
    return " ".join(view.text(position).lower().split())


def quotes(
    view: View, positions: Sequence[int], most: int, context: Context, acts: Acts = (), *, least: int = 0
) -> list[Quote]:
    """The best of the positions, each as a quote with its context.

    Raises:
        InsufficientData: there are fewer than `least`.
    """
    chosen = choose(view, positions, most, acts)
    need(chosen, least)
    return [Quote(positions=[position], context=_told(context, position)) for position in chosen]


def lines(view: View, positions: Sequence[int], most: int, acts: Acts = (), *, least: int = 0) -> list[Line]:
    """As `quotes`, without a context."""
    chosen = choose(view, positions, most, acts)
    need(chosen, least)
    return [Line(positions=[position]) for position in chosen]


def replies(
    view: View, moments: Sequence[Moment], most: int, context: Callable[[Moment], str], acts: Acts, *, least: int = 0
) -> list[Exchange]:
    """The best of the moments that were replied to, each with its cue and its reply; `acts` are those of the cue.

    Raises:
        InsufficientData: there are fewer than `least`.
    """
    by_cue = {moment.cue: moment for moment in moments if moment.reply is not None}
    chosen = choose(view, list(by_cue), most, acts)
    need(chosen, least)
    return [exchange(view, [cue, by_cue[cue].reply], context(by_cue[cue])) for cue in chosen]


def exchange(view: View, positions: Sequence[int | None], context: str) -> Exchange:
    """The messages at these positions, in order of time; what cannot be quoted is left out."""
    given = {position for position in positions if position is not None and view.is_read(position)}
    ordered = sorted(given, key=view.tagged.place.__getitem__)
    return Exchange(context=context, exchange=[Line(positions=[position]) for position in ordered])


def passage(view: View, first: int, last: int, most: int = 4) -> list[int]:
    """From one message to another, both included, at most so many: the ends, and the first of what is between."""
    between = [position for position in view.between(first, last) if view.is_read(position)]
    inner = [position for position in between if position not in {first, last}]
    kept = {first, last, *inner[: max(0, most - 2)]}
    return [position for position in between if position in kept]


def spaced(found: Sequence[_T], most: int) -> list[_T]:
    """At most so many of them, evenly over their order."""
    count = min(most, len(found))
    return [found[index * len(found) // count] for index in range(count)]


def need(found: Sequence[object], least: int) -> None:
    """Leave off where too little was found.

    Raises:
        InsufficientData: it is less than `least`.
    """
    if len(found) < least:
        raise InsufficientData("There are too few messages in the chat that would prove what this insight has to show.")


def _told(context: Context, position: int) -> str:
    return context if isinstance(context, str) else context(position)


def _spread(readable: Sequence[int], view: View) -> Sequence[int]:
    """Of many, an even selection and those that retrieval found."""
    if len(readable) <= _CANDIDATES:
        return readable
    step = len(readable) / _CANDIDATES
    kept = {readable[int(index * step)] for index in range(_CANDIDATES)}
    return [position for position in readable if position in kept or position in view.found]


def _weight(view: View, position: int, acts: Acts) -> tuple[int, float, int]:
    """Less is better: length that can be read, then clearness, then what retrieval found."""
    length = len(view.text(position).strip())
    readable = (_SHORT <= length <= _LONG) + (_SHORTEST <= length <= _LONGEST)
    clearness = -view.strength(position, acts) if acts else 0
    return -readable, clearness, min(view.found.get(position, _FOUND_RANKS), _FOUND_RANKS)
