"""Rings found in other ways than the solver's: every set of rings, and SciPy's solver of integer programs."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array

from peermatch.problem import FORBIDDEN, RingProblem


def random_rings(rng, n: int, *, hi: int = 2**30, forbidden: float = 0.0, sizes: tuple[int, int] = (3, 8)):
    """A pool in which what advice is worth is drawn by lot, and some pairs may not meet."""
    worth = rng.integers(0, hi, (n, n))
    hit = rng.random((n, n)) < forbidden
    worth[hit | hit.T] = FORBIDDEN
    return RingProblem(worth, *sizes)


def ring_worths(problem: RingProblem) -> dict[frozenset[int], int]:
    """What the best ring of each set of people is worth, by trying every order."""
    found: dict[frozenset[int], int] = {}
    table = problem.worth.tolist()
    for size in range(problem.smallest, min(problem.largest, problem.n) + 1):
        for members in combinations(range(problem.n), size):
            values = []
            for others in permutations(members[1:]):
                order = (members[0], *others)
                arrows = [table[a][b] for a, b in zip(order, (*others, members[0]), strict=True)]
                if FORBIDDEN not in arrows:
                    values.append(sum(arrows))
            if values:
                found[frozenset(members)] = max(values)
    return found


def best_by_trying(problem: RingProblem) -> tuple[int, int]:
    """Return (people in rings, total) of the best rings, by trying every way (n <= 8)."""
    worths = ring_worths(problem)

    def ways(left: frozenset[int]) -> tuple[int, int]:
        if not left:
            return (0, 0)
        first = min(left)
        best = ways(left - {first})
        for team, value in worths.items():
            if first in team and team <= left:
                people, total = ways(left - team)
                best = max(best, (people + len(team), total + value))
        return best

    return ways(frozenset(range(problem.n)))


def best_by_milp(problem: RingProblem) -> int | None:
    """Return the best total with everybody in a ring, by set partitioning with SciPy's MILP solver; None: none."""
    worths = ring_worths(problem)
    teams = list(worths)
    if not teams:
        return None
    column = np.repeat(np.arange(len(teams)), [len(team) for team in teams])
    row = np.concatenate([np.array(sorted(team)) for team in teams])
    each = coo_array((np.ones(len(row)), (row, column)), shape=(problem.n, len(teams)))
    value = np.array([worths[team] for team in teams])
    answer = milp(
        -value / 2**30,
        constraints=[LinearConstraint(each.tocsc(), 1, 1)],
        integrality=np.ones(len(teams)),
        bounds=(0, 1),
        options={"mip_rel_gap": 0},
    )
    return None if answer.x is None else int(value[answer.x > 0.5].sum())
