"""The same people give the same bytes: any kind of table, any order, any hash seed, one thread or two."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from support import cohorts

TIES = [("p001", "p004"), ("p002", "p003"), ("p010", "p011")]
LOCKS = [("p018", "p021"), ("p004", "p008"), ("p012", "p013")]
FORBIDDEN = [("p001", "p002"), ("p006", "zed"), ("p007", "nobody"), ("p003", "p008"), ("anyone", "p004")]
HISTORY = [
    {"round": "r1", "a": "p000", "b": "p001"},
    {"round": "r2", "a": "p002", "b": "p013"},
    {"round": "r2", "a": "p014", "b": "gone"},
]


def people(n=23, seed=4):
    """People of every kind of column, among them spaces to mend and words that mean nothing."""
    rows = cohorts.records(n, seed)
    rows[2]["id"] = f" {rows[2]['id']}"
    rows[5]["team"] = "N/A"
    rows[9]["country"] = "n/a"
    rows[11]["wants"] = None
    return [{**row, "name": f"Person {k}", "in": "no" if k == 7 else "yes"} for k, row in enumerate(rows)]


def matcher(criteria=None, rules=None, **options):
    fixed = [
        pm.must_differ("team"),
        pm.forbid(FORBIDDEN),
        pm.no_repeat(),
        pm.not_in_line("manager", min_found=0),
    ]
    return pm.PeerMatcher(
        "id",
        criteria or cohorts.every_criterion(TIES),
        fixed if rules is None else rules,
        label="name",
        eligible="in",
        **options,
    )


def bytes_of(pairing, folder):
    """All that leaves the house: the JSON, and every file."""
    files = {path.name: path.read_bytes() for path in pairing.to_csv(folder)}
    assert files["result.json"].decode() == pairing.to_json()
    return {**files, "summary": pairing.summary().encode()}


def run(source, **options):
    return matcher().match(source, locks=LOCKS, history=HISTORY, round="2026-12", **options)


def kinds(rows):
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    frame = pd.DataFrame(rows)
    return {
        "records": rows,
        "pandas": frame,
        "pandas, nullable": frame.convert_dtypes(),
        "pandas, objects": pd.DataFrame(rows, dtype=object),
        "polars": polars.DataFrame(rows, infer_schema_length=None),
        "pyarrow": pyarrow.Table.from_pylist(rows),
        "cohort": pm.read_people(rows, id="id"),
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return bytes_of(run(people()), tmp_path_factory.mktemp("expected"))


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, data in expected.items():
        assert found[name] == data, name


@pytest.mark.parametrize(
    "kind", ["records", "pandas", "pandas, nullable", "pandas, objects", "polars", "pyarrow", "cohort"]
)
def test_any_kind_of_table(kind, expected, tmp_path):
    assert_same(bytes_of(run(kinds(people())[kind]), tmp_path), expected)


def test_a_second_run_and_a_matcher_that_went_through_data(expected, tmp_path):
    assert_same(bytes_of(run(people()), tmp_path / "again"), expected)
    # what a custom function is cannot be written down; the rest can
    criteria = [c for c in cohorts.every_criterion(TIES) if c.kind != "custom"]
    plain = matcher(criteria)
    again = pm.PeerMatcher.from_dict(plain.to_dict())
    plain.to_toml(tmp_path / "m.toml")
    from_file = pm.PeerMatcher.from_toml(tmp_path / "m.toml")
    first = bytes_of(plain.match(people(), history=HISTORY), tmp_path / "1")
    assert_same(bytes_of(again.match(people(), history=HISTORY), tmp_path / "2"), first)
    assert_same(bytes_of(from_file.match(people(), history=HISTORY), tmp_path / "3"), first)


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_rows(seed, expected, tmp_path):
    rows = people()
    order = np.random.default_rng(seed).permutation(len(rows))
    shuffled = [rows[k] for k in order]
    assert_same(bytes_of(run(shuffled), tmp_path / "records"), expected)
    assert_same(bytes_of(run(pd.DataFrame(shuffled)), tmp_path / "pandas"), expected)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_columns(seed, expected, tmp_path):
    names = list(people()[0])
    order = [names[k] for k in np.random.default_rng(seed).permutation(len(names))]
    assert_same(bytes_of(run([{name: row[name] for name in order} for row in people()]), tmp_path), expected)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_locks_rules_and_history(seed, expected, tmp_path):
    rng = np.random.default_rng(seed)

    def mixed(pairs):
        shuffled = [pairs[k] for k in rng.permutation(len(pairs))]
        return [pair[::-1] if rng.random() < 0.5 else pair for pair in shuffled]

    rules = [
        pm.must_differ("team"), pm.forbid(mixed(FORBIDDEN)), pm.no_repeat(), pm.not_in_line("manager", min_found=0),
    ]  # fmt: skip
    history = [HISTORY[k] for k in rng.permutation(len(HISTORY))]
    again = matcher(cohorts.every_criterion(mixed(TIES)), rules)
    pairing = again.match(people(), locks=mixed(LOCKS), history=history, round="2026-12")
    assert_same(bytes_of(pairing, tmp_path / "lists"), expected)
    rules[1] = pm.forbid(set(FORBIDDEN))
    pairing = matcher(None, rules).match(people(), locks=set(LOCKS), history=history, round="2026-12")
    assert_same(bytes_of(pairing, tmp_path / "sets"), expected)


def test_any_number_of_threads(expected, tmp_path, monkeypatch):
    monkeypatch.setattr("peermatch.scoring.sizes.LEAST_SPAN", 7)
    monkeypatch.setattr("peermatch.scoring.sizes.ROWS", 3)
    monkeypatch.setattr("peermatch.scoring.tiles.MOST_CELLS", 60)
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("PEERMATCH_THREADS", threads)
        assert_same(bytes_of(run(people()), tmp_path / threads), expected)


_IN_ANOTHER_PROCESS = """
import sys
sys.path.insert(0, {tests!r})
import test_determinism as here
found = here.bytes_of(here.run(here.people()), {folder!r})
sys.stdout.buffer.write(found["summary"])
"""


@pytest.mark.parametrize(("seed", "threads"), [("0", "1"), ("1", "2"), ("2", "1")])
def test_any_hash_seed(seed, threads, expected, tmp_path):
    code = _IN_ANOTHER_PROCESS.format(tests=str(Path(__file__).parent), folder=str(tmp_path / "out"))
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PEERMATCH_THREADS": threads}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found = {name: (tmp_path / "out" / name).read_bytes() for name in expected if name != "summary"}
    assert_same({**found, "summary": done.stdout}, expected)


# ---- names and rounds -----------------------------------------------------------------------------------


def unnamed(rows):
    """Criteria and people whose similarities do not depend on ids."""
    criteria = [c for c in cohorts.every_criterion(TIES) if c.kind not in ("prefers", "ties")]
    return criteria, [{key: value for key, value in row.items() if key != "manager"} for row in rows]


@pytest.mark.parametrize("objective", ["everyone_first", "best_total"])
@pytest.mark.parametrize("seed", range(3))
def test_other_ids_keep_the_objective(seed, objective):
    criteria, rows = unnamed(cohorts.records(21, seed))
    by_name = pm.PeerMatcher("id", criteria, [pm.must_differ("country")], objective=objective)
    first = by_name.match(rows)
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    for renamed in (
        [{**row, "id": f"x{order[k]:02d}"} for k, row in enumerate(rows)],
        [{**row, "id": 1000 - 7 * order[k]} for k, row in enumerate(rows)],
    ):
        other = by_name.match(renamed)
        assert other.matching.weight == first.matching.weight
        assert len(other.pairs) == len(first.pairs)
        assert other.certificate.verified


def test_another_round_may_break_ties_otherwise_and_keeps_the_objective():
    rows = [{"id": f"p{k:02d}", "team": "ab"[k % 2]} for k in range(13)]
    everyone_alike = pm.PeerMatcher("id", [pm.same("team")])
    months = [f"2026-{month:02d}" for month in range(1, 9)]
    pairings = [everyone_alike.match(rows, round=month) for month in months]
    assert len({pairing.matching.weight for pairing in pairings}) == 1
    assert len({len(pairing.pairs) for pairing in pairings}) == 1
    assert len({str(pairing.pairs[["a", "b"]].values.tolist()) for pairing in pairings}) > 1
    out = {pairing.unmatched["id"].tolist()[0] for pairing in pairings}
    assert len(out) > 1  # nobody sits out every round for their id's sake
    ids = [pairing.pairs["pair_id"].tolist() for pairing in pairings]
    assert len({pair for pairs in ids for pair in pairs}) == sum(map(len, ids))


# ---- two sides ------------------------------------------------------------------------------------------


def sides(rows):
    return [{**row, "places": 1 + k % 3} for k, row in enumerate(rows[:8])], rows[8:]


def program():
    return matcher(
        cohorts.every_criterion(TIES),
        [pm.must_differ("team"), pm.forbid(FORBIDDEN)],
        sides=("mentor", "mentee"),
        capacity={"mentor": "places"},
        same_person=["name"],
    )


def test_two_sides_in_any_kind_and_order(tmp_path):
    left, right = sides(people())
    first = bytes_of(program().match(left, right, round="r"), tmp_path / "first")
    for k, (kind, source) in enumerate(kinds(right).items()):
        pairing = program().match(kinds(left)[kind], source, round="r")
        assert_same(bytes_of(pairing, tmp_path / str(k)), first)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        mixed = [[rows[k] for k in rng.permutation(len(rows))] for rows in (left, right)]
        assert_same(bytes_of(program().match(*mixed, round="r"), tmp_path / f"order {seed}"), first)
