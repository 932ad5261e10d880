"""The lease on a piece of work: whoever claims it may do it alone, for a while.

A claim is a lease with an end and a fence that rises with every claim. A run changes something only with the fence
that is current, so that one that was paused, and whose lease another has taken over, changes nothing when it wakes.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func


class Held(Exception):
    """Another run holds the lease, until `until` at least."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class Superseded(Exception):
    """The claim is no longer current: another run has the work, or there is nothing to do any more."""


def require_free(lease_until: datetime | None, now: datetime) -> None:
    """Let only a lease that nobody holds be taken.

    Raises:
        Held: somebody does.
    """
    if lease_until is not None and now < lease_until:
        raise Held(lease_until)


def lease_end(lease_s: float) -> ColumnElement[datetime]:
    """The end of a lease taken now, by the database's clock."""
    return func.now() + timedelta(seconds=lease_s)
