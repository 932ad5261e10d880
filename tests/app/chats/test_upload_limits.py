import asyncio
import json
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from support.exports import BOUNDARY, FORM_TYPE, form, imported, part, post_form, upload, whatsapp
from support.stack import Stack, free_port
from support.waiting import eventually

MB = 1 << 20
LIMIT = 8 * MB  # the stack's MAX_UPLOAD_MB
FILE = '; filename="_chat.txt"'


def chat_of(size):
    head = whatsapp(("Ann", "hello"))
    return head + b"x" * (size - len(head))


async def in_pieces(body):
    for start in range(0, len(body), 1 << 16):
        yield body[start : start + (1 << 16)]


@pytest.fixture
def nothing_stored(client, uploads):
    before = set(uploads.iterdir())

    async def nothing_stored():
        return (await client.get("/api/chats")).json() == [] and set(uploads.iterdir()) <= before

    return nothing_stored


async def test_a_file_of_exactly_the_limit_is_accepted(client):
    chat = await imported(client, chat_of(LIMIT))

    assert chat["message_count"] == 1


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + 20 * MB])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("connection", ["keep-alive", "close"])
async def test_a_larger_one_is_refused_to_a_client_that_sends_all_of_it(
    client, size, chunked, connection, nothing_stored, is_problem
):
    body = form(part("file", chat_of(size), FILE))
    answer = await post_form(client, in_pieces(body) if chunked else body, Connection=connection)

    assert is_problem(answer, 413, "upload_too_large")
    assert await nothing_stored()


async def test_what_stands_around_the_file_is_limited_too(client, nothing_stored, is_problem):
    preamble = b"x" * (LIMIT + 2 * MB) + b"\r\n"
    answer = await post_form(client, in_pieces(preamble + form(part("file", chat_of(100), FILE))))

    assert is_problem(answer, 413, "upload_too_large")
    assert await nothing_stored()


@pytest.mark.parametrize("sent", [100, 7 * MB], ids=["in the first bytes", "in the file"])
async def test_a_client_that_goes_away_leaves_nothing_and_is_no_error(stack, client, subject, sent, nothing_stored):
    request_id = uuid4().hex
    body = form(part("file", chat_of(LIMIT - MB // 2), FILE))
    head = (
        f"POST /api/chats/upload HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: Bearer {stack.token(subject)}\r\nX-Request-ID: {request_id}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(head.encode() + body[:sent])
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    events = await eventually(lambda: events_of(stack, request_id))
    assert [(event["event"], event["status"]) for event in events] == [("request", 422)]
    assert await nothing_stored()


def events_of(stack, request_id):
    return [json.loads(line) for line in stack.log("api").splitlines() if request_id in line]


async def test_a_zip_bomb_is_refused(client, tmp_path, nothing_stored, is_problem):
    bomb = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("_chat.txt", "w", force_zip64=True) as member,
    ):
        member.write(whatsapp(("Ann", "hello")))
        for _ in range(65):
            member.write(bytes(16 * MB))
    assert bomb.stat().st_size < LIMIT

    assert is_problem(await upload(client, bomb.read_bytes(), prefer="wait=60"), 422, "archive_too_large")
    await eventually(nothing_stored)


@pytest.fixture
async def roomy(environ, stack, tmp_path):
    """An API beside the stack's that takes larger uploads."""
    api = Stack({**environ, "PORT": str(free_port()), "MAX_UPLOAD_MB": "100"}, tmp_path)
    await api.start("api")
    await api.ready()
    yield api
    await api.stop("api")


async def test_the_api_does_not_hold_an_upload_in_memory(roomy, subject):
    def peak():
        status = Path(f"/proc/{roomy.processes['api'].pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    async def send(pieces):
        async def body():
            yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"\r\n\r\n'.encode()
            for _ in range(pieces):
                yield b"Dear diary, today nothing happened\n" * 30_000
            yield f"\r\n--{BOUNDARY}--\r\n".encode()

        return await post_form(client, body())

    async with roomy.client(subject) as client:
        assert (await send(8)).status_code == 422
        before = peak()
        assert (await send(60)).status_code == 422

    assert peak() - before < 30 * MB
