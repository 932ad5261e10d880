"""Users with chats and coins, and what they and the workers do with unlocks, step by step."""

from datetime import timedelta

from sqlalchemy import text

from domain.catalogue.seed import stable_id
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader
from domain.cipher import Sealer
from domain.credits.service import CreditService
from domain.insights.checks import check_unlocks
from domain.insights.generator import INSUFFICIENT_DATA, Made
from domain.insights.run import RunService
from domain.insights.sealing import body_of, seal_insight
from domain.insights.service import InsightService
from domain.insights.settle import SettlementService
from domain.insights.unlock import UnlockService
from domain.users.service import UserService
from fakes.stored_chats import stored_chat

BONUS = 50
LEASE_S = 60
DEADLINE_S = 900
CONTENT = b'{"overall":{"score":5}}'
TEXTS = [f"so it goes {number}" for number in range(40)]


def category_id(name):
    return stable_id("category", name)


def type_id(name):
    return stable_id("insight_type", name)


def made(insight_type):
    """An insight that was made."""
    return Made(insight_type=insight_type, content=CONTENT, model="test/1", elapsed_ms=7)


def refused(insight_type, reason="There is nothing to say."):
    return Made(insight_type=insight_type, error_code=INSUFFICIENT_DATA, reason=reason, model="test/1", elapsed_ms=7)


def busy(insight_type, retry_after_s=None):
    """The provider was busy: another try may do better."""
    return Made(
        insight_type=insight_type,
        error_code="provider_unavailable",
        another_try=True,
        retry_after_s=retry_after_s,
        model="test/1",
        elapsed_ms=7,
    )


class Market:
    """A database with its catalogue; every step is a transaction of its own."""

    def __init__(self, database, master_keys):
        self.database = database
        self.master_keys = master_keys

    async def chat(self, texts=TEXTS, coins=400, **others):
        """A chat whose owner has these coins beside the bonus."""
        chat_id, user_id = await stored_chat(self.database, self.master_keys, texts, **others)
        async with self.database.transaction() as session:
            await CreditService(session).open_wallet(user_id, returning_as=None)
        if coins:
            await self.give(user_id, coins)
        return chat_id, user_id

    async def give(self, user_id, coins):
        async with self.database.transaction() as session:
            await CreditService(session).adjust(user_id, coins, reason="Gift")

    async def unlock(self, user_id, chat_id, category="family", deadline_s=DEADLINE_S):
        return await self.unlock_opened(user_id, await self.opened(user_id, chat_id), category, deadline_s)

    async def opened(self, user_id, chat_id):
        return await ChatReader(ChatRows(self.database.reads), self.master_keys).one(user_id, chat_id)

    async def unlock_opened(self, user_id, chat, category="family", deadline_s=DEADLINE_S):
        """Unlock a chat that may have changed since it was opened."""
        async with self.database.transaction() as session:
            service = UnlockService(session, UserService(session, self.master_keys), deadline_s)
            return await service.unlock(user_id, chat, category_id(category))

    async def run(self, step, *arguments):
        """One step of a run."""
        async with self.database.transaction() as session:
            return await getattr(RunService(session, self.master_keys, LEASE_S), step)(*arguments)

    async def settlement(self, step, *arguments):
        async with self.database.transaction() as session:
            service = SettlementService(session, UserService(session, self.master_keys))
            return await getattr(service, step)(*arguments)

    async def finish(self, claim):
        return await self.settlement("finish", claim.unlock_id, claim.fence)

    async def store(self, claim, wanted, one):
        sealed = seal_insight(Sealer(claim.key, claim.epoch), claim.chat_id, wanted.id, body_of(one, 3))
        await self.run("store", claim, wanted, one, sealed)

    async def work(self, claim, **makers):
        """Make what is wanted: each type as the maker of its name does, and the others well."""
        for wanted in await self.run("begin", claim):
            await self.store(claim, wanted, makers.get(wanted.insight_type, made)(wanted.insight_type))

    async def complete(self, unlock_id, **makers):
        claim = await self.run("claim", unlock_id)
        await self.work(claim, **makers)
        return await self.finish(claim)

    async def retry(self, user_id, insight_id):
        async with self.database.transaction() as session:
            return await InsightService(session).retry(user_id, insight_id)

    async def execute(self, statement, **parameters):
        async with self.database.transaction() as session:
            found = await session.execute(text(statement), parameters)
            return [tuple(row) for row in found] if found.returns_rows else []

    async def state(self, unlock_id):
        """Status, charge and refund."""
        [row] = await self.execute("SELECT status, charged, refunded FROM unlock WHERE id = :id", id=unlock_id)
        return row

    async def statuses(self, unlock_id):
        rows = await self.execute(
            "SELECT name, status FROM insight JOIN insight_type ON insight_type.id = insight_type_id"
            " WHERE unlock_id = :id",
            id=unlock_id,
        )
        return dict(rows)

    async def insight_id(self, unlock_id, insight_type):
        [(found,)] = await self.execute(
            "SELECT id FROM insight WHERE unlock_id = :id AND insight_type_id = :type",
            id=unlock_id,
            type=type_id(insight_type),
        )
        return found

    async def balance(self, user_id):
        [(balance,)] = await self.execute("SELECT balance FROM wallet WHERE user_id = :id", id=user_id)
        return balance

    async def entries(self, unlock_id):
        return await self.execute("SELECT kind, amount FROM ledger_entry WHERE ref_id = :id ORDER BY seq", id=unlock_id)

    async def jobs(self, unlock_id):
        [(count,)] = await self.execute(
            "SELECT count(*) FROM outbox_job WHERE function = 'run_unlock' AND arguments->>'unlock_id' = :id",
            id=str(unlock_id),
        )
        return count

    async def lose_lease(self, unlock_id):
        """The lease runs out, as when its run was lost or paused."""
        await self.execute("UPDATE unlock SET lease_until = now() - interval '1 s' WHERE id = :id", id=unlock_id)

    async def pass_deadline(self, unlock_id):
        await self.execute("UPDATE unlock SET deadline_at = now() - interval '1 s' WHERE id = :id", id=unlock_id)

    async def delete_chat(self, chat_id):
        await self.execute("DELETE FROM chat WHERE id = :id", id=chat_id)
        await self.execute("DELETE FROM chat_key WHERE id = :id", id=chat_id)

    async def delete_account(self, user_id):
        await self.execute(
            "UPDATE app_user SET issuer = NULL, subject = NULL, deleted_at = now(), pseudonym = 'x' WHERE id = :id",
            id=user_id,
        )

    async def violations(self, grace=timedelta(0)):
        async with self.database.transaction() as session:
            return [*await CreditService(session).check(), *await check_unlocks(session, grace)]
