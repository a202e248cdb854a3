"""Two results held against each other: who changed partner, who gained and lost, and by how much."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from peermatch.audit import without_deciders
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.criteria import key_of
from peermatch.errors import InputError, error_item
from peermatch.explain.wording import counted
from peermatch.report import csv_text, write_files
from peermatch.run import Snapshot
from peermatch.run.snapshot import id_order

__all__ = ["Difference", "diff"]

KEPT, MADE, BROKEN = "kept", "made", "broken"
JOINED, LEFT, FOUND, LOST, OTHER = "joined", "left", "found a partner", "lost their partner", "other partner"
_SCORING = ("criteria", "mutual", "unknown")

_Person = tuple[int, tuple[str, Any]]


def diff(before: Any, after: Any) -> Difference:
    """Hold two results against each other.

    Parameters
    ----------
    before, after : Pairing, Draft, path, mapping, or table
        A result, a draft, the JSON of either (a path or its data), the folder of results, or a table of pairs with the
        columns a and b; a table has no scores.

    Returns
    -------
    Difference
        `.people`, `.pairs`, `.text`; scores are compared only where both results score alike, see `.comparable`.

    Raises
    ------
    InputError
        If one is no result, or one has two sides and the other one pool.

    Examples
    --------
    >>> import peermatch as pm
    >>> matcher = pm.PeerMatcher("id", [pm.near("years", scale=3)])
    >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 9)]]
    >>> before = matcher.match(people)
    >>> change = pm.diff(before, matcher.match(people, locks=[("bo", "cy")], fitted=before))
    >>> change.people[["id", "before", "after"]].values.tolist()
    [['ada', ['bo'], ['di']], ['bo', ['ada'], ['cy']], ['cy', ['di'], ['bo']], ['di', ['cy'], ['ada']]]
    """
    first, second = Snapshot.of(before, "before"), Snapshot.of(after, "after")
    sided = {snapshot.two_sided for snapshot in (first, second) if snapshot.two_sided is not None}
    if len(sided) > 1:
        raise InputError(
            error_item("bad_result", "One of the two results has two sides, the other one pool.")
        )
    two_sided = bool(sided.pop()) if sided else False
    return Difference(first, second, two_sided)


@dataclass(frozen=True, eq=False, repr=False)
class Difference:
    """What changed from one result to another. `diff` makes it.

    Attributes
    ----------
    before, after : Snapshot
        What the two results say.
    two_sided : bool
    """

    before: Snapshot
    after: Snapshot
    two_sided: bool

    # ---- tables -----------------------------------------------------------------------------------------

    @cached_property
    def people(self) -> pd.DataFrame:
        """Everybody whose partners changed, who joined, or left.

        Columns id, side (where there are two), change, before, after (lists of ids), score_before, score_after (of all
        their pairs together), gain (missing where scores don't compare).
        """
        had, has = self._partners(self.before), self._partners(self.after)
        was, here = self._here(self.before), self._here(self.after)
        everyone = {**self._ids(self.before), **self._ids(self.after)}
        rows = []
        for person in sorted(everyone, key=_in_order):
            old, new = had.get(person, {}), has.get(person, {})
            change = self._change(person, set(old), set(new), was, here)
            if change is None:
                continue
            scores = (_sum(old), _sum(new))
            rows.append(
                (
                    everyone[person],
                    self.after.names[person[0]],
                    change,
                    *(
                        [partners[key][0] for key in sorted(partners, key=id_order)]
                        for partners in (old, new)
                    ),
                    *scores,
                    self._gain(*scores),
                )
            )
        names = ["id", "side", "change", "before", "after", "score_before", "score_after", "gain"]
        frame = pd.DataFrame(rows, columns=names, dtype=object)
        if not self.two_sided:
            del frame["side"]
        return frame.astype(dict.fromkeys(names[-3:], float))

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Every pair of either result: a, b, change ("kept", "made" or "broken"), score_before, score_after."""
        old, new = self._made(self.before), self._made(self.after)
        rows = []
        for key in sorted({**old, **new}, key=lambda pair: (id_order(pair[0]), id_order(pair[1]))):
            change = KEPT if key in old and key in new else MADE if key in new else BROKEN
            a, b, _ = new.get(key) or old[key]
            rows.append((a, b, change, *(made[key][2] if key in made else None for made in (old, new))))
        frame = pd.DataFrame(rows, columns=["a", "b", "change", "score_before", "score_after"], dtype=object)
        return frame.astype({"score_before": float, "score_after": float})

    @property
    def joined(self) -> list[Any]:
        """Who is there only after; where a result is a mere table of pairs, also who stood in no pair."""
        return self.people.loc[self.people["change"] == JOINED, "id"].tolist()

    @property
    def left(self) -> list[Any]:
        """Who is there only before."""
        return self.people.loc[self.people["change"] == LEFT, "id"].tolist()

    @property
    def totals(self) -> tuple[float | None, float | None]:
        """The total of either result; None where scores are missing."""
        found = []
        for snapshot in (self.before, self.after):
            scores = [score for _, _, score in snapshot.pairs]
            found.append(None if None in scores else float(sum(score or 0.0 for score in scores)))
        return found[0], found[1]

    # ---- whether scores compare -------------------------------------------------------------------------

    @cached_property
    def comparable(self) -> bool | None:
        """Whether both results score alike: the same settings, and the same score for each pair of both.

        None where that cannot be told: scores are missing, or no pair stands in both.
        """
        if self._other_settings:
            return False
        kept = self.pairs[self.pairs["change"] == KEPT].dropna(subset=["score_before", "score_after"])
        if not len(kept):
            return None
        return bool((kept["score_before"] == kept["score_after"]).all())

    @property
    def note(self) -> str:
        """Why scores do not compare, in words; empty where they do."""
        if self._other_settings:
            return f"Scores don't compare: the two results were made with other {', '.join(self._other_settings)}."
        if self.comparable is None:
            if None in self.totals:
                return "Scores are not in both results, so gains are not known."
            return "No pair stands in both results, so whether they score alike cannot be told."
        if self.comparable:
            return ""
        kept = self.pairs[self.pairs["change"] == KEPT]
        other = int((kept["score_before"] != kept["score_after"]).sum())
        return (
            f"Scores don't compare: {other:,} of {counted(len(kept), 'kept pair')} have another score, so what scores "
            "are learned from differs. Match with fitted= the earlier result, so that they do."
        )

    @cached_property
    def _other_settings(self) -> list[str]:
        one, other = self.before.settings, self.after.settings
        if one is None or other is None:
            return []
        both = [name for name in _SCORING if name in one and name in other]
        return [name for name in both if without_deciders(one[name]) != without_deciders(other[name])]

    def _gain(self, before: float | None, after: float | None) -> float | None:
        if self.comparable is False or before is None or after is None:
            return None
        return after - before

    # ---- in words ---------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What changed, in a few sentences."""
        counts = self.pairs["change"].value_counts()
        kept, made, broken = (int(counts.get(change, 0)) for change in (KEPT, MADE, BROKEN))
        stayed = self.people[~self.people["change"].isin([JOINED, LEFT])]
        parts = [
            f"{counted(kept, 'pair')} kept, {broken:,} broken, {made:,} made.",
            f"{counted(len(self.joined), 'person', 'people')} joined, {len(self.left):,} left, and of those who stayed "
            f"{len(stayed):,} have other partners than before.",
        ]
        before, after = self.totals
        if self.comparable is not False and before is not None and after is not None:
            parts.append(f"The total goes from {before:.3f} to {after:.3f}.")
            parts += _gains(stayed)
        return " ".join([*parts, *([self.note] if self.note else [])])

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        counts = self.pairs["change"].value_counts()
        return (
            "Difference("
            + ", ".join(f"{int(counts.get(one, 0))} {one}" for one in (KEPT, BROKEN, MADE))
            + ")"
        )

    def _repr_html_(self) -> str:
        changed = self.pairs[self.pairs["change"] != KEPT]
        pairs = frame_table("Pairs that are not in both", changed, noun="pair")
        return card("What changed", paragraph(self.text), pairs)

    def to_csv(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write diff_people.csv, diff_pairs.csv and diff.txt into a folder.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        return write_files(
            folder,
            {
                "diff_people.csv": csv_text(self.people),
                "diff_pairs.csv": csv_text(self.pairs),
                "diff.txt": self.text + "\n",
            },
        )

    # ---- inside -----------------------------------------------------------------------------------------

    @property
    def _hands(self) -> tuple[int, int]:
        return (0, 1) if self.two_sided else (0, 0)

    def _partners(self, snapshot: Snapshot) -> dict[_Person, dict[tuple[str, Any], tuple[Any, float | None]]]:
        found: dict[_Person, dict[tuple[str, Any], tuple[Any, float | None]]] = {}
        for a, b, score in snapshot.pairs:
            found.setdefault((self._hands[0], key_of(a)), {})[key_of(b)] = (b, score)
            found.setdefault((self._hands[1], key_of(b)), {})[key_of(a)] = (a, score)
        return found

    def _ids(self, snapshot: Snapshot) -> dict[_Person, Any]:
        named = {
            (hand, key_of(id)): id
            for a, b, _ in snapshot.pairs
            for hand, id in zip(self._hands, (a, b), strict=True)
        }
        listed = {person: id for person, (id, here) in (snapshot.people or {}).items() if here}
        return {**named, **listed}

    def _here(self, snapshot: Snapshot) -> set[_Person] | None:
        """Return who took part; None where only pairs are known."""
        return None if snapshot.people is None else set(self._ids(snapshot))

    def _change(
        self,
        person: _Person,
        old: set[Any],
        new: set[Any],
        was: set[_Person] | None,
        here: set[_Person] | None,
    ) -> str | None:
        if was is not None and person not in was:
            return JOINED
        if here is not None and person not in here:
            return LEFT
        if old == new:
            return None
        if not old:
            return JOINED if was is None else FOUND
        if not new:
            return LEFT if here is None else LOST
        return OTHER

    def _made(self, snapshot: Snapshot) -> dict[Any, tuple[Any, Any, float | None]]:
        """Return the pairs by typed ids; in one pool in the order of ids, whichever way round they came."""
        found = {}
        for a, b, score in snapshot.pairs:
            if not self.two_sided and id_order(key_of(a)) > id_order(key_of(b)):
                a, b = b, a
            found[key_of(a), key_of(b)] = (a, b, score)
        return found


def _gains(stayed: pd.DataFrame) -> list[str]:
    """Say who of those who stayed gain and lose, and who most."""
    rows = sorted(zip(stayed["gain"].tolist(), stayed["id"].tolist(), strict=True), key=lambda row: row[0])
    if not rows:
        return []
    lose, gain = sum(row[0] < 0 for row in rows), sum(row[0] > 0 for row in rows)
    said = [f"Of those who stayed {gain:,} gain and {lose:,} lose."]
    if gain:
        said.append(f"{rows[-1][1]!r} gains most, {rows[-1][0]:.3f}.")
    if lose:
        said.append(f"{rows[0][1]!r} loses most, {-rows[0][0]:.3f}.")
    return said


def _sum(partners: Mapping[Any, tuple[Any, float | None]]) -> float | None:
    """Return what someone's pairs are worth together; 0 with nobody."""
    scores = [score for _, score in partners.values()]
    return None if None in scores else float(sum(score or 0.0 for score in scores))


def _in_order(person: _Person) -> tuple[int, tuple[bool, int, str]]:
    return person[0], id_order(person[1])
