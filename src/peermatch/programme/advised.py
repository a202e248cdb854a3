"""Which adviser every pair has, why, and what is proved: what `assign_advisers` returns."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from peermatch.checks import did_you_mean
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.cohort.wording import counted
from peermatch.criteria import key_of
from peermatch.errors import InputError, error_item
from peermatch.explain.wording import listing
from peermatch.problem import GRID, Matching, Status
from peermatch.programme.adviser_reasons import Unadvised, unadvised
from peermatch.programme.adviser_task import Task
from peermatch.programme.groups import OUT
from peermatch.programme.told import check_audience
from peermatch.report import CertificateView, csv_text, json_text, typed_id, write_files
from peermatch.report.guide_texts import GuideTexts, guide_texts
from peermatch.run.advisers import Advisers
from peermatch.scoring.groups import GroupDetails, group_details

__all__ = ["ADVISED_FILES", "Advised"]

SCHEMA = "peermatch/advised/1"
ADVISED_FILES = ("advised.csv", "advisers.csv", "unadvised.csv", "adviser_rules.csv", "advised.json")


@dataclass(frozen=True, eq=False, repr=False)
class Advised:
    """Who advises which pair. `assign_advisers` makes it.

    Tables come back as the kind of table that the people came in.

    Attributes
    ----------
    task : Task
        Who came in, the scores and the rules.
    spec : Advisers
        What was asked.
    matching : Matching
        Of groups and advisers, as positions in the task.
    certificate : CertificateView
    settings : mapping
        What it was told, as plain data.
    """

    task: Task
    spec: Advisers
    matching: Matching
    certificate: CertificateView
    settings: Mapping[str, Any]

    # ---- tables -----------------------------------------------------------------------------------------

    @property
    def pairs(self) -> Any:
        """One row for each pair that has an adviser, in the pairs' own order.

        Columns: pair_id, a and b (or the names of the sides; for circles group_id and members), adviser, label_adviser
        (where there is a label column), score, gap (how far the adviser is above the more experienced member),
        coverage, and contribution_<criterion>. Contributions add up to the score exactly.
        """
        return self._out(self._pairs)

    @property
    def advisers(self) -> Any:
        """Everyone in the advisers' table once: id, label, status, pairs (a list of ids), used, capacity, reason."""
        frame = self._advisers.copy()
        frame["pairs"] = pd.Series([list(ids) for ids in frame["pairs"]], dtype=object)
        return self._out(frame)

    @property
    def unadvised(self) -> Any:
        """The pairs without an adviser: pair_id, a, b, advisers, allowed, reason, relax (what to change first)."""
        return self._out(self._unadvised)

    @property
    def rules(self) -> Any:
        """What each rule did: rule, kind, pairs_removed (choices of an adviser for a pair), note."""
        return self._out(self._rules)

    # ---- in words ---------------------------------------------------------------------------------------

    def explain(self, pair_id: str, *, audience: str = "administrator") -> str:
        """Say why a pair has the adviser that it has, or none.

        Parameters
        ----------
        pair_id : str
            As in `pairs` and `unadvised`.
        audience : {"administrator", "participant", "auditor"}
            The two of a pair are told whom they can ask, and no more. An auditor reads ids in place of names.

        Raises
        ------
        InputError
            If there is no such pair.
        ConfigError
            If there is no such audience.
        """
        check_audience("explain()", audience)
        known = self.task.groups.ids
        if pair_id not in known:
            message = f"There is no pair {pair_id!r}." + did_you_mean(pair_id, known, limit=3)
            raise InputError(error_item("unknown_group", message, found=pair_id, accepted=known[:3]))
        group = known.index(pair_id)
        bare = audience == "auditor"
        groups = self.task.groups
        members = listing([*map(str, groups.ids_of(group))] if bare else groups.labels_of(group))
        row = next((k for k, (u, _) in enumerate(self.matching.pairs.tolist()) if u == group), None)
        if audience == "participant":
            return self._told_pair(row, guide_texts())
        if row is None:
            out = next(out for out in self._without if out.group == group)
            more = f" What would help first: {out.relax}." if out.relax else ""
            return f"{members} have no adviser: {out.reason}.{more}"
        return f"{members} can ask {self._why(row, bare)}"

    def _told_pair(self, row: int | None, texts: GuideTexts) -> str:
        if row is None:
            return texts.say("adviser", "none")
        person = int(self.matching.pairs[row, 1])
        several = len(self.task.groups.ids_of(int(self.matching.pairs[row, 0]))) > 2
        return texts.say(
            "group" if several else "page", "adviser", adviser=str(self.task.advisers.labels[person])
        )

    def notices(self, *, texts: str | os.PathLike[str] | None = None, contact: str | None = None) -> Any:
        """Return what each adviser may be told, one row for everyone in their table, ready for a mail merge.

        Who may come to them, by name, and nothing of anybody's profile; the pairs themselves are told in their meeting
        guide (``adviser=``).

        Parameters
        ----------
        texts : path, optional
            A translation: a TOML file with the keys of ``peermatch/report/texts/guide_en.toml``.
        contact : str, optional
            Whom to turn to for saying no, as people read it.

        Returns
        -------
        table
            Columns id, label, status, groups (what people read, joined by "; "), text.
        """
        said = guide_texts(texts)
        by_adviser: dict[int, list[str]] = {}
        for group, person in self.matching.pairs.tolist():
            members = listing(self.task.groups.labels_of(group))
            by_adviser.setdefault(person, []).append(members)
        position = {key_of(id): k for k, id in enumerate(self.task.advisers.ids.tolist())}
        decline = said.say("adviser", "leave")
        if contact is not None:
            decline = f"{decline} {said.say('decline', 'contact', contact=contact)}"
        rows = []
        table = self._advisers
        labels = table["label"] if "label" in table.columns else table["id"].map(str)
        for id, label, status in zip(table["id"], labels, table["status"], strict=True):
            whom = by_adviser.get(position.get(key_of(id), -1), [])
            if whom:
                told = "\n".join(f"- {members}" for members in whom)
                text = f"{said.say('adviser', 'lead')}\n{told}\n\n{decline}"
            else:
                text = said.say("notice", "away") if status == OUT else said.say("adviser", "not_asked")
            rows.append((id, str(label), status, "; ".join(whom), text))
        frame = pd.DataFrame(rows, columns=["id", "label", "status", "groups", "text"])
        return self._out(frame.astype({"id": object}))

    def _why(self, row: int, bare: bool = False) -> str:
        group, person = self.matching.pairs[row].tolist()
        task, details = self.task, self._details
        gap = task.level[person] - task.highest[group]
        parts = sorted(zip((-details.contributions[:, row]).tolist(), range(len(task.criteria)), strict=True))
        shares = ", ".join(f"{task.criteria[k].name} {-value / GRID:.2f}" for value, k in parts)
        allowed = int((task.scores.block(self.matching.pairs[row : row + 1, 0])[0] >= 0).sum())
        whom = counted(allowed, "adviser")
        used = int((self.matching.pairs[:, 1] == person).sum())
        what = "the more experienced of them" if self.spec.by else "them"
        name = (task.advisers.ids if bare else task.advisers.labels)[person]
        return (
            f"{name}, who is {gap:.4g} above {what} (at least {self.spec.by:g} was asked). The "
            f"match scores {details.scores[row] / GRID:.2f}; what adds up to that: {shares}. Rules leave "
            f"{whom} of {len(task.advisers):,} for this pair, and this one has {used} of "
            f"{counted(int(task.places[person]), 'place')} taken."
        )

    def summary(self) -> str:
        """Return a few lines to read: how many pairs have an adviser, the proof, and who has none and why."""
        without, task = self._without, self.task
        lines = [self._headline(), self.certificate.sentence]
        if len(self.matching.pairs):
            gaps = [task.level[v] - task.highest[u] for u, v in self.matching.pairs.tolist()]
            lines.append(
                f"Mean score {self._details.scores.mean() / GRID:.2f}; advisers are {min(gaps):.3g} to {max(gaps):.3g} "
                "above the more experienced of their pair."
            )
        if not any(enforced.rule.kind == "not_in_line" for enforced in task.enforcement.rules):
            lines.append(
                "Reporting lines were not looked at: name the column of managers to keep advisers out of them."
            )
        for out in without[:5]:
            members = " and ".join(task.groups.labels_of(out.group))
            lines.append(f"  {members}: {out.reason}" + (f"; {out.relax}" if out.relax else ""))
        if len(without) > 5:
            lines.append(f"  and {len(without) - 5:,} more pairs")
        return "\n".join(lines)

    def __repr__(self) -> str:
        verified = "verified" if self.certificate.verified else "not verified"
        return f"Advised({self._headline()}, {self.certificate.status}, {verified})"

    def _repr_html_(self) -> str:
        columns = [*self._group_columns(), "adviser", "score", "gap"]
        names = [name for name in columns if name not in ("score", "gap")]
        pairs = frame_table(
            "Who advises whom", self._pairs, columns, limit=5, ids=names, noun=self._group_word
        )
        left = frame_table(
            "Without an adviser", self._unadvised, ["pair_id", "reason", "relax"], limit=3, ids=["pair_id"]
        )
        return card(self._headline(), paragraph(self.certificate.sentence), pairs, left)

    def _headline(self) -> str:
        served, all_of_them = len(self.matching.pairs), len(self.task.groups.ids)
        used = len(set(self.matching.pairs[:, 1].tolist()))
        asked = f"{used:,} of {len(self.task.advisers):,} advisers asked"
        return f"{served:,} of {counted(all_of_them, self._group_word)} with an adviser, {asked}"

    @property
    def _group_word(self) -> str:
        return "pair" if self.task.groups.names else "circle"

    # ---- out of here ------------------------------------------------------------------------------------

    def to_csv(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write advised.csv, advisers.csv, unadvised.csv, adviser_rules.csv and advised.json.

        Every file appears whole or not at all, and is safe to open in a spreadsheet; see `Pairing.to_csv`.

        Raises
        ------
        OutputError
            If the folder cannot be made or written.
        """
        frames = (self._pairs, self._advisers, self._unadvised, self._rules)
        files = {name: csv_text(frame) for name, frame in zip(ADVISED_FILES, frames, strict=False)}
        return write_files(folder, {**files, ADVISED_FILES[-1]: self.to_json()})

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/advised/1", ...}``.

        Ids are strings plus their type.
        """
        groups, view = self.task.groups, self.certificate
        names = [criterion.name for criterion in self.task.criteria]
        pairs = [
            {
                "group_id": groups.ids[u],
                "members": [typed_id(id) for id in groups.ids_of(u)],
                "adviser": typed_id(row["adviser"]),
                **{key: row[key] for key in ("score", "gap", "coverage")},
                "contributions": {name: row[f"contribution_{name}"] for name in names},
            }
            for (u, _), row in zip(self.matching.pairs.tolist(), _records(self._pairs), strict=True)
        ]
        without = [
            {
                "group_id": groups.ids[out.group],
                "members": [typed_id(id) for id in groups.ids_of(out.group)],
                "advisers": out.advisers,
                "allowed": out.allowed,
                "removed": dict(_summed(out.removed)),
                "reason": out.reason,
                "relax": out.relax,
            }
            for out in self._without
        ]
        return {
            "schema": SCHEMA,
            "round": groups.round,
            "settings": dict(self.settings),
            "pairs": pairs,
            "advisers": [{**row, "id": typed_id(row["id"])} for row in _records(self._advisers)],
            "unadvised": without,
            "rules": list(_records(self._rules)),
            "certificate": {
                "kind": view.kind,
                "status": view.status,
                "verified": view.verified,
                "gap": view.gap,
                "pairs_gap": view.pairs_gap,
                "pairs_covered": view.pairs_covered,
                "sentence": view.sentence,
            },
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return json_text(self.to_dict())

    # ---- inside -----------------------------------------------------------------------------------------

    @cached_property
    def _details(self) -> GroupDetails:
        u, v = self.matching.pairs[:, 0], self.matching.pairs[:, 1]
        return group_details(self.task.scores, u, v, self.task.which, len(self.task.criteria))

    @cached_property
    def _without(self) -> list[Unadvised]:
        proved = self.matching.status == Status.OPTIMAL
        return unadvised(self.task, self.matching.pairs, self.spec, proved=proved)

    def _members(self, group: int) -> dict[str, Any]:
        groups = self.task.groups
        if not groups.names:
            return {"group_id": groups.ids[group], "members": groups.ids_of(group)}
        return {"pair_id": groups.ids[group], **dict(zip(groups.names, groups.ids_of(group), strict=True))}

    @cached_property
    def _pairs(self) -> pd.DataFrame:
        task, details = self.task, self._details
        rows: list[dict[str, Any]] = []
        for row, (u, v) in enumerate(self.matching.pairs.tolist()):
            label = {} if task.advisers.label is None else {"label_adviser": str(task.advisers.labels[v])}
            rows.append(
                {
                    **self._members(u),
                    "adviser": task.advisers.ids[v],
                    **label,
                    "score": int(details.scores[row]) / GRID,
                    "gap": float(task.level[v] - task.highest[u]),
                    "coverage": float(details.coverage[row]),
                    **{
                        f"contribution_{criterion.name}": int(details.contributions[k, row]) / GRID
                        for k, criterion in enumerate(task.criteria)
                    },
                }
            )
        labels = [] if task.advisers.label is None else ["label_adviser"]
        names = ["adviser", *labels, "score", "gap", "coverage"]
        names += [f"contribution_{criterion.name}" for criterion in task.criteria]
        return _frame(rows, [*self._group_columns(), *names])

    def _group_columns(self) -> list[str]:
        return ["pair_id", *self.task.groups.names] if self.task.groups.names else ["group_id", "members"]

    @cached_property
    def _advisers(self) -> pd.DataFrame:
        task, served = self.task, self.matching.pairs.tolist()
        position = {key_of(id): k for k, id in enumerate(task.advisers.ids.tolist())}
        of: dict[int, list[str]] = {}
        for u, v in served:
            of.setdefault(v, []).append(task.groups.ids[u])
        everyone, rows = task.everyone, []
        told = zip(
            everyone.ids.tolist(), everyone.labels.tolist(), everyone.reasons_out.tolist(), strict=True
        )
        for id, label, out in told:
            at = position.get(key_of(id))
            whom = [] if at is None else of.get(at, [])
            places = 0 if at is None else int(task.places[at])
            status = "not taking part" if at is None else "adviser" if whom else "not asked"
            reason = (out or status) if at is None else None
            rows.append((id, label, status, whom, len(whom), places, reason))
        names = ["id", "label", "status", "pairs", "used", "capacity", "reason"]
        frame = _frame([dict(zip(names, row, strict=True)) for row in rows], names)
        return frame if everyone.label is not None else frame.drop(columns="label")

    @cached_property
    def _unadvised(self) -> pd.DataFrame:
        rows = [
            {
                **self._members(out.group),
                "advisers": out.advisers,
                "allowed": out.allowed,
                "reason": out.reason,
                "relax": out.relax or None,
            }
            for out in self._without
        ]
        return _frame(rows, [*self._group_columns(), "advisers", "allowed", "reason", "relax"])

    @cached_property
    def _rules(self) -> pd.DataFrame:
        rows = []
        for enforced in self.task.enforcement.rules:
            rule, private = enforced.rule, enforced.rule.private
            rows.append(
                {
                    "rule": rule.public_name,
                    "kind": "private" if private else rule.kind,
                    "pairs_removed": enforced.pairs_removed,
                    "note": "" if private else enforced.note,
                }
            )
        return _frame(rows, ["rule", "kind", "pairs_removed", "note"])

    def _out(self, frame: pd.DataFrame) -> Any:
        return self.task.groups.everyone[0].in_kind(frame.copy())


def _frame(rows: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    """Columns of plain Python objects, numbers as numbers: no id changes for its neighbours' sake."""
    data = {}
    for name in names:
        cells = [row[name] for row in rows]
        numbers = (
            bool(cells)
            and all(type(cell) in (int, float) for cell in cells)
            and len({*map(type, cells)}) == 1
        )
        data[name] = pd.Series(cells, dtype=None if numbers else object)
    return pd.DataFrame(data)


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    for cells in zip(*(frame[name].tolist() for name in frame.columns), strict=True):
        yield dict(zip(names, cells, strict=True))


def _summed(removed: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    """Private rules share one name; so do their numbers."""
    total: dict[str, int] = {}
    for name, count in removed:
        total[name] = total.get(name, 0) + count
    return list(total.items())
