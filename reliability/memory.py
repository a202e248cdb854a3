"""Peak memory of the whole command: `peermatch match` with files in and files out.

    python -m reliability.memory [--people 10000 100000]

What the design allows: 600 MB for 10,000 people and 2 GB for 100,000, interpreter and libraries included.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ALLOWED = {10_000: 600, 100_000: 2_000}
"""Megabytes (10**6 bytes) for so many people."""

# a process of its own for each command, so that the greatest of its children is this one
_CHILD = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.returncode)
"""


def peak_of(command: list[str]) -> tuple[float, int]:
    """Run a command; return its greatest resident memory in megabytes, and its exit code."""
    said = subprocess.run(
        [sys.executable, "-c", _CHILD, *command], capture_output=True, text=True, check=True
    )
    size, code = said.stdout.split()
    unit = 1 if sys.platform == "darwin" else 1024
    return int(size) * unit / 1e6, int(code)


def main() -> int:
    parser = argparse.ArgumentParser(description="Peak memory of the whole command.")
    parser.add_argument("--people", type=int, nargs="+", default=[10_000])
    peermatch = [sys.executable, "-m", "peermatch"]
    too_much = 0
    for people in parser.parse_args().people:
        with tempfile.TemporaryDirectory() as folder:
            table, config, out = (
                str(Path(folder) / name) for name in ("people.csv", "programme.toml", "out")
            )
            for command in (["synth", str(people), "--out", table], ["init", table, "--out", config]):
                subprocess.run([*peermatch, *command], check=True, stderr=subprocess.DEVNULL)
            start = time.perf_counter()
            peak, code = peak_of([*peermatch, "match", table, "--config", config, "--out", out])
            seconds = time.perf_counter() - start
        allowed = ALLOWED.get(people)
        said = "" if allowed is None else f", {allowed} allowed"
        print(
            f"{people:,} people: {peak:.0f} MB at most{said}; {seconds:.0f} s; exit code {code}", flush=True
        )
        too_much += code != 0 or (allowed is not None and peak > allowed)
    return 1 if too_much else 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
