"""Plain Python twins of everything compiled: similarity, shares, contributions, utilities, scores, rules.

Written from the definitions, one pair at a time, without NumPy arithmetic, and sharing no code with the library.
"""

from __future__ import annotations

import math
from fractions import Fraction

GRID = 2**30


def near(a, b, scale, sweet_spot):
    if math.isnan(a) or math.isnan(b):
        return None
    x = (abs(a - b) - sweet_spot) / scale
    return 1.0 / (1.0 + x * x)


def above(mine, theirs, low, high, scale):
    if math.isnan(mine) or math.isnan(theirs):
        return None
    difference = theirs - mine
    if difference <= 0 < low:
        return 0.0
    x = (low - difference) / scale if difference < low else max(0.0, difference - high) / scale
    return 1.0 / (1.0 + x * x)


def agreement(a, b, *, same):
    known = [(x, y) for x, y in zip(a, b, strict=True) if x >= 0 and y >= 0]
    if not known:
        return None
    hits = sum((x == y) == same for x, y in known)
    return hits / len(known)


def members(words):
    return {64 * w + bit for w, word in enumerate(words) for bit in range(64) if int(word) >> bit & 1}


def overlap(a, b):
    return len(a & b) / len(a | b) if a and b else None


def covered(wanted, offered):
    return len(wanted & offered) / len(wanted) if wanted and offered else None


def shared(a, b, wanted):
    if not a or not b:
        return None
    return min(1.0, len(a & b) / wanted)


def direction(a, b):
    a, b = [int(round(x * 2**15)) for x in a], [int(round(x * 2**15)) for x in b]  # noqa: RUF046
    if not any(a) or not any(b):
        return None
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return min(1.0, max(0.0, dot / GRID))


def shares(weights, on):
    """Shares of one person: largest remainder on the grid, over what counts for them."""
    counted = [Fraction(float(w)) if flag else Fraction(0) for w, flag in zip(weights, on, strict=True)]
    total = sum(counted)
    if not total:
        return [0] * len(weights)
    exact = [c * GRID / total for c in counted]
    out = [math.floor(e) for e in exact]
    short = GRID - sum(out)
    for k in sorted(range(len(out)), key=lambda k: (out[k] - exact[k], k))[:short]:
        out[k] += 1
    return out


def contribution(similarity, share, fill):
    return round(share * (fill if similarity is None else similarity))


def mutual(a, b, how):
    if how == "min":
        return min(a, b)
    if how == "mean":
        return round(Fraction(a + b, 2))
    if a == 0 or b == 0:
        return 0
    if how == "geometric":
        return round(math.sqrt(float(a * b)))
    return round(float(2 * a * b) / float(a + b))
