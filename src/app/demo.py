"""`chat-insights demo`: what the product does, shown on the bundled sample by a stack of its own."""

import asyncio
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import httpx

from app.issuer import issue_local_token
from app.sample import CHAT
from app.settings import RUN_FILE, load

_START_S = 120
_OWN_SERVERS = ("DATABASE_URL", "REDIS_URL", "QDRANT_URL", "BLOB_URL", "AUTH_ISSUER")


def run_demo(environ: Mapping[str, str]) -> None:
    """Start a stack in a directory of its own, import the sample, print what comes of it, and remove everything."""
    with tempfile.TemporaryDirectory(prefix="chat-insights-demo-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o711)  # so that PostgreSQL's user, where it has one of its own, gets through
        own = {name: value for name, value in environ.items() if name not in _OWN_SERVERS}
        own |= {"DATA_DIR": directory, "PORT": str(_free_port()), "HOST": "127.0.0.1", "LOG_LEVEL": "WARNING"}
        click.echo("Starting PostgreSQL, Valkey, the vector process, the API and a worker …")
        asyncio.run(_demo(own))


async def _demo(environ: dict[str, str]) -> None:
    async with _stack(environ) as client:
        await _show(client)


@asynccontextmanager
async def _stack(environ: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    command = (sys.executable, "-m", "app.cli", "run")
    stack = await asyncio.create_subprocess_exec(
        *command, env=environ, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        base_url = f"http://127.0.0.1:{environ['PORT']}"
        async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
            await _until_ready(stack, client)
            if not (Path(environ["DATA_DIR"]) / RUN_FILE).exists():
                raise click.ClickException("another stack answers on this port")
            token = issue_local_token(load(environ), "maya", email="maya@example.org")
            client.headers["Authorization"] = f"Bearer {token}"
            yield client
    finally:
        if stack.returncode is None:
            stack.send_signal(signal.SIGTERM)
        await stack.communicate()


async def _until_ready(stack: asyncio.subprocess.Process, client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(_START_S):
        while True:
            if stack.returncode is not None:
                _, error = await stack.communicate()
                raise click.ClickException("the stack did not start: " + error.decode(errors="replace").strip())
            try:
                if (await client.get("/health/ready")).json()["status"] == "ready":
                    return
            except (httpx.TransportError, ValueError, KeyError):
                pass
            await asyncio.sleep(0.1)


async def _show(client: httpx.AsyncClient) -> None:
    with CHAT.open("rb") as export:
        answer = await client.post("/api/chats/upload", files={"file": ("WhatsApp Chat with Tomás.txt", export)})
    answer.raise_for_status()
    chat = answer.json()
    balance = (await client.get("/api/credits/balance")).raise_for_status().json()["balance"]
    click.echo(
        f"\nImported {chat['message_count']} rows of “{chat['title']}” in {answer.elapsed.total_seconds():.1f} s."
    )
    _show_import(chat["import_report"])
    _show_statistics(chat["chat_metadata"])
    await _show_answer(client, chat["chat_id"])
    click.echo(f"\nThe wallet holds {balance} coins. Every number is defined at /api/statistics/definitions.")


async def _show_answer(client: httpx.AsyncClient, chat_id: str) -> None:
    question = {"chat_id": chat_id, "question": "What is the cat called?", "max_chunks": 3}
    answer = await client.post("/api/rag/query", json=question, headers={"Prefer": "wait=60"})
    found = answer.raise_for_status().json()
    click.echo(f"\n{question['question']}\n{found['answer']}")
    click.echo(f"  answered by {found['answered_by']}, confidence {found['confidence']}, from the messages:")
    for citation in found["citations"][:3]:
        click.echo(f"  {citation['timestamp']} {citation['speaker']}: {citation['quote']}")


def _show_import(report: dict[str, Any]) -> None:
    kinds = ", ".join(f"{count} {kind}" for kind, count in report["counts"].items() if count)
    order = report["date_order"]
    click.echo(f"  {report['platform']}, {report['layout']}: {kinds}; {report['lines_not_understood']} lines left over")
    click.echo(f"  dates read as {order['order']}, {order['confidence']}: {order['proof']}")


def _show_statistics(found: dict[str, Any]) -> None:
    click.echo(
        f"\n{found['date_range']['start'][:10]} to {found['date_range']['end'][:10]}: "
        f"{found['total_messages']} messages, {found['total_words']} content words, "
        f"{found['messages_per_day_avg']} messages a day"
    )
    click.echo(
        f"busiest on {found['busiest_day']}s and at {found['busiest_hour']}:00, "
        f"{found['media_shared_count']} media, {found['links_shared_count']} links, "
        f"{found['deleted_messages_count']} deleted"
    )
    click.echo(
        "said most: "
        + ", ".join(entry["word"] for entry in found["top_words"][:8])
        + "   "
        + " ".join(entry["emoji"] for entry in found["top_emojis"][:8])
    )
    for name, person in found["user_stats"].items():
        answers_in = person["avg_response_time_seconds"]
        click.echo(
            f"\n{name}: {person['message_count']} messages, {person['avg_words_per_message']} words each, "
            f"{person['questions_asked']} questions, began {person['conversation_initiations']} conversations"
        )
        if answers_in is not None:
            click.echo(
                f"  answers in {answers_in / 60:.0f} minutes on average, "
                f"writes twice in {person['double_texting_rate']} % of turns"
            )
        longest = person["longest_message"]
        click.echo(f"  longest message, {longest['word_count']} words: {longest['message'][:100]} …")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
