"""Who advises whom in which ring, what that is worth, and what is proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.criteria import key_of
from peermatch.explain import Outcome
from peermatch.explain.wording import percent
from peermatch.problem import GRID, RingMatching, Status
from peermatch.programme.grouped import Grouped
from peermatch.programme.groups import out_of_groups, people_table, plain_rows
from peermatch.programme.told import met_pairs, ring_notice
from peermatch.report.guide_texts import GuideTexts
from peermatch.report.participant import Notice
from peermatch.scoring.contributions import PairDetails, pair_details

__all__ = ["SCHEMA", "Ringed"]

SCHEMA = "peermatch/rings/1"


@dataclass(frozen=True, eq=False, repr=False)
class Ringed(Grouped):
    """Who advises whom in which ring, what that is worth, and what is proved. `form_rings` makes it.

    Tables come back as the kind of table that the people came in. What it holds is listed at
    `peermatch.programme.grouped.Grouped`.
    """

    WHAT: ClassVar[str] = "ring"
    SEATED: ClassVar[str] = "in a ring"

    found: RingMatching

    @property
    def gap(self) -> float:
        """How much better the total of any rings could be at most, in points of utility."""
        return self.found.gap / GRID

    @property
    def assignment_gap(self) -> float:
        """What the total lacks to the bound by assignment, which knows of advisers and not of rings."""
        return self.found.assignment_gap / GRID

    @property
    def members(self) -> Any:
        """One row for each person in each ring, in its order: group_id, place (from 1), id, advises, worth.

        ``worth`` is what the person's advice is worth to whom they advise.
        """
        return self._out(self._frames["members"])

    @property
    def rings(self) -> Any:
        """One row a ring: group_id, size, worth (mean of its advice), weakest."""
        return self._out(self._frames["rings"])

    @property
    def people(self) -> Any:
        """Everyone who came in, once: id, label (where there is one), status, group_id, adviser, advises, fit, reason.

        The status is "in a ring", "unmatched" or "not taking part"; fit is what the adviser is worth to the person.
        """
        return self._out(self._frames["people"])

    # ---- in words ---------------------------------------------------------------------------------------

    @property
    def sentence(self) -> str:
        """What is proved, in words."""
        found = self.found
        share = percent(found.assignment_gap / found.assignment_bound if found.assignment_bound else 0.0)
        bound = f"{self.assignment_gap:.3f} ({share}) below the best assignment of advisers, rings or not"
        if found.status == Status.OPTIMAL and found.assignment_gap == 0:
            checked = "checked independently" if self.verified else "not checked independently"
            over = f"Proved over all {self.pairs_covered:,} pairs"
            return f"{over}: nobody can assign advisers better, rings or not ({checked})."
        if found.status == Status.OPTIMAL:
            return f"The best rings, found by looking at every possibility in whole numbers. The total is {bound}."
        seats = f"up to {found.seats_gap:,} more people could be in rings, and " if found.seats_gap else ""
        checked = "checked independently" if self.verified else "not checked independently"
        return f"Not proved the best: {seats}the total is {bound}, and no rings can pass that ({checked})."

    def _told(self, at: int, bare: bool = False) -> str:
        part, details = self.groups[at], self._details[at]
        names = [self._name(person, bare) for person in part.tolist()]
        worths = details.left_utilities / GRID
        low = int(worths.argmin())
        last = (low + 1) % len(part)
        arrows = ", ".join(f"{one} advises {next_one}" for one, next_one in pairwise(names))
        return (
            f"{self.group_ids[at]} is a ring of {len(names)}: {arrows}, and {names[-1]} advises {names[0]}. "
            f"What an adviser is worth is {worths.mean():.2f} on average, least where {names[low]} advises "
            f"{names[last]} ({worths[low]:.2f})."
        )

    def _told_of(self, row: Mapping[Any, Any], bare: bool) -> str:
        person = self.ready.sides.left_positions[key_of(row["id"])]
        at, place = self._place_of[person]
        part, details = self.groups[at], self._details[at]
        adviser, advised = self._met_by(person)
        me, gives_to, gets_from = (self._name(one, bare) for one in (person, advised, adviser))
        gets, gives = self._shares(details, place - 1), self._shares(details, place % len(part))
        return f"{gets_from} advises {me}: {gets}. {me} advises {gives_to}: {gives}."

    def _member_notice(self, person: int, texts: GuideTexts, contact: str | None) -> Notice:
        adviser, advised = self._met_by(person)
        return ring_notice(self._met, adviser, person, advised, self._shown, texts, contact)

    def _shares(self, details: PairDetails, place: int) -> str:
        """What an adviser is worth, and what adds up to it; criteria marked as sensitive stand together, unnamed."""
        added: dict[str, float] = {}
        for part, value in zip(
            self.ready.scores.criteria, details.left_contributions[:, place].tolist(), strict=True
        ):
            name = "what is sensitive" if part.criterion.sensitive else part.criterion.name
            added[name] = added.get(name, 0.0) + value / GRID
        shares = ", ".join(
            f"{name} {value:.2f}" for name, value in sorted(added.items(), key=lambda one: -one[1])
        )
        return f"worth {details.left_utilities[place] / GRID:.2f} ({shares})"

    def summary(self) -> str:
        """Return a page to read: how many rings, how good, the proof, the best and the weakest, who was left out."""
        people = self._frames["people"]
        how_good = ""
        if len(self.groups):
            fits = people.loc[(people["status"] == self.SEATED).to_numpy(dtype=bool), "fit"].astype(float)
            how_good = (
                "How good the advice is (what an adviser is worth, from 0 to 1)\n"
                f"  mean {fits.mean():.2f} · middle {fits.median():.2f} · lowest {fits.min():.2f}"
            )
        return self._page(how_good, "worth")

    def __repr__(self) -> str:
        lost = f"{self.assignment_gap:.3f} below the best assignment"
        return f"Ringed({self._headline()}, {self.status}, {lost})"

    def _repr_html_(self) -> str:
        rings = frame_table("Rings", self._frames["rings"], noun="ring")
        left = frame_table("In no ring", self.unmatched, limit=3, ids=["id"], noun="person", nouns="people")
        return card(repr(self)[len("Ringed(") : -1], paragraph(self.sentence), rings, left)

    # ---- out of here ------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/rings/1", ...}``; ids are strings plus type."""
        return super().to_dict()

    @property
    def _data(self) -> dict[str, Any]:
        found, frames = self.found, self._frames
        return {
            "schema": SCHEMA,
            "round": self.round,
            "settings": dict(self.settings),
            "people": plain_rows(frames["people"], ("id", "adviser", "advises")),
            "rings": plain_rows(frames["rings"]),
            "members": plain_rows(frames["members"], ("id", "advises")),
            "certificate": {
                "status": str(found.status),
                "verified": self.verified,
                "total": found.total / GRID,
                "bound": found.bound / GRID,
                "gap": self.gap,
                "assignment_bound": found.assignment_bound / GRID,
                "assignment_gap": self.assignment_gap,
                "seats_gap": found.seats_gap,
                "pairs_covered": self.pairs_covered,
                "sentence": self.sentence,
            },
        }

    # ---- inside -----------------------------------------------------------------------------------------

    def _met_by(self, person: int) -> tuple[int, int]:
        """Someone's adviser, and whom they advise."""
        at, place = self._place_of[person]
        part = self.groups[at]
        return int(part[place - 1]), int(part[(place + 1) % len(part)])

    @cached_property
    def _met(self) -> Outcome:
        pairs = [(person, self._met_by(person)[1]) for person in self._place_of]
        return met_pairs(self.ready, pairs, self.round)

    @cached_property
    def _details(self) -> list[PairDetails]:
        """Of each ring: whom each member advises on the left, the member on the right."""
        return [pair_details(self.ready.scores, np.roll(part, -1), part) for part in self.groups]

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        members: list[tuple[Any, ...]] = []
        rings: list[tuple[Any, ...]] = []
        seats: dict[int, tuple[Any, ...]] = {}
        for group, part, details in zip(self.group_ids, self.groups, self._details, strict=True):
            ids, worths = self._ids(part), (details.left_utilities / GRID).tolist()
            rings.append((group, len(part), float(np.mean(worths)), min(worths)))
            for place, (person, id) in enumerate(zip(part.tolist(), ids, strict=True)):
                advised = ids[(place + 1) % len(ids)]
                members.append((group, place + 1, id, advised, worths[place]))
                seats[person] = (group, ids[place - 1], advised, worths[place - 1])
        alone = [person for person in range(len(self.ready.sides.left)) if person not in seats]
        why = out_of_groups(self.ready, alone, 2, "ring")
        frame = pd.DataFrame(members, columns=["group_id", "place", "id", "advises", "worth"])
        return {
            "people": people_table(
                self.ready, "in a ring", seats, ["group_id", "adviser", "advises", "fit"], why
            ),
            "rings": pd.DataFrame(rings, columns=["group_id", "size", "worth", "weakest"]),
            "members": frame.astype({"group_id": object, "id": object, "advises": object}),
        }
