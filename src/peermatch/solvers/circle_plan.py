"""How many circles of which sizes: so that everybody has a seat where that is possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peermatch.checks import check_count, must_be
from peermatch.errors import ConfigError
from peermatch.problem.circles import LARGEST_CIRCLE, SMALLEST_CIRCLE

__all__ = ["circle_sizes", "size_range"]


def size_range(size: Any) -> tuple[int, int]:
    """Return the sizes that circles may have, for a wanted size or a range.

    A wanted size is a wish: the range is 3 to 8 then. A pair is a demand.

    Raises
    ------
    ConfigError
        Unless `size` is a whole number from 3 to 8, or a pair of them in order.

    Examples
    --------
    >>> size_range(5), size_range((4, 6))
    ((3, 8), (4, 6))
    """
    ends: Sequence[Any] = (size, size) if not isinstance(size, (tuple, list)) else size
    try:
        low, high = (check_count("circles", "size", end, at_least=SMALLEST_CIRCLE) for end in ends)
        good = low <= high <= LARGEST_CIRCLE
    except ValueError:
        good = False
    if not good:
        ends_are = f"{SMALLEST_CIRCLE} to {LARGEST_CIRCLE}"
        constraint = f"a whole number from {ends_are}, or two of them in order such as (4, 6)"
        raise ConfigError(must_be("circles", "size", constraint, size))
    return (low, high) if isinstance(size, (tuple, list)) else (SMALLEST_CIRCLE, LARGEST_CIRCLE)


def circle_sizes(n: int, size: int | tuple[int, int]) -> list[int]:
    """Choose sizes that differ by one at most, as near as possible to what is wanted, so that everybody has a seat.

    Parameters
    ----------
    n : int
        How many people there are.
    size : int or (int, int)
        A wanted size: some circles get one person more or fewer where `n` is no multiple of it (further from it
        only below 12 people or so). Or the lowest and the highest size allowed: circles are then near the middle
        of both, and where no such sizes add up to `n`, as many people as possible have a seat.

    Returns
    -------
    list of int
        Descending; they add up to `n` unless a range does not allow it, or there are fewer than three people.

    Raises
    ------
    ConfigError
        For a wrong `size`.

    Examples
    --------
    >>> circle_sizes(23, 5), circle_sizes(11, 5), circle_sizes(12, (5, 5)), circle_sizes(2, 5)
    ([5, 5, 5, 4, 4], [6, 5], [5, 5], [])
    """
    low, high = size_range(size)
    wanted = low + high if isinstance(size, (tuple, list)) else 2 * size
    fitting = [m for m in range(-(-n // high), n // low + 1) if m]
    if not fitting:
        return [high] * (n // low)
    even = {m: [n // m + 1] * (n % m) + [n // m] * (m - n % m) for m in fitting}

    def distance(m: int) -> tuple[int, int, int]:
        # of sizes that differ by one at most, the first is the greatest and the last the least
        far = [abs(2 * even[m][end] - wanted) for end in (0, -1)]
        more = n % m
        return max(far), more * far[0] + (m - more) * far[1], m

    return even[min(fitting, key=distance)]
