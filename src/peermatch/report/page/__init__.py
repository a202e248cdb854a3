"""The report: one page that holds everything about a result and needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from peermatch.explain import Outcome
from peermatch.report.certificate import CertificateView
from peermatch.report.guide_texts import GuideTexts
from peermatch.report.page.advisers import AdvisersView, advisers_view
from peermatch.report.page.audiences import ADMINISTRATOR, AUDITOR, PARTICIPANT
from peermatch.report.page.build import participant_html, report_html
from peermatch.report.page.content import Groups, page_context
from peermatch.report.page.data import page_data
from peermatch.report.page.groups import group_sections
from peermatch.report.page.participant import participant_page

__all__ = [
    "ADMINISTRATOR",
    "AUDIENCES",
    "AUDITOR",
    "PARTICIPANT",
    "AdvisersView",
    "Groups",
    "advisers_view",
    "group_sections",
    "page_context",
    "page_data",
    "participant_html",
    "participant_page",
    "report_html",
    "report_page",
]

AUDIENCES = (ADMINISTRATOR, AUDITOR, PARTICIPANT)


def report_page(
    outcome: Outcome,
    certificate: CertificateView,
    settings: Mapping[str, Any],
    frames: Mapping[str, pd.DataFrame],
    audience: str,
    *,
    shown: frozenset[str],
    texts: GuideTexts,
    groups: Groups = (),
    notes: Sequence[tuple[str, str]] = (),
    advisers: AdvisersView | None = None,
    contact: str | None = None,
    used: pd.DataFrame | None = None,
    runner_up: str = "",
    manifest: Mapping[str, Any] | None = None,
) -> str:
    """Return the administrator's or the auditor's page as HTML; for a participant's see `participant_page`.

    Parameters
    ----------
    outcome : Outcome
    certificate : CertificateView
    settings : mapping
    frames : mapping
        The tables "people" and "rules".
    audience : {"administrator", "auditor"}
    shown : frozenset of str
        The columns that were declared fit to show.
    texts : GuideTexts
    groups : sequence of mapping
        From `group_sections`.
    notes, used, runner_up, manifest
        See `page_context`.
    advisers : AdvisersView, optional
        From `advisers_view`.
    contact : str, optional
        Whom to turn to for saying no, as people read it.
    """
    section = None if advisers is None else advisers.section(outcome, by_id=audience == AUDITOR)
    context = page_context(
        outcome,
        certificate,
        settings,
        frames,
        audience,
        groups=groups,
        notes=notes,
        advisers=section,
        used=used,
        runner_up=runner_up,
        manifest=manifest,
    )
    data = page_data(outcome, shown, texts, audience, advisers=advisers, contact=contact)
    return report_html(context, data)
