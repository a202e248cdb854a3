"""Questions about people and pairs: why these two, why not her, why nobody."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

from peermatch.explain import (
    Alternatives,
    AuditExplanation,
    Explanation,
    PairExplanation,
    StabilityView,
    WhyNot,
    WhyStable,
    WhyUnmatched,
    alternatives,
    audit_explanation,
    audit_pairs,
    audit_why_not,
    audit_why_stable,
    explain,
    explain_pairs,
    relaxations_frame,
    stability_view,
    why_not,
    why_stable,
    why_unmatched,
)
from peermatch.problem import Control
from peermatch.report import ADMINISTRATOR, AUDITOR, PARTICIPANT

if TYPE_CHECKING:
    from peermatch.report.participant import Notice

from peermatch.pairing.facts import PairingFacts

__all__ = ["Asking"]


class Asking(PairingFacts):
    """A pairing that says why."""

    @overload
    def explain(self, id: Any, side: str | None = None) -> Explanation: ...

    @overload
    def explain(
        self, id: Any, side: str | None = None, *, audience: str
    ) -> Explanation | AuditExplanation | Notice: ...

    def explain(
        self, id: Any, side: str | None = None, *, audience: str = "administrator"
    ) -> Explanation | AuditExplanation | Notice:
        """Say why someone has the partner that they have, or none: a table first, then a short paragraph.

        Parameters
        ----------
        id : str or int
            As it came in, with its type.
        side : str, optional
            The name of the side; needed where both sides have this id.
        audience : {"administrator", "participant", "auditor"}
            Who is to read it. A participant is told whom they have, what both share and can teach, and how to say no,
            from columns that the matcher's ``show`` names and no others. An auditor sees weights, similarities and
            contributions, and nobody's values.

        Returns
        -------
        Explanation, Notice or AuditExplanation
            `.table` and `.text`; it prints, and shows in notebooks. The administrator's has one entry of `.pairs` for
            each partner. Criteria marked as sensitive show their contribution, never a value.

        Raises
        ------
        InputError
            If nobody has this id (with the nearest one), or both sides have it.
        ConfigError
            If there is no such audience.
        """
        outcome = self._seen_by("explain", audience)
        if audience == PARTICIPANT:
            from peermatch.report.guide_texts import guide_texts
            from peermatch.report.participant import notice

            return notice(outcome, id, side, self._shown, guide_texts())
        found = explain(outcome, id, side)
        return audit_explanation(outcome, found) if audience == AUDITOR else found

    def notices(self, *, texts: str | os.PathLike[str] | None = None, contact: str | None = None) -> Any:
        """Return what each participant may be told, one row a person and side, ready for a mail merge.

        Only of columns that the matcher's ``show`` names, without numbers, rules, or third persons. The table is the
        administrator's, who sends each person their own row and nobody the table.

        Parameters
        ----------
        texts : path, optional
            A translation: a TOML file with the keys of ``peermatch/report/texts/guide_en.toml``.
        contact : str, optional
            Whom to turn to for saying no, as people read it.

        Returns
        -------
        table
            Columns id, label, side (where there are two), status, partners (what people read), text.
        """
        from peermatch.report.guide_texts import guide_texts
        from peermatch.report.participant import notices_frame

        frame = notices_frame(self._outcome, self._shown, guide_texts(texts), contact=contact)
        return self.everyone[0].in_kind(frame)

    def why_stable(self, a: Any, b: Any, *, audience: str = ADMINISTRATOR) -> WhyStable:
        """Say of two people why they are not together: who would refuse to leave for the other, and by how much.

        Parameters
        ----------
        a, b : str or int
            Their ids, as they came in.
        audience : {"administrator", "auditor"}
            An auditor gets the verdict, and nothing of people's own lists. It is not for participants.

        Returns
        -------
        WhyStable
            `.verdict`, `.table`, `.text`. Whom only private rules keep apart, "a private rule" does.

        Raises
        ------
        InputError
            If nobody has such an id.
        ConfigError
            If no stable solver made this result, or someone does not take part.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": id, "site": "Oslo"} for id in ("ada", "bo", "cy", "di")]
        >>> lists = {"ada": ["bo", "cy"], "bo": ["ada"], "cy": ["ada", "di"], "di": ["cy"]}
        >>> pm.PeerMatcher("id", [pm.same("site")]).match(people, preferences=lists).why_stable("cy", "ada").verdict
        'refused'
        """
        outcome = self._seen_by("why_stable", audience)
        found = why_stable(outcome, a, b)
        return audit_why_stable(found) if audience == AUDITOR else found

    def alternatives(
        self,
        id: Any,
        k: int = 5,
        side: str | None = None,
        *,
        exact: bool = False,
        audience: str = ADMINISTRATOR,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Alternatives:
        """Return someone's best possible partners, whom those have, and what each would cost everyone together.

        Parameters
        ----------
        id : str or int
            As it came in, with its type.
        k : int, default 5
            How many, from 1 to 1,000. Whom the person has stands last where k others score higher.
        side : str, optional
            The name of the side; needed where both sides have this id.
        exact : bool, default False
            Solve again for each of them with the two together: the exact price. Else there is what the proof tells
            at once: "at least".
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`, of each time that it solves again.
        audience : {"administrator", "auditor"}
            An auditor gets ids in the place of names. It is not for participants.

        Returns
        -------
        Alternatives
            `.table`, `.text`.

        Raises
        ------
        InputError
            If nobody has this id (with the nearest one), or both sides have it.
        ConfigError
            If the person does not take part, or `k` is wrong.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 4)]]
        >>> pm.PeerMatcher("id", [pm.near("years")]).match(people).alternatives("ada", 2).table[["id", "chosen"]].values
        array([['bo', True],
               ['cy', False]], dtype=object)
        """
        outcome = self._seen_by("alternatives", audience)
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return alternatives(outcome, self.certificate.vertices, id, k, side, exact=exact, control=control)

    def why_not(
        self,
        a: Any,
        b: Any,
        *,
        exact: bool = True,
        audience: str = ADMINISTRATOR,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> WhyNot:
        """Say of two people why they are not together: which rule forbids it, or what it would cost everyone.

        Parameters
        ----------
        a, b : str or int
            Their ids, as they came in.
        exact : bool, default True
            Solve again with the two together; False: only what the proof tells at once, an "at least".
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`, of solving again.
        audience : {"administrator", "auditor"}
            An auditor gets ids in the place of names, and of stable results nothing of people's own lists. It is not
            for participants.

        Returns
        -------
        WhyNot
            `.verdict`, `.score`, `.at_least`, `.price`, `.text`, and as `.table` who would have another partner.

        Raises
        ------
        InputError
            If nobody has such an id.
        ConfigError
            If someone does not take part, or the two are one person or on one side.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": name, "years": years} for name, years in [("ada", 1), ("bo", 2), ("cy", 4), ("di", 4)]]
        >>> found = pm.PeerMatcher("id", [pm.near("years")]).match(people).why_not("bo", "cy")
        >>> found.verdict, round(found.price.total, 2)
        ('costs', 0.71)
        """
        outcome = self._seen_by("why_not", audience)
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        found = why_not(outcome, self.certificate.vertices, a, b, exact=exact, control=control)
        return audit_why_not(found) if audience == AUDITOR else found

    def why_unmatched(
        self, id: Any, side: str | None = None, *, audience: str = ADMINISTRATOR
    ) -> WhyUnmatched:
        """Say why someone has no partner: what each rule removed, who was lost to better pairs, what to waive.

        For up to 2,500 people with one place each, what waiving a rule for this person alone would change is matched
        again to the end, exactly; else it is what a simple exchange reaches. Private rules stay private: they are
        counted together, and never waived.

        Parameters
        ----------
        id : str or int
            As it came in, with its type.
        side : str, optional
            The name of the side; needed where both sides have this id.
        audience : {"administrator", "auditor"}
            An auditor gets ids in the place of names. It is not for participants.

        Returns
        -------
        WhyUnmatched
            `.table` (one row a rule), `.candidates`, `.cheapest`, `.going_first`, `.text`.

        Raises
        ------
        InputError
            If nobody has this id.
        ConfigError
            If they have a partner or do not take part, or a stable solver made this result.

        Examples
        --------
        >>> import peermatch as pm
        >>> people = [{"id": id, "team": team, "years": 1} for id, team in [("ada", "x"), ("bo", "x"), ("cy", "x")]]
        >>> rules = [pm.must_differ("team"), pm.forbid([("ada", "bo")])]
        >>> pairing = pm.PeerMatcher("id", [pm.near("years")], rules).match(people)
        >>> pairing.why_unmatched("ada").cheapest
        'must_differ_team'
        """
        return why_unmatched(self._seen_by("why_unmatched", audience), id, side)

    def relaxations(
        self,
        *,
        at_most: int = 20_000,
        audience: str = ADMINISTRATOR,
        progress: Callable[[str, int, int], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Any:
        """Say for each rule what leaving it out for everybody would change, by matching again without it.

        Parameters
        ----------
        at_most : int, default 20,000
            With more people than that only the pairs that each rule removes are counted: a row takes about as long as
            the matching. So it is with minimum capacities, several places on both sides, and leximin.
        progress, cancel, time_limit : optional
            As in `PeerMatcher.match`; rows that were not reached are not exact.
        audience : {"administrator", "auditor"}
            An auditor gets the same. It is not for participants.

        Returns
        -------
        table
            Columns rule, pairs_removed, pairs_allowed (more than now: those that no other rule removes), people_freed
            (who have no partner now and would have one), pairs and total (more than now), exact. Private rules are one
            row, and never left out.

        Raises
        ------
        ConfigError
            If a stable solver made this result.
        """
        outcome = self._seen_by("relaxations", audience)
        control = Control(progress=progress, cancel=cancel, time_limit=time_limit)
        return self.everyone[0].in_kind(relaxations_frame(outcome, at_most, control))

    @property
    def stability(self) -> StabilityView | None:
        """What is known about stability: promise, odd parties in words, blocking pairs; None of an optimal result."""
        return stability_view(self._outcome)

    @overload
    def explanations(self) -> list[PairExplanation]: ...

    @overload
    def explanations(self, *, audience: str) -> list[PairExplanation] | list[AuditExplanation]: ...

    def explanations(
        self, *, audience: str = ADMINISTRATOR
    ) -> list[PairExplanation] | list[AuditExplanation]:
        """Explain every pair, in the order of `pairs`, as the person in its first place sees it.

        Parameters
        ----------
        audience : {"administrator", "auditor"}
            An auditor gets weights and contributions, ids and nobody's values. For participants see `notices`.

        Returns
        -------
        list of PairExplanation
            Each with its `pair_id`, `frame` and `text`; much quicker than asking `explain` for one after another. For
            an auditor a list of AuditExplanation.
        """
        outcome = self._seen_by("explanations", audience)
        found = explain_pairs(outcome)
        return audit_pairs(outcome, found) if audience == AUDITOR else found
