"""Sparse vectors whose dot product with a question's is the BM25 score.

BM25 is Robertson's, with the idf of Lucene: idf(t) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length)),
idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5)). Document frequencies are those of the chat's own messages in all lists.
"""

import hmac
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.chats.statistics.languages import detect
from domain.chats.statistics.model import DEFAULTS
from domain.chats.statistics.words import segment
from domain.retrieval.analysis import Analyser, words_of
from domain.retrieval.concepts import related
from domain.retrieval.conversations import conversations, window_radius
from domain.retrieval.model import IndexedMessage, IndexFacts, SparseEntry, SparseVector
from domain.retrieval.question import Question

MESSAGE, WINDOW, CONVERSATION = "message", "window", "conversation"
SPARSE_LISTS = (MESSAGE, WINDOW, CONVERSATION)
"""A conversation's vector is stored with its first message. Pieces of words are in the messages' own list alone."""

_K1 = 1.2
_B = 0.75
_DIGITS = 4
_CACHED_TOKENS = 1 << 17
_SAMPLE = DEFAULTS.language_sample_messages

_SOUND_WEIGHT = 0.5
_GRAMS_WEIGHT = 0.5
"""Of all the pieces of a word together, where the word itself weighs 1."""
_RELATED_WEIGHT = 0.4
"""Of a word that may mean the same."""


class TokenHasher:
    """Terms as numbers that say nothing without the chat's key: 32 bits of an HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"retrieval tokens", "sha256")
        self.token = lru_cache(_CACHED_TOKENS)(self._token)

    def _token(self, term: str) -> int:
        return int.from_bytes(hmac.digest(self._key, term.encode(), "sha256")[:4])


class _Bag(Counter[int]):
    """Tokens of a text and how often each is in it; `length` is its number of words."""

    length: int = 0

    def add(self, other: "_Bag", sign: int = 1) -> None:
        for token, count in other.items():
            left = self[token] + sign * count
            if left:
                self[token] = left
            else:
                del self[token]
        self.length += sign * other.length


class _Reader:
    def __init__(self, languages: Sequence[str], hasher: TokenHasher) -> None:
        self._analyser = Analyser(languages)
        self._hasher = hasher
        self._tokens = lru_cache(_CACHED_TOKENS)(self._tokens_of)

    def read(self, text: str) -> tuple[_Bag, Counter[int]]:
        """The words of a text, and their pieces."""
        bag = _Bag()
        pieces: Counter[int] = Counter()
        for word in words_of(text):
            if word in self._analyser.stop_words:
                continue
            whole, grams = self._tokens(word)
            bag.length += 1
            for token in whole:
                bag[token] += 1
            for token in grams:
                pieces[token] += 1
        return bag, pieces

    def _tokens_of(self, word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        token = self._hasher.token
        words, sounds, grams = self._analyser.terms(word)
        return (*map(token, words), *map(token, sounds)), tuple(map(token, grams))


@dataclass(frozen=True)
class Lexicon:
    """What the vectors of one chat are made with; `facts` is what questions about it need."""

    facts: IndexFacts
    reader: _Reader
    idf: Mapping[int, float]
    mean_lengths: Mapping[str, float]


def build_lexicon(messages: Sequence[IndexedMessage], hasher: TokenHasher) -> Lexicon:
    """Count what BM25 needs, reading the messages once; memory grows with the vocabulary alone."""
    sample = [message.text for message in messages[:: len(messages) // _SAMPLE + 1] if message.text]
    languages = tuple(entry.language for entry in detect([list(segment(text)[0]) for text in sample], DEFAULTS))
    radius = window_radius(sample)
    reader = _Reader(languages, hasher)
    frequencies: Counter[int] = Counter()
    totals = dict.fromkeys(SPARSE_LISTS, 0)
    starts = array("I")
    count = 0
    for conversation in conversations(messages):
        starts.append(conversation[0].position)
        count += len(conversation)
        lengths = []
        for message in conversation:
            bag, pieces = reader.read(message.text)
            frequencies.update(bag.keys() | pieces.keys())
            lengths.append(bag.length)
        totals[MESSAGE] += sum(lengths)
        totals[CONVERSATION] += sum(lengths)
        totals[WINDOW] += sum(
            length * len(range(max(0, at - radius), min(len(lengths), at + radius + 1)))
            for at, length in enumerate(lengths)
        )
    documents = {MESSAGE: count, WINDOW: count, CONVERSATION: len(starts)}
    facts = IndexFacts(
        message_count=count,
        end=messages[-1].position + 1 if messages else 0,
        languages=languages,
        radius=radius,
        conversation_starts=starts.tobytes(),
    )
    return Lexicon(
        facts,
        reader,
        {token: math.log(1 + (count - df + 0.5) / (df + 0.5)) for token, df in frequencies.items()},
        {name: totals[name] / documents[name] or 1.0 for name in SPARSE_LISTS if documents[name]},
    )


def sparse_entries(messages: Iterable[IndexedMessage], lexicon: Lexicon) -> Iterator[SparseEntry]:
    """The vectors of every message with text, in order, holding one conversation at a time in memory."""
    for conversation in conversations(messages):
        read = [lexicon.reader.read(message.text) for message in conversation]
        bags = [bag for bag, _ in read]
        whole = _Bag()
        for bag in bags:
            whole.add(bag)
        windows = _windows(bags, lexicon.facts.radius)
        for message, (bag, pieces), window in zip(conversation, read, windows, strict=True):
            length = bag.length
            lists = {
                MESSAGE: _weighted(bag | pieces, length, MESSAGE, lexicon),
                WINDOW: _weighted(window, window.length, WINDOW, lexicon),
            }
            if message is conversation[0]:
                lists[CONVERSATION] = _weighted(whole, whole.length, CONVERSATION, lexicon)
            yield SparseEntry(message.position, lists)


def _windows(bags: Sequence[_Bag], radius: int) -> Iterator[_Bag]:
    """The sum of each bag and its neighbours. It is one bag that moves on: read it before the next one."""
    window = _Bag()
    for bag in bags[:radius]:
        window.add(bag)
    for at in range(len(bags)):
        if at + radius < len(bags):
            window.add(bags[at + radius])
        if at > radius:
            window.add(bags[at - radius - 1], -1)
        yield window


def _weighted(bag: Counter[int], length: int, name: str, lexicon: Lexicon) -> SparseVector:
    norm = _K1 * (1 - _B + _B * length / lexicon.mean_lengths[name])
    idf = lexicon.idf
    tokens = sorted(bag)
    return SparseVector(
        tokens, [round(idf[token] * bag[token] * (_K1 + 1) / (bag[token] + norm), _DIGITS) for token in tokens]
    )


def query_vector(question: Question, facts: IndexFacts, hasher: TokenHasher) -> SparseVector:
    """The vector that a question has in every sparse list."""
    analyser = Analyser(facts.languages)
    asked_in = dict.fromkeys((*question.languages, *facts.languages))
    weights: dict[int, float] = {}

    def weigh(terms: Sequence[str], weight: float) -> None:
        for term in terms:
            token = hasher.token(term)
            weights[token] = max(weights.get(token, 0.0), weight / len(terms))

    for word in dict.fromkeys(words_of(question.text)):
        if word in question.ignored or word in analyser.stop_words:
            continue
        terms = analyser.terms(word)
        weigh(terms.words, 1.0)
        weigh(terms.sounds, _SOUND_WEIGHT)
        weigh(terms.grams, _GRAMS_WEIGHT)
        for other in related(word, asked_in, facts.languages):
            terms = analyser.terms(other)
            weigh(terms.words, _RELATED_WEIGHT)
            weigh(terms.sounds, _RELATED_WEIGHT * _SOUND_WEIGHT)
    tokens = sorted(weights)
    return SparseVector(tokens, [weights[token] for token in tokens])
