"""The child processes of a worker: started with pipes, and killed when the block that needs them ends."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from domain.childprocess import Limits
from domain.frames import LENGTH

NO_SECRETS: Mapping[str, str] = {"PYTHONUTF8": "1"}
"""An environment without any of the worker's."""


class Child:
    """A running child, and the ends of its pipes that are the worker's."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101 - as above
        self._process = process
        self.input = process.stdin
        self.output = process.stdout

    @property
    def exit_code(self) -> int | None:
        """Negative for the signal that ended it; None while it runs."""
        return self._process.returncode


@asynccontextmanager
async def running_child(
    module: str,
    *,
    buffer_bytes: int,
    environ: Mapping[str, str] | None = NO_SECRETS,
    descriptors: Sequence[int] = (),
    limits: Limits | None = None,
) -> AsyncIterator[Child]:
    """Run `python -m module`, with this environment or else the worker's own.

    Up to about `buffer_bytes` of what it says wait to be read.
    """
    within = ("domain.childprocess", *map(str, limits)) if limits is not None else ()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *within, module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=descriptors,
        limit=buffer_bytes,
        env=environ,
    )
    try:
        yield Child(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def next_frame(output: asyncio.StreamReader) -> bytes:
    """The next value that a child has framed, encoded.

    Raises:
        IncompleteReadError: the child has ended.
    """
    (length,) = LENGTH.unpack(await output.readexactly(LENGTH.size))
    return await output.readexactly(length)
