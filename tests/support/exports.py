"""Small exports, and the form that uploads them."""

import io
import zipfile
from datetime import datetime, timedelta

BOUNDARY = "3f1c9e-boundary"
NOT_AN_EXPORT = b"Dear diary, today nothing happened.\n"


def whatsapp(*messages, start=datetime(2023, 7, 13, 9, 0)):  # noqa: DTZ001 - a wall clock without a zone
    """An Android export of (sender, text), a message a minute."""
    lines = (
        f"{start + timedelta(minutes=minute):%d/%m/%Y, %H:%M} - {sender}: {text}\n"
        for minute, (sender, text) in enumerate(messages)
    )
    return "".join(lines).encode()


def long_chat(count, text="so it goes"):
    return whatsapp(*((("Ann", "Bob")[number % 2], f"{text} {number}") for number in range(count)))


def zipped(**members):
    """A zip of members by name, `_chat` for `_chat.txt`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.txt", content)
    return buffer.getvalue()


def part(name, content, parameters=""):
    """A part of a form; `parameters` as in `; filename="x"`."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{parameters}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form(*parts):
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


async def upload(client, content, filename="_chat.txt", *, prefer=None, **fields):
    """Upload an export as clients do."""
    headers = {"Prefer": prefer} if prefer else {}
    return await client.post("/api/chats/upload", files={"file": (filename, content)}, data=fields, headers=headers)


async def imported(client, content, **fields):
    """Upload an export that is imported, and return the chat."""
    answer = await upload(client, content, prefer="wait=60", **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post_form(client, body, content_type=FORM_TYPE, **headers):
    """Post what may be no form at all."""
    return await client.post("/api/chats/upload", content=body, headers={"Content-Type": content_type, **headers})
