"""The jobs of unlocks, and the sweep that settles what they leave lying."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.insights.run import UnlockRun, run_steps
from app.leases import OutOfTime, while_held
from app.providers import build_settlement_service
from app.queues import NotNow
from app.resources import Resources
from app.signals import unlock_topic
from domain.base import utc_now
from domain.chats.errors import ChatNotFound
from domain.errors import DomainError
from domain.insights.run import RunClaim, pause_after
from domain.insights.settle import Settlement
from domain.leases import Held, Superseded

_log = structlog.get_logger()


async def run_unlock(resources: Resources, unlock_id: UUID) -> None:
    """Make the insights of an unlock that are missing, and settle it when nothing is left to be made."""
    while (claim := await _claim(resources, unlock_id)) is not None:
        run = UnlockRun(resources, claim)
        try:
            ended = await _run(resources, claim, run)
        except Superseded:
            continue  # the job is still the other run's, if there is one
        except ChatNotFound:
            return  # its deletion cancels the unlock
        except asyncio.CancelledError:
            await _release(run)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, a later run may do better
            await _release(run)
            _log.warning("unlock.put_off", error_code=_code(error), attempt=claim.attempt, exc_info=error)
            raise NotNow(utc_now() + timedelta(seconds=pause_after(claim.attempt))) from None
        finally:
            await resources.signals.send(unlock_topic(unlock_id))
        if isinstance(ended, datetime):
            await _release(run)
            raise NotNow(ended)
        _log_settled(ended)
        return


async def _claim(resources: Resources, unlock_id: UUID) -> RunClaim | None:
    try:
        async with run_steps(resources) as steps:
            return await steps.claim(unlock_id)
    except Held as held:
        raise NotNow(held.until) from None


async def _run(resources: Resources, claim: RunClaim, run: UnlockRun) -> Settlement | datetime:
    with suppress(OutOfTime):  # what is missing at the deadline is refunded
        await while_held(run.make(), run.renew, resources.settings.unlock_lease_s, claim.left_s)
    return await run.finish()


async def _release(run: UnlockRun) -> None:
    with suppress(Exception):  # or else the lease runs out
        await run.release()


def _code(error: Exception) -> str:
    return error.code if isinstance(error, DomainError) else type(error).__name__


async def cancel_unlocks(resources: Resources, chat_id: UUID) -> None:
    """Settle the unlocks of a deleted chat, and remove its insights."""
    async with resources.database.transaction() as session:
        unsettled = await build_settlement_service(session, resources).unsettled(chat_id)
    for unlock_id in unsettled:
        async with resources.database.transaction() as session:
            settled = await build_settlement_service(session, resources).cancel(unlock_id)
        await _announce(resources, settled)
    async with resources.database.transaction() as session:
        await build_settlement_service(session, resources).forget(chat_id)


async def settle_overdue_unlocks(resources: Resources) -> None:
    """Settle what is past its deadline, and have jobs sent again that nobody works on."""
    async with resources.database.transaction() as session:
        service = build_settlement_service(session, resources)
        overdue = await service.overdue()
        await service.recall(resources.settings.unlock_lease_s)
    for unlock_id in overdue:
        async with resources.database.transaction() as session:
            settled = await build_settlement_service(session, resources).settle_overdue(unlock_id)
        await _announce(resources, settled)


async def _announce(resources: Resources, settled: Settlement | None) -> None:
    if settled is not None:
        _log_settled(settled)
        await resources.signals.send(unlock_topic(settled.unlock_id))


def _log_settled(settled: Settlement) -> None:
    _log.info(
        "unlock.settled",
        unlock_id=str(settled.unlock_id),
        status=settled.status,
        charged=settled.charged,
        refunded=settled.refunded,
    )
