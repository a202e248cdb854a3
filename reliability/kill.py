"""kill -9 at random moments: whole commands that write into a folder which holds the results of the round before.

    python -m reliability.kill [--runs 200] [--seed 0]

`peermatch match` (with a report, handouts and tables of everything) runs on a synthetic organisation into a folder with
the results of another round. Half of the runs are killed at a random moment of their time; the other half at a random
step among those that touch the folder, so that the moments that matter are met often. Then:

- every file is wholly that of the round before or wholly that of this one, byte for byte;
- without a journal, all of them are of one round; with one, they are once it is carried to its end;
- the next run leaves nothing behind of those that were killed, and the history has lost nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from peermatch.publication import JOURNAL, finish
from peermatch.publication.journal import STAGE

_APART = ("run.json",)
"""What tells of the run, such as the clock: whole, but never the same twice."""

_STEPPED = """
import os, signal, sys
folder, step = sys.argv[1], int(sys.argv[2])
counted = 0
def hook(event, arguments):
    global counted
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir") and folder in str(arguments):
        counted += 1
        if counted == step:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
from peermatch.cli import main
code = main(sys.argv[3:])
print(counted)
sys.exit(code)
"""


def contents(folder: Path) -> dict[str, bytes]:
    """Return what a reader of the folder sees."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name not in _APART]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    ours = (JOURNAL, STAGE)
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(ours)}


class Trial:
    """A folder with an earlier round, and a command that is to replace it."""

    def __init__(self, where: Path, people: int, seed: int) -> None:
        self.where, self.random = where, random.Random(seed)
        self.table, self.config = where / "people.csv", where / "programme.toml"
        for command in (
            ["synth", str(people), "--out", str(self.table)],
            ["init", str(self.table), "--out", str(self.config)],
        ):
            self._run(command, check=True)
        self.before = where / "before"
        self._run(self.command(self.before, "first", None), check=True)
        self.old = contents(self.before)
        after = where / "after"
        shutil.copytree(self.before, after)
        start = time.perf_counter()
        said = self._run(
            ["-c", _STEPPED, str(after), "0", *self.command(after, "second", "--for-auditor")],
            check=True,
            plain=True,
        )
        self.seconds, self.steps = time.perf_counter() - start, int(said.stdout.split()[-1])
        self.new = contents(after)

    def command(self, folder: Path, round: str, extra: str | None) -> list[str]:
        """Return the arguments of a run."""
        history = folder / "history.csv"
        told = ["--history", str(history)] if history.exists() else []
        asked = ["--report", "--for-participants"] if extra is None else ["--report", extra]
        return [
            *("match", str(self.table), "--config", str(self.config), "--out", str(folder)),
            *("--round", round, "--quiet", *told, *asked),
        ]

    def _run(
        self, arguments: list[str], *, check: bool = False, plain: bool = False
    ) -> subprocess.CompletedProcess[str]:
        prefix = [sys.executable] if plain else [sys.executable, "-m", "peermatch"]
        return subprocess.run([*prefix, *arguments], capture_output=True, text=True, check=check)

    def kill_once(self, number: int) -> str:
        """Run, kill, look; return what was found: "old", "new" or "journal"."""
        folder = self.where / "folder"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before, folder)
        command = self.command(folder, "second", "--for-auditor")
        if number % 2:
            self._run(
                ["-c", _STEPPED, str(folder), str(self.random.randint(1, self.steps)), *command], plain=True
            )
        else:
            process = subprocess.Popen(
                [sys.executable, "-m", "peermatch", *command],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(self.random.uniform(0, 1.05 * self.seconds))
            process.send_signal(signal.SIGKILL)
            process.wait()
        found, journal = contents(folder), (folder / JOURNAL).exists()
        for name, content in found.items():
            if content not in (self.old.get(name), self.new.get(name)):
                raise AssertionError(f"run {number}: {name} is neither of the one round nor of the other")
        if not journal and found not in (self.old, self.new):
            raise AssertionError(f"run {number}: files of two rounds side by side")
        finish(folder)
        after = contents(folder)
        if after != (self.new if journal else found):
            raise AssertionError(f"run {number}: the journal was not carried to its end")
        if number % 20 == 0:
            self._next(folder, number)
        return "journal" if journal else "old" if found == self.old else "new"

    def _next(self, folder: Path, number: int) -> None:
        """Run again: nothing may be left of what was killed, and no earlier pair may be lost."""
        self._run(self.command(folder, "second", "--for-auditor"), check=True)
        left = [path.name for path in folder.iterdir() if path.name.startswith((JOURNAL, STAGE))]
        if left or contents(folder) != self.new:
            raise AssertionError(f"run {number}: the next run left {left}, or other files than it should")


def main() -> int:
    parser = argparse.ArgumentParser(description="kill -9 at random moments.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if os.name != "posix":
        print("There is no SIGKILL here.")
        return 1
    with tempfile.TemporaryDirectory() as name:
        trial = Trial(Path(name), asked.people, asked.seed)
        print(
            f"{len(trial.old)} files of the round before, {len(trial.new)} of this one; {trial.steps} steps touch the "
            f"folder; a run takes {trial.seconds:.1f} s"
        )
        found = Counter(trial.kill_once(number) for number in range(asked.runs))
    told = ", ".join(f"{count} {what}" for what, count in sorted(found.items()))
    print(
        f"{asked.runs} runs killed (seed {asked.seed}): {told}. No half-written file, no files of two rounds."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
