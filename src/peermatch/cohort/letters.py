"""What stands in text without being seen: odd blanks, invisible signs, letters that were decoded in the wrong way."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from peermatch.cohort.contents import texts_in
from peermatch.cohort.table import Repair, Sure
from peermatch.cohort.wording import counted
from peermatch.errors import InputError, error_item

__all__ = ["MOST_LETTERS", "tidy_column", "tidy_text"]

MOST_LETTERS = 1_000_000
"""A cell of more letters is refused."""

_INVISIBLE = "\u200b\u2060\ufeff\u00ad"
_BLANKS = "\u00a0\u2007\u202f"
_TABLE = str.maketrans({**dict.fromkeys(_INVISIBLE), **dict.fromkeys(_BLANKS, " ")})
_JOINERS = "\u200c\u200d\u200e\u200f"  # they mean something between letters, and nothing at the ends
_SEEN_BY_NOBODY = re.compile(f"[{_INVISIBLE}{_BLANKS}{_JOINERS}]")
_BROKEN = re.compile("[\ud800-\udfff]")  # halves of letters, which no file can hold
# UTF-8 that was read as cp1252: each letter beyond ASCII has become two or three.
_TWICE = re.compile("[ÂÃ][\u0080-\u00bfŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]|â€[\u0080-\u00bf™œ“”˜¦¢\u009d]")


def tidy_text(text: str) -> str:
    """Return a text without invisible signs, with plain blanks, and without any at its ends.

    Examples
    --------
    >>> tidy_text("\\u200b New\\u00a0York ")
    'New York'
    """
    return _trim(text.translate(_TABLE))


def _trim(text: str) -> str:
    text = text.strip()
    while text and (text[0] in _JOINERS or text[-1] in _JOINERS):
        text = text.strip(_JOINERS).strip()
    return text


def _decoded_again(text: str) -> str:
    """Return the text that was decoded in the wrong way, or itself where that explains nothing."""
    if not _TWICE.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _whole_letters(text: str) -> str:
    return _BROKEN.sub("\ufffd", text)


def tidy_column(
    raw: npt.NDArray[Any], column: str, rows: npt.NDArray[np.int64], where: str, *, one_by_one: bool
) -> tuple[npt.NDArray[Any], list[Repair]]:
    """Return a column whose texts are tidy, and what was done.

    Parameters
    ----------
    raw : array of shape (n,)
        As it came.
    column : str
        Its name.
    rows : int64 array of shape (n,)
        For row numbers.
    where : str
        How messages call the table.
    one_by_one : bool
        Whether every changed cell is a repair of its own, as ids are.

    Raises
    ------
    InputError
        ``"cell_too_long"``, for a cell of over a million letters.
    """
    if raw.dtype.kind not in "OUT":
        return raw, []
    cells = raw.tolist()
    texts = texts_in(cells)
    if not texts:
        return raw, []
    longest = max(map(len, texts))
    if longest > MOST_LETTERS:
        raise _too_long(cells, column, rows, where, longest)
    changed = _changed(texts)
    if not one_by_one and _BROKEN.search("\n".join(texts)):  # ids that are broken are refused, not mended
        changed |= {text: _whole_letters(changed.get(text, text)) for text in texts if _BROKEN.search(text)}
    if not changed:
        return raw, []
    tidy = np.fromiter(
        (changed.get(cell, cell) if type(cell) is str else cell for cell in cells),
        dtype=np.object_,
        count=len(cells),
    )
    if one_by_one:
        return tidy, [
            Repair(
                column,
                int(rows[place]),
                cell,
                changed[cell],
                _why_id(cell, changed[cell]),
                _code(cell, changed[cell]),
            )
            for place, cell in enumerate(cells)
            if type(cell) is str and cell in changed and changed[cell]
        ]
    return tidy, _told(cells, changed, column, rows)


def _changed(texts: set[str]) -> dict[str, str]:
    """Return the texts that are not tidy, each with what it becomes."""
    changed = {text: text.strip() for text in texts if text.strip() != text}
    together = "\n".join(texts)
    # most columns hold nothing odd at all: then no text is looked at one by one
    for letters, mend in ((_SEEN_BY_NOBODY, tidy_text), (_TWICE, _decoded_again)):
        if letters.search(together):
            for text in texts:
                before = changed.get(text, text)
                after = mend(before)
                if after != before:
                    changed[text] = after
    return changed


def _code(before: str, after: str) -> str:
    if _BROKEN.search(before) and not _BROKEN.search(after):
        return "broken_letters"
    if tidy_text(before) != after:
        return "wrong_letters"
    return "spaces" if before.strip() == after else "odd_spaces"


_REASONS = {
    "spaces": "white space at the ends was removed",
    "odd_spaces": "blanks that don't break, or invisible signs, were removed or made plain blanks",
    "broken_letters": "halves of letters, which no file can hold, were replaced by a question mark in a box",
    "wrong_letters": "letters had been decoded in the wrong way (UTF-8 as cp1252)",
}


def _why_id(before: str, after: str) -> str:
    code = _code(before, after)
    return "white space around the id was removed" if code == "spaces" else _REASONS[code]


def _told(
    cells: list[Any], changed: dict[str, str], column: str, rows: npt.NDArray[np.int64]
) -> list[Repair]:
    """One repair for each kind of change; cells that hold nothing but blanks simply are empty."""
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if type(cell) is str and cell in changed and changed[cell]:
            places.setdefault(_code(cell, changed[cell]), []).append(place)
    repairs = []
    for code, found in sorted(places.items()):
        example = min(cells[place] for place in found)
        reason = _REASONS[code] if len(found) == 1 else f"{counted(len(found), 'cell')}: {_REASONS[code]}"
        row = int(rows[found[0]]) if len(found) == 1 else None
        sure: Sure = "likely" if code == "wrong_letters" else "certain"
        shown = _BROKEN.sub(lambda half: f"\\u{ord(half.group()):04x}", example[:200])
        repairs.append(Repair(column, row, shown, changed[example][:200], reason, code, sure, len(found)))
    return repairs


def _too_long(
    cells: list[Any], column: str, rows: npt.NDArray[np.int64], where: str, longest: int
) -> InputError:
    place = next(at for at, cell in enumerate(cells) if type(cell) is str and len(cell) == longest)
    row = int(rows[place])
    message = (
        f"Row {row:,} of {where} has a cell of {longest:,} letters in column {column!r}; at most {MOST_LETTERS:,} are "
        "read. Shorten it, or leave the column out."
    )
    return InputError(
        error_item("cell_too_long", message, column=column, row=row, found=longest, accepted=MOST_LETTERS)
    )
