"""Conflict & Communication Under Stress: what sparks friction, and how is it repaired?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import closeness, evidence, exchanges, tension
from domain.insights.analyst.acts import ACCEPTING_REPAIR, NEGATIVE, OPENING_UP, REPAIRING, SUPPORTIVE, WARM, Act
from domain.insights.analyst.phrasing import graded, joined
from domain.insights.analyst.romance import NONE_SEEN, pair_of
from domain.insights.analyst.scoring import score, weakest
from domain.insights.analyst.strain import Strain
from domain.insights.analyst.tension import FRICTION, REPAIRED, TOPIC_NAMES, Clash
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, Recommendation, Score
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="conflict_resolution",
    display_title="Conflict & Communication Under Stress",
    description="What sparks friction, and how is it repaired?",
    icon="⚖️",
    for_groups=False,
)


class ConflictPresence(msgspec.Struct, kw_only=True):
    visible_conflicts: bool
    frequency: str
    assessment: str


class ConflictTrigger(msgspec.Struct, kw_only=True):
    trigger_type: str
    description: str
    evidence: list[Exchange]


class StyleOfParticipant(msgspec.Struct, kw_only=True):
    name: str
    style: str
    intensity: str
    description: str
    evidence: list[Exchange]


class IndividualStyles(msgspec.Struct, kw_only=True):
    participants: Annotated[list[StyleOfParticipant], msgspec.Meta(min_length=2, max_length=2)]


class StressCommunication(msgspec.Struct, kw_only=True):
    pattern_description: str
    initiator: str
    changes: list[str]


class RepairRecovery(msgspec.Struct, kw_only=True):
    strategies: list[str]
    initiator: str
    timeframe: str
    effectiveness: str
    evidence: list[Exchange]


class PositiveBehavior(msgspec.Struct, kw_only=True):
    behavior: str
    description: str
    evidence: list[Exchange]


class DestructivePattern(msgspec.Struct, kw_only=True):
    pattern_type: str
    description: str
    severity: str
    evidence: list[Exchange]


class DestructivePatterns(msgspec.Struct, kw_only=True):
    present: bool
    assessment: str
    patterns: list[DestructivePattern]


class StressSupport(msgspec.Struct, kw_only=True):
    analysis: str
    evidence: list[Exchange]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    conflict_presence: ConflictPresence
    conflict_triggers: list[ConflictTrigger]
    individual_styles: IndividualStyles
    stress_communication: StressCommunication
    repair_recovery: RepairRecovery
    positive_behaviors: list[PositiveBehavior]
    destructive_patterns: DestructivePatterns
    stress_support: StressSupport
    recommendations: list[Recommendation]
    overall: Overall


_METHOD = (
    "Friction is two or more messages against each other, from both, each within 15 minutes of the one before; "
    "messages that laugh, thank, tease or console are left out, and what is said on the telephone is not seen. "
    "It is called rare below 2 conversations in 100, occasional below 10, and frequent from there on. A style "
    "is named when it shows in half of the frictions somebody took part in; intensity is mild below two "
    "messages against the other in each, moderate below four, and strong from four. A repair counts as taken up "
    "when the other forgives, repairs too, thanks or is fond within the hour."
)
_SOURCES = (
    "Christensen & Heavey (1990), Gender and social structure in the demand/withdraw pattern: the roles.",
    "Gottman & Levenson (1992), Marital processes predictive of later dissolution: the ratio alone, no prediction.",
    "Rusbult et al. (1991), Accommodation processes in close relationships: the idea of repair.",
)
_HALF = 0.5
_REPAIR_WORDS = {
    Act.APOLOGY: "an apology",
    Act.REPAIR: "taking one's own share, or asking to talk",
    Act.AFFECTION: "fond words",
    Act.LAUGHTER: "a laugh",
}
_PATTERN_WORDS = {
    "pressing and stepping back": "One presses for an answer while the other steps back",
    "criticism answered with criticism": "Both sides criticise or demand",
    "words that belittle": "Words that belittle are used",
}
_PATTERN_ACTS = {
    "pressing and stepping back": {Act.DEMAND, Act.WITHDRAWAL},
    "criticism answered with criticism": {Act.CRITICISM, Act.DEMAND},
    "words that belittle": {Act.CONTEMPT},
}


def analyse(view: View) -> Finding:
    """From friction, repairs and support; a chat without friction is told as such."""
    pair = pair_of(view)
    strain = Strain(pair, tension.clashes(view), exchanges.support(view))
    content = _Conflict(view, strain).content()
    return Finding(
        content=content,
        measures=pair.say.all,
        coverage=view.coverage(view.positions(WARM | NEGATIVE)),
        method=_METHOD,
        sources=_SOURCES,
        positions=list(dict.fromkeys(at for clash in strain.clashes for at in tension.passage(view, clash)))[:50],
    )


@dataclass(frozen=True, slots=True)
class _Conflict:
    view: View
    strain: Strain

    def content(self) -> Content:
        components = self.strain.components()
        return Content(
            conflict_presence=self._presence(),
            conflict_triggers=self._triggers(),
            individual_styles=IndividualStyles(
                participants=[self._style(person) for person in self.strain.pair.people]
            ),
            stress_communication=self._stress(),
            repair_recovery=self._repair(),
            positive_behaviors=self._positive(),
            destructive_patterns=self._destructive(),
            stress_support=self._support(),
            recommendations=self._recommendations(components),
            overall=self._overall(components),
        )

    @property
    def _clashes(self) -> Sequence[Clash]:
        return self.strain.clashes

    def _presence(self) -> ConflictPresence:
        touched, say = self.strain.touched, self.strain.pair.say
        sessions = say.count("sessions", touched.of, "statistics.sessions.count")
        steps = [(10.0, "frequent"), (2.0, "occasional"), (0.001, "rare")]
        assessment = (
            f"In {sessions} conversations the word lists find no friction: nowhere do the two write against each "
            "other within a quarter of an hour. What is said aloud is not seen."
        )
        if self._clashes:
            told = say.share("friction.sessions", touched, FRICTION)
            assessment = f"The chat holds {self.strain.frictions()}, in {told} of its {sessions} conversations."
        return ConflictPresence(
            visible_conflicts=bool(self._clashes),
            frequency=graded(touched.percent or 0.0, steps, NONE_SEEN),
            assessment=assessment,
        )

    def _triggers(self) -> list[ConflictTrigger]:
        by_subject: dict[Act | None, list[Clash]] = {}
        for clash in self._clashes:
            by_subject.setdefault(next(iter(tension.subjects(self.view, clash)), None), []).append(clash)
        ranked = sorted(by_subject.items(), key=lambda entry: (entry[0] is None, -len(entry[1])))
        return [self._trigger(subject, found) for subject, found in ranked[:3]]

    def _trigger(self, subject: Act | None, found: list[Clash]) -> ConflictTrigger:
        times = self.strain.times(f"subject.{subject or 'none'}", len(found))
        if subject is None:
            name, told = "subject not told", f"no subject that the word lists know comes up {times}"
        else:
            name = TOPIC_NAMES[subject]
            told = f"words about {name} come up {times}"
        return ConflictTrigger(
            trigger_type=name,
            description=f"In {self.strain.frictions()}, {told}. That tells what was mentioned, not why it hurt.",
            evidence=[tension.told(self.view, clash) for clash in found[:2]],
        )

    def _style(self, person: int) -> StyleOfParticipant:
        own = [clash for clash in self._clashes if person in clash.people]
        name = self.view.name(person)
        if not own:
            return StyleOfParticipant(
                name=name,
                style="not seen",
                intensity=NONE_SEEN,
                description=f"No friction was found in which {name} takes part, so no style can be told.",
                evidence=[],
            )
        counts = {
            "presses for an answer": sum(person in clash.demanded for clash in own),
            "steps back": sum(person in clash.withdrew for clash in own),
            "offers the repair": sum(clash.repairer == person for clash in own),
        }
        shown = [style for style, count in counts.items() if count >= _HALF * len(own)]
        counts = {"comes in first": sum(clash.starter == person for clash in own), **counts}
        told = [f"{style} {self.strain.times(f'{style}:{name}', count)}" for style, count in counts.items() if count]
        against = sum(self.view.sender(position) == person for clash in own for position in clash.negative) / len(own)
        mean = self.strain.pair.say.number(
            f"friction.messages:{name}", round(against, 1), "messages", len(own), FRICTION
        )
        told.append(f"writes {mean} messages against the other each time on average")
        return StyleOfParticipant(
            name=name,
            style=joined(shown) or "says it directly",
            intensity=graded(against, [(4.0, "strong"), (2.0, "moderate")], "mild"),
            description=f"In {self.strain.frictions()}, {name} {joined(told)}.",
            evidence=[self._answer(clash, person) for clash in evidence.spaced(own, 2)],
        )

    def _answer(self, clash: Clash, person: int) -> Exchange:
        """What somebody writes in it, behind what the other wrote."""
        own = [position for position in clash.negative if self.view.sender(position) == person]
        before = [at for at in self.view.preceding(own[-1], 3, 900) if self.view.sender(at) != person]
        return evidence.exchange(self.view, [*before[-1:], own[-1]], f"{self.view.name(person)} in a tense moment.")

    def _stress(self) -> StressCommunication:
        if not self._clashes:
            return StressCommunication(
                pattern_description="No friction was found, so no change under it can be told.",
                initiator="nobody seen",
                changes=[],
            )
        both = self.strain.hurting().get("pressing and stepping back", [])
        told = self.strain.times("demand_withdraw", len(both))
        first = self.strain.pair.first([clash.negative[0] for clash in self._clashes])
        return StressCommunication(
            pattern_description=f"In {self.strain.frictions()}, one presses while the other steps back {told}.",
            initiator=first,
            changes=self.strain.changes(),
        )

    def _repair(self) -> RepairRecovery:
        repaired = [clash for clash in self._clashes if clash.repair is not None]
        if not repaired:
            none = "There was nothing to repair" if not self._clashes else "No repair was found"
            return RepairRecovery(
                strategies=[],
                initiator="nobody seen",
                timeframe=f"{none} in what could be read.",
                effectiveness=f"{none} in what could be read.",
                evidence=[],
            )
        say, pair = self.strain.pair.say, self.strain.pair
        after = tension.told_lag(say, sorted(clash.lag or 0 for clash in repaired))
        say.share("friction.taken_up", self.strain.taken_up, REPAIRED)
        taken = self.strain.times("mended", self.strain.taken_up.count)
        times = self.strain.times("repaired", len(repaired))
        repairs = [clash.repair for clash in repaired if clash.repair is not None]
        shown = [mended for clash in evidence.spaced(repaired, 3) if (mended := tension.mending(self.view, clash))]
        return RepairRecovery(
            strategies=[words for act, words in _REPAIR_WORDS.items() if any(self.view.has(at, act) for at in repairs)],
            initiator=pair.first(repairs),
            timeframe=f"Of {self.strain.frictions()}, a repair is offered {times}, {after}.",
            effectiveness=f"The other takes it up within the hour {taken}.",
            evidence=shown,
        )

    def _positive(self) -> list[PositiveBehavior]:
        return [
            PositiveBehavior(behavior=title, description=description, evidence=shown)
            for title, description, shown in self.strain.helping()
        ]

    def _destructive(self) -> DestructivePatterns:
        found = self.strain.hurting()
        patterns = [
            DestructivePattern(
                pattern_type=name,
                description=f"{_PATTERN_WORDS[name]} {self.strain.times(name, len(clashes))} in "
                f"{self.strain.frictions()}.",
                severity=self.strain.severity(clashes),
                evidence=[
                    tension.showing(self.view, clash, _PATTERN_ACTS[name], f"{_PATTERN_WORDS[name]}.")
                    for clash in clashes[:2]
                ],
            )
            for name, clashes in found.items()
        ]
        if not patterns:
            assessment = "None of the patterns looked for was found: pressing and stepping back, criticism answered "
            assessment += "with criticism, and words that belittle."
        else:
            assessment = f"Seen in the messages: {joined(list(found))}. A pattern takes two, and says nothing of fault."
        return DestructivePatterns(present=bool(patterns), assessment=assessment, patterns=patterns)

    def _support(self) -> StressSupport:
        moments = self.strain.support
        if not moments:
            return StressSupport(analysis="No message was found in which one writes of something hard.", evidence=[])
        return StressSupport(
            analysis=self.strain.told_support(),
            evidence=evidence.replies(
                self.view,
                moments,
                3,
                lambda moment: (
                    f"{self.view.name(moment.by)} {closeness.opening(self.view, moment.cue)}, and "
                    f"{self.view.name(moment.replier)} answers with {closeness.supporting(self.view, moment.reply)}."
                ),
                OPENING_UP,
            ),
        )

    def _recommendations(self, components: list[Component]) -> list[Recommendation]:
        return [
            Recommendation(
                title=advice.title,
                target=advice.target,
                suggestion=advice.suggestion,
                example_phrases=[advice.example],
            )
            for advice in map(self.strain.advice, weakest(components))
        ]

    def _overall(self, components: list[Component]) -> Overall:
        return Overall(
            score=score(components),
            summary=self.strain.summary(),
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "being angry with each other, an argument",
        "you always do this, you never listen",
        "I don't want to talk about it, leave me alone",
        "I'm sorry, it was my fault, can we talk",
    ),
    instruction=(
        "Describe how these two write when it gets tense, and how they find back. Friction is given as episodes "
        "in which both wrote against each other: keep to them and to their numbers, and where there are none, "
        "say so and invent none. conflict_triggers name what was being talked about, never why somebody felt "
        "hurt. individual_styles tell what each writes in friction - presses, steps back, offers the repair, "
        "says it directly - in words that the person could read without feeling judged, and in the same measure "
        "for both. stress_communication tells how messages change: longer, shorter, faster. repair_recovery "
        "tells who offers the first repair, after how long, and whether the other takes it up. "
        "positive_behaviors are what the quoted messages show, not what would be nice to see. "
        "destructive_patterns are ways of talking, never traits: no word for a disorder, no 'toxic', no guess "
        "at how the relationship will end. stress_support is about hard days, not about friction. Take neither "
        "side, name no winner, and let every recommendation start from one of the given numbers and end in a "
        "sentence that could be sent."
    ),
    analyse=analyse,
    acts=frozenset({*NEGATIVE, *REPAIRING, *ACCEPTING_REPAIR, *OPENING_UP, *SUPPORTIVE, Act.WITHDRAWAL}),
)
