"""The report: one page that holds everything about a result and needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from peermatch.explain import Outcome
from peermatch.report.certificate import CertificateView
from peermatch.report.guide_texts import GuideTexts
from peermatch.report.page.build import report_html
from peermatch.report.page.content import ADMINISTRATOR, AUDITOR, Groups, page_context, page_data

__all__ = [
    "ADMINISTRATOR",
    "AUDIENCES",
    "AUDITOR",
    "Groups",
    "page_context",
    "page_data",
    "report_html",
    "report_page",
]

AUDIENCES = (ADMINISTRATOR, AUDITOR)


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
) -> str:
    """Return the page as HTML.

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
        Tables of groups; see `page_context`.
    """
    context = page_context(outcome, certificate, settings, frames, audience, groups)
    return report_html(context, page_data(outcome, shown, texts, audience))
