"""How alive a friendship of two is in writing: contact, laughter, plans, depth, delight and shared names."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import exchanges, friendship, threads
from domain.insights.analyst.acts import OPENING_UP, Act
from domain.insights.analyst.change import Trend, sessions_by_month, trend
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.friendship import SharedName
from domain.insights.analyst.measures import Measures, point
from domain.insights.analyst.phrasing import joined
from domain.insights.analyst.scoring import component, evenness, reaches, share
from domain.insights.analyst.talk import Talk
from domain.insights.analyst.threads import Proposal
from domain.insights.analyst.view import View
from domain.insights.content import Component

ACTIVITIES = {
    Act.FOOD: "eating and drinking",
    Act.OUTINGS: "going out",
    Act.CULTURE: "films, music, books and games",
    Act.SPORT: "sport and being outdoors",
    Act.TRAVEL: "trips",
}
DELIGHT = frozenset({Act.ENTHUSIASM, Act.CELEBRATION})
DEPTH = OPENING_UP | {Act.QUESTION_OPEN}
LEAST = 3
"""Cases from which a share counts in a score."""
DEPTH_SOURCE = "Messages that tell a feeling or a hard time, or ask an open question, of all messages with words."
DELIGHT_SOURCE = "Messages with words of delight or celebration, of all messages with words."
LAUGHED = "Messages that laugh, of all messages with words."
MADE_LAUGH = "Messages after which the other laughs within three messages and five minutes, of one's own with words."
PLANS = "Proposals that name an activity, those of one person within ten minutes being one."
ACCEPTED = f"{PLANS[:-1]}; accepted where the other's answer within twelve hours and six messages agrees."

_LAUGHTER_FULL, _DEPTH_FULL, _DELIGHT_FULL = 3.0, 6.0, 4.0
_WINDOW, _WINDOW_SECONDS, _BRIGHTEST = 8, 900, 5
_BRIGHT = frozenset({Act.LAUGHTER, Act.TEASE, Act.AFFECTION, Act.PRAISE, Act.GOOD_NEWS, *DELIGHT})
_MOMENT_TITLES = (
    (Act.GOOD_NEWS, "Good news shared"),
    (Act.LAUGHTER, "Laughing together"),
    (Act.AFFECTION, "A warm exchange"),
    (Act.PRAISE, "Praise for each other"),
    (Act.CELEBRATION, "Celebrating together"),
    (Act.ENTHUSIASM, "Shared delight"),
)
_LAUGHING_ALONG = 0.5
_TEASING = 0.2


@dataclass(frozen=True, slots=True)
class Bright:
    """A short stretch in which both are bright."""

    lines: tuple[int, ...]
    title: str
    weight: int


@dataclass(frozen=True)
class Vitality:
    """Between two people; numbers that are told are kept in `say`."""

    view: View
    people: tuple[int, int]
    say: Measures

    # What is there

    @cached_property
    def talk(self) -> Talk:
        return Talk(self.view, self.people, self.say)

    @cached_property
    def laughs(self) -> list[Moment]:
        return exchanges.laughs(self.view)

    @cached_property
    def plans(self) -> list[Proposal]:
        """Proposals to do something together."""
        found = threads.proposals(self.view)
        return [
            plan
            for plan in found
            if self.view.has(plan.position, ACTIVITIES) and not self.view.has(plan.position, Act.THANKS)
        ]

    @cached_property
    def names(self) -> list[SharedName]:
        return friendship.shared_names(self.view, self.people, 5)

    @cached_property
    def trend(self) -> Trend | None:
        return trend(sessions_by_month(self.view))

    @cached_property
    def weeks(self) -> Proportion:
        return friendship.shared_weeks(self.view, self.people)

    def makes_laugh(self, person: int) -> Proportion:
        return proportion(len(self.funny(person)), self.view.read_count(person))

    def funny(self, person: int) -> list[int]:
        """Somebody's messages that made the other laugh."""
        return [moment.cue for moment in self.laughs if moment.by == person and self.view.is_read(moment.cue)]

    def delight(self, person: int) -> Proportion:
        return self.view.rate(DELIGHT, person)

    def depth(self) -> Proportion:
        return self.view.rate(DEPTH)

    def personal(self) -> list[int]:
        """Hard times, and messages with more than one phrase of opening up."""
        found = {moment.cue for moment in friendship.hard_times(self.view)}
        view = self.view
        found.update(at for at in view.positions(OPENING_UP, without=Act.LAUGHTER) if view.strength(at, OPENING_UP) > 1)
        return sorted(found, key=view.tagged.place.__getitem__)

    def humour(self, person: int) -> str:
        """By what somebody's messages that made the other laugh hold themselves."""
        funny = self.funny(person)
        if len(funny) < LEAST:
            return "laughs along" if self.view.count(Act.LAUGHTER, person) >= LEAST else "little seen"
        if sum(self.view.has(at, Act.TEASE) for at in funny) >= _TEASING * len(funny):
            return "teasing"
        laughing = sum(self.view.has(at, Act.LAUGHTER) for at in funny)
        return "openly amused" if laughing >= _LAUGHING_ALONG * len(funny) else "deadpan"

    @cached_property
    def brightest(self) -> list[Bright]:
        """The five brightest stretches of eight messages in a quarter of an hour, one of a session at most."""
        best: dict[int, Bright] = {}
        bright = self.view.positions(_BRIGHT)
        places = [self.view.tagged.place[at] for at in bright]
        for index, at in enumerate(bright):
            session = self.view.session(at)
            heaviest = best[session].weight if session in best else LEAST
            reach = bisect_left(places, places[index] + _WINDOW) - index + len(self.people)
            if reach > heaviest and (found := self._bright(at)) is not None and found.weight > heaviest:
                best[session] = found
        return sorted(best.values(), key=lambda bright: (-bright.weight, bright.lines))[:_BRIGHTEST]

    # The numbers in words

    def told_weeks(self) -> str:
        return self.say.share("weeks.shared", self.weeks, friendship.WEEKS)

    def told_makes_laugh(self, person: int) -> str:
        return self.say.rate(f"laughter.caused:{self.view.name(person)}", self.makes_laugh(person), MADE_LAUGH)

    def told_laughs(self, person: int) -> str:
        return self.say.rate(f"laughter.rate:{self.view.name(person)}", self.view.rate(Act.LAUGHTER, person), LAUGHED)

    def told_delight(self, person: int) -> str:
        return self.say.rate(f"delight.rate:{self.view.name(person)}", self.delight(person), DELIGHT_SOURCE)

    def told_depth(self) -> str:
        return self.say.rate("depth.rate", self.depth(), DEPTH_SOURCE)

    def told_plans(self) -> str:
        """A sentence about plans and what became of them."""
        if not self.plans:
            return "The word lists find no proposal to do something together."
        answers = threads.accepted(self.plans)
        declined = answers.of - answers.count
        total = self.say.counted("plans", len(self.plans), "proposal", PLANS)
        yes = self.say.count("plans.accepted", answers.count, ACCEPTED, len(self.plans)) if answers.count else "none"
        no = self.say.count("plans.declined", declined, ACCEPTED, len(self.plans)) if declined else "none"
        return f"Of {total} to do something together, {yes} got a yes in the chat, and {no} a no."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        ranked = sorted(self.people, key=lambda person: -(self.makes_laugh(person).percent or 0.0))
        top, other = (self.view.name(person) for person in ranked)
        most, least = (self.told_makes_laugh(person) for person in ranked)
        told = [f"{top} makes {other} laugh with {most}, and {other} makes {top} laugh with {least}."]
        if self.weeks.of >= LEAST:
            told.append(f"Both wrote in {self.told_weeks()} of the weeks.")
        if self.names:
            told.append(f"Names that both keep coming back to: {joined([name.word for name in self.names[:3]])}.")
        told.append(f"Feelings, hard times and open questions stand in {self.told_depth()}.")
        if self.plans:
            told.append(self.told_plans())
        return point(" ".join(told))

    # What follows

    def components(self) -> list[Component]:
        """Of a score; shares with too few cases are left out."""
        one, other = self.people
        laughing, delighted, deep = self.view.rate(Act.LAUGHTER), self.view.rate(DELIGHT), self.depth()
        accepted = threads.accepted(self.plans)
        found = [
            component(
                "initiative",
                evenness(self.talk.started(one).count, self.talk.started(other).count),
                self.view.statistics.sessions.count,
                "1 - |a - b| / (a + b) of the conversations each one opens.",
            ),
            _rated("laughter", laughing, _LAUGHTER_FULL, f"Of 3 per 100. {LAUGHED}"),
            _rated("delight", delighted, _DELIGHT_FULL, f"Of 4 per 100. {DELIGHT_SOURCE}"),
            _rated("depth", deep, _DEPTH_FULL, f"Of 6 per 100. {DEPTH_SOURCE}"),
        ]
        if self.weeks.of >= LEAST:
            found.append(component("regular contact", share(self.weeks), self.weeks.of, friendship.WEEKS))
        if accepted.of >= LEAST:
            found.append(component("plans", share(accepted), accepted.of, f"Accepted, of those answered. {ACCEPTED}"))
        return found

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        both = [self.view.name(person) for person in self.people]
        make: dict[str, Callable[[], Advice]] = {
            "initiative": lambda: self.talk.advice("initiations"),
            "laughter": lambda: Advice(
                title="Share what made you laugh",
                target=both,
                suggestion=f"Laughter is written by {self._each(self.told_laughs)}; something silly now and then "
                "is enough.",
                why="A shared joke is the shortest way back into a conversation.",
                example="You will not believe what just happened to me.",
            ),
            "delight": lambda: Advice(
                title="Say what you look forward to",
                target=both,
                suggestion=f"Words of delight are written by {self._each(self.told_delight)}; a plan gains when its "
                "anticipation is shared.",
                why="Joy that is answered lasts longer.",
                example="I am really looking forward to this.",
            ),
            "depth": lambda: Advice(
                title="Ask one question more",
                target=both,
                suggestion=f"Feelings and open questions stand in {self.told_depth()}; one open question a week "
                "changes what is talked about.",
                why="An open question invites more than news.",
                example="What has been on your mind lately?",
            ),
            "regular contact": lambda: Advice(
                title="Keep a small regular contact",
                target=both,
                suggestion=f"Both wrote in {self.told_weeks()} of the weeks; a short sign in a quiet one is enough.",
                why="Regular signs make it easy to pick up the thread.",
                example="Nothing new here, I only wanted to say hello.",
            ),
            "plans": lambda: Advice(
                title="Propose something with a day",
                target=both,
                suggestion=f"{self.told_plans()} A proposal with a day in it is easier to answer.",
                why="A yes needs something to say yes to.",
                example="Coffee on Saturday at ten?",
            ),
        }
        return make[name]()

    def _each(self, told: Callable[[int], str]) -> str:
        return " and ".join(f"{self.view.name(person)} in {told(person)}" for person in self.people)

    def _bright(self, position: int) -> Bright | None:
        view = self.view
        stretch = [at for at in (position, *view.following(position, _WINDOW - 1, _WINDOW_SECONDS)) if view.is_read(at)]
        bright = [at for at in stretch if view.has(at, _BRIGHT)]
        if len({view.sender(at) for at in stretch}) < len(self.people) or len(bright) < LEAST:
            return None
        before = [at for at in view.preceding(position, 1, _WINDOW_SECONDS) if view.is_read(at)]
        return Bright(
            lines=(*before, *stretch[: stretch.index(bright[-1]) + 1]),
            title=self._title(bright),
            weight=len(bright) + len({view.sender(at) for at in bright}),
        )

    def _title(self, bright: Sequence[int]) -> str:
        """After what most of its messages hold."""
        counts = [
            (sum(self.view.has(at, act) for at in bright), -place) for place, (act, _) in enumerate(_MOMENT_TITLES)
        ]
        return _MOMENT_TITLES[-max(counts)[1]][1]


def _rated(name: str, rate: Proportion, full: float, definition: str) -> Component:
    return component(name, reaches(rate.percent or 0.0, full), rate.of, definition)
