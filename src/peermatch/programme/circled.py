"""Who sits in which circle, how well everybody fits, and what is proved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.criteria import key_of
from peermatch.errors import InputError, error_item
from peermatch.explain.wording import counted, percent, wrapped
from peermatch.problem import GRID, CircleMatching, IntArray, Status
from peermatch.programme.groups import group_id, out_of_groups, people_table, plain_rows
from peermatch.report import csv_text, json_text, write_files
from peermatch.run.way import Prepared
from peermatch.scoring.contributions import PairDetails, pair_details

__all__ = ["SCHEMA", "Circled"]

SCHEMA = "peermatch/circles/1"
_FEW = 3


@dataclass(frozen=True, eq=False, repr=False)
class Circled:
    """Who sits in which circle, how well everybody fits, and what is proved. `form_circles` makes it.

    Tables come back as the kind of table that the people came in, in the canonical order of ids.

    Attributes
    ----------
    ready : Prepared
        Who came in, who takes part, and the scores.
    found : CircleMatching
        In the order in which it was solved.
    circles_of_positions : tuple of int64 arrays
        The members of each circle, as positions in ``ready.sides.left``.
    verified : bool
        Whether the bound was checked independently; what was found by a look at all possibilities carries no evidence.
    pairs_covered : int
        How many allowed pairs the check looked at.
    settings : mapping
        What was asked for, as plain data.
    round : str or None
    """

    ready: Prepared
    found: CircleMatching
    circles_of_positions: tuple[IntArray, ...]
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
        """How much better the total of any circles could be at most, in scores."""
        return self.found.gap / GRID

    @property
    def fitted(self) -> Any:
        """What was learned from people, for ``fitted=`` in a later round."""
        return self.ready.fitted

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

    @property
    def unmatched(self) -> Any:
        """Those who take part and have no seat: id, reason."""
        frame = self._frames["people"]
        return self._out(frame[frame["status"] == "unmatched"][["id", "reason"]].reset_index(drop=True))

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

    def explain(self, which: Any) -> str:
        """Say in plain words who sits in a circle, how well, and why; or why someone has no seat.

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
        known = [group for group, _ in self._named]
        if which in known:
            return self._told(known.index(which))
        people = self._frames["people"]
        for row in people.to_dict("records"):
            if key_of(row["id"]) == key_of(which):
                if row["group_id"] is None:
                    return f"{row.get('label', row['id'])}: {row['reason']}."
                fit = f"{row.get('label', row['id'])} fits the others with {row['fit']:.2f} on average. "
                return fit + self._told(known.index(row["group_id"]))
        names = [*known, *map(str, people["id"])]
        message = f"There is no circle and no person {which!r}." + did_you_mean(str(which), names[:20_000])
        raise InputError(error_item("unknown_group", message, found=which, accepted=known[:100]))

    def _told(self, at: int) -> str:
        group, part = self._named[at]
        details, labels = self._details[at], self.ready.sides.left.labels
        names = [str(labels[k]) for k in part.tolist()]
        a, b = np.triu_indices(len(part), 1)
        low, high = int(details.scores.argmin()), int(details.scores.argmax())
        shares = self._shares(details)
        return (
            f"{group} seats {len(names)} people: {', '.join(names)}. Its pairs score "
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

    def summary(self) -> str:
        """Return a page to read: how many circles, how good, the proof, the best and the weakest, who was left out."""
        people, circles = self._frames["people"], self._frames["circles"]
        title = repr(self)[len("Circled(") :].split(", ")[0] + (
            f" · round {self.round}" if self.round else ""
        )
        parts = [title + "\n" + "=" * len(title)]
        if len(circles):
            seated = people[people["status"] == "in a circle"]
            fits = seated["fit"].astype(float)
            worst = seated.iloc[int(fits.argmin())]
            parts.append(
                "How good the circles are (score from 0 to 1)\n"
                f"  circles: mean {circles['score'].mean():.2f} · lowest {circles['score'].min():.2f}\n"
                f"  people's mean score with their circle: lowest {fits.min():.2f} "
                f"({worst.get('label', worst['id'])}) · middle {fits.median():.2f}"
            )
            best = int(circles["score"].argmax())
            parts.append("Best circle\n" + wrapped(self._told(best), indent="  "))
            if len(circles) > 1:
                parts.append(
                    "Weakest circle\n" + wrapped(self._told(int(circles["score"].argmin())), indent="  ")
                )
        parts.append("Proof\n" + wrapped(self.sentence, indent="  "))
        parts.append(_without_seat(people))
        return "\n\n".join(parts) + "\n"

    def __repr__(self) -> str:
        seated = sum(map(len, self.circles_of_positions))
        circles = (
            f"{counted(len(self.circles_of_positions), 'circle')} of {counted(seated, 'person', 'people')}"
        )
        return f"Circled({circles}, {self.status}, gap {self.gap:.3f})"

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
        """Write people.csv, circles.csv, members.csv, summary.txt and circles.json, each whole or not at all.

        Raises
        ------
        OutputError
            If the folder cannot be made or written.
        """
        files = {f"{name}.csv": csv_text(frame) for name, frame in self._frames.items()}
        return write_files(folder, {**files, "summary.txt": self.summary(), "circles.json": self.to_json()})

    # ---- inside -----------------------------------------------------------------------------------------

    @property
    def group_ids(self) -> list[str]:
        """The id of each circle: it depends on the round and the ids of its members alone."""
        return [group for group, _ in self._named]

    @cached_property
    def _named(self) -> list[tuple[str, IntArray]]:
        return [(group_id("c", self.round, self._ids(part)), part) for part in self.circles_of_positions]

    @cached_property
    def _details(self) -> list[PairDetails]:
        found = []
        for part in self.circles_of_positions:
            a, b = np.triu_indices(len(part), 1)
            found.append(pair_details(self.ready.scores, part[a], part[b]))
        return found

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        members = [(group, id, "peer") for group, part in self._named for id in self._ids(part)]
        return {
            "people": self._people(),
            "circles": self._circles(),
            "members": pd.DataFrame(members, columns=["group_id", "id", "role"]).astype(object),
        }

    def _circles(self) -> pd.DataFrame:
        rows = []
        for (group, part), details in zip(self._named, self._details, strict=True):
            contributions = (details.contributions.mean(axis=1) / GRID).tolist()
            score, weakest = details.scores.mean() / GRID, details.scores.min() / GRID
            rows.append((group, len(part), float(score), float(weakest), *contributions))
        names = [f"contribution_{part.criterion.name}" for part in self.ready.scores.criteria]
        return pd.DataFrame(rows, columns=["group_id", "size", "score", "weakest", *names])

    def _people(self) -> pd.DataFrame:
        seats: dict[int, tuple[str, float]] = {}
        for (group, part), details in zip(self._named, self._details, strict=True):
            a, b = np.triu_indices(len(part), 1)
            for k, person in enumerate(part.tolist()):
                with_others = details.scores[(a == k) | (b == k)]
                seats[person] = (group, float(with_others.mean() / GRID))
        alone = [person for person in range(len(self.ready.sides.left)) if person not in seats]
        why = out_of_groups(self.ready, alone, 2, "circle")
        return people_table(self.ready, "in a circle", seats, ["group_id", "fit"], why)

    def _ids(self, part: IntArray) -> list[Any]:
        return [self.ready.sides.left.ids[k] for k in part.tolist()]

    def _out(self, frame: pd.DataFrame) -> Any:
        return self.ready.everyone[0].in_kind(frame.copy())


def _without_seat(people: pd.DataFrame) -> str:
    left = people[(people["status"] == "unmatched").to_numpy(dtype=bool)]
    if not len(left):
        return "Without a seat: nobody"
    lines = [f"Without a seat: {counted(len(left), 'person', 'people')}"]
    lines += [
        wrapped(f"{row.get('label', row['id'])}: {row['reason']}", indent="  ")
        for row in left.head(_FEW).to_dict("records")
    ]
    if len(left) > _FEW:
        lines.append(f"  and {len(left) - _FEW:,} more, each with their reason in the table of people")
    return "\n".join(lines)
