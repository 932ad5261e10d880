"""What two people plan: which parts of life it is about, what is agreed on, and what has a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import exchanges, threads
from domain.insights.analyst.acts import Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import point
from domain.insights.analyst.romance import Pair, speaks_of_us
from domain.insights.analyst.scoring import component, evenness, share
from domain.insights.analyst.threads import Proposal
from domain.insights.content import Component

PLAN = "Messages that propose something, or speak of the future or a dream with a word for both, of all with words."
AGREED = "Proposals that are accepted, of those that were answered within twelve hours and six messages."
DATED = "Plans with a day or a time in them, in the message before, or in the three after, within the hour."
KEEN = "Plans of the other that are answered within an hour with enthusiasm."
_LEAST_ANSWERED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A part of life that plans are about."""

    name: str
    topics: frozenset[Act]
    why: str
    starter: str


PARTS = (
    Part(
        "trips and travel",
        frozenset({Act.TRAVEL}),
        "Trips need dates and money early, and something to look forward to carries through the weeks before.",
        "Where would you like to wake up on a free weekend this year?",
    ),
    Part(
        "home",
        frozenset({Act.HOME, Act.CHORES}),
        "Where and how each wants to live is easier to talk about before a lease runs out.",
        "What would your ideal place have that yours does not?",
    ),
    Part(
        "the relationship",
        frozenset({Act.PARTNERSHIP}),
        "What the two are to each other, and want to be, is often taken as known.",
        "What do you wish for the two of us in the coming year?",
    ),
    Part(
        "family and children",
        frozenset({Act.FAMILY, Act.CHILDREN}),
        "Visits, holidays and what family means to each shape many other plans.",
        "Which family days matter most to you this year?",
    ),
    Part(
        "money",
        frozenset({Act.MONEY}),
        "Most plans cost something, and an agreed sum makes them easier to say yes to.",
        "What is one thing you would like us to save for?",
    ),
    Part(
        "work and study",
        frozenset({Act.WORK, Act.STUDY}),
        "A new job, a course or an exam changes the time that is left for everything else.",
        "What would you like your working week to look like in a year?",
    ),
    Part(
        "health and sport",
        frozenset({Act.HEALTH, Act.SPORT}),
        "Habits are easier to keep when the other knows of them.",
        "Is there something you would like to start doing for yourself, with or without me?",
    ),
    Part(
        "time off together",
        frozenset({Act.OUTINGS, Act.CULTURE, Act.FOOD}),
        "Small dates are the plans that come true most often.",
        "Which evening next week shall we keep free?",
    ),
)


@dataclass(frozen=True)
class Plans:
    pair: Pair

    @cached_property
    def positions(self) -> list[int]:
        """Proposals, and what is said of the future with a word for both; in order of time."""
        view = self.pair.view
        ahead = view.positions({Act.FUTURE, Act.DREAM, Act.PROPOSAL})
        return [at for at in ahead if view.has(at, Act.PROPOSAL) or speaks_of_us(view, at)]

    @cached_property
    def proposals(self) -> list[Proposal]:
        return threads.proposals(self.pair.view)

    @cached_property
    def dated(self) -> list[int]:
        """The plans with a day or a time."""
        view = self.pair.view
        return [at for at in self.positions if any(view.has(near, Act.DATE) for near in self._around(at))]

    @cached_property
    def answers(self) -> list[Moment]:
        """Plans, with the other's enthusiasm."""
        own = set(self.positions)
        found = exchanges.moments(self.pair.view, {Act.FUTURE, Act.DREAM, Act.PROPOSAL}, Act.ENTHUSIASM)
        return [moment for moment in found if moment.cue in own]

    @cached_property
    def dreams(self) -> list[Moment]:
        """Dreams that the other takes up: with enthusiasm, a yes, or a dream or a plan of their own."""
        taking = {Act.ENTHUSIASM, Act.ACCEPTANCE, Act.DREAM, Act.FUTURE}
        return [moment for moment in exchanges.moments(self.pair.view, Act.DREAM, taking) if moment.reply is not None]

    def about(self, part: Part) -> list[int]:
        return [at for at in self.positions if self.pair.view.has(at, part.topics)]

    def rate(self) -> Proportion:
        return proportion(len(self.positions), self.pair.view.read_count())

    def agreed(self, by: int | None = None) -> Proportion:
        return threads.accepted(self.proposals, by=by)

    def concrete(self, person: int | None = None) -> Proportion:
        """How many plans, of one or of both, have a day or a time."""
        if person is None:
            return proportion(len(self.dated), len(self.positions))
        return proportion(len(self.pair.own(self.dated, person)), len(self.pair.own(self.positions, person)))

    def keen(self, person: int) -> Proportion:
        """How many of the other's plans somebody answers with enthusiasm."""
        return exchanges.replied(self.answers, to=self.pair.other(person))

    def told_agreed(self) -> str:
        return self.pair.say.share("proposals.agreed", self.agreed(), AGREED)

    def told_dated(self) -> str:
        return self.pair.say.share("plans.dated", self.concrete(), DATED)

    def told_plans(self) -> str:
        return self.pair.counted("plans", len(self.positions), "plan", PLAN, self.pair.view.read_count())

    def told_about(self, part: Part) -> str:
        """How often plans are about a part: `33 plans, 4 of them about work and study`."""
        about = self.about(part)
        count = self.pair.say.count(f"plans.{part.name}", len(about), PLAN, len(self.positions))
        return f"{self.told_plans()}, {count if about else 'none'} of them with words about {part.name}"

    def summary(self) -> str:
        """What was found, in a few sentences."""
        pair = self.pair
        most = max(pair.people, key=lambda person: (len(pair.own(self.positions, person)), -person))
        own = pair.say.count(f"plans:{pair.name(most)}", len(pair.own(self.positions, most)), PLAN)
        if len(pair.own(self.positions, most)) == len(self.positions):
            own = "all"
        told = [f"The two put {self.told_plans()} into words, {own} of them by {pair.name(most)}."]
        ranked = sorted(PARTS, key=lambda part: -len(self.about(part)))
        named = [part.name for part in ranked if len(self.about(part)) > 1][:2]
        unnamed = [part.name for part in ranked if not self.about(part)][:2]
        if named:
            count = pair.say.times(f"plans.{named[0]}", len(self.about(ranked[0])), PLAN, len(self.positions))
            second = f", then about {named[1]}" if len(named) > 1 else ""
            told.append(f"Most often they are about {named[0]} ({count}){second}.")
        if unnamed:
            told.append(f"Nothing was found about {' or about '.join(unnamed)}.")
        dated = f"{point(self.told_dated())} of the plans come with a day or a time"
        if self.agreed().of >= _LEAST_ANSWERED:
            dated += f", and {point(self.told_agreed())} of the proposals that got a yes or a no got a yes"
        told.append(f"{dated}.")
        return " ".join(told)

    def status(self, part: Part) -> str:
        """What became of a part's proposals, or else who speaks of it."""
        view = self.pair.view
        about = [proposal for proposal in self.proposals if view.has(proposal.position, part.topics)]
        answered = threads.accepted(about)
        if answered.of:
            yes = 3 * answered.count
            return "agreed" if yes >= 2 * answered.of else "in part agreed" if answered.count else "declined so far"
        own = self.about(part)
        people = [person for person in self.pair.people if self.pair.own(own, person)]
        return "raised by both" if len(people) > 1 else f"raised by {self.pair.name(people[0])}"

    def components(self, discussed: Sequence[Part]) -> list[Component]:
        """Of the score; agreement only where enough proposals were answered."""
        one, two = (len(self.pair.own(self.positions, person)) for person in self.pair.people)
        n = len(self.positions)
        found = [
            component("dates", share(self.concrete()), n, DATED),
            component("balance", evenness(one, two), n, "1 - |a - b| / (a + b) of the two people's plans."),
            component("breadth", len(discussed) / len(PARTS), n, f"Parts of life with plans, of {len(PARTS)}."),
        ]
        if self.agreed().of >= _LEAST_ANSWERED:
            found.append(component("agreement", share(self.agreed()), self.agreed().of, AGREED))
        return found

    def advice(self, name: str, missing: Sequence[Part]) -> Advice:
        """What a low component of that name calls for."""
        if name == "breadth":
            return self._broaden(missing)
        return {"dates": self._date, "balance": self._share, "agreement": self._agree}[name]()

    def _around(self, position: int) -> list[int]:
        view = self.pair.view
        return [*view.preceding(position, 1, 3_600), position, *view.following(position, 3, 3_600)]

    def _date(self) -> Advice:
        return Advice(
            title="Give one plan a date",
            target=self.pair.names,
            suggestion=f"Of the plans, {self.told_dated()} have a day or a time with them. Choose one that has none "
            "and put a first date to it, however small the step.",
            why="A date turns a wish into a plan.",
            example="You said it would be nice to do that. Shall we look at dates on Sunday?",
        )

    def _share(self) -> Advice:
        pair = self.pair
        least = min(pair.people, key=lambda person: (len(pair.own(self.positions, person)), person))
        count = pair.counted(f"plans:{pair.name(least)}", len(pair.own(self.positions, least)), "plan", PLAN)
        return Advice(
            title="Let the other suggest the next one",
            target=[pair.name(least)],
            suggestion=f"{pair.name(least)} puts {count} into words, of {self.told_plans()} in all. The next idea "
            f"could be {pair.name(least)}'s.",
            why="A plan is more shared when each brings some of it.",
            example="I have been thinking about something I would like to do with you.",
        )

    def _agree(self) -> Advice:
        return Advice(
            title="Find the version both want",
            target=self.pair.names,
            suggestion=f"Of the answered proposals, {self.told_agreed()} are accepted. When one is not, ask what would "
            "make it a yes before letting it go.",
            why="A no is often about the day or the size, not about the idea.",
            example="Not that one, I see. What would you enjoy instead?",
        )

    def _broaden(self, missing: Sequence[Part]) -> Advice:
        part = missing[0]
        return Advice(
            title=f"Talk about {part.name}",
            target=self.pair.names,
            suggestion=f"There are {self.told_about(part)}. If it matters to either of you, one question opens it.",
            why=part.why,
            example=part.starter,
        )
