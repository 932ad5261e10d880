import asyncio
from uuid import UUID, uuid4

import pytest

from app.resources import Resources, opened
from domain.retrieval.answer import NO_QUESTION, NOT_FOUND
from support.asking import answered, ask, searchable
from support.exports import whatsapp
from support.waiting import eventually


@pytest.fixture(scope="module")
async def client(stack):
    """One user for all tests of the module."""
    async with stack.client(f"user_{uuid4().hex}") as client:
        yield client


@pytest.fixture(scope="module")
async def chat_id(client):
    """A chat that tests only read."""
    return await searchable(client)


@pytest.fixture
async def own_chat_id(client):
    """A chat whose index a test may lose."""
    return await searchable(client)


async def messages(client, chat_id):
    return (await client.get(f"/api/chats/{chat_id}/messages")).json()


async def lose_index(database, chat_id):
    await database.execute(
        "UPDATE chat_index SET state = 'retired', retired_at = now() WHERE chat_id = $1", UUID(chat_id)
    )


async def test_an_answer_quotes_the_messages_that_it_rests_on(client, chat_id):
    found = await answered(client, chat_id, "What did Bob book for the surprise party?")
    stored = {message["id"]: message for message in await messages(client, chat_id)}

    assert (found["question"], found["chat_id"]) == ("What did Bob book for the surprise party?", chat_id)
    assert "boathouse" in found["answer"]
    assert "Bob, 13 July 2023: “" in found["answer"]
    assert (found["answered_by"], found["fallback_reason"]) == ("local", None)
    assert found["confidence"] in {"high", "medium", "low"}
    assert found["response_time_ms"] > 0
    assert found["citations"]
    for citation in found["citations"]:
        message = stored[citation["message_id"]]
        assert citation["quote"] in message["content"]
        assert citation["quote"] in found["answer"]
        assert [citation[name] for name in ("position", "speaker", "timestamp")] == [
            message[name] for name in ("position", "sender", "timestamp")
        ]


async def test_sources_tell_what_they_hold_in_the_order_of_their_rank(client, chat_id):
    found = await answered(client, chat_id, "What did Bob book for the surprise party?", max_chunks=3)
    stored = {message["id"]: message for message in await messages(client, chat_id)}

    sources = found["sources_used"]
    assert 1 <= len(sources) <= 3
    assert [source["chunk_index"] for source in sources] == list(range(len(sources)))
    scores = [source["similarity_score"] for source in sources]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    for source in sources:
        held = [stored[message_id] for message_id in source["metadata"]["message_ids"]]
        assert [message["position"] for message in held] == source["metadata"]["positions"]
        assert source["message_count"] == len(held)
        assert source["speakers"] == list(dict.fromkeys(message["sender"] for message in held))
        assert source["time_span"] == f"{held[0]['timestamp']} to {held[-1]['timestamp']}"
        assert all(f"{message['sender']}: {message['content']}" in source["content"] for message in held)
        UUID(source["vector_id"])


async def test_without_context_the_sources_have_no_content(client, chat_id):
    found = await answered(client, chat_id, "Who plays the xylophone?", include_context=False)

    assert found["sources_used"]
    assert {source["content"] for source in found["sources_used"]} == {""}
    assert found["sources_used"][0]["metadata"]["positions"]


async def test_what_the_chat_does_not_tell_is_not_answered(client, chat_id):
    found = await answered(client, chat_id, "How much is parking near the cathedral?")

    assert (found["answer"], found["confidence"], found["citations"]) == (NOT_FOUND, "low", [])


@pytest.mark.parametrize("question", ["?", "   ", "🎉🎉", "...!"])
async def test_a_question_without_words_finds_nothing(client, chat_id, question):
    found = await answered(client, chat_id, question)

    assert (found["answer"], found["confidence"], found["sources_used"]) == (NO_QUESTION, "low", [])


@pytest.mark.parametrize("question", ["木琴是谁在弹？", "من يعزف؟", "ज़ाइलोफ़ोन कौन बजाता है?", "Ω" * 1000, "a\x00b"])
async def test_a_question_in_another_script_is_answered_all_the_same(client, chat_id, question):
    found = await answered(client, chat_id, question)

    assert found["answer"]
    assert found["confidence"] in {"high", "medium", "low"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": ""},
        {"question": "x" * 1001},
        {"max_chunks": 0},
        {"max_chunks": 21},
        {"chat_id": "x"},
        {"conversation_id": "x"},
    ],
    ids=str,
)
async def test_what_is_out_of_range_is_refused(client, wrong, is_problem):
    body = {"chat_id": str(uuid4()), "question": "who?"} | wrong

    assert is_problem(await client.post("/api/rag/query", json=body), 422, "invalid_request")


async def test_another_users_chat_is_as_absent_as_none(client, stranger, chat_id, is_problem):
    assert is_problem(await ask(stranger, chat_id, "who?"), 404, "chat_not_found")
    assert is_problem(await ask(client, str(uuid4()), "who?"), 404, "chat_not_found")


async def test_a_chat_that_is_not_indexed_says_so_and_is_indexed(
    client, own_chat_id, database, paused_worker, is_problem
):
    await lose_index(database, own_chat_id)
    with paused_worker():
        answer = await ask(client, own_chat_id, "Who plays the xylophone?", prefer="wait=1")
        assert is_problem(answer, 409, "chat_indexing")
        assert int(answer.headers["Retry-After"]) > 0

    async def has_answered():
        return (await ask(client, own_chat_id, "Who plays the xylophone?")).status_code == 200

    await eventually(has_answered)


async def test_a_query_waits_for_the_index_as_long_as_the_client_wants(client, own_chat_id, database):
    await lose_index(database, own_chat_id)

    found = await answered(client, own_chat_id, "Who plays the xylophone?", prefer="respond-async, wait=60")

    assert "xylophone" in found["answer"]


async def test_an_index_that_the_vector_store_has_lost_is_made_anew(client, own_chat_id, database, stack, is_problem):
    async with opened(Resources(stack.settings)) as resources:
        await resources.vector_index.delete(UUID(own_chat_id))

    assert is_problem(await ask(client, own_chat_id, "Who plays the xylophone?"), 409, "chat_indexing")
    found = await answered(client, own_chat_id, "Who plays the xylophone?", prefer="wait=60")
    assert "xylophone" in found["answer"]


async def test_a_chat_in_which_nobody_wrote_anything_is_asked_in_vain(client):
    chat_id = await searchable(client, whatsapp(("Ann", "<Media omitted>"), ("Bob", "<Media omitted>")))

    found = await answered(client, chat_id, "Who plays the xylophone?")

    assert (found["answer"], found["sources_used"]) == (NOT_FOUND, [])


async def test_a_chat_of_few_messages_is_answered_too(client):
    export = whatsapp(
        ("Ada", "Are we still on for Saturday?"), ("Ben", "Yes! I bring the cake"), ("Ada", "See you at noon")
    )
    chat_id = await searchable(client, export)

    assert "I bring the cake" in (await answered(client, chat_id, "Who brings the cake?"))["answer"]


async def test_questions_at_the_same_time_are_all_answered(client, chat_id):
    questions = [f"Who plays the xylophone number {number}?" for number in range(20)]

    found = await asyncio.gather(*(answered(client, chat_id, question) for question in questions))

    assert [answer["question"] for answer in found] == questions


async def test_no_word_of_a_question_is_logged(client, stack, chat_id):
    await answered(client, chat_id, "where is the quixoticword?")

    assert "quixoticword" not in stack.log("api") + stack.log("worker")
