import asyncio
import socket
from uuid import UUID, uuid4

import pytest

from app.chats.messages import BATCH
from support.exports import imported, long_chat, upload, whatsapp
from support.waiting import eventually

NOTICE = (
    "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or listen "
    "to them. Tap to learn more."
)
EXPORT = f"""\
13/07/2023, 09:00 - {NOTICE}
13/07/2023, 09:01 - Ann: hello
second line
13/07/2023, 09:02 - Bob: <Media omitted>
13/07/2023, 09:01 - Bob: earlier <This message was edited>
13/07/2023, 09:03 - Ann: IMG-20230714-WA0004.jpg (file attached)
the terrace x² 👨‍👩‍👧
13/07/2023, 09:04 - Ann: This message was deleted
13/07/2023, 09:05 - Bob: null
"""


async def all_messages(client, chat, **query):
    answer = await client.get(f"/api/chats/{chat['chat_id']}/messages", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
async def owner(stack):
    async with stack.client(f"user_{uuid4().hex}") as owner:
        yield owner


@pytest.fixture(scope="module")
async def chat(owner):
    """A chat that no test changes."""
    return await imported(owner, EXPORT.encode())


async def test_every_row_comes_with_every_field_in_the_order_of_the_file(owner, chat):
    found = await all_messages(owner, chat)

    assert all(UUID(message.pop("id")).version == 7 for message in found)
    assert {message.pop("chat_id") for message in found} == {chat["chat_id"]}
    rows = [
        (None, NOTICE, "09:00", "system"),
        ("Ann", "hello\nsecond line", "09:01", "text"),
        ("Bob", "<Media omitted>", "09:02", "media"),
        ("Bob", "earlier", "09:01", "text"),
        ("Ann", "the terrace x² 👨‍👩‍👧", "09:03", "media"),
        ("Ann", "This message was deleted", "09:04", "deleted"),
        ("Bob", "null", "09:05", "media"),
    ]
    assert found == [
        {
            "sender": sender,
            "content": content,
            "timestamp": f"2023-07-13T{time}:00",
            "position": position,
            "kind": kind,
            "edited": position == 3,
            "view_once": position == 6,
            "attachment": "IMG-20230714-WA0004.jpg" if position == 4 else None,
        }
        for position, (sender, content, time, kind) in enumerate(rows)
    ]


async def test_the_pages_make_the_whole(owner, chat):
    whole = await all_messages(owner, chat)
    for limit in (1, 3, 6, 7, 8):
        pages, path = [], f"/api/chats/{chat['chat_id']}/messages?limit={limit}"
        while path:
            answer = await owner.get(path)
            pages.append(answer.json())
            path = answer.links.get("next", {}).get("url")
        assert [message for page in pages for message in page] == whole
        assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
        assert pages[-1]


@pytest.mark.parametrize("limit", [None, 10])
async def test_behind_a_position_come_the_messages_after_it(owner, chat, limit):
    query = {"limit": limit} if limit else {}
    assert [message["position"] for message in await all_messages(owner, chat, after=4, **query)] == [5, 6]
    assert await all_messages(owner, chat, after=6, **query) == []
    assert await all_messages(owner, chat, after=2**31 - 1, **query) == []


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 10_001}, {"limit": "x"}, {"after": -2}, {"after": 2**31}, {"after": "x"}], ids=str
)
async def test_what_is_out_of_range_is_refused(owner, chat, query, is_problem):
    answer = await owner.get(f"/api/chats/{chat['chat_id']}/messages", params=query)

    assert is_problem(answer, 422, "invalid_request")


async def test_an_array_of_several_batches_is_whole(client):
    chat = await imported(client, long_chat(2 * BATCH + 1))

    found = await all_messages(client, chat)
    assert [message["position"] for message in found] == list(range(2 * BATCH + 1))
    assert [message["content"] for message in found] == [f"so it goes {number}" for number in range(2 * BATCH + 1)]
    assert [message["position"] for message in await all_messages(client, chat, after=2 * BATCH - 1)] == [2 * BATCH]


async def test_exactly_one_batch_is_whole(client):
    chat = await imported(client, long_chat(BATCH))

    assert len(await all_messages(client, chat)) == BATCH


async def test_there_are_none_before_the_import_is_done(client, paused_worker, is_problem):
    with paused_worker():
        chat = (await upload(client, whatsapp(("Ann", "hello")), prefer="wait=0")).json()
        answer = await client.get(f"/api/chats/{chat['chat_id']}/messages")

    assert is_problem(answer, 409, "chat_not_ready")


async def test_a_chat_deleted_while_it_is_read_ends_the_connection(stack, client, subject, database, anonymous):
    chat = await imported(client, long_chat(25_000, "a word and another, " * 12))
    path, request_id = f"/api/chats/{chat['chat_id']}", uuid4().hex
    request = (
        f"GET {path}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {stack.token(subject)}\r\n"
        f"X-Request-ID: {request_id}\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    with socket.socket() as reader:
        # With a small window the server cannot send much of the answer before it has to wait for its reader.
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(0)
        await loop.sock_connect(reader, ("127.0.0.1", client.base_url.port))
        await loop.sock_sendall(reader, request.encode())
        received = bytearray(await loop.sock_recv(reader, 4096))
        assert (await client.delete(path)).status_code == 200
        while piece := await loop.sock_recv(reader, 1 << 16):
            received += piece

    assert received.startswith(b"HTTP/1.1 200 OK")
    assert b'"position":0,' in received
    assert b'"position":24999,' not in received
    assert not received.endswith(b"0\r\n\r\n")
    assert (await anonymous.get("/health/live")).status_code == 200
    assert not [line for line in stack.log("api").splitlines() if request_id in line and '"level": "error"' in line]
    left = "SELECT count(*) = 0 FROM message WHERE chat_id = $1"
    await eventually(lambda: database.fetchval(left, UUID(chat["chat_id"])))
