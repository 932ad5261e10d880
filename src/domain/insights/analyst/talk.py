"""Who starts, writes, answers and asks: numbers of the statistics, how they are said, and what follows from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from domain.chats.statistics.estimates import per_100, proportion, ratio
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import exchanges
from domain.insights.analyst.claims import Advice, Claim, keep
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import Measures, duration, point
from domain.insights.analyst.phrasing import told_apart
from domain.insights.analyst.scoring import HIGH, component, evenness, share
from domain.insights.analyst.view import View
from domain.insights.content import Component

INITIATIONS = "statistics.user_stats.turn_taking.initiations"
RESPONSES = "statistics.user_stats.turn_taking.response_time"
QUESTIONS = "statistics.user_stats.text_messages.questions"
MESSAGES = "statistics.user_stats.message_count"
WORDS = "statistics.user_stats.word_count_all"
SESSIONS = "statistics.sessions.median_messages"
ANSWERS = "Questions of one turn count once; answered where somebody else writes within 24 hours."

_OFTEN = 60.0
_EVEN = 0.7
_ASKING = 5.0
_MINUTES, _HOUR = 300, 3_600
_LONG, _VERY_LONG, _LONGEST = 6, 30, 10
_LASTING = 0.6
"""What length counts for beside the claims about each other."""


@dataclass(frozen=True)
class Talk:
    """The talk of these people, in a view; numbers that are told are kept in `say`."""

    view: View
    people: Sequence[int]
    say: Measures

    # Numbers

    def started(self, person: int) -> Proportion:
        """The share of sessions that somebody opens."""
        return self.view.stats(person).turn_taking.initiations

    def asked(self, person: int) -> Proportion:
        """The share of somebody's text messages that ask."""
        return self.view.stats(person).text_messages.questions

    def messages(self, person: int) -> Proportion:
        """The share of the chat's messages."""
        return proportion(self.view.stats(person).message_count, self.view.statistics.total_messages)

    def words(self, person: int) -> Proportion:
        """The share of the chat's words; without an interval, as words of one message are not independent."""
        count, total = self.view.stats(person).word_count_all, self.view.statistics.total_words_all
        return Proportion(count, total, per_100(count, total), None, None)

    def words_per_message(self, person: int) -> float:
        """All words, the frequent ones too, of all of somebody's messages."""
        stats = self.view.stats(person)
        return ratio(stats.word_count_all, stats.message_count)

    def median(self, person: int) -> float:
        """Seconds to somebody's typical answer; 0 for those who answered nobody."""
        return self.view.stats(person).turn_taking.response_time.median_seconds or 0.0

    @cached_property
    def answers(self) -> list[Moment]:
        """Questions with their answers."""
        return exchanges.answers(self.view)

    @cached_property
    def within_an_hour(self) -> Proportion:
        """The share of all answers that come within an hour."""
        times = [self.view.stats(person).turn_taking.response_time for person in self.people]
        soon = sum(time.n * (time.percent_within_60_minutes or 0.0) / 100 for time in times)
        return proportion(round(soon), sum(time.n for time in times))

    def least(self, of: Callable[[int], Proportion]) -> int:
        """Who has the lowest share."""
        return min(self.people, key=lambda person: (of(person).percent or 0.0, person))

    def most(self, of: Callable[[int], Proportion]) -> int:
        """Who has the highest share."""
        return max(self.people, key=lambda person: (of(person).percent or 0.0, -person))

    def slowest(self) -> int:
        return max(self.people, key=lambda person: (self.median(person), -person))

    def quickest(self) -> int:
        return min(self.people, key=lambda person: (self.median(person), person))

    # The numbers in words

    def told_started(self, person: int) -> str:
        return self.say.share(f"initiations:{self.view.name(person)}", self.started(person), INITIATIONS)

    def told_asked(self, person: int) -> str:
        return self.say.share(f"questions:{self.view.name(person)}", self.asked(person), QUESTIONS)

    def told_messages(self, person: int) -> str:
        return self.say.share(f"messages:{self.view.name(person)}", self.messages(person), MESSAGES)

    def told_words(self, person: int) -> str:
        return self.say.share(f"words:{self.view.name(person)}", self.words(person), WORDS)

    def told_median(self, person: int) -> str:
        n = self.view.stats(person).turn_taking.response_time.n
        return self.say.seconds(f"response_time.median:{self.view.name(person)}", self.median(person), n, RESPONSES)

    def told_answers(self) -> str:
        return self.say.share("questions.answered", exchanges.replied(self.answers), ANSWERS)

    def told_within_an_hour(self) -> str:
        return self.say.share("responses.within_an_hour", self.within_an_hour, RESPONSES)

    # What follows

    def components(self) -> list[Component]:
        """Of a score: how even it is, and how reliably answers come."""
        statistics = self.view.statistics
        apart = "1 - |a - b| / (a + b) of the {} of those who have the most and the fewest."
        found = [
            component(
                "initiations",
                self._evenness(self.started),
                statistics.sessions.count,
                apart.format("conversations opened"),
            ),
            component("messages", self._evenness(self.messages), statistics.total_messages, apart.format("messages")),
            component("words", self._evenness(self.words), statistics.total_words_all, apart.format("words")),
            component(
                "responses",
                share(self.within_an_hour),
                self.within_an_hour.of,
                "The share of answers that come within an hour.",
            ),
        ]
        if self.answers:
            answered = exchanges.replied(self.answers)
            definition = f"The share of questions that are answered. {ANSWERS}"
            found.append(component("questions", share(answered), answered.of, definition))
        return found

    def claims(self) -> list[Claim]:
        """What goes well, by the numbers."""
        offered = (
            self._answered_questions(),
            self._soon_answered(),
            self._all_start(),
            self._all_ask(),
            self._long_conversations(),
        )
        return [claim for claim in offered if claim is not None]

    def advice_on(self, part: Component) -> Advice:
        """What a part calls for; to keep it so where it leaves nothing to advise."""
        if part.value >= HIGH:
            return keep(part, self.say, [self.view.name(person) for person in self.people])
        return self.advice(part.name)

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        make = {
            "initiations": self._start_more,
            "messages": self._leave_room,
            "words": self._tell_more,
            "responses": self._announce_answers,
            "questions": self._answer_questions,
        }
        return make[name]()

    def summary(self) -> str:
        """What was found, in a few sentences."""
        names = self.view.names
        sessions = self.say.count("sessions", self.view.statistics.sessions.count, "statistics.sessions.count")
        top, first, slow = self.most(self.messages), self.most(self.started), self.slowest()
        wordy = self.most(self.words)
        lead = self.told_started(first)
        opened = f"{self.view.name(first)} opens {point(lead)} of the {sessions} conversations"
        pace = f"a typical answer takes {self.told_median(slow)}"
        if duration(self.median(slow)) != duration(self.median(self.quickest())):
            quick = self.quickest()
            pace = f"{self.view.name(quick)} typically answers after {self.told_median(quick)}, "
            pace += f"{self.view.name(slow)} after {self.told_median(slow)}"
        share_of_messages = f"{self.view.name(top)} writes {point(self.told_messages(top))} of the messages"
        carried = f"{share_of_messages} and {self.told_words(top)} of the words"
        if wordy != top:
            carried = f"{share_of_messages}, {self.view.name(wordy)} {self.told_words(wordy)} of the words"
        asks = told_apart(names, self.people, self.asked, self.told_asked, "asks|ask")
        back = f", and {point(self.told_answers())} of the questions are followed within a day" if self.answers else ""
        return f"{opened}, and {pace}. {carried}. {asks}{back}."

    def _answered_questions(self) -> Claim | None:
        answered = exchanges.replied(self.answers)
        if (answered.percent_low or 0.0) < _OFTEN:
            return None
        repliers = {moment.cue: moment.replier for moment in self.answers}
        return Claim(
            value=share(answered),
            title="Questions are followed up",
            describe=lambda: f"Another writes within a day of {self.told_answers()} of the questions.",
            positions=[moment.cue for moment in self.answers if moment.lag is not None and moment.lag <= _HOUR],
            context=lambda position: (
                f"A question after which {self.view.name(repliers[position])} wrote within the hour."
            ),
        )

    def _soon_answered(self) -> Claim | None:
        if (self.within_an_hour.percent_low or 0.0) < _OFTEN:
            return None
        return Claim(
            value=share(self.within_an_hour),
            title="Answers come soon",
            describe=lambda: f"Of all answers, {self.told_within_an_hour()} come within the hour.",
            positions=self._quick_answers(),
            context=lambda position: f"{self.view.speaker(position)} answers within five minutes.",
        )

    def _all_start(self) -> Claim | None:
        least = self.least(self.started)
        even = share(self.started(least)) * len(self.people)
        if even < _EVEN:
            return None
        return Claim(
            value=min(1.0, even),
            title="Everybody starts conversations",
            describe=lambda: (
                "Nobody has to open every conversation: even "
                f"{self.view.name(least)} starts {self.told_started(least)}."
            ),
            positions=[start for start in self.view.session_starts() if self.view.sender(start) in self.people],
            context=lambda position: f"{self.view.speaker(position)} opens a conversation.",
        )

    def _all_ask(self) -> Claim | None:
        least = self.least(self.asked)
        if (self.asked(least).percent or 0.0) < _ASKING:
            return None
        return Claim(
            value=min(1.0, share(self.asked(least)) * _ASKING),
            title="Everybody asks",
            describe=lambda: (
                "Interest goes all ways: even "
                f"{self.view.name(least)} asks in {self.told_asked(least)} of the messages."
            ),
            positions=[asking for asking in self.view.asking() if self.view.sender(asking) in self.people],
            context=lambda position: f"{self.view.speaker(position)} asks.",
        )

    def _long_conversations(self) -> Claim | None:
        sessions = self.view.statistics.sessions
        median = sessions.median_messages or 0.0
        if median < _LONG:
            return None
        longest = sorted(self.view.tagged.sessions, key=lambda places: (-len(places), places.start))[:_LONGEST]
        return Claim(
            value=_LASTING * min(1.0, median / _VERY_LONG),
            title="Conversations last",
            describe=lambda: (
                "A typical conversation has "
                f"{self.say.number('sessions.median_messages', median, 'messages', sessions.count, SESSIONS)} messages."
            ),
            positions=sorted(self.view.order[places.start] for places in longest),
            context=lambda position: f"{self.view.speaker(position)} opens one of the longest conversations.",
        )

    def _quick_answers(self) -> list[int]:
        """Messages that follow another's within five minutes."""
        view = self.view
        return [
            later
            for earlier, later in pairwise(view.order)
            if view.sender(later) != view.sender(earlier) and view.time(later) - view.time(earlier) <= _MINUTES
        ]

    def _start_more(self) -> Advice:
        least = self.least(self.started)
        return Advice(
            title="Take turns in opening a conversation",
            target=[self.view.name(least)],
            suggestion=f"{self.view.name(least)} starts {self.told_started(least)} of the conversations; an opening "
            "more each week moves that.",
            why="Those who are written to first know that they are thought of.",
            example="I just saw something that made me think of you. How is your week?",
        )

    def _leave_room(self) -> Advice:
        top = self.most(self.messages)
        return Advice(
            title="Hand the word over",
            target=[self.view.name(top)],
            suggestion=f"{self.view.name(top)} writes {self.told_messages(top)} of the messages; a question at the end "
            "of one gives the word away.",
            why="A conversation is easier to carry when it rests on more than one.",
            example="That is my side of it. What do you make of it?",
        )

    def _tell_more(self) -> Advice:
        top = self.most(self.words)
        return Advice(
            title="Add a detail",
            target=[self.view.name(person) for person in self.people if person != top],
            suggestion=f"{self.view.name(top)} writes {self.told_words(top)} of the words; a second sentence from the "
            "other side now and then evens that out.",
            why="Details give the other something to answer to.",
            example="It was good, and the best part of it was this:",
        )

    def _announce_answers(self) -> Advice:
        slow = self.slowest()
        return Advice(
            title="Say when an answer will come",
            target=[self.view.name(slow)],
            suggestion=f"{self.view.name(slow)}'s typical answer takes {self.told_median(slow)}, and of all answers "
            f"{self.told_within_an_hour()} come within the hour; a short sign bridges longer waits.",
            why="A wait is easier when it has an end.",
            example="I saw this and I am busy right now. I will write tonight.",
        )

    def _answer_questions(self) -> Advice:
        return Advice(
            title="Come back to open questions",
            target=[self.view.name(person) for person in self.people],
            suggestion=f"Another writes within a day of {self.told_answers()} of the questions; the others "
            "can be taken up later.",
            why="A late answer still says that the question was read.",
            example="You asked me something yesterday, and I have not answered yet.",
        )

    def _evenness(self, of: Callable[[int], Proportion]) -> float:
        return evenness(of(self.least(of)).count, of(self.most(of)).count)
