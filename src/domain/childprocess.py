"""What every child process of a worker does: keep within its limits, end with its parent, tell where it failed.

`python -m domain.childprocess MEMORY_BYTES CPU_SECONDS MODULE` runs a module within limits.
"""

import os
import resource
import runpy
import sys
import threading
import traceback
from typing import NamedTuple

_CPU_GRACE_S = 5
"""The first limit ends the child with SIGXCPU, which tells its worker why; the second ends it anyhow."""


class Limits(NamedTuple):
    memory_bytes: int
    cpu_seconds: int


def main() -> None:
    memory_bytes, cpu_seconds, module = sys.argv[1:]
    limit_resources(Limits(int(memory_bytes), int(cpu_seconds)))
    runpy.run_module(module, run_name="__main__")


def limit_resources(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + _CPU_GRACE_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_with_parent() -> None:
    """From now on end as soon as standard input does, which the worker keeps open for as long as it lives."""
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def where_raised(error: Exception) -> str:
    """The error's type and where it was raised, without its message, which may quote the chat."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return f"{type(error).__name__} at " + " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))


def _wait_for_the_end() -> None:
    os.read(sys.stdin.fileno(), 1)  # unbuffered: a buffer that a thread reads cannot be closed when the child ends
    os._exit(1)


if __name__ == "__main__":
    main()
