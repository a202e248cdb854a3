"""The same people give the same files, whatever the order of rows and columns, kind of file, hash seed, and threads."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from support.small_tables import people

APART = ("run.json",)
"""What tells of the run and not of the result: clock, host, paths."""


def untidy():
    """People with things to mend: spaces, words for nothing, an empty column, a list with a comma in an option."""
    rows = people(24)
    rows[2]["department"] = " Ops "
    rows[5]["department"] = "N/A"
    rows[7]["can_teach"] = "Talking (listening, speaking); Excel"
    return [{**row, "empty": ""} for row in rows]


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in APART}


def matched(run, table, out):
    said = run("match", table, "--config", "programme.toml", "--out", out, "--round", "2026-12", "--quiet")
    assert said.code == 0, said.err
    return files_of(out)


@pytest.fixture
def expected(folder, run):
    pd.DataFrame(untidy()).to_csv("first.csv", index=False)
    found = matched(run, "first.csv", folder / "first")
    assert b'"repairs": [\n' in found["result.json"]  # so that repairs are compared as well
    return found


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_rows_and_columns(seed, folder, run, expected):
    rng, frame = np.random.default_rng(seed), pd.DataFrame(untidy())
    columns = [frame.columns[k] for k in rng.permutation(frame.shape[1])]
    frame.iloc[rng.permutation(len(frame))][columns].to_csv("other name.csv", index=False)
    assert matched(run, "other name.csv", folder / "out") == expected


@pytest.mark.parametrize("kind", ["bom.csv", "lines.csv", "tabs.tsv", "book.xlsx", "columns.parquet"])
def test_any_kind_of_file(kind, folder, run, expected):
    frame = pd.DataFrame(untidy())
    if kind.endswith("xlsx"):
        pytest.importorskip("openpyxl")
        frame.to_excel(kind, index=False)
    elif kind.endswith("parquet"):
        pytest.importorskip("pyarrow")
        frame.to_parquet(kind, index=False)
    else:
        options = {"bom.csv": {"encoding": "utf-8-sig"}, "lines.csv": {"lineterminator": "\r\n"}}
        frame.to_csv(kind, index=False, **options.get(kind, {"sep": "\t"}))
    found = matched(run, kind, folder / "out")
    assert {name for name in expected if found[name] != expected[name]} == set()


@pytest.mark.parametrize(("seed", "threads"), [("0", "1"), ("1", "2"), ("2", "2")])
def test_any_hash_seed_and_number_of_threads(seed, threads, folder, expected):
    out = folder / "out"
    command = [sys.executable, "-m", "peermatch", "match", "first.csv", "--config", "programme.toml"]
    done = subprocess.run(
        [*command, "--out", str(out), "--round", "2026-12", "--quiet"],
        env={**os.environ, "PYTHONHASHSEED": seed, "PEERMATCH_THREADS": threads},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert files_of(out) == expected
