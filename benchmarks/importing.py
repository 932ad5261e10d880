"""How fast an export is read, beside the importers on PyPI that read the same file.

    python benchmarks/importing.py
    python benchmarks/importing.py --messages 1000000 --runs 1 --peers ours

Files come from the generator of the tests. Every reader runs in a process of its own; the times are medians of
in-process runs over the same file, after one that is not counted, and memory is the process's peak by `resource`.
whatstk and chat-miner are measured where they can be imported (`pip install chat-insights[bench]`), and otherwise
said to be missing. They neither type messages nor decide on the order of a date by the whole file; ours does.
"""

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEERS = {"ours": None, "whatstk": "whatstk", "chat-miner": "chatminer"}
"""Name and the module that has to be there."""


def reader_of(peer: str) -> Callable[[Path], int]:
    """Reads a file and gives the number of its messages. Imports happen here, outside of what is timed."""
    if peer == "whatstk":
        from whatstk import WhatsAppChat  # noqa: PLC0415 - in the peer's own process

        return lambda path: len(WhatsAppChat.from_source(str(path)).df)
    if peer == "chat-miner":
        from chatminer.chatparsers import WhatsAppParser  # noqa: PLC0415 - in the peer's own process

        def read(path: Path) -> int:
            parser = WhatsAppParser(str(path))
            parser.parse_file()
            return len(parser.parsed_messages.get_df())

        return read
    from domain.chats.importing.reader import ImportOptions, read_export  # noqa: PLC0415 - as above

    return lambda path: len(read_export(path, ImportOptions()))


def measure(peer: str, path: Path, runs: int) -> None:
    """In a process of its own: one run that is not counted where there are several, then the others."""
    read = reader_of(peer)
    if runs > 1:
        read(path)
    seconds = []
    rows = 0
    for _ in range(runs):
        start = time.perf_counter()
        rows = read(path)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": sorted(seconds)[len(seconds) // 2], "peak": peak, "rows": rows}))


def run(peer: str, path: Path, runs: int) -> dict[str, float] | str:
    """Its figures, or why there are none."""
    # -P: the scripts beside this one are not to be found under the names of modules.
    command = [sys.executable, "-P", __file__, "--measure", peer, "--file", str(path), "--runs", str(runs)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    return json.loads(done.stdout.splitlines()[-1])


def report(path: Path, layout: str, peers: list[str], runs: int) -> None:
    size = path.stat().st_size
    print(f"\n{layout}: {size / 1e6:.1f} MB, median of {runs}")
    ours = None
    for peer in peers:
        module = PEERS[peer]
        if module and importlib.util.find_spec(module) is None:
            print(f"  {peer:12} is not installed: skipped")
            continue
        figures = run(peer, path, runs)
        if isinstance(figures, str):
            print(f"  {peer:12} failed: {figures}")
            continue
        ours = ours or figures["seconds"]
        seconds, peak = figures["seconds"], figures["peak"]
        print(
            f"  {peer:12} {seconds:8.3f} s {seconds / ours:7.1f} x   {figures['rows']:9.0f} rows"
            f"   peak {peak / 1e6:7.0f} MB, {peak / size:5.1f} x the file"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the import of WhatsApp exports beside its peers.")
    parser.add_argument("--messages", type=int, default=65000)
    parser.add_argument("--layouts", nargs="+", default=["android_us12", "ios_us12"])
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--measure", choices=list(PEERS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(args.measure, args.file, args.runs)
        return
    sys.path.insert(0, str(ROOT / "tests"))
    from support.generate_export import generate  # noqa: PLC0415 - the tests' own, found by the line above

    with tempfile.TemporaryDirectory() as directory:
        for layout in args.layouts:
            path = Path(directory) / f"{layout}.txt"
            generate(path, layout, messages=args.messages)
            report(path, layout, args.peers, args.runs)


if __name__ == "__main__":
    main()
