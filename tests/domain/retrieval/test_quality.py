import pytest

from support.offline_retrieval import PROBES, OfflineIndex, probe, recall, sample

FLOORS = {"english": 0.80, "german": 0.80, "hindi": 0.95, "hinglish": 0.95, "portuguese": 0.95, "spanish": 0.85}


def mean_recall(index, tokens):
    found = [
        recall(question.evidence, [chunk.text for chunk in index.ask(question.text)], tokens)
        for question in index.chat.questions
    ]
    return sum(found) / len(found)


@pytest.mark.parametrize("name", ["german", "hindi", "hinglish", "portuguese", "spanish"])
def test_words_alone_find_the_evidence_in_other_languages(name):
    index = OfflineIndex(probe(PROBES / f"{name}.json"))
    assert mean_recall(index, 500) >= FLOORS[name]


def test_words_alone_find_the_evidence_in_the_sample():
    assert mean_recall(OfflineIndex(sample()), 2_000) >= FLOORS["english"]
