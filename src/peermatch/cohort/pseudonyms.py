"""Pseudonyms in place of ids, in every table that names people, with the key kept apart.

Ids are replaced wherever they are named; columns that say who somebody is by themselves are left out, and each column
is accounted for. What remains is still about people: who knows a team, a year and a grade may know who that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from peermatch.checks import did_you_mean, must_be
from peermatch.cohort.aside import is_missing, read_table
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.display import card, frame_table, paragraph
from peermatch.cohort.id_lists import ids_in_cell
from peermatch.cohort.identifying import why_identifying
from peermatch.cohort.pseudonym_key import PseudonymKey
from peermatch.cohort.reading import read_people
from peermatch.cohort.wording import counted
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["Pseudonymised", "pseudonymise"]

CALLER = "pseudonymise()"
KEPT, REPLACED, DROPPED = "kept", "pseudonyms", "dropped"
_PAIRS = ("a", "b", "left", "right", "from", "to", "id", "who", "whom", "preferred", "candidate")
_BESIDE = ("round", "date", "rank", "strength", "side")
_OF_OTHERS = frozenset(
    {"manager", "boss", "supervisor", "mentor", "mentee", "buddy", "partner", "lead", "id"}
)
_TOLD = 20


@dataclass(frozen=True, eq=False, repr=False)
class Pseudonymised:
    """Tables in which people have pseudonyms, and what became of each column.

    Attributes
    ----------
    people, others, org, history, locks : table or None
        Of the kind that people came in, rows in the order of pseudonyms.
    columns : pandas.DataFrame
        One row for each column that came in: table, column, became ("kept", "pseudonyms" or "dropped"), why.
    mapping : pandas.DataFrame
        Columns pseudonym and id. Keep it apart from the tables, or make it again with `PseudonymKey` when it is needed.
    key : PseudonymKey
    """

    people: Any
    columns: pd.DataFrame
    mapping: pd.DataFrame
    key: PseudonymKey
    others: Any = None
    org: Any = None
    history: Any = None
    locks: Any = None

    @property
    def tables(self) -> dict[str, Any]:
        """The tables that there are, by their names."""
        names = ("people", "others", "org", "history", "locks")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def __repr__(self) -> str:
        what = f"{counted(len(self.mapping), 'pseudonym')} in {', '.join(self.tables)}"
        dropped = int((self.columns["became"] == DROPPED).sum())
        return f"Pseudonymised({what}; {counted(dropped, 'column')} dropped; key {self.key.fingerprint})"

    def __reduce__(self) -> Any:
        raise TypeError("What pseudonymise() returns holds the key and is not pickled; its tables may be.")

    def _repr_html_(self) -> str:
        head = f"{counted(len(self.mapping), 'pseudonym')}, key {self.key.fingerprint}"
        note = "Still personal data: columns together may tell who somebody is."
        rows = len(self.columns)
        return card(
            head, frame_table("What became of each column", self.columns, limit=rows), paragraph(note)
        )


@dataclass(eq=False)
class _Names:
    """Who is called what so far."""

    key: PseudonymKey
    ids: Sequence[Any] = ()
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    whose: dict[str, Any] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def know(self, ids: Iterable[Any]) -> None:
        """Take ids for those of people: any other way of writing one of them is a mistake."""
        fresh = list(ids)
        self.ids = [*self.ids, *fresh]
        for id in fresh:
            self.of(id, "A table of people")
            self.types[str(id)] = type(id).__name__

    def of(self, id: Any, where: str) -> str:
        """Return an id's pseudonym.

        Raises
        ------
        InputError
            If it is somebody's id in another type (7 and "7"), which would have another pseudonym; or two ids have one.
        """
        kind = type(id).__name__
        found = self.given.get((kind, str(id)))
        if found is not None:
            return found
        if self.types.get(str(id), kind) != kind or not isinstance(id, str | int):
            message = (
                f"{where} names {id!r}, which is {_written(id)}; ids of people are {_written(self.ids[0])}. Write "
                "both in the same way: as they are they would get different pseudonyms."
            )
            raise InputError(error_item("id_type", message, found=str(id), accepted=_written(self.ids[0])))
        name = self.key.pseudonym(id)
        if name in self.whose:
            message = "Two ids have the same pseudonym under this key. Use another key."
            raise InputError(error_item("same_pseudonym", message, found=name))
        self.given[kind, str(id)], self.whose[name] = name, id
        return name

    def one(self, cell: Any, where: str) -> str | None:
        """Return the pseudonym of the one id in a cell; what is missing stays missing."""
        return None if is_missing(cell) else self.of(cell, where)

    def cell(self, cell: Any, where: str) -> Any:
        """Return a cell in which ids are replaced, of which there may be several."""
        if is_missing(cell):
            return None
        if (type(cell).__name__, str(cell)) in self.given:
            return self.of(cell, where)
        names = [self.of(id, where) for id in ids_in_cell(cell, self.ids)]
        if isinstance(cell, list | tuple):
            return names
        return "; ".join(names) or None

    def mapping(self) -> pd.DataFrame:
        """Return who is who, in the order of pseudonyms."""
        ordered = sorted(self.whose)
        ids = pd.Series([self.whose[name] for name in ordered], dtype=object)
        return pd.DataFrame({"pseudonym": pd.Series(ordered, dtype=object), "id": ids})


def _written(id: Any) -> str:
    return (
        "a whole number"
        if isinstance(id, int)
        else "text"
        if isinstance(id, str)
        else "neither text nor a whole number"
    )


def pseudonymise(
    people: Any,
    id: str,
    *,
    key: PseudonymKey,
    columns: Sequence[str] = (),
    label: str | None = None,
    manager: str | None = None,
    email: str | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    others: Any = None,
    org: Any = None,
    history: Any = None,
    locks: Any = None,
) -> Pseudonymised:
    """Replace ids by pseudonyms in all tables that name people, and leave out what says who somebody is.

    Parameters
    ----------
    people : Cohort, table, list of dict, or path
        As for `read_people`; it is checked and mended in the same way.
    id : str
        The column of ids, of `people`, `others` and `org`.
    key : PseudonymKey
        The same key gives the same pseudonyms: keep it for the tables of later months, and apart from them.
    columns : list of str
        Other columns that hold ids: of vetoes, wishes, earlier partners. Cells may hold several.
    label : str, optional
        The column of names, which is dropped.
    manager, email : str, optional
        As for `read_people`: managers by e-mail address or name become ids, then pseudonyms. The e-mail column is
        dropped.
    drop : list of str
        Columns to leave out.
        A column that holds ids of people here and nothing else gets pseudonyms unasked; one that holds what they are
        called is left out.
    keep : list of str
        Columns to keep although they look as if they said who somebody is: by their name, by e-mail addresses or long
        numbers in them, as free text, or since nearly everyone has another text there.
    others : same, optional
        The people of a second side.
    org : same, optional
        The whole staff, of which the ids and `columns` are kept, for reporting lines.
    history, locks : table or path, optional
        Earlier and demanded pairs: the columns a and b (and `columns`) get pseudonyms; of others round, date,
        rank, strength and side are kept.

    Returns
    -------
    Pseudonymised

    Raises
    ------
    InputError
        If a table is wrong, or names an id as a number that is text elsewhere.
    ConfigError
        If an argument is wrong, or a column that is named is nowhere.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": "007", "name": "Ada", "team": "x", "boss": "012"}, {"id": "012", "name": "Bo", "team": "x"}]
    >>> found = pm.pseudonymise(people, "id", key=pm.PseudonymKey(bytes(32)), columns=["boss"])
    >>> found.people.values.tolist()
    [[None, 'p0pozvz7n4deqnt23d', 'x'], ['p0pozvz7n4deqnt23d', 'p0upgo5jnkby65acn5', 'x']]
    >>> found.columns[["column", "became", "why"]].values.tolist()[2]
    ['name', 'dropped', 'its name sounds like it']
    """
    if not isinstance(key, PseudonymKey):
        raise ConfigError(must_be(CALLER, "key", "a PseudonymKey", type(key).__name__))
    wanted = {"columns": columns, "drop": drop, "keep": keep}
    for name, given in wanted.items():
        if isinstance(given, str) or not all(isinstance(one, str) for one in given):
            raise ConfigError(must_be(CALLER, name, "a list of names of columns", given))
    both = [one for one in keep if one in (*drop, label, email)]
    if both:
        raise ConfigError(f"{CALLER} is told to drop and to keep the column {both[0]!r}. Say one of them.")
    holding = [*columns, *([] if manager is None or manager in columns else [manager])]
    gone = dict.fromkeys(drop, "as asked")
    gone |= {one: "it holds what people are called" for one in (label, email) if one is not None}
    clash = [one for one in (id, *holding) if one in gone]
    if clash:
        raise ConfigError(
            f"{CALLER} is told to drop the column {clash[0]!r}, which holds ids. Say one of them."
        )

    cohorts = {"people": read_people(people, id, label=label, manager=manager, email=email, at_least=1)}
    cohorts |= {
        name: read_people(table, id, at_least=1)
        for name, table in (("others", others), ("org", org))
        if table is not None
    }
    pairs = {
        name: read_table(table, what=name)
        for name, table in (("history", history), ("locks", locks))
        if table is not None
    }
    _need([*holding, *gone, *keep], cohorts, pairs)
    names = _Names(key)
    for cohort in cohorts.values():
        names.know([one for one in cohort.ids.tolist() if (type(one).__name__, str(one)) not in names.given])
    told: list[tuple[str, str, str, str]] = []
    made: dict[str, Any] = {}
    kind = cohorts["people"].in_kind
    for name, cohort in cohorts.items():
        only = [id, *holding] if name == "org" else None
        made[name] = kind(_of_people(name, cohort, names, holding, gone, keep, only, told))
    for name, frame in pairs.items():
        made[name] = kind(_of_pairs(name, frame, names, holding, told))
    frame = pd.DataFrame(told, columns=["table", "column", "became", "why"], dtype=object)
    return Pseudonymised(columns=frame, mapping=names.mapping(), key=key, **made)


def _need(wanted: Sequence[str], cohorts: dict[str, Cohort], pairs: dict[str, pd.DataFrame]) -> None:
    known = [name for cohort in cohorts.values() for name in cohort.columns]
    known += [str(name) for frame in pairs.values() for name in frame.columns]
    items = [
        error_item(
            "unknown_column",
            f"{CALLER} is told of the column {name!r}, which no table has.{did_you_mean(name, known)}",
            column=name,
            found=name,
            accepted=known,
        )
        for name in dict.fromkeys(wanted)
        if name not in known
    ]
    if items:
        raise ConfigError(items)


def _of_people(
    table: str,
    cohort: Cohort,
    names: _Names,
    holding: Sequence[str],
    gone: dict[str, str],
    keep: Sequence[str],
    only: Sequence[str] | None,
    told: list[tuple[str, str, str, str]],
) -> pd.DataFrame:
    """Return a table of people, and tell of its columns."""
    data: dict[str, Any] = {}
    called = _called(cohort, gone, (*keep, *holding))
    for name in cohort.columns:
        cells = cohort.column(name).tolist()
        why = gone.get(name)
        free = why is None and name not in keep and (only is None or name in only)
        if free and name != cohort.id and name not in holding and _holds_nothing_else(name, cells, names):
            # vetoes and managers: to leave them out would let people be paired against them
            data[name] = [names.cell(cell, f"Column {name!r} of {table}") for cell in cells]
            told.append((table, name, REPLACED, "it holds ids of people here"))
            continue
        if why is None and name in (cohort.id, *holding):
            where = f"Column {name!r} of {table}"
            read = names.one if name == cohort.id else names.cell
            data[name] = [read(cell, where) for cell in cells]
            told.append((table, name, REPLACED, _replaced(cells, cohort, names)))
            continue
        if why is None and only is not None and name not in only:
            why = "of the whole staff only reporting lines are kept"
        if why is None and name not in keep:
            why = (
                why_identifying(name, cells) or _names_people(name, cells, names) or _tells_who(cells, called)
            )
        if why is None:
            data[name] = cells
            told.append((table, name, KEPT, "as asked" if name in keep else ""))
        else:
            told.append((table, name, DROPPED, why))
    return _sorted(data, [cohort.id])


def _replaced(cells: Sequence[Any], cohort: Cohort, names: _Names) -> str:
    known = set(map(str, names.ids))
    strangers = sum(
        any(str(one) not in known for one in ids_in_cell(cell, names.ids)) and str(cell) not in known
        for cell in cells
    )
    return f"{counted(strangers, 'cell')} with ids that nobody here has" if strangers else ""


def _called(cohort: Cohort, gone: dict[str, str], spared: Sequence[str]) -> set[str]:
    """Return what people here are called, in small letters: the cells of columns that say who somebody is."""
    found: set[str] = set()
    for name in cohort.columns:
        cells = [cell for cell in cohort.column(name).tolist() if isinstance(cell, str)]
        telling = name in gone or (name not in spared and name != cohort.id and why_identifying(name, cells))
        if telling and len(set(cells)) > len(cells) // 2:
            found |= {cell.strip().casefold() for cell in cells}
    names = {cell for cell in found if len(cell) > 2 and any(letter.isalpha() for letter in cell)}
    turned = {", ".join(reversed(cell.rsplit(" ", 1))) for cell in names if " " in cell}
    return names | turned


def _tells_who(cells: Sequence[Any], called: set[str]) -> str | None:
    """Say why a column that nobody spoke of names people by what they are called, as managers often are."""
    said = [cell.casefold() for cell in cells if isinstance(cell, str)]
    pieces = (piece.strip() for cell in said for piece in (cell, *cell.replace("|", ";").split(";")))
    if called.isdisjoint(pieces):
        return None
    return "it holds what people here are called: name it in manager= for pseudonyms, or in keep="


def _holds_nothing_else(name: str, cells: Sequence[Any], names: _Names) -> bool:
    """Whether a column that nobody spoke of holds ids of people here, and nothing else."""
    if _names_people(name, cells, names) is None:
        return False
    known = set(map(str, names.ids))
    return all(str(one) in known for cell in cells for one in ids_in_cell(cell, names.ids))


def _names_people(name: str, cells: Sequence[Any], names: _Names) -> str | None:
    """Say why a column that nobody spoke of seems to hold ids: small numbers may be anything else."""
    if all(isinstance(id, int) for id in names.ids):
        words = set(name.casefold().replace("-", "_").replace(" ", "_").split("_"))
        if not words & _OF_OTHERS:
            return None
    known = set(map(str, names.ids))
    found = any(str(one) in known for cell in cells for one in ids_in_cell(cell, names.ids))
    return "it holds ids of people here: name it in columns= for pseudonyms, or in keep=" if found else None


def _of_pairs(
    table: str,
    frame: pd.DataFrame,
    names: _Names,
    holding: Sequence[str],
    told: list[tuple[str, str, str, str]],
) -> pd.DataFrame:
    """Return a table of pairs, and tell of its columns."""
    ids = [name for name in frame.columns if name in holding or str(name).casefold() in _PAIRS]
    if not ids:
        listed = ", ".join(map(repr, frame.columns))
        message = f"No column of {table} is known to hold ids. It has: {listed}. Name them in columns=."
        raise InputError(
            error_item("unknown_column", message, found=list(frame.columns), accepted=["a", "b"])
        )
    data: dict[str, Any] = {}
    for name in frame.columns:
        cells = frame[name].tolist()
        if name in ids:
            data[name] = [names.one(cell, f"Column {name!r} of {table}") for cell in cells]
            told.append((table, name, REPLACED, ""))
        elif str(name).casefold() in _BESIDE:
            data[name] = cells
            told.append((table, name, KEPT, ""))
        else:
            # an id of a pair is a hash of its ids without a key: who has a list of people finds out whose it is
            told.append((table, name, DROPPED, "not needed of a table of pairs"))
    return _sorted(data, [name for name in data if name not in ids] + ids)


def _sorted(data: dict[str, list[Any]], by: Sequence[str]) -> pd.DataFrame:
    """Put rows in an order that tells nothing of the one in which they came."""
    count = len(next(iter(data.values()), []))
    order = sorted(range(count), key=lambda at: tuple(str(data[name][at] or "") for name in by))
    return pd.DataFrame(
        {name: pd.Series([cells[at] for at in order], dtype=object) for name, cells in data.items()}
    )
