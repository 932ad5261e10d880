"""Respect, speaking up, appreciation, strain and rapport at work: numbers, how they are said, and what follows."""

from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, exchanges, friction
from domain.insights.analyst.acts import NEGATIVE, OPENING_UP, Act
from domain.insights.analyst.friction import Episode
from domain.insights.analyst.measures import point
from domain.insights.analyst.phrasing import joined
from domain.insights.analyst.scoring import component, reaches, share
from domain.insights.analyst.talk import Talk
from domain.insights.analyst.tension import says_you
from domain.insights.analyst.view import View
from domain.insights.analyst.work import CANDIDATES, LEAST, LIGHT, SHARP, Cases, Work, before, evenness
from domain.insights.analyst.work_claims import Lack, Merit
from domain.insights.content import Component

APPRECIATION = frozenset({Act.THANKS, Act.PRAISE, Act.CELEBRATION})
VOICES = {
    "disagrees": "disagreement",
    "says what is in the way": "blockers",
    "asks what was meant": "questions about what was meant",
    "apologises or owns up to something": "apologies or owning up",
}
"""What messages that speak up do, to follow a name, and what they are called."""
PLAIN_VOICES = frozenset({Act.DISSENT, Act.BLOCKER, Act.REPAIR, Act.CLARIFICATION})
RAPPORT = frozenset({Act.LAUGHTER, Act.CHECK_IN, Act.GREETING, Act.CELEBRATION})
SPEAKING_UP = (
    "Messages that disagree, say what is in the way, ask what was meant, or apologise or own up to something, of all "
    "messages with words (after Edmondson 1999)."
)
WELCOMED = (
    "Of such messages (those of one person within half an hour are one): another writes within four hours, and none of "
    "the next five messages of others in it is sharp."
)
EVENNESS = "-sum p ln p / ln n of each one's share p of the messages (Shannon 1948)."

_APPRECIATION_FULL, _SPEAKING_FULL, _RAPPORT_FULL, _NO_RESPECT = 6.0, 3.0, 8.0, 4.0
_APPRECIATION_OFTEN, _SPEAKING_OFTEN, _RAPPORT_OFTEN, _OFTEN, _EVEN = 4.0, 1.5, 6.0, 60.0, 0.85
_RECEIVED_MESSAGES = 5
_HALF_HOUR, _FOUR_HOURS = 1_800, 4 * 3_600
_KIND_REPLY = frozenset(
    {Act.SUPPORT, Act.OFFER_HELP, Act.THANKS, Act.FORGIVENESS, Act.COMMITMENT, Act.PRAISE, Act.AUTONOMY, Act.COMPLETION}
)
_SOFTENED = frozenset({Act.HEDGE, Act.POLITENESS, Act.THANKS, Act.ACCEPTANCE, Act.APOLOGY})


@dataclass(frozen=True)
class WorkClimate:
    work: Work
    talk: Talk

    # Numbers

    @property
    def view(self) -> View:
        return self.work.view

    def appreciation(self, person: int | None = None) -> Proportion:
        return self.view.rate(APPRECIATION, person, without=NEGATIVE)

    def rapport(self, person: int | None = None) -> Proportion:
        return self.view.rate(RAPPORT, person, without=NEGATIVE)

    @cached_property
    def dissent(self) -> list[int]:
        return self.view.positions(Act.DISSENT, without={*LIGHT, *NEGATIVE, *OPENING_UP, Act.HEALTH})

    @property
    def softened(self) -> Proportion:
        """How much of the disagreement carries a hedge, thanks, agreement or a polite word."""
        return proportion(sum(self.view.has(at, _SOFTENED) for at in self.dissent), len(self.dissent))

    @cached_property
    def voiced(self) -> dict[int, str]:
        """The messages that speak up, with what they do; in order of time."""
        view = self.view
        unlike = {*LIGHT, *NEGATIVE, Act.ACCEPTANCE, Act.PROPOSAL, Act.SUPPORT}
        owning = view.positions({Act.APOLOGY, Act.REPAIR}, without=unlike)
        told = {at: "apologises or owns up to something" for at in owning if not says_you(view, at)}
        told |= dict.fromkeys(self.work.blockers, "says what is in the way")
        told |= dict.fromkeys(self.work.asked_back, "asks what was meant")
        told |= dict.fromkeys(self.dissent, "disagrees")
        return dict(sorted(told.items(), key=lambda item: view.tagged.place[item[0]]))

    def speaking_up(self, person: int | None = None) -> Proportion:
        return self.work.rate_of(list(self.voiced), person)

    @cached_property
    def welcomed(self) -> Proportion:
        """How many of the moments of speaking up are answered without a sharp word."""
        moments = self.view.apart(list(self.voiced), _HALF_HOUR)
        return proportion(sum(map(self._is_welcome, moments)), len(moments))

    @cached_property
    def episodes(self) -> list[Episode]:
        """Friction in which two or more people write sharply."""
        return [
            episode
            for episode in friction.episodes(self.view)
            if len({self.view.sender(at) for at in episode.negative if at in self._sharp}) > 1
        ]

    @cached_property
    def _sharp(self) -> frozenset[int]:
        return frozenset(self.work.sharp)

    @property
    def balance(self) -> float:
        """How evenly messages lie on people, from 0 to 1."""
        return evenness([self.view.stats(person).message_count for person in self.work.people])

    @cached_property
    def requests(self) -> list[int]:
        """The messages that ask or expect something of somebody."""
        return self.view.positions({Act.REQUEST, Act.EXPECTATION}, without=LIGHT)

    # What shows them

    @cached_property
    def thanked(self) -> Cases:
        """Thanks and praise, with what they are for."""
        cases: Cases = {}
        found = self.view.positions({Act.THANKS, Act.PRAISE}, without={*NEGATIVE, Act.REQUEST, Act.TEASE})
        for position in evidence.spaced(found, CANDIDATES):
            if (about := before(self.view, position)) is not None:
                cases[position] = [about]
        return cases

    @cached_property
    def well_received(self) -> Cases:
        """Speaking up, with a kind answer from the next one who writes."""
        cases: Cases = {}
        for position in evidence.spaced(list(self.voiced), CANDIDATES):
            reply = next(iter(self._others_after(position)), None)
            if reply is not None and self._is_welcome(position) and self.view.has(reply, _KIND_REPLY):
                cases[position] = [reply]
        return cases

    @cached_property
    def friendly(self) -> Cases:
        """Messages that made somebody else laugh, and questions about how somebody is with the answer."""
        view = self.view
        cases: Cases = {
            moment.cue: [moment.reply]
            for moment in exchanges.laughs(view)
            if view.is_read(moment.cue) and not view.has(moment.cue, NEGATIVE)
        }
        asking = set(view.asking())
        for position in evidence.spaced(view.positions(Act.CHECK_IN, without=NEGATIVE), CANDIDATES):
            reply = next(iter(self._others_after(position)), None)
            if position in asking and reply is not None:
                cases[position] = [reply]
        return cases

    # The numbers in words

    def told_appreciation(self, person: int | None = None) -> str:
        return self._rate("appreciation", self.appreciation(person), person)

    def told_rapport(self, person: int | None = None) -> str:
        return self._rate("rapport", self.rapport(person), person)

    def told_speaking_up(self, person: int | None = None) -> str:
        name = "" if person is None else f":{self.work.name(person)}"
        return self.work.say.rate(f"speaking_up.rate{name}", self.speaking_up(person), SPEAKING_UP)

    def told_welcomed(self) -> str:
        return self.work.say.share("speaking_up.welcomed", self.welcomed, WELCOMED)

    def told_softened(self) -> str:
        """A sentence about disagreement and how it is worded."""
        if not self.dissent:
            return "The word lists find no disagreement."
        source = "Disagreement with a hedge, thanks, agreement or a polite word in it."
        told = self.work.say.share("dissent.softened", self.softened, source)
        return f"Of the disagreement, {told} is worded with a hedge, thanks or another polite word."

    def told_balance(self) -> str:
        shares = [f"{self.work.name(person)} {self.talk.told_messages(person)}" for person in self.work.people]
        return f"Shares of the messages: {joined(shares)}."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        welcome = f"; {self.told_welcomed()} of such moments are answered without a sharp word"
        return point(
            f"Thanks, praise or congratulations stand in {self.told_appreciation()}, sharp words in "
            f"{self.work.told_sharp()}. Doubts, blockers and apologies come up in {self.told_speaking_up()}"
            f"{welcome if self.welcomed.of else ''}. Laughter and greetings stand in {self.told_rapport()}."
        )

    def told_thanks(self, position: int) -> str:
        deed = "thanks" if self.view.has(position, Act.THANKS) else "praises"
        return f"{self.view.speaker(position)} {deed} {self._other(self.thanked, position)}."

    def told_voice(self, position: int) -> str:
        deed = self.voiced[position]
        other = self._other(self.well_received, position)
        return f"{self.view.speaker(position)} {deed}, and {other} answers kindly."

    def told_friendly(self, position: int) -> str:
        other = self._other(self.friendly, position)
        if self.view.has(self.friendly[position][0] or position, Act.LAUGHTER):
            return f"{self.view.speaker(position)} makes {other} laugh."
        return f"{self.view.speaker(position)} asks how things are, and {other} answers."

    # What follows

    def components(self) -> list[Component]:
        """Of the score."""
        n, sharp = self.view.read_count(), self.work.sharpness().percent or 0.0
        found = [
            component(
                "respect", 1 - reaches(sharp, _NO_RESPECT), n, f"1 without sharp messages, 0 from 4 in 100. {SHARP}"
            ),
            component(
                "appreciation",
                reaches(self.appreciation().percent or 0.0, _APPRECIATION_FULL),
                n,
                "Messages with thanks, praise or congratulations, of 6 in 100.",
            ),
            component(
                "speaking up",
                reaches(self.speaking_up().percent or 0.0, _SPEAKING_FULL),
                n,
                f"Of 3 in 100. {SPEAKING_UP}",
            ),
            component("balance", self.balance, self.view.statistics.total_messages, EVENNESS),
            component(
                "rapport",
                reaches(self.rapport().percent or 0.0, _RAPPORT_FULL),
                n,
                "Messages with laughter, a greeting, congratulations or a question about how somebody is, of 8 in 100.",
            ),
        ]
        if self.welcomed.of >= LEAST:
            found.append(component("welcome", share(self.welcomed), self.welcomed.of, WELCOMED))
        return found

    def merits(self) -> list[Merit]:
        """What goes well, by the numbers."""
        offered = [
            ((self.appreciation().percent or 0.0) >= _APPRECIATION_OFTEN, self._thanks_merit),
            (
                (self.speaking_up().percent or 0.0) >= _SPEAKING_OFTEN
                and self.welcomed.of >= LEAST
                and (self.welcomed.percent or 0.0) >= _OFTEN,
                self._voice_merit,
            ),
            ((self.rapport().percent or 0.0) >= _RAPPORT_OFTEN, self._rapport_merit),
            (self.balance >= _EVEN, self._balance_merit),
        ]
        return [make() for fits, make in offered if fits]

    def lack(self, name: str) -> Lack:
        """What a low component of that name means."""
        make = {
            "respect": self._respect_lack,
            "appreciation": self._appreciation_lack,
            "speaking up": self._voice_lack,
            "welcome": self._welcome_lack,
            "balance": self._balance_lack,
            "rapport": self._rapport_lack,
        }
        return make[name]()

    def _thanks_merit(self) -> Merit:
        return Merit(
            value=reaches(self.appreciation().percent or 0.0, 2 * _APPRECIATION_OFTEN),
            title="Good work is seen",
            describe=lambda: f"Thanks, praise or congratulations stand in {self.told_appreciation()}.",
            cases=self.thanked,
            context=self.told_thanks,
            acts=frozenset({Act.THANKS, Act.PRAISE}),
        )

    def _voice_merit(self) -> Merit:
        return Merit(
            value=share(self.welcomed) * 0.95,
            title="Doubts and mistakes can be said",
            describe=lambda: (
                f"Disagreement, blockers, questions back and apologies make up {self.told_speaking_up()}; "
                f"{self.told_welcomed()} of such moments are answered without a sharp word."
            ),
            cases=self.well_received,
            context=self.told_voice,
            acts=PLAIN_VOICES,
        )

    def _rapport_merit(self) -> Merit:
        return Merit(
            value=reaches(self.rapport().percent or 0.0, 2 * _RAPPORT_OFTEN),
            title="There is room for more than tasks",
            describe=lambda: (
                "Laughter, greetings, congratulations and questions about how somebody is stand in "
                f"{self.told_rapport()}."
            ),
            cases=self.friendly,
            context=self.told_friendly,
            acts=frozenset({Act.CHECK_IN}),
        )

    def _balance_merit(self) -> Merit:
        starts = [at for at in self.view.session_starts() if self.view.sender(at) in self.work.people]
        return Merit(
            value=self.balance * 0.8,
            title="Everybody has the word",
            describe=self.told_balance,
            cases={at: [] for at in starts},
            context=lambda position: f"{self.view.speaker(position)} opens a conversation.",
        )

    def _respect_lack(self) -> Lack:
        return Lack(
            title="Some messages are sharp",
            finding=f"Anger, criticism, contempt or a demand stands in {self.work.told_sharp()}.",
            effect="A sharp line makes the next question harder to ask.",
            advice="Keep the matter and the person apart",
            target=self.work.names,
            step="What happened, what it does and what is needed can be said without a you in it.",
            examples=["The numbers changed after sign-off, and the client noticed. How do we catch that next time?"],
        )

    def _appreciation_lack(self) -> Lack:
        return Lack(
            title="Little is thanked for",
            finding=f"Thanks, praise or congratulations stand in {self.told_appreciation()}.",
            effect="Work that nobody mentions looks as if nobody saw it.",
            advice="Name one thing that went well",
            target=self.work.names,
            step="One sentence about something particular is enough.",
            examples=["The way you laid out the options made the decision easy. Thank you."],
        )

    def _voice_lack(self) -> Lack:
        return Lack(
            title="Doubts are seldom written",
            finding=f"Disagreement, blockers, questions back and apologies make up {self.told_speaking_up()}.",
            effect="What is not said here may still be there.",
            advice="Ask for the other view",
            target=self.work.names,
            step="A question that invites doubt makes it easier to bring.",
            examples=["What speaks against this plan? I would rather hear it now than in May."],
        )

    def _welcome_lack(self) -> Lack:
        return Lack(
            title="Speaking up is not always answered well",
            finding="Of the moments in which somebody disagrees, is stuck, asks back or owns up, "
            f"{self.told_welcomed()} are answered within four hours without a sharp word.",
            effect="Whoever meets silence or a sharp word may not bring it again.",
            advice="Thank first, then answer",
            target=self.work.names,
            step="A word of thanks before the answer keeps the door open.",
            examples=["Good that you say it now. Let me think about it and come back to you today."],
        )

    def _balance_lack(self) -> Lack:
        top = self.talk.most(self.talk.messages)
        return Lack(
            title="Few people have most of the word",
            finding=self.told_balance(),
            effect="What the quieter ones know may stay unsaid.",
            advice="Hand the word on",
            target=[self.work.name(top)],
            step="A question by name gives the word to somebody else.",
            examples=["You know this part best. How would you do it?"],
        )

    def _rapport_lack(self) -> Lack:
        return Lack(
            title="There is little besides tasks",
            finding="Laughter, greetings, congratulations and questions about how somebody is stand in "
            f"{self.told_rapport()}.",
            effect="It is easier to ask for help where people know a little of each other.",
            advice="Begin with a person, then the task",
            target=self.work.names,
            step="A greeting or a question about the weekend takes one line.",
            examples=["Good morning, how was the move? When you are settled, I have a question about the plan."],
        )

    def _others_after(self, position: int) -> list[int]:
        sender = self.view.sender(position)
        later = self.view.following(position, 2 * _RECEIVED_MESSAGES, _FOUR_HOURS)
        return [at for at in later if self.view.sender(at) != sender][:_RECEIVED_MESSAGES]

    def _is_welcome(self, position: int) -> bool:
        replies = self._others_after(position)
        return bool(replies) and self._sharp.isdisjoint(replies)

    def _rate(self, name: str, rate: Proportion, person: int | None) -> str:
        of = "" if person is None else f":{self.work.name(person)}"
        return self.work.say.rate(f"{name}.rate{of}", rate, "Messages with a phrase of the word list.")

    def _other(self, cases: Cases, position: int) -> str:
        other = cases[position][0]
        return "somebody" if other is None else self.view.speaker(other)
