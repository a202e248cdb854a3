"""From results to numbers: medians, ratios, growth exponents, and how they are written."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Result", "Results", "exponent", "written"]

Result = Mapping[str, Any]


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float | None:
    """Return the slope of the least-squares line through (log size, log value), or None for fewer than two sizes."""
    if len(set(sizes)) < 2:
        return None
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in values]
    return statistics.linear_regression(x, y).slope


def written(value: float | None, unit: str = "") -> str:
    """Write a number with three digits that count."""
    if value is None:
        return "–"
    if value == 0:
        text = "0"
    else:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{min(digits, 6)}f}"
    return f"{text} {unit}".strip()


@dataclass(frozen=True)
class Results:
    """The results of one run, and how to find one's way in them."""

    rows: Sequence[Result]

    def pick(self, **wanted: Any) -> list[Result]:
        """Return the results that have these values."""
        return [row for row in self.rows if all(row.get(key) == value for key, value in wanted.items())]

    def one(self, **wanted: Any) -> Result | None:
        """Return the only such result, or None."""
        found = self.pick(**wanted)
        if len(found) > 1:
            raise ValueError(f"{len(found)} results for {wanted}.")
        return found[0] if found else None

    def cases(self, group: str) -> list[tuple[str, int, str]]:
        """Return (name, size, objective) of a group's cases, in the order in which they were run."""
        return list(
            dict.fromkeys((row["name"], row["size"], row["objective"]) for row in self.pick(group=group))
        )

    def lemon(self, **case: Any) -> Result | None:
        """Return the faster of LEMON's two algorithms on this case."""
        both = [self.one(contender=name, **case) for name in ("lemon", "lemon perfect")]
        timed = [row for row in both if row and row["seconds"]]
        return min(timed, key=seconds_of, default=both[0])


def seconds_of(row: Result | None) -> float | None:
    """Return the median time of a result, or None where nothing was timed."""
    return statistics.median(row["seconds"]) if row and row["seconds"] else None


def built_seconds_of(row: Result | None) -> float | None:
    """Return the median time with building the graph."""
    if not row or not row["seconds"] or not row.get("build"):
        return None
    return statistics.median(a + b for a, b in zip(row["seconds"], row["build"], strict=True))


def time_of(row: Result | None) -> str:
    """Write a result's time: the median, "> cap" where it was stopped, or that it was not run."""
    if row is None or (not row["seconds"] and not row["over"]):
        return "–"
    return written(seconds_of(row)) if row["seconds"] else f"> {row['cap']:g}"


@dataclass(frozen=True)
class Ratio:
    """How long ours took, as a share of a peer's time; at most that where the peer was stopped."""

    value: float
    at_most: bool = False

    def __str__(self) -> str:
        return ("≤ " if self.at_most else "") + written(self.value)

    def meets(self, most: float) -> bool | None:
        """Return whether the ratio is at most `most`; None where that is not known."""
        if self.value <= most:
            return True
        return None if self.at_most else False


def ratio_of(ours: Result | None, peer: Result | None) -> Ratio | None:
    """Return the ratio of two results, or None where it can't be known."""
    mine = seconds_of(ours)
    if mine is None or peer is None:
        return None
    theirs = seconds_of(peer)
    if theirs is not None:
        return Ratio(mine / theirs)
    return Ratio(mine / peer["cap"], at_most=True) if peer["over"] else None


def growth_of(rows: Iterable[Result], value: str = "seconds", size: str = "size") -> float | None:
    """Return the growth exponent of time, or of memory above that of a bare process, over sizes."""
    points = []
    for row in rows:
        number = seconds_of(row) if value == "seconds" else memory_above_base(row)
        if number and row.get(size):
            points.append((float(row[size]), number))
    return exponent([point[0] for point in points], [point[1] for point in points])


def memory_above_base(row: Result) -> float | None:
    """Return the peak memory in MiB above what imports and compiled code take."""
    if row.get("whole_peak_mib") is None or row.get("base_mib") is None:
        return None
    return float(row["whole_peak_mib"] - row["base_mib"])


def faults(results: Results) -> list[str]:
    """Return where exact contenders disagree on the total, or a proof was not verified: what must never be."""
    found = []
    for group in dict.fromkeys(row["group"] for row in results.rows):
        for name, size, objective in results.cases(group):
            rows = results.pick(group=group, name=name, size=size, objective=objective)
            exact = {
                row["contender"]: (row["weight"], row["pairs"] if objective == "everyone_first" else None)
                for row in rows
                if row.get("weight") and row["contender"] not in ("networkit", "ranks") and group != "scan"
            }
            if len(set(exact.values())) > 1:
                found.append(f"{group}, {name}, {size:,}: totals differ: {exact}")
            for row in rows:
                more, where = row["more"], f"{group}, {name}, {size:,}: {row['contender']}"
                if more.get("verified") is False or more.get("status", "optimal") != "optimal":
                    found.append(f"{where} is {more.get('status')}, not verified")
                if row["left_out"] and row["contender"].startswith("peermatch"):
                    found.append(f"{where} failed: {row['left_out']}")
    return found
