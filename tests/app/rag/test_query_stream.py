from uuid import uuid4

from support.asking import answered, ask, events, searchable
from support.exports import imported

STREAM = "/api/rag/query/stream"


async def test_the_sources_come_ahead_of_the_answer(client):
    chat_id = await searchable(client)
    question = "What did Bob book for the surprise party?"

    streamed = await ask(client, chat_id, question, path=STREAM)

    assert streamed.headers["content-type"].startswith("text/event-stream")
    (first, sources), (second, answer), (third, done) = events(streamed)
    assert (first, second, third) == ("sources", "answer", "done")
    plain = await answered(client, chat_id, question)
    assert sources == plain["sources_used"]
    assert answer == {name: plain[name] for name in answer}
    assert "boathouse" in answer["answer"]
    assert (done["chat_id"], done["response_time_ms"] > 0) == (chat_id, True)
    [_, conversation] = (await client.get(f"/api/rag/conversations/{chat_id}")).json()[:2]
    assert conversation["conversation_id"] == done["conversation_id"]


async def test_without_context_the_sources_have_no_content(client):
    chat_id = await searchable(client)

    streamed = await ask(client, chat_id, "Who plays the xylophone?", path=STREAM, include_context=False)

    [(_, sources), *_] = events(streamed)
    assert {source["content"] for source in sources} == {""}


async def test_what_goes_wrong_before_the_first_event_is_a_problem(client, stranger, is_problem):
    chat = await imported(client, b"13/07/2023, 09:00 - Ann: hello\n")

    assert is_problem(await ask(stranger, chat["chat_id"], "who?", path=STREAM), 404, "chat_not_found")
    assert is_problem(await ask(client, str(uuid4()), "who?", path=STREAM), 404, "chat_not_found")
    assert is_problem(await ask(client, chat["chat_id"], "", path=STREAM), 422, "invalid_request")
