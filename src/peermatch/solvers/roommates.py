"""Stable roommates: pairs in one pool that no two people would leave for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_choice, check_count
from peermatch.errors import UnsupportedError
from peermatch.problem import (
    ONE_POOL,
    BlockingPairs,
    Control,
    Entries,
    IntArray,
    Matching,
    NoStableCertificate,
    Problem,
    Stability,
    StabilityCertificate,
    Status,
    Stopped,
    sorted_pairs,
)
from peermatch.solvers.among import AMONG
from peermatch.solvers.fallbacks import (
    FALLBACKS,
    Blocked,
    few_blocking,
    maximum_stable,
    odd_parties,
    pairs_of_parties,
)
from peermatch.solvers.pair_utilities import lists_around, utility_of_pairs
from peermatch.solvers.preferences import ORDERS, TIE_BREAKS, PreferenceLists, lists_from_positions
from peermatch.solvers.prefix_lists import READ_WHOLE, lists_of_problem
from peermatch.solvers.stable_answers import StableAnswer, stable_answer
from peermatch.solvers.symmetric import symmetric_entries, symmetric_matching

__all__ = ["Roommates", "stable_roommates"]

_SEARCH_LIMIT = 2_000_000


@dataclass(frozen=True)
class Roommates:
    """Irving's algorithm (1985) with Tan's extension (1991), on what each pairing is worth to each side.

    Everyone's list is made of their utilities, best first; a forbidden pair is on neither list, and everyone who
    is allowed is preferred to being alone. The problem's objective plays no part: stability decides.

    Equal utilities are ordered by (column - row) mod n; should no stable matching be found so, by position; and by
    (column + row) mod n. Pools of more than 3,000 people begin with the last, and try the first after it. Each order is
    mended up to 60 times where it leaves odd parties (`peermatch.solvers.settling`). A stable matching found in any
    order is weakly stable: no two people both gain by leaving for each other. Then an exact search decides, within its
    limit.

    What the statuses promise:

    - ``stable``: no allowed pair blocks (checked over all of them); a `StabilityCertificate`.
    - ``no_stable``: proved. By a `NoStableCertificate` with Tan's stable partition; where there are ties, it is stable
      whatever order they are given. Or, where there are ties, by the search (``matching.stability.searched``), which
      leaves no certificate.
    - ``undecided``: everything depends on the order of ties, and the search met its limit; or the solve was stopped.

    Without a stable matching `fallback` says which pairs are made all the same, ``matching.stability.promise`` what is
    known about them, and ``matching.blocking_pairs`` which pairs block them.

    Parameters
    ----------
    among : {"any", "minimum_regret", "egalitarian"}, default "any"
        Which of the stable matchings; see `stable_roommates`.
    fallback : {"maximum_stable", "few_blocking"} or None, default "few_blocking"
        What to do where there is no stable matching; see `stable_roommates`.
    search_limit : int, default 2,000,000
        The most nodes of the search under ties, each of which gives one person a partner. That is always enough for 12
        people (and for any number who fall into groups of so many that don't list each other); usually for more.
        0: no search. In a part with more than 200 list entries there are fewer: 400,000,000 divided by the entries.
        Where it was met, ``matching.stability.searched["limit"]`` says how many there were.

    References
    ----------
    R. W. Irving (1985), An efficient algorithm for the "stable roommates" problem, Journal of Algorithms 6.
    J. J. M. Tan (1990), A maximum stable matching for the roommates problem, BIT 30.
    J. J. M. Tan (1991), A necessary and sufficient condition for the existence of a complete stable matching,
    Journal of Algorithms 12.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> scores = DenseScores(np.array([[0, 9, 1, 1], [9, 0, 8, 1], [1, 8, 0, 2], [1, 1, 2, 0]]))
    >>> matching = Roommates().solve(Problem(scores))
    >>> matching.status.value, matching.pairs.tolist()
    ('stable', [[0, 1], [2, 3]])
    """

    among: str = "any"
    fallback: str | None = "few_blocking"
    search_limit: int = _SEARCH_LIMIT
    name: ClassVar[str] = "roommates"
    accepts: ClassVar[frozenset[str]] = frozenset({ONE_POOL})

    def __post_init__(self) -> None:
        _check_options("Roommates", self.among, self.fallback)
        check_count("Roommates", "search_limit", self.search_limit)

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return a stable matching, or the proof that there is none and what `fallback` asks for.

        Raises
        ------
        UnsupportedError
            For two sides.
        """
        if problem.two_sided:
            raise UnsupportedError(
                "The 'roommates' solver pairs people of one pool. For two sides use 'deferred' to make stable pairs, "
                "or 'blossom' or 'hungarian' to make the best ones."
            )
        try:
            return self._solve(problem, control)
        except Stopped:
            return Matching.of(
                problem,
                [],
                status=Status.UNDECIDED,
                solver=self.name,
                stats={"stopped": True},
                stability=Stability(searched={"stopped": True}),
            )

    def _solve(self, problem: Problem, control: Control | None) -> Matching:
        if self.among == "any":
            entries = symmetric_entries(problem.scores, control=control)
            if entries is not None:
                return _symmetric(problem, entries)
        answer = stable_answer(
            lambda order: lists_of_problem(
                problem.scores, ties=order, all_stable=self.among != "any", control=control
            ),
            _orders_of(problem),
            among=self.among,
            limit=self.search_limit,
            control=control,
        )
        return _matching(answer, self.fallback, problem, control)


def _orders_of(problem: Problem) -> tuple[str, ...]:
    """The orders of ties to try. In a large pool each takes a look at all pairs, and the first should be the shortest.

    By the sum, two people who are worth the same to each other stand at about the same place on both lists.
    """
    return ("sum", "rotation") if problem.scores.shape[0] > READ_WHOLE else (*TIE_BREAKS, "sum")


def _symmetric(problem: Problem, entries: Entries) -> Matching:
    """The stable matching of symmetric utilities, which always exists."""
    mate = symmetric_matching(entries)
    n = len(mate)
    owner = np.repeat(np.arange(n), np.diff(entries.start))
    partners = mate[owner] == entries.column
    have = np.full(n, np.iinfo(np.int64).max)
    have[owner[partners]] = entries.utility[partners]
    person = np.flatnonzero(mate >= 0)
    rank = np.bincount(owner[entries.utility > have[owner]], minlength=n)[person] + 1
    low = np.flatnonzero(mate > np.arange(n))
    return Matching.of(
        problem,
        np.stack([low, mate[low]], axis=1),
        status=Status.STABLE,
        solver=Roommates.name,
        certificate=StabilityCertificate(len(entries.column) // 2),
        stats={"decided_by": "symmetry", "set_aside": []},
        stability=Stability(
            partition=np.where(mate < 0, np.arange(n), mate),
            cost=int(rank.sum()),
            regret=int(rank.max(initial=0)),
            promise=_STABLE,
        ),
    )


def stable_roommates(
    preferences: Sequence[Any] | npt.NDArray[Any], *, among: str = "any", fallback: str | None = None
) -> Matching:
    """Solve a stable roommates problem given by preference lists.

    Parameters
    ----------
    preferences : list of n lists, or 2-D array, shape (n, k)
        ``preferences[i]`` holds the positions of the people whom person i would rather have than nobody, best
        first, each at most once; people who are equally good stand together in an inner list. Lists may be short or
        empty; in a 2-D array of integers, -1 at the end of a row fills up a short one. Who is listed by one side
        only is dropped, for both must be willing; ``matching.stability.dropped`` says who was.
    among : {"any", "minimum_regret", "egalitarian"}, default "any"
        Which of the stable matchings. ``"minimum_regret"``: the worst rank that anybody gets is as good as can be;
        always exact where there are no ties. ``"egalitarian"``: the sum of everyone's rank of their partner is as
        low as can be (NP-hard): exact for up to 12 people, and beyond wherever the search ends by itself. With ties
        both are exact for up to 12 people, and wherever the search ends. ``matching.stability`` has `regret` and
        `cost` with what was proved, `regret_bound` and `cost_bound`: where they are equal, there is nothing better.
    fallback : {"maximum_stable", "few_blocking"}, optional
        What to do where no stable matching exists, or none was found. None: no pairs. ``"maximum_stable"``: one
        person of each odd party of three or more is set aside (``stats["set_aside"]``), the others are paired;
        nobody who is paired blocks with another who is, and no larger set of pairs has that property (Tan 1990).
        ``"few_blocking"``: a local search for a matching that few pairs block, which begins there. Either
        way ``matching.blocking_pairs`` lists all pairs that block, and how many block any matching at least.

    Returns
    -------
    Matching
        Its status is ``stable``, ``no_stable`` (proved) or ``undecided`` (with ties only, where the search met its
        limit of 2,000,000 nodes; 12 people never need so many). `partition` is a stable partition (Tan 1991), whose
        odd parties of three or more are the reason why no stable matching exists; where everything depends on the
        order of ties, it is one of the order that left the fewest in odd parties. There are no scores: the weight is 0.

    Raises
    ------
    InputError
        If a list names its owner, an unknown position, someone twice, or something that is not a position.
    ValueError
        For an unknown `among` or `fallback`.

    Examples
    --------
    Gale and Shapley (1962) showed with four people that a stable matching need not exist:

    >>> lists = [[1, 2, 3], [2, 0, 3], [0, 1, 3], [0, 1, 2]]
    >>> matching = stable_roommates(lists)
    >>> matching.status.value, matching.certificate.odd_parties, matching.mate
    ('no_stable', [[0, 1, 2]], array([-1, -1, -1, -1]))
    >>> matching = stable_roommates(lists, fallback="few_blocking")
    >>> matching.pairs.tolist(), matching.blocking_pairs.pairs.tolist(), matching.blocking_pairs.at_least
    ([[0, 3], [1, 2]], [[0, 2]], 1)

    Two stable matchings, and the one with the lower sum of ranks; then equals:

    >>> lists = [[1, 2, 3], [3, 2, 0], [0, 3, 1], [2, 1, 0]]
    >>> [stable_roommates(lists, among=among).cost for among in ("any", "egalitarian")]
    [6, 6]
    >>> stable_roommates([[[1, 2]], [0, 2], [0, 1]]).pairs
    array([[0, 1]])
    """
    _check_options("stable_roommates()", among, fallback)
    lists = lists_from_positions(preferences)
    answer = stable_answer(
        lambda order: lists if order == "given" else lists.with_ties_broken(order),
        ORDERS if lists.tied else ORDERS[:1],
        among=among,
        limit=_SEARCH_LIMIT,
    )
    return _matching(answer, fallback, None, None)


def _check_options(caller: str, among: Any, fallback: Any) -> None:
    check_choice(caller, "among", among, AMONG)
    if fallback is not None and not (isinstance(fallback, str) and fallback in FALLBACKS):
        try:
            check_choice(caller, "fallback", fallback, FALLBACKS)
        except ValueError as error:
            raise ValueError(str(error).replace("must be one of", "must be None or one of")) from None


def _matching(
    answer: StableAnswer, fallback: str | None, problem: Problem | None, control: Control | None
) -> Matching:
    """Put together what is returned."""
    lists = answer.lists
    stats = {"ties": lists.tied, "decided_by": answer.decided_by, "set_aside": []}
    blocking, promise = None, ""
    if answer.status == Status.STABLE:
        mate, promise = answer.mate, _STABLE
    elif fallback is None:
        mate, promise = np.full(lists.n, -1, dtype=np.int64), _NO_PAIRS
    else:
        blocked, stats["set_aside"], blocking = _fallen_back(answer, fallback, problem, control)
        mate, promise = blocked.mate, _promise(answer, fallback, blocking)
    stability = replace(
        _with_ranks(lists, mate),
        partition=answer.successor,
        cost_bound=answer.cost_bound,
        regret_bound=answer.regret_bound,
        blocking=blocking,
        promise=promise,
        searched=answer.searched,
    )
    low = np.flatnonzero(mate > np.arange(lists.n))
    pairs = np.stack([low, mate[low]], axis=1)
    more: dict[str, Any] = {
        "status": answer.status,
        "solver": Roommates.name,
        "certificate": _certificate(answer),
        "stats": stats,
        "stability": stability,
    }
    if problem is not None:
        return Matching.of(problem, pairs, **more)
    n = lists.n
    return Matching(pairs=pairs, n_left=n, n_right=n, two_sided=False, weight=0, **more)


def _certificate(answer: StableAnswer) -> StabilityCertificate | NoStableCertificate | None:
    if answer.status == Status.STABLE:
        return StabilityCertificate(answer.lists.n_pairs)
    if answer.decided_by == "partition":
        return NoStableCertificate(answer.successor, answer.lists.n_pairs)
    return None


def _with_ranks(lists: PreferenceLists, mate: IntArray) -> Stability:
    """Cost and regret of a matching."""
    person = np.flatnonzero(mate >= 0)
    ranks = lists.ranks(person, mate[person])
    return Stability(cost=int(ranks.sum()), regret=int(ranks.max(initial=0)), dropped=lists.dropped)


def _fallen_back(
    answer: StableAnswer, fallback: str, problem: Problem | None, control: Control | None
) -> tuple[Blocked, list[int], BlockingPairs]:
    """The pairs that a fallback makes, who is set aside for them, and what blocks them."""
    score = None if problem is None else problem.scores.at
    lists, parties = answer.lists, odd_parties(answer.successor)
    if problem is not None and lists.short is not None:
        members = np.sort(np.concatenate(parties))
        lists = lists_around(problem.scores, members, pairs_of_parties(answer.successor), control)
    blocked, aside = maximum_stable(lists, answer.successor, score=score, control=control)
    at_least = 0
    if answer.decided_by == "partition":
        at_least = (len(parties) + 1) // 2
    elif answer.status == Status.NO_STABLE:
        at_least = 1
    if fallback == "few_blocking" and answer.lists.short is None:
        blocked = few_blocking(blocked, max(1, at_least), control)
        aside = np.flatnonzero((blocked.mate < 0) & (lists.lengths > 0)).tolist()
    pairs = sorted_pairs(blocked.pairs(), two_sided=False)
    if problem is None:
        return blocked, aside, BlockingPairs(pairs, _gained_ranks(lists, blocked.mate, pairs), at_least)
    gains = _gained_utility(problem, blocked.mate, pairs)
    return blocked, aside, BlockingPairs(pairs, gains, at_least, unit="utility")


def _gained_ranks(lists: PreferenceLists, mate: IntArray, pairs: IntArray) -> IntArray:
    """How many ranks both of each pair would gain; for somebody alone, one rank behind the end of their list."""
    given = lists.lengths + np.bincount(lists.dropped[:, 0], minlength=lists.n)
    gains = np.empty_like(pairs)
    for side in (0, 1):
        x, y = pairs[:, side], pairs[:, 1 - side]
        alone = mate[x] < 0
        have = given[x] + 1
        have[~alone] = lists.ranks(x[~alone], mate[x[~alone]])
        gains[:, side] = have - lists.ranks(x, y)
    return gains


def _gained_utility(problem: Problem, mate: IntArray, pairs: IntArray) -> IntArray:
    """What both of each pair would gain; for somebody alone, all that the other is worth to them."""
    gains = np.empty_like(pairs)
    for side in (0, 1):
        x, y = pairs[:, side], pairs[:, 1 - side]
        paired = mate[x] >= 0
        gains[:, side] = utility_of_pairs(problem.scores, x, y)
        gains[paired, side] -= utility_of_pairs(problem.scores, x[paired], mate[x[paired]])
    return gains


_STABLE = "No two people would both rather have each other than what they have."
_NO_PAIRS = "No pairs were made."
_MAXIMUM = (
    "Every pair that blocks has someone set aside in it, so that nobody who is paired blocks with another who is; "
    "no larger set of pairs has that property."
)
_OF_AN_ORDER = (
    "Every pair that blocks has someone set aside in it, so that nobody who is paired blocks with another who is. "
    "With the ties in the order that was tried, no larger set of pairs has that property."
)
_FEW = (
    "A local search found no matching that fewer pairs block; there may be one. "
    "All the pairs that block it are listed."
)
_FEWEST = "It is proved that no matching is blocked by fewer pairs; all those that block this one are listed."


_NOT_SEARCHED = " The pool is too large for a local search for a matching that fewer pairs block."


def _promise(answer: StableAnswer, fallback: str, blocking: BlockingPairs) -> str:
    if fallback == "few_blocking" and answer.lists.short is None:
        return _FEWEST if len(blocking) == blocking.at_least > 0 else _FEW
    promise = _MAXIMUM if answer.decided_by == "partition" else _OF_AN_ORDER
    return promise + _NOT_SEARCHED if fallback == "few_blocking" else promise
