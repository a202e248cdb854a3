"""Synthetic people and what pairs of them are worth, in plain NumPy, apart from the library that is measured.

Nobody here is real. A score mixes closeness in years of experience and in working hours, closeness of interests,
shared skills, and whether departments differ, as a whole number on the 2**-30 grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.instances import Graph, IntArray, stream

__all__ = ["People", "candidate_graph", "full_graph", "make_people", "score_pairs"]

_ONE = 2.0**30
_SKILLS = 16
_POPCOUNT = np.array([bin(bits).count("1") for bits in range(1 << _SKILLS)], dtype=np.int64)
_SHORTLIST = 64
"""Neighbours in experience, hours and interests, among which the best by full score are sought."""


@dataclass(frozen=True, eq=False)
class People:
    """What is known about each person: numbers, interests (a point in three dimensions), skills and a code."""

    years: npt.NDArray[np.float64]
    hours: npt.NDArray[np.float64]
    interests: npt.NDArray[np.float64]
    skills: IntArray
    department: IntArray

    def __len__(self) -> int:
        return len(self.years)


def make_people(n: int, seed: int) -> People:
    """Invent n people: experience is skewed, departments and skills are as unequally popular as in life."""
    rng = stream(seed, "people")
    popular = 1.0 / (2.0 + np.arange(_SKILLS))
    has = rng.random((n, _SKILLS)) < 0.2 + popular
    return People(
        years=np.round(rng.gamma(2.0, 6.0, n), 1),
        hours=rng.choice([-8.0, 0.0, 1.0, 5.5], n, p=[0.2, 0.35, 0.35, 0.1]) + rng.normal(0, 1, n),
        interests=rng.normal(0, 1, (n, 3)),
        skills=(has << np.arange(_SKILLS)).sum(axis=1).astype(np.int64),
        department=np.minimum(rng.geometric(0.2, n), 12).astype(np.int64),
    )


def score_pairs(people: People, u: IntArray, v: IntArray) -> IntArray:
    """Return the scores of the listed pairs, at least 1 and at most 2**30; symmetric."""
    near = np.maximum(0.0, 1.0 - np.abs(people.years[u] - people.years[v]) / 10.0)
    awake = np.maximum(0.0, 1.0 - np.abs(people.hours[u] - people.hours[v]) / 8.0)
    apart = np.sqrt(np.square(people.interests[u] - people.interests[v]).sum(axis=-1))
    shared = _POPCOUNT[people.skills[u] & people.skills[v]]
    either = np.maximum(1, _POPCOUNT[people.skills[u] | people.skills[v]])
    other = people.department[u] != people.department[v]
    total = 0.3 * near + 0.15 * awake + 0.25 / (1.0 + apart) + 0.2 * shared / either + 0.1 * other
    return np.maximum(1, np.rint(total * _ONE)).astype(np.int64)


def candidate_graph(n: int, seed: int, k: int = 16) -> Graph:
    """Join everybody to their k best among their 64 neighbours in experience, hours and interests."""
    from scipy.spatial import cKDTree

    people = make_people(n, seed)
    place = np.column_stack([people.years * 0.3, people.hours * 0.2, people.interests])
    wanted = min(n, _SHORTLIST + 1)
    near = cKDTree(place).query(place, k=wanted)[1].astype(np.int64)
    u = np.broadcast_to(np.arange(n)[:, None], near.shape)
    score = np.empty(near.shape, dtype=np.int64)
    for first in range(0, n, 4096):
        rows = slice(first, first + 4096)
        score[rows] = score_pairs(people, u[rows], near[rows])
    score[near == u] = -1
    best = np.argsort(-score, axis=1, kind="stable")[:, : min(k, n - 1)]
    v, weight = np.take_along_axis(near, best, axis=1), np.take_along_axis(score, best, axis=1)
    u = u[:, : best.shape[1]]
    low, high = np.minimum(u, v).ravel(), np.maximum(u, v).ravel()
    keys, first_at = np.unique(low * n + high, return_index=True)
    return keys // n, keys % n, weight.ravel()[first_at]


def full_graph(n: int, seed: int) -> Graph:
    """Join everybody to everybody."""
    people = make_people(n, seed)
    u, v = (ends.astype(np.int64) for ends in np.triu_indices(n, 1))
    weight = np.empty(len(u), dtype=np.int64)
    for first in range(0, len(u), 1 << 18):
        part = slice(first, first + (1 << 18))
        weight[part] = score_pairs(people, u[part], v[part])
    return u, v, weight
