"""Tiles in threads and in processes: the same bytes, and nobody starts workers inside workers."""

from __future__ import annotations

import operator

import joblib
import numpy as np
import pytest

import peermatch as pm
from peermatch.problem import Control
from peermatch.scoring import elsewhere, run_tiles
from peermatch.scoring.tiles import stream_tiles
from support import cohorts
from support.elsewhere import PEOPLE, guides_of, lazy_scores, looks, matched, prices_of, tiles_stay_here

# Python warns of forks beside threads, and "multiprocessing" is one
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture(params=["one thread", "two threads", "loky", "multiprocessing"])
def place(request, monkeypatch):
    """Run the test's tiles in one of the places."""
    monkeypatch.setenv("PEERMATCH_THREADS", "1" if request.param == "one thread" else "2")
    if request.param.endswith(("thread", "threads")):
        yield request.param
        return
    with joblib.parallel_config(backend=request.param):
        yield request.param


@pytest.fixture(scope="module", params=["one pool", "two sides"])
def scores(request):
    return lazy_scores(request.param == "two sides")


@pytest.fixture(scope="module")
def expected_looks(scores):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEERMATCH_THREADS", "1")
        return looks(scores)


@pytest.fixture(scope="module")
def expected_match():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEERMATCH_THREADS", "1")
        return matched(PEOPLE + 1)


def test_looks_through_all_pairs_are_the_same_bytes(place, scores, expected_looks):
    assert looks(scores) == expected_looks


def test_a_whole_match_is_the_same_bytes(place, expected_match):
    assert matched(PEOPLE + 1) == expected_match


def test_large_tables_that_processes_map_from_a_file_are_as_good(monkeypatch, scores, expected_looks):
    monkeypatch.setenv("PEERMATCH_THREADS", "2")
    with joblib.parallel_config(backend="loky", max_nbytes=100):
        assert looks(scores) == expected_looks


def test_functions_of_a_users_own_stay_here(place, monkeypatch):
    older = pm.custom(lambda me, you: 1.0 * (me["age"] > you["age"]), "age")  # what a plain pickle refuses
    scores, _, _ = cohorts.lazy(cohorts.one_pool(30), [older])
    monkeypatch.setattr("peermatch.scoring.tiles.FEWEST_CELLS", 60)
    monkeypatch.setattr("peermatch.scoring.tiles.MOST_CELLS", 60)
    block = scores.block(np.arange(30))
    assert np.array_equal(scores.top(3).scores, np.sort(block, axis=1)[:, :-4:-1])


@pytest.mark.parametrize("backend", ["threading", "loky", "multiprocessing"])
def test_jobs_start_no_workers_of_their_own(backend, monkeypatch):
    monkeypatch.setenv("PEERMATCH_THREADS", "2")
    with joblib.parallel_config(backend=backend, n_jobs=2):
        assert all(joblib.Parallel()(joblib.delayed(tiles_stay_here)() for _ in range(3)))


def test_later_tiles_may_depend_on_earlier_results(monkeypatch):
    monkeypatch.setattr(elsewhere, "_WINDOW", 2)
    known = []
    with joblib.parallel_config(backend="loky", n_jobs=2):
        for result in stream_tiles(operator.neg, ((len(known),) for _ in range(10)), 10):
            known.append(result)  # noqa: PERF402 (the next tiles look at it)
    assert known == [0, 0, 0, 0, -4, -4, -4, -4, -8, -8]


def test_what_a_task_raises_is_raised(place):
    with pytest.raises(ZeroDivisionError):
        run_tiles(operator.truediv, [(k, 5 - k) for k in range(20)])
    assert run_tiles(operator.truediv, [(4, 2), (6, 2)]) == [2.0, 3.0]


def test_a_look_that_is_stopped_says_so_and_the_next_one_is_whole(place, scores, expected_looks):
    stopped = Control(cancel=lambda: True)
    assert not scores.best_partners(5, guides_of(scores), stopped).complete
    assert scores.price(prices_of(scores), stopped) is None
    assert looks(scores) == expected_looks
