"""Trust & Reliability: are promises kept and confidences safe?"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import friendship
from domain.insights.analyst.acts import Act
from domain.insights.analyst.evidence import choose, exchange, spaced
from domain.insights.analyst.friendship import Pledge
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import compared, graded, joined
from domain.insights.analyst.scoring import score, weakest
from domain.insights.analyst.trust import LEAST_WEEKS, Trust
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, Recommendation, Score
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="friendship_trust_loyalty",
    display_title="Trust & Reliability",
    description="Are promises kept and confidences safe?",
    icon="🤝",
    for_groups=False,
)


class Reliability(msgspec.Struct, kw_only=True):
    name: str
    reliability_rating: str
    description: str
    evidence: list[Exchange]


class ReliabilityPatterns(msgspec.Struct, kw_only=True):
    participants: list[Reliability]
    assessment: str


class ShowingUp(msgspec.Struct, kw_only=True):
    analysis: str
    initiator: str
    evidence: list[Exchange]


class PromiseKeeping(msgspec.Struct, kw_only=True):
    assessment: str
    patterns_observed: list[str]
    evidence: list[Exchange]


class Confidentiality(msgspec.Struct, kw_only=True):
    assessment: str
    sensitive_content_present: bool
    evidence: list[Exchange]


class Consistency(msgspec.Struct, kw_only=True):
    rating: str
    initiator_balance: str
    description: str


class LoyaltySignals(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    evidence: list[Exchange]


class Gap(msgspec.Struct, kw_only=True):
    gap_type: str
    description: str
    evidence: list[Exchange]


class TrustGaps(msgspec.Struct, kw_only=True):
    present: bool
    assessment: str
    gaps: list[Gap]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    trust_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    reliability_patterns: ReliabilityPatterns
    showing_up: ShowingUp
    promise_keeping: PromiseKeeping
    confidentiality: Confidentiality
    consistency: Consistency
    loyalty_signals: LoyaltySignals
    trust_gaps: TrustGaps
    recommendations: list[Recommendation]
    overall: Overall


_NEAR_SECONDS = 3_600
_METHOD = (
    "Word lists mark promises to the other, words of discretion and of standing by each other, and hard times; the "
    "rest are statistics. A promise counts as kept where the chat tells that it was done, thanked for or taken up, as "
    "called off where it tells that, and as open otherwise. Reliability is the mean of the shares of questions "
    "answered within a day, of hard times answered within four hours and of promises kept, each from three cases on, "
    "and not told without one of the latter two: "
    "clearly visible from 0.7, partly visible from 0.4. Contact is very steady where both wrote in nine of ten weeks, "
    "steady from six, on and off from three. A gap is a promise called off, something missed that the other objects "
    "to, or words of discretion beside an apology. Trust is called strong from a score of 8, solid from 6, mixed from "
    "4, and is not named without three hard times, strained moments or promises with a known outcome; the confidence "
    "falls with them. What was said or done outside the chat is not seen."
)


def analyse(view: View) -> Finding:
    """For two people, by the word lists and the statistics."""
    people = view.pair()
    trust = Trust(view, people, Measures())
    content = _Content(view, people, trust).content()
    signals = {pledge.position for pledge in trust.pledges} | {moment.cue for moment in trust.hard}
    ordered = sorted(signals.union(trust.discreet, trust.loyal, trust.strained), key=view.tagged.place.__getitem__)
    return Finding(
        content=content,
        measures=trust.say.all,
        coverage=trust.shown * view.coverage([*ordered, *(moment.cue for moment in trust.talk.answers)]),
        method=_METHOD,
        sources=[
            "Idea: commissives, Searle (1976), A classification of illocutionary acts.",
            "Idea: dependability, Rempel, Holmes & Zanna (1985), Trust in close relationships.",
            "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
        ],
        positions=[*trust.strained, *ordered][:50],
    )


@dataclass(frozen=True, slots=True)
class _Content:
    view: View
    people: tuple[int, int]
    trust: Trust

    def content(self) -> Content:
        components = self.trust.components()
        return Content(
            reliability_patterns=ReliabilityPatterns(
                participants=[self._reliability(person) for person in self.people],
                assessment=self.trust.told_answers(),
            ),
            showing_up=self._showing_up(),
            promise_keeping=self._promise_keeping(),
            confidentiality=self._confidentiality(),
            consistency=self._consistency(),
            loyalty_signals=self._loyalty_signals(),
            trust_gaps=self._trust_gaps(),
            recommendations=[self._recommendation(name) for name in weakest(components)],
            overall=self._overall(components),
        )

    def _reliability(self, person: int) -> Reliability:
        trust, name = self.trust, self.view.names[person]
        shown = [self._kept(pledge) for pledge in spaced(trust.sequels(person), 1)]
        shown += [
            exchange(
                self.view,
                [moment.cue, moment.reply],
                f"{self.view.speaker(moment.cue)} writes of a hard time, and {name} answers.",
            )
            for moment in spaced([moment for moment in trust.hard if moment.replier == person], 2)
        ]
        return Reliability(
            name=name,
            reliability_rating=trust.reliability(person),
            description=f"{trust.told_there(person)} {trust.told_promises(person)}",
            evidence=shown[:2],
        )

    def _kept(self, pledge: Pledge) -> Exchange:
        ends = {"done": "tells that it is done", "thanked": "is thanked"}
        told = ends.get(pledge.outcome or "", "takes it up again")
        context = f"{self.view.names[pledge.by]} promises something and later {told}."
        return exchange(self.view, [pledge.asked, pledge.position, pledge.sequel], context)

    def _showing_up(self) -> ShowingUp:
        view, trust = self.view, self.trust
        told = joined([trust.told_offers(person) for person in self.people])
        found = choose(view, view.positions(Act.OFFER_HELP, without={Act.LAUGHTER, Act.TEASE}), 3, Act.OFFER_HELP)
        return ShowingUp(
            analysis=f"{told}. {compared(view.names, self.people, trust.offers, 'offers help|offer help')}.",
            initiator=friendship.leading(view, self.people, trust.offers),
            evidence=self._with_answers(found, "offers to do something"),
        )

    def _promise_keeping(self) -> PromiseKeeping:
        ends = {
            "done": "Telling when something is done",
            "thanked": "Being thanked for what was promised",
            "taken up": "Taking up again what was promised",
            "called off": "Calling off or apologising for what was promised",
        }
        outcomes = {pledge.outcome for pledge in self.trust.pledges}
        open_ones = "" if not self.trust.pledges else " The others may well be kept too, only not in writing."
        return PromiseKeeping(
            assessment=f"{self.trust.told_promises()}{open_ones}",
            patterns_observed=[words for outcome, words in ends.items() if outcome in outcomes],
            evidence=[self._kept(pledge) for pledge in spaced(self.trust.sequels(), 3)],
        )

    def _confidentiality(self) -> Confidentiality:
        view, found = self.view, self.trust.discreet
        if not found:
            assessment = "The word lists find no words about secrets or discretion; confidences may still be there."
            return Confidentiality(assessment=assessment, sensitive_content_present=False, evidence=[])
        told = self.trust.say.count("discretion", len(found), "Messages that ask for discretion or promise it.")
        quiet = [at for at in found if at not in self.trust.regretted]
        return Confidentiality(
            assessment=f"Messages that ask for discretion, promise it or tell what few know: {told}. Whether it was "
            "kept outside this chat cannot be seen here.",
            sensitive_content_present=True,
            evidence=[
                exchange(
                    view,
                    [*view.preceding(at, 1, _NEAR_SECONDS), at],
                    f"{view.speaker(at)} writes about something that few are meant to know.",
                )
                for at in choose(view, quiet, 3, Act.DISCRETION)
            ],
        )

    def _consistency(self) -> Consistency:
        trust, weeks, silence = self.trust, self.trust.weeks, self.view.statistics.longest_silence
        steps = [(90, "very steady"), (60, "steady"), (30, "on and off")]
        rating = graded(weeks.percent or 0.0, steps, "sporadic") if weeks.of >= LEAST_WEEKS else "too short to tell"
        parts = [f"Both wrote in {trust.told_weeks()} of the weeks."] if weeks.of else []
        if silence is not None:
            lasted = trust.say.seconds("silence.longest", silence.seconds, 1, "statistics.longest_silence")
            parts.append(f"The longest silence lasted {lasted}, and {silence.broken_by} ended it.")
        balance = compared(self.view.names, self.people, trust.talk.started, "starts conversations|start conversations")
        return Consistency(rating=rating, initiator_balance=f"{balance}.", description=" ".join(parts))

    def _loyalty_signals(self) -> LoyaltySignals:
        found = self.trust.loyal
        if not found:
            none = "None seen: the word lists find no message in which one promises to stand by the other."
            return LoyaltySignals(present=False, description=none, evidence=[])
        told = joined([self.trust.told_loyal(person) for person in self.people])
        return LoyaltySignals(
            present=True,
            description=f"Messages that stand by the other in words: {told}.",
            evidence=self._with_answers(choose(self.view, found, 3, Act.LOYALTY), "stands by the other"),
        )

    def _trust_gaps(self) -> TrustGaps:
        trust = self.trust
        offered = (
            ("promise called off", trust.called_off, "Something that was promised is called off or apologised for."),
            ("something missed", trust.missed, "Something is cancelled or forgotten, and the other objects."),
            ("confidence passed on", trust.regretted, "Words about discretion stand beside an apology."),
        )
        gaps = [
            Gap(gap_type=kind, description=description, evidence=self._strain(found, description))
            for kind, found, description in offered
            if found
        ]
        if not gaps:
            return TrustGaps(present=False, assessment="None seen in the messages that could be read.", gaps=[])
        return TrustGaps(present=True, assessment=trust.told_strain(), gaps=gaps)

    def _strain(self, found: Sequence[int], context: str) -> list[Exchange]:
        view = self.view
        return [
            exchange(view, [*view.preceding(at, 1, _NEAR_SECONDS), at, friendship.first_answer(view, at)], context)
            for at in spaced(found, 2)
        ]

    def _with_answers(self, found: Sequence[int], deed: str) -> list[Exchange]:
        view = self.view
        return [exchange(view, [at, friendship.first_answer(view, at)], f"{view.speaker(at)} {deed}.") for at in found]

    def _recommendation(self, name: str) -> Recommendation:
        advice = self.trust.advice(name)
        return Recommendation(
            title=advice.title,
            target=advice.target,
            suggestion=advice.suggestion,
            example_phrases=[advice.example],
        )

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        return Overall(
            score=total,
            trust_status=graded(total, [(8, "strong"), (6, "solid"), (4, "mixed")], "little to be seen")
            if self.trust.shown >= 1
            else "too little to tell",
            summary=self.trust.summary(),
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "promising to do something for the other, I will bring it, you can count on me",
        "telling that a promise was done, it is booked, I sent it",
        "asking to keep something secret, do not tell anyone, between us",
        "standing by the other, I have got your back, I trust you",
    ),
    instruction=(
        "Describe how reliable this friendship looks in writing.\n"
        "reliability_patterns: per person, what is seen of answers, of being there and of promises.\n"
        "showing_up: who offers help or time, and how it is received; initiator is a name, both, or none found.\n"
        "promise_keeping: promises to the other and what the chat tells of them. An open promise is not a broken one.\n"
        "confidentiality: requests for discretion and how they are met. Say only that there is something private, and "
        "repeat no secret beyond the quoted lines.\n"
        "consistency: how steady the contact is, by the given numbers.\n"
        "loyalty_signals: one standing by the other in words; talk about third people does not count.\n"
        "trust_gaps: only what both can read in the quoted lines, with how it was mended; if there is none, say "
        "that none is seen.\n"
        "Never call a person trustworthy, disloyal or a liar, guess no motive, and foresee nothing. Recommendations "
        "start from one of the given numbers."
    ),
    analyse=analyse,
    acts=frozenset({Act.COMMITMENT, Act.COMPLETION, Act.OFFER_HELP, Act.DISCRETION, Act.LOYALTY, Act.DISTRESS}),
)
