"""Work over pairs, cut into tiles: plain tasks, run by threads of our own, or where joblib was told to run them.

Nothing else in the house knows how many threads there are.

joblib's own threads are asked every hundredth of a second whether they are done, which a thousand people would wait
for longer than for the work itself. So tiles go where joblib was told to (``joblib.parallel_config``: Dask, Ray, Spark,
processes; see `peermatch.scoring.elsewhere`) if that is anything but threads, and to a plain pool of threads if not.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_count
from peermatch.scoring.elsewhere import ask_joblib, run_elsewhere

__all__ = ["row_chunks", "run_tiles", "stream_tiles", "thread_count"]

FEWEST_CELLS, MOST_CELLS = 1 << 18, 1 << 22
"""Pairs in one task: enough to be worth handing over, and well under 0.2 s, so that Ctrl-C is seen between tasks."""

_TASKS = 8  # at least so many where there is enough to do, so that all threads end at about the same time

_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_SHARES = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))  # of version 2, of version 1

Result = TypeVar("Result")


def thread_count() -> int:
    """Return how many threads to use: the environment variable ``PEERMATCH_THREADS``, else one for each core.

    Cores that this process may not use, or that its container has no time on, do not count.

    Raises
    ------
    ValueError
        If the variable is set to anything but a whole number of at least 1.
    """
    wanted = os.environ.get("PEERMATCH_THREADS")
    if not wanted:
        return _cores()
    number = int(wanted) if wanted.strip().isdecimal() else wanted
    return check_count("peermatch", "PEERMATCH_THREADS", number, at_least=1)


def _cores() -> int:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for files in _SHARES:
        try:
            quota, period = " ".join((_CONTROL_GROUPS / name).read_text() for name in files).split()
            if int(quota) > 0:
                return max(1, min(allowed, -(-int(quota) // int(period))))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return allowed


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


def run_tiles(
    task: Callable[..., Result], tiles: Sequence[tuple[object, ...]], *, here: bool = False
) -> list[Result]:
    """Run ``task(*tile)`` for every tile and return the results in the order of the tiles; see `stream_tiles`."""
    return list(stream_tiles(task, tiles, len(tiles), here=here))


def stream_tiles(
    task: Callable[..., Result],
    tiles: Iterable[tuple[object, ...]],
    count: int,
    *,
    shared: Sequence[object] = (),
    here: bool = False,
) -> Iterator[Result]:
    """Run ``task(*shared, *tile)`` for each of `count` tiles and yield the results in the order of the tiles.

    Tiles are asked for only shortly before they run, so that they may depend on earlier results. Whoever stops asking
    for results (or presses Ctrl-C) waits for the tiles that have begun in this process, and no others.

    Parameters
    ----------
    task : callable
        A function of a module, unless it is to run here.
    tiles : iterable of tuples
    count : int
    shared : sequence
        What is the same for all tiles, and sent to a cluster once.
    here : bool
        Whether to stay in this process, whatever joblib was told: results that are as large as the work, or functions
        that another process may not know.
    """
    workers = min(thread_count(), count)
    if count > 1:
        jobs, elsewhere = ask_joblib(workers)
        if elsewhere and not here:
            yield from run_elsewhere(task, tiles, shared, jobs)
            return
        workers = workers if elsewhere else jobs
    if workers <= 1:
        for tile in tiles:
            yield task(*shared, *tile)
        return
    yield from _by_threads(task, ((*shared, *tile) for tile in tiles), workers)


def _by_threads(
    task: Callable[..., Result], tiles: Iterator[tuple[object, ...]], threads: int
) -> Iterator[Result]:
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for tile in islice(tiles, 2 * threads):
                waiting.append(pool.submit(task, *tile))
            while waiting:
                result = waiting.popleft().result()
                waiting.extend(pool.submit(task, *tile) for tile in islice(tiles, 1))
                yield result
        finally:
            for future in waiting:
                future.cancel()
