"""The exact solver on scores that search for themselves, stopped or content with less: what it states is true."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from peermatch.problem import Control, Matching, Problem, Status
from peermatch.scoring import sizes
from peermatch.solvers import Blossom
from peermatch.verify import is_valid, prove
from support.objectives import WITH_TOTALS
from support.problems import check_valid
from support.searching import CHARACTERS, scores_of

TOTALS = ("everyone_first", "best_total")


@pytest.fixture
def odd_tiles(monkeypatch):
    for name, value in {"LEAST_SPAN": 9, "SPAN": 9, "ROWS": 4, "SEEDS": 5}.items():
        monkeypatch.setattr(sizes, name, value)
    monkeypatch.setenv("PEERMATCH_THREADS", "1")  # so many small tasks go quicker so


def assert_true(problem: Problem, matching: Matching, best: Matching) -> None:
    """A valid matching, whose gaps are true against the best one."""
    check_valid(problem, matching)
    assert is_valid(matching, problem)
    proof = prove(problem, matching)
    assert proof.faults == ()
    assert proof.verified
    assert min(matching.gap, matching.pairs_gap, matching.worst_gap) >= 0
    if problem.objective != "best_total":
        assert len(matching.pairs) <= len(best.pairs) <= len(matching.pairs) + matching.pairs_gap
        if len(best.pairs) != len(matching.pairs):
            return
    if problem.objective == "worst_first" and len(best.pairs):
        worst, mine = (int(problem.scores.at(*m.pairs.T).min()) for m in (best, matching))
        assert mine <= worst <= mine + matching.worst_gap
        if worst != mine:
            return
    assert matching.weight <= best.weight <= matching.weight + matching.gap


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize(
    ("character", "two"), [("hubs", None), ("mixed", None), ("forbidden", None), ("hubs", 13)]
)
@pytest.mark.usefixtures("odd_tiles")
def test_stopped_at_any_moment_it_states_a_true_gap(character, two, objective):
    problem = Problem(scores_of(character, 21, two, seed=1), objective)
    best, asked = Blossom(k=1).solve(problem), count()
    Blossom(k=1).solve(problem, control=Control(cancel=lambda: bool(next(asked) < 0)))
    moments = next(asked)
    assert moments > 10
    stopped = 0
    for moment in range(moments):
        asked = count()
        cancel = Control(cancel=lambda asked=asked, moment=moment: next(asked) >= moment)
        matching = Blossom(k=1).solve(problem, control=cancel)
        assert_true(problem, matching, best)
        stopped += matching.status is Status.GAP
    assert stopped > moments // 2


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("two", [None, 17])
def test_no_time_at_all(character, two, objective):
    problem = Problem(scores_of(character, 27, two), objective)
    matching = Blossom().solve(problem, control=Control(time_limit=0))
    assert_true(problem, matching, Blossom().solve(problem))


@pytest.mark.parametrize("objective", WITH_TOTALS)
@pytest.mark.parametrize("character", CHARACTERS)
@pytest.mark.parametrize("options", [{"candidates_only": True}, {"gap": 0.02}, {"gap": 0.5}])
@pytest.mark.usefixtures("odd_tiles")
def test_content_with_less(character, options, objective):
    for two in (None, 20):
        problem = Problem(scores_of(character, 33, two, seed=2), objective)
        assert_true(problem, Blossom(k=1, **options).solve(problem), Blossom().solve(problem))


@pytest.mark.parametrize("objective", TOTALS)
def test_places_stopped_at_any_moment(objective, odd_tiles):
    problem = Problem(scores_of("hubs", 20, 8), objective, (None, np.array([3, 1, 2, 4, 1, 1, 2, 3])))
    best = Blossom().solve(problem)
    for moment in range(25):
        asked = count()
        cancel = Control(cancel=lambda asked=asked, moment=moment: next(asked) >= moment)
        assert_true(problem, Blossom(k=1).solve(problem, control=cancel), best)
