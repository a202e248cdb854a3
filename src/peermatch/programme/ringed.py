"""Who advises whom in which ring, what that is worth, and what is proved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.criteria import key_of
from peermatch.errors import InputError, error_item
from peermatch.explain.wording import counted, percent, wrapped
from peermatch.problem import GRID, IntArray, RingMatching, Status
from peermatch.programme.groups import group_id, out_of_groups, people_table, plain_rows
from peermatch.report import csv_text, json_text, write_files
from peermatch.run.way import Prepared
from peermatch.scoring.contributions import PairDetails, pair_details

__all__ = ["SCHEMA", "Ringed"]

SCHEMA = "peermatch/rings/1"
_FEW = 3


@dataclass(frozen=True, eq=False, repr=False)
class Ringed:
    """Who advises whom in which ring, what that is worth, and what is proved. `form_rings` makes it.

    Tables come back as the kind of table that the people came in.

    Attributes
    ----------
    ready : Prepared
        Who came in, who takes part, and the scores.
    found : RingMatching
        In the order in which it was solved.
    rings_of_positions : tuple of int64 arrays
        The members of each ring as positions in ``ready.sides.left``, each advising the next.
    verified : bool
        Whether what is claimed was checked independently.
    pairs_covered : int
        How many pairs of adviser and advised the check looked at.
    settings : mapping
        What was asked for, as plain data.
    round : str or None
    """

    ready: Prepared
    found: RingMatching
    rings_of_positions: tuple[IntArray, ...]
    verified: bool
    pairs_covered: int
    settings: Mapping[str, Any]
    round: str | None

    @property
    def status(self) -> Status:
        """``optimal``, or ``gap``."""
        return self.found.status

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

    @property
    def unmatched(self) -> Any:
        """Those who take part and are in no ring: id, reason."""
        frame = self._frames["people"]
        return self._out(frame[frame["status"] == "unmatched"][["id", "reason"]].reset_index(drop=True))

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

    def explain(self, which: Any) -> str:
        """Say in plain words who advises whom in a ring, or whom someone advises and why; or why someone is in none.

        Parameters
        ----------
        which : str or int
            A group_id, or a person's id.

        Raises
        ------
        InputError
            Where nothing and nobody is called that.
        """
        which = which.item() if isinstance(which, np.generic) else which
        known = self.group_ids
        if which in known:
            return self._told(known.index(which))
        people = self._frames["people"]
        for row in people.to_dict("records"):
            if key_of(row["id"]) == key_of(which):
                if row["group_id"] is None:
                    return f"{row.get('label', row['id'])}: {row['reason']}."
                return self._of_person(row["id"])
        names = [*known, *map(str, people["id"])]
        message = f"There is no ring and no person {which!r}." + did_you_mean(str(which), names[:20_000])
        raise InputError(error_item("unknown_group", message, found=which, accepted=known[:100]))

    def _told(self, at: int) -> str:
        part, details = self.rings_of_positions[at], self._details[at]
        names = [self._label(person) for person in part.tolist()]
        worths = details.left_utilities / GRID
        low = int(worths.argmin())
        last = (low + 1) % len(part)
        arrows = ", ".join(f"{one} advises {next_one}" for one, next_one in pairwise(names))
        return (
            f"{self.group_ids[at]} is a ring of {len(names)}: {arrows}, and {names[-1]} advises {names[0]}. "
            f"What an adviser is worth is {worths.mean():.2f} on average, least where {names[low]} advises "
            f"{names[last]} ({worths[low]:.2f})."
        )

    def _of_person(self, id: Any) -> str:
        position = self.ready.sides.left_positions[key_of(id)]
        for part, details in zip(self.rings_of_positions, self._details, strict=True):
            if position not in part:
                continue
            place = int(np.flatnonzero(part == position)[0])
            me, advised = self._label(position), self._label(int(part[(place + 1) % len(part)]))
            adviser = self._label(int(part[place - 1]))
            gets, gives = self._shares(details, place - 1), self._shares(details, place)
            return f"{adviser} advises {me}: {gets}. {me} advises {advised}: {gives}."
        raise AssertionError  # people who are in a ring are asked about alone

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
        people, rings = self._frames["people"], self._frames["rings"]
        title = repr(self)[len("Ringed(") :].split(", ")[0] + (f" · round {self.round}" if self.round else "")
        parts = [title + "\n" + "=" * len(title)]
        if len(rings):
            fits = people.loc[(people["status"] == "in a ring").to_numpy(dtype=bool), "fit"].astype(float)
            parts.append(
                "How good the advice is (what an adviser is worth, from 0 to 1)\n"
                f"  mean {fits.mean():.2f} · middle {fits.median():.2f} · lowest {fits.min():.2f}"
            )
            parts.append("Best ring\n" + wrapped(self._told(int(rings["worth"].argmax())), indent="  "))
            if len(rings) > 1:
                parts.append(
                    "Weakest ring\n" + wrapped(self._told(int(rings["worth"].argmin())), indent="  ")
                )
        parts.append("Proof\n" + wrapped(self.sentence, indent="  "))
        left = people[(people["status"] == "unmatched").to_numpy(dtype=bool)]
        lines = [f"In no ring: {counted(len(left), 'person', 'people') if len(left) else 'nobody'}"]
        lines += [
            wrapped(f"{row.get('label', row['id'])}: {row['reason']}", indent="  ")
            for row in left.head(_FEW).to_dict("records")
        ]
        if len(left) > _FEW:
            lines.append(f"  and {len(left) - _FEW:,} more, each with their reason in the table of people")
        parts.append("\n".join(lines))
        return "\n\n".join(parts) + "\n"

    def __repr__(self) -> str:
        inside = sum(map(len, self.rings_of_positions))
        rings = f"{counted(len(self.rings_of_positions), 'ring')} of {counted(inside, 'person', 'people')}"
        return f"Ringed({rings}, {self.status}, {self.assignment_gap:.3f} below the best assignment)"

    def _repr_html_(self) -> str:
        rings = frame_table("Rings", self._frames["rings"], noun="ring")
        left = frame_table("In no ring", self.unmatched, limit=3, ids=["id"], noun="person", nouns="people")
        return card(repr(self)[len("Ringed(") : -1], paragraph(self.sentence), rings, left)

    # ---- out of here ------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/rings/1", ...}``; ids are strings plus type."""
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

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return `to_dict` as JSON, and write it to a file where one is given.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        text = json_text(self.to_dict())
        if path is not None:
            write_files(Path(path).parent, {Path(path).name: text})
        return text

    def to_csv(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write people.csv, rings.csv, members.csv, summary.txt and rings.json, each whole or not at all.

        Raises
        ------
        OutputError
            If the folder cannot be made or written.
        """
        files = {f"{name}.csv": csv_text(frame) for name, frame in self._frames.items()}
        return write_files(folder, {**files, "summary.txt": self.summary(), "rings.json": self.to_json()})

    # ---- inside -----------------------------------------------------------------------------------------

    @cached_property
    def group_ids(self) -> list[str]:
        """The id of each ring: it depends on the round and the ids of its members alone."""
        return [group_id("r", self.round, self._ids(part)) for part in self.rings_of_positions]

    @cached_property
    def _details(self) -> list[PairDetails]:
        """Of each ring: whom each member advises on the left, the member on the right."""
        return [pair_details(self.ready.scores, np.roll(part, -1), part) for part in self.rings_of_positions]

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        members: list[tuple[Any, ...]] = []
        rings: list[tuple[Any, ...]] = []
        seats: dict[int, tuple[Any, ...]] = {}
        for group, part, details in zip(self.group_ids, self.rings_of_positions, self._details, strict=True):
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

    def _ids(self, part: IntArray) -> list[Any]:
        return [self.ready.sides.left.ids[k] for k in part.tolist()]

    def _label(self, position: int) -> str:
        return str(self.ready.sides.left.labels[position])

    def _out(self, frame: pd.DataFrame) -> Any:
        return self.ready.everyone[0].in_kind(frame.copy())
