"""Certificates: evidence about a matching that anyone can check without trusting the solver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from peermatch.problem.flow_certificate import FlowCertificate, ShortageCertificate
from peermatch.problem.leximin_certificate import LeximinCertificate
from peermatch.problem.scores import IntArray

__all__ = [
    "BoundCertificate",
    "Certificate",
    "CoverCertificate",
    "NoStableCertificate",
    "OptimalityCertificate",
    "ProtectedCertificate",
    "StabilityCertificate",
    "WorstFirstCertificate",
]


def _no_ints() -> IntArray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class OptimalityCertificate:
    """Dual variables that prove a matching optimal (Edmonds 1965).

    With w(u,v) the score of a pair, every allowed pair must have

        slack(u,v) = y(u) + y(v) + sum of z(B) over the blossoms B that hold both - scale * (w(u,v) + bonus) >= 0

    with y >= 0 and z >= 0. Any matching is then worth at most ``(sum y + sum z(B) (|B|-1)/2) / scale`` (bonus
    included), and a matching that reaches this value is optimal.

    Parameters
    ----------
    scale : int
        Duals are whole numbers in units of 1/scale of a score.
    bonus : int
        Added to every pair's score before solving, so that more pairs always beat better pairs; 0 for best total.
    vertex_duals : int64 array, shape (n_vertices,)
        y; on two sides those of the left side come first. With capacities, one for each place.
    blossom_parent : int64 array, shape (b,)
        The blossom directly around each blossom, -1 for an outermost one.
    blossom_duals : int64 array, shape (b,)
        z.
    vertex_blossom : int64 array, shape (n_vertices,)
        The innermost blossom of each vertex, -1 for none. Empty where there are no blossoms.
    pairs_covered : int
        How many allowed pairs of people (who have a place at all) the inequality was checked on by the solver.
    """

    scale: int
    bonus: int
    vertex_duals: IntArray
    pairs_covered: int
    blossom_parent: IntArray = field(default_factory=_no_ints)
    blossom_duals: IntArray = field(default_factory=_no_ints)
    vertex_blossom: IntArray = field(default_factory=_no_ints)
    kind: ClassVar[str] = "optimality"


@dataclass(frozen=True, eq=False)
class BoundCertificate:
    """An upper bound: no matching is worth more, whatever the one in hand is worth.

    In the terms of `OptimalityCertificate` no allowed pair has a negative slack, so that no matching is worth more than
    ``(sum y + sum z(B) (|B|-1)/2) / scale`` (bonus included); for a matching with m pairs the 2m largest y (on two
    sides, the m largest of each) are enough.
    """

    scale: int
    bonus: int
    vertex_duals: IntArray
    pairs_covered: int
    blossom_parent: IntArray = field(default_factory=_no_ints)
    blossom_duals: IntArray = field(default_factory=_no_ints)
    vertex_blossom: IntArray = field(default_factory=_no_ints)
    kind: ClassVar[str] = "bound"


@dataclass(frozen=True, eq=False)
class CoverCertificate:
    """A bound on the number of pairs: dual variables where every pair with a score of at least `floor` is worth one.

    In the terms of `OptimalityCertificate` with a score of 1 for these pairs and no other pair allowed, so that no
    matching has more than ``(sum y + sum z(B) (|B|-1)/2) / scale`` of them. Vertices with the dual `scale` are a
    Tutte-Berge set, blossoms the odd components that it leaves (Edmonds 1965).

    Parameters
    ----------
    floor : int or None
        Only pairs with at least this score count; None: all allowed pairs.
    scale, vertex_duals, blossom_parent, blossom_duals, vertex_blossom
        See `OptimalityCertificate`.
    pairs_covered : int
        How many pairs of people score at least `floor`.
    """

    floor: int | None
    scale: int
    vertex_duals: IntArray
    pairs_covered: int
    blossom_parent: IntArray = field(default_factory=_no_ints)
    blossom_duals: IntArray = field(default_factory=_no_ints)
    vertex_blossom: IntArray = field(default_factory=_no_ints)
    kind: ClassVar[str] = "cover"


@dataclass(frozen=True, eq=False)
class WorstFirstCertificate:
    """The proof that the worst pair could not be better with as many pairs, nor the total with such a worst pair.

    Parameters
    ----------
    threshold : int or None
        The score of the worst pair; None where no pair can be made.
    within : OptimalityCertificate or BoundCertificate
        For everyone first among the pairs that score at least `threshold`: no set of as many of them has a better
        total; a bound where the search was stopped before that was known.
    above : CoverCertificate or None
        Of the pairs that score more than `threshold`: so many cannot be made. None where no pair can be made.
    most : CoverCertificate or None
        Of all allowed pairs: more cannot be made. None where that is plain: of those who have an allowed partner
        everybody is paired, but for one, or a whole side is.
    pairs_covered : int
        How many allowed pairs of people there are.
    """

    threshold: int | None
    within: OptimalityCertificate | BoundCertificate
    above: CoverCertificate | None
    most: CoverCertificate | None
    pairs_covered: int
    kind: ClassVar[str] = "worst_first"


@dataclass(frozen=True, eq=False)
class ProtectedCertificate:
    """The proof that nobody who goes first is left out where that can be helped, and that no total is better then.

    Everybody has a whole number, how much they go first. Of the matchings with as many pairs as possible (for the
    objective ``"best_total"``: of all) those count whose paired people have the greatest sum of these numbers, and of
    those no matching has a better total. The duals are those of the scores ``w(u,v) + lift (first(u) + first(v))``.

    Parameters
    ----------
    first : int64 array, shape (n_vertices,)
        At least 0; 0 for those who do not go first.
    lift : int
        So large that no total outweighs it.
    within : OptimalityCertificate
        For the lifted scores.

    Attributes
    ----------
    pairs_covered : int
        How many allowed pairs of people the inequality was checked on by the solver.
    """

    first: IntArray
    lift: int
    within: OptimalityCertificate
    pairs_covered: int = field(init=False)
    kind: ClassVar[str] = "protected"

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs_covered", self.within.pairs_covered)


@dataclass(frozen=True, eq=False)
class StabilityCertificate:
    """The claim that no allowed pair prefers each other; checked by one scan (`peermatch.verify.blocking_pairs`)."""

    pairs_covered: int
    kind: ClassVar[str] = "stability"


@dataclass(frozen=True, eq=False)
class NoStableCertificate:
    """A stable partition with an odd party of three or more, which proves that no stable matching exists (Tan 1991).

    Parameters
    ----------
    successor : int64 array, shape (n,)
        The partition as a permutation: each person's successor in their party; themselves for a party of one.
    """

    successor: IntArray
    pairs_covered: int
    kind: ClassVar[str] = "no_stable"

    @property
    def odd_parties(self) -> list[list[int]]:
        """The parties of odd size of three or more, each in cyclic order from its lowest position."""
        parties, seen = [], np.zeros(len(self.successor), dtype=bool)
        for start in range(len(self.successor)):
            party, person = [], start
            while not seen[person]:
                seen[person] = True
                party.append(person)
                person = int(self.successor[person])
            if len(party) >= 3 and len(party) % 2 == 1:
                parties.append(party)
        return parties


Certificate = (
    OptimalityCertificate
    | BoundCertificate
    | ProtectedCertificate
    | WorstFirstCertificate
    | LeximinCertificate
    | StabilityCertificate
    | NoStableCertificate
    | FlowCertificate
    | ShortageCertificate
)
