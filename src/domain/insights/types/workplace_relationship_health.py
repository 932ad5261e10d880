"""Team Relationship Health: respect, safety, strain?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import evidence
from domain.insights.analyst.acts import NEGATIVE, Act
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import graded, joined, leader
from domain.insights.analyst.scoring import score
from domain.insights.analyst.talk import Talk
from domain.insights.analyst.view import View
from domain.insights.analyst.work import LEAST, RATE, TASKS, Work
from domain.insights.analyst.work_claims import GAP_BELOW, coverage, extremes, ranked, shown, strengths
from domain.insights.analyst.work_climate import APPRECIATION, PLAIN_VOICES, RAPPORT, VOICES, WorkClimate
from domain.insights.content import (
    Component,
    Exchange,
    RatedAnalysis,
    RatedAssessment,
    RatedDescription,
    Recommendation,
    Score,
    Strength,
)
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="workplace_relationship_health",
    display_title="Team Relationship Health",
    description="Respect, safety, strain?",
    icon="🌱",
    for_groups=True,
)


class PowerDynamic(msgspec.Struct, kw_only=True):
    assessment: str
    description: str


class PositiveReinforcement(msgspec.Struct, kw_only=True):
    level: str
    primary_giver: str
    description: str
    evidence: list[Exchange]


class StressSignal(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    signals: list[str]


class AreasToStrengthen(msgspec.Struct, kw_only=True):
    area: str
    description: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    health_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_quality: RatedAssessment
    mutual_respect: RatedAnalysis
    psychological_safety: RatedAnalysis
    power_dynamics: PowerDynamic
    positive_reinforcement: PositiveReinforcement
    stress_signals: StressSignal
    interpersonal_rapport: RatedDescription
    relationship_strengths: list[Strength]
    areas_to_strengthen: list[AreasToStrengthen]
    recommendations: list[Recommendation]
    overall: Overall


_PAIR = 2
_OPEN, _PARTLY_OPEN = (3.0, 80.0), (1.5, 60.0)
_STRAIN, _STRAIN_LEAST = 2.0, 3
_LATE_OFTEN, _LATE_LEAST = 25.0, 20
_FRICTION = "Two or more sharp messages of two or more people within 15 minutes."
_ASKS = "Requests and expectations, of all of them."
_STYLE = "statistics.style_matching"
_METHOD = (
    "Word lists mark thanks and praise, disagreement, blockers, questions back, apologies, sharp words, distress, "
    "laughter and greetings; shares of messages come from the statistics. Respect is high below 1 sharp message in "
    "100, fair below 3, strained from there, and 3 messages at least. Speaking up is open from 3 in 100 such messages "
    "with 80 % of the moments answered without a sharp word, partly open from 1.5 and 60 %, seldom seen below. "
    "Somebody leads who has clearly the most, and at least 1.2 times the even share, of the conversations opened, the "
    "messages or the requests. Thanks and praise are frequent from 8 in 100 messages, steady from 4, occasional from "
    "1, rare below. A stress signal is 3 messages and 2 in 100 about worry, exhaustion or pressure, an episode of "
    "friction, or a quarter of the messages about tasks outside usual hours. Rapport is warm from 15 in 100, friendly "
    "from 6, businesslike below. The score is strong and healthy from 8, solid and mostly healthy from 5. It describes "
    "what is written, not what anybody thinks or feels."
)
_SOURCES = (
    "Edmondson (1999), Psychological safety and learning behavior in work teams: the behaviours alone, as written.",
    "Brown and Levinson (1987), Politeness: some universals in language usage.",
    "Shannon (1948), A mathematical theory of communication: evenness.",
    "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
)


def analyse(view: View) -> Finding:
    """From the statistics and the word lists; for two people and for groups."""
    people, say = view.voices(), Measures()
    climate = WorkClimate(Work(view, people, say), Talk(view, people, say))
    return Finding(
        content=_Health(view, climate).content(),
        measures=say.all,
        coverage=coverage(view, [*view.positions(APPRECIATION | RAPPORT), *climate.voiced]),
        method=_METHOD,
        sources=_SOURCES,
        positions=evidence.choose(view, [*climate.well_received, *climate.thanked], 30),
    )


@dataclass(frozen=True, slots=True)
class _Health:
    view: View
    climate: WorkClimate

    def content(self) -> Content:
        climate = self.climate
        components = ranked(climate.components())
        lacks = [climate.lack(part.name) for part in components if part.value < GAP_BELOW]
        total, told = score(components), extremes(components)
        return Content(
            overall_quality=RatedAssessment(
                rating=graded(total, [(8, "strong"), (5, "solid")], "mixed"), assessment=told
            ),
            mutual_respect=self._respect(),
            psychological_safety=self._safety(),
            power_dynamics=self._power(),
            positive_reinforcement=self._reinforcement(),
            stress_signals=self._stress(),
            interpersonal_rapport=self._rapport(),
            relationship_strengths=strengths(self.view, climate.merits()),
            areas_to_strengthen=[
                AreasToStrengthen(area=lack.title, description=f"{lack.finding} {lack.effect}") for lack in lacks
            ],
            recommendations=[climate.lack(part.name).recommendation for part in components[:2]],
            overall=Overall(
                score=total,
                health_status=graded(total, [(8, "healthy"), (5, "mostly healthy")], "under strain"),
                summary=climate.summary(),
                components=components,
            ),
        )

    @property
    def _work(self) -> Work:
        return self.climate.work

    def _respect(self) -> RatedAnalysis:
        climate, work, sharp = self.climate, self._work, self._work.sharpness()
        rating = "high"
        if sharp.count >= LEAST:
            rating = graded(-(sharp.percent or 0.0), [(-1, "high"), (-3, "fair")], "strained")
        each = [f"{work.name(person)} {work.told_sharp(person)}" for person in work.people]
        softened = shown(self.view, self._softened(), 2, climate.told_voice, Act.DISSENT)
        thanked = shown(self.view, climate.thanked, 2, climate.told_thanks, APPRECIATION)
        return RatedAnalysis(
            rating=rating,
            analysis=f"Anger, criticism, contempt or a demand, and no kind word, stands in {work.told_sharp()}; by "
            f"person: {joined(each)}. {climate.told_softened()}",
            evidence=softened if softened or rating == "strained" else thanked,
        )

    def _softened(self) -> dict[int, list[int | None]]:
        """Disagreement that was answered kindly."""
        received = self.climate.well_received
        return {position: received[position] for position in self.climate.dissent if position in received}

    def _safety(self) -> RatedAnalysis:
        climate = self.climate
        voiced, welcomed = climate.speaking_up().percent or 0.0, climate.welcomed.percent or 0.0
        if not climate.voiced:
            none = "The word lists find no disagreement, blocker, question back or apology."
            return RatedAnalysis(rating="none seen", analysis=none, evidence=[])
        open_, partly = ((voiced >= often and welcomed >= well) for often, well in (_OPEN, _PARTLY_OPEN))
        kinds = Counter(VOICES[deed] for deed in climate.voiced.values())
        source = "Messages of this kind, by the word lists."
        told = [
            f"{kind} {self._work.say.count(f'{kind}.count', kinds[kind], source)}" for kind, _ in kinds.most_common()
        ]
        return RatedAnalysis(
            rating="open" if open_ else "partly open" if partly else "seldom seen",
            analysis=f"Messages that speak up make up {climate.told_speaking_up()}. Counted by kind: {joined(told)}. "
            f"Of such moments, {climate.told_welcomed()} are answered within four hours without a sharp word.",
            evidence=shown(self.view, climate.well_received, 3, climate.told_voice, PLAIN_VOICES),
        )

    def _power(self) -> PowerDynamic:
        climate, work, talk = self.climate, self._work, self.climate.talk
        asks = work.shared_among(climate.requests)
        source = {"conversations opened": talk.started, "messages": talk.messages, "requests": asks}
        leads = {name: first for name, share in source.items() if (first := work.leads(share)) is not None}
        told = {"conversations opened": talk.told_started, "messages": talk.told_messages, "requests": self._told_asks}
        sentences = [f"{work.name(first)} has {told[name](first)} of the {name}." for name, first in leads.items()]
        most = max(Counter(leads.values()).values(), default=0)
        assessment = "even" if not leads else "one person leads" if most >= _PAIR else "led in parts"
        return PowerDynamic(
            assessment=assessment,
            description=" ".join(sentences)
            or f"Nobody clearly leads in opening conversations, in writing or in asking. {climate.told_balance()}",
        )

    def _told_asks(self, person: int) -> str:
        found = self._work.shared_among(self.climate.requests)(person)
        return self._work.say.share(f"requests.share:{self._work.name(person)}", found, _ASKS)

    def _reinforcement(self) -> PositiveReinforcement:
        climate, work = self.climate, self._work
        first = leader(work.people, climate.appreciation)
        each = [f"{work.name(person)} {climate.told_appreciation(person)}" for person in work.people]
        steps = [(8, "frequent"), (4, "steady"), (1, "occasional")]
        return PositiveReinforcement(
            level=graded(climate.appreciation().percent or 0.0, steps, "rare"),
            primary_giver="shared" if first is None else work.name(first),
            description=f"Thanks, praise or congratulations stand in {climate.told_appreciation()}; by person: "
            f"{joined(each)}.",
            evidence=shown(self.view, climate.thanked, 3, climate.told_thanks, {Act.PRAISE, Act.THANKS}),
        )

    def _stress(self) -> StressSignal:
        signals = list(self._signals())
        none = "No stress signal reaches its threshold in the messages that could be read."
        return StressSignal(
            present=bool(signals),
            description="These are things written more often than the thresholds in the method; what lies behind them "
            "cannot be told from a chat."
            if signals
            else none,
            signals=signals,
        )

    def _signals(self) -> Iterator[str]:
        work, strain = self._work, self.view.rate(Act.DISTRESS)
        if strain.count >= _STRAIN_LEAST and (strain.percent or 0.0) >= _STRAIN:
            yield f"Worry, exhaustion or pressure is written about in {work.say.rate('distress.rate', strain, RATE)}."
        if self.climate.episodes:
            count = work.say.count("friction.episodes", len(self.climate.episodes), _FRICTION)
            yield f"Episodes in which two or more people write sharply within minutes: {count}."
        late = work.off_hours
        if late is not None and late.of >= _LATE_LEAST and (late.percent or 0.0) >= _LATE_OFTEN:
            yield work.told_off_hours()

    def _rapport(self) -> RatedDescription:
        climate = self.climate
        steps = [(15, "warm"), (6, "friendly")]
        return RatedDescription(
            rating=graded(climate.rapport().percent or 0.0, steps, "businesslike"),
            description="Laughter, greetings, congratulations and questions about how somebody is stand in "
            f"{climate.told_rapport()}.{self._told_style()}",
            evidence=shown(self.view, climate.friendly, 3, climate.told_friendly, Act.CHECK_IN),
        )

    def _told_style(self) -> str:
        """A sentence about the likeness of two people's function words, where both wrote enough."""
        style = self.view.statistics.style_matching
        if style is None or len(self._work.people) != _PAIR:
            return ""
        interval = (style.score_low, style.score_high)
        told, low, high = (
            self._work.say.number(name, value, "of 1", style.words, _STYLE, interval=interval)
            for name, value in (
                ("style_matching", style.score),
                ("style_matching.low", style.score_low),
                ("style_matching.high", style.score_high),
            )
        )
        return f" The two use small words alike to {told} of a possible one (95 % interval {low} to {high})."


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "thank you, great work, well done to a colleague",
        "I see it differently, I'm not sure about this plan, I have concerns",
        "my mistake, sorry about that, I should have checked",
        "stressed, overwhelmed, too much work, exhausted",
    ),
    instruction=(
        "Describe the climate between these colleagues as far as it is written: courtesy and sharp words, whether "
        "doubts, mistakes and blockers are said and how they are answered, who has how much of the word, thanks and "
        "praise, signs of strain, and room for more than tasks. mutual_respect rests on the given rate of sharp "
        "messages and on how disagreement is worded. psychological_safety is about behaviour in the chat: somebody "
        "disagrees, asks back, is stuck or owns up, and what comes back; never say that anybody feels safe or unsafe. "
        "power_dynamics names who opens conversations, writes or asks most, only where it is certain; asking much may "
        "be somebody's job. positive_reinforcement is thanks and praise, with what they were for. stress_signals holds "
        "only what reaches the given thresholds; explain none of it, and diagnose nobody. interpersonal_rapport is "
        "laughter, greetings and questions about each other; a businesslike tone is no fault. Quiet is not agreement, "
        "and few words are no coldness. areas_to_strengthen and recommendations start from one of the given numbers, "
        "blame nobody, and end in a sentence that a colleague could send. Give no advice on managing or dismissing "
        "people."
    ),
    analyse=analyse,
    acts=frozenset(
        {*APPRECIATION, *RAPPORT, *NEGATIVE, *TASKS, Act.DISSENT, Act.CLARIFICATION, Act.APOLOGY, Act.REPAIR}
    ),
)
