"""Measure peermatch beside its peers and write the page: ``make bench``, or ``python -m benchmarks.bench [plan]``.

Plans: ``full`` (about half an hour; writes docs/benchmarks.md), ``stable`` (stable matchings, a quarter of an hour;
adds to it), ``programme`` (rounds, circles, two sides with places; adds to it), ``quick`` (a few minutes; writes to
benchmarks/build/quick), ``large`` (the proof for 100,000 people; adds to docs/benchmarks.md), ``page`` (writes the page
from what is kept).
Results are kept in benchmarks/results after every case, so a run that is stopped has not measured for nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import lemon
from benchmarks.about import about, load_before
from benchmarks.cases import PLANS, Case
from benchmarks.measured import Results, faults
from benchmarks.page import page
from benchmarks.running import ROOT, Runner

__all__ = ["main"]

_KEPT_PLANS = ("full", "large", "stable", "programme")

_KEPT = ROOT / "benchmarks" / "results"
_DOCS = ROOT / "docs"
_BUILD = ROOT / "benchmarks" / "build"
_COMMANDS = {
    "full": "make bench",
    "stable": "python -m benchmarks.bench stable",
    "programme": "python -m benchmarks.bench programme",
    "large": "make bench-large",
    "quick": "make bench BENCH=quick",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a plan and write the page; 1 if contenders disagree or a proof does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan", nargs="?", default="full", choices=[*PLANS, "page"])
    parser.add_argument("--cap", type=float, default=60.0, help="seconds after which a peer is stopped")
    parser.add_argument("--only", default="", help="only cases with all these words in group, name and size")
    options = parser.parse_args(arguments)
    out, kept = _DOCS, _KEPT
    if options.only or options.plan == "quick":
        out = kept = _BUILD / ("part" if options.only else "quick")
    out.mkdir(parents=True, exist_ok=True)
    if options.plan != "page":
        kept.mkdir(parents=True, exist_ok=True)
        if out == kept:  # nothing here is to be mixed with what an earlier trial left
            for name in _KEPT_PLANS:
                (kept / f"{name}.json").unlink(missing_ok=True)
        wanted = set(options.only.split())
        cases = [
            case
            for case in PLANS[options.plan]()
            if wanted <= set(f"{case.group} {case.name} {case.size} {case.objective}".split())
        ]
        run(options.plan, cases, options.cap, kept)
    return write(out, kept)


def run(plan: str, cases: Sequence[Case], cap: float, kept: Path) -> None:
    """Run cases and keep their results."""
    rows: list[dict[str, Any]] = []
    began, load = time.perf_counter(), load_before()

    def tell(text: str) -> None:
        print(f"{time.perf_counter() - began:7.0f} s  {text}", flush=True)

    path = kept / f"{plan if plan in _KEPT_PLANS else 'full'}.json"
    for found in Runner(cap, tell).run(cases):
        rows += found
        said = about(plan, _COMMANDS[plan], cap, load, _left_out(rows))
        keep(path, said, rows)
    tell("done")


def keep(path: Path, said: dict[str, Any], rows: Sequence[dict[str, Any]]) -> None:
    """Write results to a file, a line each; the file is never half written."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(f'{{"about": {json.dumps(said)},\n"rows": [\n{lines}\n]}}\n', encoding="utf-8")
    unfinished.replace(path)


def _left_out(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Say who was left out altogether, and why."""
    names = dict.fromkeys(row["contender"] for row in rows if row["left_out"])
    missing = lemon.missing()
    told = [f"LEMON: {missing}"] if missing else []
    for name in names:
        mine = [row for row in rows if row["contender"] == name]
        if not name.startswith("lemon") and all(row["left_out"] for row in mine):
            told.append(f"{name}: {mine[0]['left_out']}")
    return told


def write(out: Path, kept: Path) -> int:
    """Write the page and the plot from what is kept."""
    full, large, stable, programme = (_read(kept / f"{name}.json") for name in _KEPT_PLANS)
    results = Results([*full["rows"], *stable["rows"], *programme["rows"]])
    results_large = Results(large["rows"])
    text = page(results, results_large, full["about"], large["about"], stable["about"], programme["about"])
    (out / "benchmarks.md").write_text(text, encoding="utf-8")
    if not results.rows and not results_large.rows:
        print("Nothing has been measured yet.", file=sys.stderr)
        return 0
    written = [out / "benchmarks.md"]
    try:
        from benchmarks.plots import draw

        draw(out / "benchmarks.svg", results, results_large)
        written.append(out / "benchmarks.svg")
    except ModuleNotFoundError as error:
        print(f"No plot: {error.name} is not installed.", file=sys.stderr)
    wrong = faults(results) + faults(results_large)
    for fault in wrong:
        print(f"WRONG: {fault}", file=sys.stderr)
    print("Wrote " + " and ".join(str(path.relative_to(ROOT)) for path in written) + ".")
    return 1 if wrong else 0


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"about": {}, "rows": []}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main())
