"""Circles: what a solver of circles sees, and what it returns.

A circle is a group of 3 to 8 people who meet as one. It is worth the sum of the scores of all its pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_choice, check_count, must_be
from peermatch.problem.scores import IntArray, PairScores
from peermatch.problem.status import Status

__all__ = [
    "CIRCLE_RULES",
    "LARGEST_CIRCLE",
    "SMALLEST_CIRCLE",
    "CircleBound",
    "CircleMatching",
    "CircleProblem",
    "CircleRule",
]

SMALLEST_CIRCLE, LARGEST_CIRCLE = 3, 8
CIRCLE_RULES = ("nobody_alone", "not_all_alike", "at_most", "together")
COUNTING_RULES = ("at_most", "together")
"""The rules with a number."""


@dataclass(frozen=True, eq=False)
class CircleRule:
    """A demand on who sits together, read off one code for each person.

    Parameters
    ----------
    kind : {"nobody_alone", "not_all_alike", "at_most", "together"}
        Nobody is the only one of their kind in a circle (a code is there twice or more, or not at all); the
        members of a circle do not all have one code; at most `most` members of a circle have one code; the `most`
        people who have one code sit in one circle, or none of them has a seat.
    codes : int64 array, shape (n,)
        A code of at least 0 for each person; -1 where it is not known. Who is not known is held to be like
        nobody: no rule counts them, and a circle with such a member is not all alike.
    most : int, optional
        For ``at_most``: at least 1. For ``together``: how many people have each code, at least 2.
    name : str, optional
        What the rule is called in messages.

    Raises
    ------
    ValueError
        For an unknown kind, or codes or a `most` that do not fit.

    Examples
    --------
    >>> rule = CircleRule("at_most", np.array([0, 0, 0, 1]), most=2)
    >>> rule.breaches(np.array([0, 1, 2, 3])), rule.breaches(np.array([1, 2, 3]))
    (1, 0)
    """

    kind: str
    codes: IntArray
    most: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        check_choice("CircleRule", "kind", self.kind, CIRCLE_RULES)
        codes = np.asarray(self.codes)
        if codes.ndim != 1 or (codes.size and not np.issubdtype(codes.dtype, np.integer)):
            raise ValueError(must_be("CircleRule", "codes", "a 1-D array of whole numbers", self.codes))
        if codes.size and int(codes.min()) < -1:
            raise ValueError(must_be("CircleRule", "codes", "at least -1 (not known)", int(codes.min())))
        object.__setattr__(self, "codes", np.ascontiguousarray(codes, dtype=np.int64))
        if self.kind in COUNTING_RULES:
            check_count("CircleRule", "most", self.most, at_least=1 if self.kind == "at_most" else 2)
        elif self.most is not None:
            raise ValueError(must_be("CircleRule", "most", f"left out for {self.kind!r}", self.most))
        if not self.name:
            object.__setattr__(self, "name", self.kind)

    def breaches(self, members: IntArray) -> int:
        """Return by how much a circle breaks the rule: kinds that stand alone, people too many, or people who lack."""
        codes = self.codes[members]
        if self.kind == "not_all_alike":
            return int(len(codes) > 1 and codes[0] >= 0 and bool((codes == codes[0]).all()))
        _, counts = np.unique(codes[codes >= 0], return_counts=True)
        if self.kind == "nobody_alone":
            return int((counts == 1).sum())
        assert self.most is not None
        if self.kind == "together":
            return int(np.maximum(self.most - counts, 0).sum())
        return int(np.maximum(counts - self.most, 0).sum())


@dataclass(frozen=True, eq=False)
class CircleProblem:
    """Circles of one pool: as many people seated as possible, and then the best total.

    Everybody has a seat exactly if all circles are full and the sizes add up to everybody. Otherwise circles may
    have empty seats, down to `smallest` members, or not come about at all.

    Parameters
    ----------
    scores : PairScores
        One pool; scores from 0 to ``2**31 - 2``. Pairs that are `FORBIDDEN` never sit together.
    sizes : sequence of int
        The seats of each circle, from 3 to 8; together at most as many as there are people.
    rules : sequence of CircleRule
    smallest : int, default 3
        The fewest members of a circle with empty seats.

    Raises
    ------
    ValueError
        For two sides, or sizes, rules or `smallest` that do not fit.

    Examples
    --------
    >>> from peermatch.problem import DenseScores
    >>> CircleProblem(DenseScores(np.ones((7, 7), dtype=int)), [3, 4]).seats
    7
    """

    scores: PairScores
    sizes: Sequence[int]
    rules: Sequence[CircleRule] = ()
    smallest: int = SMALLEST_CIRCLE

    def __post_init__(self) -> None:
        if self.scores.two_sided:
            raise ValueError("Circles are made of one pool; these scores have two sides.")
        sizes = tuple(check_count("CircleProblem", "sizes", size, at_least=1) for size in self.sizes)
        wrong = [size for size in sizes if not SMALLEST_CIRCLE <= size <= LARGEST_CIRCLE]
        if wrong:
            constraint = f"whole numbers from {SMALLEST_CIRCLE} to {LARGEST_CIRCLE}"
            raise ValueError(must_be("CircleProblem", "sizes", constraint, wrong[0]))
        if sum(sizes) > self.n:
            raise ValueError(
                must_be("CircleProblem", "sizes", f"at most {self.n} seats in all, one a person", sum(sizes))
            )
        smallest = check_count("CircleProblem", "smallest", self.smallest, at_least=SMALLEST_CIRCLE)
        if smallest > min(sizes, default=LARGEST_CIRCLE):
            raise ValueError(must_be("CircleProblem", "smallest", "at most the smallest size", smallest))
        for rule in self.rules:
            if len(rule.codes) != self.n:
                raise ValueError(
                    must_be("CircleRule", "codes", f"of {self.n} people, as the scores are", len(rule.codes))
                )
        object.__setattr__(self, "sizes", tuple(sorted(sizes, reverse=True)))
        object.__setattr__(self, "rules", tuple(self.rules))

    @property
    def n(self) -> int:
        """How many people there are."""
        return self.scores.shape[0]

    @property
    def seats(self) -> int:
        """How many seats there are."""
        return sum(self.sizes)

    @property
    def degrees(self) -> IntArray:
        """How many others each seat sits with, the most first, shape (seats,)."""
        return np.repeat(np.array(self.sizes, dtype=np.int64) - 1, np.array(self.sizes, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class CircleBound:
    """Evidence that no circles of these sizes are worth more than `total`.

    Parameters
    ----------
    kind : {"partners", "prices"}
        ``partners``: nobody can do better than with their best partners, and each pair counts for two people: half of
        the sum, over k, of the highest k-th best scores of as many people as sit with k others. ``prices``: for any
        prices y >= 0 of people, the highest prices times the highest numbers of others that seats sit with, and
        over all allowed pairs the sum of what a score is above the prices of both.
    total : int
    prices : int64 array, shape (n,), optional
    """

    kind: str
    total: int
    prices: IntArray | None = None


@dataclass(frozen=True, eq=False)
class CircleMatching:
    """Circles, what they are worth, and what is known about them.

    Parameters
    ----------
    circles : tuple of int64 arrays
        The members of each circle, ascending; circles in the order of their first members.
    n : int
        The size of the pool.
    fit : int64 array, shape (n,)
        Each person's sum of scores with the others of their circle; 0 without a seat.
    total : int
        The sum of the scores of all pairs that sit together, a Python integer; half of the sum of `fit`.
    bound : int
        Proved: no circles that seat as many people are worth more.
    status : Status
        ``optimal``: nobody can seat more people, nor as many with a better total. ``gap``: see `gap` and `seats_gap`.
    solver : str
    certificate : CircleBound, optional
        What proves `bound`; None where all possibilities were looked at.
    seats_gap : int
        How many more people other circles could seat at most.
    stats : mapping
        What was counted on the way; no times, so that results are the same bytes.
    """

    circles: tuple[IntArray, ...]
    n: int
    fit: IntArray
    total: int
    bound: int
    status: Status
    solver: str
    certificate: CircleBound | None = None
    seats_gap: int = 0
    stats: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gap(self) -> int:
        """How much more circles that seat as many could be worth at most, in units of the score."""
        return self.bound - self.total

    @property
    def gap_share(self) -> float:
        """The gap as a share of the bound; 0 where nothing can be worth anything."""
        return self.gap / self.bound if self.bound else 0.0

    @property
    def sizes(self) -> list[int]:
        """How many members each circle has."""
        return [len(members) for members in self.circles]

    @cached_property
    def circle_of(self) -> IntArray:
        """Each person's circle, or -1, shape (n,)."""
        found = np.full(self.n, -1, dtype=np.int64)
        for number, members in enumerate(self.circles):
            found[members] = number
        return found

    @property
    def unseated(self) -> IntArray:
        """Those without a seat, ascending."""
        return np.flatnonzero(self.circle_of < 0)

    @classmethod
    def of(
        cls,
        problem: CircleProblem,
        circles: Sequence[npt.ArrayLike],
        *,
        bound: int,
        status: Status,
        solver: str,
        certificate: CircleBound | None = None,
        seats_gap: int = 0,
        stats: Mapping[str, Any] | None = None,
    ) -> CircleMatching:
        """Build a result from circles in any order; fits and total are summed from the problem's own scores."""
        ordered = [np.sort(np.asarray(members, dtype=np.int64)) for members in circles]
        ordered = sorted((members for members in ordered if len(members)), key=lambda part: int(part[0]))
        pairs = [np.stack(np.triu_indices(len(members), 1)) for members in ordered]
        u = np.concatenate([np.zeros(0, np.int64), *(m[p[0]] for m, p in zip(ordered, pairs, strict=True))])
        v = np.concatenate([np.zeros(0, np.int64), *(m[p[1]] for m, p in zip(ordered, pairs, strict=True))])
        values = problem.scores.at(u, v)
        fit = np.zeros(problem.n, dtype=np.int64)
        np.add.at(fit, u, values)
        np.add.at(fit, v, values)
        return cls(
            circles=tuple(ordered),
            n=problem.n,
            fit=fit,
            total=sum(values.tolist()),
            bound=bound,
            status=status,
            solver=solver,
            certificate=certificate,
            seats_gap=seats_gap,
            stats=dict(stats or {}),
        )
