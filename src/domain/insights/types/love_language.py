"""Love Language & Appreciation: how is appreciation shown, and does it match? A mix of expressions, not a type."""

from collections import Counter
from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import evidence, exchanges, expressions
from domain.insights.analyst.acts import NEGATIVE, OPENING_UP, WARM, Act
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.expressions import APPRECIATING, FORMS, RECOGNISED, RETURNED, Expressions, Form
from domain.insights.analyst.phrasing import graded, joined
from domain.insights.analyst.romance import FREQUENCY_RULE, Pair, frequency, pair_of
from domain.insights.analyst.scoring import score, weakest
from domain.insights.analyst.tension import says_you
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, Line, Quote, Score
from domain.insights.kinds import Finding, InsightKind, InsufficientData

ROW = InsightTypeRow(
    name="love_language",
    display_title="Love Language & Appreciation",
    description="How is appreciation shown, and does it match?",
    icon="💝",
    for_groups=False,
)


class PrimaryOfParticipant(msgspec.Struct, kw_only=True):
    name: str
    language: str
    confidence: str
    description: str
    evidence: list[Quote]


class PrimaryLanguages(msgspec.Struct, kw_only=True):
    participants: list[PrimaryOfParticipant]


class SecondaryOfParticipant(msgspec.Struct, kw_only=True):
    name: str
    language: str
    description: str
    evidence: list[Quote]


class SecondaryLanguages(msgspec.Struct, kw_only=True):
    participants: list[SecondaryOfParticipant]


class AppreciationParticipant(msgspec.Struct, kw_only=True):
    name: str
    expression_style: str
    frequency: str


class AppreciationEvidence(Line, kw_only=True):
    appreciation_type: str


class Appreciation(msgspec.Struct, kw_only=True):
    participants: list[AppreciationParticipant]
    frequency_comparison: str
    evidence: list[AppreciationEvidence]


class Recognition(msgspec.Struct, kw_only=True):
    analysis: str
    balance: str
    evidence: list[Exchange]


class Compatibility(msgspec.Struct, kw_only=True):
    match_type: str
    analysis: str
    adaptation_evidence: str


class MissingLanguage(msgspec.Struct, kw_only=True):
    language: str
    explanation: str


class BeautifulMoment(msgspec.Struct, kw_only=True):
    moment_title: str
    description: str
    exchange: list[Line]


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    target: list[str]
    suggestion: str
    why: str
    example_messages: list[str]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    primary_languages: PrimaryLanguages
    secondary_languages: SecondaryLanguages
    appreciation: Appreciation
    recognition: Recognition
    compatibility: Compatibility
    missing_languages: list[MissingLanguage]
    beautiful_moments: list[BeautifulMoment]
    recommendations: list[Recommendation]
    overall: Overall


_LEAST = 5
"""Expressions of a person below which no mix is told of them."""
_FEW = 3
"""Messages of a form below which it is called missing."""
_WEIGHED = 400
_FULL = 0.9
"""Of a part of the score, from which there is nothing to advise."""
_STRONG = 2
"""Warm phrases of a message from which it is worth showing as a moment."""
_METHOD = (
    "Word lists mark six forms in which appreciation and care are written: words of appreciation, time together, help, "
    "gifts, touch in words, and comfort or asking after each other. A language is a person's most frequent form: clear "
    "where its interval lies above that of the second, leaning where it is a third more frequent, otherwise mixed. Two "
    "mixes match from an overlap of 75 %, and match in part from 50 %. " + FREQUENCY_RULE + " This describes what is "
    "written, not what somebody would like to receive, and what is done without a word is not seen."
)
_SOURCES = (
    "Chapman (1992), The Five Love Languages: the forms alone; it is not taken up that everybody has one.",
    "Impett, Park & Muise (2024), Popular psychology through a scientific lens: love is better told as a mix.",
    "Algoe (2012), Find, remind, and bind: gratitude and its answer.",
)
_KINDS = {Act.PRAISE: "praise", Act.AFFECTION: "fond words", Act.THANKS: "thanks"}
_WARM_WORDS = {
    Act.PRAISE: ("Praise that was answered", "praise"),
    Act.AFFECTION: ("Fond words, returned", "fond words"),
    Act.LOYALTY: ("A word to rely on", "a word to rely on"),
    Act.SUPPORT: ("Being there", "comfort"),
    Act.THANKS: ("A thank-you and its answer", "thanks"),
    Act.CELEBRATION: ("Good wishes", "good wishes"),
    Act.TOUCH: ("A hug in words", "a hug in words"),
}
"""As a title, and to follow `writes` or `answers with`."""


def analyse(view: View) -> Finding:
    """From what is written by either, form by form."""
    found = Expressions(pair_of(view))
    if any(found.total(person) < _LEAST for person in found.pair.people):
        raise InsufficientData("One of the participants writes too few messages of appreciation or care.")
    everything = [position for positions in found.positions.values() for position in positions]
    return Finding(
        content=_Appreciation(view, found).content(),
        measures=found.pair.say.all,
        coverage=view.coverage(everything),
        method=_METHOD,
        sources=_SOURCES,
        positions=evidence.choose(view, view.positions(WARM), 30, WARM),
    )


@dataclass(frozen=True, slots=True)
class _Appreciation:
    view: View
    found: Expressions

    def content(self) -> Content:
        components = self.found.components()
        people = self._pair.people
        return Content(
            primary_languages=PrimaryLanguages(participants=[self._primary(person) for person in people]),
            secondary_languages=SecondaryLanguages(
                participants=[
                    self._secondary(person, form) for person in people for form in self.found.ranked(person)[1:2]
                ]
            ),
            appreciation=self._appreciation(),
            recognition=self._recognition(),
            compatibility=self._compatibility(),
            missing_languages=[self._missing(form) for form in FORMS if len(self.found.positions[form.name]) < _FEW],
            beautiful_moments=self._moments(),
            recommendations=self._recommendations(components),
            overall=self._overall(components),
        )

    @property
    def _pair(self) -> Pair:
        return self.found.pair

    def _primary(self, person: int) -> PrimaryOfParticipant:
        form = self.found.ranked(person)[0]
        clearness = self.found.clearness(person)
        total = self._pair.say.count(f"expressions:{self.view.name(person)}", self.found.total(person), expressions.MIX)
        return PrimaryOfParticipant(
            name=self.view.name(person),
            language=form.name,
            confidence=clearness,
            description=f"Of {total} expressions of appreciation and care by {self.view.name(person)}, "
            f"{self.found.told_mix(person, form)} are {form.name}, such as {form.told}.",
            evidence=self._shown(person, form, 3),
        )

    def _secondary(self, person: int, form: Form) -> SecondaryOfParticipant:
        return SecondaryOfParticipant(
            name=self.view.name(person),
            language=form.name,
            description=f"Second for {self.view.name(person)}: {form.told}, in {self.found.told_mix(person, form)} of "
            "the expressions.",
            evidence=self._shown(person, form, 2),
        )

    def _shown(self, person: int, form: Form, most: int) -> list[Quote]:
        own = self._pair.own(self.found.positions[form.name], person)
        context = f"{self.view.name(person)}: {form.name}."
        return evidence.quotes(self.view, own, most, context, form.acts)

    def _appreciation(self) -> Appreciation:
        positions = self.found.appreciating
        chosen = evidence.choose(self.view, positions, 6, APPRECIATING)
        deed = "thanks or praises|thank or praise"
        verdict = self._pair.compared("appreciation", positions, deed, expressions.RATE)
        return Appreciation(
            participants=[
                AppreciationParticipant(
                    name=self.view.name(person),
                    expression_style=self._style(person),
                    frequency=frequency(self._pair.rate(positions, person)),
                )
                for person in self._pair.people
            ],
            frequency_comparison=f"{verdict}.",
            evidence=[
                AppreciationEvidence(positions=[position], appreciation_type=self._kind(position))
                for position in chosen
            ],
        )

    def _style(self, person: int) -> str:
        counts = Counter({act: self.view.count(act, person) for act in _KINDS})
        used = [_KINDS[act] for act, count in counts.most_common() if count]
        return f"mostly {used[0]}" + (f", then {used[1]}" if len(used) > 1 else "") if used else "none seen"

    def _kind(self, position: int) -> str:
        return next((word for act, word in _KINDS.items() if self.view.has(position, act)), "appreciation")

    def _recognition(self) -> Recognition:
        efforts = self.found.efforts
        if not efforts:
            none = "No message was found that offers help or gives something."
            return Recognition(analysis=none, balance="Nothing to compare.", evidence=[])
        noticed = exchanges.replied(efforts)
        told = self._pair.say.share("recognised", noticed, RECOGNISED)
        given = [person for person in self._pair.people if self.found.recognised(person).of]
        each = [f"{self.found.told_recognised(person)} of {self.view.name(person)}'s" for person in given]
        return Recognition(
            analysis=f"Of the offers of help and gifts, {told} get thanks, praise or fondness back within the hour.",
            balance=f"Noticed in words: {joined(each)}.",
            evidence=evidence.replies(self.view, efforts, 3, self._told_effort, {Act.OFFER_HELP, Act.GIFT}),
        )

    def _told_effort(self, moment: Moment) -> str:
        deed = "offers something" if self.view.has(moment.cue, Act.OFFER_HELP) else "has something to give"
        return f"{self.view.name(moment.by)} {deed}, and {self.view.name(moment.replier)} notices."

    def _compatibility(self) -> Compatibility:
        one, two = (self.found.ranked(person)[0] for person in self._pair.people)
        steps = [(0.75, "similar mixes"), (0.5, "partly similar mixes")]
        first = (
            f"Both write {one.name} most"
            if one is two
            else (f"{self._pair.names[0]} writes {one.name} most, {self._pair.names[1]} {two.name}")
        )
        back = self._pair.say.share("returned", self.found.returned(), RETURNED)
        return Compatibility(
            match_type=graded(self.found.overlap(), steps, "different mixes"),
            analysis=f"{first}. The two mixes overlap by {self.found.told_overlap()}.",
            adaptation_evidence=f"Of all expressions, {back} come back in the same form within the hour.",
        )

    def _missing(self, form: Form) -> MissingLanguage:
        uses = len(self.found.positions[form.name])
        count = self._pair.times(f"{form.name}.count", uses, expressions.MIX)
        told = f"found {count}" if uses else "not found"
        return MissingLanguage(
            language=form.name,
            explanation=f"Such as {form.told}: {told} in writing. It may well happen away from the chat.",
        )

    def _moments(self) -> list[BeautifulMoment]:
        found = {
            moment.cue: moment
            for moment in exchanges.moments(self.view, WARM, WARM)
            if moment.reply is not None
            and says_you(self.view, moment.cue)
            and not self.view.has(moment.cue, OPENING_UP | NEGATIVE)
        }
        some = evidence.spaced(list(found), _WEIGHED)
        strong = [cue for cue in some if self.view.strength(cue, WARM) >= _STRONG]
        return [self._moment(found[cue]) for cue in evidence.choose(self.view, strong or some, 3, WARM)]

    def _moment(self, moment: Moment) -> BeautifulMoment:
        title, given = next(words for act, words in _WARM_WORDS.items() if self.view.has(moment.cue, act))
        reply = -1 if moment.reply is None else moment.reply
        back = next(words[1] for act, words in _WARM_WORDS.items() if self.view.has(reply, act))
        return BeautifulMoment(
            moment_title=title,
            description=f"{self.view.name(moment.by)} writes {given}, "
            f"{self.view.name(moment.replier)} answers with {back}.",
            exchange=evidence.exchange(self.view, [moment.cue, moment.reply], title).exchange,
        )

    def _recommendations(self, components: list[Component]) -> list[Recommendation]:
        return [
            Recommendation(
                title=advice.title,
                target=advice.target,
                suggestion=advice.suggestion,
                why=advice.why,
                example_messages=[advice.example],
            )
            for advice in map(self.found.advice, weakest(components, below=_FULL))
        ]

    def _overall(self, components: list[Component]) -> Overall:
        return Overall(
            score=score(components),
            summary=f"{self.found.summary()} It is a mix of expressions, not a type of person.",
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "thank you so much, I appreciate what you did",
        "I'm proud of you, you are amazing",
        "can I help, I'll bring you something, I'll do it for you",
        "a present, a surprise, flowers, my treat",
    ),
    instruction=(
        "Describe the mix of forms in which these two show appreciation and care: words of appreciation, time "
        "together, help, gifts, touch in words, and comfort or asking after each other. primary_languages and "
        "secondary_languages are each person's most frequent forms in this chat, with the given shares; "
        "confidence is given and stays as it is. Call it a mix of expressions, never a type of person, and say "
        "nothing of what somebody needs or longs to receive. appreciation is about thanks and praise; "
        "recognition about whether help, gifts and things done are noticed in words; compatibility about how "
        "far the two mixes overlap and whether an expression comes back in the same form. missing_languages are "
        "forms hardly found in writing: they may well happen away from the chat, so regret nothing. "
        "beautiful_moments are warm exchanges that the quoted messages show; add no feeling to them that does "
        "not stand there. Each recommendation starts from one of the given numbers, asks for one small thing, "
        "and ends in a message that could be sent. Weigh both sides alike, and keep score of neither."
    ),
    analyse=analyse,
    acts=frozenset({*WARM, Act.PROPOSAL, Act.TOGETHER, Act.OFFER_HELP, Act.GIFT, Act.CHECK_IN}),
)
