"""Roles & Power Dynamics: who has which role, who decides, how much space is left?"""

from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import exchanges, friendship, threads
from domain.insights.analyst.acts import Act
from domain.insights.analyst.evidence import choose, exchange, spaced
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import article, graded, joined, leader
from domain.insights.analyst.roles import (
    CARING,
    DIRECTIVE,
    EVENNESS,
    LEAST,
    LEAST_DECISIONS,
    NETWORK,
    Expected,
    Roles,
)
from domain.insights.analyst.scoring import score, share, weakest
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, Recommendation, Score, Strength
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="family_dynamics",
    display_title="Roles & Power Dynamics",
    description="Who has which role, who decides, how much space is left?",
    icon="🏡",
    for_groups=True,
)


class ParticipantRoles(msgspec.Struct, kw_only=True):
    name: str
    roles: list[str]
    description: str
    evidence: list[Exchange]


class VisibleRoles(msgspec.Struct, kw_only=True):
    participants: list[ParticipantRoles]


class DecisionMaking(msgspec.Struct, kw_only=True):
    primary_decision_maker: str
    style: str
    analysis: str
    evidence: list[Exchange]


class CommunicationHierarchy(msgspec.Struct, kw_only=True):
    rating: str
    analysis: str


class Expectation(msgspec.Struct, kw_only=True):
    expectation_type: str
    directed_at: str
    description: str
    evidence: list[Exchange]


class ExpectationPatterns(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    expectations: list[Expectation]


class AutonomySpace(msgspec.Struct, kw_only=True):
    rating: str
    analysis: str


class PatternToReflect(msgspec.Struct, kw_only=True):
    pattern: str
    description: str
    reflection_prompt: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    dynamics_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    visible_roles: VisibleRoles
    decision_making: DecisionMaking
    communication_hierarchy: CommunicationHierarchy
    expectation_patterns: ExpectationPatterns
    autonomy_space: AutonomySpace
    family_strengths: list[Strength]
    patterns_to_reflect: list[PatternToReflect]
    recommendations: list[Recommendation]
    overall: Overall


_FLAT, _SLIGHT = 0.95, 0.8
_GOOD = 0.6
_SHOWN_ROLES = 3
_EXPECTATIONS = "Messages that tell somebody what they should or have to do."
_METHOD = (
    "Word lists mark proposals, agreement, care, requests, expectations and how mildly they are put; shares of "
    "messages "
    "and replies are statistics. A role is named where somebody's rate lies above that of all others together, by the "
    "intervals; a tendency where it is half as high again without that. Somebody is said to decide where, of five or "
    "more accepted proposals, more are theirs than an even "
    "share. "
    "The order of talk is flat from an evenness of 0.95, slightly uneven from 0.8. Room is ample where 0.6 of the "
    "requests and expectations are mildly put, some from 0.3. An expectation is directed at who is named in it, or "
    "else "
    "at who wrote last. The picture is called balanced from a score of 8, mostly balanced from 6, uneven from 4. What "
    "is "
    "decided at the table is not seen."
)


def analyse(view: View) -> Finding:
    """For families of two or more, by the word lists and the statistics."""
    people = view.voices()
    roles = Roles(view, people, Measures())
    content = _Content(view, people, roles).content()
    decided = [found.position for found in roles.decisions]
    signs = [*decided, *roles.directives, *view.positions(CARING)]
    return Finding(
        content=content,
        measures=roles.say.all,
        coverage=view.coverage(signs),
        method=_METHOD,
        sources=[
            "Idea: directives, Searle (1976), A classification of illocutionary acts.",
            "Idea: mitigation of requests, Brown & Levinson (1987), Politeness.",
            "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
        ],
        positions=[*decided[:20], *choose(view, roles.directives, 20, DIRECTIVE)],
    )


@dataclass(frozen=True, slots=True)
class _Content:
    view: View
    people: list[int]
    roles: Roles

    def content(self) -> Content:
        components = self.roles.components()
        return Content(
            visible_roles=VisibleRoles(participants=[self._participant(person) for person in self.people]),
            decision_making=self._decisions(),
            communication_hierarchy=self._hierarchy(),
            expectation_patterns=self._expectations(),
            autonomy_space=self._autonomy(),
            family_strengths=self._strengths(),
            patterns_to_reflect=self._patterns(),
            recommendations=[self._recommendation(name) for name in weakest(components)],
            overall=self._overall(components),
        )

    def _participant(self, person: int) -> ParticipantRoles:
        view, roles, name = self.view, self.roles, self.view.names[person]
        others = "the other" if len(self.people) == 2 else "the others"  # noqa: PLR2004 - a pair
        certain = roles.roles(person)[:_SHOWN_ROLES]
        tendency = None if certain else roles.tendency(person)
        own = certain if tendency is None else [tendency]
        told = joined([roles.told_role(role, person) for role in own])
        if certain:
            described = f"more often than {others}, {name} {told}"
        elif tendency is not None:
            described = f"{name} {told}, more often than {others} so far; chance is not ruled out"
        else:
            described = "no role stands out by the word lists"
        return ParticipantRoles(
            name=name,
            roles=certain or [f"tends to be {article(role)}" for role in own] or ["takes part"],
            description=f"{name} writes {roles.talk.told_messages(person)} of the messages; {described}.",
            evidence=[
                exchange(view, [at, friendship.first_answer(view, at)], f"{name} as {article(role)}.")
                for role in own
                for at in choose(view, roles.positions(role, person), 1, roles.acts(role))
            ],
        )

    def _decisions(self) -> DecisionMaking:
        roles = self.roles
        few = len(roles.decisions) < LEAST_DECISIONS
        if not roles.decisions:
            analysis = "The word lists find no proposal that somebody agrees to."
        else:
            analysis = roles.told_decisions()
        if few:
            decider, style = "not clear", "too few to tell"
        elif roles.decider is None:
            decider, style = "shared", "shared"
        else:
            decider, style = self.view.names[roles.decider], "led by one"
        return DecisionMaking(
            primary_decision_maker=decider,
            style=style,
            analysis=analysis,
            evidence=self._agreed(3),
        )

    def _agreed(self, most: int) -> list[Exchange]:
        view = self.view
        by_position = {found.position: found for found in self.roles.decisions}
        chosen = choose(view, list(by_position), most, Act.PROPOSAL)
        return [
            exchange(view, [at, by_position[at].response], f"{view.speaker(at)} proposes something, and it is agreed.")
            for at in chosen
        ]

    def _hierarchy(self) -> CommunicationHierarchy:
        view, roles, talk = self.view, self.roles, self.roles.talk
        evenness = view.statistics.balance.messages.evenness or 0.0
        told = roles.say.number("evenness", round(evenness, 2), "ratio", view.statistics.total_messages, EVENNESS)
        top = leader(self.people, talk.messages)
        most = "Nobody clearly writes most"
        if top is not None:
            most = f"{view.names[top]} writes most, {talk.told_messages(top)} of the messages"
        parts = [f"{most}; the evenness of all shares is {told}, the highest being one."]
        closest = roles.closest()
        if closest is not None:
            lift = roles.say.number(
                f"replies.lift:{closest.replier}", round(closest.lift, 1), "ratio", closest.count, NETWORK
            )
            parts.append(
                f"{closest.replier} follows up on {closest.replied_to} {lift} times as often as their turns would give."
            )
        if talk.answers:
            parts.append(f"Another writes within a day of {talk.told_answers()} of the questions.")
        return CommunicationHierarchy(
            rating=graded(evenness, [(_FLAT, "flat"), (_SLIGHT, "slightly uneven")], "uneven"), analysis=" ".join(parts)
        )

    def _expectations(self) -> ExpectationPatterns:
        found = self.roles.expected(4)
        if not found:
            none = "None seen: the word lists find no message that tells somebody what they should do."
            return ExpectationPatterns(present=False, description=none, expectations=[])
        total = sum(len(expected.positions) for expected in found)
        told = self.roles.say.count("expectations", total, _EXPECTATIONS)
        return ExpectationPatterns(
            present=True,
            description=f"Messages listed here that tell somebody what they should or have to do: {told}.",
            expectations=[self._expectation(expected) for expected in found],
        )

    def _expectation(self, expected: Expected) -> Expectation:
        view = self.view
        name = f"expectations.{expected.subject}:{expected.of}"
        told = self.roles.say.count(name, len(expected.positions), _EXPECTATIONS)
        return Expectation(
            expectation_type=expected.subject,
            directed_at=expected.of,
            description=f"Said to {expected.of} about {expected.subject}: {told}.",
            evidence=[
                exchange(view, [at, friendship.first_answer(view, at)], f"{view.speaker(at)} says what should be done.")
                for at in choose(view, expected.positions, 2, Act.EXPECTATION)
            ],
        )

    def _autonomy(self) -> AutonomySpace:
        view, roles = self.view, self.roles
        if not roles.directives:
            analysis = "The word lists find no requests and no expectations."
        else:
            analysis = f"Of the requests and expectations, {roles.told_mild()} are mildly put."
        source = "Messages that leave the choice to somebody, or ask for leave."
        choices = roles.say.count("autonomy", view.count(Act.AUTONOMY), source)
        leave = roles.say.count("permission", view.count(Act.PERMISSION), source)
        return AutonomySpace(
            rating=roles.room(),
            analysis=f"{analysis} Messages that leave the choice to somebody: {choices}; that ask for leave: {leave}.",
        )

    def _strengths(self) -> list[Strength]:
        view, roles = self.view, self.roles
        found = []
        answered = exchanges.replied(roles.talk.answers)
        quick = [moment for moment in roles.talk.answers if moment.lag is not None and moment.lag <= 3_600]  # noqa: PLR2004 - an hour
        if answered.of >= LEAST and share(answered) >= _GOOD and quick:
            shown = [
                exchange(view, [moment.cue, moment.reply], "A question, and another who writes within the hour.")
                for moment in spaced(quick, 2)
            ]
            told = f"Another writes within a day of {roles.talk.told_answers()} of the questions."
            found.append(Strength(strength="Questions are followed up", description=told, evidence=shown))
        taken = threads.taken(roles.requests)
        if taken.of >= LEAST and share(taken) >= _GOOD:
            shown = [
                exchange(view, [request.position, request.response], "A request that is taken on.")
                for request in spaced([request for request in roles.requests if request.taken], 2)
            ]
            found.append(Strength(strength="Requests are taken on", description=roles.told_requests(), evidence=shown))
        if all(view.count(CARING, person) for person in self.people):
            source = "Messages that ask how somebody is, comfort or offer help."
            told = roles.say.count("care", view.count(CARING), source)
            shown = [
                exchange(view, [at, friendship.first_answer(view, at)], f"{view.speaker(at)} cares in words.")
                for at in choose(view, view.positions(CARING), 2, CARING)
            ]
            description = (
                f"Everybody asks how others are, comforts or offers help now and then: {told} messages in all."
            )
            found.append(Strength(strength="Care is put into words", description=description, evidence=shown))
        return found

    def _patterns(self) -> list[PatternToReflect]:
        view, roles, talk = self.view, self.roles, self.roles.talk
        found = []
        if roles.decider is not None:
            name = view.names[roles.decider]
            found.append(
                PatternToReflect(
                    pattern="Plans mostly begin with one person",
                    description=f"{roles.told_decisions()} Those of {name} are more than an even share.",
                    reflection_prompt=f"Is it a relief that {name} proposes, or would others like to?",
                )
            )
        if roles.room() == "little":
            found.append(
                PatternToReflect(
                    pattern="Requests are short and direct",
                    description=f"Of the requests and expectations, {roles.told_mild()} are mildly put.",
                    reflection_prompt="Does everybody feel free to say no to a request in this chat?",
                )
            )
        if (view.statistics.balance.messages.evenness or 0.0) < _SLIGHT:
            quiet = talk.least(talk.messages)
            found.append(
                PatternToReflect(
                    pattern="Some voices are heard rarely",
                    description=f"{view.names[quiet]} writes {talk.told_messages(quiet)} of the messages.",
                    reflection_prompt=f"What would {view.names[quiet]} like to be asked?",
                )
            )
        return found

    def _recommendation(self, name: str) -> Recommendation:
        advice = self.roles.advice(name)
        return Recommendation(
            title=advice.title, target=advice.target, suggestion=advice.suggestion, example_phrases=[advice.example]
        )

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        status = graded(total, [(8, "balanced"), (6, "mostly balanced"), (4, "uneven")], "very uneven")
        return Overall(score=total, dynamics_status=status, summary=self.roles.summary(), components=components)


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "deciding together what the family will do, shall we, let us, agreed",
        "asking somebody in the family to do something, can you pick up, please bring",
        "telling somebody what they should or have to do",
        "asking for permission, can I, is it all right if",
    ),
    instruction=(
        "Describe the roles in this family as they show in the messages.\n"
        "visible_roles: per person, what they do more often than the others: organiser, carer, coordinator, helper, "
        "news-bringer, entertainer, opener; takes part where nothing stands out. A role is what somebody writes, not "
        "who "
        "they are.\n"
        "decision_making: whose proposals are agreed to, and how; shared and not clear are good answers.\n"
        "communication_hierarchy: how evenly talk and answers are spread, by the given numbers.\n"
        "expectation_patterns: what is expected of whom, with the lines; care that sounds like an order is still "
        "care.\n"
        "autonomy_space: how much room requests and rules leave, and how a no is met.\n"
        "family_strengths: what works, each with lines that show it.\n"
        "patterns_to_reflect: observations with an open question; no reproach, no cause.\n"
        "recommendations: each starts from one of the given numbers.\n"
        "Assume no age, no kinship and no culture that is not written. Never speak of control, abuse or a disorder, "
        "and "
        "take no side."
    ),
    analyse=analyse,
    acts=frozenset({Act.PROPOSAL, Act.ACCEPTANCE, Act.AUTONOMY, *DIRECTIVE, *CARING}),
)
