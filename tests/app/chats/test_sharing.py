import json
from uuid import uuid4

import pytest

from support.exports import imported, upload, whatsapp

EXPORT = whatsapp(
    ("Ann Archer", "canary words https://canary.example/link 😀"),
    ("Bob", "more canary?"),
    ("Anton Abel", "third"),
)
NAME = "WhatsApp Chat with canary.txt"


@pytest.fixture
async def chat_id(client):
    answer = await upload(client, EXPORT, NAME, prefer="wait=60")
    return answer.json()["chat_id"]


@pytest.fixture
def share(client, chat_id):
    async def share(*, shared=True, **more):
        answer = await client.put(f"/api/chats/{chat_id}/sharing", json={"shared": shared} | more)
        assert answer.status_code == 200
        return answer.json()

    return share


@pytest.fixture
def look(anonymous, chat_id):
    async def look():
        return await anonymous.get(f"/api/chats/public/{chat_id}/stats")

    return look


async def test_a_chat_is_not_public_until_it_is_shared_and_not_after(look, share, is_problem):
    assert is_problem(await look(), 404, "chat_not_found")
    assert (await share())["shared"] is True
    assert (await look()).status_code == 200
    assert (await share(shared=False))["shared"] is False
    assert is_problem(await look(), 404, "chat_not_found")


async def test_everybody_sees_numbers_and_initials_alone(client, chat_id, look, share):
    own = (await share())["chat_metadata"]

    answer = await look()
    public = answer.json()
    assert "canary" not in answer.text
    assert "Ann" not in answer.text
    assert set(public) == {"id", "filename", "participants", "chat_metadata", "created_at"}
    assert (public["id"], public["filename"]) == (chat_id, None)
    assert public["participants"] == ["AA1", "B", "AA2"]
    seen = public["chat_metadata"]
    assert set(seen) == set(own)
    assert seen["total_words_all"] == own["total_words_all"] > 0
    assert seen["links_shared_count"] == 1
    assert list(seen["user_stats"]) == public["participants"]
    assert (seen["links"], seen["top_words"]) == ([], [])


async def test_names_are_shown_where_the_owner_says_so(look, share):
    assert (await share(show_names=True))["show_names"] is True
    public = (await look()).json()
    assert public["participants"] == list(public["chat_metadata"]["user_stats"]) == ["Ann Archer", "Bob", "Anton Abel"]
    assert "canary" not in json.dumps(public)

    assert (await share())["show_names"] is False
    assert "Archer" not in (await look()).text


async def test_a_deleted_chat_is_public_no_longer(client, chat_id, look, share, is_problem):
    await share()
    await client.delete(f"/api/chats/{chat_id}")

    assert is_problem(await look(), 404, "chat_not_found")


async def test_nor_is_one_of_a_deleted_account(client, look, share, is_problem, paused_worker):
    await share()
    with paused_worker():
        assert (await client.delete("/api/users/delete-account")).status_code == 200
        assert is_problem(await look(), 404, "chat_not_found")


async def test_a_chat_shared_while_it_is_imported_is_public_only_then(client, anonymous, paused_worker, is_problem):
    with paused_worker():
        chat_id = (await upload(client, EXPORT, prefer="wait=0")).json()["chat_id"]
        assert (await client.put(f"/api/chats/{chat_id}/sharing", json={"shared": True})).status_code == 200
        assert is_problem(await anonymous.get(f"/api/chats/public/{chat_id}/stats"), 404, "chat_not_found")


async def test_only_the_owner_shares(stranger, chat_id, look, is_problem):
    answer = await stranger.put(f"/api/chats/{chat_id}/sharing", json={"shared": True})

    assert is_problem(answer, 404, "chat_not_found")
    assert is_problem(await look(), 404, "chat_not_found")


@pytest.mark.parametrize("chat", [uuid4(), "first"])
async def test_what_is_no_shared_chat_is_not_found(anonymous, chat, is_problem):
    answer = await anonymous.get(f"/api/chats/public/{chat}/stats")

    assert is_problem(answer, *((422, "invalid_request") if chat == "first" else (404, "chat_not_found")))


async def test_a_chat_can_be_shared_by_its_id_only_in_a_proper_body(client, chat_id, is_problem):
    for body in ({}, {"shared": "yes"}, {"shared": None}):
        answer = await client.put(f"/api/chats/{chat_id}/sharing", json=body)
        assert is_problem(answer, 422, "invalid_request")
    assert (await imported(client, EXPORT))["shared"] is False
