"""A result on its way out: files, plain data, graphs, each for one audience."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.checks import must_be
from peermatch.criteria import fitted_to_dict
from peermatch.errors import ConfigError
from peermatch.explain import runner_up
from peermatch.pairing.evidence import pairing_evidence
from peermatch.pairing.manifested import Manifested
from peermatch.report import (
    ADMINISTRATOR,
    AUDITOR,
    PARTICIPANT,
    audit_document,
    audit_summary,
    check_audience,
    csv_text,
    document,
    json_text,
    to_graph,
    write_files,
)

if TYPE_CHECKING:
    import networkx as nx

    from peermatch.pairing.saved import SavedResult

__all__ = ["Exporting"]

_NAMED_UP_TO = 1_000
"""With more people an administrator's page does not look for the second best set of pairs, which takes its time."""
_FILES = ("people", "pairs", "members", "unmatched", "rules")


class Exporting(Manifested):
    """A pairing that is written down."""

    @cached_property
    def _second_best(self) -> str:
        """How far ahead of the second best this set of pairs is, in words and by ids."""
        whole = self.resolve is not None and self.update is None
        try:
            return runner_up(self._outcome.by_ids, self.certificate.vertices, whole=whole).text
        except ConfigError as error:
            return str(error)

    @cached_property
    def _second_best_by_name(self) -> str:
        """The same for an administrator's page; of many people, or where there is no such set, nothing."""
        if sum(len(self._outcome.cohort(hand)) for hand in self._outcome.hands) > _NAMED_UP_TO:
            return ""
        whole = self.resolve is not None and self.update is None
        try:
            return runner_up(self._outcome, self.certificate.vertices, whole=whole).text
        except ConfigError:
            return ""

    @cached_property
    def _audit_page(self) -> str:
        """The auditor's page."""
        return audit_summary(
            self._outcome.by_ids,
            self.certificate,
            self.settings,
            self._audit_frames,
            self._second_best,
            odd=self.odd,
        )

    @cached_property
    def _learned(self) -> dict[str, Any] | None:
        """What criteria learned, as plain data; None where a transformer of the user's own is among it."""
        try:
            return fitted_to_dict(self.fitted)
        except ConfigError:
            return None

    def to_csv(
        self,
        folder: str | os.PathLike[str],
        *,
        audience: str = ADMINISTRATOR,
        texts: str | os.PathLike[str] | None = None,
        contact: str | None = None,
        evidence: bool = False,
    ) -> list[Path]:
        """Write people.csv, pairs.csv, members.csv, unmatched.csv, rules.csv and result.json.

        Of an update also changes.csv.
        Every file appears whole or not at all. Text that a spreadsheet could take for a formula (= + - @ come
        first, even behind blanks, or a tab or a line end) gets a leading apostrophe, ids too;
        `peermatch.report.plain_text` takes it away, and result.json has everything as it came, ids with their types.

        Parameters
        ----------
        folder : path
            Made where it is missing.
        audience : {"administrator", "auditor", "participant"}
            For an auditor: the same tables by ids and without values, uses.csv, repairs.csv, audit.txt (the page of
            `summary`) and audit.json. For participants: notices.csv for a mail merge, and a guide for each pair, which
            are handed out one by one and never as a folder.
        texts, contact : optional
            For participants, as in `notices`.
        evidence : bool, default False
            As in `to_dict`.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        OutputError
            If the folder cannot be made or written.
        ConfigError
            If there is no such audience, or the texts are wrong.
        """
        outcome = self._seen_by("to_csv", audience)
        if evidence:
            check_audience("evidence", audience)
        if audience == PARTICIPANT:
            from peermatch.report.guide_texts import guide_texts
            from peermatch.report.participant import hand_out, participant_files

            files = participant_files(outcome, self._shown, guide_texts(texts), contact=contact)
            return hand_out(folder, files)
        frames = self._frames_of(audience)
        names = _FILES if audience == ADMINISTRATOR else (*_FILES, "uses", "repairs")
        files = {f"{name}.csv": csv_text(frames[name]) for name in names}
        if self.update is not None:
            files["changes.csv"] = csv_text(frames["changes"])
        if audience == AUDITOR:
            files["audit.txt"] = self._audit_page
        last = "result.json" if audience == ADMINISTRATOR else "audit.json"
        return write_files(folder, {**files, last: self.to_json(audience=audience, evidence=evidence)})

    def to_excel(self, path: str | os.PathLike[str], *, audience: str = ADMINISTRATOR) -> Path:
        """Write an Excel workbook: sheets people, pairs, members, unmatched, rules and repairs.

        Of an update also changes. Ids stay what they are: text keeps its leading zeros, and whole numbers of more than
        15 digits are text, since Excel would round them. No cell is a formula, whatever people wrote: such text has a
        leading apostrophe as in `to_csv`. The same result gives the same bytes.

        Parameters
        ----------
        path : path
            Such as ``2026-12.xlsx``.
        audience : {"administrator", "auditor"}
            For an auditor: by ids and without values, and a sheet uses. It is not for participants.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ConfigError
            If the package openpyxl is missing (``pip install 'peermatch[excel]'``), the name does not end in .xlsx, or
            it is not for this audience.
        OutputError
            If the file cannot be written, or a table is longer than a sheet.

        Examples
        --------
        >>> import tempfile
        >>> import peermatch as pm
        >>> people = [{"id": "007", "site": "Oslo"}, {"id": "012", "site": "Oslo"}]
        >>> pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pairing.to_excel(f"{folder}/result.xlsx").name
        'result.xlsx'
        """
        from peermatch.report.workbook import workbook_bytes

        check_audience("to_excel", audience)
        target = Path(path)
        if target.suffix.lower() != ".xlsx":
            raise ConfigError(must_be("to_excel()", "path", "a name that ends in .xlsx", target.name))
        names = [*_FILES, "repairs"]
        names += [] if self.update is None else ["changes"]
        names += ["uses"] if audience == AUDITOR else []
        frames = self._frames_of(audience)
        return write_files(
            target.parent, {target.name: workbook_bytes({name: frames[name] for name in names})}
        )[0]

    def evidence(self, *, audience: str = ADMINISTRATOR) -> dict[str, Any]:
        """Return the encoded numbers that were scored, and what the solver was given, as plain data.

        With it `peermatch.verify.verify_result` proves the result again, by code that shares nothing with criteria,
        encoders and solvers. What people wrote is in it as codes and numbers that can be read back: it is as
        confidential as their table, and only for administrators.

        Parameters
        ----------
        audience : {"administrator"}

        Returns
        -------
        dict
            ``{"schema": "peermatch/evidence/1", ...}``.

        Raises
        ------
        ConfigError
            If a function of your own is among the criteria and there are more than 1,000 people on a side, or it is not
            for this audience.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": "ann", "team": "red"}, {"id": "bo", "team": "blue"}]
        >>> pairing = pm.PeerMatcher("id", [pm.different("team")]).match(people)
        >>> pairing.evidence()["people"]
        [2, 2]
        """
        check_audience("evidence", audience)
        return pairing_evidence(self)

    def to_dict(self, *, audience: str = ADMINISTRATOR, evidence: bool = False) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/pairing/1", ...}``.

        Its JSON Schema ships with the package (`peermatch.report.pairing_schema`). Ids are strings plus their type.

        Parameters
        ----------
        audience : {"administrator", "auditor"}
            For an auditor ``{"schema": "peermatch/audit/1", ...}``: without names and values, with ``uses`` and
            ``summary``; `peermatch.report.audit_schema` describes it. It is not for participants.
        evidence : bool, default False
            Whether the encoded numbers that were scored stand in it, under ``evidence``; see `evidence`. Not for
            auditors, since people's values can be read from them.
        """
        outcome = self._seen_by("to_dict", audience)
        if evidence:
            check_audience("evidence", audience)
        data = document(outcome, self.settings, self.certificate, self._frames, self.odd)
        data = data if self.update is None else {**data, "update": self.update.to_dict()}
        data["manifest"] = self.manifest
        if audience == AUDITOR:
            return audit_document(data, self._audit_frames, self._audit_page)
        return {**data, "evidence": self.evidence(), "fitted": self._learned} if evidence else data

    def to_json(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        audience: str = ADMINISTRATOR,
        evidence: bool = False,
    ) -> str:
        """Return `to_dict` as JSON, and write it to a file where one is given.

        Parameters
        ----------
        path : path, optional
        audience : {"administrator", "auditor"}
            As in `to_dict`.
        evidence : bool, default False
            As in `to_dict`.

        Raises
        ------
        OutputError
            If the file cannot be written.
        ConfigError
            If there is no such audience, or it is not for them.
        """
        check_audience("to_json", audience)
        text = json_text(self.to_dict(audience=audience, evidence=evidence))
        if path is not None:
            write_files(Path(path).parent, {Path(path).name: text})
        return text

    def save(
        self, path: str | os.PathLike[str], *, evidence: bool = False, key: str | bytes | None = None
    ) -> Path:
        """Write everything to a file that `load` reads: `to_json`, manifest and all.

        Parameters
        ----------
        path : path
            Such as ``2026-12.json``.
        evidence : bool, default False
            As in `to_dict`: with it the saved result can be proved again.
        key : str or bytes, optional
            A secret of your own for the fingerprints of the manifest: see `keyed`.

        Returns
        -------
        Path

        Raises
        ------
        OutputError
            If the file cannot be written.
        ConfigError
            If the secret is too short.

        Examples
        --------
        >>> import tempfile
        >>> import peermatch as pm
        >>> people = [{"id": "007", "site": "Oslo"}, {"id": "012", "site": "Oslo"}]
        >>> pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pm.Pairing.load(pairing.save(f"{folder}/result.json"))
        SavedResult(1 pair of 2 people, optimal)
        """
        pairing = self if key is None else self.keyed(key)
        target = Path(path)
        pairing.to_json(target, evidence=evidence)
        return target

    @staticmethod
    def load(path: str | os.PathLike[str]) -> SavedResult:
        """Read a result that `save`, `to_json` or the command line wrote.

        Parameters
        ----------
        path : path
            The file, or a folder of results with a ``result.json``.

        Returns
        -------
        SavedResult
            Its tables, certificate and manifest. People's profiles are not saved, so that it explains nothing.

        Raises
        ------
        InputError
            If it is no result, or not whole; says where.
        """
        from peermatch.pairing.saved import SavedResult

        return SavedResult.read(path)

    def to_networkx(self, *, audience: str = ADMINISTRATOR) -> nx.Graph:
        """Return a graph: people as nodes (ids; on two sides (side, id)), pairs as edges with score and contributions.

        People without a partner are in it as well.

        Parameters
        ----------
        audience : {"administrator", "auditor"}
            An auditor gets no names and no capacities. It is not for participants.
        """
        outcome = self._seen_by("to_networkx", audience)
        return to_graph(outcome, self._frames_of(audience)["people"])
