"""The best circles of a small pool, proved by looking at all of them in whole numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, combinations, product

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, CircleProblem, CircleRule, Control, IntArray

__all__ = ["MOST_EXACT", "MOST_EXACT_SKIPPING", "best_circles", "exact_takes"]

MOST_EXACT = 20
"""Up to how many people the best circles can be found where everybody has a seat."""

MOST_EXACT_SKIPPING = 16
"""The same where somebody has to stay without a seat, which takes looking at smaller circles as well."""

_CELLS = 1 << 23  # of states: 100 MB
_SEAT = 1 << 45  # more than all scores together
_STEP = 1 << 12


@dataclass(frozen=True, eq=False)
class _Options:
    """All circles that may be made, by their lowest members, and how sizes are used up."""

    start: IntArray
    masks: IntArray
    worths: IntArray
    sizes: IntArray
    members: list[tuple[int, ...]]
    follow: IntArray


def exact_takes(problem: CircleProblem, people: IntArray, *, everybody: bool) -> bool:
    """Return whether a problem is small enough.

    Parameters
    ----------
    problem : CircleProblem
    people : int64 array
        Those who can sit with anybody.
    everybody : bool
        Whether only answers in which all these have a seat are asked for.
    """
    most = MOST_EXACT if everybody else MOST_EXACT_SKIPPING
    if len(people) > most or (everybody and problem.seats != len(people)):
        return False
    return _n_uses(problem, everybody) << len(people) <= _CELLS


def best_circles(
    problem: CircleProblem, people: IntArray, *, everybody: bool, control: Control | None = None
) -> list[IntArray] | None:
    """Return the best circles; None if there are none (with `everybody`) that give all these people a seat.

    Parameters
    ----------
    problem : CircleProblem
        One that `exact_takes`.
    people : int64 array
        Those who can sit with anybody.
    everybody : bool
        Look at answers alone in which everybody has a seat: much quicker.
    control : Control, optional
        Raises `Stopped`.
    """
    from peermatch.kernels.circle_exact import settle_sets

    n = len(people)
    if not problem.sizes:
        return []
    options = _options(problem, people, everybody)
    uses = len(options.follow)
    best = np.full((1 << n, uses), -1, dtype=np.int64)
    choice = np.zeros((1 << n, uses), dtype=np.int32)
    best[0, 0] = 0
    for begin in range(0, 1 << n, _STEP):
        if control is not None:
            control.check()
        settle_sets(
            begin,
            min(begin + _STEP, 1 << n),
            int(not everybody),
            options.start,
            options.masks,
            options.worths,
            options.sizes,
            options.follow,
            best,
            choice,
        )
    use = uses - 1 if everybody else int(best[-1].argmax())
    if best[-1, use] < 0:
        return None
    return [people[list(team)] for team in _traced(options, choice, (1 << n) - 1, use)]


def _traced(options: _Options, choice: npt.NDArray[np.int32], mask: int, use: int) -> list[tuple[int, ...]]:
    """Follow choices back from a full set."""
    found: list[tuple[int, ...]] = []
    while mask:
        chosen = int(choice[mask, use])
        if chosen < 0:
            mask &= ~(1 << (-1 - chosen))
            continue
        circle, use = divmod(chosen, len(options.follow))
        found.append(options.members[circle])
        mask &= ~int(options.masks[circle])
    return found


def _classes(problem: CircleProblem) -> tuple[list[int], list[int]]:
    """Return the different sizes, ascending, and how many circles have each."""
    sizes = sorted(set(problem.sizes))
    return sizes, [problem.sizes.count(size) for size in sizes]


def _n_uses(problem: CircleProblem, everybody: bool) -> int:
    _, counts = _classes(problem)
    # where everybody is seated, the number of people settled tells how many circles of one size there are
    return int(np.prod([count + 1 for count in (counts[1:] if everybody else counts)], dtype=np.int64))


def _follow(problem: CircleProblem, everybody: bool) -> IntArray:
    """Return, for each use of sizes, the use after one more circle of so many members; -1 where there is none.

    A circle with empty seats takes the smallest size that is free and holds it. That loses nothing: whichever later
    circle would have needed that size fits into the larger one.
    """
    sizes, counts = _classes(problem)
    counted = sizes[1:] if everybody else sizes
    most = counts[1:] if everybody else counts
    uses = list(product(*(range(count + 1) for count in most)))
    number = {use: k for k, use in enumerate(uses)}
    follow = np.full((len(uses), 9), -1, dtype=np.int64)
    for use in uses:
        for members in range(3, 9):
            if everybody and members == sizes[0]:
                follow[number[use], members] = number[use]
                continue
            for c, size in enumerate(counted):
                fits = size == members if everybody else size >= members
                if fits and use[c] < most[c]:
                    follow[number[use], members] = number[(*use[:c], use[c] + 1, *use[c + 1 :])]
                    break
    return follow


def _options(problem: CircleProblem, people: IntArray, everybody: bool) -> _Options:
    """List all circles of these people that rules and forbidden pairs allow."""
    n = len(people)
    matrix = problem.scores.block(people)[:, people]
    rules = [CircleRule(rule.kind, rule.codes[people], rule.most) for rule in problem.rules]
    sizes = (
        sorted(set(problem.sizes))
        if everybody
        else range(problem.smallest, max(problem.sizes, default=0) + 1)
    )
    parts = [_circles_of(rules, matrix, size) for size in sizes if size <= n]
    members = [tuple(row) for part, _ in parts for row in part.tolist()]
    worths = np.concatenate([np.zeros(0, np.int64), *(worth for _, worth in parts)])
    lengths = np.concatenate(
        [np.zeros(0, np.int64), *(np.full(len(part), part.shape[1]) for part, _ in parts)]
    ).astype(np.int64)
    masks = np.concatenate([np.zeros(0, np.int64), *((1 << part).sum(axis=1) for part, _ in parts)])
    lowest = np.array([row[0] for row in members], dtype=np.int64)
    order = np.argsort(lowest, kind="stable")
    return _Options(
        start=np.searchsorted(lowest[order], np.arange(n + 1)).astype(np.int64),
        masks=np.ascontiguousarray(masks[order].astype(np.int64)),
        worths=np.ascontiguousarray((worths + _SEAT * lengths)[order]),
        sizes=np.ascontiguousarray(lengths[order]),
        members=[members[k] for k in order.tolist()],
        follow=_follow(problem, everybody),
    )


def _circles_of(rules: Iterable[CircleRule], matrix: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Return all allowed circles of so many members, in the order of positions, and what each is worth."""
    listed = chain.from_iterable(combinations(range(len(matrix)), size))
    teams = np.fromiter(listed, dtype=np.int64).reshape(-1, size)
    worth = np.zeros(len(teams), dtype=np.int64)
    good = np.ones(len(teams), dtype=bool)
    for a, b in combinations(range(size), 2):
        values = matrix[teams[:, a], teams[:, b]]
        good &= values != FORBIDDEN
        worth += np.where(values == FORBIDDEN, 0, values)
    for rule in rules:
        good &= _keeps(rule, rule.codes[teams])
    return teams[good], worth[good]


def _keeps(rule: CircleRule, codes: IntArray) -> npt.NDArray[np.bool_]:
    """Return which circles keep a rule, given the codes of their members, shape (circles, members)."""
    if rule.kind == "not_all_alike":
        alike: npt.NDArray[np.bool_] = ((codes[:, :1] >= 0) & (codes == codes[:, :1])).all(axis=1)
        return ~alike
    seen = (codes[:, :, None] == codes[:, None, :]).sum(axis=2)
    known = codes >= 0
    if rule.kind == "nobody_alone":
        wrong = seen == 1
    else:
        wrong = seen < (rule.most or 0) if rule.kind == "together" else seen > (rule.most or 0)
    broken: npt.NDArray[np.bool_] = (known & wrong).any(axis=1)
    return ~broken
