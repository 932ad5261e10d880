"""How clear, timely and polite talk at work is: numbers, how they are said, and what follows from them."""

from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, exchanges
from domain.insights.analyst.acts import NEGATIVE, Act
from domain.insights.analyst.measures import point
from domain.insights.analyst.scoring import component, reaches, share
from domain.insights.analyst.talk import ANSWERS, Talk
from domain.insights.analyst.view import View
from domain.insights.analyst.work import CANDIDATES, LEAST, LIGHT, RATE, SHARP, Cases, Work, before, direct_answers
from domain.insights.analyst.work_claims import Lack, Merit
from domain.insights.content import Component

COURTESY = frozenset({Act.POLITENESS, Act.THANKS})
TELLING = frozenset({Act.REQUEST, Act.COMMITMENT, Act.UPDATE, Act.DECISION, Act.COMPLETION})
ASKED_BACK = "Messages about which another asks what was meant, of all messages with words."
DATED = "Requests, commitments and decisions that name a day or a time, of all of them."
POLITE = (
    "Requests put as a question or with please, thanks, a softening word or room to say no, of all requests "
    "(Brown and Levinson 1987)."
)

_SOFTENED = frozenset({*COURTESY, Act.HEDGE, Act.PERMISSION, Act.AUTONOMY})
_ANSWERING = frozenset(
    {Act.ACCEPTANCE, Act.REFUSAL, Act.COMMITMENT, Act.COMPLETION, Act.UPDATE, Act.DATE, Act.DECISION, Act.HEDGE}
)
_FULL_INFORMING, _NO_TONE, _NO_CLARITY = 8.0, 4.0, 4.0
_OFTEN, _DATED_OFTEN, _INFORMING_OFTEN, _THANKS_OFTEN = 60.0, 40.0, 4.0, 4.0
_BACK_LEAST = 2
_NEAR_WORDS = 8
_HOUR, _SOON = 3_600, 15 * 60


@dataclass(frozen=True)
class WorkTalk:
    work: Work
    talk: Talk

    # Numbers

    @property
    def view(self) -> View:
        return self.work.view

    @cached_property
    def requests(self) -> list[int]:
        return self.view.positions(Act.REQUEST, without=LIGHT)

    @cached_property
    def polite_requests(self) -> list[int]:
        asking = set(self.view.asking())
        polite = (at for at in self.requests if at in asking or self.view.has(at, _SOFTENED))
        return [at for at in polite if not self.view.has(at, NEGATIVE)]

    @cached_property
    def politeness(self) -> Proportion:
        """How many of the requests are polite."""
        return proportion(len(self.polite_requests), len(self.requests))

    def asked_back(self, person: int | None = None) -> Proportion:
        """How many messages, of one person or of all, another asks back about."""
        return self.work.rate_of(sorted(set(self.work.asked_back.values())), person)

    def dated(self, person: int | None = None) -> Proportion:
        """How many requests, commitments and decisions name a day or a time."""
        found = [at for at in self._agreeable if person in {None, self.view.sender(at)}]
        return proportion(sum(self.view.has(at, Act.DATE) for at in found), len(found))

    @cached_property
    def _agreeable(self) -> list[int]:
        return self.view.positions({Act.REQUEST, Act.COMMITMENT, Act.DECISION}, without=LIGHT)

    # What shows them

    @cached_property
    def answered(self) -> Cases:
        """Questions with answers that clearly belong to them."""
        return direct_answers(self.view, self.talk.answers, _ANSWERING, _HOUR)

    def clear(self, person: int | None = None) -> Cases:
        """Messages that name what and when, requests with their answers."""
        view, met = self.view, self.work.met
        unlike = {*LIGHT, *NEGATIVE, Act.HEDGE, Act.CANCEL, Act.REFUSAL, Act.MEMORY}
        named = [at for at in view.positions(TELLING, person, without=unlike) if view.has(at, Act.DATE)]
        return {at: met.get(at, []) for at in evidence.spaced(named, CANDIDATES // 2) if self._stand_together(at)}

    def unclear(self, person: int) -> Cases:
        """Messages with the question of another about what was meant; empty where that happened once."""
        own = {about: back for back, about in self.work.asked_back.items() if self.view.sender(about) == person}
        return {about: [back] for about, back in own.items()} if len(own) >= _BACK_LEAST else {}

    def polite(self, person: int | None = None) -> Cases:
        """Thanks with what they answer, and polite requests."""
        thanks = self.view.positions(Act.THANKS, person, without={*NEGATIVE, Act.REQUEST})
        cases: Cases = {
            at: [about]
            for at in evidence.spaced(thanks, CANDIDATES // 2)
            if (about := before(self.view, at)) is not None
        }
        own = (at for at in self.polite_requests if person in {None, self.view.sender(at)})
        return {at: [] for at in own if self.view.has(at, COURTESY)} | cases

    def _stand_together(self, position: int) -> bool:
        """Whether a day or a time stands within some words of what is asked, taken on or told."""
        hits = self.view.tagged.hits(position)
        told = [hit for hit in hits if not TELLING.isdisjoint(hit.acts)]
        return any(
            max(hit.start, date.start) - min(hit.end, date.end) <= _NEAR_WORDS
            for date in hits
            if Act.DATE in date.acts
            for hit in told
        )

    # The numbers in words

    def told_asked_back(self, person: int | None = None) -> str:
        name = "" if person is None else f":{self.work.name(person)}"
        return self.work.say.rate(f"asked_back{name}", self.asked_back(person), ASKED_BACK)

    def told_dated(self, person: int | None = None) -> str:
        name = "" if person is None else f":{self.work.name(person)}"
        told = self.work.say.share(f"dated{name}", self.dated(person), DATED)
        return f"{told} of the requests, commitments and decisions"

    def told_politeness(self) -> str:
        told = self.work.say.share("requests.polite", self.politeness, POLITE)
        return f"Of the requests, {told} are put as a question or softened with a word such as please."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        told = [f"Of all answers, {self.talk.told_within_an_hour()} come within the hour."]
        if self.politeness.of:
            told.append(self.told_politeness())
        if self.dated().of:
            told.append(f"A day or a time stands in {self.told_dated()}.")
        told.append(f"Somebody asks back what was meant after {self.told_asked_back()}.")
        if self.work.off_hours is not None and self.work.off_hours.of:
            told.append(self.work.told_off_hours())
        return point(" ".join(told))

    def told_clear(self, position: int) -> str:
        return f"{self.view.speaker(position)} {self.work.deed(position)} and says when."

    def told_unclear(self, position: int) -> str:
        return f"{self.view.speaker(position)} is asked what was meant."

    def told_polite(self, position: int) -> str:
        return f"{self.view.speaker(position)} {'thanks' if self.view.has(position, Act.THANKS) else 'asks politely'}."

    def told_answered(self, position: int) -> str:
        reply = self.answered[position][0]
        answerer = "somebody" if reply is None else self.view.speaker(reply)
        return f"{self.view.speaker(position)} asks, and {answerer} answers."

    # What follows

    def components(self) -> list[Component]:
        """Of the score."""
        n, within = self.view.read_count(), self.talk.within_an_hour
        sharp, back = self.work.sharpness().percent or 0.0, self.asked_back().percent or 0.0
        informing = self.work.rate_of(self.work.informing).percent or 0.0
        answered = exchanges.replied(self.talk.answers)
        found = [
            component("tone", 1 - reaches(sharp, _NO_TONE), n, f"1 without sharp messages, 0 from 4 in 100. {SHARP}"),
            component(
                "clarity",
                1 - reaches(back, _NO_CLARITY),
                n,
                f"1 where nobody asks back, 0 from 4 in 100. {ASKED_BACK}",
            ),
            component(
                "information",
                reaches(informing, _FULL_INFORMING),
                n,
                f"Messages that say how things stand, what is done or what is in the way, of 8 in 100. {RATE}",
            ),
        ]
        if within.of >= LEAST:
            found.append(component("speed", share(within), within.of, "The share of answers within an hour."))
        if answered.of >= LEAST:
            found.append(component("answers", share(answered), answered.of, f"Questions answered. {ANSWERS}"))
        if self.politeness.of >= LEAST:
            found.append(component("politeness", share(self.politeness), self.politeness.of, POLITE))
        return found

    def merits(self) -> list[Merit]:
        """What goes well, by the numbers."""
        talk = self.talk
        answered, within = exchanges.replied(talk.answers), talk.within_an_hour
        offered = [
            (answered.percent_low or 0.0, _OFTEN, self._answers_merit),
            (within.percent_low or 0.0, _OFTEN, self._speed_merit),
            (self.politeness.percent_low or 0.0, _OFTEN, self._politeness_merit),
            (self.dated().percent or 0.0, _DATED_OFTEN, self._dates_merit),
            (self.work.rate_of(self.work.informing).percent or 0.0, _INFORMING_OFTEN, self._news_merit),
            (self.view.rate(Act.THANKS).percent or 0.0, _THANKS_OFTEN, self._thanks_merit),
        ]
        return [make() for value, least, make in offered if value >= least]

    def lack(self, name: str) -> Lack:
        """What a low component of that name means."""
        make = {
            "tone": self._tone_lack,
            "clarity": self._clarity_lack,
            "information": self._information_lack,
            "speed": self._speed_lack,
            "answers": self._answers_lack,
            "politeness": self._politeness_lack,
        }
        return make[name]()

    def late_work(self) -> Lack:
        """Writing about tasks outside usual hours, where it is frequent."""
        return Lack(
            title="Work reaches into evenings and weekends",
            finding=self.work.told_off_hours(),
            effect="Nobody can tell from such a message whether it waits until morning.",
            advice="Say what can wait",
            target=self.work.names,
            step="One line that it can wait is enough.",
            examples=["For tomorrow, no answer needed tonight:"],
        )

    def _answers_merit(self) -> Merit:
        return Merit(
            value=share(exchanges.replied(self.talk.answers)) * 0.9,
            title="Questions are taken up",
            describe=self._told_answers,
            cases=self.answered,
            context=self.told_answered,
        )

    def _speed_merit(self) -> Merit:
        lags = {moment.cue: moment.lag for moment in self.talk.answers if moment.lag is not None}
        return Merit(
            value=share(self.talk.within_an_hour),
            title="Answers come soon",
            describe=lambda: f"Of all answers, {self.talk.told_within_an_hour()} come within the hour.",
            cases={cue: replies for cue, replies in self.answered.items() if lags[cue] <= _SOON},
            context=self.told_answered,
        )

    def _politeness_merit(self) -> Merit:
        return Merit(
            value=share(self.politeness),
            title="Requests are polite",
            describe=self.told_politeness,
            cases={at: self.work.met.get(at, []) for at in self.polite_requests},
            context=lambda position: f"{self.view.speaker(position)} asks politely.",
            acts=COURTESY,
        )

    def _dates_merit(self) -> Merit:
        return Merit(
            value=share(self.dated()),
            title="What is agreed has a day",
            describe=lambda: f"A day or a time stands in {self.told_dated()}.",
            cases=self.clear(),
            context=self.told_clear,
            acts=TELLING,
        )

    def _news_merit(self) -> Merit:
        return Merit(
            value=reaches(self.work.rate_of(self.work.informing).percent or 0.0, _FULL_INFORMING),
            title="News comes unasked",
            describe=self._told_informing,
            cases={at: [] for at in self.work.informing if not self.view.has(at, NEGATIVE)},
            context=lambda position: f"{self.view.speaker(position)} {self.work.deed(position)}.",
            acts=frozenset({Act.UPDATE, Act.COMPLETION}),
        )

    def _thanks_merit(self) -> Merit:
        return Merit(
            value=reaches(self.view.rate(Act.THANKS).percent or 0.0, 2 * _THANKS_OFTEN) * 0.9,
            title="Work is thanked for",
            describe=lambda: f"Thanks stand in {self.work.told_rate('thanks', Act.THANKS)}.",
            cases={at: about for at, about in self.polite().items() if self.view.has(at, Act.THANKS)},
            context=self.told_polite,
            acts=frozenset({Act.THANKS}),
        )

    def _told_answers(self) -> str:
        return f"Within a day, {self.talk.told_answers()} of the questions are followed by somebody else."

    def _told_informing(self) -> str:
        told = self.work.told_rate_of("informing", self.work.informing)
        return f"Messages that say how things stand, what is done or what is in the way make up {told}."

    def _tone_lack(self) -> Lack:
        return Lack(
            title="Some messages are sharp",
            finding=f"Anger, criticism, contempt or a demand stands in {self.work.told_sharp()}.",
            effect="A sharp line is read before the reason behind it.",
            advice="Name the matter and what it needs",
            target=self.work.names,
            step="What happened and what is needed next make the point without a person in it.",
            examples=["The file came after the print slot. What do we need so that it is there next time?"],
        )

    def _clarity_lack(self) -> Lack:
        most = max(self.work.people, key=lambda person: (self.asked_back(person).percent or 0.0, -person))
        return Lack(
            title="Messages are asked back about",
            finding=f"Others ask what was meant by {self.told_asked_back()}.",
            effect="Every question back costs a round.",
            advice="Name the thing, the person and the day",
            target=[self.work.name(most)],
            step="Saying which thing, who and until when saves the question.",
            examples=["This is about the price list, for you, and it has time until Friday."],
        )

    def _information_lack(self) -> Lack:
        return Lack(
            title="Little is told unasked",
            finding=self._told_informing(),
            effect="Others have to ask in order to know.",
            advice="Say how things stand before somebody asks",
            target=self.work.names,
            step="A line a day about what is done and what is open would raise that.",
            examples=["Where I am: the draft is done, the figures are open, nothing is in the way."],
        )

    def _speed_lack(self) -> Lack:
        slow = self.talk.slowest()
        finding = f"Of all answers, {self.talk.told_within_an_hour()} come within the hour"
        return Lack(
            title="Some answers take their time",
            finding=f"{finding}; {self.work.name(slow)}'s typical answer takes {self.talk.told_median(slow)}.",
            effect="Whoever waits does not know for how long.",
            advice="Say when an answer will come",
            target=[self.work.name(slow)],
            step="A short sign bridges longer waits.",
            examples=["Seen. I am in a meeting and will answer this afternoon."],
        )

    def _answers_lack(self) -> Lack:
        return Lack(
            title="Some questions stay open",
            finding=self._told_answers(),
            effect="Whoever asked cannot tell whether it was read.",
            advice="Come back to open questions",
            target=self.work.names,
            step="Even an answer that there is no answer yet closes the question.",
            examples=["You asked about the contract. I do not know yet, and I will ask tomorrow."],
        )

    def _politeness_lack(self) -> Lack:
        return Lack(
            title="Some requests are put bluntly",
            finding=self.told_politeness(),
            effect="A request that leaves no room is harder to answer honestly.",
            advice="Put a request so that it can be answered",
            target=self.work.names,
            step="A question with a reason leaves room for a no that helps.",
            examples=["Could you look at the draft before Thursday? If that is tight, tell me."],
        )
