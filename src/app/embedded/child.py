"""Become another program, one that does not outlive its parent.

    python -I -S child.py PARENT SIGNAL UID:GID|- PROGRAM [ARGUMENT...]

Run by its path and with the standard library alone, so that it starts fast and still works as a user who cannot read
the project. The kernel delivers SIGNAL when the thread that started this process ends; where it has no such call, a
small watcher does.
"""

import ctypes  # here, since the standard library may be out of reach once root has become someone else
import os
import signal
import sys
import time

_PR_SET_PDEATHSIG = 1
_WATCH_INTERVAL_S = 0.25


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def watch(parent: int, death_signal: int) -> None:
    """Leave a watcher behind that signals this process once `parent` is gone, and ends with this process."""
    program = os.getpid()
    if os.fork():
        return
    while os.getppid() == program and _is_alive(parent):
        time.sleep(_WATCH_INTERVAL_S)
    if os.getppid() == program:
        os.kill(program, death_signal)
    os._exit(0)


def _end_with(parent: int, death_signal: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
    else:
        watch(parent, death_signal)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)


def main() -> None:
    parent, death_signal, account = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if account != "-":
        uid, gid = map(int, account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    _end_with(parent, death_signal)  # after setuid, which clears the parent-death signal
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python, and the program would inherit that
        signal.signal(ignored, signal.SIG_DFL)
    os.execvp(sys.argv[4], sys.argv[4:])  # noqa: S606  # no shell is the point


if __name__ == "__main__":
    main()
