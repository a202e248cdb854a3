"""One target in a process of its own, under atheris: it counts what happens, and keeps what broke a promise."""

from __future__ import annotations

import argparse
import collections
import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["main"]

SAME = 2
"""How many inputs are kept that seem to show the same fault."""


def main() -> None:
    """Fuzz; leaves the process when the inputs or the seconds are used up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--inputs", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    args = parser.parse_args()
    import atheris

    # Compiled functions cannot be instrumented. The hook stays: much is imported only when it is first used.
    kernels = importlib.util.find_spec("peermatch.kernels")
    places = [] if kernels is None else kernels.submodule_search_locations or []
    compiled = [f"peermatch.kernels.{path.stem}" for place in places for path in Path(place).glob("*.py")]
    hook = atheris.instrument_imports(include=["peermatch"], exclude=["peermatch.kernels", *compiled])
    hook.__enter__()
    from reliability.fuzz.targets import TARGETS, TOKENS, seeds

    target = TARGETS[args.target]
    corpus, told = args.folder / "corpus" / args.target, args.folder / f"{args.target}.json"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(args.target)):
        (corpus / f"seed{number:04d}").write_bytes(data[: target.longest])
    words = args.folder / "words.txt"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in TOKENS), encoding="ascii")
    run = _Run(args, target.function, told)
    flags = [
        f"-seed={args.seed + 1}", f"-max_len={target.longest}", f"-dict={words}", "-rss_limit_mb=3072", "-timeout=60",
        f"-artifact_prefix={args.folder}/{args.target}-", "-print_final_stats=0", "-verbosity=0", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *flags], run.one)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in (34, 92) else f"\\x{byte:02x}" for byte in word.encode()
    )


class _Run:
    def __init__(self, args: argparse.Namespace, function: Any, told: Path) -> None:
        from reliability.fuzz.judge import Failure, judge

        self.args, self.function, self.told = args, function, told
        self.judge, self.failure = judge, Failure
        self.counts: collections.Counter[str] = collections.Counter()
        self.marks: collections.Counter[str] = collections.Counter()
        self.done, self.slowest, self.began = 0, 0.0, time.monotonic()

    def one(self, data: bytes) -> None:
        begun = time.monotonic()
        try:
            self.counts[self.judge(self.args.target, self.function, data)] += 1
        except self.failure as failure:
            self._keep(failure)
        now = time.monotonic()
        self.done += 1
        self.slowest = max(self.slowest, now - begun)
        over = self.done >= self.args.inputs or now - self.began > self.args.seconds
        if over or self.done % 500 == 0:
            self._tell()
        if over:
            os._exit(0)  # libFuzzer would go on

    def _keep(self, failure: Any) -> None:
        self.marks[failure.mark] += 1
        if self.marks[failure.mark] > SAME:
            return
        folder = self.args.folder / "failures" / self.args.target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / failure.digest).write_bytes(failure.data)
        (folder / f"{failure.digest}.txt").write_text(
            failure.text, encoding="utf-8", errors="backslashreplace"
        )

    def _tell(self) -> None:
        data = {
            "inputs": self.done,
            "seconds": time.monotonic() - self.began,
            "slowest": self.slowest,
            "outcomes": dict(self.counts),
            "failures": dict(self.marks),
        }
        self.told.write_text(json.dumps(data), encoding="utf-8")


if __name__ == "__main__":
    main()
