"""How many threads there are, and who runs the tiles."""

from __future__ import annotations

import os
import threading

import joblib
import numpy as np
import pytest

from peermatch.scoring import run_tiles, thread_count, tiles


def test_results_come_in_the_order_of_the_tiles(monkeypatch):
    for threads in ("1", "3"):
        monkeypatch.setenv("PEERMATCH_THREADS", threads)
        assert run_tiles(lambda a, b: (a, b), [(k, -k) for k in range(40)]) == [(k, -k) for k in range(40)]
    assert run_tiles(lambda: 1, []) == []


def test_several_threads_work_at_once(monkeypatch):
    monkeypatch.setenv("PEERMATCH_THREADS", "2")
    both = threading.Barrier(2, timeout=60)
    assert sorted(run_tiles(lambda k: both.wait() * 0 + k, [(1,), (2,)])) == [1, 2]


def test_what_a_task_raises_is_raised(monkeypatch):
    def refuse(k):
        raise KeyError(k)

    for threads in ("1", "2"):
        monkeypatch.setenv("PEERMATCH_THREADS", threads)
        with pytest.raises(KeyError):
            run_tiles(refuse, [(k,) for k in range(5)])


def test_joblib_runs_the_tiles_where_it_was_given_another_backend(monkeypatch):
    monkeypatch.setenv("PEERMATCH_THREADS", "2")
    with joblib.parallel_config(backend="loky"):
        assert os.getpid() not in run_tiles(os.getpid, [(), ()])
    for backend in ("threading", "sequential"):
        with joblib.parallel_config(backend=backend):
            assert run_tiles(os.getpid, [(), ()]) == [os.getpid()] * 2


@pytest.mark.parametrize("wanted", ["0", "-1", "two", "1.5"])
def test_a_number_of_threads_that_is_none_is_refused(monkeypatch, wanted):
    monkeypatch.setenv("PEERMATCH_THREADS", wanted)
    with pytest.raises(ValueError, match="PEERMATCH_THREADS"):
        thread_count()


@pytest.mark.parametrize(
    ("files", "threads"),
    [
        ({}, 8),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "250000 100000\n"}, 3),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "9900000 100000\n"}, 8),
        ({"cpu.max": "what?"}, 8),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2),
    ],
)
def test_a_container_has_as_many_threads_as_it_has_time_for(monkeypatch, tmp_path, files, threads):
    monkeypatch.delenv("PEERMATCH_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr(tiles, "_CONTROL_GROUPS", tmp_path)
    (tmp_path / "cpu").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert thread_count() == threads


def test_chunks_hold_every_row_once():
    for rows, columns in ((0, 5), (1, 1), (1000, 1000), (7, 1 << 23)):
        chunks = tiles.row_chunks(rows, columns)
        assert np.concatenate([np.zeros(0, np.int64), *chunks]).tolist() == list(range(rows))
