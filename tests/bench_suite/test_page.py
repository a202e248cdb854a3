"""The page of benchmarks: right numbers from planted results, and the page in the docs is the one that results give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.asked import asked_rows
from benchmarks.cases import PLANS
from benchmarks.measured import Ratio, Results, exponent, faults, growth_of, ratio_of, time_of, written
from benchmarks.page import page
from benchmarks.tables import table

ROOT = Path(__file__).resolve().parent.parent.parent
NONE = Results([])


def row(contender, seconds, *, over=False, **more):
    values = {
        "group": "candidates",
        "name": "nearest",
        "size": 10_000,
        "objective": "best_total",
        "contender": contender,
        "seconds": seconds,
        "over": over,
        "cap": 60.0,
        "left_out": "",
        "more": {},
        "vertices": 10_000,
        "edges": 104_000,
        "weight": "77",
        "pairs": 5000,
        "base_mib": 100.0,
        "peak_mib": 150.0,
        "whole_peak_mib": 150.0,
    }
    return {**values, **more}


def proof(size, seconds, *, group="large", name="smooth", mib=500.0, status="optimal", **more):
    told = {"status": status, "verified": True, "covered": size * (size - 1) // 2, "rounds": 3}
    told.update(check_seconds=0.5, to_scores=1.5)
    more = {"objective": "everyone_first", "whole_peak_mib": mib, "more": told, **more}
    return row("peermatch proof", seconds, group=group, name=name, size=size, **more)


def verdicts(results, large=NONE):
    return {
        found.asked.partition(":")[0]: (found.measured, found.verdict) for found in asked_rows(results, large)
    }


def test_table():
    assert table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"
    assert table(["a"], []) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0"), (0.00123456, "0.00123"), (1.23456, "1.23"), (12.3456, "12.3"), (1234.5, "1,234")],
)
def test_numbers_have_three_digits_that_count(value, text):
    assert written(value) == text


def test_exponent():
    assert exponent([10, 100, 1000], [3, 300, 30_000]) == pytest.approx(2)
    assert exponent([10, 10], [1, 2]) is None


def test_ratio_is_of_medians():
    assert ratio_of(row("peermatch", [1, 2, 9]), row("lemon", [10, 20, 90])) == Ratio(0.1)


def test_ratio_to_one_who_was_stopped_is_a_bound():
    bound = ratio_of(row("peermatch", [6.0]), row("rustworkx", [], over=True))
    assert str(bound) == "≤ 0.100"
    assert bound.meets(0.1) is True
    assert bound.meets(0.05) is None
    assert ratio_of(row("peermatch", [], over=True), row("lemon", [1.0])) is None


def test_times_of_those_who_were_stopped_or_not_run():
    assert time_of(row("networkx", [], over=True)) == "> 60"
    assert time_of(row("networkx", [])) == "–"
    assert time_of(None) == "–"


def test_memory_grows_above_the_bare_process():
    rows = [proof(size, [1.0], mib=100 + size / 1000) for size in (10_000, 100_000)]
    assert growth_of(rows, "memory") == pytest.approx(1)


def test_asked_and_measured_candidates():
    results = Results(
        [
            row("peermatch", [0.01], build=[0.0]),
            row("lemon", [0.1], build=[0.02]),
            row("rustworkx", [], over=True),
            row("peermatch", [0.03], objective="everyone_first"),
            row("lemon", [0.3], objective="everyone_first", build=[0.02]),
            row("lemon perfect", [0.15], objective="everyone_first", build=[0.02]),
        ]
    )
    found = [line for line in asked_rows(results, NONE) if line.asked.startswith("candidate graphs, 10,000")]
    assert found[0].measured == "0.100 (nearest); 0.200 (nearest, everyone first)"
    assert found[0].verdict == "no"  # the faster of LEMON's two counts
    assert found[1].measured == "≤ 0.000167 (nearest)"
    assert found[1].verdict == "yes"


def test_asked_and_measured_families():
    def family(name, size, ours, lemon):
        made = {"group": "families", "name": name, "size": size, "edges": size}
        return [row("peermatch", [ours], **made), row("lemon", [lemon], **made)]

    rows = family("grid", 10_000, 1, 4) + family("rings", 10_000, 3, 2) + family("gabow", 200, 9, 1)
    found = verdicts(Results(rows))
    assert found["every hard family, 10,000 to 200,000 edges"] == (
        "worst 1.50 (rings, 10,000 edges); above 1.0 in 1 of 2 cases",
        "no",
    )
    assert found["hard families, median"] == ("0.875 over 2 cases", "no")


def test_asked_and_measured_proofs():
    large = Results(
        [
            proof(10_000, [0.5], mib=200.0),
            proof(100_000, [50.0], mib=1100.0),
            proof(100_000, [99.0], name="hub-like"),
        ]
    )
    found = verdicts(Results([proof(20_000, [2.0], group="all pairs")]), large)
    assert found["all pairs, 20,000 people, six criteria of mixed kinds"] == ("2.00 s, 500 MiB", "yes")
    measured, verdict = found["all pairs, 100,000 people, six criteria of mixed kinds"]
    assert measured == "50.0 s, 1.15 GB; hub-like: 99.0 s, 0.524 GB"
    assert verdict == "yes"
    assert found["growth from 10,000 to 100,000 people, all pairs"] == ("2.00", "yes")
    assert found["the same"] == ("1.00 (above what a bare process takes)", "yes")


def test_scan_and_command():
    scan = {"group": "scan", "name": "smooth", "size": 20_000}
    command = {"group": "command", "name": "whole command", "size": 1000}
    rows = [
        row("peermatch top", [1.0], **scan),
        row("command", [3.0], **command),
        row("imports", [2.0], **command),
    ]
    found = verdicts(Results(rows))
    measured, verdict = found["scan of mixed pairs, six criteria, two threads"]
    assert measured.startswith("200 million a second with each pair counted once, 400 million in both")
    assert verdict == "no"
    assert found["second process, 1,000 people, whole command"] == ("1.50 (3.00 s to 2.00 s)", "yes")


def stable(contender, seconds, name="complete lists", size=10_000, **more):
    values = {"group": "stable", "name": name, "size": size, "objective": "stable", "ready_mib": 100.0}
    told = {"answer": "no_stable", "verified": True, "check_seconds": 0.5}
    return row(contender, seconds, **{**values, "weight": "0", "more": told, **more})


def test_stable_matchings():
    ours = "peermatch roommates"
    results = Results(
        [
            stable(ours, [4.0], peak_mib=2100.0),
            stable("ranks", [2.5]),
            stable(ours, [0.2], size=1000),
            stable("matching", [], size=1000, left_out="RecursionError: too deep"),
            stable("peermatch deferred", [0.5], name="two sides, lists of 32", size=100_000),
        ]
    )
    found = verdicts(results)
    asked = "stable roommates, complete random lists, {} people"
    assert found[asked.format("1,000")] == ("0.200 s, 0.0524 GB more", "no")
    assert found[asked.format("10,000")] == ("4.00 s, 2.10 GB more", "no")
    assert found["the same, time for each entry of a list"] == ("1.60 (10,000)", "yes")
    assert found["deferred acceptance, 100,000 × 100,000, lists of 32"] == ("0.500 s, verified", "yes")
    assert faults(results) == []
    shown = page(results, NONE, ABOUT, {}, {})
    assert (
        "| complete lists | 1,000 | no stable | 0.200 | 50.0 | – | – | RecursionError | – | 0.500 |" in shown
    )


def test_programmes():
    told = {"verified": True, "share_of_bound": 0.9991}
    shape = {"group": "programme", "name": "12 rounds without repeats", "objective": "everyone_first"}
    results = Results([row("peermatch rounds", [25.0], size=10_000, more=told, **shape)])
    measured, met = verdicts(results)["12 rounds without repeats, 10,000 people"]
    assert (measured, met) == ("25.0 s, 99.910% of the bound, verified", "yes")
    assert verdicts(results)["circles of 5, 5,000 people"] == ("", "not measured")
    text = page(results, NONE, {}, {}, {}, {"command": "make it", "date": "today", "machine": "this"})
    assert "| 12 rounds without repeats | 10,000 | 5,000 | 25.0 | 99.910% | yes | 150 |" in text
    slow = Results([row("peermatch rounds", [31.0], size=10_000, more=told, **shape)])
    assert verdicts(slow)["12 rounds without repeats, 10,000 people"][1] == "no"


def test_contenders_who_disagree_on_whether_a_stable_matching_exists_are_a_fault():
    both = [stable("peermatch roommates", [1.0]), stable("algmatch", [1.0], weight="1")]
    assert any("totals differ" in fault for fault in faults(Results(both)))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"weight": "78"}, "totals differ"),
        ({"left_out": "it fell over", "seconds": []}, "failed: it fell over"),
        ({"more": {"status": "gap", "verified": True}}, "not verified"),
        ({"more": {"status": "optimal", "verified": False}}, "not verified"),
    ],
)
def test_what_must_never_be_is_seen(wrong, says):
    fine = [row("peermatch", [1.0]), row("lemon", [1.0], build=[0.1]), row("networkit", [1.0], weight="70")]
    assert faults(Results(fine)) == []
    broken = Results(
        [
            row("peermatch", [1.0], **{key: value for key, value in wrong.items() if key != "seconds"}),
            *fine[1:],
        ]
    )
    assert any(says in fault for fault in faults(broken))
    assert "**Something is wrong.**" in page(broken, NONE, ABOUT, {}, {})


ABOUT = {
    "plan": "full",
    "command": "make bench",
    "date": "2026-12-01",
    "machine": "a machine",
    "versions": "Python 3",
    "cap": 60.0,
    "left_out": ["LEMON: there is no C++ compiler"],
}


def test_page_shows_what_there_is_and_nothing_else():
    text = page(
        Results([row("peermatch", [0.0125]), row("networkit", [0.5], weight="70")]), NONE, ABOUT, {}, {}
    )
    assert "| nearest | 10,000 | 104,000 | 0.0125 | – |" in text
    assert "90.9%" in text
    assert "Left out: LEMON: there is no C++ compiler." in text
    assert "## Candidate graphs" in text
    assert "## Hard families" not in text
    assert "### Large pools" not in text
    assert "{" not in text


def test_page_of_the_docs_is_the_one_that_results_give():
    def kept(name):
        path = ROOT / "benchmarks" / "results" / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"about": {}, "rows": []}

    full, large, stable, programme = (kept(name) for name in ("full", "large", "stable", "programme"))
    results = Results([*full["rows"], *stable["rows"], *programme["rows"]])
    abouts = (full["about"], large["about"], stable["about"], programme["about"])
    expected = page(results, Results(large["rows"]), *abouts)
    shown = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert shown == expected, "run python -m benchmarks.bench page"


@pytest.mark.parametrize("plan", PLANS)
def test_plans_name_each_case_once(plan):
    cases = PLANS[plan]()
    keys = [(case.group, case.name, case.size, case.objective) for case in cases]
    assert len(set(keys)) == len(keys)
    assert all(case.contenders for case in cases)
