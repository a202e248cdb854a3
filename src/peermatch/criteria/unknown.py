"""What a similarity that is not known counts as: neither a match nor a mismatch.

It counts as the lower quartile of that criterion among the known ordered pairs, in that direction, so that an empty
profile does not earn a better partner than an honest one. The quartile is fixed at fit from a deterministic sample.
"""

from __future__ import annotations

from math import fsum, gcd

import numpy as np
import numpy.typing as npt

from peermatch.criteria.measures import Measure

__all__ = ["UNKNOWN_CHOICES", "fill_values", "sample_pairs"]

UNKNOWN_CHOICES = ("quartile", "mean", "zero")

_SAMPLE = 1 << 21  # "at least two million where there are that many"
_PIECE = 1 << 16  # pairs asked at once: features of both people are gathered for each
_TILE = 1 << 18
_GOLDEN = 0.6180339887498949

Floats = npt.NDArray[np.float64]
Gates = tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]


def sample_pairs(
    shape: tuple[int, int], *, one_pool: bool, size: int = _SAMPLE
) -> tuple[npt.NDArray[np.int64], ...]:
    """Return a deterministic, evenly spread sample of ordered pairs without repeats; all of them where they are few.

    Parameters
    ----------
    shape : (int, int)
    one_pool : bool
        Leave out everyone with themselves.
    size : int
        How many, where there are more.

    Returns
    -------
    u, v : int64 arrays

    Examples
    --------
    >>> u, v = sample_pairs((3, 3), one_pool=True)
    >>> len(u)
    6
    """
    rows, columns = shape
    per_row = columns - 1 if one_pool else columns
    total = rows * max(0, per_row)
    if total <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if total <= size:
        code = np.arange(total, dtype=np.int64)
    else:
        # steps of the golden section that share no factor with `total` visit distinct pairs, spread over all rows
        step = int(total * _GOLDEN)
        while gcd(step, total) != 1:
            step += 1
        code = _stepped(step, total, size)
    u, v = code // per_row, code % per_row
    return u, v + (v >= u) if one_pool else v


def _stepped(step: int, total: int, size: int) -> npt.NDArray[np.int64]:
    """Return (k * step) mod total for k below size, in pieces small enough for int64."""
    piece = max(1, min(size, (2**62) // total))
    base = (np.arange(piece, dtype=np.int64) * np.int64(step)) % total
    starts = [(start * step) % total for start in range(0, size, piece)]
    return np.concatenate([(base + start) % total for start in starts])[:size]


def fill_values(
    measure: Measure,
    shape: tuple[int, int],
    *,
    one_pool: bool,
    gates: Gates,
    unknown: str,
) -> tuple[float, float]:
    """Return what "not known" counts as, as the left and as the right person sees it.

    Parameters
    ----------
    measure : Measure
    shape : (int, int)
    one_pool : bool
        Then both directions are one.
    gates : pair of bool arrays
        Who has this criterion switched on.
    unknown : {"quartile", "mean", "zero"}
    """
    if unknown == "zero":
        return 0.0, 0.0
    rows, columns = shape
    ask = _everyone if rows * (columns - one_pool) <= _SAMPLE else _sample
    forward, backward = ask(measure, shape, one_pool, gates)
    left = _summary(forward, unknown)
    return left, (left if one_pool else _summary(backward, unknown))


def _sample(measure: Measure, shape: tuple[int, int], one_pool: bool, gates: Gates) -> tuple[Floats, Floats]:
    """Return forward and backward similarity of a sample of pairs, for those who have the criterion switched on."""
    u, v = sample_pairs(shape, one_pool=one_pool)
    parts = [measure.pairs(u[k : k + _PIECE], v[k : k + _PIECE]) for k in range(0, len(u), _PIECE)]
    forward = np.concatenate([np.zeros(0), *(part[0] for part in parts)])
    backward = np.concatenate([np.zeros(0), *(part[1] for part in parts)])
    return forward[gates[0][u]], backward[gates[1][v]]


def _everyone(
    measure: Measure, shape: tuple[int, int], one_pool: bool, gates: Gates
) -> tuple[Floats, Floats]:
    """The same for all pairs, by tiles: the same numbers, several times as fast as pair by pair."""
    columns = np.arange(shape[1], dtype=np.int64)
    forward, backward = [np.zeros(0)], [np.zeros(0)]
    step = max(1, _TILE // max(1, shape[1]))
    for start in range(0, shape[0], step):
        rows = np.arange(start, min(start + step, shape[0]), dtype=np.int64)
        tiles = measure.tile(rows, columns)
        other = (
            rows[:, None] != columns[None, :] if one_pool else np.ones((len(rows), len(columns)), dtype=bool)
        )
        forward.append(tiles[0][other & gates[0][rows][:, None]])
        if not one_pool:
            backward.append(tiles[1][other & gates[1][columns][None, :]])
    return np.concatenate(forward), np.concatenate(backward)


def _summary(values: Floats, unknown: str) -> float:
    known = values[~np.isnan(values)]
    if known.size == 0:
        return 0.0
    if unknown == "mean":
        return fsum(known.tolist()) / known.size
    lower = (known.size - 1) // 4
    return float(np.partition(known, lower)[lower])
