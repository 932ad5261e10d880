"""Playfulness & Keeping Romance Alive: is it fun, teasing, flirtatious, and for both?"""

from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import evidence
from domain.insights.analyst.acts import Act
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.phrasing import graded, joined
from domain.insights.analyst.play import BANTER, FOND_WORDS, FUN, FUN_TOPICS, GAPS, LAUGHTER, LIFTED, SPONTANEOUS, Play
from domain.insights.analyst.references import Reference, spelt
from domain.insights.analyst.romance import FREQUENCY_RULE, Pair, frequency, pair_of
from domain.insights.analyst.scoring import score, share, weakest
from domain.insights.analyst.view import View
from domain.insights.content import BestMoment, Component, Exchange, LevelAssessment, Line, Quote, Score
from domain.insights.kinds import Finding, InsightKind, InsufficientData

ROW = InsightTypeRow(
    name="playfulness_romance",
    display_title="Playfulness & Keeping Romance Alive",
    description="Is it fun, teasing, flirtatious, and for both?",
    icon="😄",
    for_groups=False,
)


class HumorOfParticipant(msgspec.Struct, kw_only=True):
    name: str
    humor_types: list[str]
    description: str
    evidence: list[Line]


class HumorStyles(msgspec.Struct, kw_only=True):
    participants: list[HumorOfParticipant]
    initiator: str


class InsideJoke(msgspec.Struct, kw_only=True):
    joke_or_reference: str
    context: str
    evidence: list[Line]


class FlirtationOfParticipant(msgspec.Struct, kw_only=True):
    name: str
    frequency: str
    style: str


class Flirtation(msgspec.Struct, kw_only=True):
    participants: list[FlirtationOfParticipant]
    balance: str
    evidence: list[Quote]


class TeasingBanter(msgspec.Struct, kw_only=True):
    present: bool
    assessment: str
    balance: str
    evidence: list[Exchange]


class Spontaneity(msgspec.Struct, kw_only=True):
    present: bool
    initiator: str
    description: str
    evidence: list[Quote]


class EmojiUsage(msgspec.Struct, kw_only=True):
    description: str
    match_level: str


class FunActivities(msgspec.Struct, kw_only=True):
    discussed: bool
    types: list[str]
    evidence: list[Line]


class MoodLifting(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    evidence: list[Exchange]


class RomanceMaintenance(msgspec.Struct, kw_only=True):
    rating: str
    description: str
    evidence: list[Line]


class PlayfulnessGap(msgspec.Struct, kw_only=True):
    gap: str
    suggestion: str


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    suggestion: str
    examples: list[str]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    spark_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_playfulness: LevelAssessment
    humor_styles: HumorStyles
    inside_jokes: list[InsideJoke]
    flirtation: Flirtation
    teasing_banter: TeasingBanter
    spontaneity: Spontaneity
    emoji_usage: EmojiUsage
    fun_activities: FunActivities
    mood_lifting: MoodLifting
    romance_maintenance: RomanceMaintenance
    playfulness_gaps: list[PlayfulnessGap]
    best_moments: list[BestMoment]
    recommendations: list[Recommendation]
    overall: Overall


_LEAST = 3
"""Messages that laugh, tease, flirt or are fond below which nothing is said of them."""
_METHOD = (
    "Playfulness is high from 15 messages in 100 that laugh, tease or flirt, moderate from 5, low below. A "
    "message counts as funny when the other laughs within three messages and five minutes; teasing counts where "
    "it laughs or is answered with a laugh or a tease; flirting and fond words where the words around them speak "
    "to the other. Inside jokes are words in no list that both come back to near laughter. Emoji match from a "
    "similarity of 0.7, and in part from 0.4. Romance is called steady when fond words stand in 80 % of the "
    "months, now and then from 40 %. " + FREQUENCY_RULE + " A joke that nobody laughs at in writing is not seen."
)
_SOURCES = (
    "Kurtz & Algoe (2015), Putting laughter in context: the idea of shared laughter.",
    "Keltner et al. (2001), Just teasing: the idea that teasing is play where it is marked as such.",
)


def analyse(view: View) -> Finding:
    """From laughter, teasing, flirting and fond words, and what comes back."""
    play = Play(pair_of(view))
    if len({*play.laughter, *play.fond, *(tease for tease, _ in play.banter)}) < _LEAST:
        raise InsufficientData("There are too few messages that laugh, tease, flirt or are fond.")
    return Finding(
        content=_Playfulness(view, play).content(),
        measures=play.pair.say.all,
        coverage=view.coverage([*play.laughter, *play.fond]),
        method=_METHOD,
        sources=_SOURCES,
        positions=evidence.choose(view, [*play.laughed_at, *play.fond], 30, {Act.LAUGHTER, Act.FLIRT}),
    )


@dataclass(frozen=True, slots=True)
class _Playfulness:
    view: View
    play: Play

    def content(self) -> Content:
        components = self.play.components()
        return Content(
            overall_playfulness=self._playfulness(),
            humor_styles=self._humour(),
            inside_jokes=[self._joke(joke) for joke in self.play.jokes],
            flirtation=self._flirtation(),
            teasing_banter=self._banter(),
            spontaneity=self._spontaneity(),
            emoji_usage=self._emoji(),
            fun_activities=self._fun(),
            mood_lifting=self._lifting(),
            romance_maintenance=self._romance(),
            playfulness_gaps=[
                PlayfulnessGap(gap=GAPS[name], suggestion=self.play.advice(name).suggestion)
                for name in weakest(components, 1)
            ],
            best_moments=self._moments(),
            recommendations=self._recommendations(components),
            overall=self._overall(components),
        )

    @property
    def _pair(self) -> Pair:
        return self.play.pair

    def _playfulness(self) -> LevelAssessment:
        playful = {*self.play.laughter, *self.play.flirts, *(tease for tease, _ in self.play.banter)}
        percent = 100 * len(playful) / self.view.read_count()
        verdict = self._pair.compared("laughter.rate", self.play.laughter, "laughs|laugh", LAUGHTER)
        return LevelAssessment(
            level=graded(percent, [(15.0, "high"), (5.0, "moderate")], "low"),
            assessment=f"Laughter stands in {self.play.told_laughter()}. {verdict}.",
        )

    def _humour(self) -> HumorStyles:
        return HumorStyles(
            participants=[
                HumorOfParticipant(
                    name=self.view.name(person),
                    humor_types=self.play.humour(person),
                    description=f"{self.view.name(self._pair.other(person))} laughs at "
                    f"{self.play.told_laughed_at(person)} of {self.view.name(person)}'s messages.",
                    evidence=evidence.lines(self.view, self._pair.own(self.play.laughed_at, person), 3),
                )
                for person in self._pair.people
            ],
            initiator=self._pair.first(self.play.laughed_at),
        )

    def _joke(self, joke: Reference) -> InsideJoke:
        source = "Messages with these words; laughter near them; conversations they stand in."
        uses = self._pair.times(f"reference.uses:{joke.words}", len(joke.positions), source)
        laughed = self._pair.times(f"reference.laughed:{joke.words}", joke.laughed, source, len(joke.positions))
        talks = self._pair.counted(f"reference.sessions:{joke.words}", joke.sessions, "conversation", source)
        return InsideJoke(
            joke_or_reference=spelt(self.view, joke),
            context=f"Both come back to it: {uses} in {talks}, near laughter {laughed}.",
            evidence=evidence.lines(self.view, joke.positions, 3),
        )

    def _flirtation(self) -> Flirtation:
        flirts = self.play.flirts
        return Flirtation(
            participants=[
                FlirtationOfParticipant(
                    name=self.view.name(person),
                    frequency=frequency(self._pair.rate(flirts, person)),
                    style=self.play.fondness(person),
                )
                for person in self._pair.people
            ],
            balance=f"{self._pair.more(flirts, 'flirts|flirt')}.",
            evidence=evidence.quotes(
                self.view, flirts, 4, lambda position: f"{self.view.speaker(position)} flirts.", Act.FLIRT
            ),
        )

    def _banter(self) -> TeasingBanter:
        teases = [tease for tease, _ in self.play.banter]
        if not teases:
            none = "No teasing was found that laughs, or that the other answers with a laugh."
            return TeasingBanter(present=False, assessment=none, balance="nobody seen", evidence=[])
        times = self._pair.times("banter", len(teases), BANTER)
        answers = dict(self.play.banter)
        return TeasingBanter(
            present=True,
            assessment=f"One teases the other in fun {times}, as the laughter around it tells.",
            balance=f"{self._pair.more(teases, 'teases|tease')}.",
            evidence=[
                evidence.exchange(
                    self.view,
                    [*self.view.preceding(tease, 1, 300), tease, answers[tease]],
                    f"{self.view.speaker(tease)} teases in fun.",
                )
                for tease in evidence.choose(self.view, teases, 3, Act.TEASE)
            ],
        )

    def _spontaneity(self) -> Spontaneity:
        found = self.play.spontaneous
        if not found:
            none = "No message was found with words for the sudden, such as surprise or last minute."
            return Spontaneity(present=False, initiator="nobody seen", description=none, evidence=[])
        times = self._pair.times("spontaneous", len(found), SPONTANEOUS)
        return Spontaneity(
            present=True,
            initiator=self._pair.first(found),
            description=f"Something sudden, such as a surprise or a change of plan, is written about {times}.",
            evidence=evidence.quotes(
                self.view, found, 3, lambda at: f"{self.view.speaker(at)} writes of something sudden.", Act.SPONTANEITY
            ),
        )

    def _emoji(self) -> EmojiUsage:
        similarity = self.play.emoji
        if similarity is None:
            return EmojiUsage(description="One of the two uses too few emoji.", match_level="too few to tell")
        tops = {person: self.view.stats(person).top_emojis[:3] for person in self._pair.people}
        used = [f"{self.view.name(person)} uses {' '.join(top.emoji for top in tops[person])} most" for person in tops]
        return EmojiUsage(
            description=f"{joined(used)}; the two are alike to {self.play.told_emoji(similarity)}, "
            "where one would be the same.",
            match_level=graded(similarity, [(0.7, "high"), (0.4, "partial")], "low"),
        )

    def _fun(self) -> FunActivities:
        found = self.play.fun
        self._pair.say.count("fun.proposals", len(found), FUN)
        return FunActivities(
            discussed=bool(found),
            types=self.play.fun_kinds(),
            evidence=evidence.lines(self.view, found, 3, frozenset(FUN_TOPICS)),
        )

    def _lifting(self) -> MoodLifting:
        found = self.play.lifted
        if not found:
            none = "No hard moment was found in which a joke of the other is answered with a laugh within the hour."
            return MoodLifting(present=False, description=none, evidence=[])
        times = self._pair.times("lifted", len(found), LIFTED)
        return MoodLifting(
            present=True,
            description=f"After something hard, one makes the other laugh within the hour {times}.",
            evidence=[
                evidence.exchange(
                    self.view, moment, f"{self.view.name(self.view.sender(moment[1]))} lightens a hard moment."
                )
                for moment in evidence.spaced(found, 3)
            ],
        )

    def _romance(self) -> RomanceMaintenance:
        fond = self.play.fond
        verdict = self._pair.more(
            fond, "writes something fond, tender or flirting|write something fond, tender or flirting"
        )
        steps = [(0.8, "steady"), (0.4, "now and then"), (0.001, "rare")]
        return RomanceMaintenance(
            rating=graded(share(self.play.months()), steps, "none seen"),
            description=f"{verdict}. It stands in {self.play.told_months()} of the months.",
            evidence=evidence.lines(self.view, fond, 4, frozenset(FOND_WORDS)),
        )

    def _moments(self) -> list[BestMoment]:
        by_cue = {moment.cue: moment for moment in self.play.best}
        return [self._moment(by_cue[cue]) for cue in evidence.choose(self.view, list(by_cue), 3)]

    def _moment(self, moment: Moment) -> BestMoment:
        before = [at for at in self.view.preceding(moment.cue, 1, 300) if self.view.is_read(at)]
        return BestMoment(
            moment_title=f"{self.view.name(moment.by)} makes {self.view.name(moment.replier)} laugh",
            why_special=f"{self.view.name(moment.by)} writes it, and {self.view.name(moment.replier)} laughs.",
            exchange=evidence.exchange(self.view, [*before, moment.cue, moment.reply], "").exchange,
        )

    def _recommendations(self, components: list[Component]) -> list[Recommendation]:
        advised = {advice.title: advice for advice in map(self.play.advice, weakest(components, len(components)))}
        return [
            Recommendation(title=advice.title, suggestion=advice.suggestion, examples=[advice.example])
            for advice in list(advised.values())[:2]
        ]

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        steps = [(8, "bright"), (5, "warm"), (3, "quiet")]
        return Overall(
            score=total,
            spark_status=graded(total, steps, "hardly seen in writing"),
            summary=self.play.summary(),
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "making each other laugh, something hilarious",
        "teasing each other, just kidding",
        "an inside joke, remember when we",
        "flirting, you look gorgeous, I love you",
    ),
    instruction=(
        "Describe how these two play: what makes them laugh, how they tease, flirt and stay fond, and whether it "
        "goes both ways. humor_styles rest on messages that the other laughed at in writing; inside_jokes on words "
        "that come back between the two near laughter: explain no joke that the quoted lines do not explain. "
        "flirtation is only what is meant for the other; where none is given, say so plainly, for a pair may be "
        "friends, and suggest no attraction. teasing_banter is play that laughs or is laughed at; anything that "
        "hurts does not belong here. spontaneity, fun_activities and mood_lifting say what the quoted messages "
        "show, with present and discussed as they are given. emoji_usage compares the given numbers. "
        "romance_maintenance is about fond words over the months, never about what happens off the chat. Say "
        "nothing of desire, of how attracted somebody is, or of whether the spark will last. Each recommendation "
        "starts from one of the given numbers and stays light: something both might enjoy trying this week."
    ),
    analyse=analyse,
    acts=frozenset({Act.LAUGHTER, Act.TEASE, Act.FLIRT, Act.AFFECTION, Act.TOUCH, Act.PROPOSAL}),
)
