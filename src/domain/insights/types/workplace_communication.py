"""Communication Effectiveness: is it clear, timely and polite?"""

from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence
from domain.insights.analyst.acts import NEGATIVE, Act
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import graded, joined, leader
from domain.insights.analyst.scoring import score
from domain.insights.analyst.talk import Talk
from domain.insights.analyst.view import View
from domain.insights.analyst.work import TASKS, Work
from domain.insights.analyst.work_claims import GAP_BELOW, coverage, extremes, ranked, shown, strengths
from domain.insights.analyst.work_talk import COURTESY, TELLING, WorkTalk
from domain.insights.content import Component, Exchange, RatedAnalysis, RatedAssessment, Recommendation, Score, Strength
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="workplace_communication",
    display_title="Communication Effectiveness",
    description="Is it clear, timely and polite?",
    icon="💼",
    for_groups=True,
)


class ClarityDirectnessParticipant(msgspec.Struct, kw_only=True):
    name: str
    clarity_rating: str
    description: str
    evidence: list[Exchange]


class ClarityDirectness(msgspec.Struct, kw_only=True):
    participants: list[ClarityDirectnessParticipant]


class ToneProfessionalismParticipant(msgspec.Struct, kw_only=True):
    name: str
    tone_description: str
    evidence: list[Exchange]


class ToneProfessionalism(msgspec.Struct, kw_only=True):
    overall_tone: str
    assessment: str
    participants: list[ToneProfessionalismParticipant]


class InformationFlow(msgspec.Struct, kw_only=True):
    style: str
    proactive_participant: str
    analysis: str


class Conciseness(msgspec.Struct, kw_only=True):
    assessment: str
    description: str


class CommunicationGap(msgspec.Struct, kw_only=True):
    gap: str
    description: str
    impact: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    effectiveness_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_quality: RatedAssessment
    clarity_directness: ClarityDirectness
    tone_professionalism: ToneProfessionalism
    responsiveness: RatedAnalysis
    information_flow: InformationFlow
    conciseness: Conciseness
    communication_strengths: list[Strength]
    communication_gaps: list[CommunicationGap]
    recommendations: list[Recommendation]
    overall: Overall


_BACK_OFTEN, _BACK_SOMETIMES, _BACK_LEAST = 3.0, 1.0, 2
_SOFT = 10.0
_SHARP, _SHARP_LEAST = 3.0, 3
_UNASKED = 1.5
_LATE_OFTEN, _LATE_LEAST = 25.0, 20
_METHOD = (
    "Word lists mark requests, commitments, updates, courtesy, hedges and sharp words; answers and their times come "
    "from the statistics. Somebody is often asked back when others ask what was meant after 3 or more in 100 messages, "
    "sometimes from 1, and twice at least; otherwise the wording is clear, and soft where hedges stand in 10 or more "
    "in 100. A tone is sharp at times from 3 sharp messages and 3 in 100, courteous from 10 in 100 with thanks or "
    "please, polite from 4, plain below. Answers are prompt when 80 % come within the hour, mostly prompt from 50 %. "
    "Information is mostly told unasked when informing messages are 1.5 times the questions, and mostly asked for the "
    "other way round. Messages are concise below 12 words on average and detailed from 30. Work reaches into evenings "
    "when a quarter of the messages about tasks lie outside usual hours. The score is strong and effective from 8, "
    "solid and mostly effective from 5. What is said in calls and meetings is not seen."
)
_SOURCES = (
    "Brown and Levinson (1987), Politeness: some universals in language usage.",
    "Searle (1969), Speech acts: requests, commitments and statements.",
    "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
)


def analyse(view: View) -> Finding:
    """From the statistics and the word lists; for two people and for groups."""
    people, say = view.voices(), Measures()
    work = Work(view, people, say)
    content = _Effectiveness(view, work, WorkTalk(work, Talk(view, people, say))).content()
    return Finding(
        content=content,
        measures=say.all,
        coverage=coverage(view, view.positions({*TASKS, *COURTESY, Act.CLARIFICATION})),
        method=_METHOD,
        sources=_SOURCES,
        positions=evidence.choose(view, view.positions({Act.REQUEST, Act.CLARIFICATION, Act.UPDATE}), 30),
    )


@dataclass(frozen=True, slots=True)
class _Effectiveness:
    view: View
    work: Work
    found: WorkTalk

    def content(self) -> Content:
        found = self.found
        components = ranked(found.components())
        lacks = [found.lack(part.name) for part in components if part.value < GAP_BELOW]
        if self._is_late():
            lacks.append(found.late_work())
        total, told = score(components), extremes(components)
        return Content(
            overall_quality=RatedAssessment(
                rating=graded(total, [(8, "strong"), (5, "solid")], "mixed"), assessment=told
            ),
            clarity_directness=ClarityDirectness(participants=[self._clarity(person) for person in self.work.people]),
            tone_professionalism=self._tone(),
            responsiveness=self._responsiveness(),
            information_flow=self._flow(),
            conciseness=self._conciseness(),
            communication_strengths=strengths(self.view, found.merits()),
            communication_gaps=[
                CommunicationGap(gap=lack.title, description=lack.finding, impact=lack.effect) for lack in lacks
            ],
            recommendations=[found.lack(part.name).recommendation for part in components[:2]],
            overall=Overall(
                score=total,
                effectiveness_status=graded(total, [(8, "effective"), (5, "mostly effective")], "uneven"),
                summary=found.summary(),
                components=components,
            ),
        )

    def _is_late(self) -> bool:
        late = self.work.off_hours
        return late is not None and late.of >= _LATE_LEAST and (late.percent or 0.0) >= _LATE_OFTEN

    def _clarity(self, person: int) -> ClarityDirectnessParticipant:
        found, name = self.found, self.work.name(person)
        when = f" A day or a time stands in {found.told_dated(person)}." if found.dated(person).of else ""
        rating = _clarity_rating(found.asked_back(person), self.view.rate(Act.HEDGE, person))
        unclear = found.unclear(person) if rating.endswith("asked back") else {}
        return ClarityDirectnessParticipant(
            name=name,
            clarity_rating=rating,
            description=f"Of {name}'s messages, others ask back about {found.told_asked_back(person)}; hedges such as "
            f"maybe or I think stand in {self.work.told_rate('hedges', Act.HEDGE, person)}.{when}",
            evidence=[
                *shown(self.view, unclear, 1, found.told_unclear),
                *shown(self.view, found.clear(person), 2, found.told_clear, TELLING),
            ],
        )

    def _tone(self) -> ToneProfessionalism:
        found, work = self.found, self.work
        return ToneProfessionalism(
            overall_tone=self._tone_label(None),
            assessment=f"Thanks, please and other polite words stand in {work.told_rate('courtesy', COURTESY)}; anger, "
            f"criticism, contempt or a demand in {work.told_sharp()}.",
            participants=[
                ToneProfessionalismParticipant(
                    name=work.name(person),
                    tone_description=f"{self._tone_label(person).capitalize()}: polite words in "
                    f"{work.told_rate('courtesy', COURTESY, person)}, sharp words in {work.told_sharp(person)}.",
                    evidence=shown(self.view, found.polite(person), 2, found.told_polite, COURTESY),
                )
                for person in work.people
            ],
        )

    def _tone_label(self, person: int | None) -> str:
        sharp = self.work.sharpness(person)
        if sharp.count >= _SHARP_LEAST and (sharp.percent or 0.0) >= _SHARP:
            return "sharp at times"
        courtesy = self.view.rate(COURTESY, person).percent or 0.0
        return graded(courtesy, [(10, "courteous"), (4, "polite")], "plain")

    def _responsiveness(self) -> RatedAnalysis:
        talk = self.found.talk
        within = talk.within_an_hour
        told = [f"Of all answers, {talk.told_within_an_hour()} come within the hour."] if within.of else []
        if talk.answers:
            told.append(f"Within a day, {talk.told_answers()} of the questions are followed by somebody else.")
        answering = [person for person in self.work.people if self.view.stats(person).turn_taking.response_time.n]
        if answering:
            each = [f"{self.work.name(person)} {talk.told_median(person)}" for person in answering]
            told.append(f"A typical answer takes {joined(each)}.")
        rating = graded(within.percent or 0.0, [(80, "prompt"), (50, "mostly prompt")], "with waits")
        return RatedAnalysis(
            rating=rating if within.of else "none seen",
            analysis=" ".join(told) or "Nobody answers anybody within four hours.",
            evidence=shown(self.view, self.found.answered, 3, self.found.told_answered),
        )

    def _flow(self) -> InformationFlow:
        view, work = self.view, self.work
        informing, asking = work.informing, view.asking()
        first = leader(work.people, lambda person: work.rate_of(informing, person))
        told = [f"{work.name(person)} {work.told_rate_of('informing', informing, person)}" for person in work.people]
        count = work.say.count("informing", len(informing), "Messages with a phrase of the word list.")
        questions = work.say.count("questions", len(asking), "Messages with a question mark.")
        return InformationFlow(
            style=_flow_style(len(informing), len(asking)),
            proactive_participant="shared" if first is None else work.name(first),
            analysis=f"Messages that say how things stand, what is done or what is in the way: {count}; questions: "
            f"{questions}. Messages of the first kind, by person: {joined(told)}.",
        )

    def _conciseness(self) -> Conciseness:
        view, work, source = self.view, self.work, "statistics.user_stats.word_count_all"
        stats = [view.stats(person) for person in work.people]
        n = sum(entry.text_messages.count for entry in stats)
        mean = sum(entry.word_count_all for entry in stats) / max(1, n)
        told = work.say.number("words_per_message", round(mean, 1), "words", n, source)
        each = [f"{work.name(person)} {self._told_several(person)} %" for person in work.people]
        return Conciseness(
            assessment=graded(mean, [(30, "detailed"), (12, "moderate")], "concise"),
            description=f"A message has {told} words on average. Turns of two or more messages in a row, of all turns: "
            f"{joined(each)}.",
        )

    def _told_several(self, person: int) -> str:
        stats, source = self.view.stats(person), "statistics.user_stats.double_texting_rate"
        name = f"double_texting:{self.work.name(person)}"
        rate = round(stats.double_texting_rate)
        return self.work.say.number(name, rate, "percent of turns", stats.turn_taking.turns, source)


def _clarity_rating(back: Proportion, hedges: Proportion) -> str:
    if back.count >= _BACK_LEAST and (back.percent or 0.0) >= _BACK_SOMETIMES:
        return "often asked back" if (back.percent or 0.0) >= _BACK_OFTEN else "sometimes asked back"
    return "clear, softly worded" if (hedges.percent or 0.0) >= _SOFT else "clear and direct"


def _flow_style(informing: int, asking: int) -> str:
    if not informing and not asking:
        return "none seen"
    if informing >= _UNASKED * asking:
        return "mostly told unasked"
    return "mostly asked for" if asking >= _UNASKED * informing else "told and asked for alike"


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "could you please send, review or prepare something by a certain day",
        "asking what was meant, which one, not sure I understand",
        "for your information, a quick update on where things stand",
        "thanking a colleague for help or a quick answer",
    ),
    instruction=(
        "Describe how well this team, or these two colleagues, talk about their work: whether messages say what is "
        "wanted, from whom and until when; whether questions get an answer, and how soon; whether requests and "
        "replies are polite; and whether news comes before somebody has to ask. clarity_directness is about wording "
        "alone: look for named things, people and days, for hedges, and for questions about what was meant. "
        "tone_professionalism is about courtesy and sharp words as they stand in the messages, never about a person's "
        "character. In responsiveness keep the given times and shares, and give no reason for a late answer: calendars "
        "and time zones are not in the chat. information_flow names who tells unasked only where the numbers are "
        "certain, and says shared otherwise. conciseness is no virtue by itself: a long message may be the right one. "
        "Each gap starts from one of the given numbers and says what it costs the work, not who is to blame. Rank "
        "nobody, judge nobody's performance, and say nothing of careers or contracts. Each recommendation asks for one "
        "small habit and ends in a sentence that could be sent to a colleague."
    ),
    analyse=analyse,
    acts=frozenset({*TASKS, *COURTESY, *NEGATIVE, Act.HEDGE, Act.CLARIFICATION}),
)
