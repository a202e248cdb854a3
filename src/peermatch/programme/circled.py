"""Who sits in which circle, how well everybody fits, and what is proved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.errors import InputError, error_item
from peermatch.explain import Outcome
from peermatch.explain.wording import percent
from peermatch.problem import GRID, CircleMatching, Status
from peermatch.programme.grouped import Grouped
from peermatch.programme.groups import out_of_groups, people_table, plain_rows
from peermatch.programme.told import all_twos, circle_notice, met_pairs
from peermatch.report.group_guide import group_guide
from peermatch.report.guide import MeetingGuide
from peermatch.report.guide_texts import GuideTexts, guide_texts
from peermatch.report.participant import Notice, guide_files
from peermatch.scoring.contributions import PairDetails, pair_details

__all__ = ["SCHEMA", "Circled"]

SCHEMA = "peermatch/circles/1"


@dataclass(frozen=True, eq=False, repr=False)
class Circled(Grouped):
    """Who sits in which circle, how well everybody fits, and what is proved. `form_circles` makes it.

    Tables come back as the kind of table that the people came in, in the canonical order of ids. What it holds is
    listed at `peermatch.programme.grouped.Grouped`; circles that were found by a look at all possibilities carry no
    evidence that could be checked independently.
    """

    WHAT: ClassVar[str] = "circle"
    SEATED: ClassVar[str] = "in a circle"

    found: CircleMatching

    @property
    def gap(self) -> float:
        """How much better the total of any circles could be at most, in scores."""
        return self.found.gap / GRID

    @property
    def members(self) -> Any:
        """One row for each person in each circle: group_id, id, role ("peer")."""
        return self._out(self._frames["members"])

    @property
    def circles(self) -> Any:
        """One row a circle: group_id, size, score (mean of its pairs), weakest, contribution_<criterion>."""
        return self._out(self._frames["circles"])

    @property
    def people(self) -> Any:
        """Everyone who came in, once: id, label (where there is one), status, group_id, fit, reason.

        The status is "in a circle", "unmatched" or "not taking part"; fit is someone's mean score with the others.
        """
        return self._out(self._frames["people"])

    # ---- in words ---------------------------------------------------------------------------------------

    @property
    def sentence(self) -> str:
        """What is proved, in words."""
        found = self.found
        checked = "checked independently" if self.verified else "not checked independently"
        if found.status == Status.OPTIMAL and found.certificate is None:
            return "The best circles of these sizes, found by looking at every possibility in whole numbers."
        if found.status == Status.OPTIMAL:
            over = f"Proved over all {self.pairs_covered:,} allowed pairs"
            return f"{over}: no circles of these sizes are better ({checked})."
        seats = f"up to {found.seats_gap:,} more people could have a seat, and " if found.seats_gap else ""
        reached = (
            "The search was stopped" if found.stats.get("stopped") else "No swap of two people is better"
        )
        return (
            f"{reached}. Not proved the best: {seats}the total could be at most {self.gap:.3f} more "
            f"({percent(found.gap_share)}), by a bound over all pairs that is weak for circles ({checked})."
        )

    def _told(self, at: int, bare: bool = False) -> str:
        part, details = self.groups[at], self._details[at]
        names = [self._name(person, bare) for person in part.tolist()]
        a, b = np.triu_indices(len(part), 1)
        low, high = int(details.scores.argmin()), int(details.scores.argmax())
        shares = self._shares(details)
        return (
            f"{self.group_ids[at]} seats {len(names)} people: {', '.join(names)}. Its pairs score "
            f"{details.scores.mean() / GRID:.2f} on average; what adds up to that: {shares}. "
            f"The best pair is {names[a[high]]} and {names[b[high]]} ({details.scores[high] / GRID:.2f}), "
            f"the weakest {names[a[low]]} and {names[b[low]]} ({details.scores[low] / GRID:.2f})."
        )

    def _shares(self, details: PairDetails) -> str:
        """What each criterion adds; those marked as sensitive stand together, unnamed."""
        means = details.contributions.mean(axis=1) / GRID
        added: dict[str, float] = {}
        for part, mean in zip(self.ready.scores.criteria, means.tolist(), strict=True):
            name = "what is sensitive" if part.criterion.sensitive else part.criterion.name
            added[name] = added.get(name, 0.0) + mean
        return ", ".join(
            f"{name} {mean:.2f}" for name, mean in sorted(added.items(), key=lambda one: -one[1])
        )

    def meeting_guide(
        self,
        group_id: str,
        *,
        texts: str | os.PathLike[str] | None = None,
        adviser: str | None = None,
        contact: str | None = None,
    ) -> MeetingGuide:
        """Return a page for the members of a circle: what they share, where they differ, who can teach whom what.

        Parameters
        ----------
        group_id : str
            As in `circles`.
        texts, contact : optional
            As in `notices`.
        adviser : str, optional
            Whom to ask when a question outgrows all of them, as people read it.

        Returns
        -------
        MeetingGuide
            `.markdown` and `.html`.

        Raises
        ------
        InputError
            If there is no such circle.
        """
        if group_id not in self.group_ids:
            message = f"There is no circle {group_id!r}." + did_you_mean(str(group_id), self.group_ids)
            raise InputError(
                error_item("unknown_group", message, found=group_id, accepted=self.group_ids[:100])
            )
        members = sorted(self.groups[self.group_ids.index(group_id)].tolist())
        said = guide_texts(texts)
        return group_guide(self._met, members, self._shown, said, adviser=adviser, contact=contact)

    def _told_of(self, row: Mapping[Any, Any], bare: bool) -> str:
        name = row["id"] if bare else row.get("label", row["id"])
        fit = f"{name} fits the others with {row['fit']:.2f} on average. "
        return fit + self._told(self.group_ids.index(row["group_id"]), bare)

    def _guides(self, texts: str | os.PathLike[str] | None, contact: str | None) -> dict[str, str]:
        files: dict[str, str] = {}
        for id in self.group_ids:
            files |= guide_files(id, self.meeting_guide(id, texts=texts, contact=contact))
        return files

    def _member_notice(self, person: int, texts: GuideTexts, contact: str | None) -> Notice:
        members = sorted(self.groups[self._place_of[person][0]].tolist())
        return circle_notice(self._met, members, person, self._shown, texts, contact)

    def summary(self) -> str:
        """Return a page to read: how many circles, how good, the proof, the best and the weakest, who was left out."""
        people, circles = self._frames["people"], self._frames["circles"]
        how_good = ""
        if len(circles):
            seated = people[people["status"] == self.SEATED]
            fits = seated["fit"].astype(float)
            worst = seated.iloc[int(fits.argmin())]
            how_good = (
                "How good the circles are (score from 0 to 1)\n"
                f"  circles: mean {circles['score'].mean():.2f} · lowest {circles['score'].min():.2f}\n"
                f"  people's mean score with their circle: lowest {fits.min():.2f} "
                f"({worst.get('label', worst['id'])}) · middle {fits.median():.2f}"
            )
        return self._page(how_good, "score")

    def __repr__(self) -> str:
        return f"Circled({self._headline()}, {self.status}, gap {self.gap:.3f})"

    def _repr_html_(self) -> str:
        columns = ["group_id", "size", "score", "weakest"]
        circles = frame_table("Circles", self._frames["circles"], columns, noun="circle")
        left = frame_table(
            "Without a seat", self.unmatched, limit=3, ids=["id"], noun="person", nouns="people"
        )
        return card(repr(self)[len("Circled(") : -1], paragraph(self.sentence), circles, left)

    # ---- out of here ------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/circles/1", ...}``; ids are strings plus type."""
        return super().to_dict()

    @property
    def _data(self) -> dict[str, Any]:
        found, frames = self.found, self._frames
        return {
            "schema": SCHEMA,
            "round": self.round,
            "settings": dict(self.settings),
            "people": plain_rows(frames["people"]),
            "circles": plain_rows(frames["circles"]),
            "members": plain_rows(frames["members"]),
            "certificate": {
                "status": str(found.status),
                "verified": self.verified,
                "total": found.total / GRID,
                "bound": found.bound / GRID,
                "gap": self.gap,
                "seats_gap": found.seats_gap,
                "pairs_covered": self.pairs_covered,
                "evidence": "none" if found.certificate is None else found.certificate.kind,
                "sentence": self.sentence,
            },
        }

    # ---- inside -----------------------------------------------------------------------------------------

    @cached_property
    def _met(self) -> Outcome:
        return met_pairs(self.ready, all_twos([part.tolist() for part in self.groups]), self.round)

    @cached_property
    def _details(self) -> list[PairDetails]:
        found = []
        for part in self.groups:
            a, b = np.triu_indices(len(part), 1)
            found.append(pair_details(self.ready.scores, part[a], part[b]))
        return found

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        members = [
            (group, id, "peer")
            for group, part in zip(self.group_ids, self.groups, strict=True)
            for id in self._ids(part)
        ]
        return {
            "people": self._people(),
            "circles": self._circles(),
            "members": pd.DataFrame(members, columns=["group_id", "id", "role"]).astype(object),
        }

    def _circles(self) -> pd.DataFrame:
        rows = []
        for group, part, details in zip(self.group_ids, self.groups, self._details, strict=True):
            contributions = (details.contributions.mean(axis=1) / GRID).tolist()
            score, weakest = details.scores.mean() / GRID, details.scores.min() / GRID
            rows.append((group, len(part), float(score), float(weakest), *contributions))
        names = [f"contribution_{part.criterion.name}" for part in self.ready.scores.criteria]
        return pd.DataFrame(rows, columns=["group_id", "size", "score", "weakest", *names])

    def _people(self) -> pd.DataFrame:
        seats: dict[int, tuple[str, float]] = {}
        for group, part, details in zip(self.group_ids, self.groups, self._details, strict=True):
            a, b = np.triu_indices(len(part), 1)
            for k, person in enumerate(part.tolist()):
                with_others = details.scores[(a == k) | (b == k)]
                seats[person] = (group, float(with_others.mean() / GRID))
        alone = [person for person in range(len(self.ready.sides.left)) if person not in seats]
        why = out_of_groups(self.ready, alone, 2, "circle")
        return people_table(self.ready, "in a circle", seats, ["group_id", "fit"], why)
