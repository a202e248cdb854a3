"""The whole command in a second process, beside the bare imports that it needs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.cases import SEED, Case

__all__ = ["measure_command"]

IMPORTS = "import numba, pandas, sklearn.base"

_CONFIG = """\
schema = 1
id = "employee_id"
label = "display_name"

[[criteria]]
kind = "near"
column = "years_experience"
scale = 3
weight = 2

[[criteria]]
kind = "above"
column = "grade"
ladder = {ladder}
by = [0, 2]

[[criteria]]
kind = "different"
columns = ["job_family", "education", "career_path"]

[[criteria]]
kind = "overlap"
column = "goals"
separator = ";"
weight = 2

[[criteria]]
kind = "complement"
offers = "can_teach"
seeks = "wants_to_learn"
weight = 3

[[criteria]]
kind = "available"
zone = "time_zone"
hours = "working_hours"
wanted = 20

[[rules]]
kind = "not_in_line"
manager = "manager_id"

[[rules]]
kind = "must_differ"
column = "department"
"""


def measure_command(case: Case) -> list[dict[str, Any]]:
    """Run `peermatch match` on a file and the bare imports in turns, each in a new process.

    The first turn, which compiles what was never compiled here, is thrown away.
    """
    from peermatch.datasets.vocabulary import GRADES

    with tempfile.TemporaryDirectory(prefix="peermatch-bench-") as folder:
        people, config = Path(folder) / "people.csv", Path(folder) / "programme.toml"
        config.write_text(_CONFIG.format(ladder=list(GRADES)), encoding="utf-8")
        ours = [sys.executable, "-m", "peermatch"]
        _run([*ours, "synth", str(case.size), "--seed", str(SEED), "--out", str(people)])
        match = [*ours, "match", str(people), "--config", str(config), "--as-of", "2026-12-01"]
        taken: dict[str, list[float]] = {"command": [], "imports": []}
        for turn in range(case.least + 1):
            turns = {
                "command": [*match, "--out", str(Path(folder) / f"results-{turn}")],
                "imports": [sys.executable, "-c", IMPORTS],
            }
            for name, command in turns.items():
                took = _run(command)
                if turn:
                    taken[name].append(took)
    return [
        {
            "group": case.group,
            "name": case.name,
            "size": case.size,
            "objective": "",
            "contender": name,
            "seconds": seconds,
            "cap": 0.0,
            "over": False,
            "left_out": "",
            "more": {},
        }
        for name, seconds in taken.items()
    ]


def _run(command: list[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[2:4])} ended with {done.returncode}: {done.stderr[-1000:]}")
    return took
