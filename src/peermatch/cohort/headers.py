"""Headers: which row they stand in, and what columns are called where headers are blank, repeated, or in two rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from peermatch.cohort.letters import tidy_text
from peermatch.cohort.table import Repair, Sure
from peermatch.cohort.wording import counted, listing

__all__ = ["LOOK_AHEAD", "Header", "find_header", "header_text", "mend_names", "tidy_name"]

LOOK_AHEAD = 20  # rows in which a header is looked for
_WIDE = 3  # a table of fewer columns tells little about which row is its header


def tidy_name(name: str) -> str:
    """Return a header without white space at its ends, and with single blanks inside.

    Examples
    --------
    >>> tidy_name(" can\\u00a0 teach\\n")
    'can teach'
    """
    return " ".join(tidy_text(name).split())


def header_text(cell: Any) -> str:
    """Return a header cell as text."""
    return "" if cell is None else cell if isinstance(cell, str) else str(cell)


@dataclass(frozen=True)
class Header:
    """Where the header of a file stands.

    Attributes
    ----------
    row : int
        Its place among the rows of the file, from 0.
    names : list of str
        As written, or put together from two rows.
    repairs : list of Repair
        What was read otherwise than as "the first row that holds anything".
    """

    row: int
    names: list[str]
    repairs: list[Repair] = field(default_factory=list)


def find_header(rows: Sequence[Sequence[Any]], wanted: Collection[str] = ()) -> Header | None:
    """Find the header among the first rows of a file.

    Parameters
    ----------
    rows : sequence of rows
        The first `LOOK_AHEAD` of them, as cells.
    wanted : collection of str
        Columns that must be there. They decide; without them, the shape of the rows does.

    Returns
    -------
    Header or None
        None where every row is blank.

    Examples
    --------
    >>> find_header([["Staff, December", "", ""], ["id", "city", "goal"], ["7", "Oslo", "lead"]], ["id"]).row
    1
    >>> rows = [["Person", "", "Skills", ""], ["id", "city", "can teach", "wants"], ["7", "Oslo", "SQL", "Go"]]
    >>> find_header(rows).names
    ['id', 'city', 'can teach', 'wants']
    """
    texts = [[header_text(cell) for cell in row] for row in rows]
    filled = [sum(bool(cell.strip()) for cell in row) for row in texts]
    first = next((place for place, count in enumerate(filled) if count), None)
    if first is None:
        return None
    place = _wanted_row(texts, first, {tidy_name(name) for name in wanted})
    sure = place is not None
    if place is None:
        place = _row_by_shape(texts, filled, first)
    above = place - 1 if place > first and filled[place - 1] > 1 else None
    repairs = [_title(row, texts[row], sure) for row in range(first, place) if filled[row] and row != above]
    names = texts[place]
    if above is not None:
        names = _joined(texts[above], names)
        found = ", ".join(tidy_name(cell) for cell in texts[above] if cell.strip())
        reason = "the header has two rows: columns have the names of the lower one, and of the upper where it is needed"
        certain: Sure = "certain" if sure else "likely"
        repairs.append(Repair(None, None, found, ", ".join(names), reason, "two_header_rows", certain))
    return Header(place, names, repairs)


def _wanted_row(texts: Sequence[Sequence[str]], first: int, wanted: set[str]) -> int | None:
    """Return the first row with most of the wanted names; None where no row has any."""
    best, most = None, 0
    for place in range(first, len(texts)):
        hits = len(wanted & {tidy_name(cell) for cell in texts[place]}) if wanted else 0
        if hits > most:
            best, most = place, hits
    return best


def _row_by_shape(texts: Sequence[Sequence[str]], filled: Sequence[int], first: int) -> int:
    """Return the header's row by how rows look: titles fill one cell, and groups of columns leave cells blank."""
    width = max(filled)
    if width < _WIDE:
        return first
    place = first
    if filled[first] == 1:
        place = next(row for row, count in enumerate(filled) if count > max(1, width // 2))
    below = place + 1
    if below + 1 < len(texts) and _is_group(texts, filled, place):
        return below
    return place


def _is_group(texts: Sequence[Sequence[str]], filled: Sequence[int], place: int) -> bool:
    """Whether a row names groups of the columns that the row below it names."""
    upper, lower = texts[place], texts[place + 1]
    if filled[place] * 2 > filled[place + 1] or filled[place + 1] < max(filled):
        return False
    names = [cell for cell in lower if cell.strip()]
    plain = all(not any(sign.isdigit() or sign == "@" for sign in name) for name in names)
    data = texts[place + 2 :]
    recurs = any(
        cell.strip() and cell in {row[at] for row in data if at < len(row)} for at, cell in enumerate(lower)
    )
    return plain and len(set(names)) == len(names) and not recurs and bool(upper[0].strip())


def _title(row: int, cells: Sequence[str], sure: bool) -> Repair:
    found = " ".join(tidy_name(cell) for cell in cells if cell.strip())[:200]
    reason = f"line {row + 1} stands above the header and was left out"
    return Repair(None, None, found, None, reason, "title_row", "certain" if sure else "likely")


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the names of two header rows: the lower one's, with the upper one's where they alone are not enough."""
    group, groups = "", []
    for at in range(len(lower)):
        cell = upper[at] if at < len(upper) else ""
        group = cell if cell.strip() else group
        groups.append(group)
    own = [tidy_name(name) for name in lower]
    many = Counter(own)
    names = []
    for at, name in enumerate(own):
        if not name:
            name = tidy_name(upper[at]) if at < len(upper) else ""
        elif many[name] > 1 and groups[at].strip():
            name = f"{tidy_name(groups[at])}: {name}"
        names.append(name)
    return names


def mend_names(
    names: Sequence[str], is_blank: Callable[[int], bool], are_same: Callable[[int, int], bool]
) -> tuple[list[str], list[bool], list[Repair], dict[str, list[str]]]:
    """Give every column a name of its own, or leave it out where it says nothing that another doesn't.

    Parameters
    ----------
    names : sequence of str
        Headers as written; blank ones are white space or "".
    is_blank : callable
        Whether the column at a place holds no value at all.
    are_same : callable
        Whether the columns at two places hold the same.

    Returns
    -------
    names, kept, repairs, split
        `names` for all columns; `kept` says which columns stay; `split` has headers that stood several times over
        different values, with the new names of their columns.

    Examples
    --------
    >>> mend_names(["id", "", " ", "id "], [False, False, True, False].__getitem__, lambda a, b: True)[:2]
    (['id', 'column 2', '', ''], [True, True, False, False])
    """
    tidy = [tidy_name(name) for name in names]
    named: list[str] = list(tidy)
    kept = [True] * len(tidy)
    repairs: list[Repair] = []
    for name, raw in zip(tidy, names, strict=True):
        if name and name != raw:
            reason = "white space in the header was tidied up"
            repairs.append(Repair(name, None, raw, name, reason, "header_space"))
    for place, name in enumerate(tidy):
        if not name:
            named[place], kept[place], repair = _nameless(place, is_blank(place), set(tidy))
            repairs.append(repair)
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(tidy):
        if name:
            places[name].append(place)
    split: dict[str, list[str]] = {}
    for name, several in places.items():
        if len(several) > 1:
            repairs += _repeated(name, several, named, kept, is_blank, are_same, split)
    return named, kept, repairs, split


def _nameless(place: int, empty: bool, taken: set[str]) -> tuple[str, bool, Repair]:
    at = place + 1
    if empty:
        reason = f"column {at} has neither a header nor a value, and was left out"
        return "", False, Repair(None, None, None, None, reason, "empty_column")
    name = _free(f"column {at}", taken)
    reason = f"column {at} had no header, and was named by its place"
    return name, True, Repair(name, None, None, name, reason, "blank_header")


def _repeated(
    name: str,
    several: Sequence[int],
    named: list[str],
    kept: list[bool],
    is_blank: Callable[[int], bool],
    are_same: Callable[[int, int], bool],
    split: dict[str, list[str]],
) -> list[Repair]:
    """One header over several columns: copies and empty ones go; others get names by their place, none the old one."""
    at = listing([place + 1 for place in several])
    told = [place for place in several if not is_blank(place)] or list(several[:1])
    different = [told[0]]
    for place in told[1:]:
        if not any(are_same(place, other) for other in different):
            different.append(place)
    repairs = []
    for place in several:
        if place not in different:
            kept[place], named[place] = False, ""
            what = "is empty" if is_blank(place) else "holds the same as another"
            reason = f"the header stands over columns {at}; column {place + 1} {what}, and was left out"
            repairs.append(Repair(name, None, name, None, reason, "repeated_header"))
    if len(different) > 1:
        split[name] = []
        for place in different:
            named[place] = _free(f"{name} (column {place + 1})", set(named))
            split[name].append(named[place])
            reason = (
                f"the header stands over columns {at}, which hold different things: "
                f"each of the {counted(len(different), 'column')} was named by its place"
            )
            repairs.append(Repair(named[place], None, name, named[place], reason, "repeated_header"))
    return repairs


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name
