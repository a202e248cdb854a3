"""The pairing: what a user gets back. It keeps what a round came to, and hands questions to those who can answer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.checks import must_be
from peermatch.errors import ConfigError, InputError
from peermatch.explain import Sensitivity, pair_index, sensitivity
from peermatch.pairing.asking import Asking
from peermatch.pairing.exporting import Exporting
from peermatch.pairing.weighing import Weighing
from peermatch.problem import Control
from peermatch.report import (
    ADMINISTRATOR,
    AUDITOR,
    PARTICIPANT,
    CertificateView,
    DataProtection,
    check_audience,
    check_table,
    data_protection,
    headline,
    notebook_html,
    summary_text,
    write_files,
)

if TYPE_CHECKING:
    from peermatch.report.guide import MeetingGuide
    from peermatch.report.plots import Plots

__all__ = ["CertificateView", "Pairing"]


class Pairing(Asking, Weighing, Exporting):
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
        several, joined by "; "), used, capacity, at_least (where minima were given), reason (missing for those with a
        partner).
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
        return self._out("changes")

    def table(self, name: str, *, audience: str = ADMINISTRATOR) -> Any:
        """Return one of the tables as an audience may have it.

        Parameters
        ----------
        name : {"people", "pairs", "members", "unmatched", "rules", "repairs", "changes", "uses"}
        audience : {"administrator", "auditor"}
            The administrator's are the tables of the same names. An auditor has ids in the place of names, no
            capacities and no answers of people, of repairs how many there were in each column, and of rules who decided
            on them. It is not for participants.

        Returns
        -------
        table

        Raises
        ------
        ConfigError
            If there is no such table, or it is not for this audience.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": 1, "name": "Ada", "team": "x"}, {"id": 2, "name": "Bo", "team": "x"}]
        >>> pairing = pm.PeerMatcher("id", [pm.same("team")], label="name").match(people)
        >>> list(pairing.table("people", audience="auditor").columns)
        ['id', 'status', 'partners', 'group_id', 'used', 'reason']
        """
        check_audience("table", audience)
        return self._out(check_table(name), audience)

    def uses(self, *, audience: str = AUDITOR) -> Any:
        """Say which column was used for what, how much it counts, and by whose choice.

        Parameters
        ----------
        audience : {"auditor", "administrator"}
            It is the same for both, and not for participants.

        Returns
        -------
        table
            One row for each column and use, then the columns that came in and were not used. Columns: column
            ("(a list of pairs)" where a criterion or a rule reads a table of its own), side (where there are two),
            used_for (such as "id", "eligible", "criterion goals", "rule no_repeat"; "not used"), kind (of the criterion
            or the rule, or "setting"; of a column that is not used how it was declared, such as "audit-only"), weight
            (as it was given), share (of all weights), sensitive, shown_to_participants (whether participants may read
            values of it), decided_by ("not recorded" where nobody wrote it down), basis (what the use of a protected
            column rests on). Of a private rule there is no name.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": 1, "team": "x", "pay": 3}, {"id": 2, "team": "x", "pay": 4}]
        >>> matcher = pm.PeerMatcher("id", [pm.same("team", decided_by="the works council")], decided_by="HR")
        >>> matcher.match(people).uses()[["column", "used_for", "decided_by"]].values.tolist()
        [['id', 'id', 'HR'], ['team', 'criterion same_team', 'the works council'], ['pay', 'not used', '']]
        """
        check_audience("uses", audience)
        return self._out("uses", audience)

    def data_protection(self, *, audience: str = ADMINISTRATOR, hide_below: int = 10) -> DataProtection:
        """Say what the run did with people's data: columns and their uses, who sees what, what was ignored and is kept.

        Parameters
        ----------
        audience : {"administrator", "auditor"}
            It is the same for both, and not for participants: no names, nobody's values, no small numbers.
        hide_below : int, default 10
            Numbers of people below it are not told.

        Returns
        -------
        DataProtection
            `.frame`, `.people` and `.kept` are tables, `.text` and `.markdown` texts; it prints, and shows in
            notebooks.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": k, "team": "ab"[k % 2], "pay": k} for k in range(12)]
        >>> summary = pm.PeerMatcher("id", [pm.same("team")]).match(people).data_protection()
        >>> summary.ignored, summary.people.values.tolist()
        (['pay'], [['came in', '12'], ['took part', '12']])
        """
        check_audience("data_protection", audience)
        return data_protection(
            self._outcome, self.settings, self._uses, self._quoted, self._shown, hide_below
        )

    def meeting_guide(
        self,
        a: Any,
        b: Any,
        *,
        texts: str | os.PathLike[str] | None = None,
        adviser: str | None = None,
        contact: str | None = None,
        audience: str = ADMINISTRATOR,
    ) -> MeetingGuide:
        """Return a page for the people of a pair or a trio: what they share, where they differ, what each can teach.

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
        audience : {"administrator", "participant"}
            Who asks for it. The page is the same; a participant who names somebody else is told that there is no such
            pair, and nothing more.

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

        outcome = self._seen_by("meeting_guide", audience)
        try:
            found = pair_index(outcome, a, b, caller="meeting_guide()")
        except (ConfigError, InputError):
            if audience != PARTICIPANT:
                raise
            # who is here, who takes part and who has whom is nobody's to ask
            raise ConfigError(f"There is no pair of {a!r} and {b!r}.") from None
        members = outcome.trio_of.get(int(outcome.pairs[found, 0]))
        said = guide_texts(texts)
        if members is not None:
            from peermatch.report.group_guide import group_guide

            return group_guide(outcome, members, self._shown, said, adviser=adviser, contact=contact)
        return meeting_guide(outcome, found, self._shown, said, adviser=adviser, contact=contact)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        audience: str = "administrator",
        id: Any = None,
        side: str | None = None,
        groups: str | Sequence[str] | None = None,
        hide_below: int = 10,
        advisers: Any = None,
        contact: str | None = None,
        texts: str | os.PathLike[str] | None = None,
    ) -> Path:
        """Write everything about the result into one page that a browser shows, and that needs nothing from elsewhere.

        Parameters
        ----------
        path : path
            Such as ``report.html``.
        audience : {"administrator", "auditor", "participant"}
            The administrator's page has names, reasons and everybody's guide. The auditor's has what was used and what
            is proved, with ids and without anybody's values. A participant's is about one person, `id`: whom they have,
            and their meeting guide.
        id : str or int, optional
            Whose page, as the id came in; for participants.
        side : str, optional
            For participants, where both sides have this id.
        groups : str or list of str, optional
            Columns by which the page says how well groups are paired, as `quality` does, small groups hidden. Where not
            given, the columns that the matcher declares protected or audit-only; an empty list: none.
        hide_below : int, default 10
            See `quality`.
        advisers : optional
            What `assign_advisers` returned for these pairs, or a table with the columns pair_id and adviser (and
            label_adviser). Guides then name the adviser.
        contact : str, optional
            Whom to turn to for saying no, as people read it; guides name it.
        texts : path, optional
            A translation of the guide.

        Returns
        -------
        Path

        Raises
        ------
        ConfigError
            If the audience, the groups, the advisers or the texts are wrong, or a participant has no id.
        InputError
            If nobody has this id, a column is not there, or advisers are of another result.
        OutputError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import peermatch as pm
        >>> people = [{"id": "Ada", "goals": "speaking"}, {"id": "Bo", "goals": "speaking; writing"}]
        >>> pairing = pm.PeerMatcher("id", [pm.overlap("goals")], show=["goals"]).match(people)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = pairing.report(f"{folder}/ada.html", audience="participant", id="Ada").read_text("utf-8")
        >>> "Your partner is Bo." in page
        True
        """
        from peermatch.report.guide_texts import guide_texts
        from peermatch.report.page import (
            AUDIENCES,
            advisers_view,
            group_sections,
            participant_page,
            report_page,
        )

        if audience not in AUDIENCES:
            listed = " or ".join(map(repr, AUDIENCES))
            raise ConfigError(must_be("report()", "audience", listed, audience))
        self._check_reader(audience == PARTICIPANT, id, side, groups)
        self._refuse_small("report()", hide_below, audience)
        view = advisers_view(advisers, self._outcome)
        told: dict[str, Any] = {
            "shown": self._shown,
            "texts": guide_texts(texts),
            "advisers": view,
            "contact": contact,
        }
        if audience == PARTICIPANT:
            page = participant_page(self._outcome, id, side, **told)
        else:
            auditing = audience == AUDITOR
            page = report_page(
                self._seen_by("report", audience),
                self.certificate,
                self.settings,
                self._frames_of(audience),
                audience,
                used=self._uses if auditing else None,
                runner_up=self._second_best if auditing else self._second_best_by_name,
                groups=group_sections(
                    self._outcome, self.settings, groups, hide_below, small_names=not auditing
                ),
                notes=(
                    ("Left over", "" if self.odd is None else self.odd.sentence),
                    ("What changed", "" if self.update is None or auditing else self.update.text),
                ),
                **told,
            )
        return write_files(Path(path).parent, {Path(path).name: page})[0]

    def _check_reader(self, one_person: bool, id: Any, side: Any, groups: Any) -> None:
        """Refuse a participant's page of nobody, and what belongs to the one kind of page for the other."""
        if one_person and id is None:
            raise ConfigError(
                "A participant's page is about one person. Say whose with id=, such as "
                "report('mine.html', audience='participant', id=...); notices() has what all of them may be told."
            )
        if one_person and groups is not None:
            raise ConfigError("A participant's page says nothing of groups: leave groups= out.")
        if not one_person and (id is not None or side is not None):
            raise ConfigError(
                "id= and side= say whose page it is, and only a participant's page is one person's."
            )

    @property
    def plot(self) -> Plots:
        """Pictures: waterfall(id), scores(), map(), frontier(), sensitivity() and quality(by), such as ``plot.map()``.

        Each takes ``ax=`` and returns the axes. They need matplotlib: ``pip install 'peermatch[plots]'``.
        """
        from peermatch.report.plots import Plots  # pictures are not part of a run, and cost time to import

        def moved(by: Sequence[float] | float, price: float) -> Sensitivity:
            return sensitivity(self._outcome, self.resolve, by, price, Control(), lambda frame: frame)

        return Plots(self._outcome, self._frontier_frame, moved)

    def summary(self, *, audience: str = ADMINISTRATOR) -> str:
        """Return a page to read: how many pairs, how good, the proof, the best and the weakest, who was left out.

        Parameters
        ----------
        audience : {"administrator", "auditor"}
            An auditor reads what was asked and who decided it, what is proved, how far the second-best set of pairs is
            behind (`runner_up`), the weights and whose they are, what each rule removed, which columns were used for
            what, and what was verified; no names, and nobody's values. It is not for participants.
        """
        outcome = self._seen_by("summary", audience)
        if audience == AUDITOR:
            return self._audit_page
        text = summary_text(
            outcome, self.certificate, self._frames["people"], self._frames["rules"], self.odd
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
