"""Laughter, teasing, flirting and fond words between two people: who, how often, and what comes back."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, exchanges, references
from domain.insights.analyst.acts import NEGATIVE, OPENING_UP, Act
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import point
from domain.insights.analyst.phrasing import joined
from domain.insights.analyst.references import Reference
from domain.insights.analyst.romance import NONE_SEEN, Pair, aimed
from domain.insights.analyst.scoring import component, evenness, reaches
from domain.insights.analyst.view import MONTH
from domain.insights.content import Component

LAUGHED = "Messages that the other laughs at within three messages and five minutes, of all with words."
LAUGHTER = "Messages that laugh, of all messages with words."
FLIRTS = "Messages with flirting words meant for the other, of all messages with words."
FOND = "Messages with fond, tender or flirting words meant for the other, of all messages with words."
MONTHS = "Months in which either writes fond, tender or flirting words, of the months with messages."
BANTER = (
    "Teasing that laughs, or that the other answers with a laugh or a tease within three messages and five minutes."
)
LIFTED = "Hard moments in which the other jokes within the hour and the first then laughs."
EMOJI = "Cosine of the two people's emoji counts."
FUN = "Proposals with words for going out, films, music, games, sport, food or travel."
SPONTANEOUS = "Messages with words for the sudden, such as surprise, last minute or come outside."

FUN_TOPICS = {
    Act.OUTINGS: "going out",
    Act.CULTURE: "films, music, books and games",
    Act.SPORT: "sport",
    Act.FOOD: "eating together",
    Act.TRAVEL: "trips",
}
FOND_WORDS = {Act.FLIRT: "flirting words", Act.AFFECTION: "fond words", Act.TOUCH: "hugs and kisses in words"}
GAPS = {
    "laughter": "Little laughter in writing",
    "balance of laughter": "One laughs far more than the other",
    "fond words": "Few fond words from one or both",
    "steadiness": "Months without a fond word",
    "emoji in common": "Few emoji in common",
}
"""What a low part of the score shows."""
_GLAD = frozenset({Act.LAUGHTER, Act.ENTHUSIASM, Act.GOOD_NEWS, Act.CELEBRATION})
_PLAY = frozenset({Act.LAUGHTER, Act.TEASE})
_NEAR_MESSAGES, _NEAR_SECONDS = 3, 300
_LIFT_MESSAGES, _HOUR = 5, 3_600
_FULL_LAUGHED, _FULL_FOND = 8.0, 4.0
_LEAST_USES = 2
_WEIGHED = 400


@dataclass(frozen=True)
class Play:
    pair: Pair

    @cached_property
    def _all_laughs(self) -> list[Moment]:
        return exchanges.laughs(self.pair.view)

    @cached_property
    def laughs(self) -> list[Moment]:
        """Messages that made the other laugh; those about something hard or unkind are left out."""
        hard = set(self.pair.view.positions(NEGATIVE | OPENING_UP))
        return [moment for moment in self._all_laughs if moment.cue not in hard]

    @cached_property
    def laughed_at(self) -> list[int]:
        return [moment.cue for moment in self.laughs]

    @cached_property
    def laughter(self) -> list[int]:
        return self.pair.view.positions(Act.LAUGHTER)

    @cached_property
    def jokes(self) -> list[Reference]:
        """Words that both use, that come back, and near which there was laughter twice or more often."""
        return [entry for entry in references.shared(self.pair.view) if entry.laughed >= _LEAST_USES][:3]

    @cached_property
    def flirts(self) -> list[int]:
        return aimed(self.pair.view, Act.FLIRT)

    @cached_property
    def fond(self) -> list[int]:
        """Affection, touch and flirting meant for the other."""
        view = self.pair.view
        found = {*self.flirts, *aimed(view, Act.AFFECTION), *aimed(view, Act.TOUCH)}
        return sorted(found, key=view.tagged.place.__getitem__)

    @cached_property
    def banter(self) -> list[tuple[int, int | None]]:
        """Teasing messages with the laugh or the tease that answers them."""
        view = self.pair.view
        found: list[tuple[int, int | None]] = []
        for position in view.positions(Act.TEASE, without=NEGATIVE | OPENING_UP):
            back = (
                later
                for later in view.following(position, _NEAR_MESSAGES, _NEAR_SECONDS)
                if view.sender(later) != view.sender(position) and view.has(later, _PLAY)
            )
            answer = next(back, None)
            if answer is not None or view.has(position, Act.LAUGHTER):
                found.append((position, answer))
        return found

    @cached_property
    def lifted(self) -> list[tuple[int, int, int]]:
        """Something hard, the other's joke, and the laugh of the first."""
        view = self.pair.view
        joking = {moment.cue: moment for moment in self._all_laughs}
        found = []
        for cue in view.apart(view.positions(Act.DISTRESS, without=_GLAD), _HOUR // 2):
            for later in view.following(cue, _LIFT_MESSAGES, _HOUR):
                moment = joking.get(later)
                if moment is not None and moment.reply is not None and moment.replier == view.sender(cue):
                    found.append((cue, later, moment.reply))
                    break
        return found

    @cached_property
    def spontaneous(self) -> list[int]:
        return self.pair.view.positions(Act.SPONTANEITY, without=NEGATIVE | OPENING_UP | {Act.APOLOGY})

    @cached_property
    def fun(self) -> list[int]:
        """Proposals of something that is fun."""
        view = self.pair.view
        return [at for at in view.positions(Act.PROPOSAL) if view.has(at, FUN_TOPICS)]

    @cached_property
    def emoji(self) -> float | None:
        return references.emoji_similarity(self.pair.view, *self.pair.people)

    @cached_property
    def best(self) -> list[Moment]:
        """Messages that the other laughed at twice in a breath; any of them where there is none such."""
        some = evidence.spaced(self.laughs, _WEIGHED)
        return [found for found in some if self.pair.view.strength(found.reply or 0, Act.LAUGHTER) > 1] or some

    def fun_kinds(self) -> list[str]:
        """What is proposed for fun, the most frequent first."""
        counts = Counter(topic for at in self.fun for topic in FUN_TOPICS if self.pair.view.has(at, topic))
        return [FUN_TOPICS[topic] for topic in sorted(FUN_TOPICS, key=lambda topic: -counts[topic]) if counts[topic]]

    def fondness(self, person: int) -> str:
        """Which forms somebody's fond words take most."""
        own = self.pair.own(self.fond, person)
        counts = {words: sum(self.pair.view.has(at, act) for at in own) for act, words in FOND_WORDS.items()}
        used = sorted((words for words in counts if counts[words]), key=lambda words: -counts[words])
        return f"mostly {joined(used[:2])}" if used else NONE_SEEN

    def months(self) -> Proportion:
        """In how many of the months either is fond."""
        view = self.pair.view
        of = len({date[:MONTH] for date in view.statistics.messages_by_date})
        return proportion(len({view.month(position) for position in self.fond}), of)

    def humour(self, person: int) -> list[str]:
        """How somebody is funny, as far as laughter, teasing and emoji tell; empty when nothing does."""
        own = self.pair.own
        shapes = {
            "makes the other laugh": len(own(self.laughed_at, person)),
            "laughs readily": len(own(self.laughter, person)),
            "teases": len(own([tease for tease, _ in self.banter], person)),
            "comes back to shared references": len(own([at for joke in self.jokes for at in joke.positions], person)),
        }
        counts = Counter({shape: count for shape, count in shapes.items() if count >= _LEAST_USES})
        return [shape for shape, _ in counts.most_common()]

    def told_laughed_at(self, person: int) -> str:
        """A share, to be followed by `of Ann's messages`."""
        rate = self.pair.rate(self.laughed_at, person)
        return self.pair.say.share(f"laughed_at:{self.pair.name(person)}", rate, LAUGHED)

    def told_laughter(self) -> str:
        view = self.pair.view
        return self.pair.say.rate("laughter.rate", proportion(len(self.laughter), view.read_count()), LAUGHTER)

    def told_months(self) -> str:
        return self.pair.say.share("fond.months", self.months(), MONTHS)

    def told_emoji(self, similarity: float) -> str:
        emojis = self.pair.view.tagged.emojis
        n = sum(emojis[person].total() for person in self.pair.people)
        return self.pair.say.number("emoji.similarity", round(similarity, 2), "cosine", n, EMOJI)

    def summary(self) -> str:
        """What was found, in a few sentences."""
        pair = self.pair
        funny = sorted(pair.people, key=lambda person: -(pair.rate(self.laughed_at, person).percent or 0.0))
        one, two = (point(self.told_laughed_at(person)) for person in funny)
        top, other = (pair.name(person) for person in funny)
        laughs = f"{other} laughs at {one} of what {top} writes, and {top} at {two} of what {other} writes"
        told = [f"Laughter stands in {point(self.told_laughter())}: {laughs}."]
        if self.jokes:
            words = joined([references.spelt(pair.view, joke) for joke in self.jokes])
            told.append(f"Both keep coming back to {words}.")
        deed = "writes fond words|write fond words"
        told.append(f"{pair.compared('fond.rate', self.fond, deed, FOND)}.")
        if not self.flirts:
            told.append("Flirting was not found.")
        return " ".join(told)

    def components(self) -> list[Component]:
        """Of the score; emoji only where both use enough of them."""
        pair = self.pair
        one, two = (pair.rate(self.laughed_at, person).percent or 0.0 for person in pair.people)
        fond = [pair.rate(self.fond, person).percent or 0.0 for person in pair.people]
        found = [
            component(
                "laughter",
                reaches((one + two) / 2, _FULL_LAUGHED),
                len(self.laughed_at),
                "The mean of both rates of messages that the other laughs at, of 8 per 100 messages.",
            ),
            component(
                "fond words",
                reaches(min(fond), _FULL_FOND),
                len(self.fond),
                "The lower of both rates of fond, tender or flirting messages, of 4 per 100 messages.",
            ),
            component("steadiness", (self.months().percent or 0.0) / 100, len(self.fond), MONTHS),
        ]
        if self.laughed_at:
            told = "1 - |a - b| / (a + b) of the rates for laughter."
            found.append(component("balance of laughter", evenness(one, two), len(self.laughed_at), told))
        if self.emoji is not None:
            n = sum(pair.view.tagged.emojis[person].total() for person in pair.people)
            found.append(component("emoji in common", self.emoji, n, EMOJI))
        return found

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make = {
            "laughter": self._laugh,
            "balance of laughter": self._laugh,
            "fond words": self._be_fond,
            "steadiness": self._keep_up,
            "emoji in common": self._echo,
        }
        return make[name]()

    def _laugh(self) -> Advice:
        pair = self.pair
        least = min(pair.people, key=lambda person: (pair.rate(self.laughed_at, person).percent or 0.0, person))
        return Advice(
            title="Share what made you laugh",
            target=[pair.name(least)],
            suggestion=f"{pair.name(pair.other(least))} laughs in writing at {self.told_laughed_at(least)} of "
            f"{pair.name(least)}'s messages. Something odd from the day is enough.",
            why="Laughing about the same thing is quickly done.",
            example="You will not believe what the neighbour's cat did this morning.",
        )

    def _be_fond(self) -> Advice:
        pair = self.pair
        least = min(pair.people, key=lambda person: (pair.rate(self.fond, person).percent or 0.0, person))
        told = pair.told_rate("fond.rate", self.fond, least, FOND)
        return Advice(
            title="A fond word on an ordinary day",
            target=[pair.name(least)],
            suggestion=f"{pair.name(least)} writes something fond, tender or flirting in {told}. One line between two "
            "errands counts, if that is the way you two like to write.",
            why="It is nicest where it is not expected.",
            example="I saw somebody laugh like you today and had to smile.",
        )

    def _keep_up(self) -> Advice:
        return Advice(
            title="Keep it up in busy months",
            target=self.pair.names,
            suggestion=f"In {self.told_months()} of the months there is something fond, tender or flirting. A small "
            "custom, such as one line before sleep, outlives a busy month.",
            why="A custom needs no occasion.",
            example="Goodnight question: what was the best minute of your day?",
        )

    def _echo(self) -> Advice:
        told = self.told_emoji(self.emoji or 0.0)
        return Advice(
            title="Borrow each other's emoji",
            target=self.pair.names,
            suggestion=f"The emoji of the two are alike to {told}, where one would be the same. Answering with the "
            "other's favourite is a small joke of its own.",
            why="Borrowed signs become shared ones.",
            example="I'm stealing your emoji for today.",
        )
