"""The pairing: what a user gets back. It keeps what a round came to, and hands questions to those who can answer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.checks import must_be
from peermatch.errors import ConfigError
from peermatch.explain import pair_index
from peermatch.pairing.asking import Asking
from peermatch.pairing.weighing import Weighing
from peermatch.report import (
    CertificateView,
    changes_frame,
    csv_text,
    document,
    headline,
    json_text,
    notebook_html,
    summary_text,
    to_graph,
    write_files,
)

if TYPE_CHECKING:
    import networkx as nx

    from peermatch.report.guide import MeetingGuide
    from peermatch.report.plots import Plots

__all__ = ["CertificateView", "Pairing"]

_FILES = ("people", "pairs", "members", "unmatched", "rules")


class Pairing(Asking, Weighing):
    """Who was paired with whom, why, who was not and why not, and the proof. `PeerMatcher.match` makes it.

    Tables come back as the kind of table that the people came in (pandas for records and files), in the canonical
    order of ids, so that the same people give the same bytes. What it holds (people, scores, rules, the matching, the
    certificate) is listed at `peermatch.pairing.facts.PairingFacts`.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": "ada", "site": "Oslo"}, {"id": "bo", "site": "Rome"}, {"id": "cy", "site": "Oslo"}]
    >>> pairing = pm.PeerMatcher("id", [pm.same("site")]).match(people)
    >>> pairing
    Pairing(1 pair from 3 people taking part, optimal, verified)
    >>> pairing.people[["id", "status", "partners"]].values.tolist()
    [['ada', 'paired', ['cy']], ['bo', 'unmatched', []], ['cy', 'paired', ['ada']]]
    """

    @property
    def people(self) -> Any:
        """Everyone who came in, exactly once a side.

        Columns: id, label (where a label column was given), side (where there are two), status ("paired", "unmatched"
        or "not taking part"), partners (a list of ids; two in a trio), group_id (the pair's or the trio's id; of
        several, joined by "; "), used, capacity, reason (missing for those with a partner).
        or "not taking part"), partners (a list of ids), group_id (the pair's id; of several, joined by "; "), used,
        capacity, at_least (where minima were given), reason (missing for those with a partner).
        """
        return self._out("people")

    @property
    def pairs(self) -> Any:
        """One row a pair, in the order of the first id, then of the second.

        Columns: pair_id, group_id (with ``odd="trio"`` only: a trio has three rows with one group_id, any other pair
        its own pair_id), a and b (or the names of the sides), label_<side> (where a label column was given), score,
        coverage, rank_<side> where people stated preferences (the partner's place on their list), and
        contribution_<criterion> for each criterion. Contributions add up to the score exactly.
        """
        return self._out("pairs")

    @property
    def members(self) -> Any:
        """One row for each person in each pair or trio: group_id, id, role (the side's name; in one pool "peer")."""
        return self._out("members")

    @property
    def unmatched(self) -> Any:
        """Those who take part and have no partner: id, side (where there are two), reason."""
        return self._out("unmatched")

    @property
    def rules(self) -> Any:
        """What each rule did: rule, kind, pairs_removed, note. A private rule shows as no more than that."""
        return self._out("rules")

    @property
    def repairs(self) -> Any:
        """What was mended on the way in, one row for each thing: column, row, id, found, became, reason."""
        return self._out("repairs")

    @property
    def changes(self) -> Any:
        """Who has other partners than before: id, side (where there are two), before, after (lists of ids), why.

        Empty but for `PeerMatcher.update`.
        """
        return self.everyone[0].in_kind(changes_frame(() if self.update is None else self.update.rows))

    def meeting_guide(
        self,
        a: Any,
        b: Any,
        *,
        texts: str | os.PathLike[str] | None = None,
        adviser: str | None = None,
        contact: str | None = None,
    ) -> MeetingGuide:
        """Return a page for the two people of a pair: what they share, where they differ, what each can teach.

        It is made for participants: only of columns that the matcher's ``show`` names, without numbers, without what
        spoke against the pair, without sensitive criteria.

        Parameters
        ----------
        a, b : str or int
            The ids of the two, as they came in.
        texts : path, optional
            A translation: a TOML file with the keys of ``peermatch/report/texts/guide_en.toml``.
        adviser : str, optional
            Whom to ask when a question outgrows both, as people read it.
        contact : str, optional
            Whom to turn to for saying no, as people read it.

        Returns
        -------
        MeetingGuide
            `.markdown` and `.html`; it prints, and shows in notebooks.

        Raises
        ------
        InputError
            If nobody has such an id.
        ConfigError
            If the two are not a pair, or the texts are wrong.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": "Ada", "goals": "speaking"}, {"id": "Bo", "goals": "speaking; writing"}]
        >>> pairing = pm.PeerMatcher("id", [pm.overlap("goals")], show=["goals"]).match(people)
        >>> print(pairing.meeting_guide("Ada", "Bo").sections[0].items[0])
        You both named speaking (goals).
        """
        from peermatch.report.guide import meeting_guide
        from peermatch.report.guide_texts import guide_texts

        found = pair_index(self._outcome, a, b, caller="meeting_guide()")
        return meeting_guide(
            self._outcome, found, self._shown, guide_texts(texts), adviser=adviser, contact=contact
        )

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        audience: str = "administrator",
        texts: str | os.PathLike[str] | None = None,
    ) -> Path:
        """Write everything about the result into one page that a browser shows, and that needs nothing from elsewhere.

        Parameters
        ----------
        path : path
            Such as ``report.html``.
        audience : {"administrator", "auditor"}
            The administrator's page has names, reasons and everybody's guide. The auditor's has what was used and what
            is proved, with ids and without anybody's values. For participants see `meeting_guide`.
        texts : path, optional
            A translation of the guide.

        Returns
        -------
        Path

        Raises
        ------
        ConfigError
            If the audience or the texts are wrong.
        OutputError
            If the file cannot be written.
        """
        from peermatch.report.guide_texts import guide_texts
        from peermatch.report.page import AUDIENCES, report_page

        if audience not in AUDIENCES:
            hint = " For a participant, write their meeting_guide()." if audience == "participant" else ""
            listed = " or ".join(map(repr, AUDIENCES))
            raise ConfigError(must_be("report()", "audience", listed, audience) + hint)
        page = report_page(
            self._outcome,
            self.certificate,
            self.settings,
            self._frames,
            audience,
            shown=self._shown,
            texts=guide_texts(texts),
        )
        return write_files(Path(path).parent, {Path(path).name: page})[0]

    @property
    def plot(self) -> Plots:
        """Pictures: ``plot.waterfall(id)``, ``plot.scores()``, ``plot.map()``, ``plot.frontier()``.

        Each takes ``ax=`` and returns the axes. They need matplotlib: ``pip install 'peermatch[plots]'``.
        """
        from peermatch.report.plots import Plots  # pictures are not part of a run, and cost time to import

        return Plots(self._outcome, self._frontier_frame)

    def summary(self) -> str:
        """Return a page to read: how many pairs, how good, the proof, the best and the weakest, who was left out."""
        text = summary_text(
            self._outcome, self.certificate, self._frames["people"], self._frames["rules"], self.odd
        )
        return text if self.update is None else f"{text}\n{self.update.section()}\n"

    def __repr__(self) -> str:
        verified = "verified" if self.certificate.verified else "not verified"
        return f"Pairing({headline(self._outcome)}, {self.certificate.status}, {verified})"

    def _repr_html_(self) -> str:
        frames, names = self._frames, self.sides.names
        return notebook_html(
            headline(self._outcome), self.certificate.sentence, frames["pairs"], frames["unmatched"], names
        )

    def to_csv(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write people.csv, pairs.csv, members.csv, unmatched.csv, rules.csv and result.json.

        Of an update also changes.csv.
        Every file appears whole or not at all. Text that a spreadsheet could take for a formula (it starts with
        = + - @, a tab or a line end) gets a leading apostrophe, ids too; `peermatch.report.plain_text` takes it away,
        and result.json has everything as it came, ids with their types.

        Parameters
        ----------
        folder : path
            Made where it is missing.

        Returns
        -------
        list of Path
            The files.

        Raises
        ------
        OutputError
            If the folder cannot be made or written.
        """
        files = {f"{name}.csv": csv_text(self._frames[name]) for name in _FILES}
        if self.update is not None:
            files["changes.csv"] = csv_text(self.update.frame)
        return write_files(folder, {**files, "result.json": self.to_json()})

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data: ``{"schema": "peermatch/pairing/1", ...}``.

        Its JSON Schema ships with the package (`peermatch.report.pairing_schema`). Ids are strings plus their type.
        """
        data = document(self._outcome, self.settings, self.certificate, self._frames, self.odd)
        return data if self.update is None else {**data, "update": self.update.to_dict()}

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

    def to_networkx(self) -> nx.Graph:
        """Return a graph: people as nodes (ids; on two sides (side, id)), pairs as edges with score and contributions.

        People without a partner are in it as well.
        """
        return to_graph(self._outcome, self._frames["people"])
