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
from domain.insights.catalogue import CATEGORY_COST

_START_S = 120
_SUBJECT = "maya"
_CATEGORY = "romantic"
_LINES_SHOWN = 3
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
        chat_id = await _show_chat(client)
        await _grant(client, environ)
        await _show_insights(client, chat_id)
        await _show_answer(client, chat_id)
        click.echo("\nEvery number of the statistics is defined at /api/statistics/definitions.")


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
            token = issue_local_token(load(environ), _SUBJECT, email="maya@example.org")
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


async def _show_chat(client: httpx.AsyncClient) -> str:
    """Import the sample and print its statistics; the chat's id."""
    with CHAT.open("rb") as export:
        answer = await client.post("/api/chats/upload", files={"file": ("WhatsApp Chat with Tomás.txt", export)})
    answer.raise_for_status()
    chat = answer.json()
    click.echo(
        f"\nImported {chat['message_count']} rows of “{chat['title']}” in {answer.elapsed.total_seconds():.1f} s."
    )
    _show_import(chat["import_report"])
    _show_statistics(chat["chat_metadata"])
    chat_id: str = chat["chat_id"]
    return chat_id


async def _grant(client: httpx.AsyncClient, environ: Mapping[str, str]) -> None:
    """Give the coins of a category, as an admin may."""
    admin = issue_local_token(load(environ), "admin", admin=True)
    grant = {"user_id": _SUBJECT, "amount": CATEGORY_COST, "reason": "The demo's gift"}
    answer = await client.post(
        "/api/admin/credits/adjustments", json=grant, headers={"Authorization": f"Bearer {admin}"}
    )
    answer.raise_for_status()
    click.echo(f"\nGranted {CATEGORY_COST} coins: the wallet holds {answer.json()['balance_after']}.")


async def _show_insights(client: httpx.AsyncClient, chat_id: str) -> None:
    categories = (await client.get("/api/categories")).raise_for_status().json()
    category = next(category for category in categories if category["name"] == _CATEGORY)
    unlock = {"chat_id": chat_id, "category_id": category["id"]}
    unlocked = (await client.post("/api/insights/unlock", json=unlock)).raise_for_status().json()
    click.echo(f"Unlocked {category['display_name']} for {unlocked['coins_deducted']} coins.")
    job = await _settled(client, unlocked["poll_url"])
    for insight in job["insights"]:
        _show_insight(insight)
    click.echo(
        f"\n{job['status']}: {job['completed_insights']} of {job['total_insights']} insights, "
        f"{job['coins_refunded']} coins refunded."
    )


async def _settled(client: httpx.AsyncClient, poll_url: str) -> dict[str, Any]:
    """The job once it is settled, asked for as often as its answers say."""
    while True:
        answer = (await client.get(poll_url)).raise_for_status()
        if "Retry-After" not in answer.headers:
            job: dict[str, Any] = answer.json()
            return job
        await asyncio.sleep(float(answer.headers["Retry-After"]))


def _show_insight(insight: dict[str, Any]) -> None:
    click.echo(f"\n{insight['icon']} {insight['display_title']}")
    content, made = insight["content"], insight["generation_metadata"]
    if content is None:
        click.echo(f"  {insight['error_code']}: {insight['error_message']}")
        return
    overall = next(part for name, part in content.items() if name.startswith("overall") and "score" in part)
    click.echo(f"  {overall['score']} of 10. {overall['summary']}")
    click.echo(f"  by {made['model_used']}, confidence {made['confidence_score']:.2f}, from messages such as:")
    for line in _lines(content)[:_LINES_SHOWN]:
        click.echo(f"  {line['timestamp']} {line['speaker']}: {line['message']}")


def _lines(part: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any part of a content
    """The lines that a content quotes, in its order."""
    if isinstance(part, list):
        return [line for item in part for line in _lines(item)]
    if not isinstance(part, dict):
        return []
    return [part] if "message_ids" in part else _lines(list(part.values()))


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
