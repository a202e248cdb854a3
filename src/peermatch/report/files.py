"""Tables as text that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pandas as pd

__all__ = ["csv_text", "plain_text", "safe_text"]

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
"""What formulas start with; full-width, small and mathematical forms too, which some versions read alike."""
_UNSEEN = (
    "\\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
"""Blanks, controls and marks without width: some programs drop them when a table is read, and the sign comes first."""
_START = f"(?:[{_UNSEEN}]*[{_SIGNS}]|[\\t\\r\\n])"
_RISKY = re.compile(f"'*{_START}")
_SHIELDED = re.compile(f"'+{_START}")


def safe_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    An apostrophe goes before = + - @ (full-width, small and mathematical forms of them too), even where blanks,
    controls or marks without width come first, and before a leading tab or line end. Text that already starts with
    apostrophes and one of these gets one more, so that `plain_text` always finds the way back.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("Ada"), safe_text("'=1"), safe_text("  =1")
    ("'=1+1", 'Ada', "''=1", "'  =1")
    """
    return "'" + text if _RISKY.match(text) else text


def plain_text(text: str) -> str:
    """Return the text that `safe_text` was given.

    Examples
    --------
    >>> [plain_text(safe_text(text)) for text in ("=1", "'=1", "'s", "007")]
    ['=1', "'=1", "'s", '007']
    """
    return text[1:] if _SHIELDED.match(text) else text


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV: UTF-8, commas, lines that end in a line feed.

    Text (headers too) goes through `safe_text`, numbers stay as they are and floats keep every digit; lists are
    joined by "; "; what is missing is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_text(str(name)) for name in frame.columns])
    columns = [frame[name].tolist() for name in frame.columns]
    writer.writerows([_cell(cell) for cell in row] for row in zip(*columns, strict=True))
    return out.getvalue()


def _cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return safe_text(cell)
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, list | tuple):
        # a list of one number stays a number
        return _cell(cell[0]) if len(cell) == 1 else safe_text("; ".join(map(str, cell)))
    return cell
