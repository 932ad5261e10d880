import math
from collections import Counter

import msgspec
import pytest

from domain.retrieval.conversations import LONGEST_CONVERSATION
from domain.retrieval.lexical import (
    CONVERSATION,
    MESSAGE,
    SPARSE_LISTS,
    WINDOW,
    TokenHasher,
    build_lexicon,
    query_vector,
    sparse_entries,
)
from domain.retrieval.model import IndexedMessage, IndexFacts
from domain.retrieval.question import parse_question

DAY = 86_400
LONG = "lighthouse keeper wrote letters about storm and harbour lights, " * 3
TEXTS = ["this is the old bicycle", "bicycle bicycle repair", "harbour ferry", "ferry timetable winter", "bicycle lamp"]


def chat(*texts, gap=60):
    return [IndexedMessage(position, position * gap, 0, text) for position, text in enumerate(texts)]


def indexed(messages, key=b"k"):
    lexicon = build_lexicon(messages, TokenHasher(key))
    return lexicon, {entry.position: entry.lists for entry in sparse_entries(messages, lexicon)}


def score(question, lexicon, lists, key=b"k"):
    vector = query_vector(parse_question(question, ["Ann"], 0, DAY), lexicon.facts, TokenHasher(key))
    stored = dict(zip(lists.indices, lists.values, strict=True))
    return sum(weight * stored.get(token, 0) for token, weight in zip(vector.indices, vector.values, strict=True))


def bm25(word, documents, at, frequency):
    lengths = [sum(document.values()) for document in documents]
    tf, mean = documents[at][word], sum(lengths) / len(lengths)
    idf = math.log(1 + (len(TEXTS) - frequency + 0.5) / (frequency + 0.5))
    return idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths[at] / mean))


def test_the_dot_product_is_the_bm25_score():
    lexicon, entries = indexed(chat(*TEXTS))
    bags = [Counter(text.removeprefix("this is the ").split()) for text in TEXTS]
    for at in range(len(TEXTS)):
        assert score("bicycle", lexicon, entries[at][MESSAGE]) == pytest.approx(bm25("bicycle", bags, at, 3), abs=1e-3)


def test_the_window_is_scored_as_one_text_with_the_frequencies_of_messages():
    texts = [LONG + text for text in TEXTS]
    lexicon, entries = indexed(chat(*texts))
    assert lexicon.facts.radius == 2
    filler = Counter(["lighthouse", "keeper", "wrote", "letters", "storm", "harbour", "lights"] * 3)
    bags = [filler + Counter(text.removeprefix("this is the ").split()) for text in TEXTS]
    windows = [sum(bags[max(0, at - 2) : at + 3], Counter()) for at in range(len(bags))]
    for at in range(len(texts)):
        expected = bm25("bicycle", windows, at, 3)
        assert score("bicycle", lexicon, entries[at][WINDOW]) == pytest.approx(expected, abs=1e-3)


def test_a_conversation_is_stored_once_and_windows_end_with_it():
    messages = [*chat("bicycle", "lamp"), IndexedMessage(2, 3 * DAY, 0, "ferry")]
    lexicon, entries = indexed(messages)
    assert [CONVERSATION in entries[position] for position in range(3)] == [True, False, True]
    assert score("lamp", lexicon, entries[0][CONVERSATION]) > 0
    assert score("lamp", lexicon, entries[2][WINDOW]) == 0


def test_a_group_that_never_sleeps_is_cut_into_conversations():
    _, entries = indexed(chat(*["word"] * (LONGEST_CONVERSATION + 1)))
    assert [position for position, lists in entries.items() if CONVERSATION in lists] == [0, LONGEST_CONVERSATION]


def test_rows_without_text_are_not_indexed():
    lexicon, entries = indexed(chat("", "ferry", ""))
    assert list(entries) == [1]
    assert (lexicon.facts.message_count, lexicon.facts.end) == (1, 3)


def test_a_chat_without_text_has_facts_and_no_vectors():
    lexicon, entries = indexed(chat("", ""))
    assert (entries, lexicon.facts.message_count, lexicon.facts.conversation_starts) == ({}, 0, b"")


def test_token_ids_rise_and_tell_nothing_without_the_key():
    _, entries = indexed(chat(*TEXTS))
    _, other = indexed(chat(*TEXTS), b"another key")
    for name in SPARSE_LISTS:
        tokens = list(entries[0][name].indices)
        assert tokens == sorted(set(tokens))
        assert all(0 <= token < 2**32 for token in tokens)
        assert not set(tokens) & set(other[0][name].indices)


def test_entries_are_made_one_conversation_at_a_time():
    messages = chat(*["ferry"] * 5, gap=DAY)
    read = []

    def reading():
        for message in messages:
            read.append(message.position)
            yield message

    next(sparse_entries(reading(), build_lexicon(messages, TokenHasher(b"k"))))
    assert read == [0, 1]


def test_facts_survive_storage():
    facts = build_lexicon(chat(*TEXTS), TokenHasher(b"k")).facts
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=IndexFacts) == facts


HINGLISH = ["yaar naya makaan dekha aur bahut accha hai", "kiraya kitna hai bhai mujhe bhi nahi pata"]


@pytest.mark.parametrize("question", ["How much is the rent?", "किराया कितना है?", "kiraaya kitna hai"])
def test_a_question_in_another_language_or_script_finds_the_word(question):
    lexicon, entries = indexed(chat(*HINGLISH))
    assert lexicon.facts.languages == ("hinglish",)
    scores = [score(question, lexicon, entries[at][MESSAGE]) for at in range(2)]
    assert scores[1] > scores[0] == 0


def test_words_that_name_participants_are_not_searched():
    facts = build_lexicon(chat("Ann said hello"), TokenHasher(b"k")).facts
    vector = query_vector(parse_question("What did Ann say?", ["Ann"], 0, DAY), facts, TokenHasher(b"k"))
    assert TokenHasher(b"k").token("ann") not in vector.indices
