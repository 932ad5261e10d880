"""The processes that another has started, as /proc shows them."""

from pathlib import Path


def children(pid, program):
    """The ids of a process's children that run a program."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            stat, command = (directory / "stat").read_text(), (directory / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid and program.encode() in command:
            found.append(int(directory.name))
    return found
