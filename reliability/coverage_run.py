"""Line and branch coverage, with compilation off: a compiled kernel cannot be seen, a plain function can.

    python -m reliability.coverage_run [TESTS ...]

Runs the tests of small instances with NUMBA_DISABLE_JIT=1 under coverage.py; prints a table by package and the files
below 90 per cent. Left out are tests that need compiled code or large instances, which take hours as plain Python.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TESTS = (
    *("tests/kernels", "tests/problem", "tests/solvers", "tests/verify", "tests/criteria", "tests/scoring"),
    *("tests/explain", "tests/run", "tests/programme", "tests/audit", "tests/cohort", "tests/publication"),
    *(
        "tests/test_matcher.py",
        "tests/test_whole_runs.py",
        "tests/test_objectives.py",
        "tests/test_two_sides.py",
    ),
)
LEFT_OUT = {
    "tests/kernels/test_jit_cache.py": "about compiled code",
    "tests/kernels/test_jit_rules.py": "about compiled code",
    "tests/kernels/test_jit_trust.py": "about compiled code",
    "tests/kernels/test_jit_upgrade.py": "about compiled code",
    "tests/solvers/test_transport_at_scale.py": "large instances",
    "tests/solvers/test_blossom_lazy.py": "large instances",
    "tests/solvers/test_blossom_lazy_stopped.py": "large instances",
    "tests/solvers/test_circles.py": "large instances",
    "tests/solvers/test_rings.py": "large instances",
    "tests/solvers/test_prefix_lists.py": "large instances",
    "tests/solvers/test_pricing.py": "large instances",
    "tests/verify/test_verify_evidence_hostile.py": "thousands of documents",
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Coverage with compilation off.")
    parser.add_argument("tests", nargs="*", default=list(TESTS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, report = Path(folder) / "data", Path(folder) / "report.json"
        environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "COVERAGE_FILE": str(data)}
        coverage = [sys.executable, "-m", "coverage"]
        pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"--ignore={name}" for name in LEFT_OUT)]
        done = subprocess.run(
            [*coverage, "run", "--branch", "--source=src/peermatch", *pytest, *asked.tests],
            env=environment, cwd=ROOT, check=False,
        )  # fmt: skip
        subprocess.run([*coverage, "json", "-q", "-o", str(report)], env=environment, cwd=ROOT, check=True)
        files = json.loads(report.read_text())["files"]
    table(files)
    for name, why in LEFT_OUT.items():
        print(f"left out: {name} ({why})")
    return done.returncode


def table(files: dict[str, dict[str, dict[str, int]]]) -> None:
    """Print lines and branches by package, and the files below 90 per cent of lines."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    low = []
    for name, found in sorted(files.items()):
        counts = found["summary"]
        package = Path(name).parts[2] if len(Path(name).parts) > 3 else "(top)"
        values = ("covered_lines", "num_statements", "covered_branches", "num_branches")
        for package_or_all in (package, "all"):
            for at, value in enumerate(values):
                sums[package_or_all][at] += counts[value]
        share = counts["covered_lines"] / max(1, counts["num_statements"])
        if share < 0.9:
            low.append(f"{name}: {share:.0%} of {counts['num_statements']} lines")
    print(f"{'package':14} {'lines':>7} {'branches':>9}")
    for package, (lines, of, branches, all_branches) in sorted(sums.items()):
        print(f"{package:14} {lines / max(1, of):7.1%} {branches / max(1, all_branches):9.1%}")
    print("below 90 per cent of lines:", *(low or ["none"]), sep="\n  ")


if __name__ == "__main__":
    sys.exit(main())
