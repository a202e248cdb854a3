"""Guessing who is who: the id, the label, who manages whom, and whether there are two sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peermatch.cli.columns import Column, first_of, first_reason, shown
from peermatch.cohort import Cohort
from peermatch.cohort.cells import CellError, canonical
from peermatch.cohort.frames import in_memory
from peermatch.cohort.names import vocabulary
from peermatch.cohort.reading import file_table
from peermatch.cohort.rows import without_notes
from peermatch.cohort.wording import counted
from peermatch.criteria.lines import reporting_lines
from peermatch.errors import InputError, error_item
from peermatch.run.people import BOTH

__all__ = [
    "Guess",
    "find_id",
    "find_label",
    "find_manager",
    "find_sides",
]

_ID_WORDS = ("id", "identifier", "uuid", "number", "no", "nr", "nummer", "personalnummer", "matricule", "email", "mail",
             "code", "key", "login", "username", "user", "badge", "employee", "staff", "emp", "person", "worker",
             "mitarbeiter")  # fmt: skip
_ID_ENDINGS = ("nummer", "kennung")
_OTHER_NUMBERS = tuple(
    vocabulary(
        "phone telefon telephone tel mobil handy fax steuer tax konto bank iban account haus house room zimmer "
        "postleit zip insurance versicherung passport ausweis kosten cost"
    )
)
"""Numbers so called are not what people are known by."""
_LABEL_WORDS = frozenset(
    {"display", "full", "preferred", "name", "names", "first", "given", "employee", "person", "known", "as", "label",
     "colleague", "mitarbeiter", "vorname", "nom", "nombre", "prenom", "s"}
)  # fmt: skip
_LABELS = frozenset(
    {"name", "names", "label", "employee", "person", "colleague", "mitarbeiter", "nom", "nombre"}
)
_MANAGER = vocabulary(
    "manager managers supervisor supervisors boss reports superior superiors vorgesetzte vorgesetzter vorgesetzten "
    "führungskraft chefin chef responsable jefe jefa leidinggevende gestor gestora chefe superiore capo"
)
_ABOVE = vocabulary(
    "line lead leader head report above to team upper n1 führung leitung teamleitung teamlead"
)
_MOSTLY = 0.7
_DIGITS = 3
_LEARNERS = (
    "mentee",
    "learner",
    "newcomer",
    "junior",
    "apprentice",
    "protege",
    "coachee",
    "buddied",
    "seeker",
)
_TEACHERS = ("mentor", "teacher", "coach", "senior", "buddy", "guide", "sponsor", "helper")


@dataclass(frozen=True)
class Guess:
    """A column, and why it was taken.

    Attributes
    ----------
    name : str
    reason : str
    sides : tuple of str
        For a role column: the two sides.
    """

    name: str
    reason: str
    sides: tuple[str, ...] = ()


def find_id(
    source: Any,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    *,
    tolerant: bool = False,
) -> Guess:
    """Find the column that tells everyone apart.

    Parameters
    ----------
    source : Path or table
        A table of people.
    encoding, separator, sheet : optional
        Of a file.
    tolerant : bool
        Where no column is full and different in every row, take one that nearly is, if its name says that it is the id:
        reading will say which rows are wrong.

    Raises
    ------
    InputError
        If the table cannot be read, or no column is full and different in every row.
    """
    if isinstance(source, Path):
        table = file_table(source, {"encoding": encoding, "separator": separator, "sheet": sheet})
    else:
        table = in_memory(source)
    table = without_notes(table)
    columns = []
    for name, raw in zip(table.names, table.columns, strict=True):
        try:
            columns.append(Column(name, canonical(raw)))
        except CellError:  # nested values; certainly no ids
            continue
    rows = len(table.rows)
    unique = [column for column in columns if rows and _tells_apart(column, rows)]
    if not unique:
        nearly = [one for one in columns if _id_rank(one) < len(_ID_WORDS) and _nearly_tells_apart(one, rows)]
        if tolerant and nearly:
            best = min(nearly, key=_id_order)
            reason = f"its name says so; {counted(len(best.distinct), 'different value')} in {counted(rows, 'row')}"
            return Guess(best.name, reason)
        raise InputError(_no_id(columns, rows, table.where))
    named_elsewhere = {column.name for column in unique if _is_referred_to(column, columns)}
    best = min(unique, key=lambda column: (column.name not in named_elsewhere, *_id_order(column)))
    reason = f"{counted(rows, 'different value')} in {counted(rows, 'row')}"
    if _id_rank(best) < len(_ID_WORDS):
        reason += ", and its name says so"
    elif best.name in named_elsewhere:
        reason += ", and another column holds them"
    others = [column.name for column in unique if column is not best and _id_rank(column) < len(_ID_WORDS)]
    if others:
        reason += f"; it could also be {shown(others, limit=3)}"
    return Guess(best.name, reason)


def _tells_apart(column: Column, rows: int) -> bool:
    kinds = {type(value) for value in column.distinct}
    return column.known == rows and len(column.distinct) == rows and kinds in ({str}, {int})


def _nearly_tells_apart(column: Column, rows: int) -> bool:
    return bool(rows) and len(column.distinct) >= _MOSTLY * rows


def _is_referred_to(column: Column, others: Sequence[Column]) -> bool:
    """Whether another column holds this one's codes, as that of managers does."""
    ids = {str(value) for value in column.distinct}
    return column.is_code and any(
        _holds_ids(other, ids) or _names_some(other, ids) for other in others if other is not column
    )


def _names_some(column: Column, ids: set[str]) -> bool:
    """Whether a column that most leave empty holds ids of this table and nothing else, as one of vetoes does."""
    if not 2 <= column.known < _MOSTLY * len(column.cells) or not column.is_code:
        return False
    if column.is_number and min(len(str(value)) for value in column.distinct) < _DIGITS:
        return False
    return all(str(value) in ids and "@" not in str(value) for value in column.values)


def _id_order(column: Column) -> tuple[bool, bool, bool, int]:
    """Best first: a code whose name says so, other columns whose name says so, other codes, the rest."""
    rank, named = _id_rank(column), _id_rank(column) < len(_ID_WORDS)
    return (rank > len(_ID_WORDS), not (named and column.is_code), not named, rank)


def _id_rank(column: Column) -> int:
    """Rank by name, best first; a manager's id is nobody's own."""
    if column.words & _MANAGER or any(word.startswith(_OTHER_NUMBERS) for word in column.words):
        return 2 * len(_ID_WORDS)
    if any(word.endswith(_ID_ENDINGS) for word in column.words):
        return _ID_WORDS.index("number")
    return next((rank for rank, word in enumerate(_ID_WORDS) if word in column.words), len(_ID_WORDS))


def _no_id(columns: Sequence[Column], rows: int, where: str) -> dict[str, object]:
    nearly = [one for one in columns if _id_rank(one) < len(_ID_WORDS) and _nearly_tells_apart(one, rows)]
    named = sorted(nearly, key=_id_order) or [one for one in first_of(columns, _ID_WORDS[:5]) if one.known]
    message = (
        f"No column of {where} ({counted(rows, 'row')}) is full and different in every row, as ids must be."
    )
    if not rows:
        message = f"{where} has a header but no rows."
    elif named:
        repeated = Counter(str(value) for value in named[0].values).most_common(1)[0]
        what = f"{repeated[0]!r} stands in {repeated[1]} rows" if repeated[1] > 1 else "some rows are empty"
        message += f" In {named[0].name!r}, {what}."
    return error_item("no_id", message, accepted="a column with a different value in every row")


def find_label(columns: Sequence[Column]) -> Guess | None:
    """Find the column of names that people read: nearly as many different ones as people."""
    named = [
        column
        for column in columns
        if column.words & _LABELS
        and column.words <= _LABEL_WORDS
        and column.is_text
        and not column.is_code
        and len(column.distinct) > max(1, _MOSTLY * column.known)
    ]
    if not named:
        return None
    best = max(named, key=lambda column: (not column.words & {"first", "given"}, column.share_known))
    return Guess(
        best.name, f"what people read, such as {shown(best.distinct, limit=2)}; never used for matching"
    )


def find_sides(
    columns: Sequence[Column], words: tuple[Sequence[str], Sequence[str]] = (_LEARNERS, _TEACHERS)
) -> Guess | None:
    """Find a column that puts everyone on one of two sides, such as mentee and mentor.

    Parameters
    ----------
    columns : sequence of Column
    words : pair of sequences of str
        What the values of the first and of the second side may be called; of several columns, the one counts whose
        words stand further up.
    """
    found: list[tuple[int, Guess]] = []
    for column in columns:
        values = [value for value in column.distinct if str(value).casefold() != BOTH]
        if column.share_known < 1 or len(values) != 2 or not column.is_text:
            continue
        named = [_side_of(str(value), words) for value in values]
        if {side for side, _ in named} != {0, 1}:
            continue
        first, second = values if named[0][0] == 0 else values[::-1]
        both = len(column.cells) - sum(value in (first, second) for value in column.cells)
        also = f", or on both sides ({both:,})" if both else ""
        reason = f"everyone is either {first!r} or {second!r} in {column.name!r}{also}"
        found.append((sum(rank for _, rank in named), Guess(column.name, reason, (first, second))))
    return min(found, key=lambda one: one[0])[1] if found else None


def _side_of(value: str, words: tuple[Sequence[str], Sequence[str]]) -> tuple[int | None, int]:
    """Return the side that a value names by its longest word (a coachee is no coach), and where that word stands."""
    said = value.casefold()
    hits = [
        (len(word), -rank, side) for side in (0, 1) for rank, word in enumerate(words[side]) if word in said
    ]
    longest = [hit for hit in hits if hit[0] == max(hits)[0]]
    if len({side for _, _, side in longest}) != 1:
        return None, 0
    return longest[0][2], -longest[0][1]


@dataclass(frozen=True)
class ManagerGuess(Guess):
    """A column of managers' ids.

    Attributes
    ----------
    enough : bool
        Whether the table knows enough of the managers for a rule.
    """

    enough: bool = True


def find_manager(cohorts: Sequence[Cohort], columns: Sequence[Column]) -> ManagerGuess | None:
    """Find the column of managers' ids, by name or by values, and whether the tables know enough of them."""
    ids = {str(id) for cohort in cohorts for id in cohort.ids.tolist()}
    named = [
        column for column in first_of(columns, sorted(_MANAGER)) if column.known and not column.is_answer
    ]
    for column in named:
        if any(str(value) in ids for value in column.values):
            return _managers(cohorts, column, "")
    for column in columns:
        if column.words & _ABOVE and _holds_ids(column, ids):
            return _managers(cohorts, column, "Its values are ids of this table, shared by several. ")
    for column in named:
        if not column.is_number and len(column.distinct) > 1:
            reason = (
                f"{column.name!r} sounds like it, but holds {shown(column.distinct, limit=2)} where ids of this table "
                "are needed. Put the managers' ids into it."
            )
            return ManagerGuess(column.name, reason, enough=False)
    return None


def _holds_ids(column: Column, ids: set[str]) -> bool:
    """Whether a column mostly holds ids of this table, several people the same one; small numbers prove nothing."""
    if column.known < 3 or not column.is_code:
        return False
    if column.is_number and min(len(str(value)) for value in column.distinct) < _DIGITS:
        return False
    hits = sum(str(value) in ids for value in column.values)
    return hits >= _MOSTLY * column.known and len(column.distinct) < _MOSTLY * column.known


def _managers(cohorts: Sequence[Cohort], column: Column, why: str) -> ManagerGuess:
    try:
        lines = reporting_lines([(cohort, column.name) for cohort in cohorts], min_found=0.9)
    except InputError as error:
        return ManagerGuess(column.name, why + first_reason(error), enough=False)
    return ManagerGuess(
        column.name, f"{why}{lines.found:,} of {lines.named:,} managers named here are in the table."
    )
