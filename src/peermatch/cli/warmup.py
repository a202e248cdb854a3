"""``peermatch warmup``: compile everything once, ahead of time, for images, servers and shared machines.

Kernels are compiled for the arguments that they are really called with, so this pairs small tables of people who do
not exist: every criterion, every rule, every mutual score, every solver, one pool and two sides.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from peermatch.cli.console import DONE, Console

__all__ = ["run_warmup", "warm_up"]

AS_OF = "2026-12-01"


def run_warmup(args: argparse.Namespace, console: Console) -> int:
    """Compile everything that is not in the cache yet, and say how much that was and where it is kept."""
    from peermatch.kernels._jit import cache_folders

    folders = cache_folders()
    before = _kept(folders)
    console.note("Compiling the fast parts. This takes about a minute the first time, and a moment later on.")
    started = time.perf_counter()
    warm_up()
    seconds = time.perf_counter() - started
    after = _kept(folders)
    made = len(after - before)
    where = " and ".join(sorted({str(path.parent) for path in after}))
    if not after:
        said = (
            f"Ran in {seconds:.0f} seconds, but nothing is kept: compiling is switched off (NUMBA_DISABLE_JIT), "
            "or no folder can be written to (see the notes above)."
        )
    elif made:
        said = f"Compiled {made} files in {seconds:.0f} seconds. They are kept in {where}."
    else:
        said = f"Nothing to compile ({seconds:.0f} seconds): everything was there already, in {where}."
    console.result(said)
    return DONE


def warm_up() -> None:
    """Run everything compiled at least once, on a few dozen people who do not exist."""
    import peermatch as pm
    from peermatch.datasets import make_organisation, make_two_sides
    from peermatch.solvers import get_solver

    people = make_organisation(48, 1).to_dict("records")
    mentees, mentors = (side.to_dict("records") for side in make_two_sides(14, 9, 1))
    history = [{"a": people[0]["employee_id"], "b": people[1]["employee_id"], "round": "1"}]
    month: dict[str, Any] = {"history": history, "round": "2", "as_of": AS_OF}
    for mutual in ("geometric", "harmonic", "mean", "min"):
        pm.PeerMatcher("employee_id", _criteria(), _rules(), mutual=mutual).match(people, **month)
    pm.plan_rounds(pm.PeerMatcher("employee_id", _criteria()[:3]), people[:21], 2)
    # so few candidates that pricing has much to look at
    poor = get_solver("blossom", k=1)
    pm.PeerMatcher("employee_id", _criteria()[:3], solver=poor).match(people, **{**month, "history": None})
    few = [person for person in people if person["opted_in"]][:8]
    for solver in ("roommates", "greedy", "exhaustive"):
        pm.PeerMatcher("employee_id", _criteria()[:3], solver=solver).match(few)
    for solver in ("blossom", "hungarian", "greedy", "deferred"):
        pm.PeerMatcher(
            "email",
            [
                pm.above("grade", ladder=_grades(), by=(1, 3)),
                pm.overlap(left="wants_to_learn", right="can_teach"),
            ],
            [pm.must_differ("organisation")],
            sides=("mentee", "mentor"),
            capacity={"mentor": "places"},
            solver=solver,
        ).match(mentees, mentors)
    _engine()
    _circles()
    _flows()


def _criteria() -> list[Any]:
    import peermatch as pm

    return [
        pm.near("years_experience", scale=3),
        pm.complement("can_teach", "wants_to_learn"),
        pm.overlap("goals"),
        pm.overlap("goal_text"),
        pm.above("grade", ladder=_grades(), by=(1, 2)),
        pm.same("site"),
        pm.different(["department", "field_of_study"]),
        pm.available("time_zone", "working_hours", wanted=10),
        pm.ties([{"a": "000001", "b": "000002"}]),
        pm.novelty(),
        pm.prefers(table=[("000003", "000004")]),
    ]


def _rules() -> list[Any]:
    import peermatch as pm

    return [
        pm.must_differ("job_family"),
        pm.must_match("opted_in"),
        pm.not_in_line("manager_id", min_found=0),
        pm.no_repeat(),
        pm.no_twins(["department", "grade", "site"], at_least=0.9),
        pm.at_least("near_years_experience", 0.01),
        pm.veto(table=[("000005", "000006")]),
    ]


def _grades() -> tuple[str, ...]:
    from peermatch.datasets import GRADES

    return GRADES


def _engine() -> None:
    """Call what people's scores do not lead to: graphs, preference lists, and a pool where all want the same few."""
    import numpy as np

    from peermatch.problem import FORBIDDEN, DenseScores, Problem
    from peermatch.solvers import deferred_acceptance, get_solver, max_weight_matching, stable_roommates

    max_weight_matching([0, 1, 2], [1, 2, 0], [2, 3, 4], everyone_first=True)
    hubs, leaves = np.divmod(np.arange(24), 12)
    max_weight_matching(hubs, leaves + 2, np.ones(24, dtype=np.int64), everyone_first=True)  # most stay alone
    stable_roommates([[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]])
    _preference_lists()
    _stable_choices()
    deferred_acceptance([[[0, 1]], [0]], [[1, 0], [0]])  # with a tie
    hub = np.arange(100) ** 2
    for objective in ("everyone_first", "best_total"):
        scores = np.outer(hub, hub)
        np.fill_diagonal(scores, FORBIDDEN)
        get_solver("blossom", k=1).solve(Problem(DenseScores(scores), objective))


def _circles() -> None:
    """Seat a few people in circles and in rings, exactly and by search."""
    import numpy as np

    from peermatch.problem import CircleProblem, CircleRule, DenseScores, RingProblem
    from peermatch.solvers import Circles, Rings

    codes = np.arange(13) % 3
    scores = DenseScores(1 + codes[:, None] * codes[None, :])
    rules = [
        CircleRule("at_most", codes, 2),
        CircleRule("nobody_alone", codes),
        CircleRule("not_all_alike", codes),
    ]
    problem = CircleProblem(scores, [5, 4, 4], rules)
    far = np.subtract.outer(
        np.arange(13), np.arange(13)
    )  # neighbours are best for each other, which is no ring
    for exact in (True, False):
        Circles(exact=exact, kicks=20).solve(problem)
        Rings(exact=exact, kicks=20).solve(RingProblem(1 + 8 * (np.abs(far) == 1)))


def _preference_lists() -> None:
    """Call what is done with lists of all kinds: short ones, ties, one-sided mentions, the best few of utilities."""
    import numpy as np

    from peermatch.problem import DenseScores, SparseScores
    from peermatch.solvers.positions import lists_from_positions
    from peermatch.solvers.preferences import phases
    from peermatch.solvers.prefix_lists import lists_of_problem, prefix_lists
    from peermatch.solvers.proposal_lists import proposal_lists
    from peermatch.solvers.symmetric import symmetric_entries, symmetric_matching

    ring = [[(x + 1) % 9, (x - 1) % 9] for x in range(9)]  # so short that no table is made of them
    one_sided: list[list[Any]] = [[1, [2, 3]], [0], [1, 0], [0]]
    for lists in (ring, np.array(ring), one_sided):
        made = lists_from_positions(lists).with_ties_broken("position")
        phases(made)
        made.ranks([0], [1])
    few = SparseScores(np.arange(8), np.arange(1, 9), np.arange(8) % 3, shape=(9, 9))
    lists_of_problem(few)
    entries = symmetric_entries(few)
    assert entries is not None
    symmetric_matching(entries)
    for make in (prefix_lists, proposal_lists):
        make(DenseScores(np.zeros((40, 40), dtype=int)), at_first=2)


def _stable_choices() -> None:
    """Choose among stable matchings, search under ties, and fall back where there is none."""
    from peermatch.solvers import stable_roommates

    several = [[1, 2, 3], [2, 3, 0], [3, 0, 1], [0, 1, 2]]
    for among in ("minimum_regret", "egalitarian"):
        stable_roommates(several, among=among)
    alike: list[list[Any]] = [[1, 2], [2, 0], [0, 1], [[4, 5]], [[3, 5]], [[3, 4]]]
    for fallback in ("maximum_stable", "few_blocking"):
        stable_roommates(alike, fallback=fallback)


def _flows() -> None:
    """Assign between two sides with minima and several places on both, and check it."""
    import numpy as np

    from peermatch.problem import DenseScores, FlowProblem
    from peermatch.solvers import get_solver
    from peermatch.verify import prove

    scores = DenseScores(np.add.outer(np.arange(9) ** 2, np.arange(6)), two_sided=True)
    two = (np.full(9, 2), np.full(6, 2))
    one = (np.full(9, 0), np.full(6, 1))
    problem = FlowProblem(scores, capacity=two, minimum=one)
    prove(problem, get_solver("transport", k=1).solve(problem))


def _kept(folders: list[Path]) -> set[Path]:
    return {path for folder in folders if folder.is_dir() for path in folder.glob("*.nbc")}
