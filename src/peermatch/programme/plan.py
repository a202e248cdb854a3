"""A plan: several rounds without repeats, and how far their total is from the best that there could be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.explain.wording import counted
from peermatch.pairing import Pairing
from peermatch.problem import GRID
from peermatch.programme.history import extend_history
from peermatch.programme.pictures import RoundPlots, rounds_table
from peermatch.programme.turns import sat_out

__all__ = ["RoundPlan", "sit_outs_frame"]


@dataclass(frozen=True, eq=False, repr=False)
class RoundPlan:
    """Rounds in which nobody meets anyone twice, or only as the rules say. `plan_rounds` makes it.

    Attributes
    ----------
    pairings : tuple of Pairing
        One a round, in their order, each proved the best among the pairs that earlier rounds left.
    total : float
        What all pairs are worth together, in points of score.
    bound : float
        No rounds of this number without repeats, from the same people and rules, are worth more together.
    gap : float
        The bound less the total.
    repeats_allowed : bool
        Whether people may meet again within the plan.
    verified : bool
        Whether every round and the bound were checked by code that shares nothing with the solver.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": i, "years": y} for i, y in [(1, 2), (2, 3), (3, 9), (4, 7)]]
    >>> plan = pm.plan_rounds(pm.PeerMatcher("id", [pm.near("years", scale=5)]), people, 3, start="2026-12")
    >>> plan
    RoundPlan(3 rounds, 6 pairs, total 3.681 of at most 3.681, verified)
    >>> plan.pairs[["round", "a", "b"]].values.tolist()[:3]
    [['2026-12', 1, 2], ['2026-12', 3, 4], ['2027-01', 1, 3]]
    """

    pairings: tuple[Pairing, ...]
    total: float
    bound: float
    verified: bool
    dates: tuple[str | None, ...]
    repeats_allowed: bool = False

    @property
    def repeats(self) -> int:
        """How many of the pairs have met in an earlier round of the plan."""
        seen: set[tuple[Any, Any]] = set()
        again = 0
        for pairing in self.pairings:
            left, right = pairing.sides.left.ids, pairing.sides.columns_side.ids
            pairs = [(left[u], right[v]) for u, v in pairing.matching.pairs.tolist()]
            again += sum(pair in seen for pair in pairs)
            seen.update(pairs)
        return again

    @property
    def gap(self) -> float:
        """How much more other rounds could be worth together, at most."""
        return self.bound - self.total

    @cached_property
    def _scores(self) -> tuple[np.ndarray[Any, np.dtype[np.float64]], ...]:
        found = []
        for pairing in self.pairings:
            pairs = pairing.matching.pairs
            found.append(pairing.scores.at(pairs[:, 0], pairs[:, 1]) / GRID)
        return tuple(found)

    @property
    def rounds(self) -> pd.DataFrame:
        """One row a round: round, date, pairs, sat_out, total, mean, worst, status."""
        rows = []
        for pairing, date, scores in zip(self.pairings, self.dates, self._scores, strict=True):
            some = len(scores) > 0
            rows.append(
                {
                    "round": pairing.round,
                    "date": date,
                    "pairs": len(scores),
                    "sat_out": len(sat_out(pairing)),
                    "total": pairing.matching.weight / GRID,
                    "mean": pairing.matching.weight / GRID / len(scores) if some else None,
                    "worst": float(scores.min()) if some else None,
                    "status": pairing.certificate.status,
                }
            )
        return pd.DataFrame(rows)

    @property
    def plot(self) -> RoundPlots:
        """Pictures of the plan: ``plot.rounds()``, where a pair is new that no earlier round of the plan has.

        They need matplotlib: ``pip install 'peermatch[plots]'``.
        """
        first, second = self.pairings[0].sides.names
        met = self.pairs.rename(columns={first: "a", second: "b"})
        sides = [pairing.sides for pairing in self.pairings]
        took_part = [len(part.left) + (len(part.columns_side) if part.two_sided else 0) for part in sides]
        told = self.rounds.assign(took_part=took_part)
        return RoundPlots(rounds_table(met, told, two_sided=sides[0].two_sided))

    @property
    def pairs(self) -> pd.DataFrame:
        """One row a pair and round: round, date, a and b (or the names of the sides), score."""
        parts = []
        for pairing, date, scores in zip(self.pairings, self.dates, self._scores, strict=True):
            names, pairs = pairing.sides.names, pairing.matching.pairs
            frame = pd.DataFrame(
                {
                    "round": [pairing.round] * len(pairs),
                    "date": [date] * len(pairs),
                    names[0]: pairing.sides.left.ids[pairs[:, 0]],
                    names[1]: pairing.sides.columns_side.ids[pairs[:, 1]],
                },
                dtype=object,
            )
            parts.append(frame.assign(score=scores))
        return pd.concat(parts, ignore_index=True)

    @property
    def sit_outs(self) -> pd.DataFrame:
        """Who sits out how often: id, times, rounds (their names)."""
        return sit_outs_frame([(str(pairing.round), sat_out(pairing)) for pairing in self.pairings])

    def history(self, earlier: Any = None) -> pd.DataFrame:
        """Return the plan as a history: one row a pair, with round, date, a, b and status "paired".

        Parameters
        ----------
        earlier : table, path, or None
            A history to add to.
        """
        grown = earlier
        for pairing, date in zip(self.pairings, self.dates, strict=True):
            known = 0 if grown is None else len(extend_history(grown, pairing)) - len(pairing.matching.pairs)
            grown = extend_history(grown, pairing)
            grown.loc[grown.index[known:], "date"] = date
        frame: pd.DataFrame = grown
        return frame

    def __repr__(self) -> str:
        n = len(self.pairings)
        pairs = sum(len(pairing.matching.pairs) for pairing in self.pairings)
        checked = "verified" if self.verified else "not verified"
        return (
            f"RoundPlan({n} round{'' if n == 1 else 's'}, {pairs} pairs, total {self.total:.3f} of at most "
            f"{self.bound:.3f}, {checked})"
        )

    def _repr_html_(self) -> str:
        columns = ["round", "date", "pairs", "sat_out", "total", "mean", "worst"]
        return card("A plan of rounds", paragraph(str(self)), frame_table("Rounds", self.rounds, columns))

    def __str__(self) -> str:
        share = self.gap / self.bound if self.bound else 0.0
        if self.repeats_allowed:
            repeats = counted(self.repeats, "repeat") if self.repeats else "no repeats"
            return (
                f"{len(self.pairings)} rounds with {repeats}, worth {self.total:.3f} together. Rounds of people who "
                f"never met are worth at most {self.bound:.3f}, however they are chosen: {share:.2%} more."
            )
        return (
            f"{len(self.pairings)} rounds without repeats, worth {self.total:.3f} together. However rounds are chosen, "
            f"they are worth at most {self.bound:.3f}: at most {share:.2%} is lost by planning one after the other."
        )


def sit_outs_frame(rounds: list[tuple[str, tuple[Any, ...]]]) -> pd.DataFrame:
    """Return who sat out how often: id, times, rounds; most often first, then in the order of ids."""
    found: dict[Any, list[str]] = {}
    for name, ids in rounds:
        for id in ids:
            found.setdefault(id, []).append(name)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), isinstance(item[0], str), item[0]))
    return pd.DataFrame(
        {
            "id": pd.Series([id for id, _ in ordered], dtype=object),
            "times": pd.Series([len(names) for _, names in ordered], dtype="int64"),
            "rounds": pd.Series(["; ".join(names) for _, names in ordered], dtype=object),
        }
    )
