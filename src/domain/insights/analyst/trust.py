"""Trust between two, as far as it is written: answers, presence, promises, discretion, and moments of strain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import exchanges, friendship
from domain.insights.analyst.acts import NEGATIVE, REPAIRING, Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.friendship import Pledge
from domain.insights.analyst.measures import Measures, point
from domain.insights.analyst.phrasing import graded, joined
from domain.insights.analyst.scoring import component, evenness, share
from domain.insights.analyst.talk import ANSWERS, Talk
from domain.insights.analyst.view import View
from domain.insights.content import Component

LEAST = 3
"""Cases from which a share counts in a score."""
LEAST_WEEKS = 4
LOYALTY = "Messages in which somebody promises to stand by the other, such as being there or having their back."
MENDED = "A forgiving, thankful or affectionate message of the other within a day."
OFFERS = "Messages that offer help, of all messages with words."

_DAY, _HOUR = 86_400, 3_600
_NEAR = 10
_BESIDE = 3
_MENDING = 50
_JOKING = frozenset({Act.LAUGHTER, Act.TEASE})


@dataclass(frozen=True)
class Trust:
    """Between two people; numbers that are told are kept in `say`."""

    view: View
    people: tuple[int, int]
    say: Measures

    # What is there

    @cached_property
    def talk(self) -> Talk:
        return Talk(self.view, self.people, self.say)

    @cached_property
    def hard(self) -> list[Moment]:
        return friendship.hard_times(self.view)

    @cached_property
    def pledges(self) -> list[Pledge]:
        return friendship.pledges(self.view)

    @cached_property
    def weeks(self) -> Proportion:
        return friendship.shared_weeks(self.view, self.people)

    @cached_property
    def discreet(self) -> list[int]:
        return friendship.discreet(self.view)

    @cached_property
    def loyal(self) -> list[int]:
        return [at for at in self.view.positions(Act.LOYALTY) if friendship.named(self.view, at, Act.LOYALTY)]

    def sequels(self, person: int | None = None) -> list[Pledge]:
        """Promises that the chat tells were kept or taken up."""
        return [
            pledge
            for pledge in self.pledges
            if pledge.outcome not in {None, "called off"} and person in {None, pledge.by}
        ]

    def answered(self, person: int) -> Proportion:
        """How many of the other's questions somebody answers."""
        return exchanges.replied(self.talk.answers, to=self._other(person))

    def there(self, person: int) -> Proportion:
        """How many of the other's hard times somebody answers in any way."""
        return friendship.answered(self.view, self.hard, self._other(person))

    def offers(self, person: int) -> Proportion:
        return self.view.rate(Act.OFFER_HELP, person)

    def reliability(self, person: int) -> str:
        """How far reliability shows, by the mean of three shares; answers to questions alone do not tell it."""
        shares = (self.there(person), friendship.kept(self.pledges, person))
        if all(part.of < LEAST for part in shares):
            return "too little to tell"
        parts = [share(part) for part in (self.answered(person), *shares) if part.of >= LEAST]
        steps = [(0.7, "clearly visible"), (0.4, "partly visible")]
        return graded(sum(parts) / len(parts), steps, "hardly visible")

    # Where it was under strain

    @cached_property
    def called_off(self) -> list[int]:
        """The messages that call a promise off."""
        ends = [pledge.sequel for pledge in self.pledges if pledge.outcome == "called off"]
        return sorted({end for end in ends if end is not None})

    @cached_property
    def missed(self) -> list[int]:
        """Own cancellations that the other's negative words follow."""
        view = self.view
        own = view.apart(view.positions(Act.CANCEL, without=_JOKING), _DAY)
        return [
            at
            for at in own
            if at not in self.called_off and friendship.named(view, at, Act.CANCEL) and self._is_reproached(at)
        ]

    @cached_property
    def regretted(self) -> list[int]:
        """Words of discretion beside an apology of the same person."""
        return [at for at in self.discreet if self._is_regretted(at)]

    @cached_property
    def strained(self) -> list[int]:
        return sorted({*self.called_off, *self.missed, *self.regretted})

    def is_mended(self, position: int) -> bool:
        view = self.view
        return any(
            view.sender(at) != view.sender(position) and view.has(at, {Act.FORGIVENESS, Act.THANKS, Act.AFFECTION})
            for at in view.following(position, _MENDING, _DAY)
        )

    # The numbers in words

    def told_there(self, person: int) -> str:
        name, other, found = self.view.name(person), self.view.name(self._other(person)), self.there(person)
        if not found.of:
            return f"The word lists find no hard time of {other} that {name} could have answered."
        times = self.say.times(f"hard_times:{other}", found.of, friendship.CARE)
        there = self.say.times(f"hard_times.answered:{name}", found.count, friendship.CARE, found.of)
        return f"{other} writes of a hard time {times}; {name} answers within four hours {there}."

    def told_promises(self, by: int | None = None) -> str:
        of = "" if by is None else f":{self.view.name(by)}"
        whose = "to the other" if by is None else f"of {self.view.name(by)}"
        own = [pledge for pledge in self.pledges if by in {None, pledge.by}]
        if not own:
            return f"The word lists find no promise {whose}."
        kept, source = friendship.kept(own), friendship.PROMISES
        made = self.say.counted(f"promises{of}", len(own), "promise", source)
        told = self.say.count(f"promises.kept{of}", kept.count, source, len(own)) if kept.count else "none"
        lost = kept.of - kept.count
        off = self.say.count(f"promises.called_off{of}", lost, source, len(own)) if lost else "none"
        return f"Of {made} {whose}, {told} can be seen kept or taken up in the chat, and {off} called off."

    def told_answers(self) -> str:
        parts = [
            f"{self.view.name(person)} answers "
            f"{self.say.share(f'questions.answered:{self.view.name(person)}', self.answered(person), ANSWERS)} "
            f"of {self.view.name(self._other(person))}'s questions within a day"
            for person in self.people
            if self.answered(person).of
        ]
        return f"{joined(parts)}." if parts else "Neither asks with a question mark."

    def told_offers(self, person: int) -> str:
        name = self.view.name(person)
        return f"{name} offers help in {self.say.rate(f'offers.rate:{name}', self.offers(person), OFFERS)}"

    def told_loyal(self, person: int) -> str:
        name = self.view.name(person)
        own = sum(self.view.sender(at) == person for at in self.loyal)
        return f"{self.say.count(f'loyalty:{name}', own, LOYALTY, len(self.loyal))} by {name}"

    def told_weeks(self) -> str:
        return self.say.share("weeks.shared", self.weeks, friendship.WEEKS)

    def told_strain(self) -> str:
        total = self.say.times("strain", len(self.strained), "The moments listed as gaps.")
        told = self.say.times("strain.mended", self._mended.count, MENDED, len(self.strained))
        return f"Trust comes under strain {total}; a forgiving or warm word of the other follows within a day {told}."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        told = []
        if self.weeks.of >= LEAST_WEEKS:
            told.append(f"Both wrote in {self.told_weeks()} of the weeks.")
        top = self.talk.most(self.talk.started)
        if self.talk.answers:
            told.append(self.told_answers())
        else:
            told.append(f"{self.view.name(top)} opens {self.talk.told_started(top)} of the conversations.")
        if self._presence.of:
            hard = self.say.times("hard_times", self._presence.of, friendship.PRESENCE)
            there = self.say.times("hard_times.answered", self._presence.count, friendship.PRESENCE, self._presence.of)
            told.append(f"One of the two writes of a hard time {hard}; the other answers within four hours {there}.")
        if self.pledges:
            told.append(self.told_promises())
        if self.strained:
            told.append(self.told_strain())
        return point(" ".join(told))

    # What follows

    def components(self) -> list[Component]:
        """Of a score; shares with too few cases are left out."""
        one, other = self.people
        shares = (
            ("steady contact", self.weeks, friendship.WEEKS, LEAST_WEEKS),
            ("answers to questions", exchanges.replied(self.talk.answers), ANSWERS, LEAST),
            ("presence in hard times", self._presence, friendship.PRESENCE, LEAST),
            ("mended strain", self._mended, MENDED, LEAST),
            ("promises", friendship.kept(self.pledges), f"Kept, of those known. {friendship.PROMISES}", LEAST),
        )
        return [
            component(
                "initiative",
                evenness(self.talk.started(one).count, self.talk.started(other).count),
                self.view.statistics.sessions.count,
                "1 - |a - b| / (a + b) of the conversations each one opens.",
            ),
            *(component(name, share(part), part.of, text) for name, part, text, least in shares if part.of >= least),
        ]

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make: dict[str, Callable[[], Advice]] = {
            "initiative": lambda: self.talk.advice("initiations"),
            "steady contact": self._keep_contact,
            "answers to questions": lambda: self.talk.advice("questions"),
            "presence in hard times": self._give_a_sign,
            "promises": self._call_off_in_time,
            "mended strain": self._come_back_to_it,
        }
        return make[name]()

    @cached_property
    def _mended(self) -> Proportion:
        return proportion(sum(map(self.is_mended, self.strained)), len(self.strained))

    @property
    def shown(self) -> float:
        """How near the kinds of cases that tell of trust come to being enough, from 0 to 1: the nearest one."""
        found = (self._presence, self._mended, friendship.kept(self.pledges))
        return min(1.0, max(part.of for part in found) / LEAST)

    @cached_property
    def _presence(self) -> Proportion:
        return friendship.answered(self.view, self.hard)

    def _keep_contact(self) -> Advice:
        return Advice(
            title="Keep a small regular contact",
            target=self._names,
            suggestion=f"Both wrote in {self.told_weeks()} of the weeks; a short sign in a quiet one is enough.",
            why="Steadiness needs few words.",
            example="Nothing new here, I only wanted to say hello.",
        )

    def _give_a_sign(self) -> Advice:
        told = self.say.share("hard_times.answered", self._presence, friendship.CARE)
        return Advice(
            title="Give a sign when it is hard",
            target=self._names,
            suggestion=f"Of the hard times, {told} get an answer within four hours; a short sign says it was read.",
            why="Being read is the first part of being cared for.",
            example="I have read this. I am here, and I will write properly tonight.",
        )

    def _call_off_in_time(self) -> Advice:
        return Advice(
            title="Say when it will not work out",
            target=self._names,
            suggestion=f"{self.told_promises()} A word in time about one that cannot be kept helps both.",
            why="A promise that is taken back openly can be made again.",
            example="I said I would do it this week. I cannot; is next week all right?",
        )

    def _come_back_to_it(self) -> Advice:
        return Advice(
            title="Come back to what went wrong",
            target=self._names,
            suggestion=f"{self.told_strain()} A calm word later on can still close one that stayed open.",
            why="What was named once does not have to be carried along.",
            example="I still think of what happened between us. Is it all right now?",
        )

    def _is_reproached(self, position: int) -> bool:
        return self._beside(self.view.following(position, _NEAR, _HOUR), position, NEGATIVE, own=False)

    def _is_regretted(self, position: int) -> bool:
        view = self.view
        around = [*view.preceding(position, _BESIDE, _HOUR), position, *view.following(position, _BESIDE, _HOUR)]
        return self._beside(around, position, REPAIRING, own=True)

    def _beside(self, around: Sequence[int], position: int, acts: frozenset[Act], *, own: bool) -> bool:
        view, by = self.view, self.view.sender(position)
        return any(
            (view.sender(at) == by) == own and view.has(at, acts) and not view.has(at, Act.LAUGHTER) for at in around
        )

    @property
    def _names(self) -> list[str]:
        return [self.view.name(person) for person in self.people]

    def _other(self, person: int) -> int:
        return self.people[1] if person == self.people[0] else self.people[0]
