"""Retrieval without servers: the vectors of a chat in memory, and questions whose evidence is known."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from domain.chats.importing.reader import ImportOptions, read_export
from domain.chats.transcript import Flag, Transcript
from domain.retrieval.assembly import CONSIDERED, Chunk, assemble, wanted
from domain.retrieval.fusion import POPULATION, Ranking
from domain.retrieval.index import DENSE
from domain.retrieval.lexical import SPARSE_LISTS, TokenHasher, build_lexicon, query_vector, sparse_entries
from domain.retrieval.model import Hit, IndexedMessage, Sent, SparseVector
from domain.retrieval.question import Question, parse_question
from domain.retrieval.wording import reranked

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "src" / "app" / "sample"
PROBES = ROOT / "tests" / "data" / "retrieval"

Encode = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class Evidence:
    """A message that a question should find. A short one is found with its sender's name alone."""

    text: str
    sender: str | None

    def is_in(self, haystack: str) -> bool:
        return self.text in haystack and (len(self.text) >= 12 or self.sender is None or self.sender in haystack)


@dataclass(frozen=True)
class Asked:
    text: str
    evidence: list[Evidence]


@dataclass(frozen=True)
class AskedChat:
    name: str
    participants: list[str]
    messages: list[IndexedMessage]
    questions: list[Asked]


def normalised(text: str) -> str:
    """As texts are compared: NFKC, without invisible marks, one space between words, case-folded."""
    visible = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", unicodedata.normalize("NFKC", text))
    return " ".join(visible.split()).casefold()


def probe(*paths: Path) -> AskedChat:
    """Chats and questions as in tests/data/retrieval, one after another as one chat."""
    data: dict[str, list[dict[str, Any]]] = {"messages": [], "questions": []}
    for path in paths:
        more = json.loads(path.read_text(encoding="utf-8"))
        before = len(data["messages"])
        data["messages"] += more["messages"]
        data["questions"] += [
            question | {"evidence": [before + position for position in question["evidence"]]}
            for question in more["questions"]
        ]
    participants = list(dict.fromkeys(message["sender"] for message in data["messages"]))
    messages = [
        IndexedMessage(
            position,
            int(datetime.fromisoformat(message["sent_at"]).replace(tzinfo=UTC).timestamp()),
            participants.index(message["sender"]),
            message["text"],
        )
        for position, message in enumerate(data["messages"])
    ]

    def evidence(position: int) -> Evidence:
        message = data["messages"][position]
        return Evidence(normalised(message["text"]), normalised(message["sender"]))

    questions = [
        Asked(question["question"], [evidence(position) for position in question["evidence"]])
        for question in data["questions"]
    ]
    return AskedChat(" ".join(path.stem for path in paths), participants, messages, questions)


def sample() -> AskedChat:
    """The chat and questions that the product ships."""
    questions = json.loads((SAMPLE / "questions.json").read_text(encoding="utf-8"))
    asked = [
        Asked(question["question"], [Evidence(normalised(text), None) for text in question["evidence"]])
        for question in questions
    ]
    return _exported("sample", SAMPLE / "chat.txt", asked)


def given(folder: Path) -> Iterator[AskedChat]:
    """Chats of a folder with NAME.txt (an export), NAME.map.json and NAME.questions.json."""
    for path in sorted(folder.glob("*.questions.json")):
        name = path.name.removesuffix(".questions.json")
        rows = json.loads((folder / f"{name}.map.json").read_text(encoding="utf-8"))
        asked = [
            Asked(question["question"], [_mapped(rows[index]) for index in question["evidence_indexes"]])
            for question in json.loads(path.read_text(encoding="utf-8"))
            if question["evidence_indexes"]
        ]
        yield _exported(name, folder / f"{name}.txt", asked)


def _mapped(row: dict[str, str]) -> Evidence:
    text = normalised(row["text"])
    body = normalised(re.sub(r"\n?\(photo: .*\)$", "", row["text"], flags=re.DOTALL))
    return Evidence(body if len(body) >= 12 else text, normalised(row["sender"]))


def _exported(name: str, path: Path, questions: list[Asked]) -> AskedChat:
    transcript = read_export(path, ImportOptions())
    return AskedChat(name, transcript.participants, indexed(transcript), questions)


def indexed(transcript: Transcript) -> list[IndexedMessage]:
    """The messages as they reach the index."""
    rows = zip(transcript.times, transcript.senders, transcript.flags, transcript.texts, strict=True)
    return [
        IndexedMessage(position, time, sender, "" if sender < 0 or flags & Flag.PLACEHOLDER else text)
        for position, (time, sender, flags, text) in enumerate(rows)
    ]


class OfflineIndex:
    """What the vector store does, by brute force."""

    def __init__(self, chat: AskedChat, encode: Encode | None = None) -> None:
        self.chat = chat
        self._hasher = TokenHasher(bytes(32))
        lexicon = build_lexicon(chat.messages, self._hasher)
        self.facts = lexicon.facts
        self._stored: dict[str, dict[int, list[Hit]]] = {name: {} for name in SPARSE_LISTS}
        for entry in sparse_entries(chat.messages, lexicon):
            for name, vector in entry.lists.items():
                for token, weight in zip(vector.indices, vector.values, strict=True):
                    self._stored[name].setdefault(token, []).append(Hit(entry.position, weight))
        written = [message for message in chat.messages if message.text]
        self._texts = {message.position: message.text for message in written}
        self._sent = {message.position: Sent(message.sender, message.sent_at) for message in written}
        self._encode = encode
        if encode is not None:
            self._dense = encode(list(self._texts.values()))

    def ask(self, text: str, max_chunks: int = 10) -> list[Chunk]:
        """The excerpts for a question."""
        ranked = self.rank(text)
        near = [position for position in wanted(ranked) if position in self._texts]
        texts = {position: self._texts[position] for position in near}
        ranked = reranked(ranked[:CONSIDERED], texts, self._parsed(text))
        return assemble(ranked, texts, self._sent, self.chat.participants, self.facts, max_chunks)

    def rank(self, text: str) -> list[Hit]:
        question = self._parsed(text)
        vector = query_vector(question, self.facts, self._hasher)
        lists = {name: self._search(name, vector) for name in SPARSE_LISTS}
        if self._encode is not None:
            likeness = (self._dense @ self._encode([text])[0]).tolist()
            lists[DENSE] = _best(zip(self._texts, likeness, strict=True))
        return Ranking(lists, self.facts).fuse(question, self._sent)

    def _parsed(self, text: str) -> Question:
        messages = self.chat.messages
        return parse_question(text, self.chat.participants, messages[0].sent_at, messages[-1].sent_at)

    def _search(self, name: str, vector: SparseVector) -> list[Hit]:
        scores: dict[int, float] = {}
        for token, weight in zip(vector.indices, vector.values, strict=True):
            for hit in self._stored[name].get(token, ()):
                scores[hit.position] = scores.get(hit.position, 0.0) + weight * hit.score
        return _best(scores.items())


def _best(scores: Iterable[tuple[int, float]]) -> list[Hit]:
    return sorted((Hit(*pair) for pair in scores), key=lambda hit: -hit.score)[:POPULATION]


def recall(evidence: Sequence[Evidence], contents: Sequence[str], tokens: int | None = None) -> float:
    """The share of the evidence in the first so many tokens, of four characters, of the contents together."""
    joined = "\n".join(contents)
    haystack = normalised(joined if tokens is None else joined[: 4 * tokens])
    return sum(one.is_in(haystack) for one in evidence) / len(evidence)
