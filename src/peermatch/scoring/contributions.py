"""Where a score comes from: contributions that add up to it exactly, and how much of it was known.

For a mean, both sides' halves. For the geometric and the harmonic mean, by Euler's theorem on functions of degree one:
c_k = S_a c_k(a<-b) + S_b c_k(b<-a), with S the partial derivative of the score by each utility. For the minimum, the
terms of the side that binds (half each on a tie). Shares are then put on the grid by largest remainder, so that they
add up to the whole number that was proved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.errors import VerificationError
from peermatch.problem import GRID, IntArray
from peermatch.scoring.lazy import LazyScores

__all__ = ["PairDetails", "pair_details", "split_score"]


@dataclass(frozen=True, eq=False)
class PairDetails:
    """Everything about listed pairs.

    Attributes
    ----------
    scores, left_utilities, right_utilities : int64 arrays, shape (m,)
    left_similarity, right_similarity : float64 arrays, shape (K, m)
        As the left and as the right person sees the other; NaN where it is not known.
    left_contributions, right_contributions : int64 arrays, shape (K, m)
        To the utilities.
    contributions : int64 array, shape (K, m)
        To the scores; columns add up to `scores`.
    coverage : float64 array, shape (m,)
        The share of criterion weight that was known, over the directions that count.
    """

    scores: IntArray
    left_utilities: IntArray
    right_utilities: IntArray
    left_similarity: npt.NDArray[np.float64]
    right_similarity: npt.NDArray[np.float64]
    left_contributions: IntArray
    right_contributions: IntArray
    contributions: IntArray
    coverage: npt.NDArray[np.float64]


def pair_details(scores: LazyScores, u: IntArray, v: IntArray) -> PairDetails:
    """Take the scores of listed pairs apart.

    Parameters
    ----------
    scores : LazyScores
    u, v : int64 arrays, shape (m,)
        Rows and columns.

    Raises
    ------
    VerificationError
        If contributions do not add up to a score, to the last bit.
    """
    u, v = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
    count, shape = len(u), (len(scores.criteria), len(u))
    left, right = np.empty(shape), np.empty(shape)
    left_parts, right_parts = np.empty(shape, np.int64), np.empty(shape, np.int64)
    known = np.zeros(count, dtype=np.int64)
    left_says, right_says = scores.left_says[u], scores.right_says[v]
    for k, compiled in enumerate(scores.criteria):
        left[k], right[k] = compiled.measure.pairs(u, v)
        share_left, share_right = scores.left_shares[k, u], scores.right_shares[k, v]
        left_parts[k] = _contributions(left[k], share_left, compiled.fills[0])
        right_parts[k] = _contributions(right[k], share_right, compiled.fills[1])
        known += np.where(np.isnan(left[k]), 0, share_left) + np.where(np.isnan(right[k]), 0, share_right)
    # whole numbers again: what is added up is what the solver saw
    values = _scores_whether_or_not_forbidden(scores, u, v)
    split = [
        split_score(
            int(values[m]),
            left_parts[:, m].tolist(),
            right_parts[:, m].tolist(),
            scores.mutual,
            says=(bool(left_says[m]), bool(right_says[m])),
        )
        for m in range(count)
    ]
    contributions = np.array(split, dtype=np.int64).reshape(count, shape[0]).T
    if not np.array_equal(contributions.sum(axis=0), values):
        raise VerificationError("The contributions of a pair do not add up to its score.")
    return PairDetails(
        scores=values,
        left_utilities=left_parts.sum(axis=0),
        right_utilities=right_parts.sum(axis=0),
        left_similarity=left,
        right_similarity=right,
        left_contributions=left_parts,
        right_contributions=right_parts,
        contributions=contributions,
        coverage=known / (GRID * np.maximum(1, left_says.astype(np.int64) + right_says)),
    )


def _contributions(similarity: npt.NDArray[np.float64], share: IntArray, fill: float) -> IntArray:
    return np.rint(share * np.where(np.isnan(similarity), fill, similarity)).astype(np.int64)


def _scores_whether_or_not_forbidden(scores: LazyScores, u: IntArray, v: IntArray) -> IntArray:
    bare = LazyScores(scores.criteria, (), scores.shape, two_sided=True, mutual=scores.mutual)
    return bare.at(u, v)


def split_score(
    score: int, left: list[int], right: list[int], mutual: str, *, says: tuple[bool, bool] = (True, True)
) -> list[int]:
    """Split one score into the criteria's contributions.

    Parameters
    ----------
    score : int
    left, right : lists of int
        Contributions to the left and to the right person's utility.
    mutual : str
    says : pair of bool
        Whether any criterion counts for the left and for the right person; the score is the other's utility if not.

    Returns
    -------
    list of int
        Adds up to `score`.

    Examples
    --------
    >>> split_score(60, [30, 30], [90, 30], "mean")
    [40, 20]
    """
    if score == 0:
        return [0] * len(left)
    a, b = sum(left), sum(right)
    if not all(says):
        parts = left if says[0] else right
    elif mutual == "geometric":
        # sqrt(b/a)/2 x + sqrt(a/b)/2 y is proportional to x b + y a
        parts = [x * b + y * a for x, y in zip(left, right, strict=True)]
    elif mutual == "harmonic":
        parts = [x * b * b + y * a * a for x, y in zip(left, right, strict=True)]
    elif mutual == "mean" or a == b:
        parts = [x + y for x, y in zip(left, right, strict=True)]
    else:
        parts = left if a < b else right
    return _in_proportion(parts, score)


def _in_proportion(parts: list[int], score: int) -> list[int]:
    """Split a score in the proportion of whole numbers, by largest remainder; ties go to the earlier part.

    What `peermatch.criteria.apportion` does, over the one denominator that all have: fifty times as fast as fractions.
    """
    total = sum(parts)
    shares, remainders = [], []
    for part in parts:
        share, remainder = divmod(part * score, total)
        shares.append(share)
        remainders.append(remainder)
    order = sorted(range(len(parts)), key=lambda k: (-remainders[k], k))
    for k in order[: score - sum(shares)]:
        shares[k] += 1
    return shares
