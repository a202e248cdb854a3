"""What the pair-score kernels work on: criteria and rules compiled to tables, features stored feature by feature.

Idea
    A criterion is a row of `ops` (which primitive, where its features stand) and a rule a row of `masks`. One loop over
    these rows scores a stretch of one person's row: for each criterion a short, vectorised loop over the second
    person. Two programs hold the same tables: one in float64, whose contributions are exact whole numbers and
    *decide*; one in float32, whose shares are raised by all rounding errors, so that its scores are upper bounds and
    may *search*.
Invariant
    Nothing here is written to by a kernel, so that one program serves all threads.
Cost
    Memory O(people x features).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy.typing as npt

__all__ = ["KINDS", "MASK_KINDS", "MUTUAL_CODES", "ROWS", "STRETCH", "Program"]

ROWS, STRETCH = 8, 512
"""Pairs looked at together: a few arrays of so many numbers stay in the processor's nearest cache."""

Array = npt.NDArray[Any]

# Columns of `ops`.
KIND = 0
WIDTH = 1  # features: codes, words of bits, dimensions
LEFT_OWN = 2  # the first row of features that the left person brings when they judge,
LEFT_OTHER = 3  # and when they are judged
RIGHT_OWN = 4
RIGHT_OTHER = 5
LEFT_OWN_SIZE = 6  # the row of `left` with how much there is of each: bits in a set, 0 for an empty vector
LEFT_OTHER_SIZE = 7
RIGHT_OWN_SIZE = 8
RIGHT_OTHER_SIZE = 9
DIRECTED = 10  # 1: the right person's view differs from the left one's
FORWARD_LIST = 11  # rows of `list_start`
BACKWARD_LIST = 12
OP_COLUMNS = 13

# Kinds of primitives.
NEAR, ABOVE, AGREEMENT, OVERLAP, COVERED, WANTED, DIRECTION, LISTED = range(8)
COVERING, LISTING = 8, 9  # covered and listed, as the people in the columns see it
KINDS = {
    "near": NEAR,
    "above": ABOVE,
    "agreement": AGREEMENT,
    "overlap": OVERLAP,
    "covered": COVERED,
    "shared": WANTED,
    "direction": DIRECTION,
    "listed": LISTED,
}

# Columns of `params`: up to five of a primitive's own, then
LEFT_FILL = 5  # what "not known" counts as for the left
RIGHT_FILL = 6  # and for the right person
ONE = 7  # 1 in the program's own precision
UNKNOWN = 8  # NaN in it
PARAMS = 9

# Columns of `masks`.
MASK_KIND = 0
MASK_WIDTH = 1
MASK_LEFT = 2  # the first row of marks
MASK_RIGHT = 3
MASK_LIST = 4  # the row of `list_start`
MASK_OP = 5  # the row of `ops` of a floor
MASK_COLUMNS = 6

EQUAL, UNEQUAL, IN_LINE, TWINS, LISTED_PAIRS, FLOOR = range(6)
MASK_KINDS = {
    "equal": EQUAL,
    "unequal": UNEQUAL,
    "in_line": IN_LINE,
    "twins": TWINS,
    "listed": LISTED_PAIRS,
    "floor": FLOOR,
}

# How two utilities become a score.
MEAN, GEOMETRIC, HARMONIC, MIN = range(4)
MUTUAL_CODES = {"mean": MEAN, "geometric": GEOMETRIC, "harmonic": HARMONIC, "min": MIN}

# Slots of `facts`.
COUNTED = 0  # how many ops count towards the score; those after them only serve as floors
MUTUAL = 1  # a code of MUTUAL_CODES
ONE_POOL = 2
ALL_SAY = 3  # 1: some criterion counts for everybody
LOWEST_ALLOWED = 4  # pairs with a lower score are forbidden
SHARED = 5  # so many of the first ops have one view, one share for everybody and one fill: one number for both sides

FACTS = 6


class Program(NamedTuple):
    """Criteria and rules as tables; `left` and `right` are the same arrays in one pool.

    Attributes
    ----------
    ops : int64 array, shape (criteria, OP_COLUMNS)
    params : float array, shape (criteria, PARAMS)
    start : float array, shape (1,)
        What utilities start from: 0, or the absolute errors of a program that searches.
    raised : float array, shape (3,)
        A score is multiplied with the first and increased by the second: 1 and 0, or what makes it an upper bound.
        The third is 1 in the precision of the program.
    left, right : float arrays, shape (rows, people)
        Numbers, one row a feature.
    left_marks, right_marks : int32 arrays, shape (rows, people)
        Codes and words of bits.
    left_shares, right_shares : float arrays, shape (criteria, people)
    left_says, right_says : uint8 arrays, shape (people,)
    masks : int64 array, shape (rules, MASK_COLUMNS)
    limits : float64 array, shape (rules,)
        A rule's threshold: a share of codes, or a floor on the grid of 2**-30.
    left_on, right_on : uint8 arrays, shape (rules, people)
        For whom a floor counts.
    list_start : int64 array, shape (lists, left people + 1)
    list_column : int64 array
    list_value : float array
        Listed pairs by rows: those of row i are list_start[l, i] to list_start[l, i + 1], by column.
    facts : int64 array
        See COUNTED and those below it.
    """

    ops: Array
    params: Array
    start: Array
    raised: Array
    left: Array
    right: Array
    left_marks: Array
    right_marks: Array
    left_shares: Array
    right_shares: Array
    left_says: Array
    right_says: Array
    masks: Array
    limits: Array
    left_on: Array
    right_on: Array
    list_start: Array
    list_column: Array
    list_value: Array
    facts: Array
