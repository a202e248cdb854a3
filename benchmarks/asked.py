"""What was asked of peermatch, beside what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.cases import COMPLETE, REGULAR, ROOMMATES
from benchmarks.measured import Ratio, Result, Results, growth_of, ratio_of, seconds_of, written
from benchmarks.programme_tasks import CIRCLES, ROUNDS
from benchmarks.transport_tasks import SIDES, SIDES_CANDIDATES

__all__ = ["Row", "asked_rows"]

BEST, FIRST = "best_total", "everyone_first"


@dataclass(frozen=True)
class Row:
    """One line: what was asked, what was measured (nothing if it was not), and whether that is what was asked."""

    asked: str
    measured: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Say it in a word."""
        if not self.measured:
            return "not measured"
        return "not known" if self.met is None else ("yes" if self.met else "no")


def all_of(verdicts: Iterable[bool | None]) -> bool | None:
    """Return False if any is, else None if any is, else True."""
    known = list(verdicts)
    return False if False in known else (None if None in known or not known else True)


def asked_rows(results: Results, large: Results) -> list[Row]:
    """Return all rows; `large` are the results of the large run."""
    makers: list[Callable[[], Row]] = [
        *(
            lambda size=size, peer=peer, most=most: _candidates(results, size, peer, most)  # type: ignore[misc]
            for size in (10_000, 50_000)
            for peer, most in (("lemon", 0.15), ("rustworkx", 0.001))
        ),
        lambda: _worst_family(results),
        lambda: _median_family(results),
        lambda: _all_pairs(results),
        lambda: _scan(results),
        lambda: _proof(results, 20_000, 5.0),
        lambda: _large_proof(large),
        lambda: _growth(large),
        lambda: _memory_growth(large),
        lambda: _command(results),
        *(
            lambda size=size, most=most: _complete_lists(results, size, most)  # type: ignore[misc]
            for size, most in ((1000, 0.1), (10_000, 5.0))
        ),
        lambda: _per_entry(results),
        lambda: _two_sides(results),
        lambda: _programme(results, ROUNDS, 10_000, 30.0),
        lambda: _programme(results, CIRCLES, 5000, 20.0),
        lambda: _programme(results, SIDES, 100_000, 120.0, "mentees, 40,000 mentors, proven over all pairs"),
        lambda: _programme(
            results, SIDES_CANDIDATES, 100_000, 60.0, "mentees, 40,000 mentors, with the true gap"
        ),
    ]
    return [make() for make in makers]


def _candidates(results: Results, size: int, peer: str, most: float) -> Row:
    asked = f"candidate graphs, {size:,} people: at most {most:g} × {_title(peer)}"
    told, verdicts = [], []
    for name, _, objective in [case for case in results.cases("candidates") if case[1] == size]:
        case = {"group": "candidates", "name": name, "size": size, "objective": objective}
        theirs = results.lemon(**case) if peer == "lemon" else results.one(contender=peer, **case)
        ratio = ratio_of(results.one(contender="peermatch", **case), theirs)
        if ratio is None:
            continue
        verdicts.append(ratio.meets(most))
        told.append(f"{ratio} ({name}{', everyone first' if objective == FIRST else ''})")
    return Row(asked, "; ".join(told), all_of(verdicts))


def family_ratios(results: Results, least: int = 0) -> list[tuple[str, int, str, Ratio | None]]:
    """Return (family, size, objective, ratio to LEMON) of all hard families of at least so many edges."""
    return [
        (
            name,
            size,
            objective,
            ratio_of(
                results.one(
                    group="families", contender="peermatch", name=name, size=size, objective=objective
                ),
                results.lemon(group="families", name=name, size=size, objective=objective),
            ),
        )
        for name, size, objective in results.cases("families")
        if size >= least
    ]


def _worst_family(results: Results) -> Row:
    asked = "every hard family, 10,000 to 200,000 edges: at most 1.0 × LEMON on each"
    found = family_ratios(results, 10_000)
    known = [(name, size, objective, ratio) for name, size, objective, ratio in found if ratio]
    if not known:
        return Row(asked)
    name, size, objective, worst = max(known, key=lambda case: case[3].value)
    slower = sum(ratio.value > 1 for *_, ratio in known)
    unknown = len(found) - len(known)
    told = f"worst {worst} ({_family(name, objective)}, {size:,} edges); above 1.0 in {slower} of {len(known)} cases"
    told += f", and {unknown} where neither finished or LEMON was left out" if unknown else ""
    return Row(asked, told, all_of([*(ratio.meets(1.0) for *_, ratio in known), *[None] * unknown]))


def _median_family(results: Results) -> Row:
    asked = "hard families, median: at most 0.5 × LEMON"
    known = [ratio.value for *_, ratio in family_ratios(results, 10_000) if ratio]
    if not known:
        return Row(asked)
    middle = statistics.median(known)
    return Row(asked, f"{written(middle)} over {len(known)} cases", middle <= 0.5)


def _all_pairs(results: Results) -> Row:
    asked = "all pairs, 2,000 people, from scores to proof: at most 0.05 × LEMON on the full graph"
    told, verdicts = [], []
    for objective, says in ((FIRST, "everyone first"), (BEST, "best total")):
        case = {"group": "all pairs", "name": "smooth", "size": 2000, "objective": objective}
        ratio = ratio_of(results.one(contender="peermatch proof", **case), results.lemon(**case))
        if ratio:
            told.append(f"{ratio} ({says})")
            verdicts.append(ratio.meets(0.05))
    return Row(asked, "; ".join(told), all_of(verdicts))


def scanned(results: Results) -> dict[str, tuple[int, float, float]]:
    """Return, for each scan, people, seconds and pairs a second, as each scan counts them."""
    found = {}
    for row in results.pick(group="scan"):
        seconds, n = seconds_of(row), row["size"]
        if seconds:
            pairs = n * (n - 1) // 2 if row["contender"] == "peermatch top" else n * n
            found[row["contender"]] = (n, seconds, pairs / seconds)
    return found


def _scan(results: Results) -> Row:
    asked = "scan of mixed pairs, six criteria, two threads: at least 250 million pairs a second"
    rates = scanned(results)
    if "peermatch top" not in rates:
        return Row(asked)
    n, seconds, rate = rates["peermatch top"]
    told = (
        f"{written(rate / 1e6)} million a second with each pair counted once, "
        f"{written(n * n / seconds / 1e6)} million in both directions (16 best of {n:,} people in {written(seconds)} s)"
    )
    if "peermatch block" in rates:
        told += f"; {written(rates['peermatch block'][2] / 1e6)} million scores a second written to a matrix"
    return Row(asked, told, rate >= 2.5e8)


def _proof(results: Results, size: int, most: float) -> Row:
    asked = f"all pairs, {size:,} people, six criteria of mixed kinds: proven in at most {most:g} s"
    row = results.one(
        group="all pairs", name="smooth", size=size, contender="peermatch proof", objective=FIRST
    )
    seconds = seconds_of(row)
    if row is None or seconds is None:
        return Row(asked, f"> {row['cap']:g} s" if row and row["over"] else "", False)
    if row["more"].get("status") != "optimal":
        return Row(asked, f"not proven: {row['more'].get('status')}", False)
    return Row(asked, f"{written(seconds)} s, {written(row['whole_peak_mib'])} MiB", seconds <= most)


def _large_proof(large: Results) -> Row:
    asked = "all pairs, 100,000 people, six criteria of mixed kinds: proven in at most 60 s and 2 GB (smooth scores)"
    rows = large.pick(group="large", size=100_000, contender="peermatch proof")
    told, met = [], None
    for row in rows:
        seconds = seconds_of(row)
        if seconds is None:
            text, fine = f"> {row['cap']:g} s", False
        else:
            gigabytes = row["whole_peak_mib"] * 2**20 / 1e9
            text, fine = (
                f"{written(seconds)} s, {written(gigabytes)} GB",
                seconds <= 60 and gigabytes <= 2 and row["more"].get("status") == "optimal",
            )
        told.append(text if row["name"] == "smooth" else f"{row['name']}: {text}")
        met = fine if row["name"] == "smooth" else met
    return Row(asked, "; ".join(told), met)


def _on_the_way(large: Results) -> list[dict[str, object]]:
    return [dict(row) for row in large.pick(group="large", name="smooth", contender="peermatch proof")]


def _growth(large: Results) -> Row:
    asked = "growth from 10,000 to 100,000 people, all pairs: exponent of time at most 2.0"
    grown = growth_of(_on_the_way(large))
    return Row(asked) if grown is None else Row(asked, f"{grown:.2f}", round(grown, 2) <= 2.0)


def _memory_growth(large: Results) -> Row:
    asked = "the same: exponent of memory at most 1.1"
    grown = growth_of(_on_the_way(large), "memory")
    if grown is None:
        return Row(asked)
    return Row(asked, f"{grown:.2f} (above what a bare process takes)", round(grown, 2) <= 1.1)


def _command(results: Results) -> Row:
    asked = "second process, 1,000 people, whole command: at most 1.7 × the bare imports it needs"
    ours = results.one(group="command", contender="command")
    bare = results.one(group="command", contender="imports")
    ratio = ratio_of(ours, bare)
    if ratio is None:
        return Row(asked)
    return Row(
        asked, f"{ratio} ({written(seconds_of(ours))} s to {written(seconds_of(bare))} s)", ratio.meets(1.7)
    )


def _complete_lists(results: Results, size: int, most: float) -> Row:
    asked = f"stable roommates, complete random lists, {size:,} people: at most {most:g} s"
    asked += " and 2 GB after lists exist" if size >= 10_000 else ""
    row = _stable_row(results, COMPLETE, size, ROOMMATES)
    seconds = seconds_of(row)
    if row is None or seconds is None:
        return Row(asked)
    gigabytes = max(0.0, row["peak_mib"] - row["ready_mib"]) * 2**20 / 1e9
    return Row(
        asked, f"{written(seconds)} s, {written(gigabytes)} GB more", seconds <= most and gigabytes <= 2
    )


def _per_entry(results: Results) -> Row:
    asked = "the same, time for each entry of a list: at most 2 × computing the ranks of the lists"
    told, verdicts = [], []
    for size in (1000, 2000, 5000, 10_000):
        ratio = ratio_of(
            _stable_row(results, COMPLETE, size, ROOMMATES), _stable_row(results, COMPLETE, size, "ranks")
        )
        if ratio:
            told.append(f"{ratio} ({size:,})")
            verdicts.append(ratio.meets(2.0))
    return Row(asked, "; ".join(told), all_of(verdicts))


def _two_sides(results: Results) -> Row:
    asked = "deferred acceptance, 100,000 × 100,000, lists of 32: at most 1 s, stability verified"
    row = _stable_row(results, REGULAR, 100_000, "peermatch deferred")
    seconds = seconds_of(row)
    if row is None or seconds is None:
        return Row(asked)
    verified = bool(row["more"].get("verified"))
    told = f"{written(seconds)} s, {'verified' if verified else 'not verified'}"
    return Row(asked, told, seconds <= 1 and verified)


def _programme(results: Results, name: str, size: int, most: float, who: str = "people") -> Row:
    asked = f"{name}, {size:,} {who}: at most {most:g} s"
    row = results.one(group="programme", name=name, size=size)
    seconds = seconds_of(row)
    if row is None or seconds is None:
        return Row(asked)
    share = row["more"]["share_of_bound"]
    verified = bool(row["more"].get("verified"))
    told = f"{written(seconds)} s, {share:.3%} of the bound, {'verified' if verified else 'not verified'}"
    return Row(asked, told, seconds <= most and verified)


def _stable_row(results: Results, name: str, size: int, who: str) -> Result | None:
    return results.one(group="stable", name=name, size=size, contender=who)


def _family(name: str, objective: str) -> str:
    return name.replace("_", " ") + (", everyone first" if objective == FIRST else "")


def _title(peer: str) -> str:
    return {"lemon": "LEMON"}.get(peer, peer)
