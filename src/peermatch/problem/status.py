"""One vocabulary for what a solver can say about its answer."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Status"]


class Status(StrEnum):
    """What is known about a matching.

    Examples
    --------
    >>> Status.OPTIMAL == "optimal"
    True
    """

    OPTIMAL = "optimal"
    """Proved: no better matching exists."""
    GAP = "gap"
    """Feasible, with a proven bound on how much better another one could be."""
    STABLE = "stable"
    """Proved: no two people prefer each other to what they have."""
    NO_STABLE = "no_stable"
    """Proved: no stable matching exists."""
    UNDECIDED = "undecided"
    """A search limit was met before the question was decided."""
    INFEASIBLE = "infeasible"
    """No matching satisfies the demands."""
