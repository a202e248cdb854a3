"""Tables as text that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

__all__ = ["csv_rows", "csv_text", "plain_text", "safe_text"]

_SIGNS = (
    "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
    "\u207a\u207b\u207c\u208a\u208b\u208c\u2a75\u2a76\ufb29"
)
"""What formulas start with, and what becomes one of these where a program makes full-width and raised forms plain."""
_UNSEEN = (
    "\\s\x00-\x20\x7f-\xa0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5"
    "\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
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
    columns = [frame[name].tolist() for name in frame.columns]
    rows = ([_cell(cell) for cell in row] for row in zip(*columns, strict=True))
    return csv_rows([[safe_text(str(name)) for name in frame.columns], *rows])


def csv_rows(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as CSV, each on a line of its own that ends in a line feed; cells are not shielded.

    A cell with a carriage return is quoted too: else what follows it would be a row, and could start with a formula.

    Examples
    --------
    >>> csv_rows([["a", 1], ["b\\rc", 2]])
    'a,1\\n"b\\rc",2\\n'
    """
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines)


class _Lines(list[str]):
    """Takes rows that end in both line ends, so that cells with either are quoted, and keeps them with a line feed."""

    def write(self, row: str) -> None:
        """Take a row; the writer hands over one at a time."""
        self.append(row.removesuffix("\r\n") + "\n")


def _cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return safe_text(cell)
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, list | tuple):
        # a list of one number stays a number
        return _cell(cell[0]) if len(cell) == 1 else safe_text("; ".join(map(str, cell)))
    return cell
