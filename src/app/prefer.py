"""The Prefer header (RFC 7240): how long a client wants to wait."""

import re

LONGEST_WAIT_S = 60
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})", re.IGNORECASE)


def wait_s(prefer: str | None, default_s: int) -> int:
    """The seconds of `wait=N`, 60 at most."""
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), LONGEST_WAIT_S) if found else default_s
