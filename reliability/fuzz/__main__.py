"""``python -m reliability.fuzz``: fuzz all targets, one after the other, for so many inputs or seconds."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reliability.fuzz.targets import ROOT, TARGETS

FOLDER = ROOT / "build" / "fuzz"


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz, or run one input again.

    Returns
    -------
    int
        0: nothing was found; 1: something was; 2: it cannot run here.
    """
    parser = argparse.ArgumentParser(prog="python -m reliability.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", help=f"of {', '.join(TARGETS)}; all of them when not given")
    parser.add_argument("--seconds", type=float, default=None, help="for all targets together (default 300)")
    parser.add_argument(
        "--inputs", type=int, default=None, help="for all targets together, instead of seconds"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for the corpus and what is found")
    parser.add_argument(
        "--again", type=Path, help="run one input that was kept; its folder says of which target"
    )
    args = parser.parse_args(argv)
    if args.again is not None:
        return _again(args.again)
    unknown = [name for name in args.target if name not in TARGETS]
    if unknown:
        print(f"There is no target {unknown[0]!r}. Known: {', '.join(TARGETS)}.", file=sys.stderr)
        return 2
    if importlib.util.find_spec("atheris") is None:
        print(
            "Fuzzing needs the package atheris (Linux, Python 3.11 to 3.13): pip install 'peermatch[reliability]'. "
            "Without it, pytest tests/reliability runs the inputs that are kept.",
            file=sys.stderr,
        )
        return 2
    names = args.target or list(TARGETS)
    whole = sum(TARGETS[name].share for name in names)
    found = 0
    print(
        f"{'target':<16}{'inputs':>9}{'per s':>8}{'values':>9}{'errors':>9}{'codes':>7}{'slowest':>9}{'faults':>8}"
    )
    total = 0
    for name in names:
        part = TARGETS[name].share / whole
        inputs = 10**9 if args.inputs is None else max(1, round(args.inputs * part))
        seconds = 10**6 if args.inputs is not None and args.seconds is None else (args.seconds or 300) * part
        told = _run(name, inputs, seconds, args.seed, args.folder)
        total += told["inputs"]
        found += len(told["failures"])
        print(_line(name, told), flush=True)
    print(
        f"{total:,} inputs; what was found is in {args.folder / 'failures'}"
        if found
        else f"{total:,} inputs, no fault"
    )
    return 1 if found else 0


def _run(name: str, inputs: int, seconds: float, seed: int, folder: Path) -> dict[str, Any]:
    """Run a target until it has had its inputs; a process that died is a fault, and the next one goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    together: dict[str, Any] = {"inputs": 0, "seconds": 0.0, "slowest": 0.0, "outcomes": {}, "failures": {}}
    for attempt in range(5):
        left = inputs - together["inputs"], seconds - together["seconds"]
        if min(left) <= 0:
            break
        told = folder / f"{name}.json"
        told.unlink(missing_ok=True)
        command = [
            sys.executable, "-m", "reliability.fuzz.child", name, "--inputs", str(left[0]), "--seconds", str(left[1]),
            "--seed", str(seed + 1000 * attempt), "--folder", str(folder),
        ]  # fmt: skip
        with (folder / f"{name}.log").open("ab") as log:
            code = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False).returncode
        data = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
        for key in ("inputs", "seconds"):
            together[key] += data.get(key, 0)
        together["slowest"] = max(together["slowest"], data.get("slowest", 0.0))
        for key in ("outcomes", "failures"):
            for word, count in data.get(key, {}).items():
                together[key][word] = together[key].get(word, 0) + count
        if code == 0:
            break
        together["failures"][f"the process ended with {code}; see {name}.log"] = 1
    return together


def _line(name: str, told: dict[str, Any]) -> str:
    outcomes, seconds = told["outcomes"], max(told["seconds"], 1e-9)
    errors = sum(count for word, count in outcomes.items() if word.startswith("error"))
    codes = sum(word.startswith("error") for word in outcomes)
    values = sum(outcomes.values()) - errors
    line = f"{name:<16}{told['inputs']:>9,}{told['inputs'] / seconds:>8.0f}{values:>9,}{errors:>9,}{codes:>7}"
    line += f"{told['slowest']:>8.2f}s{len(told['failures']):>8}"
    return "\n".join([line, *(f"    {count:>6,} x {mark}" for mark, count in told["failures"].items())])


def _again(path: Path) -> int:
    from reliability.fuzz.judge import Failure, judge

    name = path.resolve().parent.name
    try:
        print(judge(name, TARGETS[name].function, path.read_bytes()))
    except Failure as failure:
        print(failure.text)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
