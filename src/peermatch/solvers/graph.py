"""The engine alone: a maximum-weight matching of any graph, from arrays of edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_count, must_be
from peermatch.errors import InputError, UnsupportedError
from peermatch.kernels.blossom_edges import heaviest_of_pairs, survey
from peermatch.problem import GraphCertificate, IntArray, Status, sorted_pairs
from peermatch.solvers.engine import BITS, cardinality_bonus, require_room, solve_exactly

__all__ = ["GraphMatching", "max_weight_matching"]

_NAME = "max_weight_matching()"
_TOO_MANY = f"A graph may have fewer than {2**31 - 1} vertices. Got {{}}."


@dataclass(frozen=True, eq=False)
class GraphMatching:
    """A matching of a graph.

    Attributes
    ----------
    mate : int64 array, shape (n,)
        Each vertex's partner, or -1.
    weight : int or float
        The total weight: a Python integer, exact at any size, for integer weights; else the exact total rounded
        once to a float.
    certificate : GraphCertificate
        Proves the matching optimal, in whole numbers: ``certificate.verify(u, v, weight)`` checks it against the edges.
        Its scores are the weights divided by `unit`.
    unit : float
        1 for integer weights; else the power of two of which all weights are whole multiples.
    """

    mate: IntArray
    weight: int | float
    certificate: GraphCertificate
    unit: float = 1.0

    @property
    def status(self) -> Status:
        """Always ``"optimal"``: the engine proves its answer or raises."""
        return Status.OPTIMAL

    @property
    def pairs(self) -> IntArray:
        """The matched pairs, shape (m, 2), in canonical order."""
        u = np.flatnonzero(self.mate > np.arange(len(self.mate)))
        return sorted_pairs(np.stack([u, self.mate[u]], axis=1), two_sided=False)


def max_weight_matching(
    u: npt.ArrayLike,
    v: npt.ArrayLike,
    weight: npt.ArrayLike,
    n: int | None = None,
    *,
    everyone_first: bool = False,
) -> GraphMatching:
    """Find a maximum-weight matching of a graph, exactly, with its proof.

    Parameters
    ----------
    u, v : integer arrays, shape (m,)
        The ends of the edges, numbered from 0: of any integer type, in any order, either end first. Loops are ignored,
        whatever they weigh; of parallel edges the heaviest counts.
    weight : integer or float array, shape (m,)
        Of any NumPy type. Floats are scaled by a power of two to whole numbers, without rounding; `longdouble` is
        refused where 64-bit floats do not hold it. Whole weights may take 59 bits, and with `everyone_first` so may the
        highest weight and the bonus together (see `GraphCertificate`): about as many as the range of the weights and
        the number of pairs.
    n : int, optional
        How many vertices there are; by default, up to the highest in u and v.
    everyone_first : bool, default False
        As many pairs as possible first, then the greatest weight. Otherwise the greatest weight alone: an edge of
        weight 0 or less is then never chosen.

    Returns
    -------
    GraphMatching
        With `.mate`, `.weight` and `.certificate`.

    Raises
    ------
    ValueError
        If the arrays are not 1-D of one length and of the right kind, or a vertex does not exist.
    InputError
        If weights are not finite; the message says how many and where the first one stands.
    UnsupportedError
        If the weights cannot be held exactly in 64-bit arithmetic.

    Notes
    -----
    Edmonds' primal-dual method (1965): a fractional matching first (`peermatch.kernels.blossom_fraction`), then one
    search tree at a time (`peermatch.kernels.blossom`). Memory is linear in vertices and edges. The interpreter lock
    is released, and calls from several threads do not share anything. The same arrays give the same matching; in
    another order they may give another one of the same weight.

    Examples
    --------
    >>> matching = max_weight_matching([0, 1, 2], [1, 2, 3], [5, 7, 5])
    >>> matching.mate, matching.weight
    (array([1, 0, 3, 2]), 10)
    >>> max_weight_matching([0, 1, 2], [1, 2, 3], [2.5, 7.25, 2.5]).weight
    7.25
    """
    a, b = _ends("u", u), _ends("v", v)
    values = _values(weight)
    if not a.shape == b.shape == values.shape:
        raise ValueError(
            f"u, v and weight must have one length. Got {a.shape[0]}, {b.shape[0]} and {values.shape[0]}."
        )
    numbers, shift = _whole_numbers(values)
    found = np.zeros(5, dtype=np.int64)
    survey(a, b, numbers, found)
    lowest_end, highest_end, loops, lowest, highest = found.tolist()
    _require_ends(a, b, lowest_end)
    size = _size(highest_end + 1, n)
    bonus = 0
    if loops < len(a):
        require_room(-lowest, 0)
        bonus = cardinality_bonus(size // 2, highest, lowest) if everyone_first else 0
        require_room(highest, bonus)
    solved = solve_exactly(size, a, b, numbers, bonus=bonus)
    total = _total(solved.mate, a, b, numbers)
    unit = 1.0 if shift is None else 2.0**-shift
    return GraphMatching(
        mate=solved.mate,
        weight=total if shift is None else _as_float(total, shift),
        certificate=GraphCertificate(
            scale=2,
            bonus=bonus,
            vertex_duals=solved.vertex_duals,
            pairs_covered=len(a) - loops,
            blossom_parent=solved.blossom_parent,
            blossom_duals=solved.blossom_duals,
            vertex_blossom=solved.vertex_blossom,
            mate=solved.mate,
            total=total,
            unit=unit,
            everyone_first=everyone_first,
        ),
        unit=unit,
    )


def _ends(name: str, ends: npt.ArrayLike) -> IntArray:
    array = np.asarray(ends)
    if array.ndim != 1 or not (array.size == 0 or array.dtype.kind in "iu"):
        found = f"{array.dtype} with {array.ndim} dimensions"
        raise ValueError(must_be(_NAME, name, "a 1-D array of whole numbers", found))
    if array.dtype.kind == "u" and array.dtype.itemsize == 8 and array.size and int(array.max()) >= 2**63:
        raise UnsupportedError(_TOO_MANY.format(int(array.max()) + 1))
    return np.ascontiguousarray(array, dtype=np.int64)


def _require_ends(u: IntArray, v: IntArray, lowest: int) -> None:
    if lowest < 0:
        name = "u" if int(u.min()) == lowest else "v"
        raise ValueError(must_be(_NAME, name, "made of vertices numbered from 0", lowest))


def _size(needed: int, n: int | None) -> int:
    size = needed if n is None else check_count(_NAME, "n", n)
    if size < needed:
        raise ValueError(
            must_be(_NAME, "n", f"at least {needed}, since the edges name vertex {needed - 1}", n)
        )
    if size >= 2**31 - 1:
        raise UnsupportedError(_TOO_MANY.format(size))
    return size


def _values(weight: npt.ArrayLike) -> npt.NDArray[np.generic]:
    array = np.asarray(weight)
    if array.ndim != 1 or not (array.size == 0 or array.dtype.kind in "iufb"):
        found = f"{array.dtype} with {array.ndim} dimensions"
        raise ValueError(must_be(_NAME, "weight", "a 1-D array of numbers", found))
    return array


def _whole_numbers(values: npt.NDArray[np.generic]) -> tuple[IntArray, int | None]:
    """Return the weights as whole numbers, and the power of two that they were multiplied with (None: integers)."""
    if values.dtype.kind != "f":
        if values.dtype.kind == "u" and values.dtype.itemsize == 8 and values.size:
            require_room(int(values.max()), 0)
        return np.ascontiguousarray(values, dtype=np.int64), None
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise InputError(
            f"Weights must be finite. {bad.size} of {values.size} are not; "
            f"the first is {values[bad[0]]} at place {bad[0]}."
        )
    floats = values.astype(np.float64)
    if not np.array_equal(floats, values):
        raise UnsupportedError("The weights carry more digits than 64-bit floats; round them first.")
    mantissa, exponent = np.frexp(floats)
    whole = np.ldexp(mantissa, 53).astype(np.int64)  # exact: 53 bits
    lowest_bit = whole & -whole
    trailing = np.frexp(lowest_bit.astype(np.float64))[1] - 1
    used = whole != 0
    if not used.any():
        return np.zeros(len(floats), dtype=np.int64), 0
    place = exponent.astype(np.int64) - 53 + trailing  # of the lowest bit that is set
    shift = -int(place[used].min())
    needed = int(exponent[used].max()) + shift
    if needed > BITS:
        raise UnsupportedError(
            f"The weights need {needed} bits as whole multiples of 2**{-shift}; exact 64-bit arithmetic has room "
            f"for {BITS}. Round them to a coarser grid first, such as np.round(weight * 2**20) / 2**20."
        )
    odd = whole >> np.where(used, trailing, 0)
    return np.where(used, odd << np.where(used, place + shift, 0), 0), shift


def _total(mate: IntArray, u: IntArray, v: IntArray, numbers: IntArray) -> int:
    """Sum the weights of the matched pairs, of parallel edges the heaviest, without overflow."""
    nothing = np.iinfo(np.int64).min
    best = np.full(len(mate), nothing, dtype=np.int64)
    heaviest_of_pairs(u, v, numbers, mate, best)
    chosen = best[best != nothing]
    return (int((chosen >> 32).sum()) << 32) + int((chosen & 0xFFFFFFFF).sum())


def _as_float(total: int, shift: int) -> float:
    return total / 2**shift if shift >= 0 else float(total * 2**-shift)
