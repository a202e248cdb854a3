"""Two years of a programme: 400 people, 24 monthly rounds, joiners and leavers every month.

All people are synthetic: they are drawn from the seeds below and stand for nobody. Run it with

    python examples/two_years.py [folder]

It writes two_years.csv, one row a round, and, where matplotlib is installed, two_years.png.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import peermatch as pm
from peermatch.datasets import make_organisation

STAFF_SEED, TURNOVER_SEED = 1, 2


def matcher() -> pm.PeerMatcher:
    """What matters in this programme."""
    return pm.PeerMatcher(
        "employee_id",
        [
            pm.complement(offers="can_teach", seeks="wants_to_learn", name="help", weight=3),
            pm.near("years_experience", scale=3, name="years", weight=2),
            pm.overlap("goals", name="goals"),
        ],
        [pm.not_in_line("manager_id"), pm.must_differ("department"), pm.no_repeat()],
    )


def two_years(
    people: int = 400, rounds: int = 24, turnover: float = 0.02
) -> tuple[pm.Programme, pd.DataFrame]:
    """Run the programme; everybody comes from a staff twice as large, of whom some join and some leave each month.

    Returns
    -------
    programme : Programme
    table : pandas.DataFrame
        One row a round: took_part, joined, left, coverage (the share who have a partner), repeats, worst, mean.
    """
    staff = make_organisation(2 * people, seed=STAFF_SEED)
    rng = np.random.default_rng(TURNOVER_SEED)
    inside = np.sort(rng.permutation(len(staff))[:people])
    programme = pm.Programme(matcher())
    rows, names = [], ["2026-01"]
    moves = max(1, round(turnover * people))
    for month in range(rounds):
        joined = left = 0
        if month:
            year, number = divmod(month, 12)
            names.append(f"{2026 + year}-{number + 1:02d}")
            left, joined = int(rng.integers(0, 2 * moves + 1)), int(rng.integers(0, 2 * moves + 1))
            stay = np.sort(rng.permutation(inside)[left:])
            outside = np.setdiff1d(np.arange(len(staff)), inside)
            inside = np.sort(np.concatenate([stay, rng.permutation(outside)[:joined]]))
        pairing = programme.run(staff.iloc[inside], org=staff, round=names[-1])
        assert pairing.certificate.verified
        rows.append({"joined": joined, "left": left})
    table = pd.concat([programme.rounds, pd.DataFrame(rows)], axis=1)
    table["coverage"] = 1 - table["sat_out"] / table["took_part"]
    table["repeats"] = repeats_by_round(programme.history, names)
    return programme, table


def repeats_by_round(history: pd.DataFrame, names: list[str]) -> list[int]:
    """Count, for each round, the pairs that had met before."""
    seen: set[frozenset[str]] = set()
    counts = []
    for name in names:
        rows = history[history["round"] == name]
        pairs = [frozenset(pair) for pair in rows[["a", "b"]].itertuples(index=False, name=None)]
        counts.append(sum(pair in seen for pair in pairs))
        seen.update(pairs)
    return counts


def draw(programme: pm.Programme, table: pd.DataFrame, path: Path) -> bool:
    """Draw coverage, worst and mean pair over time, and how often people sat out; False without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figure = Figure(figsize=(10, 7), layout="constrained")
    axes = figure.subplots(2, 2)
    ticks = range(0, len(table), max(1, len(table) // 6))
    for ax, column, title in (
        (axes[0, 0], "coverage", "share of people with a partner"),
        (axes[0, 1], "repeats", "pairs that had met before"),
        (axes[1, 0], "mean", "score of the mean and of the worst pair"),
    ):
        ax.plot(range(len(table)), table[column], marker="o", markersize=3)
        ax.set_title(title)
        ax.set_xticks(list(ticks), [str(table["round"].iloc[tick]) for tick in ticks], rotation=30)
        ax.set_ylim(bottom=0)
    axes[1, 0].plot(range(len(table)), table["worst"], marker="o", markersize=3)
    times = times_out(programme)
    axes[1, 1].bar(times.index.astype(str), times.to_numpy())
    axes[1, 1].set_title("people by how often they sat out")
    axes[1, 1].set_yscale("log")
    figure.suptitle("A programme over time (synthetic people)")
    figure.savefig(path, dpi=100, metadata={"Software": None})
    return True


def times_out(programme: pm.Programme) -> pd.Series:
    """Count people by how often they sat out."""
    everyone = programme.attendance.groupby("id")["status"].apply(lambda said: int((said == "sat out").sum()))
    return everyone.value_counts().sort_index()


def main(folder: str = ".") -> None:
    """Run two years and write what came of them."""
    programme, table = two_years()
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    table.to_csv(where / "two_years.csv", index=False)
    print(table.round(3).to_string(index=False))
    print("\nPeople (synthetic) by how often they sat out:", times_out(programme).to_dict())
    if draw(programme, table, where / "two_years.png"):
        print(f"Wrote {where / 'two_years.csv'} and {where / 'two_years.png'}.")
    else:
        print(f"Wrote {where / 'two_years.csv'}. For the picture, install matplotlib.")


if __name__ == "__main__":
    main(*sys.argv[1:2])
