"""Users who upload and look on while everything around them breaks, and who object to whatever is not whole."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass

import httpx
import msgspec

from support.exports import long_chat, upload
from support.machine import Machine

MAY_CHANGE = ("vector_status", "chunk_count", "indexed_at")
_PAGE = 10_000
_PAUSE_S = 0.3
_LOOK_AGAIN_S = 0.1


@dataclass
class Attempt:
    """One try of an upload: the chat's rows, and what was answered, if anything was."""

    filename: str
    rows: int
    status: int | None = None
    chat_id: str | None = None


class Witness:
    """One user: uploads, and watches the chats that come of it."""

    def __init__(self, machine: Machine, subject: str) -> None:
        self.subject = subject
        self.client = machine.client(subject)
        self.attempts: dict[str, Attempt] = {}
        self.objections: list[str] = []
        self._settled: dict[str, dict] = {}

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(chat["status"] for chat in self._settled.values())

    @property
    def unsettled(self) -> int:
        """How many of the chats that are known to be there have not been seen settled."""
        answered = {attempt.chat_id for attempt in self.attempts.values() if attempt.chat_id is not None}
        return len(answered - self._settled.keys())

    async def upload(self, rows: int, prefer: str | None) -> None:
        """Upload a chat, again until there is an answer."""
        while True:
            attempt = Attempt(f"{self.subject}-{len(self.attempts)}.txt", rows)
            self.attempts[attempt.filename] = attempt
            content = long_chat(rows, text=attempt.filename)
            try:
                answer = await upload(self.client, content, attempt.filename, prefer=prefer)
            except httpx.TransportError:
                await asyncio.sleep(_PAUSE_S)
                continue
            attempt.status = answer.status_code
            if answer.status_code != 503:
                await self._take(attempt, answer)
                return
            await asyncio.sleep(_PAUSE_S)

    async def _take(self, attempt: Attempt, answer: httpx.Response) -> None:
        body = answer.json()
        if answer.is_success:
            attempt.chat_id = body["chat_id"]
            if answer.status_code == 200:  # the very moment in which it was completed
                if not self._is_complete(body):
                    self._object(f"answered with 200 and {body['status']}")
                await self._inspect(body)
        elif (answer.status_code, body["error_code"]) != (422, "import_failed"):
            self._object(f"upload was answered with {answer.status_code} {body['error_code']}")

    async def watch(self) -> None:
        """Look at every chat again and again; for ever."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def look(self) -> list[dict] | None:
        """Look at every chat, and return them; None when nobody answers."""
        answer = await self._get("/api/chats")
        if answer is None:
            return None
        chats = answer.json()
        gone = self._settled.keys() - {chat["chat_id"] for chat in chats}
        for chat_id in gone:
            if self._settled.pop(chat_id)["status"] == "completed":
                self._object("a completed chat is gone")
        for chat in chats:
            await self._inspect(chat)
        return chats

    async def _inspect(self, chat: dict) -> None:
        chat = {name: value for name, value in chat.items() if name not in MAY_CHANGE}
        known = self._settled.get(chat["chat_id"])
        if known is not None:
            if chat != known:
                self._object(f"a {known['status']} chat has changed")
            if known["status"] == "completed":
                await self._read_some(chat)
        elif chat["status"] == "completed":
            if not self._is_complete(chat):
                self._object("a completed chat is not complete")
            if await self._read_all(chat):
                self._settled[chat["chat_id"]] = chat
        else:
            await self._nothing_to_read(chat)
            if chat["status"] == "failed":
                self._settled[chat["chat_id"]] = chat

    def _is_complete(self, chat: dict) -> bool:
        rows = self.attempts[chat["filename"]].rows
        statistics = chat["chat_metadata"] or {}
        return (chat["status"], chat["message_count"], statistics.get("total_messages")) == ("completed", rows, rows)

    async def _nothing_to_read(self, chat: dict) -> None:
        """A chat that is being imported, or never was, shows nothing of itself."""
        shown = (chat["message_count"], chat["chat_metadata"], chat["participants"], chat["import_report"])
        if shown != (0, None, None, None):
            self._object(f"a {chat['status']} chat shows {shown}")
        answer = await self._get(f"/api/chats/{chat['chat_id']}/messages?limit={_PAGE}")
        if answer is not None and answer.is_success:  # it was completed in between
            self._check_messages(chat, answer, range(min(_PAGE, self.attempts[chat["filename"]].rows)))

    async def _read_all(self, chat: dict) -> bool:
        rows = chat["message_count"]
        for first in range(0, rows, _PAGE):  # pages, since a whole answer that breaks off may be the API's end
            answer = await self._get(f"/api/chats/{chat['chat_id']}/messages?limit={_PAGE}&after={first - 1}")
            if answer is None:
                return False
            self._check_messages(chat, answer, range(first, min(first + _PAGE, rows)))
        return True

    async def _read_some(self, chat: dict) -> None:
        first = random.randrange(chat["message_count"])
        answer = await self._get(f"/api/chats/{chat['chat_id']}/messages?limit=5&after={first - 1}")
        if answer is not None:
            self._check_messages(chat, answer, range(first, min(first + 5, chat["message_count"])))

    def _check_messages(self, chat: dict, answer: httpx.Response, positions: range) -> None:
        if not answer.is_success:
            self._object(f"messages of a {chat['status']} chat were answered with {answer.status_code}")
            return
        found = [(message["position"], message["content"]) for message in msgspec.json.decode(answer.content)]
        if found != [(position, f"{chat['filename']} {position}") for position in positions]:
            self._object(f"of {len(positions)} messages {len(found)} were read, or others")

    async def _get(self, path: str) -> httpx.Response | None:
        try:
            answer = await self.client.get(path)
        except httpx.TransportError:
            return None
        if answer.status_code >= 500 and answer.status_code != 503:
            self._object(f"{path.rpartition('/')[2]} was answered with {answer.status_code}")
        return answer if answer.status_code < 500 else None

    def _object(self, text: str) -> None:
        self.objections.append(f"{self.subject}: {text}")
