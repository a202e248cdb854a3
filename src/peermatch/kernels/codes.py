"""Counting codes that are known of two people, and those that agree: a loop that similarities and rules share.

Codes of 0 or more are known; -1 is not. Cost: O(d) for one pair with d codes.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from peermatch.kernels._jit import kernel

Array = npt.NDArray[Any]


@kernel
def known_and_equal(A: Array, i: int, B: Array, j: int) -> Any:
    """Return how many codes are known of row i of A and row j of B, and how many of these agree."""
    known = 0
    equal = 0
    for d in range(A.shape[1]):
        if A[i, d] >= 0 and B[j, d] >= 0:
            known += 1
            if A[i, d] == B[j, d]:
                equal += 1
    return known, equal


@kernel
def fill_known_and_equal(A: Array, i: int, B: Array, known: Array, equal: Array) -> None:
    """Fill both counts for row i of A with every column of B, which lies code by code."""
    known[:] = 0.0
    equal[:] = 0.0
    for d in range(A.shape[1]):
        a = A[i, d]
        if a >= 0:
            for j in range(B.shape[1]):
                known[j] += 1.0 if B[d, j] >= 0 else 0.0
                equal[j] += 1.0 if B[d, j] == a else 0.0
