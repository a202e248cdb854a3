"""The shortlist: what comes back when people choose for themselves."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table
from peermatch.explain import FOR, HELPS, UNKNOWN, Outcome, findings_of, pair_fact, pair_facts, read_ahead
from peermatch.explain.wording import counted
from peermatch.problem import GRID, IntArray
from peermatch.publication import write_files
from peermatch.report.files import csv_text

__all__ = ["ShortOf", "Shortlist"]

_REASONS = 2
_NO_REASON = "No single thing stands out; all that counts together makes the score."
_NOTHING = "Nothing that counts speaks for the two; nobody better is left."


@dataclass(frozen=True)
class ShortOf:
    """Someone whose list has fewer than k people.

    Attributes
    ----------
    hand, position : int
    listed, allowed : int
        How many stand on the list, and how many may.
    reason : str
    """

    hand: int
    position: int
    listed: int
    allowed: int
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Shortlist:
    """Everybody's best few partners, with reasons. `PeerMatcher.shortlist` makes it.

    Tables come back as the kind of table that the people came in. Whom a rule forbids is not on a list, and nothing
    in `table` says that there was a rule.

    Attributes
    ----------
    outcome : Outcome
        Whose pairs are the entries of the lists, in the order of `table`.
    asking : int64 array, shape (m, 3)
        Of each entry: the side that asks, who asks, and the rank from 1.
    k : int
    at_most : int or None
    asked : tuple of (int, int)
        Side and position of everyone who has a list, be it empty.
    few : tuple of ShortOf

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": "ada", "site": "Oslo"}, {"id": "bo", "site": "Rome"}, {"id": "cy", "site": "Oslo"}]
    >>> shortlist = pm.PeerMatcher("id", [pm.same("site")]).shortlist(people, 1)
    >>> shortlist.lists["ada"], shortlist.table["reason"][0]
    (['cy'], 'The same site (Oslo).')
    """

    outcome: Outcome
    asking: IntArray
    k: int
    at_most: int | None
    asked: tuple[tuple[int, int], ...]
    few: tuple[ShortOf, ...]

    @cached_property
    def lists(self) -> dict[Any, list[Any]]:
        """Id -> ids, best first. On two sides an id is (side, id), since both sides may have it."""
        found: dict[tuple[int, int], list[Any]] = {asked: [] for asked in self.asked}
        for (hand, who, _), pair in zip(self.asking.tolist(), self.outcome.pairs.tolist(), strict=True):
            other = 1 - hand
            found[hand, who].append(self.outcome.cohort(other).ids[pair[other]])
        return {self._key(hand, who): ids for (hand, who), ids in found.items()}

    def _key(self, hand: int, position: int) -> Any:
        id = self.outcome.cohort(hand).ids[position]
        return (self.outcome.side_name(hand), id) if self.outcome.two_sided else id

    @property
    def table(self) -> Any:
        """One row for each person on each list, in the order of ids and ranks.

        Columns: id, side (where there are two: whose list it is), rank, candidate, label (the candidate's, where a
        label column was given), score, coverage, contribution_<criterion> for each criterion that is not sensitive, and
        reason. Contributions add up to the score where no criterion is sensitive. Edited, it is taken back by
        ``match(preferences=...)``.
        """
        return self.outcome.everyone[0].in_kind(self._table.copy())

    @cached_property
    def _table(self) -> pd.DataFrame:
        outcome, details = self.outcome, self.outcome.details
        places = [
            (hand, who, 1 - hand, pair[1 - hand])
            for (hand, who, _), pair in zip(self.asking.tolist(), outcome.pairs.tolist(), strict=True)
        ]
        data: dict[str, Any] = {
            "id": _ids([outcome.cohort(hand).ids[who] for hand, who, _, _ in places]),
            "side": pd.Series([outcome.side_name(hand) for hand, *_ in places], dtype=object),
            "rank": self.asking[:, 2],
            "candidate": _ids([outcome.cohort(other).ids[whom] for _, _, other, whom in places]),
            "label": pd.Series([outcome.label(other, whom) for _, _, other, whom in places], dtype=object),
            "score": details.scores / GRID,
            "coverage": details.coverage,
        }
        if not outcome.two_sided:
            del data["side"]
        if not any(side is not None and side.label is not None for side in outcome.everyone):
            del data["label"]
        for number, compiled in enumerate(outcome.scores.criteria):
            if not compiled.criterion.sensitive:
                data[f"contribution_{compiled.criterion.name}"] = details.contributions[number] / GRID
        read_ahead(outcome)
        reasons = [self._reason(index, hand) for index, (hand, *_) in enumerate(places)]
        data["reason"] = pd.Series(reasons, dtype=object)
        return pd.DataFrame(data)

    def _reason(self, index: int, hand: int) -> str:
        """One sentence of what speaks for the two: what counts most first; nothing of what speaks against them."""
        good = self._speaking_for(index, hand)
        if good:
            u, v = self.outcome.pairs[index].tolist()
            return _sentence("; ".join(good), (self.outcome.label(0, u), self.outcome.label(1, v)))
        if any(finding.tone == UNKNOWN for finding in findings_of(pair_facts(self.outcome, index, hand))):
            return "Too little is known about the two to say why; it is worth asking."
        return _NO_REASON if self.outcome.details.scores[index] > 0 else _NOTHING

    @cached_property
    def _most_first(self) -> list[list[int]]:
        """The criteria of each entry, what adds most first."""
        return np.argsort(-self.outcome.details.contributions, axis=0, kind="stable").T.tolist()  # type: ignore[no-any-return]

    def _speaking_for(self, index: int, hand: int) -> list[str]:
        """Phrases for the two. What a criterion adds is the weight of all its phrases, so the rest need no reading."""
        adds = self.outcome.details.contributions
        good: list[str] = []
        for k in self._most_first[index]:
            if adds[k, index] <= 0 or len(good) >= _REASONS:
                break
            if not self.outcome.scores.criteria[k].criterion.sensitive:
                found = findings_of([pair_fact(self.outcome, index, k, hand)])
                good += [finding.text for finding in found if finding.tone in (FOR, HELPS)]
        return good[:_REASONS]

    @property
    def short(self) -> Any:
        """Those whose list has fewer than k people, and why: for the administrator.

        Columns: id, side (where there are two), listed, allowed (with how many no rule forbids a pair, of those who
        may be listed), reason.
        """
        return self.outcome.everyone[0].in_kind(self._short.copy())

    @cached_property
    def _short(self) -> pd.DataFrame:
        outcome = self.outcome
        data: dict[str, Any] = {
            "id": _ids([outcome.cohort(one.hand).ids[one.position] for one in self.few]),
            "side": pd.Series([outcome.side_name(one.hand) for one in self.few], dtype=object),
            "listed": pd.Series([one.listed for one in self.few], dtype="int64"),
            "allowed": pd.Series([one.allowed for one in self.few], dtype="int64"),
            "reason": pd.Series([one.reason for one in self.few], dtype=object),
        }
        if not outcome.two_sided:
            del data["side"]
        return pd.DataFrame(data)

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write `table` to a file, which appears whole or not at all; see `Pairing.to_csv` on apostrophes.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        path = Path(path)
        return write_files(path.parent, {path.name: csv_text(self._table)})[0]

    def short_to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write `short` to a file, in the same way."""
        path = Path(path)
        return write_files(path.parent, {path.name: csv_text(self._short)})[0]

    def __len__(self) -> int:
        return len(self.asked)

    def __repr__(self) -> str:
        bound = "" if self.at_most is None else f", nobody on more than {self.at_most:,}"
        few = f", {counted(len(self.few), 'list')} shorter" if self.few else ""
        return f"Shortlist({counted(len(self.asked), 'list')} of {self.k}{bound}{few})"

    def _repr_html_(self) -> str:
        columns = ["id", "side", "rank", "candidate", "label", "score", "reason"]
        lists = frame_table("Everybody's list", self._table, columns, ids=["id", "candidate", "label"])
        return card(repr(self), lists)


def _sentence(text: str, names: tuple[str, str]) -> str:
    """Begin with a capital, unless it begins with someone's name or id: those stay as they are written."""
    return text + "." if text.startswith(names) else text[:1].upper() + text[1:] + "."


def _ids(cells: list[Any]) -> pd.Series[Any]:
    if cells and all(type(cell) is int for cell in cells):
        try:
            return pd.Series(cells, dtype="int64")
        except OverflowError:
            pass
    return pd.Series(cells, dtype=object)
