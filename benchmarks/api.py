"""Reading routes of one API process under 32 connections, tokens verified each time, and 65,000 messages read back.

Beside each rate stands that of the system this one replaces, measured on two cores like these: it is the claim that
every rate is at least five times as high, and that the messages are back within 0.8 s.
"""

import asyncio
import tempfile
import time

import uvloop
from support.product import Product, generate, percentile, requests_per_second, running_product

CONNECTIONS = 32
SECONDS = 5
PREDECESSOR = {"balance": 362, "categories": 179, "packages": 341, "chat list": 119, "one chat": 122}
READ_BACK_S = 0.8


async def main() -> None:
    async with running_product() as product:
        chat_id = await _import(product)
        token = product.token("bench")
        routes = {
            "balance": "/api/credits/balance",
            "categories": "/api/categories",
            "packages": "/api/credits/packages",
            "chat list": "/api/chats",
            "one chat": f"/api/chats/{chat_id}",
        }
        print(f"{'route':12} {'answers/s':>10} {'before':>8} {'ratio':>7} {'p50 ms':>8} {'p99 ms':>8}")
        for name, path in routes.items():
            await requests_per_second(product.port, path, token, CONNECTIONS, 0.5)
            latencies = await requests_per_second(product.port, path, token, CONNECTIONS, SECONDS)
            rate, before = len(latencies) / SECONDS, PREDECESSOR[name]
            p50, p99 = percentile(latencies, 0.5) * 1000, percentile(latencies, 0.99) * 1000
            print(f"{name:12} {rate:10.0f} {before:8} {rate / before:6.1f}x {p50:8.1f} {p99:8.1f}")
        await _read_back(product, chat_id)


async def _import(product: Product) -> str:
    with tempfile.TemporaryDirectory() as directory:
        export, _ = await generate(directory, 65_000)
        async with product.client("bench") as client:
            with export.open("rb") as file:
                answer = await client.post("/api/chats/upload", files={"file": file})
    if answer.status_code != 200:  # noqa: PLR2004 - imported within the wait
        raise RuntimeError(answer.text)
    chat_id: str = answer.json()["chat_id"]
    return chat_id


async def _read_back(product: Product, chat_id: str) -> None:
    request = (
        f"GET /api/chats/{chat_id}/messages HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n"
        f"Authorization: Bearer {product.token('bench')}\r\n\r\n"
    ).encode()
    times = []
    for _ in range(5):
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
        writer.write(request)
        size = 0
        while piece := await reader.read(1 << 20):
            size += len(piece)
        times.append(time.perf_counter() - started)
        writer.close()
    print(f"65,000 messages read back, {size / 1e6:.1f} MB: median {sorted(times)[2]:.2f} s (claim: {READ_BACK_S} s)")


uvloop.run(main())
