"""The fifteen insights of a chat by the local analyst, through the running product; and the proof of what they quote.

    python benchmarks/insights.py [FOLDER]

Claims, on two cores: all four categories of a chat of two people and 65,000 messages, unlocked at once, are settled
within ten seconds once the chat is searchable; and every line that any insight quotes stands in the chat, at the
message and by the person that it names: for the sample, for the generated chat, and for every export (*.txt) in FOLDER.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import uvloop
from support.product import Product, generate, running_product

from app.sample import CHAT

MESSAGES = 65_000
COINS = 4 * 400
POLL_S = 0.05


async def main(given: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        large, _ = await generate(directory, MESSAGES, "--participants", "2")
        exports = {"65,000 generated messages": large, "the sample": CHAT}
        exports |= {path.stem: path for path in given}
        async with running_product() as product:
            for name, export in exports.items():
                async with product.client(export.stem) as client:
                    await _measure(product, client, name, export)


async def _measure(product: Product, client: httpx.AsyncClient, name: str, export: Path) -> None:
    chat_id = await _import(client, export)
    await _grant(product, export.stem)
    categories = (await client.get("/api/categories")).raise_for_status().json()
    started = time.perf_counter()
    await asyncio.gather(*(_unlock(client, chat_id, category["id"]) for category in categories))
    seconds = time.perf_counter() - started
    insights = (await client.get(f"/api/insights/chats/{chat_id}")).raise_for_status().json()["insights"]
    refused = [insight["insight_type_name"] for insight in insights if insight["error_code"] == "insufficient_data"]
    delivered = [insight for insight in insights if insight["status"] == "completed"]
    print(f"{name}: {len(insights)} insights in {seconds:.1f} s, {len(delivered)} delivered")
    if refused:
        print(f"{'':>9} without enough data: {', '.join(refused)}")
    failed = [insight["insight_type_name"] for insight in insights if insight not in delivered]
    if set(failed) - set(refused):
        raise RuntimeError("an insight failed")
    messages = (await client.get(f"/api/chats/{chat_id}/messages")).raise_for_status().json()
    by_id = {message["id"]: message for message in messages}
    lines = [line for insight in delivered for line in _lines(insight["content"])]
    wrong = sum(not _stands_there(line, by_id) for line in lines)
    print(f"{'':>9} {len(lines)} lines quoted, {wrong} of them not as they stand in the chat")
    if wrong:
        raise RuntimeError("a quotation is not in the chat")


async def _import(client: httpx.AsyncClient, export: Path) -> str:
    """The id of the chat, once it is searchable."""
    with export.open("rb") as file:
        answer = await client.post("/api/chats/upload", files={"file": file}, headers={"Prefer": "wait=60"})
    chat_id: str = answer.raise_for_status().json()["chat_id"]
    await _until(client, f"/api/chats/{chat_id}/vector-status", "is_searchable", {True})
    return chat_id


async def _grant(product: Product, subject: str) -> None:
    grant = {"user_id": subject, "amount": COINS, "reason": "benchmark"}
    async with product.client("admin", admin=True) as admin:
        (await admin.post("/api/admin/credits/adjustments", json=grant)).raise_for_status()


async def _unlock(client: httpx.AsyncClient, chat_id: str, category_id: str) -> None:
    unlock = {"chat_id": chat_id, "category_id": category_id}
    poll_url = (await client.post("/api/insights/unlock", json=unlock)).raise_for_status().json()["poll_url"]
    await _until(client, poll_url, "status", {"completed", "partial_failure", "failed"})


async def _until(client: httpx.AsyncClient, path: str, field: str, values: set[object]) -> None:
    while True:
        if (await client.get(path)).raise_for_status().json()[field] in values:
            return
        await asyncio.sleep(POLL_S)


def _lines(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any part of a content
    if isinstance(part, dict) and "message_ids" in part:
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _lines(value)
    elif isinstance(part, list):
        for item in part:
            yield from _lines(item)


def _stands_there(line: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> bool:
    cited = [by_id.get(message_id) for message_id in line["message_ids"]]
    return bool(cited) and all(
        message is not None
        and line["message"] in message["content"]
        and (line["speaker"], line["timestamp"]) == (message["sender"], message["timestamp"])
        for message in cited
    )


parser = argparse.ArgumentParser()
parser.add_argument("folder", nargs="?", type=Path)
folder: Path | None = parser.parse_args().folder
uvloop.run(main(sorted(folder.glob("*.txt")) if folder else []))
