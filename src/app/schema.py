"""The schema's migrations: applying them, and knowing whether they have been."""

from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.settings import Settings
from domain import outbox
from domain.base import metadata
from domain.catalogue import models as catalogue
from domain.chats import models as chats
from domain.credits import models as credits_
from domain.idempotency import models as idempotency
from domain.insights import models as insights
from domain.payments import models as payments
from domain.retrieval import models as retrieval
from domain.users import models as users

MODELS = (catalogue, chats, credits_, idempotency, insights, outbox, payments, retrieval, users)
TABLES = metadata
"""Every table: the modules above have declared theirs."""

_IN_SOURCE = Path(__file__).parents[2] / "db" / "migrations"
_IN_PACKAGE = Path(__file__).parent / "migrations"


def configuration(database_url: str = "") -> Config:
    """Alembic's, with the migrations that belong to this code."""
    config = Config()
    folder = _IN_SOURCE if _IN_SOURCE.is_dir() else _IN_PACKAGE
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def upgrade(settings: Settings) -> None:
    """Bring the schema up to date; several processes may try at once."""
    command.upgrade(configuration(settings.database_url), "head")


@cache
def head() -> str:
    """The revision that this code works with."""
    found = ScriptDirectory.from_config(configuration()).get_current_head()
    if found is None:
        raise RuntimeError("there are no migrations")
    return found


async def is_current(reads: asyncpg.Pool) -> bool:
    """Whether the database has the schema of this code."""
    try:
        return bool(await reads.fetchval("SELECT version_num = $1 FROM alembic_version", head()))
    except asyncpg.UndefinedTableError:
        return False
