"""Appreciation and care in the forms they take in a chat: who uses which how often, and what comes back."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import exchanges
from domain.insights.analyst.acts import Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import point
from domain.insights.analyst.phrasing import differ
from domain.insights.analyst.romance import Pair, aimed
from domain.insights.analyst.scoring import component, evenness, reaches, share
from domain.insights.analyst.view import View
from domain.insights.content import Component

APPRECIATING = frozenset({Act.THANKS, Act.PRAISE})
_EFFORTS = frozenset({Act.OFFER_HELP, Act.GIFT})
_NOTICING = frozenset({Act.THANKS, Act.PRAISE, Act.AFFECTION})
RATE = "Messages with thanks or praise, of all messages with words."
MIX = "Messages of one form, of all of a person's expressions of appreciation and care; a message may be of several."
RECOGNISED = (
    "Offers of help, gifts and things done that the other answers within an hour with thanks, praise or fondness."
)
OVERLAP = "1 - half the sum of the differences of the two mixes' shares."
RETURNED = "Expressions that the other returns within an hour in the same form."

_FULL_RATE, _FORM_SEEN = 6.0, 3
_LEANING = 4 / 3


@dataclass(frozen=True, slots=True)
class Form:
    """A way to show appreciation or care."""

    name: str
    told: str
    """What it is made of, to follow `such as`."""
    acts: frozenset[Act]
    aimed: frozenset[Act] = frozenset()
    """Those of the acts that count only where they are meant for the other."""
    dated: frozenset[Act] = frozenset()
    """Those that count only where a day or the future stands beside them."""


FORMS = (
    Form(
        "words of appreciation",
        "thanks, praise and fondness",
        APPRECIATING | {Act.AFFECTION},
        aimed=frozenset({Act.AFFECTION, Act.PRAISE}),
    ),
    Form(
        "time together",
        "suggestions and looking forward to a day together",
        frozenset({Act.PROPOSAL, Act.TOGETHER}),
        dated=frozenset({Act.TOGETHER}),
    ),
    Form("help", "offers to bring, fetch, do or solve something", frozenset({Act.OFFER_HELP})),
    Form("gifts", "presents, treats and flowers", frozenset({Act.GIFT}), aimed=frozenset({Act.GIFT})),
    Form(
        "touch in words",
        "hugs, kisses and cuddles sent in words or emoji",
        frozenset({Act.TOUCH}),
        aimed=frozenset({Act.TOUCH}),
    ),
    Form(
        "comfort and asking after each other",
        "comfort, encouragement and questions about the day",
        frozenset({Act.SUPPORT, Act.CHECK_IN}),
    ),
)


def find(view: View, form: Form) -> list[int]:
    """The messages of a form, in order of time."""
    found = set(view.positions(form.acts - form.aimed - form.dated))
    for act in form.aimed:
        found.update(aimed(view, act))
    found.update(position for position in view.positions(form.dated) if view.has(position, {Act.DATE, Act.FUTURE}))
    return sorted(found, key=view.tagged.place.__getitem__)


@dataclass(frozen=True)
class Expressions:
    pair: Pair

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """By the name of the form, in order of time."""
        return {form.name: find(self.pair.view, form) for form in FORMS}

    @cached_property
    def efforts(self) -> list[Moment]:
        """Offers of help and gifts, with the other's noticing."""
        view, gifts = self.pair.view, set(self.positions["gifts"])
        found = exchanges.moments(view, _EFFORTS, _NOTICING)
        return [moment for moment in found if moment.cue in gifts or view.has(moment.cue, Act.OFFER_HELP)]

    @cached_property
    def appreciating(self) -> list[int]:
        """Thanks, and praise meant for the other."""
        view = self.pair.view
        found = {*view.positions(Act.THANKS), *aimed(view, Act.PRAISE)}
        return sorted(found, key=view.tagged.place.__getitem__)

    @cached_property
    def _counts(self) -> dict[str, Counter[int]]:
        """By the name of the form and the person."""
        return {name: Counter(map(self.pair.view.sender, positions)) for name, positions in self.positions.items()}

    def count(self, person: int, form: Form) -> int:
        return self._counts[form.name][person]

    def total(self, person: int) -> int:
        return sum(self.count(person, form) for form in FORMS)

    def mix(self, person: int, form: Form) -> Proportion:
        """The share of a form among somebody's expressions."""
        return proportion(self.count(person, form), self.total(person))

    def ranked(self, person: int) -> list[Form]:
        """The forms somebody uses, the most frequent first."""
        used = [form for form in FORMS if self.count(person, form)]
        return sorted(used, key=lambda form: (-self.count(person, form), FORMS.index(form)))

    def clearness(self, person: int) -> str:
        """How far the first form stands out from the second."""
        first, *others = self.ranked(person)
        if not others or differ(self.mix(person, first), self.mix(person, others[0])):
            return "clear"
        return "leaning" if self.count(person, first) >= _LEANING * self.count(person, others[0]) else "mixed"

    def told_mix(self, person: int, form: Form) -> str:
        return self.pair.say.share(f"{form.name}.share:{self.pair.name(person)}", self.mix(person, form), MIX)

    def overlap(self) -> float:
        one, two = self.pair.people
        apart = sum(abs(share(self.mix(one, form)) - share(self.mix(two, form))) for form in FORMS)
        return 1 - apart / 2

    def told_overlap(self) -> str:
        n = sum(self.total(person) for person in self.pair.people)
        percent = round(100 * self.overlap())
        return f"{self.pair.say.number('mixes.overlap', percent, 'percent of overlap', n, OVERLAP)} %"

    def returned(self) -> Proportion:
        """How many expressions come back in the same form within the hour."""
        view = self.pair.view
        found = of = 0
        for positions in self.positions.values():
            given = set(positions)
            for position in positions:
                of += 1
                found += any(
                    later in given and view.sender(later) != view.sender(position)
                    for later in view.following(position, 10, 3_600)
                )
        return proportion(found, of)

    def recognised(self, person: int) -> Proportion:
        """How many of somebody's efforts the other notices in words."""
        return exchanges.replied(self.efforts, to=person)

    def told_recognised(self, person: int) -> str:
        return self.pair.say.share(f"recognised:{self.pair.name(person)}", self.recognised(person), RECOGNISED)

    def summary(self) -> str:
        """What was found, in a few sentences."""
        pair = self.pair
        one, two = pair.people
        first, second = self.ranked(one)[0], self.ranked(two)[0]
        mixes = (
            f"{pair.name(one)} shows appreciation and care most often as {first.name} "
            f"({point(self.told_mix(one, first))} of the expressions), {pair.name(two)} as {second.name} "
            f"({point(self.told_mix(two, second))})"
        )
        if first is second:
            mixes = (
                f"Both show appreciation and care most often as {first.name}: {pair.name(one)} in "
                f"{point(self.told_mix(one, first))} of the expressions, {pair.name(two)} in "
                f"{point(self.told_mix(two, second))}"
            )
        told = [f"{mixes}; the two mixes overlap by {self.told_overlap()}."]
        deed = "thanks or praises|thank or praise"
        told.append(f"{pair.compared('appreciation', self.appreciating, deed, RATE)}.")
        noticed = exchanges.replied(self.efforts)
        if noticed.of >= _FORM_SEEN:
            share_of = point(pair.say.share("recognised", noticed, RECOGNISED))
            told.append(
                f"Of {pair.counted('efforts', noticed.of, 'offer of help or gift|offers of help or gifts', RECOGNISED)}"
                f", {share_of} are noticed in words within the hour."
            )
        return " ".join(told)

    def components(self) -> list[Component]:
        """Of the score."""
        pair = self.pair
        one, two = (pair.rate(self.positions[FORMS[0].name], person).percent or 0.0 for person in pair.people)
        n = sum(self.total(person) for person in pair.people)
        noticed = exchanges.replied(self.efforts)
        seen = sum(len(positions) >= _FORM_SEEN for positions in self.positions.values())
        found = [
            component(
                "appreciation",
                reaches(min(one, two), _FULL_RATE),
                len(self.positions[FORMS[0].name]),
                "The lower of both rates of words of appreciation, of 6 per 100 messages.",
            ),
            component(
                "balance",
                evenness(one, two),
                len(self.positions[FORMS[0].name]),
                "1 - |a - b| / (a + b) of the two rates of words of appreciation.",
            ),
            component("match", self.overlap(), n, OVERLAP),
            component("variety", seen / len(FORMS), n, f"Forms with three or more messages, of {len(FORMS)}."),
        ]
        if noticed.of >= _FORM_SEEN:
            found.append(component("recognition", share(noticed), noticed.of, RECOGNISED))
        return found

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make = {
            "appreciation": self._say_more,
            "balance": self._say_more,
            "match": self._borrow,
            "variety": self._try_another,
            "recognition": self._notice,
        }
        return make[name]()

    def _say_more(self) -> Advice:
        pair, words = self.pair, self.positions[FORMS[0].name]
        least = min(pair.people, key=lambda person: (pair.rate(words, person).percent or 0.0, person))
        told = pair.told_rate("words of appreciation", words, least, MIX)
        return Advice(
            title="Say one thing you noticed",
            target=[pair.name(least)],
            suggestion=f"{pair.name(least)} writes words of appreciation in {told}. One sentence about something small "
            "and recent is easy to write and easy to believe.",
            why="Thanks for something in particular show that it was seen.",
            example="Thank you for listening last night. It helped more than I said.",
        )

    def _borrow(self) -> Advice:
        pair = self.pair
        one, two = pair.people
        form = max(FORMS, key=lambda form: abs(share(self.mix(one, form)) - share(self.mix(two, form))))
        most = max(pair.people, key=lambda person: (share(self.mix(person, form)), -person))
        other = pair.other(most)
        return Advice(
            title="Answer in the other's form",
            target=[pair.name(other)],
            suggestion=f"{form.name.capitalize()} makes up {self.told_mix(most, form)} of what {pair.name(most)} "
            f"expresses, and {self.told_mix(other, form)} of what {pair.name(other)} does. Answering in that form now "
            "and then meets the other where they write.",
            why="What somebody gives often is something they know how to read.",
            example=_EXAMPLES[form.name],
        )

    def _try_another(self) -> Advice:
        pair = self.pair
        rarest = min(FORMS, key=lambda form: (len(self.positions[form.name]), -FORMS.index(form)))
        count = pair.times(f"{rarest.name}.count", len(self.positions[rarest.name]), MIX)
        return Advice(
            title="Try a form you rarely use",
            target=pair.names,
            suggestion=f"{rarest.name.capitalize()} comes up {count}. If that is something either of you would "
            "like, a line is enough to begin.",
            why="Another form says the same thing freshly.",
            example=_EXAMPLES[rarest.name],
        )

    def _notice(self) -> Advice:
        pair = self.pair
        least = min(pair.people, key=lambda person: (share(self.recognised(person)), person))
        return Advice(
            title="Let help be seen",
            target=[pair.name(pair.other(least))],
            suggestion=f"Of the help and gifts that {pair.name(least)} offers, {self.told_recognised(least)} get "
            "thanks, praise or fondness back within the hour.",
            why="Being noticed is what makes an effort worth repeating.",
            example="I saw you sorted that. Thank you, it took something off my mind.",
        )


_EXAMPLES = {
    "words of appreciation": "I like how you handled that today.",
    "time together": "Shall we keep Sunday morning for the two of us?",
    "help": "I can take that off your list. Shall I?",
    "gifts": "I saw this and thought of you. It's on the table.",
    "touch in words": "Sending you a long hug until I'm home.",
    "comfort and asking after each other": "How did it go today? I was thinking of you.",
}
