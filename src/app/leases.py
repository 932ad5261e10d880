"""Work that is done while a lease is held, and ended when it is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from domain.leases import Superseded

_T = TypeVar("_T")


class OutOfTime(Exception):
    """The run was given so much time, and has used it."""


async def while_held(
    work: Coroutine[Any, Any, _T],
    renew: Callable[[], Awaitable[bool]],
    lease_s: float,
    at_most_s: float | None = None,
) -> _T:
    """Do the work, and renew the lease meanwhile; it is cancelled when `renew` says that the claim is not current.

    Raises:
        Superseded: so it was.
        OutOfTime: it took longer than `at_most_s`.
    """
    working = asyncio.create_task(work)
    holding = asyncio.create_task(_hold(renew, lease_s))
    try:
        await asyncio.wait({working, holding}, timeout=at_most_s, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Superseded if holding.done() else OutOfTime
    finally:
        for task in (working, holding):
            task.cancel()
        await asyncio.gather(working, holding, return_exceptions=True)


async def _hold(renew: Callable[[], Awaitable[bool]], lease_s: float) -> None:
    current = True
    while current:
        await asyncio.sleep(lease_s / 4)
        with suppress(Exception):  # a lease that cannot be renewed runs out, and the fence decides
            current = await renew()
