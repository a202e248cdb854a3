"""The outcome of a round: all that explanations and reports are drawn from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.cohort import Cohort
from peermatch.criteria import Enforcement, FittedCriterion, Sides, columns_of, folded, key_of
from peermatch.problem import IntArray, Matching, Problem, Status
from peermatch.scoring import LazyScores, PairDetails, StatedScores, pair_details

__all__ = ["KEPT_PAIRS", "Outcome", "pair_id", "trio_id"]

KEPT_PAIRS = "kept pairs"
"""The rule that demands the pairs of an earlier result, where an update keeps all of them."""

ObjectArray = npt.NDArray[np.object_]


def pair_id(round: str | None, first: Any, second: Any, *, two_sided: bool = False) -> str:
    """Return the id of a pair: it depends on the round and the two typed ids alone.

    Parameters
    ----------
    round : str or None
    first, second : str or int
        In one pool their order does not matter; on two sides `first` is of the left one.
    two_sided : bool

    Returns
    -------
    str
        ``p-`` and 12 hexadecimal digits of a BLAKE2b hash.

    Examples
    --------
    >>> pair_id("2026-12", "007", 7)
    'p-971d9223c127'
    >>> pair_id("2026-12", 7, "007") == pair_id("2026-12", "007", 7) != pair_id("2027-01", "007", 7)
    True
    """
    keys = [[kind, str(id)] for kind, id in (key_of(first), key_of(second))]
    return "p-" + _digest(round, keys if two_sided else sorted(keys))


def trio_id(round: str | None, ids: Sequence[Any]) -> str:
    """Return the id of a trio: it depends on the round and the three typed ids alone, in any order.

    Examples
    --------
    >>> trio_id("2026-12", ["a", "b", 7]) == trio_id("2026-12", [7, "b", "a"])
    True
    """
    return "t-" + _digest(round, sorted([kind, str(id)] for kind, id in map(key_of, ids)))


def _digest(round: str | None, keys: list[list[str]]) -> str:
    text = json.dumps([round, *keys], ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=6).hexdigest()


@dataclass(frozen=True, eq=False)
class Outcome:
    """Who came in, what mattered to them, and who was paired with whom.

    Attributes
    ----------
    everyone : (Cohort, Cohort or None)
        All who came in, a cohort a side; None for one pool.
    sides : Sides
        Those who take part. Positions everywhere are positions in it.
    scores : LazyScores
    enforcement : Enforcement
    matching : Matching
    capacity : pair of int64 arrays or None
        Places of each person of a side; None: one each.
    fitted : tuple of FittedCriterion
        In the order of ``scores.criteria``.
    round : str or None
    objective : {"everyone_first", "best_total", "worst_first", "leximin"}
    stated : StatedScores, optional
        What people stated themselves.
    problem : Problem, optional
        What the solver was given, and in `positions` whom its rows and columns mean.
    trios_asked_for : bool
        Whether those left over were to join pairs.
    minimum : pair of int64 arrays or None
        How many partners each person of a side needs; None: nobody needs any.
    or_none : pair of int64 arrays or None
        How many partners each person of a side takes if they take any.
    declared : frozenset of str
        Columns, folded, that the matcher declares sensitive.
    """

    everyone: tuple[Cohort, Cohort | None]
    sides: Sides
    scores: LazyScores
    enforcement: Enforcement
    matching: Matching
    capacity: tuple[IntArray | None, IntArray | None]
    fitted: tuple[FittedCriterion, ...]
    round: str | None
    objective: str
    stated: StatedScores | None = None
    problem: Problem | None = None
    positions: tuple[IntArray, IntArray] | None = None
    trios_asked_for: bool = False
    minimum: tuple[IntArray | None, IntArray | None] = (None, None)
    or_none: tuple[IntArray | None, IntArray | None] = (None, None)
    declared: frozenset[str] = frozenset()

    @property
    def asks_for_stability(self) -> bool:
        """Whether a solver that asks for stability made the result, decided or not."""
        matching = self.matching
        return (
            matching.status in (Status.STABLE, Status.NO_STABLE)
            or matching.stability is not None
            or matching.solver in ("roommates", "deferred")
        )

    @property
    def two_sided(self) -> bool:
        """Whether there are two sides."""
        return self.sides.two_sided

    @property
    def pairs(self) -> IntArray:
        """The pairs as positions, shape (m, 2), in the canonical order of ids."""
        return self.matching.pairs

    @cached_property
    def details(self) -> PairDetails:
        """What the score of every pair is made of."""
        return pair_details(self.scores, self.pairs[:, 0], self.pairs[:, 1])

    @cached_property
    def demanded_by(self) -> dict[tuple[int, int], str]:
        """The name of the rule that demands each demanded pair; empty where it is not known."""
        names = dict(enumerate(self.enforcement.demanded_by))
        rows = self.enforcement.required.tolist()
        return {(u, v): names.get(number, "") for number, (u, v) in enumerate(rows)}

    @cached_property
    def pair_ids(self) -> list[str]:
        """The id of every pair."""
        left, right = self.cohort(0).ids.tolist(), self.cohort(1).ids.tolist()
        return [
            pair_id(self.round, left[u], right[v], two_sided=self.two_sided) for u, v in self.pairs.tolist()
        ]

    @cached_property
    def values_ahead(self) -> dict[tuple[int, int, str], list[tuple[str, ...]]]:
        """What many-valued cells hold, where it was read for everyone at once: by criterion, side and column."""
        return {}

    @cached_property
    def group_ids(self) -> list[str]:
        """The id of the group that each pair belongs to: of its trio, or its own."""
        ids = list(self.pair_ids)
        trio_of = {person: k for k, trio in enumerate(self.trios.tolist()) for person in trio}
        for index, (u, v) in enumerate(self.pairs.tolist()):
            if u in trio_of and trio_of[u] == trio_of.get(v):
                ids[index] = self.trio_ids[trio_of[u]]
        return ids

    @cached_property
    def trio_ids(self) -> list[str]:
        """The id of every trio."""
        ids = self.cohort(0).ids.tolist()
        return [trio_id(self.round, [ids[person] for person in trio]) for trio in self.trios.tolist()]

    @property
    def trios(self) -> IntArray:
        """Those who meet as three, as positions, shape (t, 3)."""
        return self.matching.trios

    @property
    def trio_of(self) -> dict[int, tuple[int, ...]]:
        """Everybody who meets in a trio, and its three members."""
        return {person: tuple(trio) for trio in self.trios.tolist() for person in trio}

    def cell(self, hand: int, column: str, position: int) -> Any:
        """Return what someone's cell holds; None where their side has no such column."""
        cells = self._columns.get((hand, column))
        if cells is None:
            cohort = self.cohort(hand)
            nothing = np.full(len(cohort), None, dtype=object)
            cells = self._columns[hand, column] = cohort.column(column) if cohort.has(column) else nothing
        return cells[position]

    @cached_property
    def _columns(self) -> dict[tuple[int, str], ObjectArray]:
        """Columns that were asked for: thousands of cells of each are, and taking one out of a table is slow."""
        return {}

    @cached_property
    def by_score(self) -> IntArray:
        """The pairs from best to weakest; those of equal score in the order of ids."""
        return np.argsort(-self.details.scores, kind="stable")

    @property
    def hands(self) -> tuple[int, ...]:
        """The sides that have people of their own: 0 for one pool, 0 and 1 for two sides."""
        return (0, 1) if self.two_sided else (0,)

    def cohort(self, hand: int) -> Cohort:
        """Return those who take part on the left (0) or on the right (1); in one pool they are the same."""
        return self.sides.left if hand == 0 else self.sides.columns_side

    def side_name(self, hand: int) -> str:
        """Return what a side is called."""
        return self.sides.names[hand]

    def places(self, hand: int) -> IntArray:
        """Return how many partners each person of a side may have."""
        given = self.capacity[hand]
        return np.ones(len(self.cohort(hand)), dtype=np.int64) if given is None else given

    @property
    def has_minima(self) -> bool:
        """Whether anybody was said to need partners."""
        return any(part is not None for part in (*self.minimum, *self.or_none))

    def least(self, hand: int) -> IntArray:
        """Return how many partners each person of a side needs."""
        given = self.minimum[hand]
        return np.zeros(len(self.cohort(hand)), dtype=np.int64) if given is None else given

    def if_any(self, hand: int) -> IntArray:
        """Return how many partners each person of a side takes if they take any."""
        given = self.or_none[hand]
        return np.zeros(len(self.cohort(hand)), dtype=np.int64) if given is None else given

    @cached_property
    def pairs_of(self) -> tuple[list[list[int]], list[list[int]]]:
        """The pairs in which each person of the left and of the right side stands; in one pool both are the same."""
        found: tuple[list[list[int]], list[list[int]]] = tuple(
            [[] for _ in range(len(self.cohort(hand)))] for hand in (0, 1)
        )  # type: ignore[assignment]
        if not self.two_sided:
            found = (found[0], found[0])
        for index, (u, v) in enumerate(self.pairs.tolist()):
            found[0][u].append(index)
            found[1][v].append(index)
        return found

    def partner(self, index: int, hand: int, position: int) -> tuple[int, int]:
        """Return side and position of whom someone has in a pair."""
        u, v = self.pairs[index].tolist()
        if self.two_sided:
            return (1, v) if hand == 0 else (0, u)
        return (0, v) if position == u else (0, u)

    def label(self, hand: int, position: int) -> str:
        """Return what people read for someone."""
        return str(self.cohort(hand).labels[position])

    @cached_property
    def sensitive_columns(self) -> frozenset[str]:
        """Columns that are sensitive, or that a sensitive criterion reads, folded: no criterion shows what is there."""
        criteria = [compiled.criterion for compiled in self.scores.criteria]
        read = [columns_of(criterion) for criterion in criteria if criterion.sensitive]
        return self.declared | {folded(column) for columns in read for column in columns}

    @cached_property
    def by_ids(self) -> Outcome:
        """The same outcome with ids where people read names: whatever is drawn from it names nobody otherwise."""
        known = {id(cohort): _by_ids(cohort) for cohort in self.everyone if cohort is not None}
        left, right = self.everyone
        sides = replace(
            self.sides,
            left=_by_ids(self.sides.left),
            right=None if self.sides.right is None else _by_ids(self.sides.right),
        )
        everyone = (known[id(left)], None if right is None else known[id(right)])
        return replace(self, everyone=everyone, sides=sides)


def _by_ids(cohort: Cohort) -> Cohort:
    labels = np.array([str(one) for one in cohort.ids.tolist()], dtype=object)
    return replace(cohort, label=None, labels=labels)
