"""What a verifier says about a claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["SHOWN", "Proof", "summed_up"]

SHOWN = 10
"""How many faults of one sort are listed one by one."""


@dataclass(frozen=True)
class Proof:
    """The outcome of checking a matching against its certificate.

    Attributes
    ----------
    verified : bool
        Whether everything that the matching and its certificate claim was found true.
    faults : tuple of str
        What was found false, with positions; empty where `verified`. Also empty where nothing was claimed.
    pairs_covered : int
        How many allowed pairs of people were looked at here, each counted once.
    upper_bound : int or None
        No matching with as many pairs as the one in hand has a greater total score (for the objective
        ``"best_total"``: no matching at all). On the grid of 2**-30. None where the duals prove nothing.
    gap : int or None
        `upper_bound` less the weight of the matching.
    pairs_bound : int or None
        No matching has more pairs; not for the objective ``"best_total"``.
    worst_bound : int or None
        No matching with as many pairs has a better worst pair; only for the objective ``"worst_first"``.

    Examples
    --------
    >>> Proof(False, ("Person 3 stands in 2 pairs.",)).faults[0]
    'Person 3 stands in 2 pairs.'
    """

    verified: bool
    faults: tuple[str, ...] = ()
    pairs_covered: int = 0
    upper_bound: int | None = None
    gap: int | None = None
    pairs_bound: int | None = None
    worst_bound: int | None = None


def summed_up(faults: Iterable[str], total: int, what: str) -> list[str]:
    """Return the first faults of a sort, and one line that says how many more there are.

    Examples
    --------
    >>> summed_up(["a", "b"], 5, "broken pairs")
    ['a', 'b', 'And 3 more broken pairs.']
    """
    shown = list(faults)[:SHOWN]
    return [*shown, f"And {total - len(shown)} more {what}."] if total > len(shown) else shown
