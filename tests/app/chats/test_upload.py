import asyncio
from uuid import UUID, uuid4

import pytest

from support.exports import (
    BOUNDARY,
    FORM_TYPE,
    NOT_AN_EXPORT,
    form,
    imported,
    part,
    post_form,
    upload,
    whatsapp,
    zipped,
)
from support.waiting import eventually

HELLO = whatsapp(("Ann", "hello"), ("Bob", "hi"))
SMALL = """\
13/07/2023, 09:00 - Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can \
read or listen to them. Tap to learn more.
13/07/2023, 09:00 - Ann: Are we still on for lunch?
13/07/2023, 09:05 - Bob: Certainly https://example.org/menu
13/07/2023, 09:05 - Bob: <Media omitted>
14/07/2023, 18:30 - Ann: This message was deleted
14/07/2023, 18:31 - Bob: 😀 lovely lunch
second line
14/07/2023, 18:34 - Ann: the terrace
"""


async def chats_of(client):
    return (await client.get("/api/chats")).json()


class TestCompletedChat:
    async def test_it_carries_every_field(self, client, subject):
        chat = await imported(client, SMALL.encode(), filename="WhatsApp Chat with Bob.txt")

        assert UUID(chat.pop("chat_id")).version == 7
        assert chat.pop("created_at").endswith("Z")
        assert chat.pop("import_report")["counts"]["system"] == 1
        assert chat.pop("chat_metadata")["total_messages"] == 6
        assert chat == {
            "user_id": subject,
            "title": "Bob",
            "filename": "WhatsApp Chat with Bob.txt",
            "participants": ["Ann", "Bob"],
            "user_display_name": None,
            "category_id": None,
            "category_slug": None,
            "category_name": None,
            "platform": "whatsapp",
            "status": "completed",
            "insights_unlocked": False,
            "vector_status": chat["vector_status"],
            "chunk_count": chat["chunk_count"],
            "indexed_at": chat["indexed_at"],
            "error_log": None,
            "message_count": 7,
            "shared": False,
            "show_names": False,
        }

    async def test_its_statistics_are_what_a_hand_counts(self, client):
        found = (await imported(client, SMALL.encode()))["chat_metadata"]

        by_hand = {
            "total_messages": 6,
            "total_words": 7,  # lunch, certainly, lovely lunch second line, terrace
            "total_words_all": 13,
            "date_range": {"start": "2023-07-13T09:00:00", "end": "2023-07-14T18:34:00"},
            "total_days": 2,
            "messages_per_day_avg": 3.0,
            "messages_by_date": {"2023-07-13": 3, "2023-07-14": 3},
            "deleted_messages_count": 1,
            "media_shared_count": 1,
            "links_shared_count": 1,
            "links": [{"url": "https://example.org/menu", "user": "Bob", "timestamp": "2023-07-13T09:05:00"}],
            "busiest_hour": 9,
            "hourly_distribution": [3 if hour in {9, 18} else 0 for hour in range(24)],
            "top_emojis": [{"emoji": "😀", "count": 1}],
            "zone": "local",
            "resolution_seconds": 60,
        }
        assert found["top_words"][0] == {"word": "lunch", "count": 2}
        assert {name: found[name] for name in by_hand} == by_hand
        ann, bob = found["user_stats"]["Ann"], found["user_stats"]["Bob"]
        assert (ann["message_count"], ann["word_count_all"], ann["questions_asked"]) == (3, 8, 1)
        assert (ann["conversation_initiations"], ann["deleted_messages"]) == (2, 1)
        assert ann["avg_response_time_seconds"] == 180.0
        assert (bob["message_count"], bob["word_count_all"], bob["media_shared"]) == (3, 5, 1)
        assert bob["avg_response_time_seconds"] == 180.0
        assert bob["double_texting_rate"] == 50.0

    async def test_list_and_detail_say_the_same(self, client):
        chat = await imported(client, HELLO)

        detail = (await client.get(f"/api/chats/{chat['chat_id']}")).json()
        assert await chats_of(client) == [detail]
        moving = {"vector_status", "chunk_count", "indexed_at"}
        assert {name: value for name, value in detail.items() if name not in moving} == {
            name: value for name, value in chat.items() if name not in moving
        }

    async def test_an_export_in_a_zip_is_the_same_chat(self, client):
        chat = await imported(client, zipped(_chat=HELLO), filename="WhatsApp Chat - Bob.zip")

        assert (chat["message_count"], chat["title"], chat["participants"]) == (2, "Bob", ["Ann", "Bob"])


class TestForm:
    @pytest.mark.parametrize("file_first", [True, False])
    async def test_parts_come_in_any_order(self, client, file_first):
        category = (await client.get("/api/categories")).json()[0]
        parts = [part("file", HELLO, '; filename="_chat.txt"'), part("category_id", category["id"].encode())]
        answer = await post_form(client, form(*(parts if file_first else reversed(parts))))

        assert answer.status_code == 200
        chat = answer.json()
        assert (chat["category_id"], chat["category_slug"]) == (category["id"], category["name"])
        assert chat["category_name"] == category["display_name"]

    async def test_an_unknown_category_is_told_and_nothing_is_left(self, client, is_problem, uploads):
        before = set(uploads.iterdir())
        assert is_problem(await upload(client, HELLO, category_id=str(uuid4())), 404, "category_not_found")
        assert is_problem(await upload(client, HELLO, category_id="family"), 422, "upload_malformed")
        assert (await chats_of(client), set(uploads.iterdir()) - before) == ([], set())

    async def test_an_empty_category_is_none(self, client):
        assert (await imported(client, HELLO, category_id=""))["category_id"] is None

    @pytest.mark.parametrize(("order", "first_day"), [("dmy", "2023-02-01"), ("mdy", "2023-01-02")])
    async def test_the_uploader_may_give_the_date_order(self, client, order, first_day):
        chat = await imported(client, b"01/02/2023, 09:00 - Ann: hello\n", date_order=order)

        assert list(chat["chat_metadata"]["messages_by_date"]) == [first_day]
        assert chat["import_report"]["date_order"]["confidence"] == "given"

    async def test_another_date_order_is_refused(self, client, is_problem):
        assert is_problem(await upload(client, HELLO, date_order="ydm"), 422, "upload_malformed")

    @pytest.mark.parametrize(
        ("given", "label"),
        [
            ('; filename="/home/ann/_chat.txt"', "_chat.txt"),
            ('; filename="C:\\chats\\_chat.txt"', "_chat.txt"),
            ('; filename="../../etc/passwd"', "passwd"),
            ('; filename="a\u202etxt.exe\x07\u2028b\u200f.txt"', "atxt.exeb.txt"),
            ('; filename="می\u200cخواهم 👨\u200d👩\u200d👧 🫨.txt"', "می\u200cخواهم 👨\u200d👩\u200d👧 🫨.txt"),
            (f'; filename="{"x" * 300}"', "x" * 255),
            ('; filename=""', "chat"),
            ('; filename="\u202e"', "chat"),
            ('; filename="exports/"', "chat"),
            ("", "chat"),
        ],
        ids=ascii,
    )
    async def test_the_file_name_is_a_clean_label(self, client, given, label):
        answer = await post_form(client, form(part("file", HELLO, given)))

        assert (answer.status_code, answer.json()["filename"]) == (200, label)

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b'{"file": 1}', "application/json"),
            (b"file=x", "application/x-www-form-urlencoded"),
            (form(part("file", HELLO)), "multipart/form-data"),
            (form(part("file", HELLO)), "multipart/form-data; boundary="),
            (form(part("file", HELLO)), "multipart/form-data; boundary=another"),
            (b"", FORM_TYPE),
            (b"\x00\xff" * 1000, FORM_TYPE),
            (form(), FORM_TYPE),
            (form(part("category_id", b"")), FORM_TYPE),
            (form(part("file", HELLO), part("file", HELLO)), FORM_TYPE),
            (form(part("file", HELLO))[:-10], FORM_TYPE),
            (part("file", HELLO)[:-30], FORM_TYPE),
            (f"--{BOUNDARY}\r\n\r\nnameless\r\n--{BOUNDARY}--\r\n".encode(), FORM_TYPE),
            (form(part("file", HELLO, '; filename="\xff"')).replace("\xff".encode(), b"\xff"), FORM_TYPE),
            (form(part("file", HELLO), part("category_id", b"\xff")), FORM_TYPE),
            (form(part("file", HELLO), part("category_id", b"x" * 20_000)), FORM_TYPE),
            (form(*[part("x", b"")] * 30, part("file", HELLO)), FORM_TYPE),
        ],
        ids=[
            "json",
            "urlencoded",
            "no boundary",
            "empty boundary",
            "wrong boundary",
            "empty body",
            "garbage",
            "no parts",
            "no file",
            "two files",
            "no end",
            "truncated file",
            "nameless part",
            "name is not UTF-8",
            "field is not UTF-8",
            "long field",
            "many parts",
        ],
    )
    async def test_what_is_no_form_with_one_file_is_refused(self, client, body, content_type, is_problem, uploads):
        before = set(uploads.iterdir())
        assert is_problem(await post_form(client, body, content_type), 422, "upload_malformed")
        assert (await chats_of(client), set(uploads.iterdir()) - before) == ([], set())


class TestUnreadableFile:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (NOT_AN_EXPORT, "export_not_recognised"),
            (b"", "export_empty"),
            (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, None),
            (b"PK\x03\x04 and no more", "archive_unreadable"),
            (zipped(notes=NOT_AN_EXPORT), "archive_without_transcript"),
        ],
        ids=["text", "empty", "binary", "broken zip", "zip without a chat"],
    )
    async def test_it_is_told_by_its_code_and_nothing_is_left(self, client, content, code, uploads):
        before = set(uploads.iterdir())
        answer = await upload(client, content)

        body = answer.json()
        assert answer.status_code == 422
        assert body["error_code"] == (code or body["error_code"])
        assert body["error_code"].startswith(("export_", "archive_"))
        assert await chats_of(client) == []
        await eventually(lambda: not set(uploads.iterdir()) - before)

    async def test_after_a_202_the_chat_stays_as_failed_until_deleted(self, client, paused_worker, is_problem, uploads):
        with paused_worker():
            answer = await upload(client, NOT_AN_EXPORT, prefer="wait=0")
            assert (answer.status_code, answer.json()["error_log"]) == (202, None)
        path = answer.headers["location"]

        chat = await eventually(lambda: settled(client, path))
        assert (chat["status"], chat["error_log"]) == ("failed", "export_not_recognised")
        assert (chat["participants"], chat["chat_metadata"], chat["message_count"]) == (None, None, 0)
        assert is_problem(await client.get(f"{path}/messages"), 409, "chat_import_failed")
        assert is_problem(
            await client.put(f"{path}/display-name", json={"user_display_name": "Ann"}), 409, "chat_import_failed"
        )
        await eventually(lambda: not (uploads / chat["chat_id"]).exists())
        assert (await client.delete(path)).status_code == 200
        assert await chats_of(client) == []


async def settled(client, path):
    chat = (await client.get(path)).json()
    return chat if chat["status"] != "processing" else None


class TestWaiting:
    async def test_without_waiting_the_answer_is_202_and_the_chat_completes(self, client, paused_worker):
        with paused_worker():
            answer = await upload(client, HELLO, prefer="respond-async, wait=0")
            chat = answer.json()
            assert (answer.status_code, chat["status"], chat["participants"]) == (202, "processing", None)
            assert answer.headers["location"] == f"/api/chats/{chat['chat_id']}"
            assert answer.headers["retry-after"] == "1"

        completed = await eventually(lambda: settled(client, answer.headers["location"]))
        assert (completed["status"], completed["message_count"]) == ("completed", 2)

    async def test_a_wait_that_ends_too_early_answers_202(self, client, paused_worker):
        with paused_worker():
            assert (await upload(client, HELLO, prefer="wait=1")).status_code == 202

    @pytest.mark.parametrize("prefer", ["wait=60", "wait = 60", "WAIT=60", "wait=9999", "wait=soon", "x", "wait=-1"])
    async def test_other_preferences_wait_for_the_chat(self, client, prefer):
        assert (await upload(client, HELLO, prefer=prefer)).status_code == 200

    async def test_a_chat_that_is_deleted_while_its_upload_waits_is_not_found(self, client, paused_worker, is_problem):
        with paused_worker():
            uploading = asyncio.create_task(upload(client, HELLO, prefer="wait=60"))
            [chat] = await eventually(lambda: chats_of(client))
            await client.delete(f"/api/chats/{chat['chat_id']}")
            assert is_problem(await uploading, 404, "chat_not_found")


async def test_without_a_token_the_body_is_not_even_asked_for(stack, anonymous):
    reader, writer = await asyncio.open_connection("127.0.0.1", anonymous.base_url.port)
    head = f"POST /api/chats/upload HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: 5000000\r\n"
    writer.write(f"{head}Expect: 100-continue\r\n\r\n".encode())

    assert await reader.readline() == b"HTTP/1.1 401 Unauthorized\r\n"
    writer.close()
