import asyncio
import base64
import shutil
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from app.embedded.postgres import Postgres
from app.embedded.qdrant import Qdrant
from app.embedded.valkey import Valkey
from domain.catalogue.seed import stable_id
from support.exports import form, part, post_form, upload
from support.stack import MASTER_KEY, running_stack
from support.waiting import eventually

SUBJECT = "privacy"


class Canary:
    """Words that nobody else writes, alike in their beginning, and found again in any usual encoding."""

    def __init__(self):
        self.stem = f"k{token_hex(9)}"
        self.encodings = _encodings(self.stem)

    def word(self, label):
        return f"{self.stem}{label}"

    def found_in(self, content):
        return sorted(name for name, encoded in self.encodings.items() if encoded in content)


def _encodings(stem):
    plain = stem.encode()
    encodings = {
        "utf-8": plain,
        "utf-16-le": stem.encode("utf-16-le"),
        "utf-16-be": stem.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "upper hex": plain.hex().upper().encode(),
    }
    for offset in range(3):
        # What the neighbours decide about the first and the last characters is cut off.
        encoded = base64.b64encode(b"\x00" * offset + plain)
        encodings[f"base64 at {offset}"] = encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4]
    return encodings


class Premises:
    """A stack on servers of its own, and everything that it writes."""

    def __init__(self, directory, stack, postgres, valkey):
        self.directory, self.stack, self._postgres, self._valkey = directory, stack, postgres, valkey
        self.commands = bytearray()

    @asynccontextmanager
    async def listening(self):
        """Keep every command that Valkey is sent."""
        reader, writer = await asyncio.open_unix_connection(unquote(urlsplit(self._valkey.url).path))
        writer.write(b"MONITOR\r\n")
        assert await reader.readline() == b"+OK\r\n"

        async def listen():
            while line := await reader.readline():
                self.commands += line

        listening = asyncio.create_task(listen())
        try:
            yield
        finally:
            writer.close()
            await listening

    async def rows(self):
        """Every row of every table as text: a compressed value does not show in the files."""
        connection = await asyncpg.connect(self._postgres.url)
        try:
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            return {
                table: "\n".join(row[0] for row in await connection.fetch(f"SELECT t::text FROM {table} t")).encode()
                for (table,) in tables
            }
        finally:
            await connection.close()

    async def files(self):
        """Every file, with what the database still held in memory."""
        connection = await asyncpg.connect(self._postgres.url)
        await connection.execute("CHECKPOINT")
        await connection.close()
        return [path for path in self.directory.rglob("*") if path.is_file()]


@pytest.fixture
def directory():
    # Under /tmp and open to pass through, for PostgreSQL's user.
    directory = Path(tempfile.mkdtemp(prefix="chat-insights-privacy-", dir="/tmp"))
    directory.chmod(0o711)
    (directory / "scratch").mkdir()
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
async def premises(directory):
    postgres, valkey, qdrant = Postgres(directory), Valkey(directory), Qdrant(directory, api_key="test-key")
    async with AsyncExitStack() as running:
        for server in (postgres, valkey, qdrant):
            await server.start()
            running.push_async_callback(server.stop)
        environ = {
            "ENVIRONMENT": "test",
            "DATA_DIR": str(directory / "data"),
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "QDRANT_URL": qdrant.url,
            "QDRANT_API_KEY": qdrant.api_key,
            "BLOB_URL": f"file://{directory}/blobs",
            "MASTER_KEY": MASTER_KEY,
            "MAX_UPLOAD_MB": "1",
            "TMPDIR": str(directory / "scratch"),
        }
        stack = await running.enter_async_context(running_stack(environ, directory))
        yield Premises(directory, stack, postgres, valkey)


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_the_search_knows_every_encoding(before):
    canary = Canary()
    text = f"{before}{canary.word('label')}"
    written = [text.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    written += [text.encode().hex().encode(), text.encode().hex().upper().encode(), base64.b64encode(text.encode())]

    assert all(canary.found_in(content) for content in written)
    assert canary.found_in(b"another") == []


async def test_what_people_wrote_is_found_nowhere(premises):
    chat, person = Canary(), Canary()
    token = premises.stack.token(SUBJECT, email=f"{person.stem}@example.org")
    async with premises.listening(), premises.stack.client(SUBJECT) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        await client.post("/api/users/store", json={"user_id": SUBJECT, "first_name": person.word("first")})
        await use_every_route(premises.stack, client, chat)
        await eventually(lambda: not list((premises.directory / "blobs" / "uploads").iterdir()))

    rows, files = await premises.rows(), await premises.files()
    assert {table: chat.found_in(content) for table, content in rows.items() if chat.found_in(content)} == {}
    assert {str(path): chat.found_in(path.read_bytes()) for path in files if chat.found_in(path.read_bytes())} == {}
    assert chat.found_in(premises.commands) == []

    # The account's own data stands in the database, which also proves that the search is not blind.
    assert person.found_in(rows["app_user"]) == ["utf-8"]
    holders = {path for path in files if person.found_in(path.read_bytes())}
    assert holders
    assert all(path.is_relative_to((premises.directory / "postgres" / "data").resolve()) for path in holders)
    assert person.found_in(premises.commands) == []
    signature = token.rpartition(".")[2].encode()
    assert not [path for path in files if signature in path.read_bytes()]
    assert signature not in premises.commands
    assert b"import_chat" in premises.commands


async def use_every_route(stack, client, canary):
    """Everything that a client can do with a chat, with canaries wherever something can be written."""
    person = canary.word("person")
    export = (
        f'13/07/2023, 09:00 - {person} created group "{canary.word("group")}"\n'
        f"13/07/2023, 09:01 - {person}: hello {canary.word('text')} https://{canary.word('host')}.example/x\n"
        f"13/07/2023, 09:02 - Bob: {canary.word('file')}.jpg (file attached)\n{canary.word('caption')}\n"
        + "".join(f"13/07/2023, 09:03 - Bob: {canary.word('more')} {number}\n" for number in range(500))
        + "".join(
            f"13/07/2023, 09:04 - {(person, 'Bob')[number % 2]}: Shall we talk about {canary.word('topic')} {number}?\n"
            for number in range(100)
        )
    ).encode()
    name = f"WhatsApp Chat with {canary.word('title')}.txt"
    answer = await upload(client, export, name, prefer="wait=60")
    assert answer.status_code == 200
    chat_id = answer.json()["chat_id"]
    for label in ("person", "text", "host", "more", "title"):
        assert canary.word(label) in answer.text
    path = f"/api/chats/{chat_id}"
    for route in ("", "/messages", "/messages?limit=3", "/events", "/vector-status", f"/messages?limit={person}"):
        await client.get(path + route)
    await client.get(f"/api/chats/{person}")
    for display_name in (person, canary.word("nobody")):
        await client.put(f"{path}/display-name", json={"user_display_name": display_name})
    await client.put(f"{path}/sharing", json={"shared": True, "show_names": True})
    async with stack.anonymous as anonymous:
        assert person in (await anonymous.get(f"/api/chats/public/{chat_id}/stats")).text

    await use_insights(stack, client, chat_id, canary)
    for bad in (f"Dear {canary.word('diary')}".encode(), b"PK\x03\x04" + person.encode(), person.encode("utf-16-le")):
        assert (await upload(client, bad, name)).status_code == 422
    for fields in ({"category_id": person}, {"date_order": person}):
        assert (await upload(client, export, name, **fields)).status_code == 422
    assert (await post_form(client, form(part(person, export), part("file", b"")) + export)).status_code == 422
    assert (await upload(client, b"x" * (2 << 20), name)).status_code == 413
    late = await upload(client, f"Dear {canary.word('late')}".encode(), name, prefer="wait=0")
    await client.get(f"/api/chats/{late.json()['chat_id']}")
    await client.get(f"/api/insights/{person}")
    gone = (await upload(client, export, name, prefer="wait=60")).json()["chat_id"]
    assert (await client.delete(f"/api/chats/{gone}")).status_code == 200


async def use_insights(stack, client, chat_id, canary):
    """Everything that a client can do with insights, some of which name the people and quote their messages."""
    async with stack.client("operator", admin=True) as admin:
        gift = {"user_id": SUBJECT, "amount": 400, "reason": "Gift"}
        assert (await admin.post("/api/admin/credits/adjustments", json=gift)).status_code == 200
    wanted = {"chat_id": chat_id, "category_id": str(stable_id("category", "romantic"))}
    answer = await client.post("/api/insights/unlock", json=wanted)
    assert answer.status_code == 200, answer.text
    job = f"/api/insights/jobs/{answer.json()['job_id']}"
    assert "event: done" in (await client.get(f"{job}/events")).text
    await client.get(f"{job}/status")
    found = await client.get(f"/api/insights/chats/{chat_id}")
    assert canary.word("person") in found.text
    for insight in found.json()["insights"]:
        path = f"/api/insights/{insight['id']}"
        for route in ("", "/evidence"):
            await client.get(path + route)
        await client.post(f"{path}/retry")
        generate = {"chat_id": chat_id, "insight_type_id": insight["insight_type_id"]}
        await client.post("/api/rag/generate", json=generate)
