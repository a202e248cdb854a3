"""One scan over all allowed pairs: where the dual inequality fails, and what else only a scan can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, IntArray, Problem, first_places
from peermatch.verify.forest import BlossomForest
from peermatch.verify.proof import SHOWN

__all__ = ["Scan", "row_blocks", "scan_pairs"]

_CELLS_PER_BLOCK = 1 << 20
_ROOM = 2**62
_HIGHEST = int(np.iinfo(np.int64).max)


@dataclass
class Scan:
    """What one look at every allowed pair found.

    Attributes
    ----------
    n_pairs : int
        Allowed pairs of people, each counted once however many places the two have.
    lowest, highest : int or None
        Their lowest and highest score; None where no pair is allowed.
    most_pairs : int
        No matching has more pairs, going by who has anyone to be paired with at all.
    n_broken : int
        Pairs with a negative slack.
    broken : list of (int, int, int)
        The first of them: vertex positions in their sides, and the slack in units of 1/scale.
    """

    n_pairs: int = 0
    lowest: int | None = None
    highest: int | None = None
    most_pairs: int = 0
    n_broken: int = 0
    broken: list[tuple[int, int, int]] = field(default_factory=list)


def row_blocks(n_rows: int, n_columns: int, *, multiple: int = 1) -> Iterator[IntArray]:
    """Cut rows into blocks of about a million cells, so that memory stays linear in the number of people."""
    step = max(1, _CELLS_PER_BLOCK // max(1, n_columns) // multiple) * multiple
    for begin in range(0, n_rows, step):
        yield np.arange(begin, min(n_rows, begin + step), dtype=np.int64)


def scan_pairs(
    problem: Problem,
    duals: IntArray,
    forest: BlossomForest | None,
    scale: int,
    bonus: int,
    places: tuple[IntArray, IntArray],
) -> Scan:
    """Compute y(u) + y(v) + (z of the blossoms around both) - scale (w(u,v) + bonus) on every allowed pair.

    Whole numbers only: int64 where every term fits with room to spare, Python integers where not. Reads the
    scores once, by blocks of rows; of one pool the part above the diagonal counts.

    Parameters
    ----------
    problem : Problem
        Without capacities (`Problem.one_place_each`).
    duals : int64 array, shape (n_vertices,)
    forest : BlossomForest, optional
    scale, bonus : int
    places : pair of int64 arrays
        Whose place each row and column is.

    Returns
    -------
    Scan
    """
    n_rows, n_columns = problem.scores.shape
    offset = n_rows if problem.two_sided else 0
    greatest = 2 * max((abs(y) for y in duals.tolist()), default=0) + (forest.greatest if forest else 0)
    fresh_rows, fresh_columns = (first_places(part) for part in places)
    seen_rows, seen_columns = np.zeros(n_rows, dtype=bool), np.zeros(n_columns, dtype=bool)
    scan = Scan()
    for rows in row_blocks(n_rows, n_columns):
        first = 0 if problem.two_sided else int(rows[0])
        weights = problem.scores.block(rows)[:, first:]
        allowed = weights != FORBIDDEN
        if not problem.two_sided:
            allowed &= np.tri(len(rows), weights.shape[1], 0, dtype=bool) ^ True
        if not allowed.any():
            continue
        seen_rows[rows] |= allowed.any(axis=1)
        seen_columns[first:] |= allowed.any(axis=0)
        scan.n_pairs += int(np.count_nonzero(allowed[fresh_rows[rows]][:, fresh_columns[first:]]))
        low, high = _extend(scan, weights, allowed)
        fits = greatest + scale * (max(abs(low), abs(high)) + abs(bonus)) < _ROOM
        dtype = np.int64 if fits else object
        columns = slice(offset + first, offset + n_columns)
        slack = _slack(np.where(allowed, weights, 0), duals[rows], duals[columns], scale, bonus, dtype)
        if forest is not None and forest.sizes:
            inside, common = forest.common(rows, columns, dtype)
            slack[inside] += common
        _record(scan, rows, first, slack, allowed)
    scan.most_pairs = (
        min(int(seen_rows.sum()), int(seen_columns.sum()))
        if problem.two_sided
        else int((seen_rows | seen_columns).sum()) // 2
    )
    return scan


def _extend(scan: Scan, weights: IntArray, allowed: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Return the lowest and the highest score of a block."""
    low = int(np.where(allowed, weights, _HIGHEST).min())
    high = int(np.where(allowed, weights, FORBIDDEN).max())
    scan.lowest = low if scan.lowest is None else min(scan.lowest, low)
    scan.highest = high if scan.highest is None else max(scan.highest, high)
    return low, high


def _slack(
    weights: IntArray, of_rows: IntArray, of_columns: IntArray, scale: int, bonus: int, dtype: npt.DTypeLike
) -> npt.NDArray[Any]:
    slack = weights.astype(dtype, copy=False)
    slack = slack + bonus
    slack *= -scale
    slack += of_columns.astype(dtype)[None, :]
    slack += of_rows.astype(dtype)[:, None]
    return slack


def _record(
    scan: Scan, rows: IntArray, first: int, slack: npt.NDArray[Any], allowed: npt.NDArray[np.bool_]
) -> None:
    broken = np.asarray(slack < 0, dtype=bool) & allowed
    found = int(np.count_nonzero(broken))
    if found and len(scan.broken) < SHOWN:
        u, v = np.nonzero(broken)
        for i, j in zip(u[:SHOWN].tolist(), v[:SHOWN].tolist(), strict=True):
            scan.broken.append((int(rows[i]), first + j, int(slack[i, j])))
        del scan.broken[SHOWN:]
    scan.n_broken += found
