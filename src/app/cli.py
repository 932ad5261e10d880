"""The commands: `chat-insights COMMAND`. Each imports what it needs when it is called: some are run by hand."""

import asyncio
import base64
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from app.settings import SettingsError, load
from domain.errors import DomainError

if TYPE_CHECKING:
    from app.resources import Resources

_T = TypeVar("_T")
_NOWHERE = {
    "DATABASE_URL": "postgresql://localhost",
    "REDIS_URL": "redis://localhost",
    "QDRANT_URL": "http://localhost",
    "BLOB_URL": "memory://",
    "MASTER_KEY": base64.b64encode(bytes(32)).decode(),
}
"""Settings of an application that is described, and never serves."""


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what the operator can mend ends it with one line."""
        try:
            return super().invoke(ctx)
        except (SettingsError, DomainError) as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Commands)
@click.version_option(package_name="chat-insights")
def main() -> None:
    """Exact statistics, proven insights and answered questions from exported chats."""


@main.command()
def run() -> None:
    """Start everything on this machine: servers, migrations, catalogue, API and worker."""
    from app.embedded import supervisor

    sys.exit(supervisor.run(os.environ))


@main.command()
def api() -> None:
    """Serve the API."""
    import uvicorn

    from app.main import create_app

    settings = load()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=20,
    )


@main.command()
def worker() -> None:
    """Work off the queues, and dispatch what the database says must run."""
    import uvloop

    from app import logs
    from app.jobs import FUNCTIONS, WITHOUT_QUEUE, scheduled
    from app.queues import run_worker
    from app.resources import Resources

    settings = load()
    logs.configure(settings)
    uvloop.run(run_worker(Resources(settings), FUNCTIONS, scheduled(settings), WITHOUT_QUEUE))


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from app import schema

    schema.upgrade(load())


@main.command()
def seed() -> None:
    """Write the catalogue of categories, insight types and packages."""
    _run_open(_seed)


async def _seed(resources: "Resources") -> None:
    from domain.catalogue.seed import seed as seed_catalogue
    from domain.insights.catalogue import CATALOGUE

    async with resources.database.transaction() as session:
        await seed_catalogue(session, CATALOGUE)


@main.command()
def demo() -> None:
    """Import the bundled sample with a stack of its own, and print what comes of it."""
    from app.demo import run_demo

    run_demo(os.environ)


@main.command()
@click.argument("subject")
@click.option("--admin", is_flag=True, help="The token is an admin's.")
@click.option("--email", help="A verified e-mail address to put into it.")
def token(subject: str, *, admin: bool, email: str | None) -> None:
    """Print a token of the local issuer."""
    from app.issuer import issue_local_token

    click.echo(issue_local_token(load(), subject, admin=admin, email=email))


@main.command()
@click.argument("subject")
@click.argument("coins", type=int)
@click.option("--reason", default="granted by an operator", show_default=True)
def grant(subject: str, coins: int, reason: str) -> None:
    """Give coins to a user of the configured issuer."""
    _run_open(lambda resources: _grant(resources, subject, coins, reason))


async def _grant(resources: "Resources", subject: str, coins: int, reason: str) -> None:
    from app.security import user_of_subject
    from app.tokens import issuer_name
    from domain.credits.service import CreditService

    issuer = issuer_name(resources.settings)
    user_id = await user_of_subject(resources.database, resources.master_keys, issuer, subject)
    async with resources.database.transaction() as session:
        posted = await CreditService(session).adjust(user_id, coins, reason=reason)
    click.echo(f"The balance is {posted.balance_after} coins.")


@main.group()
def ledger() -> None:
    """The ledger of coins."""


@ledger.command()
def check() -> None:
    """Check the ledger's invariants; what breaks them is printed, and the exit status is 1."""
    from app.credits.checking import check_ledger

    report = _run_open(lambda resources: check_ledger(resources.database, resources.settings.sweep_interval_s))
    for violation in report.violations:
        click.echo(violation)
    click.echo(f"{report.checked_wallets} wallets, {report.checked_entries} entries")
    click.echo(f"{len(report.violations)} violations")
    sys.exit(0 if report.ok else 1)


@main.command()
@click.argument("provider", type=click.Choice(["stripe", "razorpay"]))
@click.argument("event_id")
def replay_event(provider: str, event_id: str) -> None:
    """Let a stored event of a payment provider take effect again; nothing is done twice."""
    result = _run_open(lambda resources: _replay_event(resources, provider, event_id))
    click.echo(f"The result is {result}.")


async def _replay_event(resources: "Resources", provider: str, event_id: str) -> str:
    from domain.base import utc_now
    from domain.payments.provider import ProviderName
    from domain.payments.webhooks import Inbox

    name = ProviderName(provider)
    merchant = resources.gateways.of(name).merchant
    async with resources.database.transaction() as session:
        return await Inbox(session, resources.master_keys).replay(name, event_id, merchant, utc_now())


@main.command()
@click.argument("provider", type=click.Choice(["stripe", "razorpay"]))
@click.argument("event_id")
def show_event(provider: str, event_id: str) -> None:
    """Print a stored event as the provider sent it, with what it says of the payer."""
    click.echo(_run_open(lambda resources: _show_event(resources, provider, event_id)))


async def _show_event(resources: "Resources", provider: str, event_id: str) -> bytes:
    from domain.payments.provider import ProviderName
    from domain.payments.webhooks import Inbox

    async with resources.database.transaction() as session:
        return await Inbox(session, resources.master_keys).body(ProviderName(provider), event_id)


@main.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), default="-")
def openapi(target: Path) -> None:
    """Write the OpenAPI document. No server is asked, nor any setting."""
    import msgspec

    from app.documentation import openapi_json
    from app.main import create_app

    text = msgspec.json.format(openapi_json(create_app(load(_NOWHERE)).openapi_schema), indent=2).decode() + "\n"
    if str(target) == "-":
        click.echo(text, nl=False)
    else:
        target.write_text(text)


def _run_open(work: Callable[["Resources"], Awaitable[_T]]) -> _T:
    from app.resources import Resources, opened

    async def opened_and_done() -> _T:
        async with opened(Resources(load())) as resources:
            return await work(resources)

    return asyncio.run(opened_and_done())


if __name__ == "__main__":
    main()
