"""Certificates of assignments between two sides with minimum and maximum capacities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from peermatch.problem.scores import IntArray

__all__ = ["FlowCertificate", "ShortageCertificate"]


@dataclass(frozen=True, eq=False)
class FlowCertificate:
    """One whole number for each person, of either sign, that bounds what any assignment is worth.

    With low(u) <= partners of u <= high(u), each pair made at most once, and w the score of a pair, bonus included,
    every assignment that meets all bounds is worth at most

        sum over people of (high(u) max(y(u), 0) + low(u) min(y(u), 0)) + sum over pairs of max(0, w(u,v) - y(u) - y(v))

    whatever the y are (weak duality of linear programs). An assignment worth as much is optimal. A positive y is the
    dual variable of the maximum: what one place more would be worth. A negative one is that of the minimum: what one
    partner less that is demanded would be worth.

    Parameters
    ----------
    bonus : int
        Added to every pair's score before solving, so that more pairs always beat better pairs; 0 for best total.
    left_duals, right_duals : int64 arrays, shapes (rows,) and (columns,)
        y, in units of a score.
    pairs_covered : int
        How many allowed pairs the solver has looked at.
    """

    bonus: int
    left_duals: IntArray
    right_duals: IntArray
    pairs_covered: int
    kind: ClassVar[str] = "flow"


@dataclass(frozen=True, eq=False)
class ShortageCertificate:
    """People of one side who demand more partners than all who may be paired with any of them can supply.

    Each person of the other side supplies at most their places, and no more than one for each of these people that
    they may be paired with. Where the sum falls short of the sum of the minima, no assignment exists (Gale 1957).

    Parameters
    ----------
    side : {"left", "right"}
        Whose demand it is.
    people : int64 array
        Their positions, ascending.
    demanded, supplied : int
    pairs_covered : int
        How many allowed pairs these people have.
    irreducible : bool
        Whether what is left of them could be supplied if any one of them were let off.
    """

    side: str
    people: IntArray
    demanded: int
    supplied: int
    pairs_covered: int
    irreducible: bool
    kind: ClassVar[str] = "shortage"
