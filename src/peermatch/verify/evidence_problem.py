"""What was solved, from evidence: the pairs that were demanded, and the problem that these leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from peermatch.problem import OBJECTIVES, FlowProblem, IntArray, PairScores, Problem
from peermatch.verify.evidence_certificate import read_pairs
from peermatch.verify.evidence_reading import choice, items, member, record, refuse, whole, wholes
from peermatch.verify.evidence_scores import EvidenceScores
from peermatch.verify.evidence_stated import StatedEvidence

__all__ = ["FreeProblem", "ReadAsked", "free_problem", "read_asked"]

Places = tuple[IntArray | None, IntArray | None]

_MOST_PLACES = 2**31


@dataclass(frozen=True, eq=False)
class ReadAsked:
    """What the solver was asked, as it was written down.

    Attributes
    ----------
    objective : str
    floor : int or None
    required : int64 array, shape (r, 2)
    left, right : int64 arrays
        Whom rows and columns of what was solved mean; in one pool twice the same.
    capacity, minimum, or_none : pair of int64 arrays or None
    """

    objective: str
    floor: int | None
    required: IntArray
    left: IntArray
    right: IntArray
    capacity: Places
    minimum: Places
    or_none: Places


@dataclass(frozen=True, eq=False)
class FreeProblem:
    """What demanded pairs leave to be solved, and whom its rows and columns mean."""

    problem: Problem
    left: IntArray
    right: IntArray

    def inside(self, pairs: IntArray) -> IntArray | None:
        """Return pairs of people as positions of the problem; None if somebody has no place in it."""
        rows, columns = (
            np.full(int(max(part.max(initial=-1), pairs[:, k].max(initial=-1))) + 1, -1, dtype=np.int64)
            for k, part in enumerate((self.left, self.right))
        )
        rows[self.left], columns[self.right] = np.arange(len(self.left)), np.arange(len(self.right))
        found = np.stack([rows[pairs[:, 0]], columns[pairs[:, 1]]], axis=1)
        return None if (found < 0).any() else found


def read_asked(evidence: Mapping[str, Any], shape: tuple[int, int], two_sided: bool) -> ReadAsked:
    """Read what the solver was given.

    Raises
    ------
    InputError
        ``bad_result``, with the place of what is not as it must be.
    """
    where = "evidence.problem"
    told = record(member(evidence, "problem", "evidence"), where)
    floor = member(told, "floor", where)
    sizes = {"capacity": None, "minimum": None, "or_none": None}
    counts = {key: _counts(told, key, where, shape, two_sided) for key in sizes}
    orders = [
        wholes(member(told, side, where), f"{where}.{side}", None, 0, size - 1)
        for side, size in zip(("left", "right"), shape, strict=True)
    ]
    for side, order in zip(("left", "right"), orders, strict=True):
        if len(np.unique(order)) < len(order):
            refuse(f"{where}.{side}", "positions, each once", found="one that stands there twice")
    return ReadAsked(
        objective=choice(member(told, "objective", where), f"{where}.objective", OBJECTIVES),
        floor=None if floor is None else whole(floor, f"{where}.floor", 0),
        required=read_pairs(member(told, "required", where), f"{where}.required", *shape),
        left=orders[0],
        right=orders[1],
        **counts,
    )


def _counts(told: Mapping[str, Any], key: str, where: str, shape: tuple[int, int], two_sided: bool) -> Places:
    given = items(member(told, key, where), f"{where}.{key}", 2)
    read = [
        None if part is None else wholes(part, f"{where}.{key}[{k}]", size, 0, _MOST_PLACES)
        for k, (part, size) in enumerate(zip(given, shape, strict=True))
    ]
    if not two_sided and read != [None, None]:
        refuse(f"{where}.{key}", "two nulls in one pool", given)
    return (read[0], read[1])


def free_problem(asked: ReadAsked, scores: EvidenceScores | StatedEvidence) -> tuple[FreeProblem, list[str]]:
    """Return what demanded pairs leave to be solved, worked out anew, and what contradicts it in the evidence."""
    faults = []
    shape = scores.shape
    places = _open_places(asked, shape)
    if scores.two_sided:
        wanted = [np.flatnonzero(part > 0) for part in places]
    else:
        wanted = [np.setdiff1d(np.arange(shape[0]), asked.required)] * 2
        if not np.array_equal(asked.left, asked.right):
            faults.append("The evidence has other people in rows than in columns of one pool.")
    for side, order, people in zip(("left", "right"), (asked.left, asked.right), wanted, strict=True):
        if not np.array_equal(np.sort(order), people):
            faults.append(
                f"On the {side}, the evidence solves for {len(order)} people; demanded pairs leave {len(people)}, or "
                "others."
            )
    held = any((part < 0).any() for part in places)
    if held:
        faults.append("More pairs are demanded of somebody than they have places.")
    if faults:
        left, right = wanted
    else:
        left, right = asked.left, asked.right
    return FreeProblem(_problem(asked, scores, places, left, right), left, right), faults


def _open_places(asked: ReadAsked, shape: tuple[int, int]) -> list[IntArray]:
    """Return everybody's places less the demanded pairs in which they stand; of two sides."""
    found = []
    for hand, given in enumerate(asked.capacity):
        own = np.ones(shape[hand], dtype=np.int64) if given is None else given
        # nobody can have more partners than there are people
        own = np.minimum(own, shape[1 - hand])
        found.append(own - np.bincount(asked.required[:, hand], minlength=shape[hand]))
    return found


def _problem(
    asked: ReadAsked,
    scores: EvidenceScores | StatedEvidence,
    places: list[IntArray],
    left: IntArray,
    right: IntArray,
) -> Problem:
    several = len(asked.required) and all(part is not None for part in asked.capacity)
    # where both of a demanded pair may have places left, they are not paired again
    once = scores.without(asked.required[:, 0], asked.required[:, 1]) if several else scores
    open_scores = once.take(left, right)
    rest: PairScores = open_scores if asked.floor is None else open_scores.at_least(asked.floor)
    capacity = [
        None if given is None else places[hand][order]
        for hand, (given, order) in enumerate(zip(asked.capacity, (left, right), strict=True))
    ]
    still = _still_needed(asked, scores.shape, left, right)
    if any(part is not None and (part > 0).any() for part in still):
        return FlowProblem(rest, asked.objective, (capacity[0], capacity[1]), still)
    return Problem(rest, asked.objective, (capacity[0], capacity[1]))


def _still_needed(asked: ReadAsked, shape: tuple[int, int], left: IntArray, right: IntArray) -> Places:
    """Return how many partners people need in any case, demanded pairs apart.

    Whoever takes none or at least so many, and stands in a demanded pair, needs so many.
    """
    found: list[IntArray | None] = []
    for hand, order in enumerate((left, right)):
        least, choosy = asked.minimum[hand], asked.or_none[hand]
        if least is None and choosy is None:
            found.append(None)
            continue
        held = np.bincount(asked.required[:, hand], minlength=shape[hand])
        need = np.zeros(shape[hand], dtype=np.int64) if least is None else least
        if choosy is not None:
            need = np.where(held > 0, np.maximum(need, choosy), need)
        found.append(np.maximum(0, need - held)[order])
    return (found[0], found[1])
