"""Friction as the insight types tell it: what two people say against each other, what it is about, how it mends.

Stricter than `friction`, whose episodes it starts from: somebody has to be meant. A message that consoles, thanks or
teases is not against anybody, nor is contempt or anger without a `you` or an answer in kind.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from domain.chats.statistics.estimates import proportion, quantile
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, friction
from domain.insights.analyst.acts import NEGATIVE, REPAIRING, TOPICS, Act, Pronoun
from domain.insights.analyst.exchanges import Moment, moments
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import joined
from domain.insights.analyst.scoring import component, share
from domain.insights.analyst.view import View, once
from domain.insights.content import Component, Exchange

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_KIND = frozenset({Act.LAUGHTER, Act.TEASE, Act.SUPPORT, Act.OFFER_HELP, Act.AFFECTION, Act.THANKS})
_MEANT = frozenset({Act.CRITICISM, Act.DEMAND})
_TAKING_UP = frozenset({Act.FORGIVENESS, Act.REPAIR, Act.APOLOGY, Act.AFFECTION, Act.THANKS})
_MENDING_SECONDS = 7 * _DAY
_PLAIN_REPAIR = 2
"""Phrases of repair that a message needs to be one more than a day later."""
_ANSWER_SECONDS, _ANSWER_MESSAGES = _HOUR, 10
_BEFORE_MESSAGES, _BEFORE_SECONDS = 3, 15 * _MINUTE
_AFTER_MESSAGES = 10
_QUOTED = 5
_SEVERAL = 3

FRICTION = "Messages of both against each other, each within 15 minutes of the one before; counted by the word lists."
REPAIRED = "Repairs after friction, within a week and before the next; taken up when the other answers within an hour."

COMPLAINTS = frozenset({Act.CRITICISM, Act.DEMAND})
TOPIC_NAMES = {
    Act.TRAVEL: "trips and travel",
    Act.HOME: "the home",
    Act.MONEY: "money",
    Act.WORK: "work",
    Act.STUDY: "study and exams",
    Act.FAMILY: "family",
    Act.CHILDREN: "children",
    Act.HEALTH: "health",
    Act.FOOD: "food and meals",
    Act.OUTINGS: "going out",
    Act.CULTURE: "films, music, books and games",
    Act.SPORT: "sport",
    Act.CHORES: "housework",
    Act.PUNCTUALITY: "being late, waiting or forgetting",
    Act.ATTENTION: "answering and being ignored",
    Act.PARTNERSHIP: "the relationship itself",
}
_BETWEEN_TWO = frozenset({Act.PUNCTUALITY, Act.ATTENTION, Act.CHORES, Act.PARTNERSHIP})
_MOVES = {
    Act.CONTEMPT: "words that belittle",
    Act.DEMAND: "a demand",
    Act.CRITICISM: "criticism",
    Act.ANGER: "words of anger",
}


@dataclass(frozen=True, slots=True)
class Clash:
    """Messages of two or more people against each other, each within 15 minutes of the one before."""

    negative: tuple[int, ...]
    people: tuple[int, ...]
    """Who wrote them, in the order of joining."""
    demanded: tuple[int, ...]
    withdrew: tuple[int, ...]
    repair: int | None
    """The first message after it, or in it, that repairs, within a week and before the next clash; of several the first
    that was taken up."""
    repairer: int | None
    taken_up: int | None
    """Another's message within the hour that forgives, repairs too, thanks or is fond."""
    lag: int | None
    """Seconds from the last negative message before the repair to it."""

    @property
    def starter(self) -> int:
        return self.people[0]


def calm(touched: Proportion) -> Component:
    """Of a score, by the share of conversations with friction."""
    return component("calm", 1 - share(touched), touched.of, "The share of conversations without friction.")


def touched(view: View, found: Sequence[Clash]) -> Proportion:
    """The share of conversations with friction."""
    held = {view.session(clash.negative[0]) for clash in found}
    return proportion(len(held), view.statistics.sessions.count)


def mended(found: Sequence[Clash]) -> list[Clash]:
    """Those with a repair that was taken up."""
    return [clash for clash in found if clash.taken_up is not None]


def patterns(view: View, found: Sequence[Clash]) -> dict[str, list[Clash]]:
    """Ways of talking that hurt, by name, with the clashes that show them; those that none shows are left out."""
    shown = {
        "pressing and stepping back": [
            clash for clash in found if any(one != two for one in clash.demanded for two in clash.withdrew)
        ],
        "criticism answered with criticism": [
            clash
            for clash in found
            if sum(not COMPLAINTS.isdisjoint(moves(view, clash, one)) for one in clash.people) > 1
        ],
        "words that belittle": [clash for clash in found if any(view.has(at, Act.CONTEMPT) for at in clash.negative)],
    }
    return {name: clashes for name, clashes in shown.items() if clashes}


@once
def clashes(view: View) -> list[Clash]:
    """All of a chat, in order of time."""
    meant = [(episode, negative) for episode in friction.episodes(view) if (negative := _against(view, episode))]
    repairs = view.positions(REPAIRING)
    ends = [negative[0] for _, negative in meant[1:]]
    return [
        _clash(view, episode, negative, repairs, ends[number] if number < len(ends) else None)
        for number, (episode, negative) in enumerate(meant)
    ]


def heard(view: View, found: Sequence[Clash]) -> list[Moment]:
    """Criticism and demands outside of those clashes that another answered with a repair within the hour."""
    inside = {position for clash in found for position in view.between(clash.negative[0], clash.negative[-1])}
    said = moments(view, _MEANT, REPAIRING)
    return [
        moment
        for moment in said
        if moment.reply is not None and moment.cue not in inside and not view.has(moment.cue, _KIND)
    ]


def subjects(view: View, clash: Clash) -> list[Act]:
    """What its negative messages, and the three before it, are about.

    Subjects that concern the two first, such as waiting or being ignored, then the most frequent.
    """
    before = view.preceding(clash.negative[0], _BEFORE_MESSAGES, _BEFORE_SECONDS)
    counts = Counter(topic for position in (*before, *clash.negative) for topic in TOPICS if view.has(position, topic))
    return sorted(counts, key=lambda topic: (topic not in _BETWEEN_TWO, -counts[topic], TOPICS.index(topic)))


def moves(view: View, clash: Clash, person: int) -> list[Act]:
    """Which negative acts somebody's messages of it carry, the heaviest first."""
    own = [position for position in clash.negative if view.sender(position) == person]
    return [act for act in _MOVES if any(view.has(position, act) for position in own)]


def passage(view: View, clash: Clash, most: int = _QUOTED) -> list[int]:
    """Messages that show it: the first, the other's first, then what else is against."""
    second = next(position for position in clash.negative if view.sender(position) != clash.starter)
    chosen = [*dict.fromkeys([clash.negative[0], second, *clash.negative])][:most]
    return sorted(chosen, key=view.tagged.place.__getitem__)


def told(view: View, clash: Clash, most: int = _QUOTED) -> Exchange:
    """The clash itself, its opening move named."""
    how = joined([words for act, words in _MOVES.items() if view.has(clash.negative[0], act)])
    return evidence.exchange(
        view,
        passage(view, clash, most),
        f"{view.names[clash.starter]} comes in first, with {how}.",
    )


def told_lag(say: Measures, lags: Sequence[int]) -> str:
    """How long repairs take, in order: `typically after 4 minutes`, or of one or two `at most 2 days later`."""
    if len(lags) < _SEVERAL:
        return f"at most {say.seconds('repair.lag.longest', lags[-1], len(lags), REPAIRED)} later"
    return f"typically after {say.seconds('repair.lag', quantile(lags, 50) or 0.0, len(lags), REPAIRED)}"


def showing(view: View, clash: Clash, acts: Collection[Act], context: str) -> Exchange:
    """The messages of a clash, and of the quarter of an hour after it, that carry the acts, with the one before."""
    last = clash.negative[-1]
    span = [*view.between(clash.negative[0], last), *view.following(last, _AFTER_MESSAGES, _BEFORE_SECONDS)]
    carrying = [position for position in span if view.has(position, acts)][:_QUOTED]
    return evidence.exchange(view, [*view.preceding(carrying[0], 1, _BEFORE_SECONDS), *carrying], context)


def mending(view: View, clash: Clash) -> Exchange | None:
    """The repair with its answer; None where there was none."""
    if clash.repair is None or clash.repairer is None:
        return None
    answer = "It is taken up." if clash.taken_up is not None else "Nobody takes it up in so many words within the hour."
    return evidence.exchange(
        view, [clash.repair, clash.taken_up], f"{view.names[clash.repairer]} offers a repair. {answer}"
    )


def says_you(view: View, position: int) -> bool:
    """Whether a message speaks to somebody: `you` in any form stands in it."""
    pronouns = view.tagged.matcher.pronouns
    return any(pronouns.get(token) is Pronoun.YOU for token in view.tagged.tokens(position))


def _against(view: View, episode: friction.Episode) -> tuple[int, ...]:
    """The messages of an episode that are against the other; none unless of two people, one of them meaning another."""
    unkind = [position for position in episode.negative if not view.has(position, _KIND)]
    meaning = {position for position in unkind if view.has(position, _MEANT) or says_you(view, position)}
    kept = tuple(position for position in unkind if position in meaning or not view.has(position, Act.CONTEMPT))
    return kept if meaning and len({view.sender(position) for position in kept}) > 1 else ()


def _clash(
    view: View, episode: friction.Episode, negative: tuple[int, ...], repairs: Sequence[int], end: int | None
) -> Clash:
    people = tuple(dict.fromkeys(map(view.sender, negative)))
    second = next(position for position in negative if view.sender(position) != people[0])
    repair, taken_up = _repair(view, second, negative[-1], repairs, end)
    lag = None
    if repair is not None:
        lag = view.time(repair) - max(view.time(at) for at in negative if view.time(at) <= view.time(repair))
    return Clash(
        negative=negative,
        people=people,
        demanded=episode.demanded,
        withdrew=episode.withdrew,
        repair=repair,
        repairer=None if repair is None else view.sender(repair),
        taken_up=taken_up,
        lag=lag,
    )


def _repair(
    view: View, second: int, last: int, repairs: Sequence[int], end: int | None
) -> tuple[int | None, int | None]:
    """The first repair that was taken up, or else the first, with the message that takes it up."""
    place = view.tagged.place
    first = None
    for repair in islice(repairs, bisect_left(repairs, place[second], key=place.__getitem__), None):
        after = view.time(repair) - view.time(last)
        if after > _MENDING_SECONDS or (end is not None and place[repair] >= place[end]):
            break
        if after > _DAY and view.strength(repair, REPAIRING) < _PLAIN_REPAIR:
            continue
        answer = _taken_up(view, repair)
        if answer is not None:
            return repair, answer
        first = repair if first is None else first
    return first, None


def _taken_up(view: View, repair: int) -> int | None:
    for later in view.following(repair, _ANSWER_MESSAGES, _ANSWER_SECONDS):
        if view.sender(later) != view.sender(repair) and view.has(later, _TAKING_UP) and not view.has(later, NEGATIVE):
            return later
    return None
