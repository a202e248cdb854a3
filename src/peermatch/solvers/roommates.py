"""Stable roommates: pairs in one pool that no two people would leave for each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_count
from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    ONE_POOL,
    Control,
    IntArray,
    Matching,
    NoStableCertificate,
    Problem,
    StabilityCertificate,
    Status,
    Stopped,
)
from peermatch.solvers.preferences import (
    TIE_BREAKS,
    PreferenceLists,
    lists_from_positions,
    lists_from_utilities,
    partition_fault,
    stable_partition,
)

__all__ = ["Roommates", "stable_partition", "stable_roommates"]

_MOST_SEARCHED = 12


@dataclass(frozen=True)
class Roommates:
    """Irving's algorithm (1985) with Tan's extension (1991), on what each pairing is worth to each side.

    Everyone's list is made of their utilities, best first; a forbidden pair is on neither list, and everyone who
    is allowed is preferred to being alone. The problem's objective plays no part: stability decides.

    Equal utilities are ordered by (column - row) mod n. Should no stable matching exist then, and it depend on that
    order, they are ordered once more by position, which settles every problem whose utilities are symmetric; then
    a search through all matchings decides small problems. A stable answer found in any of these ways is weakly
    stable: no two people both gain by leaving for each other.

    What the statuses promise:

    - ``stable``: no allowed pair blocks (checked over all of them); a `StabilityCertificate`.
    - ``no_stable``: proved, by a `NoStableCertificate` with Tan's stable partition. Where there are ties, it is stable
      whatever order they are given: no two people who are not neighbours in a party like each other at least as
      much as their predecessors. The pairs are the next best thing: one person of each odd party of three or more
      is set aside (``stats["set_aside"]``), the one whose absence leaves the party the highest total score, and
      the others are paired. Every pair that blocks this has someone set aside in it, and no larger set of pairs
      is stable among the people whom it pairs (Tan 1990). Where only the search decided (``stats["decided_by"]``),
      there is neither a certificate nor a pair.
    - ``undecided``: everything depends on the order of ties, and the pool is larger than `search_limit`; the pairs are
      those of the first order, with the promise above under that order. Or the solve was stopped: no pairs.

    Parameters
    ----------
    search_limit : int, default 10
        Up to how many people the search through all matchings may run where there are ties; at most 12.

    References
    ----------
    J. J. M. Tan (1990), A maximum stable matching for the roommates problem, BIT 30.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores(np.array([[0, 9, 1, 1], [9, 0, 8, 1], [1, 8, 0, 2], [1, 1, 2, 0]]))
    >>> matching = Roommates().solve(Problem(scores))
    >>> matching.status.value, matching.pairs.tolist()
    ('stable', [[0, 1], [2, 3]])
    """

    search_limit: int = 10
    name: ClassVar[str] = "roommates"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL})

    def __post_init__(self) -> None:
        if check_count("Roommates", "search_limit", self.search_limit) > _MOST_SEARCHED:
            raise ValueError(
                f"The search_limit parameter of Roommates must be at most {_MOST_SEARCHED}: "
                f"the search visits every matching. Got {self.search_limit!r} instead."
            )

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return a stable matching, or the proof that there is none and the next best thing.

        Raises
        ------
        UnsupportedError
            For two sides.
        """
        if problem.two_sided:
            raise UnsupportedError(
                "The 'roommates' solver pairs people of one pool. For two sides use 'blossom' or 'hungarian'."
            )
        try:
            return self._solve(problem, control)
        except Stopped:
            return Matching.of(
                problem, [], status=Status.UNDECIDED, solver=self.name, stats={"stopped": True}
            )

    def _solve(self, problem: Problem, control: Control | None) -> Matching:
        first: tuple[PreferenceLists, IntArray] | None = None
        for ties in TIE_BREAKS:
            lists = lists_from_utilities(problem.scores, ties=ties, control=control)
            successor = stable_partition(lists)
            if not _odd_members(successor).any():
                return _stable(problem, successor, lists.n_pairs, {"ties": lists.tied, "decided_by": ties})
            if partition_fault(lists, successor, any_order=True) < 0:
                return _without(problem, lists, successor, decided=True)
            first = first or (lists, successor)
        if lists.n <= self.search_limit:
            return _searched(problem, control)
        assert first is not None
        return _without(problem, *first, decided=False)


def stable_roommates(preferences: Sequence[Any] | npt.NDArray[Any]) -> Matching:
    """Solve a stable roommates problem given by preference lists.

    Parameters
    ----------
    preferences : list of n lists, or 2-D array, shape (n, k)
        ``preferences[i]`` holds the positions of the people whom person i would rather have than nobody, best
        first, each at most once. Lists may be short or empty; in a 2-D array of integers, -1 at the end of a row
        fills up a short one. Who is listed by one side only is dropped: both must be willing.

    Returns
    -------
    Matching
        With the status ``stable`` and a `StabilityCertificate`, or ``no_stable`` and a `NoStableCertificate`; the
        pairs are then those described at `Roommates`, with the lowest position of each odd party set aside.
        There are no scores, so the weight is 0.

    Raises
    ------
    InputError
        If a list names its owner, an unknown position, someone twice, or something that is not a position.

    Examples
    --------
    Gale and Shapley (1962) showed with four people that a stable matching need not exist:

    >>> matching = stable_roommates([[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]])
    >>> matching.status.value, matching.certificate.odd_parties
    ('no_stable', [[0, 1, 2]])
    >>> stable_roommates([[1, 2], [0, 2], [0, 1]]).pairs
    array([[0, 1]])
    """
    lists = lists_from_positions(preferences)
    successor = stable_partition(lists)
    pairs, aside = _next_best(successor, None)
    some_party = bool(aside)
    return Matching(
        pairs=pairs,
        n_left=lists.n,
        n_right=lists.n,
        two_sided=False,
        weight=0,
        status=Status.NO_STABLE if some_party else Status.STABLE,
        solver=Roommates.name,
        certificate=NoStableCertificate(successor, lists.n_pairs)
        if some_party
        else StabilityCertificate(lists.n_pairs),
        stats={"set_aside": aside},
    )


def _odd_members(successor: IntArray) -> npt.NDArray[np.bool_]:
    """Who belongs to an odd party of three or more: our partitions have pairs and odd parties only."""
    odd: npt.NDArray[np.bool_] = successor[successor] != np.arange(len(successor))
    return odd


def _stable(problem: Problem, successor: IntArray, covered: int, stats: dict[str, Any]) -> Matching:
    low = np.flatnonzero(successor > np.arange(len(successor)))
    return Matching.of(
        problem,
        np.stack([low, successor[low]], axis=1),
        status=Status.STABLE,
        solver=Roommates.name,
        certificate=StabilityCertificate(covered),
        stats=stats,
    )


def _without(problem: Problem, lists: PreferenceLists, successor: IntArray, *, decided: bool) -> Matching:
    """No stable matching, proved or under one order of ties: return the next best pairs."""
    pairs, aside = _next_best(successor, problem)
    return Matching.of(
        problem,
        pairs,
        status=Status.NO_STABLE if decided else Status.UNDECIDED,
        solver=Roommates.name,
        certificate=NoStableCertificate(successor, lists.n_pairs) if decided else None,
        stats={"ties": lists.tied, "decided_by": "partition" if decided else "none", "set_aside": aside},
    )


def _next_best(successor: IntArray, problem: Problem | None) -> tuple[IntArray, list[int]]:
    """Return the partition's pairs, and each odd party's with one member set aside (Tan 1990)."""
    in_party = _odd_members(successor)
    low = np.flatnonzero(~in_party & (successor > np.arange(len(successor))))
    pairs = [(int(x), int(successor[x])) for x in low]
    aside: list[int] = []
    for party in NoStableCertificate(successor, 0).odd_parties:
        members = np.array(party, dtype=np.int64)
        worth = [0] * len(party)
        if problem is not None:
            worth = [int(score) for score in problem.scores.at(members, np.roll(members, -1))]
        out = _least_loss(worth)
        aside.append(party[out])
        ring = party[out + 1 :] + party[:out]
        pairs += list(zip(ring[::2], ring[1::2], strict=True))
    ordered = np.sort(np.array(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    return ordered[np.argsort(ordered[:, 0])], sorted(aside)


def _least_loss(worth: list[int]) -> int:
    """Whom to set aside in a ring of odd length, where ``worth[k]`` is the score of k with k + 1.

    Setting k + 2 aside in place of k frees the pair (k + 1, k + 2) and makes (k, k + 1); two steps at a time reach
    all of an odd ring.
    """
    size = len(worth)
    total = {0: sum(worth[1::2])}
    k = 0
    for _ in range(size - 1):
        following = (k + 2) % size
        total[following] = total[k] - worth[(k + 1) % size] + worth[k]
        k = following
    return max(range(size), key=lambda member: (total[member], -member))


def _searched(problem: Problem, control: Control | None) -> Matching:
    """Look at every matching of a small pool with ties for one that is weakly stable."""
    n = problem.n_vertices
    utility = [[int(value) for value in row] for row in problem.scores.utilities(np.arange(n))]
    seen = 0
    for mate in _all_matchings(utility, [-1] * n, 0):
        seen += 1
        if control is not None and seen % 256 == 0:
            control.check()
        if not _blocked(utility, mate):
            stats = {"ties": True, "decided_by": "search", "matchings_examined": seen}
            successor = np.array([x if y < 0 else y for x, y in enumerate(mate)], dtype=np.int64)
            return _stable(problem, successor, _allowed_pairs(utility), stats)
    stats = {"ties": True, "decided_by": "search", "matchings_examined": seen}
    return Matching.of(problem, [], status=Status.NO_STABLE, solver=Roommates.name, stats=stats)


def _listed(utility: list[list[int]], x: int, y: int) -> bool:
    return x != y and utility[x][y] != FORBIDDEN and utility[y][x] != FORBIDDEN


def _allowed_pairs(utility: list[list[int]]) -> int:
    return sum(_listed(utility, x, y) for x in range(len(utility)) for y in range(x))


def _all_matchings(utility: list[list[int]], mate: list[int], x: int) -> Iterator[list[int]]:
    """Yield every matching of listed pairs, each once, as one list that is changed in place (depth at most n)."""
    while x < len(mate) and mate[x] >= 0:
        x += 1
    if x == len(mate):
        yield mate
        return
    for y in range(x + 1, len(mate)):
        if mate[y] < 0 and _listed(utility, x, y):
            mate[x], mate[y] = y, x
            yield from _all_matchings(utility, mate, x + 1)
            mate[x] = mate[y] = -1
    yield from _all_matchings(utility, mate, x + 1)


def _blocked(utility: list[list[int]], mate: list[int]) -> bool:
    """Whether two people would both rather have each other; anyone listed is better than nobody."""

    def gains(x: int, y: int) -> bool:
        return mate[x] < 0 or utility[x][y] > utility[x][mate[x]]

    return any(
        _listed(utility, x, y) and gains(x, y) and gains(y, x) for x in range(len(mate)) for y in range(x)
    )
