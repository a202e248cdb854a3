"""Cells that hold several values: where they are cut, and where they are not.

"Python; SQL; Go" holds three values. "Communication (Listening, Speaking), Planning" holds two: a separator
inside brackets never cuts, and neither does one inside an option that is known beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from peermatch.encoders._table import fold

__all__ = ["Splitter", "detect_separator", "make_splitter", "sample"]

_STRONG = (";", "|", "\n")
# A separator must stand in this share of the distinct cells to be one, so that a stray sign is not.
_SHARE = 0.05
# With fewer cells with a comma than this there is little to be seen; then it needs no evidence but half of the cells.
_FEW = 3
# So many distinct cells are enough to judge a column by.
_ENOUGH = 20_000

_STEPS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_BRACKET = re.compile(r"[()\[\]{}]")
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")


@dataclass(frozen=True)
class Splitter:
    """How the cells of a column are cut.

    Attributes
    ----------
    separator : str
        Empty where cells are never cut.
    spare_numbers : bool
        Whether a comma between two digits belongs to a number ("1,000").
    protected : dict
        Folded first piece -> the folded pieces, longest first, of each known option that holds the separator.
    """

    separator: str
    spare_numbers: bool = False
    protected: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    def pieces(self, text: str) -> list[str]:
        """Return what a cell is cut into, in order and as written: blanks around, and empty ones, are still there."""
        if not self.separator:
            return [text]
        pieces = cut(text, self.separator, self.spare_numbers)
        return self._rejoin(pieces) if self.protected and len(pieces) > 1 else pieces

    def split(self, text: str) -> list[str]:
        """Return the values in a cell, with single blanks, in order; empty ones are left out."""
        return [" ".join(piece.split()) for piece in self.pieces(text) if piece.strip()]

    def _rejoin(self, pieces: list[str]) -> list[str]:
        """Put known options together again, the longest first."""
        folded = [fold(piece) for piece in pieces]
        out: list[str] = []
        at = 0
        while at < len(pieces):
            length = 1
            for option in self.protected.get(folded[at], ()):
                if tuple(folded[at : at + len(option)]) == option:
                    length = len(option)
                    break
            out.append(self.separator.join(pieces[at : at + length]))
            at += length
        return out


def make_splitter(separator: str | None, vocabulary: Iterable[str], texts: Sequence[str]) -> Splitter:
    """Return the splitter for a column: the separator as given, or detected in its distinct `texts`."""
    options = list(vocabulary)
    if separator is None:
        known = {fold(option) for option in options}
        separator = detect_separator([text for text in texts if fold(text) not in known])
        spare_numbers = separator == ","
    else:
        spare_numbers = False
    protected: dict[str, list[tuple[str, ...]]] = {}
    for option in options:
        pieces = tuple(fold(piece) for piece in cut(option, separator, spare_numbers)) if separator else ()
        if len(pieces) > 1:
            protected.setdefault(pieces[0], []).append(pieces)
    for choices in protected.values():
        choices.sort(key=lambda pieces: (-len(pieces), pieces))
    return Splitter(separator, spare_numbers, protected)


def sample(texts: Sequence[str]) -> Sequence[str]:
    """Return all of the texts, or enough of them to judge by: evenly spaced in their sorted order."""
    if len(texts) <= _ENOUGH:
        return texts
    ordered = sorted(texts)
    return [ordered[at * len(ordered) // _ENOUGH] for at in range(_ENOUGH)]


def cut(text: str, separator: str, spare_numbers: bool) -> list[str]:
    """Cut a text at each separator outside brackets; brackets that don't match up are plain signs."""
    if separator not in text:
        return [text]
    if not spare_numbers and "(" not in text and "[" not in text and "{" not in text:
        return text.split(separator)
    marks = _marks(text, separator, spare_numbers)
    if not separator.isspace():
        marks = _outside_brackets(text, marks)
    pieces, start = [], 0
    for at in marks:
        pieces.append(text[start:at])
        start = at + len(separator)
    pieces.append(text[start:])
    return pieces


def _marks(text: str, separator: str, spare_numbers: bool) -> list[int]:
    """Where the separator stands."""
    pattern = _COMMA if spare_numbers else re.compile(re.escape(separator))
    return [found.start() for found in pattern.finditer(text)]


def _outside_brackets(text: str, marks: list[int]) -> list[int]:
    """Return the marks at which no bracket is open; all of them where brackets don't match up."""
    depth, at, outside = 0, 0, []
    for bracket in _BRACKET.finditer(text):
        while at < len(marks) and marks[at] < bracket.start():
            if depth == 0:
                outside.append(marks[at])
            at += 1
        depth += _STEPS[bracket.group()]
        if depth < 0:
            return marks
    return outside + marks[at:] if depth == 0 else marks


def detect_separator(texts: Sequence[str]) -> str:
    """Find the separator of a column of many-valued cells.

    Parameters
    ----------
    texts : sequence of str
        The distinct cells.

    Returns
    -------
    str
        Of ``;``, ``|`` and line breaks the one that stands (outside brackets) in most cells, if in 5 per cent of
        them; else a comma, if it cuts 5 per cent of the cells and shows itself a separator: what stands first in
        one cell stands later in another, or alone (not asked for where one or two cells with a comma are half of
        all). A comma between two digits doesn't count. Otherwise "": the cells hold one value each.

    Examples
    --------
    >>> detect_separator(["Python;SQL", "Go"]), detect_separator(["Python, SQL", "SQL", "10,000 employees"])
    (';', ',')
    >>> detect_separator(["Developer, front-end", "Developer, back-end", "Developer, full-stack", "Student"])
    ''
    """
    texts = sample(texts)
    needed = max(1.0, _SHARE * len(texts))
    counts = [sum(len(cut(text, sign, False)) > 1 for text in texts) for sign in _STRONG]
    best = max(counts)
    if best >= needed:
        return _STRONG[counts.index(best)]
    cells = [[fold(piece) for piece in cut(text, ",", True)] for text in texts]
    several = [cell for cell in cells if len(cell) > 1]
    if len(several) < needed:
        return ""
    first = {cell[0] for cell in cells}
    later = {piece for cell in several for piece in cell[1:]}
    alone = {cell[0] for cell in cells if len(cell) == 1}
    mixed = first & later or alone & {piece for cell in several for piece in cell}
    most = len(several) < _FEW and 2 * len(several) >= len(cells)
    return "," if mixed or most else ""
