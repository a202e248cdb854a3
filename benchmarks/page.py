"""The page that a run writes: ``docs/benchmarks.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.asked import FIRST, asked_rows, family_ratios, scanned
from benchmarks.numbers import (
    Result,
    Results,
    built_seconds_of,
    faults,
    growth_of,
    ratio_of,
    seconds_of,
    time_of,
    written,
)

__all__ = ["page", "table"]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Write a Markdown table; the first `left` columns are text, the others numbers."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))


def page(results: Results, large: Results, about: Mapping[str, Any], about_large: Mapping[str, Any]) -> str:
    """Return the whole page."""
    parts = [
        _opening(about),
        _asked(results, large),
        _plot(),
        _candidates(results),
        _all_pairs(results),
        _pools(results),
        _large(large, about_large),
        _families(results),
        _family_peers(results),
        _assignment(results),
        _scan_and_command(results),
        _growth(results),
        _how(about),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _opening(about: Mapping[str, Any]) -> str:
    trial = (
        "\n\n**This is a quick run on few and small instances: it shows that everything runs, not how fast it is.**"
        if about["plan"] == "quick"
        else ""
    )
    return (
        f"# Benchmarks\n\nWritten by `{about['command']}` on {about['date']}; nothing here was typed in. All people and "
        f"all graphs are synthetic. Times are seconds, the median of repeated runs; a ratio is peermatch's time as a "
        f"share of a peer's in the same run, so less than 1 means that peermatch was faster.{trial}\n\n"
        f"Machine: {about['machine']}. Versions: {about['versions']}."
        + "".join(f"\n\nLeft out: {reason}." for reason in about["left_out"])
    )


def _asked(results: Results, large: Results) -> str:
    rows = [[row.asked, row.measured or "–", row.verdict] for row in asked_rows(results, large)]
    wrong = faults(results) + faults(large)
    said = (
        "**Something is wrong.** " + "; ".join(wrong) + "."
        if wrong
        else "Wherever two exact contenders finished, their totals are equal, and every matching of peermatch over all pairs "
        "was proved optimal and checked by `peermatch.verify`."
    )
    return f"## Asked and measured\n\n{table(['asked', 'measured', 'met'], rows, left=3)}\n\n{said}"


def _plot() -> str:
    return (
        "![Three log-log plots: seconds over people on candidate graphs, seconds over people on all pairs, and peak memory "
        "over people on all pairs; peermatch beside its peers. The numbers are in the tables below.](benchmarks.svg)"
    )


def _peer_cells(
    results: Results, case: Mapping[str, Any], ours: Result | None, peers: Sequence[str]
) -> list[str]:
    cells = []
    for peer in peers:
        theirs = results.one(contender=peer, **case)
        cells.append(time_of(theirs))
        if peer == "lemon":
            ratio = ratio_of(ours, results.lemon(**case))
            cells += [written(built_seconds_of(theirs)), "–" if ratio is None else str(ratio)]
    return cells


def _share(results: Results, case: Mapping[str, Any]) -> str:
    """Return the approximate peer's total as a share of the best."""
    ours, theirs = (results.one(contender=name, **case) for name in ("peermatch", "networkit"))
    if not ours or not theirs or not ours.get("weight") or not theirs.get("weight"):
        return "–"
    return f"{int(theirs['weight']) / int(ours['weight']):.1%}"


def _memory(row: Result | None) -> str:
    return written(row["whole_peak_mib"]) if row and row.get("whole_peak_mib") else "–"


def _candidates(results: Results) -> str:
    rows = []
    for name, size, objective in results.cases("candidates"):
        case = {"group": "candidates", "name": name, "size": size, "objective": objective}
        ours = results.one(contender="peermatch", **case)
        if ours is None:
            continue
        rows.append(
            [
                name + (", everyone first" if objective == FIRST else ""),
                f"{size:,}",
                f"{ours['edges']:,}",
                time_of(ours),
                *_peer_cells(
                    results, case, ours, ["lemon", "lemon perfect", "rustworkx", "networkx", "networkit"]
                ),
                _share(results, case),
                _memory(ours),
                _memory(results.one(contender="lemon", **case)),
            ]
        )
    if not rows:
        return ""
    head = [
        "graph",
        "people",
        "pairs",
        "peermatch",
        "LEMON",
        "with building",
        "ratio",
        "LEMON perfect",
        "rustworkx",
    ]
    head += ["networkx", "networkit", "its share of the best", "MiB", "MiB LEMON"]
    return (
        "## Candidate graphs\n\nEverybody and their 16 best partners: *nearest*, among neighbours in experience, hours and "
        "interests, by a score of five parts written in plain NumPy; *six criteria*, found by the library in a pool of a "
        "synthetic organisation. The matching alone, from arrays of edges: building its own graph is part of "
        "peermatch's time, but not of LEMON's, rustworkx's, networkx's and networkit's, which is stated for LEMON in the "
        "column beside. Where everyone is to be paired first, the faster of LEMON's two algorithms counts.\n\n"
        + table(head, rows)
    )


def _proof_cells(row: Result) -> list[str]:
    more = row["more"]
    return [
        str(more.get("rounds", "–")),
        written(more.get("check_seconds")),
        written(more.get("to_scores")),
        _memory(row),
    ]


_PROOF_HEAD = ["rounds", "checked in", "table to scores", "MiB"]


def _all_pairs(results: Results) -> str:
    rows = []
    for name, size, objective in results.cases("all pairs"):
        case = {"group": "all pairs", "name": name, "size": size, "objective": objective}
        ours = results.one(contender="peermatch proof", **case)
        if ours is None:
            continue
        rows.append(
            [
                f"{size:,}" + ("" if objective == FIRST else ", best total"),
                f"{ours['more'].get('covered', 0):,}",
                time_of(ours),
                *_peer_cells(
                    results, case, ours, ["lemon", "peermatch", "rustworkx", "networkx", "networkit"]
                ),
                *_proof_cells(ours),
            ]
        )
    if not rows:
        return ""
    head = [
        "people",
        "allowed pairs",
        "peermatch",
        "LEMON",
        "with building",
        "ratio",
        "peermatch, graph given",
    ]
    head += ["rustworkx", "networkx", "networkit", *_PROOF_HEAD]
    return (
        "## All pairs, from scores to proof\n\nA synthetic organisation, six criteria of mixed kinds (`near`, `above`, "
        "`different`, `overlap`, `complement`, `available`), two rules (`not_in_line`, `must_differ`), as many pairs as "
        "possible first. peermatch starts from criteria and computes scores as it goes; its peers are given the full graph "
        "with all scores in it, and making that is not in their time. *Checked in* is the independent check of the proof, "
        "*table to scores* is reading and encoding the table of people; neither is in peermatch's time.\n\n"
        + table(head, rows)
    )


def _pools(results: Results) -> str:
    rows = []
    for name, size, objective in results.cases("pools"):
        case = {"group": "pools", "name": name, "size": size, "objective": objective}
        ours = results.one(contender="peermatch proof", **case)
        if ours is not None:
            rows.append(
                [
                    name,
                    f"{size:,}",
                    time_of(ours),
                    *_peer_cells(results, case, ours, ["lemon"]),
                    *_proof_cells(ours),
                ]
            )
    if not rows:
        return ""
    head = ["pool", "people", "peermatch", "LEMON", "with building", "ratio", *_PROOF_HEAD]
    return (
        "### Awkward pools\n\nThe same with criteria of few codes each (*categorical*), with a few people who are everybody's "
        "best partners (*hub-like*), with nobody differing from anybody (*all-equal*), and with an odd number of people."
        "\n\n" + table(head, rows)
    )


def _large(large: Results, about: Mapping[str, Any]) -> str:
    rows = [
        [
            row["name"],
            f"{row['size']:,}",
            f"{row['more'].get('covered', 0):,}",
            time_of(row),
            *_proof_cells(row),
        ]
        for row in large.pick(group="large")
    ]
    if not rows:
        return ""
    return f"### Large pools\n\nMeasured by `{about['command']}` on {about['date']}, once each.\n\n" + table(
        ["pool", "people", "allowed pairs", "seconds", *_PROOF_HEAD], rows
    )


def _families(results: Results) -> str:
    cases = results.cases("families")
    sizes = sorted({size for _, size, _ in cases})
    ratios = {(name, size, objective): ratio for name, size, objective, ratio in family_ratios(results)}
    rows = []
    for name, objective in dict.fromkeys((name, objective) for name, _, objective in cases):
        cells = [name.replace("_", " ") + (", everyone first" if objective == FIRST else "")]
        for size in sizes:
            case = {"group": "families", "name": name, "size": size, "objective": objective}
            ours, theirs = results.one(contender="peermatch", **case), results.lemon(**case)
            ratio = ratios.get((name, size, objective))
            cells += [time_of(ours), time_of(theirs), "–" if ratio is None else str(ratio)]
        for who in ("peermatch", "lemon"):
            grown = growth_of(
                results.pick(group="families", name=name, objective=objective, contender=who), size="edges"
            )
            cells.append("–" if grown is None else f"{grown:.2f}")
        rows.append(cells)
    if not rows:
        return ""
    head = ["family"]
    for size in sizes:
        head += [f"{size:,} edges", "LEMON", "ratio"]
    return (
        "## Hard families\n\nGraphs that break naive versions of the algorithm; each is described in "
        "[instances.py](../benchmarks/instances.py). The last two columns are growth exponents over edges.\n\n"
        + table([*head, "growth", "LEMON"], rows)
    )


def _family_peers(results: Results) -> str:
    rows = []
    for name, size, objective in results.cases("families"):
        case = {"group": "families", "name": name, "size": size, "objective": objective}
        others = [results.one(contender=peer, **case) for peer in ("rustworkx", "networkx", "networkit")]
        ours = results.one(contender="peermatch", **case)
        if ours and any(others):
            rows.append(
                [
                    name.replace("_", " "),
                    time_of(ours),
                    *(time_of(row) for row in others),
                    _share(results, case),
                ]
            )
    if not rows:
        return ""
    head = ["family", "peermatch", "rustworkx", "networkx", "networkit", "its share of the best"]
    return (
        "### Other peers on the smallest of each\n\nnetworkit's `SuitorMatcher` is approximate: its total is at least half "
        "of the best.\n\n" + table(head, rows)
    )


def _assignment(results: Results) -> str:
    contenders = ["peermatch hungarian", "peermatch blossom", "scipy", "lapx"]
    rows = [
        [
            f"{size:,} × {size:,}",
            *(
                time_of(results.one(group="assignment", name=name, size=size, contender=who))
                for who in contenders
            ),
        ]
        for name, size, _ in results.cases("assignment")
    ]
    if not rows:
        return ""
    return (
        "## Assignment\n\nTwo sides of synthetic people, a full matrix of scores. SciPy and lapx return an assignment of "
        "floating-point costs; `hungarian` takes SciPy's and adds an exact proof in whole numbers, `blossom` prices candidates as it "
        "does on one pool.\n\n" + table(["people", *contenders], rows)
    )


def _scan_and_command(results: Results) -> str:
    told = []
    for who, (n, seconds, rate) in scanned(results).items():
        what, counted = (
            ("`scores.top(16)`", "distinct pairs, n(n − 1)/2")
            if who == "peermatch top"
            else ("`scores.block(rows)` over all rows", "cells, n²")
        )
        told.append(
            f"- {what}, {n:,} people: {written(seconds)} s, {written(rate / 1e6)} million a second ({counted})"
        )
    for who, what in (
        ("command", "`peermatch match` in a new process, 1,000 people from a CSV file to results on disk"),
        ("imports", "`python -c 'import numba, pandas, sklearn.base'`"),
    ):
        row = results.one(group="command", contender=who)
        if seconds_of(row) is not None:
            told.append(f"- {what}: {time_of(row)} s")
    return "## Scans, and a whole command\n\n" + "\n".join(told) if told else ""


def _growth(results: Results) -> str:
    rows = []
    for group, name, objective, who, says in (
        ("candidates", "nearest", "best_total", "peermatch", "candidate graphs"),
        ("candidates", "nearest", "best_total", "lemon", "candidate graphs"),
        ("candidates", "nearest", "best_total", "rustworkx", "candidate graphs"),
        ("candidates", "nearest", "best_total", "networkit", "candidate graphs"),
        ("all pairs", "smooth", FIRST, "peermatch proof", "all pairs"),
        ("all pairs", "smooth", FIRST, "lemon", "all pairs"),
        ("all pairs", "smooth", FIRST, "rustworkx", "all pairs"),
    ):
        found = results.pick(group=group, name=name, objective=objective, contender=who)
        timed = [row for row in found if row["seconds"]]
        grown, memory = growth_of(timed), growth_of(timed, "memory")
        if grown is None:
            continue
        sizes = sorted(row["size"] for row in timed)
        rows.append(
            [
                says,
                who,
                f"{sizes[0]:,} to {sizes[-1]:,}",
                f"{grown:.2f}",
                "–" if memory is None else f"{memory:.2f}",
            ]
        )
    if not rows:
        return ""
    return (
        "## Growth\n\nThe slope of the straight line through log(seconds), or log(peak memory above that of the bare process), "
        "over log(people).\n\n" + table(["instances", "who", "people", "time", "memory"], rows, left=2)
    )


def _how(about: Mapping[str, Any]) -> str:
    return f"""## How this was measured

- `make bench` makes everything on this page but *Large pools*, `make bench-large` makes those, `make bench BENCH=quick` takes a few
  minutes and writes to `benchmarks/build/quick/`. The peers come with `pip install '.[bench]'`; LEMON is compiled on demand from
  [a small harness](../benchmarks/lemon_harness.cpp) against Debian's `liblemon-dev`.
- Every case and every contender has a process of its own. What is compiled is loaded before anything is timed. Contenders take
  turns on the same file of edges, at least three repeats in a turn, or one if it takes longer than 20 seconds; the median of all
  repeats counts. A peer is stopped after {about["cap"]:g} seconds (rustworkx on the larger candidate graphs after more, networkx, rustworkx and networkit on hard
  families after 10), shows as "> {about["cap"]:g}", and is not run on larger ones; its ratio is then at most the one stated.
- Times of LEMON are those of its `run()`. Reading files is in nobody's time.
- Peak memory is that of the whole process, Python and its packages included, from when they are loaded to the end; for
  peermatch over all pairs this includes making the table of people and the independent check. For growth, what the process takes before it
  sees any people is subtracted.
- Hard families are stated by edges, everything else by people. Weights are whole numbers. Seeds are fixed.
"""
