import msgspec
import pytest

from domain.insights.analyst.run import draft, drafts, read
from domain.insights.analyst.view import View
from domain.insights.types import KINDS
from support.drafts import drafted, sample
from support.small_chats import chat, repeated

POLISH = ["Ania: jak się masz i co u ciebie", "Bartek: u mnie dobrze a jak jest u ciebie"]


def test_a_tiny_chat_carries_nothing_and_says_so():
    tagged = read(chat("Ann: hello there my friend", "Ben: hello"))
    for made in drafts(tagged, list(KINDS.values()), {}):
        assert made.content is None
        assert made.reason
        assert "Ann" not in made.reason
        assert made.basis.confidence.score == 0


def test_an_empty_chat_carries_nothing():
    assert all(made.content is None for made in drafts(read(chat("* +1m: x")), list(KINDS.values()), {}))


def test_types_that_need_word_lists_are_refused_in_languages_without_one():
    tagged = read(chat(*repeated(POLISH, 60)))
    for made in drafts(tagged, [kind for kind in KINDS.values() if kind.acts], {}):
        assert made.content is None
        assert "word lists" in made.reason


def test_what_retrieval_found_is_worth_reading_after_what_was_quoted():
    made, _ = drafted("communication_basics", sample(), found=[40, 7])
    assert made.positions[-2:] == [40, 7] or {40, 7} <= set(made.positions)
    assert len(set(made.positions)) == len(made.positions)


def test_the_same_chat_gives_the_same_bytes():
    kinds = list(KINDS.values())
    first, second = (
        [msgspec.json.encode(made) for made in drafts(read(sample().transcript), kinds, {})] for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("name", KINDS)
def test_every_type_asks_retrieval_and_instructs_a_model(name):
    kind = KINDS[name]
    assert kind.name == name
    assert 3 <= len(kind.queries) <= 8
    assert len(kind.instruction) > 200


def test_confidence_is_the_least_of_its_parts():
    made = draft(View(sample()), KINDS["emotional_intimacy"])
    confidence = made.basis.confidence
    assert confidence.score == min(confidence.data, confidence.coverage, confidence.language) > 0
    assert any("Word list (en)" in source for source in made.basis.sources)
