"""Scores of groups with one person each: what a pair, or a circle, has of somebody who serves all its members.

Every member has a directed utility of the person, a whole number on the grid. The score of the group is their mean,
rounded to the grid, or the least of them. Members for whom no criterion counts have no say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.checks import check_choice
from peermatch.criteria import Mask
from peermatch.criteria.program import ProgramWriter
from peermatch.errors import VerificationError
from peermatch.problem import FORBIDDEN, GRID, Candidates, IntArray, top_of_blocks
from peermatch.scoring.contributions import split_score
from peermatch.scoring.lazy import LazyScores

__all__ = ["COMBINE", "GroupDetails", "GroupMask", "GroupScores", "ThresholdMask", "group_details"]

COMBINE = ("mean", "min")
Bools = npt.NDArray[np.bool_]
Utilities = tuple[IntArray, Bools]


class _AskedMask:
    """What masks of groups have in common: compiled code does not know groups."""

    @property
    def compiles(self) -> bool:
        """Always False."""
        return False

    def write(self, writer: ProgramWriter, row: npt.NDArray[Any]) -> None:
        """Never called, since it does not compile."""
        raise TypeError("A mask of groups cannot be held by compiled code.")


@dataclass(frozen=True, eq=False)
class GroupMask(_AskedMask):
    """A mask of groups and people: a group may not have whom any of its members may not have.

    Parameters
    ----------
    masks : tuple of Mask or None
        Of members and people, one a hand; None: that hand's members may have everybody.
    sizes : tuple of int
        How many members there are to a hand.
    members : int64 array, shape (groups, width)
        Positions in the hand of their place; -1 where a group has fewer members.
    hands : tuple of int
        The hand of each place.
    """

    masks: tuple[Mask | None, ...]
    sizes: tuple[int, ...]
    members: IntArray
    hands: tuple[int, ...]

    def tile(self, rows: IntArray, columns: IntArray) -> Bools:
        """Return True where the row's group may not have the column's person."""
        out = np.zeros((len(rows), len(columns)), dtype=bool)
        for place, hand in enumerate(self.hands):
            mask, who = self.masks[hand], self.members[rows, place]
            here = np.flatnonzero(who >= 0)
            if mask is not None and len(here):
                out[here] |= mask.tile(who[here], columns)
        return out

    def pairs(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where group u[i] may not have person v[i]."""
        out = np.zeros(len(u), dtype=bool)
        for place, hand in enumerate(self.hands):
            mask, who = self.masks[hand], self.members[u, place]
            here = np.flatnonzero(who >= 0)
            if mask is not None and len(here):
                out[here] |= mask.pairs(who[here], v[here])
        return out

    def take(self, left: IntArray, right: IntArray) -> GroupMask:
        """Return the same mask for these groups and people."""
        masks = tuple(
            None if mask is None else mask.take(np.arange(size, dtype=np.int64), right)
            for mask, size in zip(self.masks, self.sizes, strict=True)
        )
        return replace(self, masks=masks, members=self.members[left])


@dataclass(frozen=True, eq=False)
class ThresholdMask(_AskedMask):
    """A mask of groups and people whose level does not reach what the group needs; NaN on either hand forbids.

    Parameters
    ----------
    needed : float64 array, one a group
    level : float64 array, one a person
    """

    needed: npt.NDArray[np.float64]
    level: npt.NDArray[np.float64]

    def tile(self, rows: IntArray, columns: IntArray) -> Bools:
        """Return True where the row's group may not have the column's person."""
        return ~(self.level[columns][None, :] >= self.needed[rows][:, None])

    def pairs(self, u: IntArray, v: IntArray) -> Bools:
        """Return True where group u[i] may not have person v[i]."""
        return ~(self.level[v] >= self.needed[u])

    def take(self, left: IntArray, right: IntArray) -> ThresholdMask:
        """Return the same mask for these groups and people."""
        return ThresholdMask(self.needed[left], self.level[right])


class GroupScores:
    """Two-sided pair scores whose rows are groups.

    Parameters
    ----------
    utilities : sequence of LazyScores or None
        Two-sided, without masks: what the members of each hand see in people; None where nothing counts for a hand.
    members : int64 array, shape (groups, width)
        See `GroupMask`.
    hands : sequence of int
    masks : sequence of Mask
        Of groups and people.
    n_people : int
    combine : {"mean", "min"}
    """

    def __init__(
        self,
        utilities: Sequence[LazyScores | None],
        members: IntArray,
        hands: Sequence[int],
        masks: Sequence[Mask],
        n_people: int,
        *,
        combine: str = "mean",
    ) -> None:
        check_choice("GroupScores", "combine", combine, COMBINE)
        self.of_members = tuple(utilities)
        self.members, self.hands, self.masks = members, tuple(hands), tuple(masks)
        self.combine = combine
        self._n_people = n_people

    @property
    def shape(self) -> tuple[int, int]:
        """Groups and people."""
        return (len(self.members), self._n_people)

    @property
    def two_sided(self) -> bool:
        """Always True."""
        return True

    def take(self, left: IntArray, right: IntArray) -> GroupScores:
        """Return the same scores for these groups and people, in this order."""
        return GroupScores(
            [
                None if part is None else part.take(np.arange(part.shape[0], dtype=np.int64), right)
                for part in self.of_members
            ],
            self.members[left],
            self.hands,
            [mask.take(left, right) for mask in self.masks],
            len(right),
            combine=self.combine,
        )

    def says(self, place: int, groups: IntArray) -> Bools:
        """Return whether any criterion counts for the members of these groups in one place."""
        scores, who = self.of_members[self.hands[place]], self.members[groups, place]
        if scores is None:
            return np.zeros(len(who), dtype=bool)
        return np.asarray((who >= 0) & scores.left_says[np.maximum(who, 0)])

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these groups with everyone."""
        rows = np.asarray(rows, dtype=np.int64)
        found = []
        for place, hand in enumerate(self.hands):
            says, scores = self.says(place, rows), self.of_members[hand]
            values = np.zeros((len(rows), self._n_people), dtype=np.int64)
            if scores is not None and says.any():
                values[says] = scores.utilities(self.members[rows[says], place])
            found.append((values, says[:, None]))
        out = self._combined(found)
        everyone = np.arange(self._n_people, dtype=np.int64)
        for mask in self.masks:
            out[mask.tile(rows, everyone)] = FORBIDDEN
        return out

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed groups and people."""
        u, v = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
        out = self.worth(u, v)
        for mask in self.masks:
            out[mask.pairs(u, v)] = FORBIDDEN
        return out

    def worth(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed groups and people, whether or not a rule forbids them."""
        found = []
        for place, hand in enumerate(self.hands):
            says, scores = self.says(place, u), self.of_members[hand]
            values = np.zeros(len(u), dtype=np.int64)
            if scores is not None and says.any():
                values[says] = scores.utilities_at(self.members[u[says], place], v[says])[0]
            found.append((values, says))
        return self._combined(found)

    def top(self, k: int) -> Candidates:
        """Return each group's k best allowed people."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each is worth to the row alone: here, the score."""
        if side == "left":
            return self.block(rows)
        return self.block(np.arange(self.shape[0], dtype=np.int64))[:, rows].T

    def _combined(self, found: Sequence[Utilities]) -> IntArray:
        counts = np.sum([says for _, says in found], axis=0)
        if self.combine == "mean":
            total = np.sum([np.where(says, values, 0) for values, says in found], axis=0)
            return np.asarray(np.rint(total / np.maximum(1, counts)), dtype=np.int64)
        least = np.min([np.where(says, values, GRID) for values, says in found], axis=0)
        return np.asarray(np.where(counts > 0, least, 0), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class GroupDetails:
    """What the scores of listed groups and people are made of.

    Attributes
    ----------
    scores : int64 array, shape (m,)
    contributions : int64 array, shape (criteria, m)
        Columns add up to `scores`.
    coverage : float64 array, shape (m,)
        The share of criterion weight that was known, over the members who have a say.
    """

    scores: IntArray
    contributions: IntArray
    coverage: npt.NDArray[np.float64]


def group_details(
    scores: GroupScores, u: IntArray, v: IntArray, which: Sequence[Sequence[int]], n_criteria: int
) -> GroupDetails:
    """Take the scores of listed groups and people apart.

    Parameters
    ----------
    scores : GroupScores
    u, v : int64 arrays, shape (m,)
    which : sequence of sequences of int
        For each hand: the number, among all criteria, of each of its own.
    n_criteria : int

    Raises
    ------
    VerificationError
        If contributions do not add up to a score, to the last bit.
    """
    values, count = scores.worth(u, v), len(u)
    parts = np.zeros((len(scores.hands), n_criteria, count), dtype=np.int64)
    known, sayers = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for place, hand in enumerate(scores.hands):
        says, lazy = scores.says(place, u), scores.of_members[hand]
        if lazy is None or not says.any():
            continue
        who, whom = scores.members[u[says], place], v[says]
        sayers += says
        for own, k in enumerate(which[hand]):
            compiled, share = lazy.criteria[own], lazy.left_shares[own, who]
            similarity = compiled.measure.pairs(who, whom)[0]
            filled = np.where(np.isnan(similarity), compiled.fills[0], similarity)
            parts[place, k, says] = np.rint(share * filled).astype(np.int64)
            known[says] += np.where(np.isnan(similarity), 0, share)
    if scores.combine == "min":
        says_all = np.stack([scores.says(place, u) for place in range(len(scores.hands))])
        binding = says_all & (parts.sum(axis=1) == values[None, :])
        parts = np.where(binding[:, None, :], parts, 0)
    nothing = [0] * n_criteria
    split = [
        split_score(int(values[m]), parts[:, :, m].sum(axis=0).tolist(), nothing, "mean", says=(True, False))
        for m in range(count)
    ]
    contributions = np.array(split, dtype=np.int64).reshape(count, n_criteria).T
    if not np.array_equal(contributions.sum(axis=0), values):
        raise VerificationError("The contributions of a group's score do not add up to it.")
    return GroupDetails(values, contributions, known / (GRID * np.maximum(1, sayers)))
