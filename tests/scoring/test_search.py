"""The search over all pairs: everybody's best partners, however pairs are cut and whoever stops it."""

from __future__ import annotations

import _thread
import pickle
import signal
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch.criteria as pc
from peermatch.problem import FORBIDDEN, GRID, NO_WORTH, Control, Problem
from peermatch.scoring import LazyScores, search, sizes, tile_work
from peermatch.solvers import Blossom
from peermatch.verify import prove
from support import cohorts
from support.searching import (
    CHARACTERS,
    best_by_sorting,
    every_primitive,
    excess,
    pairs_allowed,
    scores_of,
    table,
)

ODD_TILES = {"LEAST_SPAN": 7, "SPAN": 7, "ROWS": 3, "SEEDS": 4}


def small_tiles(monkeypatch, **values) -> None:
    for name, value in {**ODD_TILES, **values}.items():
        monkeypatch.setattr(sizes, name, value)


# ---- Best partners ----------------------------------------------------------------------------------------------


def assert_best(scores, k, guide, other=None):
    block = table(scores)
    other = guide if other is None else other
    found = scores.best_partners(k, (guide, other))
    assert found.complete
    assert found.allowed == pairs_allowed(block, scores.two_sided)
    partners, worth = best_by_sorting(block, k, other)
    np.testing.assert_array_equal(found.left, partners)
    np.testing.assert_array_equal(found.left_worth, worth)
    partners, worth = best_by_sorting(block.T, k, guide)
    np.testing.assert_array_equal(found.right, partners)
    np.testing.assert_array_equal(found.right_worth, worth)


def guides_of(kind: str, n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ranges = {
        "none": (0, 1),
        "some": (0, GRID),
        "negative": (-2 * GRID, GRID),
        "huge": (-(2**40), 2**40),
        "few": (0, 3),
    }
    return rng.integers(*ranges[kind], n)


@pytest.mark.parametrize("many", [0.06, -1.0, 2.0])  # as it is, always by whole tiles, never
@pytest.mark.parametrize("guides", ["none", "some", "negative", "huge", "few"])
@pytest.mark.parametrize("character", CHARACTERS)
def test_best_partners_are_those_of_the_whole_table(character, guides, many, monkeypatch):
    small_tiles(monkeypatch, MANY=many)
    scores = scores_of(character, 41, seed=2)
    for k in (1, 2, 5, 41):
        assert_best(scores, k, guides_of(guides, 41))


@pytest.mark.parametrize("shape", [(3, 500), (500, 3), (1, 20), (20, 1), (30, 31)])
@pytest.mark.parametrize("character", CHARACTERS)
def test_best_partners_of_two_sides_of_any_size(character, shape, monkeypatch):
    small_tiles(monkeypatch, LEAST_SPAN=50, SPAN=50, ROWS=16, SEEDS=9)
    scores = scores_of(character, *shape)
    for k in (1, 3, max(shape)) if max(shape) < 100 else (1, 3, 17):
        assert_best(scores, k, guides_of("negative", shape[0]), guides_of("some", shape[1], 1))


@pytest.mark.parametrize("character", CHARACTERS)
def test_best_partners_with_the_tiles_of_large_pools(character):
    """So many that people are seeded and tiles are many, sizes as they are."""
    scores = scores_of(character, 1100, seed=1)
    assert_best(scores, 4, guides_of("some", 1100))


@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_best_partners_of_hardly_anybody(n, character):
    scores = scores_of(character, n)
    for k in (1, 2, 5):
        assert_best(scores, k, guides_of("some", n))
    two = scores_of(character, n, 2)
    assert_best(two, 2, guides_of("some", n), guides_of("some", 2))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_best_partners_however_pairs_are_cut(data):
    n = data.draw(st.integers(2, 40))
    m = data.draw(st.one_of(st.none(), st.integers(1, 40)))
    scores = scores_of(data.draw(st.sampled_from(CHARACTERS)), n, m, seed=data.draw(st.integers(0, 5)))
    kind = st.sampled_from(["none", "some", "negative", "huge", "few"])
    guide = guides_of(data.draw(kind), n)
    other = guide if m is None else guides_of(data.draw(kind), m, 1)
    span = data.draw(st.integers(1, 30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "SPAN", span)
        patch.setattr(sizes, "LEAST_SPAN", data.draw(st.integers(1, span)))
        patch.setattr(sizes, "ROWS", data.draw(st.integers(1, 9)))
        patch.setattr(sizes, "SEEDS", data.draw(st.integers(1, 20)))
        patch.setattr(sizes, "MANY", data.draw(st.floats(0, 1)))
        patch.setenv("PEERMATCH_THREADS", data.draw(st.sampled_from(["1", "2", "3"])))
        assert_best(scores, data.draw(st.integers(1, n)), guide, other)


@pytest.mark.parametrize("many", [0.06, -1.0, 2.0])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("two", [None, 50])
def test_pairs_below_the_lowest_allowed_score_are_not_counted(two, share, many, monkeypatch):
    small_tiles(monkeypatch, MANY=many)
    scores = scores_of("mixed", 60, two)
    block = table(scores)
    floored = scores.at_least(int(np.quantile(block[block != FORBIDDEN], share)))
    assert pairs_allowed(table(floored), two is not None) < pairs_allowed(block, two is not None)
    guide = guides_of("some", 60)
    assert_best(floored, 3, guide, None if two is None else guides_of("few", two))
    problem = Problem(floored)
    proof = prove(problem, Blossom(k=2).solve(problem))
    assert proof.faults == ()


def test_what_float32_is_too_coarse_for_is_searched_exactly():
    """Seconds since 1970, of which a few matter."""
    people = cohorts.records(40, 1)
    for i, person in enumerate(people):
        person["years"] = 1.7e9 + i * i * 1e4
    sides = cohorts.Sides(cohorts.Cohort.of(people, "id"))
    scores, _, _ = cohorts.lazy(sides, [pc.near("years", scale=1e-3), pc.same("team")])
    assert not scores.programs.searches
    assert_best(scores, 3, np.zeros(40, dtype=np.int64))


# ---- Threads, order, stopping -------------------------------------------------------------------------------------


def as_bytes(found) -> list[bytes]:
    return [getattr(found, name).tobytes() for name in ("left", "right", "left_worth", "right_worth")]


@pytest.mark.parametrize("two", [None, 33])
def test_threads_change_no_byte(two, monkeypatch):
    small_tiles(monkeypatch)
    scores = scores_of("mixed", 44, two)
    guide, other = guides_of("some", 44), guides_of("some", two or 44)
    answers = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("PEERMATCH_THREADS", threads)
        answers.append(as_bytes(scores.best_partners(4, (guide, other if two else guide))))
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("cached", [False, True])
def test_scores_survive_pickling(cached):
    sides = cohorts.one_pool(20, seed=4)
    scores, _, _ = cohorts.lazy(
        sides, every_primitive(), [pc.must_differ("team"), pc.forbid([("p001", "p005")])]
    )
    if cached:
        assert scores.programs.searches
    again: LazyScores = pickle.loads(pickle.dumps(scores))
    np.testing.assert_array_equal(table(again), table(scores))
    guide = guides_of("some", 20)
    assert as_bytes(again.best_partners(3, (guide, guide))) == as_bytes(
        scores.best_partners(3, (guide, guide))
    )
    assert_best(again, 3, guide)


@pytest.mark.parametrize("two", [False, True])
def test_people_taken_in_any_order_keep_their_scores(two):
    sides = cohorts.two_sides(20, 17, seed=8) if two else cohorts.one_pool(20, seed=8)
    rules = [pc.must_differ("team"), pc.at_least("near_years", 0.05)]
    scores, _, _ = cohorts.lazy(sides, every_primitive(), rules)
    whole, rng = table(scores), np.random.default_rng(2)
    left = rng.permutation(20)[:13]
    right = rng.permutation(17)[:11] if two else left
    taken = scores.take(left, right)
    np.testing.assert_array_equal(table(taken), whole[np.ix_(left, right)])
    assert excess(taken.programs, taken.shape).min() >= 0
    assert_best(taken, 4, guides_of("some", len(left)), guides_of("some", len(right)))


@pytest.mark.parametrize("two", [None, 30])
def test_a_search_that_is_stopped_returns_what_may_be_paired(two, monkeypatch):
    small_tiles(monkeypatch)
    scores = scores_of("mixed", 40, two)
    block = table(scores)
    guide = (guides_of("none", 40), guides_of("none", two or 40))
    for after in range(12):
        left = [after]

        def cancel(left=left) -> bool:
            left[0] -= 1
            return left[0] < 0

        found = scores.best_partners(3, guide, Control(cancel=cancel))
        assert not found.complete
        for partners, worth, scored in (
            (found.left, found.left_worth, block),
            (found.right, found.right_worth, block.T),
        ):
            row, slot = np.nonzero(partners >= 0)
            np.testing.assert_array_equal(worth[row, slot], 2 * scored[row, partners[row, slot]])
            assert (worth[partners < 0] == NO_WORTH).all()


def test_tiles_are_short_whatever_the_size():
    """By their cells, for cancelling and Ctrl-C are only seen between them."""
    for shape, one_pool in (((10**6, 10**6), True), ((10, 10**7), False), ((10**7, 3), False)):
        first = next(iter(tile_work.tiles_of(shape, one_pool)))
        assert (first[0][1] - first[0][0]) * (first[1][1] - first[1][0]) <= 1 << 24
    assert sizes.SPAN**2 <= 1 << 24
    assert sizes.SPAN * sizes.SEEDS <= 1 << 24


@pytest.mark.parametrize("two", [None, 31])
def test_progress_rises_to_all_pairs(two, monkeypatch):
    small_tiles(monkeypatch)
    counted, told = [0], []
    plain_cells = search.count_cells

    def cells(tiles):
        counted[0] += 1
        return plain_cells(tiles)

    monkeypatch.setattr(search, "count_cells", cells)
    control = Control(progress=lambda stage, done, total: told.append((stage, done, total)))
    scores_of("mixed", 40, two).best_partners(
        2, (guides_of("none", 40), guides_of("none", two or 40)), control
    )
    assert counted == [1]  # there are as many tiles as reports: counting anew each time would be quadratic
    done = [report[1] for report in told]
    assert done == sorted(done)
    assert {(stage, total) for stage, _, total in told} == {("searching", done[-1])}
    assert done[-1] >= (40 * two if two else 40 * 39 // 2)


@pytest.mark.parametrize("n", [1, 6, 100, 2048, 5000])
def test_tiles_hold_every_pair_once(n):
    for shape in ((n, n), (n, 7), (7, n)):
        count = np.zeros(shape, dtype=np.int8)
        one_pool = shape == (n, n)
        for (a, b), (c, d), above in tile_work.tiles_of(shape, one_pool):
            count[a:b, c:d] += np.triu(np.ones((b - a, d - c), dtype=np.int8), 1) if above else 1
        np.testing.assert_array_equal(count, np.triu(np.ones(shape, dtype=np.int8), 1) if one_pool else 1)


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_an_interrupt_leaves_no_thread_behind(threads, monkeypatch):
    small_tiles(monkeypatch)
    monkeypatch.setenv("PEERMATCH_THREADS", threads)
    scores = scores_of("mixed", 60)
    before = set(threading.enumerate())

    def interrupt(stage: str, done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    guide = guides_of("none", 60)
    for run in (
        lambda: scores.best_partners(3, (guide, guide), Control(progress=interrupt)),
        lambda: Blossom(k=1).solve(Problem(scores), control=Control(progress=interrupt)),
    ):
        with pytest.raises(KeyboardInterrupt) as raised:
            run()
        assert set(threading.enumerate()) <= before, (
            raised
        )  # while whoever caught it still holds its traceback


@pytest.fixture
def ctrl_c():
    """Python's own answer to Ctrl-C: a shell that runs tests in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_ctrl_c_while_tiles_run_ends_them(threads, monkeypatch, ctrl_c):
    small_tiles(monkeypatch)
    monkeypatch.setenv("PEERMATCH_THREADS", threads)
    scores, plain_tile, run = scores_of("mixed", 90), search._best_of_tile, []

    def tile(*given):
        run.append(threading.current_thread())
        if len(run) == 3:
            _thread.interrupt_main()
        return plain_tile(*given)

    monkeypatch.setattr(search, "_best_of_tile", tile)
    before, guide = set(threading.enumerate()), guides_of("none", 90)
    with pytest.raises(KeyboardInterrupt):
        scores.best_partners(3, (guide, guide))
    for late in set(threading.enumerate()) - before:
        late.join(20)  # the pool may not know yet of one that it had just started; it ends by itself
    assert set(threading.enumerate()) <= before
    assert len(run) < len(tile_work.tiles_of((90, 90), one_pool=True)) == 91


# ---- Planted errors -----------------------------------------------------------------------------------------------


def test_a_search_with_bounds_that_are_too_low_is_noticed(monkeypatch):
    small_tiles(monkeypatch, MANY=2.0)
    scores = scores_of("smooth", 60)
    honest = scores.programs
    scores.__dict__["programs"] = type(honest)(
        honest.exact, honest.search._replace(raised=np.array([0.9, 0, 1], dtype=np.float32)), searches=True
    )
    assert excess(scores.programs, scores.shape).min() < 0
    guide = guides_of("none", 60)
    with pytest.raises(AssertionError):
        assert_best(scores, 3, guide)
