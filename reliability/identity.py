"""Same input, same bytes: the whole command, over orders of rows and columns, kinds of files, threads and hash seeds.

    python -m reliability.identity [--people 1000] [--seed 0]

A synthetic organisation is written as CSV, XLSX and Parquet, with rows and columns in several orders. `peermatch match`
runs on each in a process of its own, with one thread and two, and with three hash seeds; every file that it writes must
have the same bytes. In one process, pandas, polars and pyarrow tables and lists of records must give the same JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

import peermatch as pm
from peermatch.datasets import make_organisation

APART = ("run.json",)
"""What tells of the run and not of the result: clock, host, paths."""


def tables(frame: pd.DataFrame, folder: Path, seed: int) -> Iterator[Path]:
    """Write the same people in other orders and as other kinds of files."""
    rng = np.random.default_rng(seed)
    for order in range(3):
        rows = frame if order == 0 else frame.iloc[rng.permutation(len(frame))]
        columns = (
            list(frame.columns) if order == 0 else [frame.columns[k] for k in rng.permutation(frame.shape[1])]
        )
        mixed = rows[columns].reset_index(drop=True)
        path = folder / f"people-{order}.csv"
        mixed.to_csv(path, index=False)
        yield path
        if order == 1:
            # not with semicolons: that they separate cells is told as a repair, and stands in the result
            mixed.to_csv(path.with_suffix(".txt"), index=False, encoding="utf-8-sig", lineterminator="\r\n")
            yield path.with_suffix(".txt")
            mixed.to_excel(path.with_suffix(".xlsx"), index=False)
            yield path.with_suffix(".xlsx")
            mixed.to_parquet(path.with_suffix(".parquet"), index=False)
            yield path.with_suffix(".parquet")


def digests(folder: Path) -> dict[str, str]:
    """Return a digest of every file of a folder of results."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in APART)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def run(config: Path, table: Path, out: Path, threads: str, hash_seed: str) -> dict[str, str]:
    """Match in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "peermatch",
        "match",
        str(table),
        "--config",
        str(config),
        "--out",
        str(out),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PEERMATCH_THREADS": threads}
    subprocess.run([*command, "--round", "r1", "--quiet"], env=environment, check=True)
    return digests(out)


def in_process(frame: pd.DataFrame, config: Path, seed: int) -> dict[str, str]:
    """Return the JSON's digest for each kind of table."""
    import polars
    import pyarrow

    mixed = frame.iloc[np.random.default_rng(seed).permutation(len(frame))].reset_index(drop=True)
    kinds = {
        "pandas": frame,
        "pandas, shuffled": mixed,
        "records": mixed.to_dict("records"),
        "polars": polars.from_pandas(mixed),
        "pyarrow": pyarrow.Table.from_pandas(mixed, preserve_index=False),
    }
    matcher = pm.PeerMatcher.from_toml(config)
    return {
        kind: hashlib.sha256(matcher.match(table, round="r1").to_json().encode()).hexdigest()
        for kind, table in kinds.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Same input, same bytes.")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = folder / "people.csv"
        frame = make_organisation(asked.people, seed=asked.seed).astype(object)
        frame = frame.map(lambda cell: None if cell is None or cell != cell else str(cell))
        frame.to_csv(first, index=False)
        config = folder / "programme.toml"
        subprocess.run(
            [sys.executable, "-m", "peermatch", "init", str(first), "--out", str(config)],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        expected: dict[str, str] = {}
        runs = differ = 0
        for number, (table, (threads, hash_seed)) in enumerate(
            product(tables(frame, folder, asked.seed), (("1", "0"), ("2", "1"), ("2", "2")))
        ):
            found = run(config, table, folder / f"out-{number}", threads, hash_seed)
            expected = expected or found
            runs += 1
            for file in sorted(set(found) | set(expected)):
                if found.get(file) != expected.get(file):
                    differ += 1
                    print(f"differs: {file} of {table.name}, {threads} threads, hash seed {hash_seed}")
        print(f"{runs} commands on {asked.people} people, {len(expected)} files each: {differ} files differ")
        kinds = in_process(frame, config, asked.seed)
        apart = len(set(kinds.values())) - 1
        print(f"{len(kinds)} kinds of tables in one process: {apart or 'none'} differ ({', '.join(kinds)})")
    return 1 if differ or apart else 0


if __name__ == "__main__":
    sys.exit(main())
