import asyncio
from uuid import UUID

from support.exports import FORM_TYPE, form, imported, part, upload, whatsapp
from support.waiting import eventually

HELLO = whatsapp(("Ann", "hello"), ("Bob", "hi"))
ROUTES = ["", "/messages", "/events", "/vector-status"]


async def rows_of(database, chat_id):
    return await database.fetchval(
        "SELECT (SELECT count(*) FROM chat WHERE id = $1) + (SELECT count(*) FROM chat_key WHERE id = $1)"
        " + (SELECT count(*) FROM message WHERE chat_id = $1)",
        UUID(chat_id),
    )


async def test_the_chats_of_a_deleted_account_are_closed_at_once_and_erased_by_jobs(
    stack, client, subject, database, paused_worker, uploads, is_problem
):
    chat_id = (await imported(client, HELLO))["chat_id"]
    with paused_worker():
        waiting = (await upload(client, HELLO, prefer="wait=0")).json()["chat_id"]
        assert (await client.delete("/api/users/delete-account")).status_code == 200
        for route in ROUTES:
            assert is_problem(await client.get(f"/api/chats/{chat_id}{route}"), 403, "account_deleted")
        assert is_problem(await client.get("/api/chats"), 403, "account_deleted")
        async with stack.client(subject) as returned:
            assert (await returned.get("/api/chats")).json() == []
            for route in ROUTES:
                assert is_problem(await returned.get(f"/api/chats/{chat_id}{route}"), 404, "chat_not_found")

    for erased in (chat_id, waiting):
        await eventually(lambda erased=erased: none_left(database, erased))
        await eventually(lambda erased=erased: not (uploads / erased).exists())


async def test_an_upload_that_outlasts_its_account_is_not_kept(stack, client, subject, uploads, database):
    await client.get("/api/chats")
    before = set(uploads.iterdir())
    body = form(part("file", HELLO))
    head = (
        f"POST /api/chats/upload HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: Bearer {stack.token(subject)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(head.encode())
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"  # it has let the user in
    assert (await client.delete("/api/users/delete-account")).status_code == 200
    writer.write(body)

    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b'"account_deleted"' in answer
    assert set(uploads.iterdir()) <= before
    orphans = "SELECT count(*) FROM chat JOIN app_user ON app_user.id = user_id WHERE deleted_at IS NOT NULL"
    await eventually(lambda: is_zero(database, orphans))


async def is_zero(database, statement):
    return await database.fetchval(statement) == 0


async def none_left(database, chat_id):
    return await rows_of(database, chat_id) == 0
