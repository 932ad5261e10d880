import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from support.exports import imported, whatsapp
from support.unlocking import category_id, talk
from support.waiting import eventually

METHODS = ("get", "put", "post", "delete")
CONVERSATION = uuid4()
BODIES = {"setDisplayName": {"user_display_name": "Ann"}, "shareChat": {"shared": True}}
USERS = 50


@pytest.fixture
async def new_client(stack):
    async with AsyncExitStack() as opened:

        async def new_client():
            return await opened.enter_async_context(stack.client(f"user_{uuid4().hex}"))

        yield new_client


@pytest.fixture
async def chat_operations(stack):
    """Every operation of the document that names a chat in its path: method, path and id."""
    async with stack.anonymous as client:
        document = (await client.get("/openapi.json")).json()
    found = [
        (method, path, operation["operationId"])
        for path, operations in document["paths"].items()
        if "{chat_id}" in path
        for method, operation in operations.items()
        if method in METHODS
    ]
    assert len(found) >= 8
    return found


def without_place(answer):
    """A problem without what names the request."""
    body = answer.json()
    assert set(body) >= {"instance", "request_id"}
    return answer.status_code, {name: body[name] for name in body.keys() - {"instance", "request_id"}}


async def test_anothers_chat_is_the_same_404_as_none_by_every_route(new_client, chat_operations):
    owner, stranger = await new_client(), await new_client()
    chat = await imported(owner, whatsapp(("Ann", "hello"), ("Bob", "hi")))

    for method, path, operation in chat_operations:

        async def ask(chat_id, method=method, path=path, operation=operation):
            place = path.format(chat_id=chat_id, conversation_id=CONVERSATION)
            return await stranger.request(method, place, json=BODIES.get(operation))

        anothers, none = await ask(chat["chat_id"]), await ask(uuid4())
        assert without_place(anothers) == without_place(none), operation
        assert anothers.status_code == 404, operation
        assert anothers.headers.keys() == none.headers.keys(), operation
    assert (await stranger.get("/api/chats")).json() == []
    after = (await owner.get(f"/api/chats/{chat['chat_id']}")).json()
    assert (after["shared"], after["user_display_name"]) == (False, None)


async def test_anothers_job_and_insights_are_the_same_404_as_none_by_every_route(stack, new_client):
    owner, stranger = await new_client(), await new_client()
    chat = await imported(owner, talk())
    user_id = (await owner.get("/api/credits/balance")).json()["user_id"]
    async with stack.client("operator", admin=True) as admin:
        gift = {"user_id": user_id, "amount": 400, "reason": "Gift"}
        assert (await admin.post("/api/admin/credits/adjustments", json=gift)).status_code == 200
    wanted = {"chat_id": chat["chat_id"], "category_id": category_id("romantic")}
    foreign = await stranger.post("/api/insights/unlock", json=wanted)
    absent = await stranger.post("/api/insights/unlock", json=wanted | {"chat_id": str(uuid4())})
    assert without_place(foreign) == without_place(absent)
    job_id = (await owner.post("/api/insights/unlock", json=wanted)).json()["job_id"]
    insight_id = (await owner.get(f"/api/insights/chats/{chat['chat_id']}")).json()["insights"][0]["id"]

    for method, path, one in [
        ("GET", "jobs/{}/status", job_id),
        ("GET", "jobs/{}/events", job_id),
        ("GET", "{}", insight_id),
        ("GET", "{}/evidence", insight_id),
        ("POST", "{}/retry", insight_id),
    ]:
        anothers = await stranger.request(method, "/api/insights/" + path.format(one))
        none = await stranger.request(method, "/api/insights/" + path.format(uuid4()))
        assert without_place(anothers) == without_place(none), path
        assert anothers.status_code == 404, path


async def test_fifty_who_upload_at_once_find_each_their_own(new_client):
    clients = [await new_client() for _ in range(USERS)]
    exports = [
        [(f"Ann{user}", f"hello {user}"), (f"Bob{user}", f"hi {user}")] + [(f"Ann{user}", f"more {user}")] * (user % 5)
        for user in range(USERS)
    ]

    chats = await asyncio.gather(
        *(upload_patiently(client, whatsapp(*export)) for client, export in zip(clients, exports, strict=True))
    )

    for client, export, chat in zip(clients, exports, chats, strict=True):
        [listed] = (await client.get("/api/chats")).json()
        assert listed["chat_id"] == chat
        assert (listed["status"], listed["filename"], listed["message_count"]) == (
            "completed",
            "_chat.txt",
            len(export),
        )
        assert listed["participants"] == list(dict.fromkeys(sender for sender, _ in export))
        messages = (await client.get(f"/api/chats/{chat}/messages")).json()
        assert [(message["sender"], message["content"]) for message in messages] == export


async def upload_patiently(client, content):
    """Upload, and wait for longer than one request may, where the machine is slow."""
    answer = await client.post(
        "/api/chats/upload", files={"file": ("_chat.txt", content)}, headers={"Prefer": "wait=30"}
    )
    assert answer.status_code in {200, 202}, answer.text
    chat_id = answer.json()["chat_id"]

    async def is_settled():
        return (await client.get(f"/api/chats/{chat_id}")).json()["status"] != "processing"

    await eventually(is_settled, timeout_s=240)
    return chat_id
