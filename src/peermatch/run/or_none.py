"""People who take no partner or at least so many: read, solved by branching, and told what is proved of it."""

from __future__ import annotations

from dataclasses import replace

from peermatch.criteria import Conflict
from peermatch.errors import InfeasibleError, VerificationError
from peermatch.problem import Control, Matching, Problem, Status
from peermatch.run.people import Capacity
from peermatch.solvers import Transport, none_or_at_least
from peermatch.verify import check_none_or_at_least

__all__ = ["OR_NONE", "asks", "or_none_sentence", "solve_or_none"]

OR_NONE = "none or at least"
"""The name of the search, in matchings that it made."""


def asks(least: Capacity) -> bool:
    """Return whether anybody takes none or at least two: to take none or one asks for nothing.

    Examples
    --------
    >>> import numpy as np
    >>> asks((None, np.array([0, 1]))), asks((None, np.array([0, 2])))
    (False, True)
    """
    return any(part is not None and bool((part > 1).any()) for part in least)


def solve_or_none(
    problem: Problem, least: Capacity, solver: Transport, sides: tuple[str, str], control: Control | None
) -> Matching:
    """Return the best assignment in which everybody has no partner or at least so many.

    Where the answer is as good as one without that demand, the dual variables of the latter prove it; else it carries
    no certificate, since it is the end of a search.

    Raises
    ------
    InfeasibleError
        If there is none: then others have minima that hold in any case.
    VerificationError
        If the answer does not keep to the demand.
    """
    found = none_or_at_least(problem, least, k=solver.k, control=control)
    matching, relaxed = found.matching, found.relaxed
    if matching.status == Status.INFEASIBLE:
        refused = _infeasible(least, sides)
        raise InfeasibleError(refused.sentence, refused.parts)
    faults = check_none_or_at_least(problem, matching, least) if len(matching.pairs) else []
    if faults:
        raise VerificationError(f"None or at least so many does not hold: {'; '.join(faults[:3])}.")
    same = len(matching.pairs) == len(relaxed.pairs) and matching.weight == relaxed.weight
    if same and relaxed.status == Status.OPTIMAL:
        return replace(
            matching, status=Status.OPTIMAL, gap=0, pairs_gap=0, certificate=relaxed.certificate, solver=solver.name
        )  # fmt: skip
    return matching


def or_none_sentence(matching: Matching) -> str:
    """Say in words what is known where a search by branching ended."""
    nodes = int(matching.stats.get("nodes", 0))
    cases = "1 case" if nodes == 1 else f"{nodes:,} cases"
    if matching.status == Status.OPTIMAL:
        return (
            "No other set of pairs in which everybody has none or as many as they need is better: found by a search "
            f"through {cases}, each solved exactly (the search is not checked independently)."
        )
    return (
        "Undecided: the search was stopped before everybody had none or as many as they need. There are no pairs yet; "
        "give it more time."
    )


def _infeasible(least: Capacity, sides: tuple[str, str]) -> Conflict:
    choosy = [side for side, part in zip(sides, least, strict=True) if part is not None and (part > 1).any()]
    return Conflict(
        f"What people need in any case cannot be met where others ({' and '.join(choosy)}) take none or at least so "
        "many. Lower a minimum, or leave or_none out.",
        (
            {"rule": "at_least", "ids": []},
            *({"rule": "or_none", "side": side, "ids": []} for side in choosy),
        ),
    )
