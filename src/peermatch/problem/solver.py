"""What a solver is: a name, what it accepts, and one method."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from peermatch.problem.control import Control
from peermatch.problem.matching import Matching
from peermatch.problem.problem import Problem

__all__ = ["ONE_POOL", "TWO_SIDES", "Solver"]

ONE_POOL = "one pool"
TWO_SIDES = "two sides"


@runtime_checkable
class Solver(Protocol):
    """The protocol of every solver.

    A solver is a frozen dataclass whose fields are its options, so that an unknown option is a TypeError.

    Attributes
    ----------
    name : str
        The name in the registry.
    accepts : frozenset of str
        `ONE_POOL`, `TWO_SIDES`, or both.
    """

    name: ClassVar[str]
    accepts: ClassVar[frozenset[str]]

    def solve(self, problem: Problem, *, control: Control | None = None) -> Matching:
        """Return a matching that respects every forbidden pair.

        Raises
        ------
        UnsupportedError
            If the solver does not accept this kind of problem; the message names one that does.
        """
