"""How warm and open the messages of a family are: fond words, thanks, hard times and care, and stepping back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.model import Proportion
from domain.chats.statistics.questions import asking
from domain.insights.analyst import family, friendship, romance
from domain.insights.analyst.acts import NEGATIVE, OPENING_UP, REPAIRING, Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.family import SUBJECTS, Echo, Family
from domain.insights.analyst.lexicon import mask_of
from domain.insights.analyst.measures import point
from domain.insights.analyst.phrasing import joined, told_apart
from domain.insights.analyst.scoring import component, reaches, share, tone
from domain.insights.analyst.view import View
from domain.insights.content import Component

WARMTH = "Messages with loving words, hugs, praise, thanks, comfort or good wishes and nothing negative in them."
OPEN = "Messages in which somebody writes, as far as the words around it tell, of an own feeling, fear or hard time."
CARE = (
    "Messages of sadness, fear, stress or illness of one's own, those of one person within half an hour being one; "
    "answered where another writes within four hours, met with care where another then comforts, helps, praises, is "
    "fond or sorry, or asks how it is, in one of their next three messages."
)
GRATITUDE = "Messages with thanks or praise, of all messages with words."
NEGATIVITY = "Messages with anger, criticism, belittling words or demands."
STEPS_BACK = (
    "Messages that decline to talk, with a word for oneself, after another asked or wrote of something hard without a "
    "reproach."
)
APPRECIATING = frozenset({Act.THANKS, Act.PRAISE})
FORMS = {
    "loving words": frozenset({Act.AFFECTION}),
    "hugs": frozenset({Act.TOUCH}),
    "praise": frozenset({Act.PRAISE}),
    "thanks": frozenset({Act.THANKS}),
    "comfort": frozenset({Act.SUPPORT, Act.LOYALTY}),
    "good wishes": frozenset({Act.CELEBRATION}),
}
LEAST = 3
"""Moments from which a share is told as a quality or counts in a score."""

_FORM_BITS = {form: mask_of(acts) for form, acts in FORMS.items()}
_AIMED = (Act.AFFECTION, Act.PRAISE, Act.CELEBRATION)
"""Those that count only where they are meant for somebody, as far as the words around them tell."""
_PLAIN = frozenset({Act.TOUCH, Act.THANKS, Act.SUPPORT, Act.LOYALTY})
_LIGHT = frozenset({Act.LAUGHTER, Act.TEASE})
_NOT_OPEN = NEGATIVE | REPAIRING | _LIGHT | {Act.THANKS, Act.GOOD_NEWS, Act.CELEBRATION, Act.WITHDRAWAL}
_CARING = friendship.CARING - {Act.AFFECTION, Act.PRAISE, Act.QUESTION_OPEN}
_FULL_WARMTH, _FULL_OPENNESS, _FULL_GRATITUDE = 12.0, 3.0, 5.0
_ASKED_MESSAGES, _ASKED_SECONDS = 3, 3_600


@dataclass(frozen=True)
class Climate:
    family: Family

    @property
    def view(self) -> View:
        return self.family.view

    # What is there

    @cached_property
    def warm(self) -> list[int]:
        """See WARMTH."""
        plain = self.view.positions(_PLAIN, without=NEGATIVE)
        aimed = {at for act in _AIMED for at in romance.aimed(self.view, act) if not self.view.has(at, NEGATIVE)}
        return sorted(aimed.union(plain), key=self.view.tagged.place.__getitem__)

    @cached_property
    def grateful(self) -> list[int]:
        return [at for at in self.warm if self.view.has(at, APPRECIATING)]

    @cached_property
    def open(self) -> list[int]:
        """See OPEN."""
        told = self.view.positions(Act.DISCLOSURE, without=_NOT_OPEN)
        found = {at for at in told if friendship.named(self.view, at, Act.DISCLOSURE)}
        return sorted(found.union(self._hard_times), key=self.view.tagged.place.__getitem__)

    @cached_property
    def hard(self) -> list[Echo]:
        """Hard times that somebody writes of, with the care that comes back; see CARE."""
        return family.echoes(self.view, self._hard_times, self._cares)

    @cached_property
    def _hard_times(self) -> list[int]:
        found = [moment.cue for moment in friendship.hard_times(self.view)]
        return [at for at in found if not self.view.has(at, NEGATIVE | REPAIRING)]

    @cached_property
    def steps_back(self) -> list[tuple[int, int]]:
        """Messages that decline to talk, each behind what they answer; see STEPS_BACK."""
        view = self.view
        found = []
        for at in view.positions(Act.WITHDRAWAL, without=_LIGHT):
            if not friendship.named(view, at, Act.WITHDRAWAL):
                continue
            before = view.preceding(at, _ASKED_MESSAGES, _ASKED_SECONDS)
            asked = [
                earlier
                for earlier in before
                if view.sender(earlier) != view.sender(at)
                and (view.has(earlier, OPENING_UP) or asking([view.text(earlier)]))
            ]
            if asked and not view.has(asked[-1], NEGATIVE):
                found.append((asked[-1], at))
        return found

    @cached_property
    def cared(self) -> Proportion:
        """How many hard times are met with words of care."""
        return family.answered(self.hard)

    @cached_property
    def present(self) -> Proportion:
        """How many hard times are answered in any way."""
        return family.answered(family.echoes(self.view, self._hard_times, self.view.is_read))

    @property
    def taken_up(self) -> float:
        """The mean of both shares."""
        return (share(self.present) + share(self.cared)) / 2

    def avoided(self) -> list[Act]:
        """Subjects that two or more of the steps back are about, the most frequent first."""
        counts = Counter(topic for step in self.steps_back for topic in family.about(self.view, step))
        return sorted((topic for topic in counts if counts[topic] > 1), key=lambda topic: (-counts[topic], topic))

    @property
    def avoids(self) -> bool:
        """Whether somebody steps back more than once."""
        return len(self.steps_back) > 1

    def forms(self, person: int) -> list[tuple[str, int]]:
        """Somebody's forms of warmth with their counts, the most frequent first; a message may be of several."""
        masks = [self.view.tagged.masks[at] for at in self.family.own(self.warm, person)]
        counts = {form: sum(bool(mask & bits) for mask in masks) for form, bits in _FORM_BITS.items()}
        return sorted(((form, count) for form, count in counts.items() if count), key=lambda entry: -entry[1])

    def form_of(self, position: int) -> str:
        """What stands in a warm message."""
        return joined([form for form, acts in FORMS.items() if self.view.has(position, acts)][:2])

    def carers(self) -> Counter[int]:
        """How many of the moments each person met with care."""
        return Counter(self.view.sender(at) for echo in self.hard for at in echo.answers)

    # The numbers in words

    def told_warm(self, person: int) -> str:
        return self.family.told_rate("warmth.rate", self.warm, person, WARMTH)

    def told_open(self, person: int) -> str:
        return self.family.told_rate("opening_up.rate", self.open, person, OPEN)

    def told_ratio(self) -> str:
        """A sentence about warm and negative messages."""
        negative = self.view.count(NEGATIVE)
        if not negative:
            return "The word lists find no message with anger, criticism, belittling words or demands."
        told = self.family.say.count("negative", negative, NEGATIVITY)
        ratio = self.family.say.number(
            "warm.to_negative", round(len(self.warm) / negative, 1), "ratio", len(self.warm) + negative, NEGATIVITY
        )
        hold = "holds" if negative == 1 else "hold"
        return f"Of all messages, {told} {hold} anger, criticism or a demand; for each there are {ratio} warm ones."

    def told_care(self) -> str:
        """A sentence about hard times and what comes back."""
        if not self.hard:
            return "The word lists find no message in which somebody writes of a hard time of their own."
        told = self.family.counted("hard_times", len(self.hard), "moment", CARE)
        back = self.family.times("hard_times.answered", self.present.count, CARE, len(self.hard))
        met = self.family.times("hard_times.cared", self.cared.count, CARE, len(self.hard))
        lag = family.median_lag(self.hard)
        after = ""
        if lag is not None:
            after = f", typically after {self.family.say.seconds('hard_times.lag', lag, self.cared.count, CARE)}"
        return (
            f"In {told} somebody writes of a hard time; others write back {back}, with words of care that the lists "
            f"know {met}{after}."
        )

    def told_carers(self) -> str:
        """A sentence about who answers with care; nothing where nobody does."""
        counts = self.carers()
        told = [self._told_carer(person, counts[person]) for person in self.family.people if counts[person]]
        return f"Care comes from {joined(told)}." if told else ""

    def summary(self) -> str:
        """What was found, in a few sentences."""
        deed = "writes warmly|write warmly"
        people = self.family.people
        who = told_apart(self.view.names, people, lambda at: self.family.rate(self.warm, at), self.told_warm, deed)
        warm = self.told_overall("warmth.rate", self.warm, WARMTH)
        return point(f"Warm words stand in {warm}. {who}. {self.told_care()} {self.told_ratio()}")

    def _told_carer(self, person: int, count: int) -> str:
        name = self.view.names[person]
        others = sum(echo.by != person for echo in self.hard)
        met = self.family.times(f"hard_times.cared:{name}", count, CARE, others)
        moments = self.family.counted(f"hard_times.of_others:{name}", others, "moment", CARE)
        return f"{name} ({met} in {moments} of others)"

    # What follows

    def components(self) -> list[Component]:
        """Of a score; care only where there are enough moments, tone where anything was classified."""
        warm = len(self.warm)
        found = [
            component(
                "warmth",
                reaches(self.family.rate(self.warm).percent or 0.0, _FULL_WARMTH),
                warm,
                f"The rate of warm messages, of 12 per 100. {WARMTH}",
            ),
            component(
                "warmth from all",
                self._shared(),
                warm,
                "The lowest rate of warm messages of one person, of half the rate of all.",
            ),
            component(
                "thanks and praise",
                reaches(self.family.rate(self.grateful).percent or 0.0, _FULL_GRATITUDE),
                len(self.grateful),
                "The rate of messages with thanks or praise, of 5 per 100.",
            ),
            component(
                "openness",
                reaches(self.family.rate(self.open).percent or 0.0, _FULL_OPENNESS),
                len(self.open),
                f"The rate of opening up, of 3 per 100. {OPEN}",
            ),
            *self.tone(),
        ]
        if self.cared.of >= LEAST:
            found.append(
                component(
                    "care",
                    self.taken_up,
                    self.cared.of,
                    f"The mean of the shares of hard times answered and met with care. {CARE}",
                )
            )
        return found

    def tone(self) -> list[Component]:
        """Of a score, in case anything is warm or negative."""
        return tone(len(self.warm), self.view.count(NEGATIVE))

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make = {
            "warmth": self._warmer,
            "warmth from all": self._from_all,
            "thanks and praise": self._thank,
            "openness": self._open_more,
            "tone": self._gentler,
            "care": self._answer,
        }
        return make[name]()

    def _cares(self, position: int) -> bool:
        if self.view.has(position, NEGATIVE):
            return False
        return self.view.has(position, _CARING) or (self.view.has(position, _AIMED) and position in self._warm_set)

    @cached_property
    def _warm_set(self) -> set[int]:
        return set(self.warm)

    def told_overall(self, name: str, positions: Sequence[int], source: str) -> str:
        return self.family.say.rate(name, self.family.rate(positions), source)

    def _least(self, positions: Sequence[int]) -> int:
        return min(self.family.people, key=lambda person: (self.family.rate(positions, person).percent or 0.0, person))

    def _shared(self) -> float:
        every = self.family.rate(self.warm).percent or 0.0
        least = self.family.rate(self.warm, self._least(self.warm)).percent or 0.0
        return reaches(least, every / 2) if every else 0.0

    def _warmer(self) -> Advice:
        return Advice(
            title="Add a warm line to a practical one",
            target=self.family.names,
            suggestion=f"Warm words stand in {self.told_overall('warmth.rate', self.warm, WARMTH)}. A family chat is "
            "often for arrangements; one kind line beside them is enough.",
            why="Arrangements show reliability; a kind word shows what it is for.",
            example="Pick-up at six is fine. And I am glad you are coming.",
        )

    def _from_all(self) -> Advice:
        least = self._least(self.warm)
        name = self.view.names[least]
        return Advice(
            title="A sign from everybody",
            target=[name],
            suggestion=f"{name} writes warmly in {self.told_warm(least)}, the lowest rate here. An emoji or two words "
            "under somebody's news would do; warmth that is shown at home is not counted.",
            why="Those who write less are easily read as further away than they are.",
            example="Nice one. Tell me more tonight.",
        )

    def _thank(self) -> Advice:
        told = self.told_overall("gratitude.rate", self.grateful, GRATITUDE)
        return Advice(
            title="Thank for what is usual",
            target=self.family.names,
            suggestion=f"Thanks or praise stand in {told}. What somebody does every day is the easiest to overlook.",
            why="What is named is seen.",
            example="Thank you for cooking today. I noticed that you had a long day too.",
        )

    def _open_more(self) -> Advice:
        told = self.told_overall("opening_up.rate", self.open, OPEN)
        return Advice(
            title="Tell how the day was, and ask",
            target=self.family.names,
            suggestion=f"Somebody writes of a feeling or a hard time in {told}. One honest sentence invites another; "
            "nobody has to.",
            why="What is told can be answered.",
            example="Today was harder than I thought. How was yours?",
        )

    def _gentler(self) -> Advice:
        return Advice(
            title="Say the wish behind the complaint",
            target=self.family.names,
            suggestion=f"{self.told_ratio()} A complaint said as a wish is easier to hear.",
            why="A wish tells what to do; a reproach tells what was wrong.",
            example="I would love it if the kitchen were clear before I cook.",
        )

    def _answer(self) -> Advice:
        return Advice(
            title="A word before the subject changes",
            target=self.family.names,
            suggestion=f"{self.told_care()} In a busy chat a hard moment slips by; a short answer is enough.",
            why="An answer shows that it was read.",
            example="That sounds hard. Shall I call you later?",
        )


def subjects(topics: Sequence[Act]) -> list[str]:
    """Their names."""
    return [SUBJECTS[topic] for topic in topics]
