"""Words and numbers for people to read: lists, shares, shortened cells, tables of text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from peermatch.cohort.aside import is_missing
from peermatch.cohort.wording import counted, listing
from peermatch.problem import GRID

__all__ = [
    "cell_text",
    "column_words",
    "counted",
    "listing",
    "percent",
    "score_text",
    "shortened",
    "text_table",
    "told_apart",
    "wrapped",
]

WIDTH = 100
_WHOLE = 1 << 30


def percent(share: float) -> str:
    """Return a share as people say it; only nothing is 0% and only all is 100%.

    Examples
    --------
    >>> percent(0.874), percent(0.9999), percent(0.001), percent(1.0)
    ('87%', '99%', '1%', '100%')
    """
    if 0 < share < 1:
        return f"{min(99, max(1, round(100 * share)))}%"
    return f"{100 * share:.0f}%"


def score_text(score: int) -> str:
    """Return a score on the grid as people read it.

    Examples
    --------
    >>> score_text(2**29)
    '0.50'
    """
    return f"{score / GRID:.2f}"


_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=1024)
def column_words(name: str) -> str:
    """Return a column's name as words in a sentence; words that stand apart keep their capitals: nouns may need them.

    Examples
    --------
    >>> column_words("years_experience"), column_words("LanguageHaveWorkedWith"), column_words("HR role")
    ('years experience', 'language have worked with', 'HR role')
    >>> column_words("different_Abteilung_Standort")
    'different Abteilung Standort'
    """
    apart = [_HUMP.sub(" ", word).split() for word in name.replace("_", " ").split()]
    words = (
        word.lower() if len(words) > 1 and not word.isupper() else word for words in apart for word in words
    )
    return " ".join(words) or name


def cell_text(cell: Any, *, limit: int = 60) -> str:
    """Return a cell as people read it, shortened; "" where it says nothing.

    Examples
    --------
    >>> cell_text(4.0), cell_text(["a", None, "b"]), cell_text(None)
    ('4', 'a, b', '')
    """
    if isinstance(cell, list | tuple):
        text = ", ".join(cell_text(part) for part in cell if not is_missing(part))
    elif is_missing(cell):
        return ""
    elif isinstance(cell, bool):
        text = "yes" if cell else "no"
    elif isinstance(cell, float):
        text = f"{cell:g}" if abs(cell) < 1e6 else f"{cell:,.0f}"
    else:
        text = " ".join(str(cell).split())
    return shortened(text, limit)


def shortened(text: str, limit: int = 44) -> str:
    """Return text of at most that many characters.

    Examples
    --------
    >>> shortened("language want to work with", 14)
    'language want…'
    """
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def told_apart(first: Any, second: Any, *, limit: int = 60) -> tuple[str, str] | None:
    """Return two cells that differ as people read them, so that the difference shows; None where no text shows it.

    Examples
    --------
    >>> told_apart(4.0, 5.0), told_apart(5.0000001, 5.0000002), told_apart(True, "yes")
    (('4', '5'), ('5.0000001', '5.0000002'), None)
    >>> told_apart("the first of all teams, north", "the first of all teams, south", limit=12)
    ('…eams, north', '…eams, south')
    """
    whole = cell_text(first, limit=_WHOLE), cell_text(second, limit=_WHOLE)
    at = next(
        (k for k, (a, b) in enumerate(zip(*whole, strict=False)) if a.casefold() != b.casefold()),
        min(map(len, whole)),
    )
    tries = [(cell_text(first, limit=limit), cell_text(second, limit=limit))]
    if all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in (first, second)):
        tries.append((repr(first), repr(second)))
    tries.append((_around(whole[0], at, limit), _around(whole[1], at, limit)))
    return next((texts for texts in tries if texts[0].casefold() != texts[1].casefold()), None)


def _around(text: str, at: int, limit: int) -> str:
    """A long text shortened at its front as well, so that what stands at a place is seen."""
    start = max(0, min(at - limit // 3, len(text) - limit + 1))
    return shortened("…" + text[start:], limit) if start else shortened(text, limit)


def text_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, limits: Sequence[int] | None = None
) -> str:
    """Return a table for a screen: columns as wide as they need, long cells wrapped.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of rows of text
    limits : sequence of int, optional
        The greatest width of each column; 34 where not given.

    Examples
    --------
    >>> print(text_table(["name", "adds"], [["years", "0.25"], ["skills", "0.5"]]))
    name    adds
    ------  ----
    years   0.25
    skills  0.5
    """
    limits = limits or [34] * len(header)
    wrapped_rows = [
        [textwrap.wrap(cell, limit) or [""] for cell, limit in zip(row, limits, strict=True)]
        for row in [header, *rows]
    ]
    widths = [max(len(line) for row in wrapped_rows for line in row[k]) for k in range(len(header))]
    lines = []
    for number, row in enumerate(wrapped_rows):
        for at in range(max(len(cell) for cell in row)):
            parts = [
                (cell[at] if at < len(cell) else "").ljust(width)
                for cell, width in zip(row, widths, strict=True)
            ]
            lines.append("  ".join(parts).rstrip())
        if number == 0:
            lines.append("  ".join("-" * width for width in widths))
    return "\n".join(lines)


def wrapped(text: str, *, indent: str = "") -> str:
    """Return a paragraph in lines of a readable length."""
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
