"""Tiles on a local Dask cluster of two processes: the same bytes, features sent once, failures that come through."""

from __future__ import annotations

import operator
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import joblib
import pytest

from peermatch.criteria.program import Programs
from peermatch.errors import ConfigError
from peermatch.problem import Control
from peermatch.scoring import elsewhere, run_tiles
from peermatch.scoring.tiles import stream_tiles
from support.elsewhere import (
    PEOPLE,
    Shared,
    count_programs,
    guides_of,
    lazy_scores,
    less,
    looks,
    matched,
    prices_of,
    tiles_stay_here,
)

if os.environ.get("CI"):  # where it must not be missing
    import dask
    import distributed
else:
    distributed = pytest.importorskip("distributed", reason="Dask is missing: pip install 'peermatch[dask]'")
    dask = pytest.importorskip("dask")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "more-machines.md"


def local_cluster():
    """Start two worker processes; no port is fixed, so that runs don't meet."""
    return distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    )


@pytest.fixture(scope="module")
def client():
    with local_cluster() as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture
def on_dask(client, monkeypatch):
    monkeypatch.setenv("PEERMATCH_THREADS", "2")
    with joblib.parallel_config(backend="dask"):
        yield client


def in_threads(monkeypatch, work, threads):
    """Return what the work gives in threads of this process."""
    with monkeypatch.context() as patch, joblib.parallel_config(backend="threading"):
        patch.setenv("PEERMATCH_THREADS", threads)
        return work()


@pytest.mark.parametrize("two_sided", [False, True])
def test_looks_through_all_pairs_are_the_same_bytes(two_sided, on_dask, monkeypatch):
    scores = lazy_scores(two_sided)
    expected = in_threads(monkeypatch, lambda: looks(scores), "1")
    assert in_threads(monkeypatch, lambda: looks(scores), "2") == expected
    assert looks(scores) == expected


def test_a_whole_match_is_the_same_bytes(on_dask, monkeypatch):
    expected = in_threads(monkeypatch, lambda: matched(PEOPLE + 1), "1")
    assert in_threads(monkeypatch, lambda: matched(PEOPLE + 1), "2") == expected
    assert matched(PEOPLE + 1) == expected


# ---- what travels ---------------------------------------------------------------------------------------


def test_features_travel_once_and_tiles_and_results_are_small(on_dask, monkeypatch):
    people = PEOPLE + 3  # a number of its own, by which workers know these features
    scores, pickled, tiles, results = lazy_scores(people=people), [], [], []
    submit, gather = on_dask.submit, on_dask.gather

    def counted(programs):
        pickled.append(programs)
        return vars(programs)

    def submitted(task, *arguments, **options):
        shared = [part for part in arguments if isinstance(part, distributed.Future)]
        assert len(shared) == 2  # features, and what partners cost or duals
        tiles.append(len(pickle.dumps([part for part in arguments if part not in shared])))
        return submit(task, *arguments, **options)

    def gathered(futures):
        found = gather(futures)
        results.extend(len(pickle.dumps(result)) for result in found)
        return found

    monkeypatch.setattr(Programs, "__getstate__", counted, raising=False)
    monkeypatch.setattr(on_dask, "submit", submitted)
    monkeypatch.setattr(on_dask, "gather", gathered)
    first = looks(scores)
    assert looks(scores) == first
    assert len(pickled) == 1
    # a worker that was given no tile needs no features
    assert max(on_dask.run(count_programs, people).values()) == 1
    assert len(tiles) == len(results) >= 6 * 6  # six tiles, three looks, twice
    # a number for each of a tile's 512 people on the way there, the best 7 of each on the way back
    assert max(tiles) < 512 * 8 * 1.5
    assert max(results) < 512 * 8 * 7 * 1.5
    assert scores.programs.__sizeof__() > 50 * max(tiles)


def test_what_is_shared_is_sent_again_where_it_was_lost_and_goes_with_the_original(on_dask):
    shared = Shared(40)
    for _ in range(3):
        assert list(stream_tiles(less, [(1,), (2,)], 2, shared=(shared,))) == [39, 38]
    assert shared.sent == 1
    on_dask.cancel(elsewhere._sent[shared][on_dask.id])  # as when a cluster is restarted
    assert list(stream_tiles(less, [(3,), (4,)], 2, shared=(shared,))) == [37, 36]
    assert shared.sent == 2
    before = len(elsewhere._sent)
    del shared
    assert len(elsewhere._sent) == before - 1


# ---- who works ------------------------------------------------------------------------------------------


def test_one_core_here_does_not_keep_tiles_from_a_cluster(on_dask, monkeypatch):
    monkeypatch.setenv("PEERMATCH_THREADS", "1")
    assert os.getpid() not in run_tiles(os.getpid, [(), ()])
    assert run_tiles(os.getpid, [(), ()], here=True) == [os.getpid()] * 2


def test_jobs_start_no_workers_of_their_own(on_dask):
    assert all(joblib.Parallel()(joblib.delayed(tiles_stay_here)() for _ in range(3)))
    assert on_dask.submit(tiles_stay_here, pure=False).result()


# ---- stopping and failing -------------------------------------------------------------------------------


def test_what_a_task_raises_is_raised(on_dask):
    with pytest.raises(ZeroDivisionError):
        run_tiles(operator.truediv, [(k, 5 - k) for k in range(20)])
    assert run_tiles(operator.truediv, [(4, 2), (6, 2)]) == [2.0, 3.0]


def test_a_look_that_is_stopped_says_so_and_the_next_one_is_whole(on_dask, monkeypatch):
    scores, stopped = lazy_scores(), Control(cancel=lambda: True)
    assert not scores.best_partners(5, guides_of(scores), stopped).complete
    assert scores.price(prices_of(scores), stopped) is None
    assert looks(scores) == in_threads(monkeypatch, lambda: looks(scores), "1")


def test_workers_with_another_version_are_refused(on_dask, monkeypatch):
    monkeypatch.setattr(elsewhere, "__version__", "0.0.9")
    elsewhere._checked.discard(on_dask)
    with pytest.raises(ConfigError, match=r"Install 0\.0\.9 there"):
        run_tiles(operator.neg, [(1,), (2,)])


def test_a_worker_that_dies_for_good_is_an_error_and_no_endless_wait():
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        local_cluster() as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
        pytest.raises(distributed.scheduler.KilledWorker),
    ):
        run_tiles(os._exit, [(1,), (1,)])


# ---- the page -------------------------------------------------------------------------------------------


def scripts():
    """Return the page's scripts for what is installed here: those for Ray and Spark are not."""
    found = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    return [text for text in found if "__main__" in text]


@pytest.mark.parametrize("place", range(3))
def test_scripts_of_the_page_run(place, tmp_path):
    script = tmp_path / "pair.py"
    script.write_text(scripts()[place], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Proved over all" in done.stdout
