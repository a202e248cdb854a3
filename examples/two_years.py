"""Two years of a programme: 400 people, 24 monthly rounds, joiners and leavers every month.

All people are synthetic: they are drawn from the seeds below and stand for nobody. Run it with

    python examples/two_years.py [folder]

It writes two_years.csv, one row a round; two_years_people.csv, one row for everybody who ever took part, with how many
rounds they had nobody in; and, where matplotlib is installed, the picture two_years.png.

What comes of it: nobody meets anyone twice, and nobody is without a partner in two rounds running who could have been
given one. The head of the organisation is: the reporting line leaves them nobody, and the table of people says so.
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
) -> tuple[pm.Programme, pd.DataFrame, dict[str, str]]:
    """Run the programme; everybody comes from a staff twice as large, of whom some join and some leave each month.

    Returns
    -------
    programme : Programme
    table : pandas.DataFrame
        One row a round: took_part, joined, left, coverage (the share who have a partner), repeats, worst, mean.
    reasons : dict
        For everybody who was ever without a partner, why, the last time.
    """
    staff = make_organisation(2 * people, seed=STAFF_SEED)
    rng = np.random.default_rng(TURNOVER_SEED)
    inside = np.sort(rng.permutation(len(staff))[:people])
    programme = pm.Programme(matcher())
    reasons: dict[str, str] = {}
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
        reasons.update(zip(pairing.unmatched["id"], pairing.unmatched["reason"], strict=True))
        rows.append({"joined": joined, "left": left})
    table = pd.concat([programme.rounds, pd.DataFrame(rows)], axis=1)
    table["coverage"] = 1 - table["sat_out"] / table["took_part"]
    table["repeats"] = repeats_by_round(programme.history, names)
    return programme, table, reasons


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


def people_of(programme: pm.Programme, reasons: dict[str, str]) -> pd.DataFrame:
    """Return one row for everybody who took part: in how many rounds, without a partner in how many, and running."""
    rows = []
    for id, part in programme.attendance.groupby("id", sort=True):
        out = (part["status"] == "sat out").tolist()
        running = most = 0
        for alone in out:
            running = running + 1 if alone else 0
            most = max(most, running)
        rows.append((id, len(out), sum(out), most, reasons.get(id, "")))
    return pd.DataFrame(rows, columns=["id", "rounds", "times_out", "running", "last_reason"])


def draw(table: pd.DataFrame, people: pd.DataFrame, path: Path) -> bool:
    """Draw coverage, repeats, the mean and the worst pair, and time out per person; False without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figure = Figure(figsize=(11, 7), layout="constrained")
    axes = figure.subplots(2, 2)
    months = range(len(table))
    coverage, pairs, scores, out = axes.flat
    coverage.plot(months, 100 * table["coverage"], marker="o", markersize=3)
    coverage.set(
        title="People with a partner",
        ylabel="per cent",
        ylim=(min(98, 100 * table["coverage"].min() - 1), 100.2),
    )
    fresh = table["pairs"] - table["repeats"]
    pairs.bar(months, fresh, label="had never met")
    pairs.bar(months, table["repeats"], bottom=fresh, color="firebrick", label="had met before")
    repeats = int(table["repeats"].sum())
    pairs.set(
        title=f"Pairs a month: {int(table['pairs'].sum()):,} in all, {repeats} of them repeats",
        ylabel="pairs",
    )
    pairs.set_ylim(0, 1.35 * table["pairs"].max())
    scores.plot(months, table["mean"], marker="o", markersize=3, label="mean of all pairs")
    scores.plot(months, table["worst"], marker="o", markersize=3, label="worst pair")
    scores.set(title="Score of the pairs, from 0 to 1", ylabel="score", ylim=(0, 1.3 * table["mean"].max()))
    for ax in (coverage, pairs, scores):
        ticks = list(months)[:: max(1, len(table) // 6)]
        ax.set_xticks(ticks, [str(table["round"].iloc[tick]) for tick in ticks], rotation=30)
    for ax in (pairs, scores):
        ax.legend(frameon=False, loc="upper right", ncols=2)
    times = people["times_out"].value_counts().sort_index()
    bars = out.bar(times.index.astype(str), times.to_numpy())
    out.bar_label(bars, [f"{count:,}" for count in times.tolist()])
    out.set(title="Time out per person", xlabel="rounds without a partner", ylabel="people", yscale="log")
    out.set_ylim(0.5, 3 * times.max())
    figure.suptitle("A programme over time (synthetic people)")
    figure.savefig(path, dpi=100, metadata={"Software": None})
    return True


def told(people: pd.DataFrame) -> str:
    """Say who was without a partner, and how often."""
    lines = ["People (synthetic) by the number of rounds in which they had nobody:"]
    lines += [
        f"  {times}: {count} people"
        for times, count in people["times_out"].value_counts().sort_index().items()
    ]
    again = people[people["running"] > 1]
    lines.append(f"Without a partner in two rounds running: {len(again)}")
    lines += [f"  {row.id}, {row.times_out} times: {row.last_reason}" for row in again.itertuples()]
    return "\n".join(lines)


def main(folder: str = ".") -> None:
    """Run two years and write what came of them."""
    programme, table, reasons = two_years()
    people = people_of(programme, reasons)
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    table.to_csv(where / "two_years.csv", index=False)
    people.to_csv(where / "two_years_people.csv", index=False)
    print(table.round(3).to_string(index=False))
    print(f"\n{told(people)}\n")
    drawn = draw(table, people, where / "two_years.png")
    print(
        f"Wrote two_years.csv and two_years_people.csv{' and two_years.png' if drawn else ''} into {where}."
    )
    if not drawn:
        print("For the picture, install matplotlib.")


if __name__ == "__main__":
    main(*sys.argv[1:2])
