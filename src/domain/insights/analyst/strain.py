"""How two people write under strain: what changes in friction, what hurts, what helps, and a score of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.chats.statistics.estimates import proportion, quantile
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, exchanges, tension
from domain.insights.analyst.acts import NEGATIVE, WARM, Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import point
from domain.insights.analyst.phrasing import graded
from domain.insights.analyst.romance import Pair
from domain.insights.analyst.scoring import component, share, tone
from domain.insights.analyst.tension import COMPLAINTS, FRICTION, REPAIRED, Clash, mending
from domain.insights.analyst.tokens import BREAK
from domain.insights.content import Component, Exchange

SUPPORTED = "Messages of distress or disclosure that the other answers within an hour with comfort, help or fondness."
_LENGTH = "Words in the messages from the first to the last of a friction, against those of all messages."
_PACE = "Median gap between one person's message and the other's next."
_RATIO = "Warm messages for each one with anger, criticism, contempt or a demand in it."
_CLASSIFIED = "Messages that the word lists call warm or negative, of all messages with words."

_HEARD = "Criticism and demands outside of friction that the other answers with a repair within an hour."
_FORGIVEN = "Apologies that the other answers within an hour with words of forgiveness."

_FEW = 8
_LONGER, _SHORTER = 1.25, 0.8
_LEAST_MOMENTS = 3


@dataclass(frozen=True, slots=True)
class Strain:
    pair: Pair
    clashes: Sequence[Clash]
    support: Sequence[Moment]

    @property
    def touched(self) -> Proportion:
        """The share of conversations with friction."""
        return tension.touched(self.pair.view, self.clashes)

    @property
    def taken_up(self) -> Proportion:
        """The share of frictions with a repair that was taken up."""
        return proportion(len(tension.mended(self.clashes)), len(self.clashes))

    def frictions(self) -> str:
        """Such as `4 moments of friction`."""
        return self.pair.counted(
            "friction.count", len(self.clashes), "moment of friction|moments of friction", FRICTION
        )

    def times(self, what: str, count: int) -> str:
        """How many of the frictions something stands in."""
        return self.pair.times(f"friction.{what}", count, FRICTION, len(self.clashes))

    def hurting(self) -> dict[str, list[Clash]]:
        """Patterns worth knowing, by name, with the frictions that show them; those that none shows are left out."""
        return tension.patterns(self.pair.view, self.clashes)

    def changes(self) -> list[str]:
        """How messages in friction differ from the rest; empty where they do not, or are too few."""
        view = self.pair.view
        inside = [view.between(clash.negative[0], clash.negative[-1]) for clash in self.clashes]
        if sum(map(len, inside)) < _FEW:
            return []
        return [change for change in (self._length(inside), self._pace(inside)) if change]

    def summary(self) -> str:
        """What was found, in a few sentences."""
        pair, say = self.pair, self.pair.say
        sessions = say.count("sessions", self.touched.of, "statistics.sessions.count")
        told = [f"In {sessions} conversations no friction was found in writing."]
        if self.clashes:
            told = [f"In {sessions} conversations the chat holds {self.frictions()}."]
            repairs = [clash.repair for clash in self.clashes if clash.repair is not None]
            if repairs:
                first = pair.first(repairs)
                who = f", mostly by {first}" if first in pair.names else ""
                mended = len(tension.mended(self.clashes))
                told.append(
                    f"A repair is offered {self.times('repaired', len(repairs))}{who}, and taken up "
                    f"{self.times('mended', mended)}."
                )
            else:
                told.append("No repair was found in writing.")
        told.append(self.ratio())
        replied = exchanges.replied(self.support)
        if replied.of >= _LEAST_MOMENTS:
            told.append(self.told_support())
        return point(" ".join(told))

    def ratio(self) -> str:
        """A sentence about warm and negative messages, with how many messages that is about."""
        view, say = self.pair.view, self.pair.say
        warm, negative = self._warm(), view.count(NEGATIVE)
        told = point(say.share("classified", proportion(warm + negative, view.read_count()), _CLASSIFIED))
        if not negative:
            return f"The word lists find no negative message; they call {told} of the messages warm."
        ratio = say.number("warm.to_negative", round(warm / negative, 1), "ratio", warm + negative, _RATIO)
        return f"For each negative message there are {ratio} warm ones, among the {told} of messages that are either."

    def helping(self) -> list[tuple[str, str, list[Exchange]]]:
        """What helps, as a title, a sentence and its proof; what no message shows is left out."""
        view = self.pair.view
        mended = tension.mended(self.clashes)
        heard = tension.heard(view, self.clashes)
        apologies = exchanges.moments(view, Act.APOLOGY, Act.FORGIVENESS)
        forgiven = exchanges.replied(apologies)
        forgiving = self.pair.times("apologies.forgiven", forgiven.count, _FORGIVEN, forgiven.of)
        found = [
            (
                "Making up in words",
                f"Friction ends with a repair that the other takes up {self.times('mended', len(mended))}.",
                [told for clash in evidence.spaced(mended, 2) if (told := mending(view, clash))],
            ),
            (
                "Hearing a complaint",
                f"A complaint is answered with a repair {self.pair.times('complaints.heard', len(heard), _HEARD)}.",
                evidence.replies(view, heard, 2, self._told("complains", "answers with a repair"), COMPLAINTS),
            ),
            (
                "Letting an apology count",
                f"An apology is forgiven {forgiving}.",
                evidence.replies(view, apologies, 2, self._told("apologises", "lets it count"), Act.APOLOGY),
            ),
        ]
        return [claim for claim in found if claim[2]]

    def _told(self, cue: str, reply: str) -> Callable[[Moment], str]:
        names = self.pair.view.names
        return lambda moment: (
            f"{names[moment.by]} {cue}, and {'' if moment.replier is None else names[moment.replier]} {reply}."
        )

    def components(self) -> list[Component]:
        """Of the score; repair and support only where there was something to repair or support."""
        found = [tension.calm(self.touched), *tone(self._warm(), self.pair.view.count(NEGATIVE))]
        if self.clashes:
            found.append(component("repair", share(self.taken_up), len(self.clashes), REPAIRED))
        replied = exchanges.replied(self.support)
        if replied.of >= _LEAST_MOMENTS:
            found.append(component("support", share(replied), replied.of, SUPPORTED))
        return found

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make = {"calm": self._pause, "tone": self._warmer, "repair": self._mend, "support": self._answer}
        return make[name]()

    def told_support(self) -> str:
        """How much of what is hard is answered."""
        replied = exchanges.replied(self.support)
        told = self.pair.say.share("support", replied, SUPPORTED)
        lag = exchanges.median_lag(self.support)
        after = ""
        if lag is not None:
            after = f", typically after {self.pair.say.seconds('support.lag', lag, replied.count, SUPPORTED)}"
        return (
            f"Of the moments in which one writes of something hard, {told} get comfort, help or fondness back{after}."
        )

    def severity(self, found: Sequence[Clash]) -> str:
        """By how often a pattern shows."""
        return graded(len(found), [(4, "repeated"), (2, "a few times")], "once")

    def _warm(self) -> int:
        return self.pair.view.count(WARM, without=NEGATIVE)

    def _length(self, inside: Sequence[Sequence[int]]) -> str | None:
        view, say = self.pair.view, self.pair.say
        read = [position for positions in inside for position in positions if view.is_read(position)]
        words = sum(token != BREAK for position in read for token in view.tagged.tokens(position)) / len(read)
        usual = sum(counts.total() - counts[BREAK] for counts in view.tagged.words) / view.read_count()
        if _SHORTER < words / usual < _LONGER:
            return None
        now = say.number("friction.words", round(words, 1), "words", len(read), _LENGTH)
        before = say.number("words", round(usual, 1), "words", view.read_count(), _LENGTH)
        size = "longer" if words > usual else "shorter"
        return f"Messages get {size}: {now} words each on average, against {before} in the chat as a whole."

    def _pace(self, inside: Sequence[Sequence[int]]) -> str | None:
        view, say = self.pair.view, self.pair.say
        lags = sorted(lag for positions in inside for lag in self._answer_lags(positions))
        times = [view.stats(person).turn_taking.response_time for person in self.pair.people]
        medians = [time.median_seconds for time in times if time.median_seconds is not None]
        median = quantile(lags, 50)
        if median is None or not medians or median >= min(medians) * _SHORTER:
            return None
        now = say.seconds("friction.reply", median, len(lags), _PACE)
        usual = say.seconds(
            "reply", min(medians), sum(time.n for time in times), "statistics.user_stats.turn_taking.response_time"
        )
        return f"Answers come faster: typically after {now}, against {usual} otherwise for the quicker of the two."

    def _answer_lags(self, positions: Sequence[int]) -> list[int]:
        view = self.pair.view
        return [
            view.time(two) - view.time(one) for one, two in pairwise(positions) if view.sender(one) != view.sender(two)
        ]

    def _pause(self) -> Advice:
        told = self.pair.say.share("friction.sessions", self.touched, FRICTION)
        return Advice(
            title="Agree on a pause",
            target=self.pair.names,
            suggestion=f"Friction stands in {told} of the conversations. A pause that both agreed on beforehand, with "
            "a time to come back to it, keeps a point from becoming a fight.",
            why="A break with an end is not a withdrawal.",
            example="I want to hear you out, and I need half an hour first. Can we talk after that?",
        )

    def _warmer(self) -> Advice:
        return Advice(
            title="Say the good things too",
            target=self.pair.names,
            suggestion=f"{self.ratio()} A plain thank-you for something small is the easiest place to begin.",
            why="What goes well is easily left unsaid.",
            example="Thank you for sorting that out today. I noticed.",
        )

    def _mend(self) -> Advice:
        mended = self.times("mended", self.taken_up.count)
        return Advice(
            title="Close it in words",
            target=self.pair.names,
            suggestion=f"Of {self.frictions()}, a repair is offered and taken up in writing {mended}. When one of you "
            "says sorry, a short answer closes it for both.",
            why="A repair works when it is seen.",
            example="I'm sorry for how I said it. The point matters to me, but so do you.",
        )

    def _answer(self) -> Advice:
        return Advice(
            title="Answer the hard day first",
            target=self.pair.names,
            suggestion=f"{self.told_support()} A short word before the subject changes is enough.",
            why="An answer shows that it was read.",
            example="That sounds hard. Do you want to talk, or shall I take your mind off it?",
        )
