"""A result in a notebook."""

from __future__ import annotations

import html

import pandas as pd

__all__ = ["notebook_html"]

_ROWS = 10


def notebook_html(headline: str, sentence: str, pairs: pd.DataFrame) -> str:
    """Return the headline, what is proved, and the first pairs; everything from people is escaped.

    Parameters
    ----------
    headline, sentence : str
    pairs : pandas.DataFrame

    Examples
    --------
    >>> notebook_html("<b>", "Proved.", pd.DataFrame({"a": ["<i>"]})).count("&lt;")
    2
    """
    shown = pairs.head(_ROWS)
    table = shown.to_html(index=False, escape=True, border=0, float_format=lambda number: f"{number:.3f}")
    more = len(pairs) - len(shown)
    tail = f"<p>and {more:,} more</p>" if more > 0 else ""
    return f"<p><b>{html.escape(headline)}</b></p><p>{html.escape(sentence)}</p>{table}{tail}"
