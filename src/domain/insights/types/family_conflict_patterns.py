"""Conflict & Tension Patterns: how does tension run, and who joins?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import evidence, tension
from domain.insights.analyst.acts import ACCEPTING_REPAIR, NEGATIVE, REPAIRING, WARM, Act
from domain.insights.analyst.family import SUBJECTS, Family
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import graded, joined
from domain.insights.analyst.quarrels import FRICTION, LEAST, Quarrels, steps_in
from domain.insights.analyst.scoring import score, share, weakest
from domain.insights.analyst.tension import Clash
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, Recommendation, Score
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="family_conflict_patterns",
    display_title="Conflict & Tension Patterns",
    description="How does tension run, and who joins?",
    icon="🔥",
    for_groups=True,
)


class ConflictPresence(msgspec.Struct, kw_only=True):
    level: str
    expression_style: str
    assessment: str


class FamilySpecificPattern(msgspec.Struct, kw_only=True):
    pattern_name: str
    description: str
    evidence: list[Exchange]


class IndividualStylesParticipant(msgspec.Struct, kw_only=True):
    name: str
    style: str
    description: str
    evidence: list[Exchange]


class IndividualStyle(msgspec.Struct, kw_only=True):
    participants: list[IndividualStylesParticipant]


class TensionTopic(msgspec.Struct, kw_only=True):
    topic: str
    description: str
    evidence: list[Exchange]


class ConflictResolution(msgspec.Struct, kw_only=True):
    approach: str
    effectiveness: str
    description: str


class PositiveConflictBehavior(msgspec.Struct, kw_only=True):
    behavior: str
    description: str
    evidence: list[Exchange]


class PatternsToAddress(msgspec.Struct, kw_only=True):
    pattern: str
    description: str
    reflection_prompt: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    conflict_health: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    conflict_presence: ConflictPresence
    family_specific_patterns: list[FamilySpecificPattern]
    individual_styles: IndividualStyle
    tension_topics: list[TensionTopic]
    conflict_resolution: ConflictResolution
    positive_conflict_behaviors: list[PositiveConflictBehavior]
    patterns_to_address: list[PatternsToAddress]
    recommendations: list[Recommendation]
    overall: Overall


_METHOD = (
    "Friction is two or more messages against each other, of two or more people, each within 15 minutes of the one "
    "before; messages that laugh, thank, tease or console are left out, and what is said at home is not seen. It is "
    "called rare below 2 conversations in 100, occasional below 10, and frequent from there on. A style is named where "
    "it shows in half or more of the frictions somebody takes part in; who takes part in none of two or more stays out "
    "of it, or makes peace where they offer a repair. A repair counts as taken up when another forgives, repairs too, "
    "thanks or is fond within the hour. Of three frictions or more, those are called mostly closed in words from six "
    "in ten, sometimes from three in ten, and mostly left open below. Two people are named together where they are in "
    "half or more of three or more frictions. The tension is called calm from a score of 8, mostly calm from 6, tense "
    "at times from 4, and often tense below."
)
_SOURCES = (
    "Christensen & Heavey (1990), Gender and social structure in the demand/withdraw pattern: the roles.",
    "Gottman & Levenson (1992), Marital processes predictive of later dissolution: the ratio alone, no prediction.",
    "Rusbult et al. (1991), Accommodation processes in close relationships: the idea of repair.",
    "Idea: a third person drawn in, Minuchin (1974), Families and Family Therapy; who writes, no judgement.",
)
_HALF, _SEVERAL = 0.5, 2
_MOVE_WORDS = {
    Act.CRITICISM: "criticism",
    Act.DEMAND: "demands",
    Act.ANGER: "words of anger",
    Act.CONTEMPT: "belittling words",
}
_REPAIR_WORDS = {Act.APOLOGY: "apologies", Act.REPAIR: "words of peace"}
_PATTERNS = {
    "pressing and stepping back": (
        "one presses while another steps back",
        "What would make it easier to come back to the point an hour later?",
    ),
    "criticism answered with criticism": (
        "a reproach is answered with a reproach",
        "Which wish stands behind each of the two reproaches?",
    ),
    "words that belittle": (
        "words that the lists call belittling are used",
        "How would the same point sound without a word about the person?",
    ),
    "left open in the chat": (
        "it stays without an apology or another repair in the chat",
        "Was it settled at home, or is there something still to say?",
    ),
}


def analyse(view: View) -> Finding:
    """For any number of people, by the word lists; a chat without friction is told as such."""
    quarrels = Quarrels(Family(view, view.voices(), Measures()))
    content = _Conflict(view, quarrels).content()
    return Finding(
        content=content,
        measures=quarrels.family.say.all,
        coverage=view.coverage(view.positions(WARM | NEGATIVE)),
        method=_METHOD,
        sources=_SOURCES,
        positions=list(dict.fromkeys(at for clash in quarrels.clashes for at in tension.passage(view, clash)))[:50],
    )


@dataclass(frozen=True, slots=True)
class _Conflict:
    view: View
    quarrels: Quarrels

    def content(self) -> Content:
        quarrels = self.quarrels
        components = quarrels.components()
        return Content(
            conflict_presence=self._presence(),
            family_specific_patterns=self._family_patterns(),
            individual_styles=IndividualStyle(participants=[self._style(person) for person in quarrels.family.people]),
            tension_topics=[self._topic(subject, clashes) for subject, clashes in quarrels.subjects()[:3]],
            conflict_resolution=self._resolution(),
            positive_conflict_behaviors=[
                PositiveConflictBehavior(behavior=title, description=description, evidence=shown)
                for title, description, shown in quarrels.helping()
            ],
            patterns_to_address=self._recurring(),
            recommendations=[self._recommendation(name) for name in weakest(components)],
            overall=self._overall(components),
        )

    def _presence(self) -> ConflictPresence:
        quarrels, say = self.quarrels, self.quarrels.family.say
        sessions = say.count("sessions", quarrels.touched.of, "statistics.sessions.count")
        if not quarrels.clashes:
            return ConflictPresence(
                level="none seen",
                expression_style="none seen",
                assessment=f"In {sessions} conversations the word lists find no friction: nowhere do two people write "
                "against each other within a quarter of an hour. What is said at home is not seen.",
            )
        told = say.share("friction.sessions", quarrels.touched, FRICTION)
        moves = [f"{_MOVE_WORDS[act]} {quarrels.times(str(act), count)}" for act, count in quarrels.moves()]
        return ConflictPresence(
            level=graded(quarrels.touched.percent or 0.0, [(10.0, "frequent"), (2.0, "occasional")], "rare"),
            expression_style=joined([_MOVE_WORDS[act] for act, _ in quarrels.moves()[:2]]),
            assessment=f"The chat holds {quarrels.frictions()}, in {told} of its {sessions} conversations. In them "
            f"stand {joined(moves)}.",
        )

    def _family_patterns(self) -> list[FamilySpecificPattern]:
        view, quarrels = self.view, self.quarrels
        found = []
        if later := quarrels.joined_later:
            comers = Counter(person for clash in later for person in clash.people[2:])
            told = joined(
                [f"{self.view.name(at)} {quarrels.times(f'joins:{self.view.name(at)}', comers[at])}" for at in comers]
            )
            found.append(
                FamilySpecificPattern(
                    pattern_name="Others come in",
                    description=f"In {quarrels.frictions()}, more than two people write {self._times('third', later)}. "
                    f"Coming in later: {told}. Whether that calms or adds to it, the lines show.",
                    evidence=[steps_in(view, clash) for clash in evidence.spaced(later, 2)],
                )
            )
        if calmed := quarrels.calmed:
            makers = Counter(clash.repairer for clash in calmed if clash.repairer is not None)
            found.append(
                FamilySpecificPattern(
                    pattern_name="Somebody else makes peace",
                    description=f"In {quarrels.frictions()}, the repair comes {self._times('calmed', calmed)} from "
                    f"somebody who wrote against nobody: {joined([self.view.name(at) for at in makers])}.",
                    evidence=quarrels.mending(calmed),
                )
            )
        if (pair := quarrels.pair()) is not None:
            people, shared = pair
            found.append(
                FamilySpecificPattern(
                    pattern_name="Often the same two",
                    description=f"{joined([self.view.name(person) for person in people])} are both in it "
                    f"{self._times('pair', shared)} in {quarrels.frictions()}. Those who share most also have most to "
                    "differ on.",
                    evidence=[tension.told(view, clash) for clash in evidence.spaced(shared, 2)],
                )
            )
        return found

    def _style(self, person: int) -> IndividualStylesParticipant:
        quarrels, name = self.quarrels, self.view.name(person)
        own = [clash for clash in quarrels.clashes if person in clash.people]
        if not own:
            return self._outside(person)
        counts = {
            "presses": sum(person in clash.demanded for clash in own),
            "steps back": sum(person in clash.withdrew for clash in own),
            "comes in later": sum(person in clash.people[2:] for clash in own),
            "offers the repair": sum(clash.repairer == person for clash in own),
        }
        shown = [style for style, count in counts.items() if count >= _HALF * len(own)]
        counts = {"comes in first": sum(clash.starter == person for clash in own), **counts}
        told = [f"{style} {quarrels.times(f'{style}:{name}', count)}" for style, count in counts.items() if count]
        part = quarrels.times(f"takes part:{name}", len(own))
        how = f": {joined(told)}" if told else ""
        return IndividualStylesParticipant(
            name=name,
            style=joined(shown) or "says it directly",
            description=f"In {quarrels.frictions()}, {name} takes part {part}{how}.",
            evidence=[self._answer(clash, person) for clash in evidence.spaced(own, 2)],
        )

    def _outside(self, person: int) -> IndividualStylesParticipant:
        """Of somebody who writes against nobody in any friction."""
        quarrels, name = self.quarrels, self.view.name(person)
        mended = [clash for clash in quarrels.clashes if clash.repairer == person]
        style = "stays out of it" if len(quarrels.clashes) >= _SEVERAL else "not seen"
        told = f"No friction was found in which {name} takes part."
        if mended:
            style = "makes peace"
            told = f"In {quarrels.frictions()}, {name} writes against nobody and offers a repair "
            told += f"{quarrels.times(f'makes peace:{name}', len(mended))}."
        return IndividualStylesParticipant(
            name=name,
            style=style,
            description=told,
            evidence=quarrels.mending(mended),
        )

    def _answer(self, clash: Clash, person: int) -> Exchange:
        """What somebody writes in it, behind what another wrote."""
        own = next(at for at in clash.negative if self.view.sender(at) == person)
        before = [at for at in self.view.preceding(own, 3, 900) if self.view.sender(at) != person]
        return evidence.exchange(self.view, [*before[-1:], own], f"{self.view.name(person)} in a tense moment.")

    def _topic(self, subject: Act | None, clashes: list[Clash]) -> TensionTopic:
        times = self.quarrels.times(f"subject.{subject or 'none'}", len(clashes))
        told = f"words about {SUBJECTS[subject]} come up {times}" if subject else f"no known subject comes up {times}"
        return TensionTopic(
            topic=SUBJECTS[subject] if subject else "subject not told",
            description=f"In {self.quarrels.frictions()}, {told}. That tells what was mentioned, not why it hurt.",
            evidence=[tension.told(self.view, clash) for clash in clashes[:2]],
        )

    def _resolution(self) -> ConflictResolution:
        quarrels = self.quarrels
        if not quarrels.clashes:
            none = "There was nothing to resolve in what could be read."
            return ConflictResolution(approach="none seen", effectiveness="none seen", description=none)
        repairs = [clash.repair for clash in quarrels.clashes if clash.repair is not None]
        used = [words for act, words in _REPAIR_WORDS.items() if any(self.view.has(at, act) for at in repairs)]
        if quarrels.calmed:
            used.append("a third person's word")
        effectiveness = "too few to tell"
        if len(quarrels.clashes) >= LEAST:
            steps = [(0.6, "mostly closed in words"), (0.3, "sometimes closed in words")]
            effectiveness = graded(share(quarrels.closed), steps, "mostly left open in the chat")
        return ConflictResolution(
            approach=joined(used) or "no repair seen in writing",
            effectiveness=effectiveness,
            description=quarrels.told_repair(),
        )

    def _recurring(self) -> list[PatternsToAddress]:
        return [
            PatternsToAddress(
                pattern=name,
                description=f"In {self.quarrels.frictions()}, {_PATTERNS[name][0]} {self._times(name, clashes)}.",
                reflection_prompt=_PATTERNS[name][1],
            )
            for name, clashes in self.quarrels.recurring().items()
        ]

    def _recommendation(self, name: str) -> Recommendation:
        advice = self.quarrels.advice(name)
        return Recommendation(
            title=advice.title, target=advice.target, suggestion=advice.suggestion, example_phrases=[advice.example]
        )

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        return Overall(
            score=total,
            conflict_health=graded(total, [(8, "calm"), (6, "mostly calm"), (4, "tense at times")], "often tense"),
            summary=self.quarrels.summary(),
            components=components,
        )

    def _times(self, what: str, clashes: Sequence[Clash]) -> str:
        return self.quarrels.times(what, len(clashes))


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "an argument in the family, being angry with each other",
        "you always do this, you never help",
        "somebody else joins the argument or takes a side",
        "please stop fighting, let's not argue",
    ),
    instruction=(
        "Describe how tension runs in the messages of this family, and how it ends. Friction is given as moments in "
        "which two or more people wrote against each other: keep to them and to their numbers, and where there are "
        "none, say so and invent none.\n"
        "conflict_presence: how often, and in which words: criticism, demands, anger.\n"
        "family_specific_patterns: who is in it together, who comes in later, who makes peace from outside. Coming in "
        "may calm or add to it: let the lines show which, and call nobody an ally, a scapegoat or a favourite.\n"
        "individual_styles: per person what they write in friction, in words that this person could read without "
        "feeling judged, and in the same measure for parents and children.\n"
        "tension_topics: what was being talked about, never why somebody felt hurt.\n"
        "conflict_resolution: which repairs are offered, how soon, whether they are taken up in writing. Much is made "
        "up at home: silence in the chat is no sign of a grudge.\n"
        "positive_conflict_behaviors: only what the quoted lines show.\n"
        "patterns_to_address: ways of talking, never traits; the reflection_prompt is an open question to all.\n"
        "recommendations: each starts from one of the given numbers and ends in a sentence that could be sent.\n"
        "Take no side, name no winner, guess at no one's role or age. No diagnosis, no word such as toxic, and no "
        "guess at what will become of the family."
    ),
    analyse=analyse,
    acts=frozenset({*NEGATIVE, *REPAIRING, *ACCEPTING_REPAIR, *WARM, Act.WITHDRAWAL}),
)
