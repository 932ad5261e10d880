import asyncio

import pytest

from app.leases import OutOfTime, while_held
from domain.leases import Superseded

LEASE_S = 0.04


class Lease:
    """A lease whose renewals fail as told, and which is lost then, if it is to be."""

    def __init__(self, *failures, lost_after=None):
        self.failures = list(failures)
        self.lost_after = lost_after
        self.renewals = 0
        self.renewed = asyncio.Event()

    async def renew(self):
        self.renewals += 1
        self.renewed.set()
        if self.failures:
            raise self.failures.pop(0)
        return self.renewals != self.lost_after


class Work:
    def __init__(self):
        self.ended = asyncio.Event()
        self.cancelled = False

    async def endless(self):
        try:
            await self.ended.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return "done"


async def test_work_that_ends_gives_what_came_of_it():
    work, lease = Work(), Lease()
    running = asyncio.create_task(while_held(work.endless(), lease.renew, LEASE_S))
    await lease.renewed.wait()
    work.ended.set()
    assert await running == "done"


async def test_work_that_fails_says_so():
    async def failing():
        raise LookupError

    with pytest.raises(LookupError):
        await while_held(failing(), Lease().renew, LEASE_S)


async def test_work_ends_when_the_lease_is_lost():
    work = Work()
    with pytest.raises(Superseded):
        await while_held(work.endless(), Lease(lost_after=2).renew, LEASE_S)
    assert work.cancelled


async def test_a_renewal_that_fails_is_tried_again():
    work, lease = Work(), Lease(ConnectionError(), TimeoutError(), lost_after=3)
    with pytest.raises(Superseded):
        await while_held(work.endless(), lease.renew, LEASE_S)
    assert lease.renewals == 3


async def test_work_ends_when_its_time_is_over():
    work = Work()
    with pytest.raises(OutOfTime):
        await while_held(work.endless(), Lease().renew, LEASE_S, at_most_s=0.01)
    assert work.cancelled


async def test_a_timeout_in_the_work_is_not_taken_for_its_end():
    async def timed_out():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await while_held(timed_out(), Lease().renew, LEASE_S, at_most_s=10)


async def test_who_is_cancelled_leaves_nothing_running():
    work, lease = Work(), Lease()
    running = asyncio.create_task(while_held(work.endless(), lease.renew, LEASE_S))
    await lease.renewed.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert work.cancelled
