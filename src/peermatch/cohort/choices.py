"""Cells that hold several options, and grades that are written in several ways: brought to one way of writing.

Columns in which every cell is cut by the same sign are right as they are: those who read them cut there, and never
inside brackets, so that "Communication (Listening, Speaking)" is one option. What is mended is a cell that is cut by
another sign than its column, when its pieces are options of that column; and, in a column that is cut by commas, an
option that holds a comma itself.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from peermatch.cohort.contents import Contents
from peermatch.cohort.table import Repair
from peermatch.cohort.wording import counted

__all__ = ["cut", "mend_grades", "mend_options", "separator_of"]

_STRONG = (";", "|", "\n")
_NAMES = {";": "a semicolon", "|": "a vertical bar", "\n": "a line break", ",": "a comma"}
_SHARE = 0.05  # of the different cells must be cut by a sign
_ENOUGH = 20_000  # different cells to judge a column by
_MOST = 200_000  # different cells; beyond that a column holds no options that people share
_LONG = 400  # letters, on the average, are no list of options but prose
_FEW, _OFTEN = 3, 3
_SHARED = 0.8  # of the options must stand in several cells

_BRACKET = re.compile(r"[()\[\]{}]")
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_STEPS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def cut(text: str, sign: str) -> list[str]:
    """Cut a text at each sign outside brackets; a comma between digits is part of a number.

    Examples
    --------
    >>> cut("Communication (Listening, Speaking), Planning", ",")
    ['Communication (Listening, Speaking)', ' Planning']
    """
    if sign not in text:
        return [text]
    if sign != "," and not _BRACKET.search(text):
        return text.split(sign)
    marks = [
        found.start()
        for found in (_COMMA.finditer(text) if sign == "," else re.finditer(re.escape(sign), text))
    ]
    if sign != "\n":
        marks = _outside_brackets(text, marks)
    bounds = [-1, *marks, len(text)]
    return [text[start + 1 : end] for start, end in pairwise(bounds)]


def _outside_brackets(text: str, marks: list[int]) -> list[int]:
    """Return the places at which no bracket is open; all of them where brackets don't match up."""
    inside: set[int] = set()
    depth = opened = 0
    for bracket in _BRACKET.finditer(text):
        if depth == 0:
            opened = bracket.start()
        depth += _STEPS[bracket.group()]
        if depth < 0:
            return marks
        if depth == 0:
            inside.update(range(opened, bracket.start()))
    return marks if depth else [at for at in marks if at not in inside]


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def separator_of(texts: Counter[str]) -> str:
    """Return the sign that cuts a column's cells, or "" where each holds one value.

    Parameters
    ----------
    texts : Counter
        The different cells.

    Examples
    --------
    >>> separator_of(Counter(["SQL; Go", "Go"])), separator_of(Counter(["SQL, Go", "Go"])), separator_of(Counter(["a"]))
    (';', ',', '')
    """
    some = sorted(texts)
    if len(some) > _ENOUGH:
        some = [some[at * len(some) // _ENOUGH] for at in range(_ENOUGH)]
    needed = max(1.0, _SHARE * len(some))
    counts = [sum(sign in text and len(cut(text, sign)) > 1 for text in some) for sign in _STRONG]
    if max(counts) >= needed:
        return _STRONG[counts.index(max(counts))]
    cells = [[_fold(piece) for piece in cut(text, ",")] for text in some]
    several = [cell for cell in cells if len(cell) > 1]
    if len(several) < needed:
        return ""
    first = {cell[0] for cell in cells}
    later = {piece for cell in several for piece in cell[1:]}
    alone = {cell[0] for cell in cells if len(cell) == 1}
    mixed = first & later or alone & {piece for cell in several for piece in cell}
    return "," if mixed or (len(several) < _FEW and 2 * len(several) >= len(cells)) else ""


def mend_options(column: Contents, rows: npt.NDArray[np.int64]) -> tuple[Contents, list[Repair]]:
    """Return a column of several options a cell, all cut by one sign; itself where it is already so.

    Parameters
    ----------
    column : Contents
    rows : int64 array of shape (n,)
        For row numbers.

    Examples
    --------
    >>> from peermatch.cohort.cells import as_objects
    >>> column = Contents("skills", as_objects(["SQL; Go", "Go; R", "R, SQL", "Go"]))
    >>> mend_options(column, np.arange(4))[0].values
    ['SQL; Go', 'Go; R', 'R; SQL', 'Go']
    """
    texts = column.texts
    if not texts or len(texts) > _MOST or sum(map(len, texts)) > _LONG * len(texts):
        return column, []
    if not any("," in text or ";" in text or "|" in text or "\n" in text for text in texts):
        return column, []
    sign = separator_of(texts)
    if not sign:
        return column, []
    changed = _kept_together(texts) if sign == "," else _cut_further(texts, sign)
    if not changed:
        return column, []
    return column.replaced(changed), _told(changed, column, rows, sign)


def _cut_further(texts: Counter[str], sign: str) -> dict[str, str]:
    """Cut cells by another sign too, where all that it makes are options that stand in other cells."""
    others = [other for other in (*_STRONG, ",") if other != sign]
    if not any(other in text for other in others for text in texts):
        return {}
    pieces = {text: cut(text, sign) for text in texts}
    known: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for text, several in pieces.items():
        for piece in several:
            whole[_fold(piece)] += texts[text]
            if not any(other in piece for other in others):
                known[_fold(piece)] += texts[text]
    joint = f"{sign} " if any(f"{sign} " in text for text in texts) else sign
    changed = {}
    for text, several in pieces.items():
        new: list[str] = []
        for piece in several:
            new += _finer(piece, others, known, whole)
        if len(new) > len(several):
            changed[text] = joint.join(piece.strip() for piece in new if piece.strip())
    return changed


def _finer(piece: str, others: list[str], known: Counter[str], whole: Counter[str]) -> list[str]:
    for other in others:
        if other not in piece:
            continue
        parts = [part for part in cut(piece, other) if part.strip()]
        if len(parts) > 1 and all(known[_fold(part)] >= whole[_fold(piece)] for part in parts):
            return parts
    return [piece]


def _kept_together(texts: Counter[str]) -> dict[str, str]:
    """Find options that hold a comma: two pieces that never stand without each other, the second in small letters."""
    pieces = {text: cut(text, ",") for text in texts if "," in text}
    after: defaultdict[str, set[str]] = defaultdict(set)
    before: defaultdict[str, set[str]] = defaultdict(set)
    often: Counter[tuple[str, str]] = Counter()
    for text in texts:
        several = [_fold(piece) for piece in pieces.get(text, [text])]
        for at, piece in enumerate(several):
            after[piece].add(several[at + 1] if at + 1 < len(several) else "")
            before[piece].add(several[at - 1] if at else "")
            if at + 1 < len(several):
                often[piece, several[at + 1]] += texts[text]
    first = Counter(
        piece.strip()[:1].isupper() for several in pieces.values() for piece in several if piece.strip()
    )
    if first[True] <= first[False] or _is_prose(texts, pieces):
        return {}
    pairs = {
        pair
        for pair, many in often.items()
        if many >= _OFTEN and after[pair[0]] == {pair[1]} and before[pair[1]] == {pair[0]}
    }
    whole = {text: _rejoined(several, pairs) for text, several in pieces.items()}
    said = {text: sum(bool(piece.strip()) for piece in several) for text, several in pieces.items()}
    if all(len(whole[text]) == said[text] for text in pieces):
        return {}
    joined = {text: "; ".join(several) for text, several in whole.items()}
    return {text: new for text, new in joined.items() if new != text}


def _is_prose(texts: Counter[str], pieces: dict[str, list[str]]) -> bool:
    """Whether cells are titles or sentences with commas in them, and no options that many people share."""
    mentions: Counter[str] = Counter()
    joined = 0
    for text in texts:
        for piece in pieces.get(text, [text]):
            folded = _fold(piece)
            mentions[folded] += texts[text]
            joined += folded.startswith(("and ", "or "))
    shared = sum(many > 1 for many in mentions.values()) >= _SHARED * len(mentions)
    return joined * 50 > len(pieces) or not shared


def _rejoined(several: list[str], pairs: set[tuple[str, str]]) -> list[str]:
    out: list[str] = []
    for at, piece in enumerate(several):
        small = piece.strip()[:1].islower()
        if at and small and (_fold(several[at - 1]), _fold(piece)) in pairs:
            out[-1] = f"{out[-1]}, {piece.strip()}"
        else:
            out.append(piece.strip())
    return [piece for piece in out if piece]


def _told(
    changed: dict[str, str],
    column: Contents,
    rows: npt.NDArray[np.int64],
    sign: str,
) -> list[Repair]:
    """One repair for each different cell that was cut anew; for a column that is now cut by semicolons, one for all."""
    texts = column.texts
    if sign == ",":
        example = min(changed, key=lambda text: (-changed[text].count(","), text))
        many = sum(texts[text] for text in changed)
        reason = (
            f"{counted(many, 'cell')}: some options hold a comma themselves (their pieces never stand alone), so "
            "options are now separated by semicolons"
        )
        return [Repair(column.name, None, example, changed[example], reason, "options", "likely", many)]
    repairs = []
    for text in sorted(changed):
        row = int(rows[column.place(text)]) if texts[text] == 1 else None
        reason = (
            f"options separated by another sign than {_NAMES[sign]}: all of them are options of this column"
        )
        repairs.append(
            Repair(
                column.name, row, text[:500], changed[text][:500], reason, "options", "likely", texts[text]
            )
        )
    return repairs


# ---- grades ---------------------------------------------------------------------------------------------

_GRADE = re.compile(r"([^\W\d_]{1,12})[\s\-_.]{0,2}(\d{1,2})")
_MOST_GRADES = 60
_PLAIN = re.compile(r"[^\W\d_]{1,12}")


def mend_grades(column: Contents, rows: npt.NDArray[np.int64]) -> tuple[Contents, list[Repair]]:
    """Return a column of grades, each in its commonest spelling: "l5", "L 5" and "L-5" are "L5" where most write so.

    Parameters
    ----------
    column, rows
        As for `mend_options`.

    Examples
    --------
    >>> from peermatch.cohort.cells import as_objects
    >>> mend_grades(Contents("level", as_objects(["L5", "L5", "l 5", "IC4"])), np.arange(4))[0].values
    ['L5', 'L5', 'L5', 'IC4']
    """
    texts = column.texts
    if not 2 <= len(texts) <= _MOST_GRADES:
        return column, []
    found = {text: _GRADE.fullmatch(text) for text in texts}
    numbered = {text: (one[1].casefold(), int(one[2])) for text, one in found.items() if one}
    if not numbered or not all(text in numbered or _PLAIN.fullmatch(text) for text in texts):
        return column, []
    spellings: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for text, grade in numbered.items():
        spellings[grade].append(text)
    different = len(texts) - len(numbered) + len(spellings)
    if different * 2 > sum(texts.values()) + 2:
        return column, []
    changed: dict[str, str] = {}
    for several in spellings.values():
        best = min(several, key=lambda text: (-texts[text], text))
        # "L05" and "L5" may be two grades, "Site 1" and "Site1" are not
        digits = best[-2:] if best[-2:].isdigit() else best[-1:]
        changed |= {text: best for text in several if text != best and text.endswith(digits)}
    if not changed:
        return column, []
    repairs = []
    for text in sorted(changed):
        many = texts[text]
        row = int(rows[column.place(text)]) if many == 1 else None
        reason = f"written {changed[text]!r} in most cells of this column"
        repairs.append(Repair(column.name, row, text, changed[text], reason, "spelling", "likely", many))
    return column.replaced(changed), repairs
