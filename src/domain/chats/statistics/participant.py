"""The statistics of one participant."""

from dataclasses import dataclass

from domain.chats.statistics import calendar, questions, tally, text_messages, timeline, turn_taking
from domain.chats.statistics.chat import Chat, written
from domain.chats.statistics.estimates import ratio
from domain.chats.statistics.model import LongestMessage, UserStatistics
from domain.chats.statistics.tally import Tally
from domain.chats.statistics.turn_taking import OwnTurns
from domain.chats.transcript import Kind

# Plain numbers, because comparing with the members themselves is slow.
_TEXT, _MEDIA, _DELETED = int(Kind.TEXT), int(Kind.MEDIA), int(Kind.DELETED)


@dataclass(frozen=True, slots=True)
class Participant:
    """The messages of one participant in order of time, and what they add up to."""

    chat: Chat
    text_messages: list[int]
    """By position."""
    texts: list[str]
    """What the text messages say."""
    captions: list[str]
    """What is written in messages of other kinds."""
    summed: Tally

    def statistics(self, own_turns: OwnTurns, sessions: int, months: range) -> UserStatistics:
        """With the turns of the participant, and the sessions and listed months of the chat."""
        chat, summed = self.chat, self.summed
        parameters, times = chat.parameters, chat.transcript.times
        content = tally.without(summed.words, chat.stop_words)
        word_count = sum(content.values())
        hourly = calendar.hourly(summed.hours)
        asking = questions.asking(self.texts)
        responses = own_turns.response_seconds
        return UserStatistics(
            message_count=summed.messages,
            word_count=word_count,
            word_count_all=summed.words_all,
            avg_words_per_message=ratio(word_count, summed.messages),
            avg_message_length_chars=ratio(sum(map(len, self.texts)), len(self.texts)),
            deleted_messages=summed.kinds[_DELETED],
            media_shared=summed.kinds[_MEDIA],
            links_shared=summed.links,
            conversation_initiations=own_turns.initiations,
            double_texting_rate=ratio(100 * own_turns.of_several_messages, own_turns.count),
            questions_asked=asking + questions.asking(self.captions),
            avg_response_time_seconds=ratio(sum(responses), len(responses)) if responses else None,
            top_words=chat.top_words(content, parameters.user_top_words),
            top_emojis=chat.top_emojis(summed.emojis, parameters.user_top_emojis),
            busiest_hour=calendar.busiest(calendar.HOURS, hourly),
            hourly_distribution=hourly,
            longest_message=self._longest(),
            turn_taking=turn_taking.of(own_turns, sessions),
            text_messages=text_messages.of(
                [times[position] for position in self.text_messages], asking=asking, laughing=summed.laughing
            ),
            messages_by_month=timeline.by_month(calendar.by_day(summed.hours), months),
        )

    def _longest(self) -> LongestMessage:
        """The one of most characters; of equals the one of most words, and of those the earliest."""
        if not self.texts:
            return LongestMessage()
        texts, reader = self.texts, self.chat.reader
        chars = max(map(len, texts))
        longest = max(
            (index for index, text in enumerate(texts) if len(text) == chars),
            key=lambda index: reader.word_count(texts[index]),
        )
        return LongestMessage(
            word_count=reader.word_count(texts[longest]),
            char_count=chars,
            timestamp=self.chat.stamp(self.chat.transcript.times[self.text_messages[longest]]),
            message=texts[longest][: self.chat.parameters.longest_message_chars],
        )


def read(chat: Chat, positions: list[int]) -> Participant:
    """The participant whose messages are at these positions."""
    kinds, texts = chat.transcript.kinds, chat.transcript.texts
    own = written(chat.transcript, positions)
    text_messages = [position for position in own if kinds[position] == _TEXT]
    own_texts = [texts[position] for position in text_messages]
    captions = [texts[position] for position in own if kinds[position] != _TEXT]
    return Participant(
        chat=chat,
        text_messages=text_messages,
        texts=own_texts,
        captions=captions,
        summed=tally.take(chat, positions, own_texts, captions),
    )
