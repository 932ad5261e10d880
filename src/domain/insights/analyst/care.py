"""Support between two: hard times and the care that comes back, support given at any time, good news, check-ins."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import exchanges, friendship
from domain.insights.analyst.acts import Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import Measures, point
from domain.insights.analyst.phrasing import alike, differ, graded, joined, told_apart
from domain.insights.analyst.scoring import component, evenness, reaches, share, weakest
from domain.insights.analyst.view import View
from domain.insights.content import Component

SUPPORTING = frozenset({Act.SUPPORT, Act.OFFER_HELP, Act.PRAISE, Act.LOYALTY})
LEAST = 3
"""Cases from which a share counts in a score."""
SUPPORTS = "writes supportive messages|write supportive messages"
SUPPORT = "Messages that comfort, encourage, offer help or praise, of all messages with words."
CHECK_INS = "Questions about how the other is, those of one person within an hour being one."
CHECKED_MONTHS = "Months with messages in which at least one such question stands."

_HOUR = 3_600
_SUPPORT_FULL = 4.0
_STYLES = {
    "comforting": frozenset({Act.SUPPORT, Act.LOYALTY}),
    "practical": frozenset({Act.OFFER_HELP}),
    "encouraging": frozenset({Act.PRAISE}),
    "affectionate": frozenset({Act.AFFECTION, Act.TOUCH}),
    "asking": frozenset({Act.CHECK_IN, Act.QUESTION_OPEN}),
}
_FEW = 3
_OPENING_TOKENS = 4


@dataclass(frozen=True)
class Care:
    """Between two people; numbers that are told are kept in `say`."""

    view: View
    people: tuple[int, int]
    say: Measures

    # What is there

    @cached_property
    def hard(self) -> list[Moment]:
        return friendship.hard_times(self.view)

    @cached_property
    def news(self) -> list[Moment]:
        return friendship.good_news(self.view)

    @cached_property
    def check_ins(self) -> list[int]:
        """Those that ask, or begin with the phrase."""
        view, asking = self.view, set(self.view.asking())
        found = view.positions(Act.CHECK_IN, without={Act.LAUGHTER, Act.TEASE})
        return view.apart([at for at in found if at in asking or self._begins(at)], _HOUR)

    @cached_property
    def given(self) -> list[int]:
        """Messages that support, without those that laugh."""
        return self.view.positions(SUPPORTING, without={Act.LAUGHTER, Act.TEASE})

    def supports(self, person: int) -> Proportion:
        return self.view.rate(SUPPORTING, person, without={Act.LAUGHTER, Act.TEASE})

    def checks_in(self, person: int) -> Proportion:
        own = sum(self.view.sender(at) == person for at in self.check_ins)
        return proportion(own, self.view.read_count(person))

    def cares(self, person: int) -> Proportion:
        """How many of the other's hard times somebody meets with care."""
        return exchanges.replied(self.hard, to=self.other(person))

    @cached_property
    def cared(self) -> Proportion:
        return exchanges.replied(self.hard)

    @cached_property
    def present(self) -> Proportion:
        """How many hard times are answered in any way."""
        return friendship.answered(self.view, self.hard)

    def styles(self, person: int) -> list[str]:
        """The kinds of support in somebody's messages and caring replies, the most frequent first."""
        replies = [moment.reply for moment in self.hard if moment.replier == person and moment.reply is not None]
        own = {at for at in (*self.given, *self.check_ins) if self.view.sender(at) == person}.union(replies)
        counts = Counter(style for at in own for style, acts in _STYLES.items() if self.view.has(at, acts))
        return sorted(counts, key=lambda style: (-counts[style], style)) if counts.total() >= _FEW else []

    def level(self) -> str:
        """By the shares of hard times answered and met with care, or by the rate of support where there are few."""
        if self.cared.of >= LEAST:
            return graded(self._met, [(0.75, "high"), (0.4, "moderate")], "low")
        rate = self.view.rate(SUPPORTING, without={Act.LAUGHTER, Act.TEASE})
        return graded(rate.percent or 0.0, [(_SUPPORT_FULL, "high"), (1.5, "moderate")], "low")

    @property
    def _met(self) -> float:
        return (share(self.present) + share(self.cared)) / 2

    # The numbers in words

    def told_supports(self, person: int) -> str:
        return self.say.rate(f"support.rate:{self.view.name(person)}", self.supports(person), SUPPORT)

    def told_hard(self) -> str:
        """A sentence about all hard times."""
        if not self.hard:
            return "The word lists find no message in which one writes of a hard time."
        times = self.say.times("hard_times", len(self.hard), friendship.CARE)
        present = self.say.times("hard_times.answered", self.present.count, friendship.CARE, len(self.hard))
        cared = self.say.times("hard_times.cared", self.cared.count, friendship.CARE, len(self.hard))
        return (
            f"One of the two writes of a hard time {times}; the other answers within four hours {present}, and with "
            f"words of care that the lists know {cared}."
        )

    def told_cares(self, person: int) -> str:
        name, other, found = self.view.name(person), self.view.name(self.other(person)), self.cares(person)
        if not found.of:
            return f"The word lists find no hard time of {other} that {name} could have answered."
        times = self.say.times(f"hard_times:{other}", found.of, friendship.CARE)
        cared = self.say.times(f"hard_times.cared:{name}", found.count, friendship.CARE, found.of)
        return f"{other} writes of a hard time {times}; {name} meets it with words of care {cared}."

    def told_lag(self) -> str:
        """A sentence about how soon care comes; nothing where none came."""
        lag = exchanges.median_lag(self.hard)
        if lag is None:
            return ""
        told = self.say.seconds("hard_times.lag", lag, self.cared.count, friendship.CARE)
        return f"Words of care typically come after {told}."

    def told_check_ins(self, person: int) -> str:
        found = self.checks_in(person)
        return self.say.count(f"check_ins:{self.view.name(person)}", found.count, CHECK_INS, len(self.check_ins))

    def told_news(self) -> str:
        celebrated = exchanges.replied(self.news)
        told = self.say.times("good_news", len(self.news), friendship.NEWS)
        met = self.say.times("good_news.celebrated", celebrated.count, friendship.NEWS, len(self.news))
        return f"Good news comes {told}, and is answered with congratulations or praise {met}."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        verdict = told_apart(self.view.names, self.people, self.supports, self.told_supports, SUPPORTS)
        told = [f"{verdict}.", self.told_hard()]
        if self.check_ins:
            each = [f"{self.told_check_ins(person)} by {self.view.name(person)}" for person in self.people]
            told.append(f"Questions about how the other is: {joined(each)}.")
        if self.news:
            told.append(self.told_news())
        return point(" ".join(told))

    # What follows

    def components(self) -> list[Component]:
        """Of a score; shares with too few cases are left out."""
        one, other = (self.supports(person).percent or 0.0 for person in self.people)
        total = self.view.rate(SUPPORTING, without={Act.LAUGHTER, Act.TEASE})
        months = self.view.coverage(self.check_ins)
        found = [
            component(
                "support", reaches(total.percent or 0.0, _SUPPORT_FULL), total.of, f"Of 4 per 100 messages. {SUPPORT}"
            ),
            component("checking in", months, len(self.check_ins), f"{CHECKED_MONTHS} {CHECK_INS}"),
        ]
        if total.count:
            told = f"1 - |a - b| / (a + b) of the two rates of support. {SUPPORT}"
            found.append(component("reciprocity", evenness(one, other), total.count, told))
        if self.cared.of >= LEAST:
            found += [
                component("presence in hard times", share(self.present), self.present.of, friendship.PRESENCE),
                component("care in hard times", share(self.cared), self.cared.of, friendship.CARE),
            ]
        return found

    @property
    def uneven(self) -> bool:
        """Whether one certainly supports more than the other."""
        return differ(*map(self.supports, self.people))

    @property
    def mutual(self) -> bool:
        """Whether support goes both ways: each gives some, and about as often."""
        enough = all(self.supports(person).count >= LEAST for person in self.people)
        return enough and alike(self.people, self.supports)

    def advisable(self) -> list[str]:
        """The parts of the score to advise on; giving back only where one certainly gives less."""
        return weakest([part for part in self.components() if part.name != "reciprocity" or self.uneven])

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make: dict[str, Callable[[], Advice]] = {
            "support": self._say_more,
            "reciprocity": self._give_back,
            "checking in": self._ask,
            "presence in hard times": lambda: self._answer("Give a sign when it is hard"),
            "care in hard times": lambda: self._answer("Ask one more question when it is hard"),
        }
        return make[name]()

    def _say_more(self) -> Advice:
        told = [f"{self.view.name(person)} {self.told_supports(person)}" for person in self.people]
        return Advice(
            title="Put support into words",
            target=self._names(),
            suggestion=f"Comfort, help or praise stand in few messages ({joined(told)}); one such sentence goes far.",
            why="Support is easier to take when it is said.",
            example="You are doing this well, and I am glad you told me.",
        )

    def _give_back(self) -> Advice:
        least = min(self.people, key=lambda person: (self.supports(person).percent or 0.0, person))
        return Advice(
            title="Give support back",
            target=[self.view.name(least)],
            suggestion=f"{self.view.name(least)} writes supportive messages at a rate of {self.told_supports(least)}, "
            f"{self.view.name(self.other(least))} at {self.told_supports(self.other(least))}; a word of comfort or "
            "praise evens that out.",
            why="Support that goes both ways is easier to accept.",
            example="You were there for me last time. What can I do for you?",
        )

    def _ask(self) -> Advice:
        told = self.say.count("check_ins", len(self.check_ins), CHECK_INS)
        return Advice(
            title="Ask without a reason",
            target=self._names(),
            suggestion=f"Questions about how the other is: {told} in the whole chat; one in a quiet week opens a door.",
            why="A question that nobody had to ask says that one is thought of.",
            example="No reason, I just wanted to ask how you are.",
        )

    def _answer(self, title: str) -> Advice:
        return Advice(
            title=title,
            target=self._names(),
            suggestion=f"{self.told_hard()} A short sentence that names what was heard is enough.",
            why="To feel understood comes before being helped.",
            example="That sounds like a lot. Do you want to tell me more, or shall I distract you?",
        )

    def _begins(self, position: int) -> bool:
        return any(Act.CHECK_IN in hit.acts and hit.start < _OPENING_TOKENS for hit in self.view.tagged.hits(position))

    def _names(self) -> list[str]:
        return [self.view.name(person) for person in self.people]

    def other(self, person: int) -> int:
        return self.people[1] if person == self.people[0] else self.people[0]


def kind_of(view: View, reply: int, asking: Collection[int]) -> str:
    """What a reply to a hard time holds, in a word."""
    for style, acts in _STYLES.items():
        if view.has(reply, acts):
            return style
    return "asking" if reply in asking else "sympathetic"
