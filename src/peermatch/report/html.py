"""A pairing in a notebook: what came of it, what is proved, its best pairs, and who has nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from peermatch.cohort.display import Bar, Cell, card, frame_table, paragraph, table
from peermatch.explain.wording import counted, percent

__all__ = ["notebook_html"]

_PAIRS = 5
_UNMATCHED = 3
_CONTRIBUTION = "contribution_"


def notebook_html(
    headline: str, sentence: str, pairs: pd.DataFrame, unmatched: pd.DataFrame, names: Sequence[str]
) -> str:
    """Return the headline, what is proved, the best few pairs, and who is without a partner.

    Everything that comes from people is escaped.

    Parameters
    ----------
    headline, sentence : str
    pairs, unmatched : pandas.DataFrame
        As in a pairing.
    names : sequence of str
        The two columns of ids in `pairs`.

    Examples
    --------
    >>> row = {"a": "<i>", "b": "bo", "score": 0.5, "coverage": 1.0, "contribution_years": 0.5}
    >>> pairs = pd.DataFrame([row])
    >>> shown = notebook_html("<b>", "Proved.", pairs, pd.DataFrame({"id": ["cy"], "reason": ["none"]}), ["a", "b"])
    >>> shown.count("&lt;"), "years 0.50" in shown
    (2, True)
    """
    best = pairs.sort_values("score", ascending=False, kind="stable").head(_PAIRS)
    labels = [f"label_{name}" for name in names if f"label_{name}" in pairs.columns]
    criteria = [name for name in pairs.columns if name.startswith(_CONTRIBUTION)]
    rows: list[list[Cell]] = [
        [
            *(str(row[name]) for name in (*names, *labels)),
            Bar(f"{row['score']:.2f}", float(row["score"])),
            percent(float(row["coverage"])),
            _made_of(row, criteria),
        ]
        for row in best.to_dict("records")
    ]
    header = [*names, *(name.replace("_", " ") for name in labels), "score", "known", "made of"]
    known = len(header) - 2
    shown = table("The best pairs", header, rows, numbers=[known], more=len(pairs) - len(best), noun="pair")
    alone = counted(len(unmatched), "person", "people") if len(unmatched) else "nobody"
    left = frame_table(
        "Without a partner", unmatched, limit=_UNMATCHED, ids=["id"], noun="person", nouns="people"
    )
    return card(headline, paragraph(sentence), shown, paragraph(f"Without a partner: {alone}."), left)


def _made_of(row: Mapping[Any, Any], criteria: Sequence[str]) -> str:
    """What adds most to a score, at most three criteria of it."""
    adds = sorted(((float(row[name]), name) for name in criteria), key=lambda one: -one[0])
    told = [f"{name[len(_CONTRIBUTION) :]} {value:.2f}" for value, name in adds[:3] if value > 0]
    return ", ".join(told)
