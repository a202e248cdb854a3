"""Work over pairs, cut into tiles: plain tasks, run by joblib.

Nothing else in the house knows how many threads there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from joblib import Parallel, cpu_count, delayed

from peermatch.checks import check_count

__all__ = ["row_chunks", "run_tiles", "stream_tiles", "thread_count"]

FEWEST_CELLS, MOST_CELLS = 1 << 18, 1 << 22
"""Pairs in one task: enough to be worth handing over, and well under 0.2 s, so that Ctrl-C is seen between tasks."""

_TASKS = 8  # at least so many where there is enough to do, so that all threads end at about the same time

Result = TypeVar("Result")


def thread_count() -> int:
    """Return how many threads to use: the environment variable ``PEERMATCH_THREADS``, else one for each core.

    Raises
    ------
    ValueError
        If the variable is set to anything but a whole number of at least 1.
    """
    wanted = os.environ.get("PEERMATCH_THREADS")
    if not wanted:
        return int(cpu_count())
    number = int(wanted) if wanted.strip().isdecimal() else wanted
    return check_count("peermatch", "PEERMATCH_THREADS", number, at_least=1)


def row_chunks(rows: int, columns: int, *, cells: int | None = None) -> list[npt.NDArray[np.int64]]:
    """Cut rows into consecutive chunks of about `cells` pairs each; of a size that suits the work where not given.

    Examples
    --------
    >>> [len(chunk) for chunk in row_chunks(5, 10, cells=20)]
    [2, 2, 1]
    """
    if cells is None:
        cells = min(MOST_CELLS, max(FEWEST_CELLS, rows * columns // _TASKS))
    step = max(1, cells // max(1, columns))
    return [np.arange(start, min(rows, start + step), dtype=np.int64) for start in range(0, rows, step)]


def run_tiles(task: Callable[..., Result], tiles: Sequence[tuple[object, ...]]) -> list[Result]:
    """Run ``task(*tile)`` for every tile and return the results in the order of the tiles."""
    threads = min(thread_count(), len(tiles))
    if threads <= 1:
        return [task(*tile) for tile in tiles]
    return list(Parallel(n_jobs=threads, prefer="threads")(delayed(task)(*tile) for tile in tiles))


def stream_tiles(
    task: Callable[..., Result], tiles: Iterable[tuple[object, ...]], count: int
) -> Iterator[Result]:
    """Run ``task(*tile)`` for each of `count` tiles and yield the results in the order of the tiles.

    Tiles are asked for only shortly before they run, so that they may depend on earlier results.
    """
    threads = min(thread_count(), count)
    if threads <= 1:
        for tile in tiles:
            yield task(*tile)
        return
    pool = Parallel(n_jobs=threads, prefer="threads", return_as="generator", pre_dispatch=2 * threads)
    yield from pool(delayed(task)(*tile) for tile in tiles)
