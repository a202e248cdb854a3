"""Who reports to whom: a tree with realistic spans of control, and the grades and years that go with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.datasets.draws import FloatArray, IndexArray, pick, stream
from peermatch.datasets.vocabulary import GRADES

__all__ = ["Tree", "grades_of", "grow_tree", "inherited", "years_of"]

_FEWEST, _MOST, _USUAL = 4, 12, 7
_SPANS = {4: 8, 5: 14, 6: 18, 7: 20, 8: 16, 9: 10, 10: 7, 11: 4, 12: 3}
_STAFF_GRADES = (22, 31, 27, 13, 5, 2)
_ABOVE_STEP = (45, 40, 15)
_TOP = len(GRADES) - 1


@dataclass(frozen=True)
class Tree:
    """A reporting tree over positions in breadth-first order: 0 is the head, and managers stand before their reports.

    Attributes
    ----------
    parent : int64 array, shape (n,)
        The position of each person's manager, never decreasing; -1 for the head.
    levels : list of slice
        Positions at each depth.
    height : int64 array, shape (n,)
        How many levels there are below each person: 0 for those who manage nobody.
    size : int64 array, shape (n,)
        How many people there are below each person, and the person.
    """

    parent: IndexArray
    levels: list[slice]
    height: IndexArray
    size: IndexArray


def grow_tree(n: int, seed: int) -> Tree:
    """Make a tree of n people in O(n). Spans of control lie between 4 and 12, or below 4 where there are too few."""
    rng = stream(seed, "tree")
    spans = _spans(n - 1, rng)
    n_managers = len(spans)
    # how many of each team manage a team themselves: all of the head's, two to five of the others' while there are
    # managers left; at least two, so that every manager has been placed before their own team is
    of_team = np.minimum(rng.integers(2, 6, n_managers), spans)
    of_team[0] = spans[0]
    before = np.cumsum(of_team) - of_team
    of_team = np.clip(n_managers - 1 - before, 0, of_team)
    team = np.repeat(np.arange(n_managers), spans)
    within = np.arange(n - 1) - np.repeat(np.cumsum(spans) - spans, spans)
    managers = np.concatenate([[0], 1 + np.flatnonzero(within < of_team[team])])
    parent = np.concatenate([[-1], managers[team]]).astype(np.int64)
    levels = _levels(parent)
    height = np.zeros(n, dtype=np.int64)
    size = np.ones(n, dtype=np.int64)
    for level in reversed(levels[1:]):
        np.maximum.at(height, parent[level], height[level] + 1)
        np.add.at(size, parent[level], size[level])
    return Tree(parent, levels, height, size)


def _spans(n_reports: int, rng: np.random.Generator) -> IndexArray:
    """Draw spans of control that add up to all who report to someone."""
    n_managers = max(1, (n_reports + _USUAL // 2) // _USUAL)
    if n_managers == 1:
        return np.array([n_reports], dtype=np.int64)
    spans = np.array(list(_SPANS))[pick(rng, list(_SPANS.values()), n_managers)]
    missing = n_reports - int(spans.sum())
    while missing:
        room = np.flatnonzero(spans < _MOST if missing > 0 else spans > _FEWEST)
        chosen = rng.permutation(room)[: abs(missing)]
        spans[chosen] += 1 if missing > 0 else -1
        missing = n_reports - int(spans.sum())
    return spans


def _levels(parent: IndexArray) -> list[slice]:
    levels = [slice(0, 1)]
    while levels[-1].stop < len(parent):
        begin = levels[-1].stop
        levels.append(slice(begin, int(np.searchsorted(parent, begin, side="left"))))
    return levels


def grades_of(tree: Tree, seed: int) -> IndexArray:
    """Return a grade (a position on the ladder) for everyone, never above their manager's.

    Managers are spread over the upper half of the ladder by how many levels there are below them. Of those who manage
    nobody nine in ten stand below their manager.
    """
    rng = stream(seed, "grade")
    n = len(tree.parent)
    manages = tree.height > 0
    between = max(1, int(tree.height[0]) - 1)
    step = (tree.height - 1) * min(3, between) // between
    wanted = np.where(manages, 3 + step + pick(rng, _ABOVE_STEP, n), pick(rng, _STAFF_GRADES, n))
    below = np.where(manages | (rng.random(n) < 0.1), 0, 1)
    grade = np.minimum(wanted, _TOP - 1)
    grade[0] = min(_TOP, 4 + int(tree.height[0]))
    for level in tree.levels[1:]:
        most = grade[tree.parent[level]] - below[level]
        grade[level] = np.clip(most, 0, grade[level])
    return grade


def years_of(grade: IndexArray, manages: npt.NDArray[np.bool_], seed: int) -> FloatArray:
    """Return years of experience: more for higher grades, with a spread; some who manage nobody have many more."""
    rng = stream(seed, "years")
    bell = (rng.random(len(grade)) + rng.random(len(grade)) + rng.random(len(grade))) / 3.0
    expert = ~manages & (rng.random(len(grade)) < 0.08)
    years = 2.6 * grade + bell * (4.0 + 1.8 * grade) + expert * (15.0 * rng.random(len(grade)))
    return np.minimum(years, 45.0)


def inherited(tree: Tree, own: IndexArray, keeps: npt.NDArray[np.bool_]) -> IndexArray:
    """Return a value for everyone that is their manager's where `keeps`, and their own where not."""
    out = own.copy()
    for level in tree.levels[1:]:
        out[level] = np.where(keeps[level], out[tree.parent[level]], own[level])
    return out
