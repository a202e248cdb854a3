"""The certificate of a graph's matching, which checks itself against the edges without trusting any solver."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem.certificate import OptimalityCertificate
from peermatch.problem.scores import IntArray

__all__ = ["CertificateCheck", "GraphCertificate"]

_SHOWN = 10
_ROOM = 2**62

Numbers = npt.NDArray[Any]  # int64, or Python's unlimited integers where those do not fit


@dataclass(frozen=True)
class CertificateCheck:
    """What checking a certificate showed; true where it proves what it claims.

    Attributes
    ----------
    verified : bool
    faults : tuple of str
        What was found false, with positions; empty where `verified`.
    upper_bound : int or None
        No matching is worth more, in units of the certificate and with its bonus for each pair; None where nothing is
        proved.
    """

    verified: bool
    faults: tuple[str, ...] = ()
    upper_bound: int | None = None

    def __bool__(self) -> bool:
        return self.verified


@dataclass(frozen=True, eq=False)
class GraphCertificate(OptimalityCertificate):
    """The dual variables of a graph's matching, together with the matching that they prove optimal.

    Parameters
    ----------
    mate : int64 array, shape (n_vertices,)
        Each vertex's partner, or -1.
    total : int
        What the pairs weigh together, in whole units.
    unit : float
        A power of two of which all weights are whole multiples.
    everyone_first : bool
        Whether the claim is: as many pairs as possible, then the greatest weight.

    Other parameters are those of `OptimalityCertificate`, whose scores are the weights divided by `unit`.
    """

    mate: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    total: int = 0
    unit: float = 1.0
    everyone_first: bool = False

    def verify(self, u: npt.ArrayLike, v: npt.ArrayLike, weight: npt.ArrayLike) -> CertificateCheck:
        """Check in exact whole numbers that no matching of these edges is better. Takes O(m log n).

        By weak duality (Edmonds 1965): where y >= 0, z >= 0, every blossom is odd and no edge has a negative slack, no
        matching is worth more than ``(sum y + sum z(B) (|B|-1)/2) / scale``, bonus included; a matching of that value
        is optimal. With `everyone_first` the bonus must also be so large that one more pair, even of the least weight,
        would pass that bound.

        Parameters
        ----------
        u, v, weight : arrays, shape (m,)
            The edges that were matched, in any order; loops do not count, of parallel edges the heaviest does.

        Returns
        -------
        CertificateCheck

        Examples
        --------
        >>> from peermatch.solvers import max_weight_matching
        >>> edges = [0, 1, 2], [1, 2, 3], [2.5, 7.25, 2.5]
        >>> proof = max_weight_matching(*edges).certificate
        >>> bool(proof.verify(*edges))
        True
        >>> proof.verify([0, 1, 2], [1, 2, 3], [2.5, 7.25, 9.0]).faults[0]
        'Edge (2, 3) has a slack of -43 in units of 1/2.'
        """
        a, b = np.asarray(u).astype(np.int64), np.asarray(v).astype(np.int64)
        numbers, faults = _in_units(np.asarray(weight), self.unit)
        if not faults:
            faults = _shape_faults(self, a, b, numbers)
        if faults:
            return CertificateCheck(False, tuple(faults))
        proper = a != b
        a, b, numbers = a[proper], b[proper], numbers[proper]
        forest, faults = _forest(self)
        if forest is None:
            return CertificateCheck(False, tuple(faults))
        faults += _slack_faults(self, forest, a, b, numbers)
        faults += _matching_faults(self, a, b, numbers)
        y, z = self.vertex_duals.tolist(), self.blossom_duals.tolist()
        value = sum(y) + sum(dual * (size // 2) for dual, size in zip(z, forest.sizes, strict=True))
        n_pairs = int(np.count_nonzero(self.mate >= 0)) // 2
        worth = self.scale * (self.total + self.bonus * n_pairs)
        if worth != value:
            faults.append(
                f"The matching is worth {worth} and the duals {value}, in units of 1/{self.scale}, bonus included."
            )
        able = np.zeros(len(y), dtype=bool)
        able[a] = able[b] = True
        if self.everyone_first and n_pairs < int(np.count_nonzero(able)) // 2:
            faults += _bonus_faults(self, value, n_pairs, int(numbers.min()))
        elif not self.everyone_first and self.bonus != 0:
            faults.append(f"For the best total the bonus must be 0; it is {self.bonus}.")
        return CertificateCheck(not faults, tuple(faults), None if faults else value // self.scale)


@dataclass(frozen=True)
class _Forest:
    """The blossoms: the one around each and those 2, 4, 8, ... steps further out, and sums from outside in."""

    outwards: list[IntArray]
    depth: IntArray
    total: Numbers
    innermost: IntArray
    sizes: list[int]


def _in_units(weight: npt.NDArray[Any], unit: float) -> tuple[Numbers, list[str]]:
    """Return weights as whole numbers of units."""
    mantissa, exponent = math.frexp(unit)
    if mantissa != 0.5:
        return np.zeros(0, dtype=np.int64), [f"The unit must be a power of two; it is {unit!r}."]
    if weight.dtype.kind in "iub" and unit == 1.0 and (weight.dtype.kind != "u" or weight.itemsize < 8):
        return weight.astype(np.int64), []
    if weight.dtype.kind == "f" and weight.itemsize <= 8:
        floats = weight.astype(np.float64)
        scaled = np.ldexp(floats, 1 - exponent)
        there_and_back = np.ldexp(scaled, exponent - 1) == floats  # nothing was lost on the way
        if np.all(there_and_back & (np.abs(scaled) < _ROOM) & (np.rint(scaled) == scaled)):
            return scaled.astype(np.int64), []
    try:
        ratios = [number.as_integer_ratio() for number in weight.tolist()]
    except (OverflowError, ValueError, AttributeError):
        return np.zeros(0, dtype=np.int64), ["The weights must be finite numbers."]
    up, down = max(0, 1 - exponent), max(0, exponent - 1)
    whole, faults = [], []
    for place, (numerator, denominator) in enumerate(ratios):
        number, rest = divmod(numerator << up, denominator << down)
        whole.append(number)
        if rest:
            faults.append(f"The weight at place {place} is not a whole multiple of the unit {unit}.")
    fits = all(-_ROOM < number < _ROOM for number in whole)
    return np.array(whole, dtype=np.int64 if fits else object), _summed_up(faults)


def _shape_faults(proof: GraphCertificate, a: IntArray, b: IntArray, numbers: Numbers) -> list[str]:
    n = len(proof.vertex_duals)
    faults = []
    if not (a.ndim == 1 and a.shape == b.shape == numbers.shape):
        faults.append("u, v and weight must be 1-D and of one length.")
    elif a.size and not (min(a.min(), b.min()) >= 0 and max(a.max(), b.max()) < n):
        faults.append(f"The edges name vertices that do not exist; there are {n}.")
    elif int(np.count_nonzero(a != b)) != proof.pairs_covered:
        faults.append(
            f"The certificate claims {proof.pairs_covered} edges; there are {int(np.count_nonzero(a != b))}."
        )
    mate = proof.mate
    if mate.shape != (n,) or (n and not (mate.min() >= -1 and mate.max() < n)):
        faults.append(f"mate must hold a vertex or -1 for each of the {n} vertices.")
    else:
        matched = np.flatnonzero(mate >= 0)
        wrong = matched[(mate[mate[matched]] != matched) | (mate[matched] == matched)]
        faults += _summed_up(f"Vertex {x} has the partner {mate[x]}, who has another." for x in wrong)
    if proof.scale < 1:
        faults.append(f"The scale must be at least 1; it is {proof.scale}.")
    wrong = np.flatnonzero(proof.vertex_duals < 0)
    faults += _summed_up(f"The dual of vertex {x} is {proof.vertex_duals[x]}." for x in wrong)
    wrong = np.flatnonzero(proof.blossom_duals < 0)
    return faults + _summed_up(f"The dual of blossom {x} is {proof.blossom_duals[x]}." for x in wrong)


def _forest(proof: GraphCertificate) -> tuple[_Forest | None, list[str]]:
    parent, duals, innermost = proof.blossom_parent, proof.blossom_duals, proof.vertex_blossom
    n, count = len(proof.vertex_duals), len(duals)
    if count == 0 and len(parent) == len(innermost) == 0:
        innermost = np.full(n, -1, dtype=np.int64)
    if parent.shape != (count,) or innermost.shape != (n,):
        return None, [
            "blossom_parent and vertex_blossom must have an entry for each blossom and each vertex."
        ]
    if any(len(array) and not (array.min() >= -1 and array.max() < count) for array in (parent, innermost)):
        return None, [f"There are {count} blossoms; another one is named."]
    total: Numbers = duals.astype(np.int64 if sum(duals.tolist()) < _ROOM else object)
    outwards: list[IntArray] = []
    depth, around = np.ones(count, dtype=np.int64), parent.astype(np.int64)
    while (around >= 0).any():
        if len(outwards) > count.bit_length():
            return None, ["Blossoms lie inside each other in a cycle."]
        outwards.append(around)
        inside, shared = around >= 0, around[around >= 0]
        depth[inside] += depth[shared]
        total[inside] += total[shared]
        further = np.full(count, -1, dtype=np.int64)
        further[inside] = around[shared]
        around = further
    sizes = np.bincount(innermost[innermost >= 0], minlength=count).tolist()
    for blossom in np.argsort(-depth, kind="stable").tolist():
        if parent[blossom] >= 0:
            sizes[parent[blossom]] += sizes[blossom]
    even = _summed_up(f"Blossom {k} holds {size} vertices." for k, size in enumerate(sizes) if size % 2 == 0)
    return _Forest(outwards, depth, total, innermost, sizes), even


def _common(forest: _Forest, a: IntArray, b: IntArray) -> Numbers:
    """Sum z over the blossoms around both ends of each edge: at the innermost blossom that holds both."""
    x, y = forest.innermost[a], forest.innermost[b]
    common = np.zeros(len(a), dtype=forest.total.dtype)
    inside = np.flatnonzero((x >= 0) & (y >= 0))
    x, y = x[inside], y[inside]
    deeper = forest.depth[x] < forest.depth[y]
    x, y = np.where(deeper, y, x), np.where(deeper, x, y)
    ahead = forest.depth[x] - forest.depth[y]
    for step, outwards in enumerate(forest.outwards):
        x = np.where(ahead >> step & 1, outwards[x], x)
    for outwards in reversed(forest.outwards):
        apart = outwards[x] != outwards[y]
        x, y = np.where(apart, outwards[x], x), np.where(apart, outwards[y], y)
    if forest.outwards:
        first = forest.outwards[0]
        x = np.where(x != y, first[x], x)
    else:
        x = np.where(x != y, -1, x)
    shared = np.flatnonzero(x >= 0)
    common[inside[shared]] = forest.total[x[shared]]
    return common


def _slack_faults(
    proof: GraphCertificate, forest: _Forest, a: IntArray, b: IntArray, numbers: Numbers
) -> list[str]:
    y, greatest = proof.vertex_duals, max(map(abs, proof.vertex_duals.tolist()), default=0)
    heaviest = max(map(abs, (int(numbers.max()), int(numbers.min()))), default=0) if len(numbers) else 0
    fits = 2 * greatest + proof.scale * (heaviest + abs(proof.bonus)) < _ROOM
    y = y.astype(np.int64 if fits else object)
    numbers = numbers.astype(y.dtype)
    slack = y[a] + y[b] - proof.scale * (numbers + proof.bonus)
    # z is at least 0, so only these need a look at the blossoms
    doubtful = np.flatnonzero(slack < 0)
    slack = slack[doubtful] + _common(forest, a[doubtful], b[doubtful])
    wrong = np.flatnonzero(slack < 0)
    ends_a, ends_b = a[doubtful[wrong]], b[doubtful[wrong]]
    return _summed_up(
        f"Edge ({p}, {q}) has a slack of {less} in units of 1/{proof.scale}."
        for p, q, less in zip(ends_a.tolist(), ends_b.tolist(), slack[wrong].tolist(), strict=True)
    )


def _matching_faults(proof: GraphCertificate, a: IntArray, b: IntArray, numbers: Numbers) -> list[str]:
    """Check that all pairs are edges and weigh together what is claimed."""
    best: dict[int, int] = {}
    used = np.flatnonzero(proof.mate[a] == b)
    low = np.minimum(a, b)[used]
    for vertex, number in zip(low.tolist(), numbers[used].tolist(), strict=True):
        best[vertex] = max(number, best.get(vertex, number))
    lower = np.flatnonzero(proof.mate > np.arange(len(proof.mate)))
    faults = _summed_up(
        f"Vertices {x} and {proof.mate[x]} are matched without an edge."
        for x in lower.tolist()
        if x not in best
    )
    total = sum(best.values())
    if not faults and total != proof.total:
        faults.append(f"The pairs weigh {total} units; the certificate claims {proof.total}.")
    return faults


def _bonus_faults(proof: GraphCertificate, value: int, n_pairs: int, lowest: int) -> list[str]:
    """Check that one more pair, of the lowest weight, would be worth more than any matching can be."""
    if value < (n_pairs + 1) * proof.scale * (lowest + proof.bonus):
        return []
    return [f"The bonus of {proof.bonus} does not prove that no more than {n_pairs} pairs can be made."]


def _summed_up(faults: Iterable[str]) -> list[str]:
    """Keep the first faults of a sort, and count the rest."""
    found = list(faults)
    more = len(found) - _SHOWN
    return [*found[:_SHOWN], f"And {more} more of the same sort."] if more > 0 else found
