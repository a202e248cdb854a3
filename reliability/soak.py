"""``python -m reliability.soak``: random programmes, each made from one number, and all that must hold of them."""

from __future__ import annotations

import argparse
import collections
import contextlib
import copy
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

import peermatch as pm
from reliability import soak_checks as checks
from reliability import soak_saved as saved
from reliability.fuzz.judge import check_error
from reliability.programmes import Programme, Row, made
from reliability.soak_groups import run_advisers, run_circles, run_rings

__all__ = ["Outcome", "main", "one"]

LONG = 60.0
"""Seconds after which a solver is stopped; nobody waits for ever."""


@dataclass
class Outcome:
    """How a programme ended.

    Attributes
    ----------
    kind : str
    status : str
        The certificate's, or ``"error: "`` and the code.
    steps : int
        Results that were checked.
    counts : Counter
        What was checked, and how often.
    """

    kind: str
    status: str = ""
    steps: int = 0
    counts: collections.Counter[str] = field(default_factory=collections.Counter)


def one(seed: int, kind: str | None = None) -> Outcome:
    """Run the programme of a number and check everything; AssertionError, or whatever escaped, is a fault.

    Examples
    --------
    >>> one(3).steps >= 0
    True
    """
    programme = made(seed, kind)
    outcome = Outcome(programme.kind)
    rng = random.Random(f"run {seed}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _RUN[programme.kind](programme, rng, outcome)
    except pm.PeerMatchError as error:
        outcome.status = f"error: {check_error(error)}"
        if isinstance(error, pm.InfeasibleError):
            _check_infeasible(programme, outcome, str(error))
    return outcome


def _check_infeasible(programme: Programme, outcome: Outcome, told: str) -> None:
    possible = checks.possible(programme)
    assert possible is not True, f"said to be infeasible, and it is not: {told}"
    outcome.counts["infeasible by trying"] += possible is False


# ---- tables of every kind -------------------------------------------------------------------------------


@contextlib.contextmanager
def _as_table(rows: list[Row], rng: random.Random) -> Iterator[Any]:
    """Hand the rows over as one of the kinds of table that are accepted."""
    rows = copy.deepcopy(rows)
    kind = rng.choice(
        ("records", "records", "pandas", "odd pandas", "polars", "pyarrow", "csv", "parquet", "cohort")
    )
    if kind == "records":
        yield rows
        return
    if kind == "cohort":
        yield pm.read_people(rows, "id", at_least=1)
        return
    frame = pd.DataFrame(rows, columns=list(rows[0]), dtype=object)
    if kind == "odd pandas":
        frame["years"] = frame["years"].astype("Float64")
        frame["team"] = frame["team"].astype("category")
        frame["site"] = frame["site"].astype("string")
        frame["places"] = frame["places"].astype("Int8")
        frame.index = pd.Index(range(100, 100 + len(frame)))
    if kind in ("polars", "pyarrow", "parquet"):
        frame = frame.convert_dtypes()
    if kind == "polars":
        import polars

        yield polars.from_pandas(frame)
    elif kind == "pyarrow":
        import pyarrow

        yield pyarrow.Table.from_pandas(frame)
    elif kind == "parquet" or (kind == "csv" and isinstance(rows[0]["id"], str)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"people.{kind}"
            if kind == "csv":
                frame.to_csv(path, index=False)
            else:
                frame.to_parquet(path)
            yield path
    else:
        yield frame


def _match(programme: Programme, rng: random.Random, matcher: pm.PeerMatcher, **more: Any) -> pm.Pairing:
    left, right = list(programme.left), None if programme.right is None else list(programme.right)
    if programme.right is not None and rng.random() < 0.2 and "wants" not in str(matcher.eligible):
        together = [
            {**row, "role": name}
            for name, rows in zip(("mentee", "mentor"), programme.everyone, strict=True)
            for row in rows
        ]
        rng.shuffle(together)
        return matcher.match(together, role="role", time_limit=LONG, **{**programme.call, **more})
    rng.shuffle(left)
    with contextlib.ExitStack() as stack:
        tables = [stack.enter_context(_as_table(left, rng))]
        if right is not None:
            rng.shuffle(right)
            tables.append(stack.enter_context(_as_table(right, rng)))
        return matcher.match(*tables, time_limit=LONG, **{**programme.call, **more})


def _checked(pairing: pm.Pairing, programme: Programme, outcome: Outcome, rng: random.Random) -> None:
    """All that must hold of a result."""
    small = len(pairing.everyone[0]) + (0 if pairing.everyone[1] is None else len(pairing.everyone[1])) <= 12
    as_pandas = pairing
    if pairing.everyone[0].kind in ("polars", "pyarrow"):
        everyone = tuple(None if one is None else replace(one, kind="pandas") for one in pairing.everyone)
        as_pandas = replace(pairing, everyone=everyone)
    checks.check_people(as_pandas, programme)
    checks.check_tables(as_pandas)
    names = as_pandas.sides.names if as_pandas.sides.two_sided else ("a", "b")
    frame = as_pandas.pairs
    pairs = list(zip(frame[names[0]], frame[names[1]], strict=True))
    outcome.counts["pairs of people held against rules"] += checks.check_rules(as_pandas, programme, pairs)
    outcome.counts["certificates proved again"] += checks.check_proved(pairing)
    outcome.counts["compared with every set"] += checks.check_best(pairing, programme)
    if rng.random() < (0.35 if small else 0.1):
        checks.check_plain(as_pandas)
        outcome.counts["written down, as the schema says"] += 1
    if rng.random() < (0.25 if small else 0.05):
        outcome.counts["saved and loaded"] += saved.check_loaded(as_pandas)
        ended = saved.check_verified(as_pandas)
        if ended:
            outcome.counts[f"verified on evidence: {ended}"] += 1
    if rng.random() < 0.1:
        pairing.summary()
        for id in as_pandas.people["id"].tolist()[:3]:
            side = None if programme.right is None else as_pandas.people.set_index("id").loc[id, "side"]
            str(pairing.explain(id, side=side))
    outcome.steps += 1
    outcome.counts["results"] += 1
    outcome.counts["pairs"] += len(pairs)
    outcome.status = str(pairing.certificate.status)


# ---- one way for each kind ------------------------------------------------------------------------------


def _run_match(programme: Programme, rng: random.Random, outcome: Outcome) -> None:
    matcher = programme.build()
    pairing = _match(programme, rng, matcher)
    _checked(pairing, programme, outcome, rng)
    if rng.random() < 0.15:
        again = _match(programme, rng, matcher)
        one_table = "role" in pairing.settings, "role" in again.settings
        if one_table[0] == one_table[1] and pairing.repairs.shape == again.repairs.shape:
            assert again.to_json() == pairing.to_json(), "another order of rows, another result"
            outcome.counts["shuffled, the same bytes"] += 1


def _run_rounds(programme: Programme, rng: random.Random, outcome: Outcome) -> None:
    """Several rounds: nobody meets twice, and the record of them comes back."""
    programme.matcher["rules"] = [*programme.matcher["rules"], pm.no_repeat()]
    if any(criterion.kind == "custom" for criterion in programme.matcher["criteria"]):
        programme.matcher["criteria"] = [pm.near("years")]
        programme.floors, programme.matcher["rules"] = (
            [],
            [rule for rule in programme.matcher["rules"] if rule.kind != "at_least"],
        )
    series = pm.Programme(programme.build(), protect=rng.random() < 0.5)
    met: list[tuple[Any, Any]] = []
    rules = list(programme.rules)
    call = {key: value for key, value in programme.call.items() if key in ("as_of", "set_aside")}
    for _ in range(rng.randrange(2, 5)):
        people = list(programme.left)
        rng.shuffle(people)
        known = list(met)
        programme.rules = [*rules, ("no_repeat", checks.plain.listed(known, two_sided=False))]
        with _as_table(people, rng) as table:
            pairing = series.run(table, time_limit=LONG, **call)
        _checked(pairing, programme, outcome, rng)
        frame = replace(pairing, everyone=(replace(pairing.everyone[0], kind="pandas"), None)).pairs
        now = list(zip(frame["a"], frame["b"], strict=True))
        assert not {frozenset(pair) for pair in now} & {frozenset(pair) for pair in met}, (
            "two people met again"
        )
        met += now
    again = pm.Programme.from_dict(series.to_dict())
    assert again.to_dict() == series.to_dict()
    assert len(again.history) == len(met)


def _run_update(programme: Programme, rng: random.Random, outcome: Outcome) -> None:
    """A result, then some people leave and some join."""
    matcher = programme.build()
    before = _match(programme, rng, matcher)
    _checked(before, programme, outcome, rng)
    later = copy.copy(programme)
    gone = {row["id"] for rows in programme.everyone for row in rows[1:] if rng.random() < 0.15}
    gone -= {id for pair in programme.demanded for id in pair} | set(programme.call.get("set_aside", ()))
    later.left = [row for row in programme.left if row["id"] not in gone]
    later.right = (
        None if programme.right is None else [row for row in programme.right if row["id"] not in gone]
    )
    options = rng.choice(({}, {"keep": "all"}, {"price": 0.05}, {"price": 0.5}, {"at_most": 1}))
    call = {
        key: value for key, value in programme.call.items() if key not in ("preferences", "unlisted", "first")
    }
    earlier: Any = before if rng.random() < 0.5 else before.to_dict()
    tables: dict[str, Any] = {} if later.right is None else {"others": list(later.right)}
    if any(rule.kind == "not_in_line" for rule in matcher.rules):
        call["org"] = [row for rows in programme.everyone for row in rows]  # lines run through those who left
    now = matcher.update(list(later.left), earlier, time_limit=LONG, **tables, **call, **options)
    _checked(now, later, outcome, rng)
    if options in ({}, {"keep": "all"}):
        assert now.update is not None
        assert now.update.kept == now.update.possible, "an earlier pair that could stay was broken"
    assert now.changes is not None


def _run_preferences(programme: Programme, rng: random.Random, outcome: Outcome) -> None:
    pairing = _match(programme, rng, programme.build())
    _checked(pairing, programme, outcome, rng)
    assert pairing.certificate.status in ("stable", "no_stable", "undecided"), pairing.certificate.status


def _run_groups(programme: Programme, rng: random.Random, outcome: Outcome) -> None:
    {"circles": run_circles, "rings": run_rings, "advisers": run_advisers}[programme.kind](
        programme, rng, outcome
    )


_RUN = {
    "pool": _run_match,
    "sides": _run_match,
    "rounds": _run_rounds,
    "update": _run_update,
    "preferences": _run_preferences,
    "circles": _run_groups,
    "rings": _run_groups,
    "advisers": _run_groups,
}


# ---- thousands of them ----------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Run many programmes and say what became of them.

    Returns
    -------
    int
        0: all that must hold held; 1: something did not.
    """
    parser = argparse.ArgumentParser(prog="python -m reliability.soak", description=__doc__)
    parser.add_argument("--programmes", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first programme's number")
    parser.add_argument("--kind", choices=sorted(_RUN))
    parser.add_argument("--stop", action="store_true", help="at the first fault")
    args = parser.parse_args(argv)
    began = time.monotonic()
    ends: collections.Counter[tuple[str, str]] = collections.Counter()
    counts: collections.Counter[str] = collections.Counter()
    faults: dict[str, list[int]] = {}
    for seed in range(args.seed, args.seed + args.programmes):
        try:
            outcome = one(seed, args.kind)
        except KeyboardInterrupt:  # say what there is so far
            break
        except Exception as error:
            mark = f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"
            if mark not in faults:
                print(
                    f"programme {seed}: {''.join(traceback.format_exception(error, limit=-8))}",
                    file=sys.stderr,
                    flush=True,
                )
            faults.setdefault(mark, []).append(seed)
            if args.stop:
                break
            continue
        ends[outcome.kind, outcome.status] += 1
        counts += outcome.counts
        if (seed - args.seed + 1) % 1000 == 0:
            rate = (seed - args.seed + 1) / (time.monotonic() - began)
            print(
                f"{seed - args.seed + 1:>7,} programmes, {rate:.1f} a second, {len(faults)} faults",
                file=sys.stderr,
                flush=True,
            )
    print(_summary(args, ends, counts, faults, time.monotonic() - began))
    return 1 if faults else 0


def _summary(args: Any, ends: Any, counts: Any, faults: dict[str, list[int]], seconds: float) -> str:
    ran = sum(ends.values()) + sum(map(len, faults.values()))
    reached = sum(count for (_, status), count in ends.items() if not status.startswith("error"))
    lines = [
        f"{ran:,} programmes from number {args.seed}, {ran / seconds:.1f} a second; "
        f"{reached / max(1, ran):.1%} reached a result",
        "",
        f"{'kind':<14}{'end':<34}{'programmes':>10}",
    ]
    lines += [f"{kind:<14}{status:<34}{count:>10,}" for (kind, status), count in sorted(ends.items())]
    lines += ["", *(f"{count:>12,}  {what}" for what, count in sorted(counts.items()))]
    lines += ["", "no fault" if not faults else "FAULTS"]
    lines += [
        f"{len(seeds):>6} x {mark}; for example --seed {seeds[0]} --programmes 1"
        for mark, seeds in faults.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
