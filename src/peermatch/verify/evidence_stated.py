"""Stated preferences over scores from evidence: whom people listed themselves comes before what is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.problem import FORBIDDEN, Candidates, IntArray, top_of_blocks
from peermatch.verify.evidence_reading import flags, member, record, refuse, truth, wholes
from peermatch.verify.evidence_scores import EvidenceScores
from peermatch.verify.evidence_similarity import listed_places, places_of

__all__ = ["FIRST_CHOICE", "ReadLists", "StatedEvidence", "read_stated"]

FIRST_CHOICE = 1 << 32
"""Someone listed at rank r is worth this less r: more than any utility that is worked out, which is at most 2**30."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ReadLists:
    """What the people of one side stated.

    Attributes
    ----------
    others : int
        How many people there are to be listed.
    keys : int64 array
        Owner times others plus whom they list, ascending.
    rank : int64 array
        Of each entry.
    given : bool array
        Who stated anything.
    """

    others: int
    keys: IntArray
    rank: IntArray
    given: Bools

    def ranks(self, owner: IntArray, other: IntArray) -> IntArray:
        """Return the rank of others on lists, 0 where they do not stand on them."""
        if not len(self.keys):
            return np.zeros(len(owner), dtype=np.int64)
        wanted = owner * self.others + other
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[place] == wanted, self.rank[place], 0)

    def of(self, owners: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return the entries of these people as (line among `owners`, whom they list, rank)."""
        line, place = listed_places(self.keys, owners, max(1, self.others))
        return line, self.keys[place] % max(1, self.others), self.rank[place]

    def take(self, owners: IntArray, others: IntArray) -> ReadLists:
        """Return the same lists for these owners and others."""
        line, other, rank = self.of(owners)
        there = places_of(others, self.others)[other]
        here = there >= 0
        keys = line[here] * max(1, len(others)) + there[here]
        order = np.argsort(keys)
        return ReadLists(len(others), keys[order], rank[here][order], self.given[owners])

    def refuses(self, owner: IntArray, other: IntArray) -> Bools:
        """Return True where an owner gave a list and the other does not stand on it."""
        return np.asarray(self.given[owner] & (self.ranks(owner, other) == 0))


class StatedEvidence:
    """Scores from evidence in which stated lists decide what a pairing is worth to each of the two.

    Parameters
    ----------
    base : EvidenceScores
    left, right : ReadLists
        In one pool the same lists twice.
    only_listed : bool
        Whether those who gave a list accept nobody else.
    """

    def __init__(self, base: EvidenceScores, left: ReadLists, right: ReadLists, *, only_listed: bool) -> None:
        self.base, self.left, self.right, self.only_listed = base, left, right, only_listed

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.base.shape

    @property
    def two_sided(self) -> bool:
        """Whether rows and columns are different sides."""
        return self.base.two_sided

    def take(self, left: IntArray, right: IntArray) -> StatedEvidence:
        """Return the same scores for these rows and columns."""
        mine = self.left.take(left, right)
        theirs = self.right.take(right, left) if self.two_sided else mine
        return StatedEvidence(self.base.take(left, right), mine, theirs, only_listed=self.only_listed)

    def without(self, u: IntArray, v: IntArray) -> StatedEvidence:
        """Return the same scores, in which these pairs are forbidden as well."""
        return StatedEvidence(self.base.without(u, v), self.left, self.right, only_listed=self.only_listed)

    def at_least(self, lowest: int) -> StatedEvidence:
        """Return the same scores, in which pairs with a lower one are forbidden."""
        return StatedEvidence(self.base.at_least(lowest), self.left, self.right, only_listed=self.only_listed)

    def block(self, rows: IntArray) -> IntArray:
        """Return the scores of these rows with everyone."""
        scores = self.base.block(rows)
        return np.where(self._refused(rows, "left"), FORBIDDEN, scores) if self.only_listed else scores

    def at(self, u: IntArray, v: IntArray) -> IntArray:
        """Return the scores of the listed pairs."""
        scores = self.base.at(u, v)
        if not self.only_listed:
            return scores
        return np.where(self.left.refuses(u, v) | self.right.refuses(v, u), FORBIDDEN, scores)

    def top(self, k: int) -> Candidates:
        """Return each row's k best allowed partners by score."""
        return top_of_blocks(self, k)

    def utilities(self, rows: IntArray, side: str = "left") -> IntArray:
        """Return what each pairing is worth to the row's person alone."""
        rows = np.asarray(rows, dtype=np.int64)
        side = side if self.two_sided else "left"
        lists = self.left if side == "left" else self.right
        out = np.array(self.base.utilities(rows, side))
        line, other, rank = lists.of(rows)
        listed = np.zeros(out.shape, dtype=np.int64)
        listed[line, other] = FIRST_CHOICE - rank
        out = np.where((listed > 0) & (out != FORBIDDEN), listed, out)
        return np.where(self._refused(rows, side), FORBIDDEN, out) if self.only_listed else out

    def utilities_at(self, u: IntArray, v: IntArray) -> tuple[IntArray, IntArray]:
        """Return both sides' utilities of the listed pairs, whether or not they may be made."""
        mine, theirs = self.base.utilities_at(u, v)
        first, second = self.left.ranks(u, v), self.right.ranks(v, u)
        return (
            np.where(first > 0, FIRST_CHOICE - first, mine),
            np.where(second > 0, FIRST_CHOICE - second, theirs),
        )

    def _refused(self, rows: IntArray, side: str) -> Bools:
        """Return whom one of the two did not list although they gave a list, shape (rows, others)."""
        mine, theirs = (self.left, self.right) if side == "left" else (self.right, self.left)
        rows = np.asarray(rows, dtype=np.int64)
        accepted = np.repeat(~mine.given[rows][:, None], mine.others, axis=1)
        line, other, _ = mine.of(rows)
        accepted[line, other] = True
        u, v = np.repeat(rows, mine.others), np.tile(np.arange(mine.others), len(rows))
        refused: Bools = ~accepted | theirs.refuses(v, u).reshape(accepted.shape)
        return refused


def read_stated(evidence: Mapping[str, Any], scores: EvidenceScores) -> EvidenceScores | StatedEvidence:
    """Return the scores under the preferences that were stated, where there were any."""
    given = member(evidence, "stated", "evidence")
    if given is None:
        return scores
    told = record(given, "evidence.stated")
    only_listed = truth(member(told, "only_listed", "evidence.stated"), "evidence.stated.only_listed")
    rows, columns = scores.shape
    left = _lists(member(told, "left", "evidence.stated"), "evidence.stated.left", rows, columns)
    right = left
    if scores.two_sided:
        right = _lists(member(told, "right", "evidence.stated"), "evidence.stated.right", columns, rows)
    return StatedEvidence(scores, left, right, only_listed=only_listed)


def _lists(value: Any, where: str, owners: int, others: int) -> ReadLists:
    told = record(value, where)
    owner = wholes(member(told, "owner", where), f"{where}.owner", None, 0, owners - 1)
    listed = wholes(member(told, "listed", where), f"{where}.listed", len(owner), 0, others - 1)
    rank = wholes(member(told, "rank", where), f"{where}.rank", len(owner), 1, FIRST_CHOICE - 1)
    keys = owner * max(1, others) + listed
    order = np.argsort(keys, kind="stable")
    if (np.diff(keys[order]) == 0).any():
        refuse(where, "people who are listed once", found="one who is listed twice")
    given = flags(member(told, "given", where), f"{where}.given", owners)
    if not given[owner].all():
        refuse(f"{where}.given", "1 for everyone with a list", 0)
    return ReadLists(others, keys[order], rank[order], given)
