"""The runner: contenders in processes of their own, compared; a case that fails is reported, not fatal."""

from __future__ import annotations

import os

import pytest

from benchmarks.cases import Case
from benchmarks.measured import Results, faults
from benchmarks.running import Runner

pytestmark = pytest.mark.skipif(os.name != "posix", reason="contenders are stopped by an alarm")

SHORT = {"least": 1, "seconds": 0.0, "most": 1}


def test_contenders_side_by_side():
    case = Case("families", "grid", 200, ("peermatch", "networkx"), made_of={"family": "grid"}, **SHORT)
    told = []
    (rows,) = Runner(60.0, told.append).run([case])
    assert [(row["contender"], row["left_out"], len(row["seconds"])) for row in rows] == [
        ("peermatch", "", 1),
        ("networkx", "", 1),
    ]
    assert rows[0]["weight"] == rows[1]["weight"]
    assert rows[0]["edges"] == 180
    assert rows[0]["whole_peak_mib"] > 30
    assert faults(Results(rows)) == []
    assert told[0] == "families: grid, 200 (best_total)"


def test_who_passes_the_cap_is_stopped_and_not_run_on_larger_ones():
    cases = [
        Case("candidates", "nearest", size, ("networkx",), made_of={"family": "candidates"}, **SHORT)
        for size in (300, 400)
    ]
    first, second = Runner(0.05, lambda text: None).run(cases)
    assert (first[0]["over"], first[0]["seconds"]) == (True, [])
    assert (second[0]["over"], second[0]["seconds"]) == (False, [])


def test_a_case_that_fails_is_reported():
    case = Case("families", "nonesuch", 200, ("peermatch",), made_of={"family": "nonesuch"}, **SHORT)
    (rows,) = Runner(60.0, lambda text: None).run([case])
    assert "no edges could be made" in rows[0]["left_out"]
    assert faults(Results(rows))
