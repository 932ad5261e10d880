from uuid import UUID, uuid4

import pytest

from support.exports import imported, upload, whatsapp
from support.waiting import eventually

HELLO = whatsapp(("Ann", "hello"), ("Bob", "hi"))
ROUTES = [
    ("GET", ""),
    ("GET", "/messages"),
    ("GET", "/messages?limit=1"),
    ("GET", "/events"),
    ("GET", "/vector-status"),
    ("PUT", "/display-name"),
    ("PUT", "/sharing"),
    ("DELETE", ""),
]
BODIES = {"/display-name": {"user_display_name": "Ann"}, "/sharing": {"shared": True}}


async def ask(client, method, chat_id, route):
    return await client.request(method, f"/api/chats/{chat_id}{route}", json=BODIES.get(route))


class TestReading:
    async def test_chats_are_listed_newest_first(self, client):
        ids = [(await imported(client, HELLO))["chat_id"] for _ in range(3)]

        assert [chat["chat_id"] for chat in (await client.get("/api/chats")).json()] == ids[::-1]

    async def test_who_has_none_gets_an_empty_list(self, client):
        answer = await client.get("/api/chats")

        assert (answer.status_code, answer.json()) == (200, [])

    async def test_the_vector_status_is_that_of_the_chat(self, client):
        chat = await imported(client, HELLO)

        answer = await client.get(f"/api/chats/{chat['chat_id']}/vector-status")
        detail = (await client.get(f"/api/chats/{chat['chat_id']}")).json()
        status = answer.json()
        assert answer.status_code == 200
        assert set(status) == {"chat_id", "vector_status", "chunk_count", "indexed_at", "is_searchable"}
        assert status["chat_id"] == chat["chat_id"]
        assert status["vector_status"] in {"pending", "indexing", "completed"}
        assert status["is_searchable"] == (status["vector_status"] == "completed")
        assert isinstance(detail["chunk_count"], int)

    @pytest.mark.parametrize(("method", "route"), ROUTES)
    async def test_a_chat_that_does_not_exist_is_not_found(self, client, method, route, is_problem):
        assert is_problem(await ask(client, method, uuid4(), route), 404, "chat_not_found")

    @pytest.mark.parametrize(("method", "route"), ROUTES)
    async def test_an_id_of_another_form_is_refused(self, client, method, route, is_problem):
        assert is_problem(await ask(client, method, "first", route), 422, "invalid_request")

    @pytest.mark.parametrize(("method", "route"), ROUTES)
    async def test_nobody_reads_without_a_token(self, anonymous, method, route, is_problem):
        assert is_problem(await ask(anonymous, method, uuid4(), route), 401, "unauthenticated")


class TestDisplayName:
    async def name(self, client, chat_id, name):
        return await client.put(f"/api/chats/{chat_id}/display-name", json={"user_display_name": name})

    async def test_a_participant_is_accepted_and_kept(self, client):
        chat_id = (await imported(client, HELLO))["chat_id"]

        for name in ("Bob", "Ann"):
            answer = await self.name(client, chat_id, name)
            assert (answer.status_code, answer.json()["user_display_name"]) == (200, name)
            assert (await client.get(f"/api/chats/{chat_id}")).json()["user_display_name"] == name

    async def test_anybody_else_is_refused(self, client, is_problem):
        chat_id = (await imported(client, HELLO))["chat_id"]

        for name in ("Cid", "ann"):
            assert is_problem(await self.name(client, chat_id, name), 422, "unknown_participant")
        for name in ("", "x" * 201, None):
            assert is_problem(await self.name(client, chat_id, name), 422, "invalid_request")
        assert (await client.get(f"/api/chats/{chat_id}")).json()["user_display_name"] is None

    async def test_there_are_no_participants_before_the_import(self, client, waiting_chat, is_problem):
        assert is_problem(await self.name(client, await waiting_chat(), "Ann"), 409, "chat_not_ready")


class TestDeletion:
    async def test_the_chat_is_gone_at_once_from_every_route(self, client, anonymous, paused_worker, is_problem):
        chat_id = (await imported(client, HELLO))["chat_id"]
        await client.put(f"/api/chats/{chat_id}/sharing", json={"shared": True})

        with paused_worker():
            answer = await client.delete(f"/api/chats/{chat_id}")
            assert (answer.status_code, answer.json()["success"], answer.json()["chat_id"]) == (200, True, chat_id)
            for method, route in ROUTES:
                assert is_problem(await ask(client, method, chat_id, route), 404, "chat_not_found")
            assert is_problem(await anonymous.get(f"/api/chats/public/{chat_id}/stats"), 404, "chat_not_found")
            assert (await client.get("/api/chats")).json() == []

    async def test_its_key_goes_with_it_and_its_messages_by_a_job(self, client, database, paused_worker):
        chat_id = UUID((await imported(client, HELLO))["chat_id"])
        messages = "SELECT count(*) FROM message WHERE chat_id = $1"
        assert await database.fetchval("SELECT count(*) FROM chat_key WHERE id = $1", chat_id) == 1

        with paused_worker():
            await client.delete(f"/api/chats/{chat_id}")
            assert await database.fetchval("SELECT count(*) FROM chat_key WHERE id = $1", chat_id) == 0
            assert await database.fetchval("SELECT count(*) FROM chat WHERE id = $1", chat_id) == 0
            assert await database.fetchval(messages, chat_id) == 2

        await eventually(lambda: is_zero(database, messages, chat_id))

    async def test_an_export_that_waits_to_be_imported_goes_too(self, client, uploads, paused_worker):
        with paused_worker():
            chat_id = (await upload(client, HELLO, prefer="wait=0")).json()["chat_id"]
            assert (uploads / chat_id).exists()
            assert (await client.delete(f"/api/chats/{chat_id}")).status_code == 200

        await eventually(lambda: not (uploads / chat_id).exists())

    async def test_other_chats_stay(self, client):
        kept, gone = [(await imported(client, HELLO))["chat_id"] for _ in range(2)]
        await client.delete(f"/api/chats/{gone}")

        assert [chat["chat_id"] for chat in (await client.get("/api/chats")).json()] == [kept]
        assert len((await client.get(f"/api/chats/{kept}/messages")).json()) == 2


async def is_zero(database, statement, chat_id):
    return await database.fetchval(statement, chat_id) == 0
