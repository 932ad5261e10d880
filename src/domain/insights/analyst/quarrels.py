"""How tension runs in a family: who is in it, who comes in later, how it mends, what helps, and a score of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, exchanges, tension
from domain.insights.analyst.acts import NEGATIVE, Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.climate import Climate
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.family import SUBJECTS, Family
from domain.insights.analyst.measures import point
from domain.insights.analyst.phrasing import joined
from domain.insights.analyst.scoring import component, share
from domain.insights.analyst.tension import Clash, told_lag
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange

FRICTION = (
    "Messages of two or more people against each other, each within 15 minutes of the one before; counted by the word "
    "lists."
)
REPAIRED = "Repairs after friction, within a week and before the next; taken up when another answers within an hour."
LEAST = 3
"""Frictions from which a share is told as a quality or counts in a score."""

_DISSENT = "Messages that disagree, with or without anger, criticism, contempt or a demand in them."
_FORGIVEN = "Apologies that another answers within an hour with words of forgiveness."
_HALF = 0.5


@dataclass(frozen=True)
class Quarrels:
    family: Family

    @property
    def view(self) -> View:
        return self.family.view

    @cached_property
    def climate(self) -> Climate:
        """Of the same people, for what is warm."""
        return Climate(self.family)

    # What is there

    @cached_property
    def clashes(self) -> list[Clash]:
        return tension.clashes(self.view)

    @property
    def mended(self) -> list[Clash]:
        """Those with a repair that was taken up."""
        return tension.mended(self.clashes)

    @property
    def joined_later(self) -> list[Clash]:
        """Those that more than two people write in."""
        return [clash for clash in self.clashes if len(clash.people) > 2]  # noqa: PLR2004 - a pair

    @property
    def calmed(self) -> list[Clash]:
        """Those that somebody mends who wrote nothing against anybody."""
        return [clash for clash in self.clashes if clash.repairer is not None and clash.repairer not in clash.people]

    @property
    def touched(self) -> Proportion:
        """The share of conversations with friction."""
        return tension.touched(self.view, self.clashes)

    @property
    def closed(self) -> Proportion:
        """The share of frictions with a repair that was taken up."""
        return proportion(len(self.mended), len(self.clashes))

    def pair(self) -> tuple[tuple[int, int], list[Clash]] | None:
        """The two who are in half or more of three or more frictions together, of more than two people who write.

        None where no two are, or where two pairs are in as many.
        """
        counts = Counter(pair for clash in self.clashes for pair in combinations(sorted(clash.people), 2))
        ranked = counts.most_common(2)
        if len(self.view.people) <= 2 or len(self.clashes) < LEAST or not ranked:  # noqa: PLR2004 - a pair
            return None
        first, count = ranked[0]
        if count < _HALF * len(self.clashes) or count < 2 or (len(ranked) > 1 and ranked[1][1] == count):  # noqa: PLR2004 - twice makes a pattern
            return None
        return first, [clash for clash in self.clashes if set(first) <= set(clash.people)]

    def subjects(self) -> list[tuple[Act | None, list[Clash]]]:
        """Frictions by what comes up in them, the most frequent first; those without a known subject last."""
        found: dict[Act | None, list[Clash]] = {}
        for clash in self.clashes:
            topics = [topic for topic in tension.subjects(self.view, clash) if topic in SUBJECTS]
            found.setdefault(topics[0] if topics else None, []).append(clash)
        return sorted(found.items(), key=lambda entry: (entry[0] is None, -len(entry[1])))

    def moves(self) -> list[tuple[Act, int]]:
        """Negative acts with the number of frictions that hold them, the most frequent first."""
        counts = Counter(
            act
            for clash in self.clashes
            for act in {act for person in clash.people for act in tension.moves(self.view, clash, person)}
        )
        return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))

    def recurring(self) -> dict[str, list[Clash]]:
        """Ways of talking worth a thought, by name, with the frictions that show them."""
        found = {
            **tension.patterns(self.view, self.clashes),
            "left open in the chat": [clash for clash in self.clashes if clash.repair is None],
        }
        return {name: shown for name, shown in found.items() if shown}

    # The numbers in words

    def frictions(self) -> str:
        """Such as `4 moments of friction`."""
        return self.family.counted(
            "friction.count", len(self.clashes), "moment of friction|moments of friction", FRICTION
        )

    def times(self, what: str, count: int) -> str:
        """How many of the frictions something stands in."""
        return self.family.times(f"friction.{what}", count, FRICTION, len(self.clashes))

    def summary(self) -> str:
        """What was found, in a few sentences."""
        sessions = self.family.say.count("sessions", self.touched.of, "statistics.sessions.count")
        told = [f"In {sessions} conversations no friction was found in writing."]
        if self.clashes:
            told = [f"The chat holds {self.frictions()} in {sessions} conversations.", self.told_repair()]
            subject = next((act for act, _ in self.subjects() if act is not None), None)
            if subject is not None:
                told.insert(1, f"What is mentioned in them most: {SUBJECTS[subject]}.")
        return point(" ".join([*told, self.climate.told_ratio()]))

    def told_repair(self) -> str:
        """A sentence or two about repairs; there is friction."""
        repaired = [clash for clash in self.clashes if clash.repair is not None]
        if not repaired:
            return f"In {self.frictions()}, the word lists find no apology and no other repair within a week."
        say = self.family.say
        after = told_lag(say, sorted(clash.lag or 0 for clash in repaired))
        offered, taken = self.times("repaired", len(repaired)), self.times("taken_up", len(self.mended))
        return f"In {self.frictions()}, a repair is offered {offered}, {after}, and taken up in writing {taken}."

    def helping(self) -> list[tuple[str, str, list[Exchange]]]:
        """What helps, as a title, a sentence and its proof; what no message shows is left out."""
        view = self.view
        apologies = exchanges.moments(view, Act.APOLOGY, Act.FORGIVENESS)
        forgiven = exchanges.replied(apologies)
        forgiving = self.family.times
        found: list[tuple[str, Callable[[], str], list[Exchange]]] = [
            (
                "Making up in words",
                lambda: (
                    f"In {self.frictions()}, a repair is offered and taken up "
                    f"{self.times('taken_up', len(self.mended))}."
                ),
                self.mending(self.mended),
            ),
            (
                "Letting an apology count",
                lambda: (
                    f"An apology is forgiven {forgiving('apologies.forgiven', forgiven.count, _FORGIVEN, forgiven.of)}."
                ),
                evidence.replies(view, apologies, 2, self._forgiving, Act.APOLOGY),
            ),
            (
                "Disagreeing without a fight",
                lambda: (
                    f"Of the messages that disagree, {self.family.say.share('dissent.calm', self._calm, _DISSENT)} "
                    "hold no anger, criticism or demand."
                ),
                [
                    self.family.with_cue(at, f"{view.speaker(at)} disagrees.")
                    for at in evidence.choose(view, view.positions(Act.DISSENT, without=NEGATIVE), 2, Act.DISSENT)
                    if self._calm.count >= LEAST
                ],
            ),
        ]
        return [(title, describe(), shown) for title, describe, shown in found if shown]

    def mending(self, clashes: Sequence[Clash]) -> list[Exchange]:
        """The repairs of two of them, spread over time."""
        return [told for clash in evidence.spaced(clashes, 2) if (told := tension.mending(self.view, clash))]

    def _forgiving(self, moment: Moment) -> str:
        replier = "" if moment.replier is None else self.view.names[moment.replier]
        return f"{self.view.names[moment.by]} apologises, and {replier} lets it count."

    @property
    def _calm(self) -> Proportion:
        view = self.view
        return proportion(view.count(Act.DISSENT, without=NEGATIVE), view.count(Act.DISSENT))

    # What follows

    def components(self) -> list[Component]:
        """Of the score; repair and respect only where there was friction to tell it from."""
        found = [tension.calm(self.touched), *self.climate.tone()]
        if self.clashes:
            found.append(component("repair", share(self.closed), len(self.clashes), REPAIRED))
        if len(self.clashes) >= LEAST:
            belittling = len(self.recurring().get("words that belittle", ()))
            found.append(
                component(
                    "respect",
                    1 - belittling / len(self.clashes),
                    len(self.clashes),
                    "The share of frictions without belittling words.",
                )
            )
        return found

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make = {"calm": self._pause, "tone": self._warmer, "repair": self._mend, "respect": self._point}
        return make[name]()

    def _pause(self) -> Advice:
        told = self.family.say.share("friction.sessions", self.touched, FRICTION)
        return Advice(
            title="Take it out of the chat",
            target=self.family.names,
            suggestion=f"Friction stands in {told} of the conversations. A point that two people differ on is easier "
            "to talk about in one room, at a time that both agreed on.",
            why="In writing the tone gets lost.",
            example="I want to sort this out with you, and not here. Tonight after dinner?",
        )

    def _warmer(self) -> Advice:
        return Advice(
            title="Say the good things too",
            target=self.family.names,
            suggestion=f"{self.climate.told_ratio()} A plain thank-you for something small is the easiest place to "
            "begin.",
            why="What goes well is easily left unsaid.",
            example="Thank you for taking the bins out. I noticed.",
        )

    def _mend(self) -> Advice:
        return Advice(
            title="Close it in words",
            target=self.family.names,
            suggestion=f"{self.told_repair()} A short answer to a sorry closes it for everybody who reads along.",
            why="A repair works when it is seen.",
            example="I was too sharp this morning. I'm sorry, and I'd still like to find a way for both of us.",
        )

    def _point(self) -> Advice:
        belittling = self.recurring().get("words that belittle", [])
        times = self.times("words that belittle", len(belittling))
        return Advice(
            title="Speak about the matter",
            target=self.family.names,
            suggestion=f"In {self.frictions()}, words that the lists call belittling stand {times}. Saying what should "
            "change leaves the person out of it.",
            why="A request can be met; a verdict can only be answered.",
            example="It bothers me when the kitchen is left like this. Can we find a fixed evening for it?",
        )


def steps_in(view: View, clash: Clash) -> Exchange:
    """What was said before somebody else's first message in it, and that message."""
    third = next(at for at in clash.negative if view.sender(at) == clash.people[2])
    before = [at for at in clash.negative if view.time(at) <= view.time(third) and at != third][-2:]
    return evidence.exchange(
        view,
        [*before, third],
        f"{joined([view.names[person] for person in clash.people[:2]])} are at odds, and "
        f"{view.names[clash.people[2]]} comes in.",
    )
