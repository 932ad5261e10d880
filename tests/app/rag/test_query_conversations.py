from uuid import UUID, uuid4

import pytest

from support.asking import answered, ask, searchable
from support.waiting import eventually

SECRET = "quixotic-canary-question"


@pytest.fixture
async def chat_id(client):
    return await searchable(client)


async def conversations(client, chat_id, **query):
    answer = await client.get(f"/api/rag/conversations/{chat_id}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_conversation_holds_what_was_asked_and_answered(client, chat_id):
    first = await answered(client, chat_id, "Who plays the xylophone?")
    conversation_id = first["conversation_id"]
    second = await answered(client, chat_id, "Who waters the tomatoes?", conversation_id=conversation_id)
    other = await answered(client, chat_id, "And the basil?")

    assert second["conversation_id"] == conversation_id != other["conversation_id"]
    latest, conversation, *_ = await conversations(client, chat_id)
    assert latest["conversation_id"] == other["conversation_id"]
    assert (conversation["conversation_id"], conversation["chat_id"]) == (conversation_id, chat_id)
    for turn, answer in zip(conversation["turns"], (first, second), strict=True):
        assert {name: turn[name] for name in ("question", "answer", "confidence", "answered_by")} == {
            name: answer[name] for name in ("question", "answer", "confidence", "answered_by")
        }
    assert len(await conversations(client, chat_id, limit=1)) == 1


async def test_a_follow_up_is_read_with_the_question_before(client, chat_id):
    first = await answered(client, chat_id, "Who plays the xylophone?")

    alone = await answered(client, chat_id, "Since when?")
    following = await answered(client, chat_id, "Since when?", conversation_id=first["conversation_id"])

    assert "xylophone" not in alone["answer"]
    assert "xylophone" in following["answer"]
    assert following["question"] == "Since when?"


async def test_a_conversation_that_continues_comes_first(client, chat_id):
    first = await answered(client, chat_id, "Who plays the xylophone?")
    await answered(client, chat_id, "Who waters the tomatoes?")
    await answered(client, chat_id, "Since when?", conversation_id=first["conversation_id"])

    [latest] = await conversations(client, chat_id, limit=1)
    assert latest["conversation_id"] == first["conversation_id"]


async def test_a_deleted_conversation_is_gone_and_the_others_stay(client, chat_id, database, is_problem):
    kept, gone = [await answered(client, chat_id, f"Who plays the xylophone {number}?") for number in range(2)]
    path = f"/api/rag/conversations/{chat_id}/{gone['conversation_id']}"

    assert (await client.delete(path)).json()["success"] is True

    assert is_problem(await client.delete(path), 404, "conversation_not_found")
    answer = await ask(client, chat_id, "And?", conversation_id=gone["conversation_id"])
    assert is_problem(answer, 404, "conversation_not_found")
    left = [conversation["conversation_id"] for conversation in await conversations(client, chat_id)]
    assert kept["conversation_id"] in left
    assert gone["conversation_id"] not in left
    turns = "SELECT count(*) FROM conversation_turn WHERE conversation_id = $1"
    assert await database.fetchval(turns, UUID(gone["conversation_id"])) == 0


async def test_conversations_are_their_owners_and_their_chats(client, stranger, chat_id, is_problem):
    conversation_id = (await answered(client, chat_id, "Who plays the xylophone?"))["conversation_id"]
    theirs = await searchable(stranger)

    assert is_problem(await stranger.get(f"/api/rag/conversations/{chat_id}"), 404, "chat_not_found")
    path = f"/api/rag/conversations/{chat_id}/{conversation_id}"
    assert is_problem(await stranger.delete(path), 404, "chat_not_found")
    path = f"/api/rag/conversations/{theirs}/{conversation_id}"
    assert is_problem(await stranger.delete(path), 404, "conversation_not_found")
    answer = await ask(stranger, theirs, "And?", conversation_id=conversation_id)
    assert is_problem(answer, 404, "conversation_not_found")
    assert is_problem(await ask(client, chat_id, "And?", conversation_id=str(uuid4())), 404, "conversation_not_found")


async def test_questions_are_stored_sealed_and_go_with_the_chat(client, chat_id, database):
    await answered(client, chat_id, f"Who is {SECRET}?")
    of_chat = """
        SELECT turn.sealed FROM conversation_turn turn JOIN conversation ON conversation.id = conversation_id
        WHERE chat_id = $1
    """

    stored = await database.fetch(of_chat, UUID(chat_id))
    assert stored
    assert not any(b"canary" in row["sealed"] for row in stored)

    assert (await client.delete(f"/api/chats/{chat_id}")).status_code == 200
    counted = "SELECT count(*) = 0 FROM conversation WHERE chat_id = $1"
    await eventually(lambda: database.fetchval(counted, UUID(chat_id)))
