"""Invented people and how their invented pairs went, with planted weights that learning should find again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

import peermatch as pm
from peermatch.cohort import Cohort
from peermatch.criteria import Sides, fit_and_compile
from peermatch.programme.learning.model import mutual_score

__all__ = ["CRITERIA", "Planted", "people_of"]

CRITERIA = (
    pm.near("years", scale=4, name="years"),
    pm.above("level", by=(1, 4), name="level"),
    pm.complement(offers="offers", seeks="seeks", name="help"),
    pm.same("site", name="site"),
)


def people_of(rng: np.random.Generator, n: int, *, missing: float = 0.1) -> pd.DataFrame:
    """Return a table of invented people."""
    words = np.array(["law", "tax", "art", "code", "talk", "plan"])

    def some(k: int) -> list[str]:
        return [";".join(rng.choice(words, size=k, replace=False)) for _ in range(n)]

    frame = pd.DataFrame(
        {
            "id": [f"p{k:03d}" for k in range(n)],
            "years": rng.integers(0, 15, n).astype(float),
            "level": rng.integers(0, 9, n).astype(float),
            "offers": some(3),
            "seeks": some(2),
            "site": rng.choice(["Oslo", "Rome", "Bonn"], n),
            "kind": rng.choice(["x", "y"], n),
        }
    )
    for name in ("years", "level", "seeks"):
        frame[name] = frame[name].astype(object).where(rng.random(n) >= missing, None)
    return frame


@dataclass(frozen=True, eq=False)
class Planted:
    """A history whose truth is known.

    Parameters
    ----------
    seed, n, rounds : int
    weights : sequence of float
        Planted, one for each of `CRITERIA`.
    signal : float
        How much a utility of 1 adds to a rating.
    noise, person, pair, season : float
        Standard deviations: of a rating; of what a person adds to every rating they give, of what both of a pair share,
        and of a round's level.
    outcome : {"rating", "liked", "pair", "pair_liked"}
        Of each side, or of the pair.
    mutual : str
        By which outcomes of pairs are made.
    """

    seed: int
    n: int = 60
    rounds: int = 8
    weights: Sequence[float] = (3, 2, 1, 0)
    signal: float = 3.0
    noise: float = 1.0
    person: float = 0.5
    pair: float = 0.3
    season: float = 0.5
    outcome: str = "rating"
    mutual: str = "geometric"

    @property
    def shares(self) -> np.ndarray:
        """The planted weights, adding up to 1."""
        return np.array(self.weights, dtype=float) / sum(self.weights)

    @cached_property
    def people(self) -> pd.DataFrame:
        """The people."""
        return people_of(np.random.default_rng([self.seed, 1]), self.n)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """The table of outcomes: pairs by lot in every round."""
        rng = np.random.default_rng([self.seed, 2])
        order = np.concatenate(
            [rng.permutation(self.n)[: self.n // 2 * 2].reshape(-1, 2) for _ in range(self.rounds)]
        )
        u, v = order.T
        when = np.repeat(np.arange(self.rounds), self.n // 2)
        own, other = self.utilities(u, v)
        level = rng.normal(0, self.season, self.rounds)[when] + rng.normal(0, self.pair, len(u))
        lean = rng.normal(0, self.person, self.n)
        frame = pd.DataFrame(
            {
                "round": [f"r{k:02d}" for k in when],
                "a": [f"p{k:03d}" for k in u],
                "b": [f"p{k:03d}" for k in v],
            }
        )

        def told(utility: np.ndarray, leaning: np.ndarray) -> np.ndarray:
            line = level + leaning + self.signal * utility
            if self.outcome.endswith("liked"):
                chance = 1 / (1 + np.exp(-(line - self.signal * utility.mean())))
                return np.where(rng.random(len(line)) < chance, "yes", "no")
            return 3 + line + rng.normal(0, self.noise, len(line))

        if self.outcome.startswith("pair"):
            both = mutual_score(own, other, self.mutual)[0]
            frame["liked" if self.outcome.endswith("liked") else "rating"] = told(
                both, (lean[u] + lean[v]) / 2
            )
        else:
            frame[f"{self.outcome}_a"], frame[f"{self.outcome}_b"] = told(own, lean[u]), told(other, lean[v])
        return frame

    def utilities(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what each pairing is worth to both people, by the planted weights."""
        sides = Sides(Cohort.of(self.people, "id"), None, ("a", "b"))
        own, other = np.zeros(len(u)), np.zeros(len(u))
        for criterion, share in zip(CRITERIA, self.shares, strict=True):
            part = fit_and_compile(criterion, sides)[1]
            forward, backward = part.measure.pairs(u, v)
            own += share * np.where(np.isnan(forward), part.fills[0], forward)
            other += share * np.where(np.isnan(backward), part.fills[1], backward)
        return own, other
