"""Why two people are not paired: what each would gain or lose by leaving for the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.errors import InputError, VerificationError, error_item
from peermatch.problem import FORBIDDEN, IntArray, Matching, Problem
from peermatch.verify.looking_up import utilities_of
from peermatch.verify.validity import check_valid
from peermatch.verify.wishes import Side, sides_of

__all__ = ["Refusals", "refusals"]

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Refusals:
    """What each of two people would gain by leaving for the other; column 0 is about u, column 1 about v.

    Attributes
    ----------
    pairs : int64 array, shape (m, 2)
        As asked.
    gains : int64 array, shape (m, 2)
        The other's utility less that of the worst whom the person holds, on the grid of the scores; of someone with a
        free place (or alone), the other's utility itself. 0 where the pair is forbidden or together already, and of
        someone without any place.
    free : bool array, shape (m, 2)
        Whether the person is alone or has a free place, so that they give nobody up. They refuse no one who is allowed,
        even where the utility is 0 or less.
    refuses : bool array, shape (m, 2)
        Whether the person would rather keep what they have: they give somebody up and do not gain, or have no place.
    allowed : bool array, shape (m,)
        Whether the pair may be made at all; else both refuse.
    together : bool array, shape (m,)
        Whether the pair is one of the matching; then nobody refuses.
    """

    pairs: IntArray
    gains: IntArray
    free: BoolArray
    refuses: BoolArray
    allowed: BoolArray
    together: BoolArray

    @property
    def blocks(self) -> BoolArray:
        """Whether the pair blocks the matching: it is allowed, not made, and neither refuses; shape (m,)."""
        blocks: BoolArray = self.allowed & ~self.together & ~self.refuses.any(axis=1)
        return blocks


def refusals(problem: Problem, matching: Matching, u: npt.ArrayLike, v: npt.ArrayLike) -> Refusals:
    """Say for listed pairs which of the two would refuse to leave for the other, and what each would gain or lose.

    No more than these pairs and those of the people in them are looked up, where the scores can be asked so.

    Parameters
    ----------
    problem : Problem
    matching : Matching
        A valid one.
    u, v : integer arrays, shape (m,)
        The pairs: positions in the pool, or in the left and in the right side.

    Raises
    ------
    InputError
        If they are not whole numbers of one length within the problem.
    VerificationError
        If the matching is not valid for the problem.

    Examples
    --------
    >>> from peermatch.problem import DenseScores, Status
    >>> problem = Problem(DenseScores([[0, 9, 5, 1], [9, 0, 1, 5], [5, 1, 0, 1], [1, 5, 1, 0]]))
    >>> matching = Matching.of(problem, [[0, 1], [2, 3]], status=Status.STABLE, solver="by hand")
    >>> why = refusals(problem, matching, [0], [2])
    >>> why.gains.tolist(), why.refuses.tolist(), why.blocks.tolist()
    ([[-4, 4]], [[True, False]], [False])
    """
    faults = check_valid(matching, problem)
    if faults:
        raise VerificationError("Only a valid matching can be checked for stability. " + " ".join(faults))
    us, vs = _checked(problem, u, v)
    left, right = sides_of(problem, matching)
    there, back = ("left", "right") if problem.two_sided else ("left", "left")
    utility = np.stack(
        [utilities_of(problem.scores, us, vs, there), utilities_of(problem.scores, vs, us, back)], axis=1
    )
    allowed = (utility != FORBIDDEN).all(axis=1)
    columns = max(1, right.size)
    together = np.isin(us * columns + vs, left.person * columns + left.partner)
    worst, free, placeless = (
        np.stack(both, axis=1) for both in zip(_standing(left, us), _standing(right, vs), strict=True)
    )
    aside = placeless | ~allowed[:, None] | together[:, None]
    gains = np.where(aside, 0, np.where(aside, 0, utility) - np.where(free | aside, 0, worst))
    refuses = ~allowed[:, None] | (~together[:, None] & (placeless | (~free & (gains <= 0))))
    return Refusals(np.stack([us, vs], axis=1), gains, free, refuses, allowed, together)


def _standing(side: Side, asked: IntArray) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return for each one asked about: the worst they hold (0 if nobody), a free place, and no place at all."""
    concerned = np.isin(side.person, asked)
    worst = np.full(side.size, np.iinfo(np.int64).max, dtype=np.int64)
    person = side.person[concerned]
    np.minimum.at(worst, person, utilities_of(side.scores, person, side.partner[concerned], side.name))
    taken = np.bincount(side.person, minlength=side.size)
    worst[taken == 0] = 0
    return worst[asked], (taken < side.places)[asked], (side.places == 0)[asked]


def _checked(problem: Problem, u: npt.ArrayLike, v: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    found = []
    for name, given, size in zip("uv", (u, v), problem.scores.shape, strict=True):
        array = np.asarray(given)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            message = (
                f"The {name} of refusals() must be positions, a list of whole numbers. Got {given!r} instead."
            )
            raise InputError(
                error_item("not_a_position", message, found=repr(given)[:80], accepted="whole numbers")
            )
        wrong = array[(array < 0) | (array >= size)] if array.size else array
        if wrong.size:
            message = f"The {name} of refusals() names position {int(wrong[0])}; positions run from 0 to {size - 1}."
            raise InputError(
                error_item("unknown_position", message, found=int(wrong[0]), accepted=f"0 to {size - 1}")
            )
        found.append(array.astype(np.int64))
    if len(found[0]) != len(found[1]):
        message = f"refusals() needs u and v of one length. Got {len(found[0])} and {len(found[1])}."
        raise InputError(error_item("length", message, found=len(found[1]), accepted=len(found[0])))
    return found[0], found[1]
