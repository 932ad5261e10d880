"""Opening up, support, affection and asking after each other: numbers, how they are said, and what follows."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.model import Proportion
from domain.insights.analyst import exchanges, tension
from domain.insights.analyst.acts import OPENING_UP, SUPPORTIVE, Act
from domain.insights.analyst.claims import Advice, Claim, keep
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import Measures, point
from domain.insights.analyst.phrasing import joined, told_apart
from domain.insights.analyst.scoring import HIGH, component, evenness, reaches, share
from domain.insights.analyst.tension import FRICTION, REPAIRED, Clash
from domain.insights.analyst.view import View
from domain.insights.content import Component

AFFECTIONATE = frozenset({Act.AFFECTION, Act.TOUCH, Act.PRAISE})
APART = 3_600
"""Seconds within which somebody's check-ins are one."""
RATE = "Messages with a phrase of the word list, of all messages with words."
SUPPORTED = (
    "Moments of opening up (those of one person within half an hour are one) that another answers with support, help, "
    "affection or a question about it within an hour and ten messages."
)
WE_TALK = "Words for us among words for us and for oneself."

_AFFECTION_FULL, _CHECK_INS_FULL, _OPENING_FULL = 4.0, 2.0, 4.0
_WEEK = 7
_OFTEN = 0.5
_WORTH_SAYING = 1.0
"""Per 100 messages."""
_LEAST_CLASHES = 3
_SUPPORT_WORDS = {
    Act.SUPPORT: "comforting words",
    Act.OFFER_HELP: "an offer of help",
    Act.AFFECTION: "affection",
    Act.TOUCH: "a hug",
    Act.CHECK_IN: "a question about it",
    Act.LOYALTY: "a promise to be there",
    Act.PRAISE: "praise",
}
_AFFECTION_WORDS = {Act.AFFECTION: "loving words", Act.TOUCH: "hugs and kisses", Act.PRAISE: "praise"}


@dataclass(frozen=True)
class Closeness:
    """Between two people; numbers that are told are kept in `say`."""

    view: View
    people: Sequence[int]
    say: Measures

    # Numbers

    @cached_property
    def moments(self) -> list[Moment]:
        """Moments of opening up, with the supportive reply."""
        return exchanges.support(self.view)

    @cached_property
    def clashes(self) -> list[Clash]:
        return tension.clashes(self.view)

    def opens_up(self, person: int) -> Proportion:
        return self.view.rate(OPENING_UP, person)

    def affection(self, person: int) -> Proportion:
        return self.view.rate(AFFECTIONATE, person)

    def checks_in(self, person: int) -> Proportion:
        return self.view.rate(Act.CHECK_IN, person)

    def supports(self, person: int) -> Proportion:
        """How many of the other's moments somebody answers with support."""
        return exchanges.replied(self.moments, to=self._other(person))

    def weekly(self, positions: Sequence[int]) -> float:
        """How often a week, over the whole time of the chat."""
        return len(positions) * _WEEK / max(_WEEK, self.view.statistics.total_days)

    # The numbers in words

    def told_opens_up(self, person: int) -> str:
        return self.say.rate(f"opening_up.rate:{self.view.name(person)}", self.opens_up(person), RATE)

    def told_affection(self, person: int) -> str:
        return self.say.rate(f"affection.rate:{self.view.name(person)}", self.affection(person), RATE)

    def told_supports(self, person: int) -> str:
        return self.say.share(f"support.rate:{self.view.name(person)}", self.supports(person), SUPPORTED)

    def told_weekly(self, name: str, positions: Sequence[int]) -> str:
        return self.say.number(name, round(self.weekly(positions), 1), "per week", len(positions), RATE)

    def told_support(self, person: int) -> str:
        """A sentence or two about what comes back from somebody."""
        name, other = self.view.name(person), self.view.name(self._other(person))
        given = self.supports(person)
        if not given.of:
            return f"{other} has no moment of opening up that could be answered."
        lag = exchanges.median_lag(self.moments, to=self._other(person))
        told = f"{name} answers {self.told_supports(person)} of the moments in which {other} opens up with support"
        if lag is None:
            return f"{told}."
        return f"{told}, typically after {self.say.seconds(f'support.lag:{name}', lag, given.count, SUPPORTED)}."

    def told_friction(self) -> str:
        """A sentence or two about friction and its repair."""
        found = self.clashes
        if not found:
            return "No friction was found: nowhere do the two write against each other within a quarter of an hour."
        count = self.say.counted("friction.count", len(found), "moment of friction|moments of friction", FRICTION)
        lags = sorted(clash.lag for clash in found if clash.lag is not None)
        if not lags:
            return f"The chat holds {count}, and none of them is followed by an apology or another repair in writing."
        told = self.say.times("friction.repaired", len(lags), REPAIRED, len(found))
        return f"The chat holds {count}. A repair is offered {told}, {tension.told_lag(self.say, lags)}."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        names, say = self.view.names, self.say
        opened = told_apart(names, self.people, self.opens_up, self.told_opens_up, "opens up|open up")
        supported = exchanges.replied(self.moments)
        told = point(say.share("support.rate", supported, SUPPORTED))
        moments = say.counted("opening_up.moments", supported.of, "moment", SUPPORTED)
        lag = exchanges.median_lag(self.moments)
        after = (
            "" if lag is None else f", typically after {say.seconds('support.lag', lag, supported.count, SUPPORTED)}"
        )
        fond = told_apart(
            names, self.people, self.affection, self.told_affection, "writes affectionately|write affectionately"
        )
        found = self.view.apart(self.view.positions(Act.CHECK_IN), APART)
        asked = f"asking after each other comes {self.told_weekly('check_ins.per_week', found)} times a week"
        if not found:
            asked = "no message was found that asks how the other is"
        return (
            f"{opened}. Of {moments} of opening up, {told} get comfort, help, affection or a question back within the "
            f"hour{after}. {fond}, and {asked}."
        )

    def told_we_talk(self) -> str:
        """A sentence about words for us; nothing where there are none."""
        shares = {self.view.name(person): self.view.we_talk(person) for person in self.people}
        told = [
            f"{name} {self.say.share(f'we_talk:{name}', found, WE_TALK)}" for name, found in shares.items() if found.of
        ]
        return f"Of each one's words for oneself or for both, those for both are: {joined(told)}." if told else ""

    def support_style(self, person: int) -> str:
        """What somebody's supportive replies hold most often."""
        replies = [moment.reply for moment in self.moments if moment.replier == person and moment.reply is not None]
        counts = Counter(act for reply in replies for act in self.view.acts_of(reply) if act in SUPPORTIVE)
        if not counts:
            return "No supportive answer found"
        ranked = sorted(counts, key=lambda act: (-counts[act], act))
        return f"Mostly {joined([_SUPPORT_WORDS[act] for act in ranked[:2]])}"

    def affection_styles(self, person: int) -> list[str]:
        """The forms somebody's affection takes, the most frequent first."""
        counts = {act: self.view.count(act, person) for act in _AFFECTION_WORDS}
        return [_AFFECTION_WORDS[act] for act in sorted(counts, key=lambda act: (-counts[act], act)) if counts[act]]

    def repair_patterns(self) -> list[str]:
        """How friction is made good, in words."""
        repairs = [clash.repair for clash in self.clashes if clash.repair is not None]
        found = []
        if any(self.view.has(repair, Act.APOLOGY) for repair in repairs):
            found.append("An apology")
        if any(self.view.has(repair, Act.REPAIR) for repair in repairs):
            found.append("Taking one's own share or asking to talk")
        if any(clash.taken_up is not None for clash in self.clashes):
            found.append("The other takes it up within the hour")
        return found

    # What follows

    def components(self) -> list[Component]:
        """Of a score."""
        view = self.view
        one, other = self.people
        supported = exchanges.replied(self.moments)
        affection = min(self.affection(one).percent or 0.0, self.affection(other).percent or 0.0)
        opening = min(self.opens_up(one).percent or 0.0, self.opens_up(other).percent or 0.0)
        check_ins = view.apart(view.positions(Act.CHECK_IN), APART)
        found = [
            component(
                "opening up",
                reaches(opening, _OPENING_FULL),
                view.count(OPENING_UP),
                "The lower of both rates of opening up, of 4 per 100 messages.",
            ),
            component(
                "reciprocity",
                evenness(self.opens_up(one).percent or 0.0, self.opens_up(other).percent or 0.0),
                view.count(OPENING_UP),
                "1 - |a - b| / (a + b) of the two rates of opening up.",
            ),
            component("support", share(supported), supported.of, f"The share of supported moments. {SUPPORTED}"),
            component(
                "affection",
                reaches(affection, _AFFECTION_FULL),
                view.count(AFFECTIONATE),
                "The lower of both rates of affection, of 4 per 100 messages.",
            ),
            component(
                "checking in",
                reaches(self.weekly(check_ins), _CHECK_INS_FULL),
                len(check_ins),
                "Questions about how the other is, of 2 a week.",
            ),
        ]
        if len(self.clashes) >= _LEAST_CLASHES:
            repaired = sum(clash.repair is not None for clash in self.clashes) / len(self.clashes)
            found.append(component("repair", repaired, len(self.clashes), f"The share that is repaired. {REPAIRED}"))
        return found

    def claims(self) -> list[Claim]:
        """What goes well, by the numbers."""
        view = self.view
        offered: list[Claim] = []
        supported = exchanges.replied(self.moments)
        replies = [moment.reply for moment in self.moments if moment.reply is not None]
        if share(supported) >= _OFTEN:
            offered.append(
                Claim(
                    value=share(supported),
                    title="Support comes back",
                    describe=lambda: (
                        "Of the moments of opening up, "
                        f"{self.say.share('support.rate', supported, SUPPORTED)} are answered with support."
                    ),
                    positions=replies,
                    context=lambda position: f"{view.speaker(position)} answers with {supporting(view, position)}.",
                    acts=SUPPORTIVE,
                )
            )
        for acts, title, does, of in (
            (AFFECTIONATE, "Affection is put into words", "writes something affectionate", self.affection),
            (OPENING_UP, "Feelings and hard times are told", "writes about feelings or hard times", self.opens_up),
            (frozenset({Act.CHECK_IN}), "There is asking after each other", "asks how the other is", self.checks_in),
        ):
            offered += self._mutual(acts, title, does, of)
        return offered

    def advice_on(self, part: Component) -> Advice:
        """What a part calls for; to keep it so where it leaves nothing to advise."""
        if part.value >= HIGH:
            return keep(part, self.say, [self.view.name(person) for person in self.people])
        return self.advice(part.name)

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make = {
            "opening up": self._open_more,
            "reciprocity": self._open_more,
            "support": self._answer_support,
            "affection": self._say_affection,
            "checking in": self._ask_after,
            "repair": self._repair,
        }
        return make[name]()

    def _mutual(self, acts: frozenset[Act], title: str, does: str, of: Callable[[int], Proportion]) -> list[Claim]:
        """Of both where the lower rate is worth calling a strength, otherwise of the one whose rate is."""
        ranked = sorted(self.people, key=lambda person: (of(person).percent or 0.0, person))
        least, most = ranked[0], ranked[-1]
        both = (of(least).percent or 0.0) >= _WORTH_SAYING
        shown = least if both else most
        if (of(shown).percent or 0.0) < _WORTH_SAYING:
            return []
        source = f"{title.lower().replace(' ', '_')}.rate:{self.view.name(shown)}"
        also = f", {self.view.name(most)} at least as often" if both else ""
        return [
            Claim(
                value=reaches(of(shown).percent or 0.0, _AFFECTION_FULL) * (0.9 if both else 0.5),
                title=title,
                describe=lambda: f"{self.view.name(shown)} {does} in {self.say.rate(source, of(shown), RATE)}{also}.",
                positions=self.view.positions(acts, None if both else shown),
                context=lambda position: f"{self.view.speaker(position)} {does}.",
                acts=acts,
            )
        ]

    def _open_more(self) -> Advice:
        least = min(self.people, key=lambda person: (self.opens_up(person).percent or 0.0, person))
        return Advice(
            title="Tell one thing more",
            target=[self.view.name(least)],
            suggestion=f"{self.view.name(least)} opens up in {self.told_opens_up(least)}; a sentence on how "
            "a day really was is enough to begin with.",
            why="What is told can be answered.",
            example="Honest answer to how my day was:",
        )

    def _answer_support(self) -> Advice:
        least = min(self.people, key=lambda person: (self.supports(person).percent or 0.0, person))
        return Advice(
            title="Answer the feeling first",
            target=[self.view.name(least)],
            suggestion=f"{self.told_support(least)} A short word before the topic moves on would raise that.",
            why="An answer to what was told shows that it was read.",
            example="That sounds hard. Do you want to tell me more, or shall I take your mind off it?",
        )

    def _say_affection(self) -> Advice:
        least = min(self.people, key=lambda person: (self.affection(person).percent or 0.0, person))
        return Advice(
            title="Say what you like about the other",
            target=[self.view.name(least)],
            suggestion=f"{self.view.name(least)} writes something affectionate in {self.told_affection(least)}; one "
            "kind sentence a day would be seen.",
            why="What is written can be read again.",
            example="I thought of you today when",
        )

    def _ask_after(self) -> Advice:
        found = self.view.apart(self.view.positions(Act.CHECK_IN), APART)
        return Advice(
            title="Ask how the other is",
            target=[self.view.name(person) for person in self.people],
            suggestion=f"Questions about how the other is come {self.told_weekly('check_ins.per_week', found)} times a "
            "week; one on a hard day counts most.",
            why="Some things are told only when somebody asks.",
            example="How are you really today?",
        )

    def _repair(self) -> Advice:
        return Advice(
            title="Come back after friction",
            target=[self.view.name(person) for person in self.people],
            suggestion=f"{self.told_friction()} A word the same day closes what is open.",
            why="It says that the two of you matter more than the point.",
            example="I did not like how we left it. Can we talk?",
        )

    def _other(self, person: int) -> int:
        return next(other for other in self.people if other != person)


def opening(view: View, position: int) -> str:
    """What a message does that opens up, to follow a name."""
    return "writes of a hard time" if view.has(position, Act.DISTRESS) else "tells something personal"


def supporting(view: View, position: int | None) -> str:
    """What a supportive message gives, to follow `with`."""
    found = [] if position is None else view.acts_of(position)
    return joined([_SUPPORT_WORDS[act] for act in found if act in _SUPPORT_WORDS][:2]) or "support"


def affection_of(view: View, position: int) -> str:
    """The form of affection of a message."""
    return joined([_AFFECTION_WORDS[act] for act in view.acts_of(position) if act in _AFFECTION_WORDS])
