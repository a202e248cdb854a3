"""Sets of values as bits: bit b is bit b % 64 of word b // 64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack", "unpack", "words_for"]


def words_for(n_bits: int) -> int:
    """Return how many words hold that many bits; at least one, so that no array is empty."""
    return max(1, -(-n_bits // 64))


def pack(rows: NDArray[np.int64], bits: NDArray[np.int64], n_rows: int, n_bits: int) -> NDArray[np.uint64]:
    """Set the listed bits.

    Parameters
    ----------
    rows, bits : ndarray of int64, shape (m,)
        Row and bit of each; one listed twice is set once.
    n_rows, n_bits : int

    Returns
    -------
    ndarray of uint64, shape (n_rows, words_for(n_bits))

    Examples
    --------
    >>> import numpy as np
    >>> pack(np.array([0, 0, 1]), np.array([0, 2, 65]), 2, 66).tolist()
    [[5, 0], [0, 2]]
    """
    width = words_for(n_bits)
    words = np.zeros(n_rows * width, dtype=np.uint64)
    np.bitwise_or.at(words, rows * width + bits // 64, np.uint64(1) << (bits % 64).astype(np.uint64))
    return words.reshape(n_rows, width)


def unpack(words: NDArray[np.uint64], known: NDArray[np.bool_], n_bits: int) -> NDArray[np.float64]:
    """Return 0/1 floats of shape (n, n_bits); rows that are not known are NaN.

    Examples
    --------
    >>> import numpy as np
    >>> unpack(np.array([[5], [0]], dtype=np.uint64), np.array([True, False]), 3).tolist()
    [[1.0, 0.0, 1.0], [nan, nan, nan]]
    """
    as_bytes = np.ascontiguousarray(words, dtype="<u8").view(np.uint8)
    ones = np.unpackbits(as_bytes, axis=1, count=n_bits, bitorder="little") if n_bits else as_bytes[:, :0]
    out = ones.astype(np.float64)
    out[~known] = np.nan
    return out
