"""The tables of the page, each from the results of a run; empty where nothing of the kind was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.asked import FIRST, asked_rows, family_ratios, scanned
from benchmarks.measured import (
    Result,
    Results,
    built_seconds_of,
    growth_of,
    ratio_of,
    seconds_of,
    time_of,
    written,
)

__all__ = ["TABLES", "asked", "large_pools", "table"]

_PEERS = ("rustworkx", "networkx", "networkit")
_PROOF_HEAD = ["rounds", "checked in", "table to scores", "MiB"]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Write a Markdown table, or nothing if it has no rows; the first `left` columns are text, the others numbers."""
    if not rows:
        return ""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))


def asked(results: Results, large: Results) -> str:
    """What was asked, what was measured."""
    rows = [[row.asked, row.measured or "–", row.verdict] for row in asked_rows(results, large)]
    return table(["asked", "measured", "met"], rows, left=3)


def candidates(results: Results) -> str:
    """Matching of candidate graphs."""
    rows = []
    for case, ours in _cases(results, "candidates", "peermatch"):
        rows.append(
            [
                _named(case),
                f"{case['size']:,}",
                f"{ours['edges']:,}" if "edges" in ours else "–",
                time_of(ours),
                *_lemon_cells(results, case, ours),
                time_of(results.one(contender="lemon perfect", **case)),
                *_peer_cells(results, case),
                _share(results, case),
                _memory(ours),
                _memory(results.one(contender="lemon", **case)),
            ]
        )
    head = ["graph", "people", "pairs", "peermatch", "LEMON", "with building", "ratio", "LEMON perfect"]
    return table([*head, *_PEERS, "its share of the best", "MiB", "MiB LEMON"], rows)


def all_pairs(results: Results) -> str:
    """From scores to proof."""
    rows = []
    for case, ours in _cases(results, "all pairs", "peermatch proof"):
        rows.append(
            [
                f"{case['size']:,}" + ("" if case["objective"] == FIRST else ", best total"),
                _covered(ours),
                time_of(ours),
                *_lemon_cells(results, case, ours),
                time_of(results.one(contender="peermatch", **case)),
                *_peer_cells(results, case),
                _share(results, case),
                *_proof_cells(ours),
            ]
        )
    head = ["people", "allowed pairs", "peermatch", "LEMON", "with building", "ratio", "graph given"]
    return table([*head, *_PEERS, "its share of the best", *_PROOF_HEAD], rows)


def pools(results: Results) -> str:
    """Awkward pools."""
    rows = [
        [
            case["name"],
            f"{case['size']:,}",
            time_of(ours),
            *_lemon_cells(results, case, ours),
            *_proof_cells(ours),
        ]
        for case, ours in _cases(results, "pools", "peermatch proof")
    ]
    return table(["pool", "people", "peermatch", "LEMON", "with building", "ratio", *_PROOF_HEAD], rows)


def large_pools(large: Results) -> str:
    """The largest pools, peermatch alone."""
    rows = [
        [case["name"], f"{case['size']:,}", _covered(ours), time_of(ours), *_proof_cells(ours)]
        for case, ours in _cases(large, "large", "peermatch proof")
    ]
    return table(["pool", "people", "allowed pairs", "seconds", *_PROOF_HEAD], rows)


def families(results: Results) -> str:
    """Hard families: a row each, three columns for each size."""
    cases = results.cases("families")
    sizes = sorted({size for _, size, _ in cases})
    ratios = {(name, size, objective): ratio for name, size, objective, ratio in family_ratios(results)}
    rows = []
    for name, objective in dict.fromkeys((name, objective) for name, _, objective in cases):
        alike = {"group": "families", "name": name, "objective": objective}
        cells = [_named(alike)]
        for size in sizes:
            ours = results.one(contender="peermatch", size=size, **alike)
            ratio = ratios.get((name, size, objective))
            cells += [time_of(ours), time_of(results.lemon(size=size, **alike)), _or_dash(ratio)]
        cells += [_growth_cell(results.pick(contender=who, **alike)) for who in ("peermatch", "lemon")]
        rows.append(cells)
    head = [text for size in sizes for text in (f"{size:,} edges", "LEMON", "ratio")]
    return table(["family", *head, "growth", "LEMON"], rows)


def family_peers(results: Results) -> str:
    """Other peers on hard families."""
    rows = []
    for case, ours in _cases(results, "families", "peermatch"):
        if any(results.one(contender=peer, **case) for peer in _PEERS):
            rows.append([_named(case), time_of(ours), *_peer_cells(results, case), _share(results, case)])
    return table(["family", "peermatch", *_PEERS, "its share of the best"], rows)


def assignment(results: Results) -> str:
    """Two sides, full matrices."""
    contenders = ("peermatch hungarian", "peermatch blossom", "scipy", "lapx")
    rows = [
        [
            f"{case['size']:,} × {case['size']:,}",
            *(time_of(results.one(contender=who, **case)) for who in contenders),
        ]
        for case, _ in _cases(results, "assignment", "peermatch hungarian")
    ]
    return table(["people", *contenders], rows)


def programme(results: Results) -> str:
    """Rounds and circles: a row for each instance."""
    rows = []
    for name, size, objective in results.cases("programme"):
        for row in results.pick(group="programme", name=name, size=size, objective=objective):
            more = row["more"]
            share = f"{more['share_of_bound']:.3%}" if "share_of_bound" in more else "–"
            found = f"{row['pairs']:,}" if row.get("pairs") else "–"
            verified = {True: "yes", False: "no"}.get(more.get("verified"), "–")
            rows.append([name, f"{size:,}", found, time_of(row), share, verified, _memory(row)])
    head = ["what", "people", "pairs, or circles", "seconds", "share of the bound", "checked", "MiB"]
    return table(head, rows)


def stable(results: Results) -> str:
    """Stable matchings: a row for each instance."""
    rows = []
    for name, size, objective in results.cases("stable"):
        case = {"group": "stable", "name": name, "size": size, "objective": objective}
        ours = next((row for row in results.pick(**case) if row["contender"].startswith("peermatch")), None)
        if ours is None:
            continue
        ranks = results.one(contender="ranks", **case)
        rows.append(
            [
                name,
                f"{size:,}",
                str(ours["more"].get("answer", "–")).replace("_", " "),
                time_of(ours),
                _added_memory(ours),
                time_of(ranks),
                _or_dash(ratio_of(ours, ranks)),
                *(_peer_or_fault(results.one(contender=peer, **case)) for peer in ("matching", "algmatch")),
                # an undecided answer claims nothing that could be checked
                "–"
                if ours["more"].get("answer") == "undecided"
                else written(ours["more"].get("check_seconds")),
            ]
        )
    head = [
        "instance",
        "people",
        "answer",
        "peermatch",
        "MiB added",
        "ranks",
        "ratio",
        "matching",
        "algmatch",
    ]
    return table([*head, "checked in"], rows)


def scan(results: Results) -> str:
    """Scans and the whole command: a list, not a table."""
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
        ("command", "`peermatch match` in a new process, 1,000 people, from a CSV file to results on disk"),
        ("imports", "`python -c 'import numba, pandas, sklearn.base'`"),
    ):
        row = results.one(group="command", contender=who)
        if seconds_of(row) is not None:
            told.append(f"- {what}: {time_of(row)} s")
    return "\n".join(told)


def growth(results: Results) -> str:
    """Growth exponents over people."""
    nearest = {"group": "candidates", "name": "nearest", "objective": "best_total"}
    smooth = {"group": "all pairs", "name": "smooth", "objective": FIRST}
    rows = []
    for says, alike, contenders in (
        ("candidate graphs", nearest, ("peermatch", "lemon", *_PEERS)),
        ("all pairs", smooth, ("peermatch proof", "lemon", *_PEERS)),
    ):
        for who in contenders:
            timed = [row for row in results.pick(contender=who, **alike) if row["seconds"]]
            sizes = sorted({row["size"] for row in timed})
            if len(sizes) > 1:
                memory = growth_of(timed, "memory")
                cells = [_growth_cell(timed, "size"), "–" if memory is None else f"{memory:.2f}"]
                rows.append([says, who, f"{sizes[0]:,} to {sizes[-1]:,}", *cells])
    return table(["instances", "who", "people", "time", "memory"], rows, left=2)


TABLES = {
    made.__name__: made
    for made in (
        *(candidates, all_pairs, pools, families, family_peers, assignment),
        *(stable, programme, scan, growth),
    )
}


def _cases(results: Results, group: str, contender: str) -> list[tuple[dict[str, Any], Result]]:
    """Return each case of a group with what this contender did there."""
    found = []
    for name, size, objective in results.cases(group):
        case = {"group": group, "name": name, "size": size, "objective": objective}
        row = results.one(contender=contender, **case)
        if row is not None:
            found.append((case, row))
    return found


def _named(case: Mapping[str, Any]) -> str:
    return case["name"].replace("_", " ") + (", everyone first" if case["objective"] == FIRST else "")


def _lemon_cells(results: Results, case: Mapping[str, Any], ours: Result) -> list[str]:
    theirs = results.one(contender="lemon", **case)
    ratio = ratio_of(ours, results.lemon(**case))
    return [time_of(theirs), written(built_seconds_of(theirs)), _or_dash(ratio)]


def _peer_cells(results: Results, case: Mapping[str, Any]) -> list[str]:
    return [time_of(results.one(contender=peer, **case)) for peer in _PEERS]


def _proof_cells(row: Result) -> list[str]:
    more = row["more"]
    return [
        str(more.get("rounds", "–")),
        written(more.get("check_seconds")),
        written(more.get("to_scores")),
        _memory(row),
    ]


def _share(results: Results, case: Mapping[str, Any]) -> str:
    """Return the approximate peer's total as a share of the best."""
    ours, theirs = (results.one(contender=name, **case) for name in ("peermatch", "networkit"))
    if not ours or not theirs or not ours.get("weight") or not theirs.get("weight"):
        return "–"
    return f"{int(theirs['weight']) / int(ours['weight']):.1%}"


def _covered(row: Result) -> str:
    return f"{row['more']['covered']:,}" if "covered" in row["more"] else "–"


def _memory(row: Result | None) -> str:
    return written(row["whole_peak_mib"]) if row and row.get("whole_peak_mib") else "–"


def _added_memory(row: Result) -> str:
    """Write the peak memory above that of the process with its instance in hand."""
    if row.get("peak_mib") is None or row.get("ready_mib") is None:
        return "–"
    return written(max(0.0, row["peak_mib"] - row["ready_mib"]))


def _peer_or_fault(row: Result | None) -> str:
    """Write a peer's time, or the name of the error in which it ended."""
    if row is not None and row["left_out"]:
        return str(row["left_out"]).partition(":")[0]
    return time_of(row)


def _or_dash(value: object | None) -> str:
    return "–" if value is None else str(value)


def _growth_cell(rows: Sequence[Result], size: str = "edges") -> str:
    grown = growth_of(rows, size=size)
    return "–" if grown is None else f"{grown:.2f}"
