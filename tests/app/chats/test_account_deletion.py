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


async def test_an_upload_that_outlasts_its_account_is_not_kept(client, uploads, is_problem):
    await client.get("/api/chats")
    before = set(uploads.iterdir())
    begun, deleted = asyncio.Event(), asyncio.Event()

    async def body():
        whole = form(part("file", HELLO))
        yield whole[:150]
        begun.set()
        await deleted.wait()
        yield whole[150:]

    uploading = asyncio.create_task(
        client.post("/api/chats/upload", content=body(), headers={"Content-Type": FORM_TYPE})
    )
    await begun.wait()
    # The request must have passed its authentication, and nothing tells from outside that it has.
    await eventually(lambda: client.get("/health/live"))
    assert (await client.delete("/api/users/delete-account")).status_code == 200
    deleted.set()

    assert is_problem(await uploading, 403, "account_deleted")
    assert set(uploads.iterdir()) <= before


async def none_left(database, chat_id):
    return await rows_of(database, chat_id) == 0
