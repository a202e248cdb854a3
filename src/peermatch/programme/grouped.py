"""What circles and rings have in common once they are made: tables, questions, notices, and the way out."""

from __future__ import annotations

import copy
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.criteria import key_of
from peermatch.errors import InputError, error_item
from peermatch.explain import Outcome, fit_to_show
from peermatch.explain.wording import counted, wrapped
from peermatch.problem import IntArray, Status
from peermatch.programme.group_manifest import group_manifest
from peermatch.programme.groups import group_id
from peermatch.programme.told import check_audience, group_notices, without_group, without_values
from peermatch.report import csv_text, json_text, write_files
from peermatch.report.guide_texts import GuideTexts, guide_texts
from peermatch.report.participant import Notice, hand_out
from peermatch.run.way import Prepared

__all__ = ["Grouped"]

_FEW = 3


@dataclass(frozen=True, eq=False, repr=False)
class Grouped(ABC):
    """People in groups of more than two, and what is known of them.

    Attributes
    ----------
    ready : Prepared
        Who came in, who takes part, and the scores.
    found : CircleMatching or RingMatching
        In the order in which it was solved.
    groups : tuple of int64 arrays
        The members of each group, as positions in ``ready.sides.left``; of a ring each advises the next.
    verified : bool
        Whether what is claimed was checked independently.
    pairs_covered : int
        How many pairs the check looked at.
    settings : mapping
        What was asked for, as plain data.
    round : str or None
    """

    WHAT: ClassVar[str]
    """What a group is called."""
    SEATED: ClassVar[str]
    """The status of those who have a place in one."""

    ready: Prepared
    found: Any
    groups: tuple[IntArray, ...]
    verified: bool
    pairs_covered: int
    settings: Mapping[str, Any]
    round: str | None

    @property
    def status(self) -> Status:
        """``optimal``, or ``gap``."""
        status: Status = self.found.status
        return status

    @property
    def fitted(self) -> Any:
        """What was learned from people, for ``fitted=`` in a later round."""
        return self.ready.fitted

    @property
    def unmatched(self) -> Any:
        """Those who take part and are in no group: id, reason."""
        frame = self._frames["people"]
        return self._out(frame[frame["status"] == "unmatched"][["id", "reason"]].reset_index(drop=True))

    @cached_property
    def group_ids(self) -> list[str]:
        """The id of each group: it depends on the round and the ids of its members alone."""
        return [group_id(self.WHAT[0], self.round, self._ids(part)) for part in self.groups]

    # ---- in words ---------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What is proved, in words."""

    def explain(self, which: Any, *, audience: str = "administrator") -> str:
        """Say in plain words who is in a group, how well they fit and why; or why someone is in none.

        Parameters
        ----------
        which : str or int
            A group_id, or a person's id.
        audience : {"administrator", "participant", "auditor"}
            A participant, who is asked for by their own id, is told whom they meet, what they share and can teach each
            other, from columns that the matcher's ``show`` names. An auditor reads ids in place of names.

        Raises
        ------
        InputError
            Where nothing and nobody is called that.
        ConfigError
            If there is no such audience.
        """
        check_audience("explain()", audience)
        which = which.item() if isinstance(which, np.generic) else which
        known = [] if audience == "participant" else self.group_ids
        bare = audience == "auditor"
        if which in known:
            return self._told(known.index(which), bare)
        people = self._frames["people"]
        for place, row in enumerate(people.to_dict("records")):
            if key_of(row["id"]) != key_of(which):
                continue
            if audience == "participant":
                return self._notice(place, guide_texts(), None).text
            if row["group_id"] is None:
                return f"{row['id'] if bare else row.get('label', row['id'])}: {row['reason']}."
            return self._told_of(row, bare)
        names = [*known, *map(str, people["id"])]
        message = f"There is no {self.WHAT} and no person {which!r}." + did_you_mean(
            str(which), names[:20_000]
        )
        raise InputError(error_item("unknown_group", message, found=which, accepted=known[:100]))

    @abstractmethod
    def _told(self, at: int, bare: bool = False) -> str:
        """Say of one group who is in it, how well they fit and why; bare: with ids in place of names."""

    @abstractmethod
    def _told_of(self, row: Mapping[Any, Any], bare: bool) -> str:
        """Say of someone who is in a group, as a row of `people`, with whom and why."""

    def notices(self, *, texts: str | os.PathLike[str] | None = None, contact: str | None = None) -> Any:
        """Return what each participant may be told, one row a person, ready for a mail merge.

        Only of columns that the matcher's ``show`` names, without numbers, rules, or anybody whom they do not meet.

        Parameters
        ----------
        texts : path, optional
            A translation: a TOML file with the keys of ``peermatch/report/texts/guide_en.toml``.
        contact : str, optional
            Whom to turn to for saying no, as people read it.

        Returns
        -------
        table
            Columns id, label, status, partners (what people read), text.
        """
        return self._out(self._notices_frame(guide_texts(texts), contact))

    def _notices_frame(self, said: GuideTexts, contact: str | None) -> pd.DataFrame:
        def of_member(person: int) -> Notice | None:
            return self._member_notice(person, said, contact) if person in self._place_of else None

        return group_notices(self.ready, self._met, said, of_member, self.SEATED)

    def _notice(self, place: int, texts: GuideTexts, contact: str | None) -> Notice:
        """Return what the person in some row of `people` is told."""
        person = self.ready.sides.left_positions.get(key_of(self.ready.everyone[0].ids[place]))
        if person is None or person not in self._place_of:
            return without_group(self.ready, place, texts, person is not None)
        return self._member_notice(person, texts, contact)

    @abstractmethod
    def _member_notice(self, person: int, texts: GuideTexts, contact: str | None) -> Notice:
        """Return what someone who is in a group is told."""

    @abstractmethod
    def summary(self) -> str:
        """Return a page to read: how many groups, how good, the proof, the best and the weakest, who was left out."""

    def _page(self, how_good: str, column: str) -> str:
        """Put the parts of a summary together; the best and the weakest group by a column of theirs."""
        title = repr(self)[len(type(self).__name__) + 1 :].split(", ")[0]
        title += f" · round {self.round}" if self.round else ""
        parts = [title + "\n" + "=" * len(title)]
        groups = self._frames[f"{self.WHAT}s"]
        if len(groups):
            best, weakest = int(groups[column].argmax()), int(groups[column].argmin())
            parts.append(how_good)
            parts.append(f"Best {self.WHAT}\n" + wrapped(self._told(best), indent="  "))
            if len(groups) > 1:
                parts.append(f"Weakest {self.WHAT}\n" + wrapped(self._told(weakest), indent="  "))
        parts.append("Proof\n" + wrapped(self.sentence, indent="  "))
        parts.append(self._left_over())
        return "\n\n".join(parts) + "\n"

    def _left_over(self) -> str:
        people = self._frames["people"]
        left = people[(people["status"] == "unmatched").to_numpy(dtype=bool)]
        lines = [f"In no {self.WHAT}: {counted(len(left), 'person', 'people') if len(left) else 'nobody'}"]
        lines += [
            wrapped(f"{row.get('label', row['id'])}: {row['reason']}", indent="  ")
            for row in left.head(_FEW).to_dict("records")
        ]
        if len(left) > _FEW:
            lines.append(f"  and {len(left) - _FEW:,} more, each with their reason in the table of people")
        return "\n".join(lines)

    def _headline(self) -> str:
        inside = counted(sum(map(len, self.groups)), "person", "people")
        return f"{counted(len(self.groups), self.WHAT)} of {inside}"

    # ---- out of here ------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; ids are strings plus type."""
        return {**self._data, "manifest": self.manifest}

    @property
    def manifest(self) -> dict[str, Any]:
        """What the result was made from, as fingerprints: see `Pairing.manifest`."""
        return copy.deepcopy(self._manifest[1])

    @property
    def row_key(self) -> bytes:
        """The key of the manifest's fingerprints, which the rows make: see `Pairing.row_key`."""
        return self._manifest[0]

    @cached_property
    def _manifest(self) -> tuple[bytes, dict[str, Any]]:
        data = self._data
        return group_manifest(
            self.ready, self._met, self.settings, self.round, data["members"], data["certificate"]
        )

    @property
    @abstractmethod
    def _data(self) -> dict[str, Any]:
        """Everything but the manifest as plain data."""

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

    def to_csv(
        self,
        folder: str | os.PathLike[str],
        *,
        audience: str = "administrator",
        texts: str | os.PathLike[str] | None = None,
        contact: str | None = None,
    ) -> list[Path]:
        """Write people.csv, members.csv, one table of the groups, summary.txt and everything as JSON.

        The table and the JSON are called circles or rings. Every file appears whole or not at all.

        Parameters
        ----------
        folder : path
            Made where it is missing.
        audience : {"administrator", "participant", "auditor"}
            For participants: notices.csv for a mail merge, and of circles a guide each, which are handed out one by one
            and never as a folder. For an auditor: the tables by ids, and in proof.txt what is proved.
        texts, contact : optional
            For participants, as in `notices`.

        Raises
        ------
        OutputError
            If the folder cannot be made or written.
        ConfigError
            If there is no such audience.
        """
        check_audience("to_csv()", audience)
        if audience == "participant":
            frame = self._notices_frame(guide_texts(texts), contact)
            return hand_out(folder, {"notices.csv": csv_text(frame), **self._guides(texts, contact)})
        frames = self._frames
        if audience == "auditor":
            frames = {**frames, "people": without_values(frames["people"])}
            last = {"proof.txt": f"{self.sentence}\n"}
        else:
            last = {"summary.txt": self.summary(), f"{self.WHAT}s.json": self.to_json()}
        return write_files(
            folder, {**{f"{name}.csv": csv_text(frame) for name, frame in frames.items()}, **last}
        )

    def _guides(self, texts: str | os.PathLike[str] | None, contact: str | None) -> dict[str, str]:
        """The groups' guides, by the names of their files; rings have none."""
        return {}

    # ---- inside -----------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def _frames(self) -> dict[str, pd.DataFrame]:
        """The tables people, members and that of the groups."""

    @property
    @abstractmethod
    def _met(self) -> Outcome:
        """An outcome whose pairs are those who meet."""

    @property
    def _shown(self) -> frozenset[str]:
        """The columns that participants may read of each other."""
        criteria = [compiled.criterion for compiled in self.ready.scores.criteria]
        rules = [enforced.rule for enforced in self.ready.enforcement.rules]
        show = self.settings.get("show") or ()
        return fit_to_show(show, criteria, rules, self.settings.get("audit_only") or ())

    @cached_property
    def _place_of(self) -> dict[int, tuple[int, int]]:
        """The group of everybody who is in one, and their place in it."""
        return {
            person: (at, place)
            for at, part in enumerate(self.groups)
            for place, person in enumerate(part.tolist())
        }

    def _name(self, position: int, bare: bool) -> str:
        """What people read for someone; bare: the id."""
        taking = self.ready.sides.left
        return str((taking.ids if bare else taking.labels)[position])

    def _ids(self, part: IntArray) -> list[Any]:
        return [self.ready.sides.left.ids[k] for k in part.tolist()]

    def _out(self, frame: pd.DataFrame) -> Any:
        return self.ready.everyone[0].in_kind(frame.copy())
