"""How the words of a message speak for it as an answer: whether it tells something, and whether it tells when."""

from collections.abc import Mapping, Sequence

import regex

from domain.retrieval.analysis import words_of
from domain.retrieval.dates import names_a_time
from domain.retrieval.model import Hit
from domain.retrieval.question import Question, question_words

ASKING_COST = 2.5
"""Of a message that does nothing but ask, in units of fused scores."""
TIMELESS_COST = 2.0
"""Of a message that tells no time, where the question asks when."""

_SENTENCE = regex.compile(r"[^.!?…。！？।؟\n]+[.!?…。！？।؟]*")
_ASKED = ("?", "？", "؟")


def reranked(ranked: Sequence[Hit], texts: Mapping[int, str], question: Question) -> list[Hit]:
    """The hits of which the text is known, by their scores less what their wording costs."""
    hits = [
        hit._replace(score=hit.score - _cost(texts[hit.position], question.asks_when))
        for hit in ranked
        if hit.position in texts
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def asks(text: str, languages: Sequence[str]) -> bool:
    """Whether a message asks: it ends with a question mark, or begins with a question word (and is no exclamation)."""
    if text.rstrip().endswith(_ASKED):
        return True
    return next(words_of(text), None) in question_words(languages) and not text.rstrip().endswith("!")


def _cost(text: str, asks_when: bool) -> float:  # noqa: FBT001 - one of two reasons, named at the call
    asking, telling = _parts(text)
    cost = ASKING_COST * len(asking) / max(1, len(asking) + len(telling))
    if asks_when and not names_a_time(telling):
        cost += TIMELESS_COST
    return cost


def _parts(text: str) -> tuple[str, str]:
    """The sentences of a text that ask, and those that do not."""
    asking: list[str] = []
    telling: list[str] = []
    for match in _SENTENCE.finditer(text):
        sentence = match.group()
        (asking if sentence.endswith(_ASKED) else telling).append(sentence)
    return "".join(asking), "".join(telling)
