"""Gemini on loopback: deterministic vectors, answers as told, requests kept, and failures when told to."""

import asyncio
import contextlib
import hashlib
import json
from collections import deque

DIMENSION = 768


class FakeGemini:
    def __init__(self):
        self.failures = deque()
        """What the next requests are answered with: a status, (status, headers or an error's details), or `hang`."""
        self.replies = deque()
        """What the next answers say: an object, a text, or (text, finish reason); None is a blocked prompt."""
        self.reply_to = lambda asked: self.replies.popleft()
        """What a request is answered with, where requests come in no order; `hang` is no answer."""
        self.usage = None
        """Tokens that each answer says it took."""
        self.together = asyncio.Barrier(1)
        """Requests wait for each other until so many are under way."""
        self.under_way = 0
        self.most_under_way = 0
        self.prompts = []
        self.dimension = DIMENSION
        self.requests = []
        self._connections = set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def texts(self):
        """All texts that were answered, in order."""
        return [text for request in self.requests for text in request["texts"]]

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self._connections.add(asyncio.current_task())
        try:
            with contextlib.suppress(asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
                while True:
                    await self._answer(reader, writer)
        finally:
            self._connections.discard(asyncio.current_task())
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        asked = json.loads(await reader.readexactly(length))
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        await self.together.wait()
        failure = self.failures.popleft() if self.failures else None
        status, extra = failure if isinstance(failure, tuple) else (failure or 200, {})
        headers, details = (extra, []) if isinstance(extra, dict) else ({}, extra)
        body = {"error": {"code": status, "message": "no", "status": "NO", "details": details}}
        if status == 200:
            body = self._embed(asked["requests"]) if "requests" in asked else self._generate(asked)
        if "hang" in (status, body):
            await asyncio.Event().wait()
        content = json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Status", "Content-Type: application/json", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.under_way -= 1
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        await writer.drain()

    def _embed(self, requests):
        texts = [part["text"] for request in requests for part in request["content"]["parts"]]
        self.requests.append({"texts": texts, "task": requests[0]["taskType"], "model": requests[0]["model"]})
        return {"embeddings": [{"values": vector(text, self.dimension)} for text in texts]}

    def _generate(self, asked):
        self.prompts.append(asked)
        reply = self.reply_to(asked)
        if reply == "hang":
            return reply
        if reply is None:
            return {"promptFeedback": {"blockReason": "SAFETY"}}
        text, reason = reply if isinstance(reply, tuple) else (reply, "STOP")
        parts = [{"text": text if isinstance(text, str) else json.dumps(text)}]
        answer = {"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": reason}]}
        return answer if self.usage is None else answer | {"usageMetadata": {"totalTokenCount": self.usage}}


def vector(text, dimension=DIMENSION):
    """Not of unit length, as Gemini's own are not at fewer dimensions than the most."""
    seed = hashlib.sha256(text.encode()).digest()
    return [seed[number % 32] / 16 - 8 + number / 1000 for number in range(dimension)]
