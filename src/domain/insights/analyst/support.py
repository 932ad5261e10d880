"""Which acts the word lists know in which language: the matrix is counted from the lists themselves."""

from collections.abc import Collection
from functools import cache
from math import sqrt

from domain.chats.statistics.model import Language
from domain.insights.analyst.acts import Act
from domain.insights.analyst.lexicon import lexicons

LEAST = 0.5
"""Chats of which less is understood get no insight that needs the lists."""
_FULLEST = "en"


@cache
def matrix() -> dict[str, dict[Act, float]]:
    """By language and act, from 0 to 1: the root of a list's length over that of the English one, the fullest.

    The root, because the phrases that come first to mind when a list is made are the most frequent ones.
    """
    full = {act: len(phrases) for act, phrases in lexicons()[_FULLEST].phrases.items()}
    return {
        language: {act: round(min(1.0, sqrt(len(phrases) / full[act])), 2) for act, phrases in lexicon.phrases.items()}
        for language, lexicon in lexicons().items()
    }


def understood(languages: Collection[Language], acts: Collection[Act]) -> float:
    """How much of a chat in these languages the lists for these acts understand, from 0 to 1.

    The mean over the acts, weighed by the share of each language; 1 where no act is needed.
    """
    if not acts:
        return 1.0
    total = sum(entry.percent for entry in languages)
    if not total:
        return 0.0
    known = matrix()
    needed = [act for act in Act if act in acts]  # a sum of floats depends on its order
    weighed = sum(
        entry.percent * sum(known.get(entry.language, {}).get(act, 0.0) for act in needed) / len(needed)
        for entry in languages
    )
    return round(weighed / total, 3)


def sources(languages: Collection[Language], acts: Collection[Act]) -> list[str]:
    """Where the lists that were used come from, and the ideas of their categories."""
    if not acts:
        return []
    used = [lexicons()[entry.language] for entry in languages if entry.language in lexicons()]
    listed = [f"Word list ({lexicon.language}): {lexicon.source}" for lexicon in used]
    ideas = [text for lexicon in used for name, text in sorted(lexicon.references.items()) if name in {*acts, "we"}]
    return list(dict.fromkeys([*listed, *ideas]))
