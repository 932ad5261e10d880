"""What an answer is made of, and how sure one can be of it."""

import math
from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from domain.chats.lookup import QuotedMessage
from domain.chats.service import OpenedChat
from domain.retrieval.model import Hit
from domain.retrieval.search import Evidence, has_words

Confidence = Literal["high", "medium", "low"]
AnsweredBy = Literal["gemini", "local"]

NOT_FOUND = "No message that answers this was found in the chat."
NO_QUESTION = "The question holds no words to look for."

HIGH, MEDIUM, SUPPORTED = 0.8, 0.5, 0.3
"""Likenesses. Below the last, the best message is no better than what is found for questions about other chats."""

_MIDDLE = 10.0
_WIDTH = 2.5
"""In units of fused scores; with the middle, so that half the questions about other chats come out below MEDIUM."""
_WITHOUT_MEANING = 0.8
"""Scores come out lower by this where words alone were compared."""
_FULL_SIZE = 26
"""Messages in a chat from which on none can stand out too little for its score."""


class Citation(msgspec.Struct, frozen=True):
    """Words of one message, as they stand in it."""

    position: int
    quote: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    confidence: Confidence
    answered_by: AnsweredBy
    citations: list[Citation] = []
    fallback_reason: str | None = None
    """Why the answer is local although a language model was to give it, as a code."""


class EarlierTurn(msgspec.Struct, frozen=True):
    """A question that was asked before in the conversation, and what was answered."""

    question: str
    answer: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question with what was found for it."""

    question: str
    earlier: Sequence[EarlierTurn]
    evidence: Evidence
    participants: Sequence[str]
    languages: Sequence[str]
    """Of the chat, the most used first."""


class AnswerFailed(Exception):
    """A language model gave no answer that can be shown; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class Answerer(Protocol):
    """A language model that answers from excerpts.

    Raises:
        AnswerFailed: it gave none that can be shown.
    """

    async def answer(self, chat: OpenedChat, asked: Asked) -> Answer: ...

    async def close(self) -> None: ...


def likeness(score: float, evidence: Evidence) -> float:
    """A fused score as a number from 0 to 1: 1 / (1 + exp((10 - s) / 2.5)).

    `s` is the score, divided by 0.8 where nothing was embedded, and by sqrt(n - 1) / 5 in a chat of n < 26 messages,
    where none can stand out further than that.
    """
    size = min(1.0, math.sqrt(max(evidence.message_count - 1, 1) / (_FULL_SIZE - 1)))
    comparable = score / (size * (1.0 if evidence.by_meaning else _WITHOUT_MEANING))
    return 1 / (1 + math.exp((_MIDDLE - comparable) / _WIDTH))


def best_likeness(evidence: Evidence) -> float:
    return likeness(evidence.chunks[0].best.score, evidence) if evidence.chunks else 0.0


def supports(hit: Hit, evidence: Evidence) -> bool:
    """Whether a message may be quoted as an answer: from a likeness of 0.3; in a small chat, if words are shared."""
    if evidence.message_count < _FULL_SIZE:
        return hit.position in evidence.by_words
    return likeness(hit.score, evidence) >= SUPPORTED


def confidence(evidence: Evidence) -> Confidence:
    """High from a likeness of the best source of 0.8, medium from 0.5, low below."""
    best = best_likeness(evidence)
    return "high" if best >= HIGH else "medium" if best >= MEDIUM else "low"


def not_found(question: str, answered_by: AnsweredBy = "local") -> Answer:
    text = NOT_FOUND if has_words(question) else NO_QUESTION
    return Answer(text=text, confidence="low", answered_by=answered_by)


def shown(evidence: Evidence) -> dict[int, QuotedMessage]:
    """The messages of the excerpts by position."""
    positions = {position for chunk in evidence.chunks for position in chunk.positions}
    return {position: evidence.messages[position] for position in sorted(positions)}
