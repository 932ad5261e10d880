"""Statistics of generated WhatsApp exports: time beside reading the export, and memory.

    python benchmarks/counting.py [--sizes 65000 1000000] [--runs 5]

Each size has a process of its own, so that its peak of memory is its own. The export is read before, and not timed with
the statistics; `added` is the peak of resident memory above what the transcript needs.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from domain.chats.importing.reader import ImportOptions, read_export
from domain.chats.statistics.compute import compute

GENERATOR = Path(__file__).parents[1] / "tests" / "support" / "generate_export.py"


def resident_mib(field: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def measure(size: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "chat.txt"
        subprocess.run(
            [sys.executable, GENERATOR, "--messages", str(size), "--out", path], check=True, capture_output=True
        )
        started = time.perf_counter()
        transcript = read_export(path, ImportOptions())
        reading = time.perf_counter() - started
    before = resident_mib("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        statistics = compute(transcript)
        times.append(time.perf_counter() - started)
    median = sorted(times)[runs // 2]
    answer = len(msgspec.json.encode(statistics)) / 1024
    print(
        f"{size:>9,} messages  read {reading:6.2f} s  statistics {median:6.3f} s (median of {runs})  "
        f"transcript {before:5.0f} MiB  added {resident_mib('VmHWM') - before:4.0f} MiB  JSON {answer:4.0f} KiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[65_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    if len(arguments.sizes) == 1:
        measure(arguments.sizes[0], arguments.runs)
        return
    for size in arguments.sizes:
        subprocess.run([sys.executable, __file__, "--sizes", str(size), "--runs", str(arguments.runs)], check=True)


if __name__ == "__main__":
    main()
