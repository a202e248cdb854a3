"""Random draws that come out the same on every platform: uniform numbers, comparisons and plain arithmetic only."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "FloatArray",
    "IndexArray",
    "TextArray",
    "joined",
    "pick",
    "popularity",
    "stream",
    "take",
    "with_holes",
    "without_repeats",
]

IndexArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
TextArray = npt.NDArray[np.object_]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of one column, so that a new column leaves all others as they were."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def popularity(n: int) -> FloatArray:
    """Return Zipf's weights 1, 1/2, 1/3, ..."""
    weights: FloatArray = 1.0 / np.arange(1, n + 1)
    return weights


def pick(rng: np.random.Generator, weights: npt.ArrayLike, shape: int | tuple[int, ...]) -> IndexArray:
    """Draw indices in proportion to weights, by the inverse of the cumulative distribution."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(steps, rng.random(shape) * steps[-1], side="right")
    picks: IndexArray = np.minimum(found, len(steps) - 1).astype(np.int64)
    return picks


def take(words: Sequence[str] | Mapping[str, object], codes: IndexArray) -> TextArray:
    """Return the word for every code; equal words are one object, so that a million of them take eight megabytes."""
    table: TextArray = np.array(list(words), dtype=object)
    return table[codes]


def without_repeats(picks: IndexArray) -> IndexArray:
    """Return an array in which what a row holds already, further left, is replaced by -1. Takes O(rows columns^2)."""
    out = picks.copy()
    for j in range(1, picks.shape[1]):
        out[(picks[:, :j] == picks[:, j : j + 1]).any(axis=1), j] = -1
    return out


def joined(words: Sequence[str], picks: IndexArray, separator: str = ";") -> TextArray:
    """Join each row's words; -1 stands for none."""
    table = np.array([*words, ""], dtype=object)
    columns: Iterable[list[str]] = (table[picks[:, j]].tolist() for j in range(picks.shape[1]))
    cells = [separator.join(filter(None, row)) for row in zip(*columns, strict=True)]
    out = np.empty(len(cells), dtype=object)
    out[:] = cells
    return out


def with_holes(values: TextArray, holes: npt.NDArray[np.bool_]) -> TextArray:
    """Return a copy in which some values are missing (None)."""
    out = values.copy()
    out[holes] = None
    return out
