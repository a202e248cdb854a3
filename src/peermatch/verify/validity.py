"""Whether a matching is one at all: shapes, people, rules, and the weight that it claims."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, IntArray, Matching, Problem
from peermatch.verify.proof import summed_up

__all__ = ["check_valid", "is_valid"]


def is_valid(matching: Matching, problem: Problem, *, required: npt.ArrayLike | None = None) -> bool:
    """Return whether a matching is valid for a problem; see `check_valid` for what that takes.

    Parameters
    ----------
    matching : Matching
    problem : Problem
    required : integer array, shape (r, 2), optional
        Pairs that must be among those of the matching.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 5], [5, 0]]))
    >>> is_valid(Matching.of(problem, [[1, 0]], status=Status.GAP, solver="by hand"), problem)
    True
    """
    return not check_valid(matching, problem, required=required)


def check_valid(matching: Matching, problem: Problem, *, required: npt.ArrayLike | None = None) -> list[str]:
    """List everything that is wrong with a matching, in sentences that name positions. Takes O(pairs) lookups.

    Checked are: the sizes; that positions are in range and nobody is paired with themselves; that pairs are in
    canonical order; that nobody is in more pairs than they have places (whoever meets in a trio is in the two pairs of
    it and in no other); that no pair is forbidden; that every
    required pair is made; that the weight is the sum of the scores; and that `mate` agrees with the pairs.

    Parameters
    ----------
    matching : Matching
    problem : Problem
    required : integer array, shape (r, 2), optional
        Pairs that must be among those of the matching; in one pool in either order.

    Returns
    -------
    list of str
        Empty for a valid matching.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, FORBIDDEN], [FORBIDDEN, 0]]))
    >>> check_valid(Matching.of(problem, [[0, 1]], status=Status.GAP, solver="by hand"), problem)
    ['Pair (0, 1) is forbidden.']
    """
    faults = _shape_faults(matching, problem)
    if faults:
        return faults
    faults = _pair_faults(matching.pairs, problem)
    if faults:  # the scores of such pairs cannot be looked up
        return faults
    return [
        *_order_faults(matching.pairs, problem.two_sided),
        *_place_faults(*_without_trios(matching), problem),
        *_trio_faults(matching, problem),
        *_required_faults(matching.pairs, required, problem.two_sided),
        *_score_faults(matching, problem),
        *_mate_faults(matching, problem),
    ]


def _shape_faults(matching: Matching, problem: Problem) -> list[str]:
    rows, columns = problem.scores.shape
    pairs = matching.pairs
    faults = []
    if matching.two_sided != problem.two_sided:
        kinds = {True: "two sides", False: "one pool"}
        faults.append(
            f"The matching is of {kinds[matching.two_sided]}, the problem of {kinds[problem.two_sided]}."
        )
    if (matching.n_left, matching.n_right) != (rows, columns):
        faults.append(
            f"The matching is for {matching.n_left} and {matching.n_right} people, "
            f"the problem for {rows} and {columns}."
        )
    if not isinstance(pairs, np.ndarray) or pairs.dtype != np.int64 or pairs.ndim != 2 or pairs.shape[1] != 2:
        found = f"{getattr(pairs, 'dtype', type(pairs).__name__)} with the shape {np.shape(pairs)}"
        faults.append(f"Pairs must be an int64 array of the shape (m, 2); these are {found}.")
    if isinstance(matching.weight, bool) or not isinstance(matching.weight, int):
        faults.append(f"The weight must be a Python integer; it is {matching.weight!r}.")
    return faults


def _pair_faults(pairs: IntArray, problem: Problem) -> list[str]:
    rows, columns = problem.scores.shape
    outside = (pairs < 0).any(axis=1) | (pairs[:, 0] >= rows) | (pairs[:, 1] >= columns)
    faults = _listed(pairs, outside, "lies outside the problem")
    if not problem.two_sided:
        faults += _listed(pairs, pairs[:, 0] == pairs[:, 1], "pairs a person with themselves")
    return faults


def _listed(pairs: IntArray, wrong: npt.NDArray[np.bool_], what: str) -> list[str]:
    found = pairs[wrong]
    return summed_up((f"Pair ({u}, {v}) {what}." for u, v in found.tolist()), len(found), "such pairs")


def _order_faults(pairs: IntArray, two_sided: bool) -> list[str]:
    faults = [] if two_sided else _listed(pairs, pairs[:, 0] > pairs[:, 1], "is not written as (low, high)")
    before, after = pairs[:-1], pairs[1:]
    unsorted = (after[:, 0] < before[:, 0]) | ((after[:, 0] == before[:, 0]) & (after[:, 1] < before[:, 1]))
    if unsorted.any():
        place = int(np.flatnonzero(unsorted)[0])
        faults.append(
            f"Pairs are not sorted: the one in place {place + 1} belongs before the one in place {place}."
        )
    repeated = (after == before).all(axis=1)
    return faults + _listed(after, repeated, "is listed twice")


def _without_trios(matching: Matching) -> tuple[IntArray, IntArray]:
    """Return the pairs that belong to no trio, and everybody who meets in a trio, as often as they do."""
    inside = {(a, b) for trio in matching.trios.tolist() for a, b in combinations(sorted(trio), 2)}
    if not inside:
        return matching.pairs, np.zeros(0, dtype=np.int64)
    kept = [pair for pair in matching.pairs.tolist() if tuple(pair) not in inside]
    return np.array(kept, dtype=np.int64).reshape(-1, 2), matching.trios.ravel()


def _trio_faults(matching: Matching, problem: Problem) -> list[str]:
    """All three pairs of a trio are made, of three people of one pool."""
    if not len(matching.trios):
        return []
    if problem.two_sided:
        return ["Trios are of one pool; this problem has two sides."]
    made = {tuple(pair) for pair in matching.pairs.tolist()}
    faults = [
        f"Trio {trio} lacks the pair {pair}."
        for trio in matching.trios.tolist()
        for pair in combinations(sorted(trio), 2)
        if pair not in made
    ]
    return summed_up(faults, len(faults), "such trios")


def _place_faults(pairs: IntArray, in_trios: IntArray, problem: Problem) -> list[str]:
    rows, columns = problem.scores.shape
    if not problem.two_sided:
        return _crowded("Person", np.concatenate([pairs.ravel(), in_trios]), rows, None)
    left, right = problem.capacity
    return [
        *_crowded("Left person", pairs[:, 0], rows, left),
        *_crowded("Right person", pairs[:, 1], columns, right),
    ]


def _crowded(who: str, positions: IntArray, size: int, places: IntArray | None) -> list[str]:
    used = np.bincount(positions, minlength=size)
    room = np.ones(size, dtype=np.int64) if places is None else places
    crowded = np.flatnonzero(used > room)
    return summed_up(
        (f"{who} {p} stands in {used[p]} pairs and has {room[p]} places." for p in crowded.tolist()),
        len(crowded),
        "such people",
    )


def _required_faults(pairs: IntArray, required: npt.ArrayLike | None, two_sided: bool) -> list[str]:
    if required is None:
        return []
    wanted = np.asarray(required, dtype=np.int64).reshape(-1, 2)
    made = {tuple(pair) if two_sided else tuple(sorted(pair)) for pair in pairs.tolist()}
    missing = [
        f"Pair ({u}, {v}) is required and not made."
        for u, v in wanted.tolist()
        if ((u, v) if two_sided else (min(u, v), max(u, v))) not in made
    ]
    return summed_up(missing, len(missing), "such pairs")


def _score_faults(matching: Matching, problem: Problem) -> list[str]:
    values = problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1])
    forbidden = np.asarray(values == FORBIDDEN)
    if forbidden.any():
        return _listed(matching.pairs, forbidden, "is forbidden")
    total = sum(values.tolist())  # Python integers: a sum of many scores may pass int64
    if total != matching.weight:
        return [f"The weight is given as {matching.weight}; the scores of the pairs add up to {total}."]
    return []


def _mate_faults(matching: Matching, problem: Problem) -> list[str]:
    pairs, (rows, _) = matching.pairs, problem.scores.shape
    if problem.two_sided and np.bincount(pairs[:, 0], minlength=rows).max(initial=0) > 1:
        return []  # with several partners on the left there is no single mate to speak of
    expected = np.full(rows, -1, dtype=np.int64)
    expected[pairs[:, 0]] = pairs[:, 1]
    if not problem.two_sided:
        expected[pairs[:, 1]] = pairs[:, 0]
    mate = np.asarray(matching.mate)
    if mate.shape != expected.shape:
        return [f"mate has the shape {mate.shape}; it should be {expected.shape}."]
    wrong = np.flatnonzero(mate != expected)
    return summed_up(
        (f"mate of {p} is given as {mate[p]}; by the pairs it is {expected[p]}." for p in wrong.tolist()),
        len(wrong),
        "such people",
    )
