"""Tiles in other processes and on other machines: where `joblib.parallel_config` names something other than threads.

Idea
    A tile is a plain task: ``task(*shared, *tile)``. What all tiles have in common (`shared`: features, dual variables)
    is most of the bytes. A Dask cluster gets it once, and keeps it for later looks at the same pairs; Ray puts it into
    its object store once a look; processes map the large arrays from one file; Spark gets it with every batch.
Invariant
    Results come in the order of the tiles, whoever made them. Nothing that runs as a job of somebody else's
    (`joblib.Parallel` over pools, a task on a Dask worker) starts workers of its own.

Dask is used through the client that joblib's backend was given, not through `joblib.Parallel`: that one never returns
once a worker dies for good, and sends everything anew at each call.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from peermatch.errors import ConfigError, error_item
from peermatch.version import __version__

__all__ = ["ask_joblib", "run_elsewhere"]

_AHEAD = 3
"""Tiles under way for each worker: enough that none waits, few enough that later tiles profit from earlier results."""

_WINDOW = 8
"""The same where results come a list at a time, at whose end workers wait for the slowest."""

Result = TypeVar("Result")

_sent: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()  # what is on which cluster, as futures
_checked: WeakSet[Any] = WeakSet()  # clients whose workers have this version


def ask_joblib(threads: int) -> tuple[int, bool]:
    """Return how many shall work (-1: all that there are), and whether elsewhere than in threads of this process.

    Parameters
    ----------
    threads : int
        How many work here, unless joblib was told otherwise.
    """
    if _on_a_dask_worker():
        return 1, False
    if "joblib" not in sys.modules:  # nobody can have given it a backend without importing it
        return threads, False
    from joblib.parallel import SequentialBackend, ThreadingBackend, get_active_backend

    backend, jobs = get_active_backend(prefer="threads")
    if isinstance(backend, SequentialBackend) or getattr(backend, "nesting_level", None):
        return 1, False
    if isinstance(backend, ThreadingBackend):
        return threads, False
    if jobs in (None, 1):  # not said: processes are as many as threads would be, a cluster knows itself
        jobs = threads if _is_local(backend) else -1
    return jobs, jobs != 1


def _on_a_dask_worker() -> bool:
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return False
    try:
        distributed.get_worker()
    except (AttributeError, ValueError):  # half imported; not on one
        return False
    return True


def _is_local(backend: object) -> bool:
    from joblib.parallel import BACKENDS

    return type(backend) in (BACKENDS.get("loky"), BACKENDS.get("multiprocessing"))


def run_elsewhere(
    task: Callable[..., Result],
    tiles: Iterable[tuple[object, ...]],
    shared: Sequence[object],
    jobs: int,
) -> Iterator[Result]:
    """Run ``task(*shared, *tile)`` for each tile where joblib was told to; yield results in the order of the tiles.

    Parameters
    ----------
    task : callable
        A function of a module.
    tiles : iterable of tuples
        Asked for only shortly before they run.
    shared : sequence
        What is the same for all tiles; of classes that take weak references.
    jobs : int
        -1: as many as there are.
    """
    from joblib.parallel import get_active_backend

    backend, _ = get_active_backend(prefer="threads")
    client = getattr(backend, "client", None)
    if hasattr(client, "scatter"):
        return _by_dask(client, task, iter(tiles), shared, getattr(backend, "submit_kwargs", {}))
    return _by_joblib(task, iter(tiles), shared, jobs)


def _by_joblib(
    task: Callable[..., Result],
    tiles: Iterator[tuple[object, ...]],
    shared: Sequence[object],
    jobs: int,
) -> Iterator[Result]:
    """Run tiles a list at a time, which all backends can, and which can be left without a warning from joblib."""
    from joblib import Parallel, delayed, effective_n_jobs

    calls = (delayed(task)(*shared, *tile) for tile in tiles)
    # "c": large arrays that processes map from a file look as writable as here, for which kernels are compiled
    with Parallel(n_jobs=jobs, mmap_mode="c") as parallel:
        while window := list(islice(calls, _WINDOW * effective_n_jobs(jobs))):
            yield from parallel(window)


def _by_dask(
    client: Any,
    task: Callable[..., Result],
    tiles: Iterator[tuple[object, ...]],
    shared: Sequence[object],
    options: dict[str, Any],
) -> Iterator[Result]:
    _check_versions(client)
    there = [_send(client, thing) for thing in shared]

    def submitted(count: int) -> list[Any]:
        return [client.submit(task, *there, *tile, pure=False, **options) for tile in islice(tiles, count)]

    waiting: deque[Any] = deque(submitted(_AHEAD * max(1, sum(client.ncores().values()))))
    ready: list[Any] = []
    try:
        while waiting:
            waiting[0].exception()  # waits, raises nothing
            while waiting and (not ready or waiting[0].done()):
                ready.append(waiting.popleft())
            for result in client.gather(ready):
                waiting.extend(submitted(1))
                yield result
            ready.clear()
    finally:
        if unfinished := [*ready, *waiting]:
            client.cancel(unfinished)


def _send(client: Any, thing: object) -> Any:
    """Put something on all workers, unless it is there already; it goes when the original does."""
    futures = _sent.setdefault(thing, {})
    future = futures.get(client.id)
    if future is None or future.status != "finished":  # a cluster that was restarted has lost it
        future = futures[client.id] = client.scatter(thing, broadcast=True, hash=False)
    return future


def _check_versions(client: Any) -> None:
    """Refuse workers with another version: the same bytes are promised within one."""
    if client in _checked:
        return
    for worker, version in client.run(_version).items():
        if version != __version__:
            message = (
                f"The Dask worker {worker} has peermatch {version}. Install {__version__} there, as here."
            )
            raise ConfigError(
                error_item("other_version", message, id=worker, found=version, accepted=__version__)
            )
    _checked.add(client)


def _version() -> str:
    return __version__
