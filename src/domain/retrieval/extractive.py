"""The local answer: the sentences that answer best, in their writers' own words."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime

import regex

from domain.chats.lookup import QuotedMessage
from domain.retrieval.analysis import Analyser, words_of
from domain.retrieval.answer import (
    Answer,
    Asked,
    Citation,
    confidence,
    not_found,
    shown,
    supports,
)
from domain.retrieval.model import Hit
from domain.retrieval.question import parse_question
from domain.retrieval.wording import asks

_QUOTES = 3
_WHOLE_MESSAGE = 160
"""Characters up to which a message of one line is quoted whole."""
_LONGEST_QUOTE = 300
_BELOW_THE_BEST = 0.3
"""Of the best message's score, whatever its sign, is what another one may lack to be quoted beside it."""
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+")
_SENTENCE = regex.compile(r"[^\n]+?(?:[.!?…。！？।؟]+(?=\s|$)|[。！？।]|(?=\n)|$)")


def extract(asked: Asked) -> Answer:
    """Up to three quotations with speaker and date, each question with its reply; or that nothing supports one."""
    quoted = _best_messages(asked)
    if not quoted:
        return not_found(asked.question)
    analyser = Analyser(asked.languages)
    terms = _terms(asked.question, analyser)
    citations = [Citation(message.position, _passage(message.text, terms, analyser)) for message in quoted]
    lines = [
        f"{asked.participants[message.sender]}, {day_of(message)}: “{citation.quote}”"
        for message, citation in zip(quoted, citations, strict=True)
    ]
    return Answer(
        text="\n".join(lines), confidence=confidence(asked.evidence), answered_by="local", citations=citations
    )


def day_of(message: QuotedMessage) -> str:
    at = datetime.fromtimestamp(message.sent_at, UTC)
    return f"{at.day} {at:%B %Y}"


def _best_messages(asked: Asked) -> list[QuotedMessage]:
    """The best messages that support an answer; a question together with what was said next."""
    messages = shown(asked.evidence)
    best = _supporting(asked, messages)
    positions: dict[int, None] = {}
    for hit in best[:_QUOTES]:
        if best[0].score - hit.score > _BELOW_THE_BEST * abs(best[0].score):
            break
        positions[hit.position] = None
        if asks(messages[hit.position].text, asked.languages) and hit.position + 1 in messages:
            positions[hit.position + 1] = None
    return [messages[position] for position in positions]


def _supporting(asked: Asked, messages: Mapping[int, QuotedMessage]) -> list[Hit]:
    """The hits among these messages that may be quoted, the best first.

    Where the question names days, those of its days alone if there are any; where it says nothing besides, all of them.
    Of days on which the chat does not run, only messages that name them.
    """
    evidence = asked.evidence
    times = [message.sent_at for message in evidence.messages.values()] or [0]
    question = parse_question(asked.question, asked.participants, min(times), max(times))
    ranked = [hit for hit in evidence.ranked if hit.position in messages]
    on_named_days = [hit for hit in ranked if hit.on_named_day]
    if on_named_days and not question.says_more:
        return on_named_days
    if question.outside and not on_named_days:
        ranked = [hit for hit in ranked if question.outside.issubset(words_of(messages[hit.position].text))]
    return [hit for hit in on_named_days or ranked if supports(hit, evidence)]


def _passage(text: str, terms: frozenset[str], analyser: Analyser) -> str:
    """The whole of a short message; of a long one the sentence that shares most with the question, or its best part."""
    whole = text.strip()
    if len(whole) <= _WHOLE_MESSAGE and "\n" not in whole:
        return whole
    sentences = [match.group().strip() for match in _SENTENCE.finditer(whole) if match.group().strip()]
    return _part(
        max(sentences, key=lambda sentence: len(terms & _terms(sentence, analyser)), default=whole), terms, analyser
    )


def _part(sentence: str, terms: frozenset[str], analyser: Analyser) -> str:
    """At most so many characters as may be quoted, around where most words of the question are; whole words."""
    if len(sentence) <= _LONGEST_QUOTE:
        return sentence
    found = [word.start() for word in _WORD.finditer(sentence) if terms & _terms(word.group(), analyser)] or [0]
    runs = ((bisect_left(found, start + _LONGEST_QUOTE) - at, -at) for at, start in enumerate(found))
    size, at = max(runs)
    first, last = found[-at], found[-at + size - 1]
    start = max(0, min((first + last - _LONGEST_QUOTE) // 2, len(sentence) - _LONGEST_QUOTE))
    end = start + _LONGEST_QUOTE
    if start and (space := sentence.find(" ", start - 1, first)) >= 0:
        start = space
    if end < len(sentence) and (space := sentence.rfind(" ", last + 1, end + 1)) >= 0:
        end = space
    return sentence[start:end].strip()


def _terms(text: str, analyser: Analyser) -> frozenset[str]:
    return frozenset(
        term for word in words_of(text) if word not in analyser.stop_words for term in analyser.terms(word).words
    )
