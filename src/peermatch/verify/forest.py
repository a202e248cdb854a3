"""The blossoms of a certificate: a forest over the vertices, and what two vertices have in common in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem import BoundCertificate, IntArray, LeximinStage, OptimalityCertificate
from peermatch.verify.proof import summed_up

__all__ = ["BlossomForest"]


@dataclass(frozen=True)
class BlossomForest:
    """Nested odd sets, laid out so that every blossom is an interval.

    All vertices that lie in a blossom are numbered along a walk through the forest; a blossom B then holds exactly
    the numbers from start(B) to end(B). What two vertices have in common, the sum of z(B) over the blossoms around
    both, is for a fixed vertex u a step function along this walk: z(B) is added at start(B) and taken off at end(B),
    for every blossom around u.

    Attributes
    ----------
    parent, duals, start, end : int64 arrays, shape (b,)
    innermost : int64 array, shape (n_vertices,)
    place : int64 array, shape (n_vertices,)
        Each vertex's number along the walk; for a vertex outside all blossoms the number after the last one.
    sizes : tuple of int
        Vertices in each blossom.
    greatest : int
        The greatest sum of z along a chain of blossoms: nothing that two vertices have in common is more.
    """

    parent: IntArray
    duals: IntArray
    start: IntArray
    end: IntArray
    innermost: IntArray
    place: IntArray
    sizes: tuple[int, ...]
    greatest: int

    @classmethod
    def of(
        cls, certificate: OptimalityCertificate | BoundCertificate | LeximinStage, n_vertices: int
    ) -> tuple[BlossomForest | None, list[str]]:
        """Read and check the forest of a certificate. Takes O(vertices + blossoms).

        Returns
        -------
        forest : BlossomForest or None
            None where the arrays do not even describe a forest.
        faults : list of str
            What is wrong, even sizes and negative duals included.
        """
        parent, duals = certificate.blossom_parent, certificate.blossom_duals
        innermost = certificate.vertex_blossom
        if len(parent) == len(duals) == len(innermost) == 0:
            innermost = np.full(n_vertices, -1, dtype=np.int64)
        faults = _array_faults(parent, duals, innermost, n_vertices)
        if faults:
            return None, faults
        inward_last = _outward_order(parent)
        if len(inward_last) < len(parent):
            on_cycle = sorted(set(range(len(parent))) - set(inward_last))
            return None, [f"Blossoms {on_cycle[:10]} lie inside each other in a cycle."]
        own = np.bincount(innermost[innermost >= 0], minlength=len(parent)).tolist()
        sizes, start, greatest = _laid_out(parent.tolist(), duals.tolist(), own, inward_last)
        begin = np.array(start, dtype=np.int64)
        forest = cls(
            parent=parent.astype(np.int64),
            duals=duals.astype(np.int64),
            start=begin,
            end=begin + np.array(sizes, dtype=np.int64),
            innermost=innermost.astype(np.int64),
            place=_places(innermost, begin),
            sizes=tuple(sizes),
            greatest=greatest,
        )
        return forest, [*_size_faults(sizes), *_sign_faults(duals)]

    @property
    def bound(self) -> int:
        """The blossoms' part of the dual value, the sum of z(B) (|B|-1)/2, in units of 1/scale."""
        return sum(z * ((size - 1) // 2) for z, size in zip(self.duals.tolist(), self.sizes, strict=True))

    def common(
        self, vertices: IntArray, others: slice, dtype: npt.DTypeLike
    ) -> tuple[IntArray, npt.NDArray[Any]]:
        """Return what these vertices have in common with a range of others.

        Takes O(rows (depth + vertices in blossoms + others)), rows being those that lie in a blossom.

        Parameters
        ----------
        vertices : int64 array
        others : slice
            Vertices again.
        dtype
            int64, or object for whole numbers of any size.

        Returns
        -------
        rows : int64 array
            Which of `vertices` lie in a blossom; the rest has nothing in common with anyone.
        sums : array, shape (len(rows), len(others))
        """
        current = self.innermost[vertices]
        rows = np.flatnonzero(current >= 0)
        if not rows.size:
            return rows, np.zeros((0, len(self.place[others])), dtype=dtype)
        steps = np.zeros((rows.size, int(self.end.max()) + 1), dtype=dtype)
        line, current = np.arange(rows.size), current[rows]
        while line.size:
            z = self.duals[current].astype(dtype)
            steps[line, self.start[current]] += z
            steps[line, self.end[current]] -= z
            current = self.parent[current]
            line, current = line[current >= 0], current[current >= 0]
        return rows, np.cumsum(steps, axis=1)[:, self.place[others]]


def _array_faults(
    parent: npt.NDArray[Any], duals: npt.NDArray[Any], innermost: npt.NDArray[Any], n_vertices: int
) -> list[str]:
    named = {"blossom_parent": parent, "blossom_duals": duals, "vertex_blossom": innermost}
    faults = [
        f"{name} must be a 1-D array of whole numbers; it is {array.dtype} with {array.ndim} dimensions."
        for name, array in named.items()
        if array.ndim != 1 or array.dtype.kind != "i"
    ]
    if faults:
        return faults
    if len(parent) != len(duals):
        faults.append(f"There are {len(parent)} blossom parents and {len(duals)} blossom duals.")
    if len(innermost) != n_vertices:
        faults.append(f"vertex_blossom has {len(innermost)} entries for {n_vertices} vertices.")
    for name, array in (("blossom_parent", parent), ("vertex_blossom", innermost)):
        wild = np.flatnonzero((array < -1) | (array >= len(parent)))
        if wild.size:
            place = int(wild[0])
            faults.append(f"{name} of {place} is {array[place]}; there are {len(parent)} blossoms.")
    return faults


def _outward_order(parent: npt.NDArray[Any]) -> list[int]:
    """Return the blossoms, every one before the one around it; those on a cycle are left out."""
    around = parent.tolist()
    waiting = np.bincount(parent[parent >= 0], minlength=len(parent)).tolist()
    order = [b for b in range(len(around)) if waiting[b] == 0]
    for blossom in order:  # grows while it is walked
        outer = around[blossom]
        if outer >= 0:
            waiting[outer] -= 1
            if waiting[outer] == 0:
                order.append(outer)
    return order


def _laid_out(
    parent: list[int], duals: list[int], own: list[int], outward: list[int]
) -> tuple[list[int], list[int], int]:
    """Return every blossom's size and first number along the walk, and the greatest sum of z along a chain."""
    sizes = list(own)
    for blossom in outward:
        if parent[blossom] >= 0:
            sizes[parent[blossom]] += sizes[blossom]
    start, free, chain = [0] * len(parent), [0] * len(parent), [0] * len(parent)
    next_root = 0
    for blossom in reversed(outward):
        outer = parent[blossom]
        if outer < 0:
            start[blossom], chain[blossom] = next_root, duals[blossom]
            next_root += sizes[blossom]
        else:
            start[blossom], chain[blossom] = free[outer], chain[outer] + duals[blossom]
            free[outer] += sizes[blossom]
        free[blossom] = start[blossom] + own[blossom]
    return sizes, start, max(map(abs, chain), default=0)


def _places(innermost: npt.NDArray[Any], start: IntArray) -> IntArray:
    inside = np.flatnonzero(innermost >= 0)
    place = np.full(len(innermost), inside.size, dtype=np.int64)
    inside = inside[np.argsort(innermost[inside], kind="stable")]
    blossoms = innermost[inside]
    first = np.searchsorted(blossoms, blossoms)
    place[inside] = start[blossoms] + np.arange(inside.size) - first
    return place


def _size_faults(sizes: list[int]) -> list[str]:
    wrong = [b for b, size in enumerate(sizes) if size < 3 or size % 2 == 0]
    lines = (f"Blossom {b} holds {sizes[b]} vertices; it needs an odd number of at least 3." for b in wrong)
    return summed_up(lines, len(wrong), "such blossoms")


def _sign_faults(duals: npt.NDArray[Any]) -> list[str]:
    wrong = np.flatnonzero(duals < 0).tolist()
    return summed_up((f"The dual of blossom {b} is {duals[b]}." for b in wrong), len(wrong), "negative duals")
