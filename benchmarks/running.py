"""The parent's side: start a process for each case and contender, side by side, and collect what they say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import lemon
from benchmarks.cases import LEMON, OURS, SEED, Case
from benchmarks.command import measure_command
from benchmarks.contenders import read_edges
from benchmarks.instances import with_bonus

__all__ = ["Result", "Runner"]

Result = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent

_READS_EDGES = {OURS, LEMON, "lemon perfect", "networkx", "rustworkx", "networkit"}
_LONGEST = 7200
"""Seconds after which a process is given up altogether, whatever it is doing."""


class Runner:
    """Runs cases; remembers who passed the cap, so as not to try larger sizes.

    Parameters
    ----------
    cap : float
        Seconds after which a repeat is stopped, unless the case says otherwise.
    tell : function of str
        Is told what is going on.
    """

    def __init__(self, cap: float, tell: Callable[[str], None]) -> None:
        self.cap = cap
        self.tell = tell
        self._over: set[tuple[str, ...]] = set()
        self._made: dict[str, tuple[int, int]] = {}

    def run(self, cases: Iterable[Case]) -> Iterable[list[Result]]:
        """Run case after case; yield each one's results, a contender each."""
        with tempfile.TemporaryDirectory(prefix="peermatch-bench-") as folder:
            for case in cases:
                yield self._run_case(case, Path(folder))

    def _run_case(self, case: Case, folder: Path) -> list[Result]:
        self.tell(f"{case.group}: {case.name}, {case.size:,} ({case.objective})")
        try:
            return self._side_by_side(case, folder)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            # an hour of measuring is not thrown away for one case; `faults` will name this one
            self.tell(f"    FAILED: {error}")
            failed = self._empty({"group": case.group, "name": case.name, "size": case.size}, case, OURS)
            return [{**failed, "objective": case.objective, "left_out": str(error)[:300]}]

    def _side_by_side(self, case: Case, folder: Path) -> list[Result]:
        if case.group == "command":
            return self._tell(measure_command(case))
        edges = folder / "edges"
        here: dict[str, Any] = {
            "group": case.group,
            "name": case.name,
            "size": case.size,
            "objective": case.objective,
        }
        if case.made_of:
            self._make(case, edges)
            n, graph = read_edges(edges)
            here.update(vertices=n, edges=len(graph[0]))
            if case.objective == "everyone_first" and LEMON in case.contenders:
                raised = with_bonus(graph)
                here["bonus"] = int(raised[2][0] - graph[2][0])
                lemon.write_edges(folder / "raised", raised)
                del raised
            del graph
        results = {name: self._empty(here, case, name) for name in case.contenders}
        for turn in range(case.rounds):
            for name, result in results.items():
                key = (case.group, case.name, case.objective, name)
                if key in self._over or result["left_out"] or (turn and _slow(result)):
                    result.setdefault("note", "not run: passed the cap on a smaller one")
                    continue
                result["note"] = ""
                (self._lemon if name.startswith(LEMON) else self._child)(case, name, folder, result)
                if (
                    result["over"]
                    and not result["seconds"]
                    and not (name == LEMON and case.group == "families")
                ):
                    # LEMON is asked on every hard family: how much faster is a claim on each
                    self._over.add(key)
        return self._tell(list(results.values()))

    def _tell(self, results: list[Result]) -> list[Result]:
        for result in results:
            self.tell(f"    {result['contender']}: {_told(result)}")
        return results

    def _empty(self, here: dict[str, Any], case: Case, name: str) -> Result:
        return {
            **here,
            "contender": name,
            "cap": float(case.caps.get(name, self.cap)),
            "seconds": [],
            "over": False,
            "left_out": "",
            "more": {},
        }

    def _make(self, case: Case, edges: Path) -> None:
        task = {
            "contender": "edges",
            "edges": str(edges),
            "size": case.size,
            "seed": SEED,
            "objective": case.objective,
            **case.made_of,
        }
        done = _start(task)
        if done.returncode:
            raise RuntimeError(f"{case.name}, {case.size:,}: no edges could be made.\n{done.stderr[-2000:]}")

    def _child(self, case: Case, name: str, folder: Path, result: Result) -> None:
        task = {
            "contender": name,
            "size": case.size,
            "seed": SEED,
            "objective": case.objective,
            "pool": case.name.removesuffix(", odd"),
            "cap": result["cap"],
            "least": case.least,
            "seconds": case.seconds,
            "most": case.most,
        }
        if name in _READS_EDGES:
            task["edges"] = str(folder / "edges")
        done = _start(task, threads=2 if case.group == "scan" else None)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        result["seconds"] += [round(line["run"], 7) for line in lines if "run" in line]
        if done.returncode == -signal.SIGALRM:
            result["over"] = True
        elif done.returncode:
            result["left_out"] = (done.stderr.strip().splitlines() or ["ended without a word"])[-1][:200]
        for line in lines:
            if "missing" in line:
                result["left_out"] = line["missing"]
            if "weight" in line:
                _check_same(result, line)
                result.update(line)

    def _lemon(self, case: Case, name: str, folder: Path, result: Result) -> None:
        result["left_out"] = lemon.missing()
        if result["left_out"]:
            return
        first = case.objective == "everyone_first"
        found = lemon.matched(
            folder / ("raised" if first and name == LEMON else "edges"),
            perfect=name != LEMON,
            least=case.least,
            seconds=case.seconds,
            most=case.most,
            cap=result["cap"],
        )
        if found["no_perfect"]:
            result["left_out"] = "there is no perfect matching"
            return
        result["seconds"] += [round(second, 7) for second in found["run"]]
        result.setdefault("build", []).extend(round(second, 7) for second in found["build"])
        result["over"] = result["over"] or found["over"]
        if found["weight"] is not None:
            lifted = found["pairs"] * result.get("bonus", 0) if name == LEMON else 0
            line = {"weight": str(found["weight"] - lifted), "pairs": found["pairs"]}
            _check_same(result, line)
            result.update(line, base_mib=0.0, peak_mib=found["peak_mib"], whole_peak_mib=found["peak_mib"])


def _start(task: dict[str, Any], threads: int | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.child", json.dumps(task)],
        cwd=ROOT,
        env=None if threads is None else {**os.environ, "PEERMATCH_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST,
    )


def _check_same(result: Result, line: dict[str, Any]) -> None:
    """The same contender must find the same total in every round."""
    if "weight" in result and result["weight"] != line["weight"]:
        raise RuntimeError(f"{result['contender']} found {result['weight']}, then {line['weight']}.")


def _slow(result: Result) -> bool:
    """Return whether one round of this was enough."""
    return result["over"] or sum(result["seconds"]) > 60


def _told(result: Result) -> str:
    if result["left_out"]:
        return f"left out: {result['left_out']}"
    if not result["seconds"]:
        return f"> {result['cap']:g} s" if result["over"] else result.get("note", "")
    ordered = sorted(result["seconds"])
    peak = result.get("whole_peak_mib")
    return f"{ordered[len(ordered) // 2]:.4g} s ({len(ordered)} runs)" + (f", {peak:.0f} MiB" if peak else "")
