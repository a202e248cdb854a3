"""The exact solver on scores that search for themselves: from poor candidates to the proved optimum."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch.criteria as pc
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    DenseScores,
    Matching,
    Problem,
    SparseScores,
    Status,
)
from peermatch.scoring import sizes
from peermatch.solvers import Blossom, Exhaustive, candidates
from peermatch.solvers.candidates import Places, first_candidates, greedy_mate
from peermatch.solvers.graph import max_weight_matching
from peermatch.verify import prove
from support import cohorts
from support.objectives import WITH_TOTALS
from support.problems import check_valid
from support.searching import CHARACTERS, best_by_sorting, scores_of, table

TOTALS = ("everyone_first", "best_total")


@pytest.fixture
def odd_tiles(monkeypatch):
    for name, value in {"LEAST_SPAN": 9, "SPAN": 9, "ROWS": 4, "SEEDS": 5}.items():
        monkeypatch.setattr(sizes, name, value)
    monkeypatch.setenv("PEERMATCH_THREADS", "1")  # so many small tasks go quicker so


def best_by_networkx(problem: Problem) -> tuple[int, int]:
    """How many pairs the best matching has, and its total; places are people of their own."""
    flat, _, _ = problem.one_place_each()
    block, graph = table(flat.scores), nx.Graph()
    offset = block.shape[0] if flat.two_sided else 0
    for u, v in np.argwhere(block != FORBIDDEN).tolist():
        if flat.two_sided or u < v:
            graph.add_edge(u, v + offset, weight=int(block[u, v]))
    pairs = nx.max_weight_matching(graph, maxcardinality=problem.objective == "everyone_first")
    return len(pairs), sum(graph[u][v]["weight"] for u, v in pairs)


def assert_best(problem: Problem, matching: Matching, wanted: tuple[int, int]) -> None:
    check_valid(problem, matching)
    assert matching.status is Status.OPTIMAL
    assert matching.weight == wanted[1]
    assert problem.objective == "best_total" or len(matching.pairs) == wanted[0]
    proof = prove(problem, matching)
    assert proof.faults == ()
    assert proof.verified


@pytest.mark.parametrize("objective", TOTALS)
@pytest.mark.parametrize("n", [30, 41])
@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.usefixtures("odd_tiles")
def test_one_pool_is_matched_as_networkx_does(character, n, objective):
    problem = Problem(scores_of(character, n, seed=n), objective)
    wanted = best_by_networkx(problem)
    for k in (1, 4):
        assert_best(problem, Blossom(k=k).solve(problem), wanted)


@pytest.mark.parametrize("objective", TOTALS)
@pytest.mark.parametrize("shape", [(5, 40), (40, 5), (21, 20)])
@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.usefixtures("odd_tiles")
def test_two_sides_are_matched_as_networkx_does(character, shape, objective):
    problem = Problem(scores_of(character, *shape), objective)
    assert_best(problem, Blossom(k=1).solve(problem), best_by_networkx(problem))


@pytest.mark.parametrize("objective", TOTALS)
@pytest.mark.parametrize("none", [False, True])  # somebody has no place at all
@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.usefixtures("odd_tiles")
def test_capacities_are_places(character, none, objective):
    rng = np.random.default_rng(5)
    left, right = rng.integers(0 if none else 1, 3, 20), rng.integers(0 if none else 1, 5, 9)
    for places in ((None, right), (left, None), (np.minimum(left, 1), right)):
        problem = Problem(scores_of(character, 20, 9), objective, places)
        assert_best(problem, Blossom(k=1).solve(problem), best_by_networkx(problem))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_tiny_problems_are_matched_as_by_trying_everything(data):
    objective = data.draw(st.sampled_from(WITH_TOTALS))
    m = data.draw(st.one_of(st.none(), st.integers(0, 4)))
    n = data.draw(st.integers(0, 8 if m is None else 6))
    seed, mutual = data.draw(st.integers(0, 30)), data.draw(st.sampled_from(["mean", "min", "harmonic"]))
    scores = scores_of(data.draw(st.sampled_from(CHARACTERS)), n, m, seed=seed, mutual=mutual)
    problem = Problem(scores, objective)
    matching, wanted = Blossom(k=data.draw(st.integers(1, 3))).solve(problem), Exhaustive().solve(problem)
    check_valid(problem, matching)
    assert (matching.weight, matching.status) == (wanted.weight, Status.OPTIMAL)
    assert objective == "best_total" or len(matching.pairs) == len(wanted.pairs)
    assert prove(problem, matching).faults == ()


def people_in(blocks: list[int], *, lonely: int = 0) -> list[dict]:
    """Groups of these sizes, and people of no group."""
    rng = np.random.default_rng(len(blocks))
    block = [str(b) for b, size in enumerate(blocks) for _ in range(size)] + [None] * lonely
    return [{"id": i, "block": b, "years": float(rng.integers(0, 30))} for i, b in enumerate(block)]


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize("blocks", [[3, 5, 7, 9], [1, 1, 1], [11, 13], [4, 1, 2], [31]])
@pytest.mark.parametrize("lonely", [0, 1, 4])
@pytest.mark.usefixtures("odd_tiles")
def test_rules_may_leave_odd_groups_and_people_with_nobody(blocks, lonely, objective):
    sides = cohorts.Sides(cohorts.Cohort.of(people_in(blocks, lonely=lonely), "id"))
    scores, _, _ = cohorts.lazy(sides, [pc.near("years")], [pc.must_match("block")])
    problem = Problem(scores, objective)
    matching = Blossom(k=1).solve(problem)
    assert len(matching.pairs) == sum(size // 2 for size in blocks) or objective == "best_total"
    check_valid(problem, matching)
    assert matching.status is Status.OPTIMAL
    assert prove(problem, matching).faults == ()
    if objective != "worst_first":
        assert_best(problem, matching, best_by_networkx(problem))


# ---- Other scores -------------------------------------------------------------------------------------------------


def level(mine, theirs):
    """Who stands far above is liked: a criterion of a user's own."""
    return np.clip((theirs["level"] - mine["level"]) / 2 + 0.5, 0, 1)


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize("two", [False, True])
def test_a_criterion_of_a_users_own_leads_to_the_same_answers(two, objective):
    """It is asked by blocks; the same scores as a matrix give the same total and the same bytes on every run."""
    rng = np.random.default_rng(4)

    def some(letter: str, size: int) -> list[dict]:
        return [
            {"id": f"{letter}{i}", "level": float(rng.random()), "team": str(rng.choice(["a", "b", "c"]))}
            for i in range(size)
        ]

    left = cohorts.Cohort.of(some("p", 31), "id")
    right = (cohorts.Cohort.of(some("q", 24), "id"), ("mentee", "mentor")) if two else ()
    criteria = [pc.custom(level, "level", weight=3), pc.same("team")]
    scores, _, _ = cohorts.lazy(cohorts.Sides(left, *right), criteria, [pc.must_differ("level")])
    assert scores.programs is None
    assert scores.best_partners(3, (np.zeros(31, dtype=np.int64),) * 2) is None
    problem = Problem(scores, objective)
    dense = Problem(DenseScores(table(scores), two_sided=two), objective)
    first, again, plain = Blossom(k=1).solve(problem), Blossom(k=1).solve(problem), Blossom(k=3).solve(dense)
    assert first.pairs.tobytes() == again.pairs.tobytes()
    assert (first.weight, len(first.pairs), first.status) == (plain.weight, len(plain.pairs), Status.OPTIMAL)
    assert prove(problem, first).faults == ()
    if objective != "worst_first":
        assert_best(problem, first, best_by_networkx(problem))


def hubs(n: int, m: int | None = None, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = rng.random(n)
    if m is not None:
        return (np.outer(level, rng.random(m)) * GRID).astype(np.int64)
    upper = np.triu((np.outer(level, level) * GRID).astype(np.int64), 1)
    return upper + upper.T


@pytest.mark.parametrize("objective", TOTALS)
@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("shape", [(280,), (281,), (150, 170)])
def test_guides_by_blocks_take_few_rounds(shape, kind, objective):
    """So many people that there are guides, on scores that do not search for themselves."""
    two, matrix = len(shape) == 2, hubs(*shape)
    if kind == "sparse":
        matrix[np.random.default_rng(1).random(matrix.shape) < 0.5] = FORBIDDEN
        matrix = matrix if two else np.minimum(matrix, matrix.T)
        np.fill_diagonal(matrix, FORBIDDEN) if not two else None
        u, v = np.nonzero(matrix != FORBIDDEN)
        scores = SparseScores(u, v, matrix[u, v], shape=matrix.shape, two_sided=two)
    else:
        scores = DenseScores(matrix, two_sided=two)
    problem = Problem(scores, objective)
    block, offset = table(scores), matrix.shape[0] if two else 0
    u, v = np.nonzero(block != FORBIDDEN)
    keep = (u < v) | two
    everyone = objective == "everyone_first"
    best = max_weight_matching(
        u[keep], v[keep] + offset, block[u[keep], v[keep]], problem.n_vertices, everyone_first=everyone
    )
    matching = Blossom().solve(problem)
    assert_best(problem, matching, (len(best.pairs), best.weight))
    assert matching.stats["rounds"] <= 12


@pytest.mark.parametrize("two", [False, True])
def test_candidates_by_blocks_are_those_of_the_whole_table(two, monkeypatch):
    """And what is said of all other pairs is true."""
    monkeypatch.setattr(candidates, "_CELLS_PER_BLOCK", 1000)
    matrix = hubs(300, 290 if two else None)
    problem = Problem(DenseScores(matrix, two_sided=two))
    start = first_candidates(problem, Places.of(problem), 4)
    assert start.guide.any()
    assert_true_start(problem, start, 4)


@pytest.mark.parametrize("two", [None, 270])
@pytest.mark.parametrize("character", ["hubs", "categories", "forbidden", "nobody"])
def test_candidates_by_search_are_those_of_the_whole_table(character, two, odd_tiles):
    problem = Problem(scores_of(character, 280, two))
    start = first_candidates(problem, Places.of(problem), 3)
    assert_true_start(problem, start, 3)


def assert_true_start(problem: Problem, start, k: int) -> None:
    block, two = table(problem.scores), problem.two_sided
    rows = block.shape[0]
    offset = rows if two else 0
    mine, theirs = (start.guide[:rows], start.guide[offset:]) if two else (start.guide, start.guide)
    wanted = set()
    for scored, guide, left in ((block, theirs, True), (block.T, mine, False)):
        partners, _ = best_by_sorting(scored, k, guide)
        for i, j in zip(*np.nonzero(partners >= 0), strict=True):
            pair = (int(i), int(partners[i, j]))
            u, v = pair if left else pair[::-1]
            wanted.add((u, v + offset) if two else (min(u, v), max(u, v)))
    if not two or not isinstance(
        problem.scores, DenseScores
    ):  # ties of columns are broken otherwise by blocks
        assert set(zip(start.u.tolist(), start.v.tolist(), strict=True)) == wanted
    outside = block != FORBIDDEN
    outside[start.u, start.v - offset] = False
    if not two:
        outside[start.v, start.u] = False
    u, v = np.nonzero(outside)
    v = v + offset
    np.testing.assert_array_equal(start.score, block[start.u, start.v - offset])
    assert (start.last[u] != FORBIDDEN).all()
    assert (start.last[v] != FORBIDDEN).all()
    most = start.guide[u] + start.guide[v] + np.minimum(start.last[u], start.last[v])
    assert (2 * block[u, v - offset] <= most).all()
    everybody = np.concatenate([block.max(axis=1), block.max(axis=0)]) if two else block.max(axis=1)
    assert (everybody <= start.best).all()
    assert ((everybody == FORBIDDEN) == (start.best == FORBIDDEN)).all()


class Counted(SparseScores):
    """Scores of listed pairs that remember how many were asked for at once."""

    largest = 0

    def block(self, rows):
        self.largest = max(self.largest, len(rows) * self.shape[1])
        return super().block(rows)


def test_matching_the_rest_holds_no_more_pairs_than_a_block(monkeypatch):
    """Many rows are left, and a column or two that nobody may have."""
    monkeypatch.setattr(candidates, "_CELLS_PER_BLOCK", 2000)
    rng = np.random.default_rng(0)
    u, v = np.arange(300), rng.integers(0, 80, 300)  # columns 80 and above are with nobody
    scores = Counted(u, v, rng.integers(1, GRID, 300), shape=(300, 90), two_sided=True)
    problem = Problem(scores)
    places, nothing = Places.of(problem), np.zeros(0, dtype=np.int64)
    free = np.full(390, -1)
    mate = greedy_mate(places, nothing, nothing, nothing, free, lowest=0, control=None)
    assert 0 < scores.largest <= 2000
    assert (mate[:300] >= 0).sum() == len(np.unique(v))  # each row has one column alone
    scores.largest = 0
    np.testing.assert_array_equal(
        greedy_mate(places, nothing, nothing, nothing, mate, lowest=0, control=None), mate
    )
    assert 0 < scores.largest <= 2000


@pytest.mark.parametrize("two", [None, 24])
@pytest.mark.parametrize("character", CHARACTERS)
def test_greedy_leaves_no_two_that_could_be_paired(character, two, monkeypatch):
    monkeypatch.setattr(candidates, "_CELLS_PER_BLOCK", 200)
    lazy = scores_of(character, 31, two)
    block, offset = table(lazy), 31 if two else 0
    answers = []
    for scores in (lazy, DenseScores(block, two_sided=two is not None)):
        places = Places.of(Problem(scores))
        nothing, free = np.zeros(0, dtype=np.int64), np.full(places.n, -1)
        mate = greedy_mate(places, nothing, nothing, nothing, free, lowest=0, control=None)
        paired = np.flatnonzero(mate >= 0)
        np.testing.assert_array_equal(mate[mate[paired]], paired)
        rows, columns = np.flatnonzero(mate[:31] < 0), np.flatnonzero(mate[offset:] < 0)
        assert (block[np.ix_(rows, columns)] == FORBIDDEN).all()
        low = paired[paired < mate[paired]]
        assert (block[low, mate[low] - offset] >= 0).all()
        answers.append(mate.tobytes())
    assert answers[0] == answers[1]


# ---- The same bytes, and planted errors ---------------------------------------------------------------------------


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize("two", [None, 40])
def test_threads_change_no_byte(two, objective, odd_tiles, monkeypatch):
    problem = Problem(scores_of("categories", 45, two), objective)
    answers = set()
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("PEERMATCH_THREADS", threads)
        matching = Blossom(k=1).solve(problem)
        proof = getattr(matching.certificate, "within", matching.certificate)
        answers.add((matching.pairs.tobytes(), proof.vertex_duals.tobytes(), str(matching.stats)))
    assert len(answers) == 1


def test_a_dual_that_is_one_too_low_is_noticed():
    problem = Problem(scores_of("mixed", 30))
    matching = Blossom(k=1).solve(problem)
    assert prove(problem, matching).verified
    for u in range(30):
        matching.certificate.vertex_duals[u] -= 1
        assert not prove(problem, matching).verified
        matching.certificate.vertex_duals[u] += 1


@pytest.mark.parametrize("table_name", ["left_shares", "params"])
def test_a_table_that_is_wrong_is_noticed_by_those_who_know_the_scores(table_name):
    """Certificates speak of the scores as they are; scores are held against their twins elsewhere."""
    scores = scores_of("smooth", 30)
    honest, truth = scores.programs, table(scores)
    wrong = getattr(honest.exact, table_name) * 0.75
    scores.__dict__["programs"] = type(honest)(
        honest.exact._replace(**{table_name: wrong}), honest.search, searches=False
    )
    assert (table(scores) != truth).any()
    assert not prove(Problem(DenseScores(truth)), Blossom().solve(Problem(scores))).verified
