"""The import of an export, as steps that each stand in a transaction of their own (see `domain.leases`)."""

from typing import BinaryIO
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.chats.errors import ImportFailed
from domain.chats.importing.protocol import COPY_COLUMNS, Outcome
from domain.chats.models import Chat
from domain.chats.repository import ChatKeyRepository
from domain.chats.states import ChatStatus, ImportStage
from domain.cipher import MasterKeys
from domain.leases import lease_end, require_free

LEASE_S = 12
"""Short enough that an import whose worker was lost is done by another while its uploader still waits."""
ATTEMPTS = 4


class Claim(msgspec.Struct, frozen=True):
    """The right to import a chat, until the lease runs out or another claims it."""

    chat_id: UUID
    fence: int
    key: bytes
    epoch: int
    options: dict[str, str]


class ImportService:
    def __init__(self, session: AsyncSession, master_keys: MasterKeys) -> None:
        self._session = session
        self._master_keys = master_keys

    async def claim(self, chat_id: UUID) -> Claim | None:
        """Take the lease on a chat that waits to be imported; None when there is nothing to import any more.

        Commit before the claim is used: its sealing epoch must not be handed out again. A chat whose runs were
        lost ATTEMPTS times is settled as failed.

        Raises:
            Held: another run holds the lease.
        """
        waiting = select(Chat, func.now()).where(Chat.id == chat_id, Chat.status == ChatStatus.PROCESSING)
        found = (await self._session.execute(waiting.with_for_update(of=Chat))).one_or_none()
        key = await ChatKeyRepository(session=self._session).next_epoch(chat_id) if found else None
        if found is None or key is None:
            return None
        chat, now = found
        require_free(chat.import_lease_until, now)
        if chat.import_fence >= ATTEMPTS:
            await self._settle(chat_id, chat.import_fence, status=ChatStatus.FAILED, error_code=ImportFailed.code)
            return None
        wrapped, epoch = key
        fence = chat.import_fence + 1
        await self._change(chat_id, chat.import_fence, import_fence=fence, import_lease_until=_LEASE_END)
        return Claim(chat_id, fence, self._master_keys.unwrap(wrapped, chat_id), epoch, chat.options)

    async def renew(self, claim: Claim) -> bool:
        """Hold the lease longer; False when the claim is no longer current."""
        return await self._change(claim.chat_id, claim.fence, import_lease_until=_LEASE_END)

    async def release(self, claim: Claim) -> None:
        """Give the lease up, so that the next run need not wait for its end."""
        await self._change(claim.chat_id, claim.fence, import_lease_until=None)

    async def advance(self, claim: Claim, stage: ImportStage) -> bool:
        """Record how far the import is; False when the claim is no longer current."""
        return await self._change(
            claim.chat_id, claim.fence, stage=stage, revision=Chat.revision + 1, import_lease_until=_LEASE_END
        )

    async def complete(self, claim: Claim, outcome: Outcome, messages: BinaryIO) -> bool:
        """Store the messages and what was computed, and settle; False, and nothing stored, when superseded.

        `messages` holds rows of COPY_COLUMNS in the binary COPY format.
        """
        settled = await self._settle(
            claim.chat_id,
            claim.fence,
            status=ChatStatus.COMPLETED,
            stage=ImportStage.DONE,
            platform=outcome.platform,
            message_count=outcome.message_count,
            sealed_profile=outcome.sealed_profile,
            sealed_statistics=outcome.sealed_statistics,
            import_report=msgspec.to_builtins(outcome.report),
        )
        if settled:
            connection = await self._session.connection()
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101 - a connection in a transaction has a driver's
            await driver.copy_to_table("message", source=messages, columns=COPY_COLUMNS, format="binary")
        return settled

    async def fail(self, claim: Claim, error_code: str) -> bool:
        """Settle as failed, with the code that says why; False when superseded."""
        return await self._settle(claim.chat_id, claim.fence, status=ChatStatus.FAILED, error_code=error_code)

    async def _settle(self, chat_id: UUID, fence: int, **values: object) -> bool:
        return await self._change(chat_id, fence, revision=Chat.revision + 1, import_lease_until=None, **values)

    async def _change(self, chat_id: UUID, fence: int, **values: object) -> bool:
        statement = (
            update(Chat)
            .where(Chat.id == chat_id, Chat.import_fence == fence, Chat.status == ChatStatus.PROCESSING)
            .values(**values)
            .returning(Chat.id)
            .execution_options(synchronize_session=False)
        )
        return (await self._session.execute(statement)).first() is not None


_LEASE_END = lease_end(LEASE_S)
