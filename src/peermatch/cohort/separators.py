"""Which sign separates the cells of a text file."""

from __future__ import annotations

import csv
import re
from itertools import islice
from types import MappingProxyType

from peermatch.cohort.table import Repair
from peermatch.cohort.text import text_stream

__all__ = ["SEPARATORS", "found_separator"]

SEPARATORS = MappingProxyType({",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"})

_LOOKED_AT = 60  # records
_NAMED = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


def found_separator(data: bytes, codec: str, default: str) -> tuple[str, int, list[Repair]]:
    """Return the separator, how many lines before the table name it, and a repair where it is not `default`.

    Parameters
    ----------
    data : bytes
        The whole file.
    codec : str
        Its encoding.
    default : str
        The separator to expect. It stays unless another one cuts the first lines into equally many cells, and it
        does not.

    Examples
    --------
    >>> found_separator(b"id;what, and why\\n1;a\\n2;b, c\\n", "utf-8", ",")[0]
    ';'
    >>> found_separator(b"id,tags\\n1,a;b\\n2,c;d\\n", "utf-8", ",")[0]
    ','
    >>> found_separator(b"id;can\\n1;a, b\\n2;c, d\\n", "utf-8", ",")[0]
    ';'
    """
    first = text_stream(data, codec).readline()
    named = _NAMED.fullmatch(first)
    if named:
        reason = "the first line names the separator"
        return named[1], 1, [Repair(None, None, first.strip(), named[1], reason, "separator")]
    cuts = {mark: _widths(data, codec, mark) for mark in (default, *SEPARATORS)}
    # what cuts the header as well comes first: lists in cells may hold another sign equally often in every row
    whole = [mark for mark in SEPARATORS if mark != default and _even_throughout(cuts[mark])]
    if _even_throughout(cuts[default]) or (_even(cuts[default]) and not whole):
        return default, 0, []
    others = whole or [mark for mark in SEPARATORS if mark != default and _even(cuts[mark])]
    if not others:
        others = [mark for mark in SEPARATORS if mark != default and _plain_in_header(cuts, default, mark)]
    if not others:
        return default, 0, []
    best = max(others, key=lambda mark: max(cuts[mark]))
    no, yes = SEPARATORS[default], SEPARATORS[best]
    told = f"the first lines are not separated by {no}, so cells are taken to be separated by {yes}"
    return (
        best,
        0,
        [Repair(None, None, default, best, told, "separator", "certain" if _even(cuts[best]) else "likely")],
    )


def _widths(data: bytes, codec: str, separator: str) -> list[int]:
    """Return how many cells each of the first records has; empty lines don't count."""
    widths: list[int] = []
    try:
        for row in islice(csv.reader(text_stream(data, codec), delimiter=separator, strict=True), _LOOKED_AT):
            widths.extend([len(row)] if row else [])
    except csv.Error:
        widths.append(0)
    return widths


def _even(widths: list[int]) -> bool:
    """Whether all records have equally many cells, and several; lines above the header may have fewer."""
    width = max(widths, default=0)
    start = next((at for at, count in enumerate(widths) if count == width), 0)
    rest = widths[start:]
    return width > 1 and set(rest) == {width} and len(rest) * 2 > len(widths) and start <= 5


def _even_throughout(widths: list[int]) -> bool:
    """Whether all records, the first one too, have equally many cells, and several."""
    return len(set(widths)) == 1 and widths[0] > 1


def _plain_in_header(cuts: dict[str, list[int]], default: str, mark: str) -> bool:
    """Whether the header has this separator and not the default one."""
    return bool(cuts[mark]) and bool(cuts[default]) and cuts[default][0] == 1 < cuts[mark][0]
