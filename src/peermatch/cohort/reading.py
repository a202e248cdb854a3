"""read_people: from whatever people come in to a Cohort."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from peermatch.checks import must_be, nearest
from peermatch.cohort.building import cohort_of
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.delimited import delimited_table
from peermatch.cohort.frames import in_memory
from peermatch.cohort.headers import tidy_name
from peermatch.cohort.limits import check_bytes
from peermatch.cohort.missing import MISSING, NOTHING, check_missing
from peermatch.cohort.table import REPAIR_COLUMNS, Repair, Table
from peermatch.cohort.wishes import Wishes, check_day, check_day_first, check_rule
from peermatch.cohort.wording import capped
from peermatch.cohort.workbooks import parquet_table, workbook_table
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["file_table", "read_people"]

_MOST_REFUSALS = 1_000
_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet")
# Which options say something about which kind of source.
_OPTIONS = {
    "encoding": ("a text file (.csv, .tsv)", {".csv", ".tsv", ".txt"}),
    "separator": ("a text file (.csv, .tsv)", {".csv", ".tsv", ".txt"}),
    "sheet": ("an Excel workbook (.xlsx)", {".xlsx", ".xlsm"}),
}


def read_people(
    source: Any,
    id: str,
    *,
    label: str | None = None,
    eligible: str | None = None,
    manager: str | None = None,
    email: str | None = None,
    left: str | None = None,
    as_of: str | dt.date | None = None,
    duplicates: str = "refuse",
    day_first: bool | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    missing: Iterable[str] = MISSING,
    strict: bool = False,
    at_least: int = 2,
) -> Cohort:
    """Read, check, mend and put in order a table of people.

    Parameters
    ----------
    source : Cohort, table, list of dict, or path
        A pandas, polars or pyarrow table; records, one a person; or a path to a .csv, .tsv, .xlsx or .parquet
        file. A Cohort is returned as it is, or checked again where `id`, `label` or `eligible` name other
        columns than its own.
    id : str
        The column of ids: text or whole numbers, different for everyone. In text files ids are text.
    label : str, optional
        The column that people read (a name). Never used for matching.
    eligible : str, optional
        The column that says who takes part: yes, true, 1, y, x; or no, false, 0, n, or nothing at all.
    manager : str, optional
        The column of managers. E-mail addresses and names ("Last, First" too) become ids where they can only mean one
        person; managers who are not in the table, and lines that run in a circle, are reported.
    email : str, optional
        The column of e-mail addresses, by which managers may be named. One address of two people is reported.
    left : str, optional
        The column that says who has left: a yes, a word such as "terminated", or a last day (which needs `as_of`).
        They do not take part.
    as_of : date or str, optional
        The day from which last days are counted, such as "2026-12-01".
    duplicates : {"refuse", "first", "last", "fill", "current"}, default "refuse"
        What is done with several rows of one id. "refuse": an error. "first", "last": that row stays. "fill": one row,
        each cell from the row that has it; rows that contradict each other are an error. "current": the only row
        that `left` does not mark.
    day_first : bool, optional
        Whether dates such as 03/04/2019 have the day first. Where nothing in the column tells, and this doesn't
        either, such dates are left as they are, and reported.
    encoding : str, optional
        Of a text file. Detected when not given: UTF-8 and UTF-16, or cp1252, which is a repair.
    separator : str, optional
        Of a text file. A comma (.tsv: a tab) when not given; a semicolon, tab or vertical bar where these cut the
        first lines evenly and the comma does not.
    sheet : str or int, optional
        Of a workbook: a sheet's name, or its number from 1. The first that is not hidden when not given.
    missing : list of str, optional
        Words that mean "no answer" where a cell holds nothing else: NA, N/A, "Prefer not to say", "-", "#REF!" and
        their like when not given (an empty list: none). Ids and labels are left alone; each word is a repair.
    strict : bool, default False
        Refuse a table in which anything had to be mended, or was left open: each repair is one item of the error.
    at_least : int, default 2
        How many people there must be. One side of two may be a single person.

    Returns
    -------
    Cohort
        Its `repairs` has a row for everything that was mended, left out, or left for a person to decide.

    Raises
    ------
    InputError
        With one item for each thing that is wrong: code, column, row, id, found, accepted.
    ConfigError
        If an option is not a possible one, or says nothing about this kind of source.

    Examples
    --------
    >>> people = read_people([{"id": "b", "in": "yes"}, {"id": "a ", "in": None}], id="id", eligible="in")
    >>> people.ids.tolist(), people.taking_part.tolist(), people.reasons_out.tolist()
    (['a', 'b'], [False, True], ['not taking part: in is empty', None])
    >>> people.repairs[["row", "id", "reason", "sure"]].values.tolist()
    [[2, 'a', 'white space around the id was removed', 'certain']]
    """
    columns = {
        name: None if column is None else tidy_name(column)
        for name, column in _checked_names(
            id=id, label=label, eligible=eligible, manager=manager, email=email, left=left
        ).items()
    }
    wishes = Wishes(
        id=str(columns["id"]),
        label=columns["label"],
        eligible=columns["eligible"],
        manager=columns["manager"],
        email=columns["email"],
        left=columns["left"],
        as_of=check_day(as_of),
        duplicates=check_rule(duplicates, left),
        day_first=check_day_first(day_first),
        missing=check_missing(missing),
        at_least=at_least,
    )
    options = {"encoding": encoding, "separator": separator, "sheet": sheet}
    if isinstance(source, Cohort):
        _check_options(options, "a Cohort", None)
        cohort = _again(source, wishes)
    elif isinstance(source, (str, os.PathLike)):
        wanted = [name for name in columns.values() if name is not None]
        cohort = cohort_of(file_table(source, options, wanted), wishes)
    else:
        _check_options(options, "a table in memory", None)
        cohort = cohort_of(in_memory(source), wishes)
    if strict and len(cohort.repairs):
        raise InputError(_refusals(cohort))
    return cohort


def _refusals(cohort: Cohort) -> list[dict[str, Any]]:
    """Return an item for each repair, for those who want a table without any."""
    items = []
    for one in cohort.repairs.to_dict("records"):
        row = None if one["row"] is None else int(one["row"])
        where = f"Row {row:,}: " if row is not None else ""
        where += f"column {one['column']!r}: " if one["column"] is not None else ""
        became = (
            f" (would become {one['became']!r})"
            if one["became"] != one["found"] and one["found"] is not None
            else ""
        )
        message = f"{where}{one['reason']}{became}. Refused, since strict=True."
        item = error_item(
            one["code"],
            message,
            column=one["column"],
            row=row,
            id=one["id"],
            found=one["found"],
            accepted=one["became"],
        )
        items.append(item)
    return capped(items, len(items), "repairs", limit=_MOST_REFUSALS)


def _checked_names(**names: Any) -> dict[str, Any]:
    for parameter, name in names.items():
        if isinstance(name, str) or (name is None and parameter != "id"):
            continue
        constraint = "the name of a column"
        message = must_be("read_people()", parameter, constraint, name)
        raise ConfigError(error_item("column_name", message, found=name, accepted=constraint))
    return names


def _check_options(options: dict[str, Any], kind: str, suffix: str | None) -> None:
    for parameter, value in options.items():
        home, suffixes = _OPTIONS[parameter]
        if value is not None and suffix not in suffixes:
            message = (
                f"The {parameter} parameter of read_people() is for {home}; here people come from {kind}."
            )
            raise ConfigError(error_item("option_without_use", message, found=value, accepted=None))


# ---- files ----------------------------------------------------------------------------------------------


def file_table(
    source: str | os.PathLike[str], options: dict[str, Any], wanted: Collection[str] = ()
) -> Table:
    """Return the table in a file, by the ending of its name.

    Parameters
    ----------
    source : path
        A .csv, .tsv, .txt, .xlsx, .xlsm or .parquet file.
    options : dict
        With the keys encoding, separator and sheet; None for those not given.
    wanted : collection of str
        Columns that must be there, where they are known: they tell which row is the header.

    Raises
    ------
    InputError
        If it cannot be read, or is not what its name says.
    ConfigError
        If an option says nothing about this kind of file.
    """
    where = os.fspath(source)
    if "://" in where:
        message = f"{where} is an address. Only files on this machine are read: download it first."
        raise InputError(error_item("not_a_path", message, found=where, accepted="a path"))
    path = Path(where)
    suffix = path.suffix.lower()
    data = _bytes_of(path, where)
    if suffix not in _SUFFIXES:
        known = "Known: .csv, .tsv, .xlsx and .parquet."
        advice = "Save it as .xlsx or .csv." if suffix in (".xls", ".xlsb", ".ods", ".numbers") else known
        shown = f"the ending {suffix!r}" if suffix else "no ending"
        message = f"{where} has {shown}, so its format is not known. {advice}"
        raise InputError(error_item("unknown_format", message, found=suffix, accepted=list(_SUFFIXES)))
    _check_options(options, f"a {suffix} file", suffix)
    table = _table_in(data, where, suffix, options, wanted)
    table.how = {"file": path.name, **table.how}
    return table


def _table_in(
    data: bytes, where: str, suffix: str, options: dict[str, Any], wanted: Collection[str]
) -> Table:
    if suffix == ".parquet":
        return parquet_table(data, where)
    if suffix in (".xlsx", ".xlsm"):
        return workbook_table(data, where, sheet=options["sheet"], wanted=wanted)
    default = "\t" if suffix == ".tsv" else ","
    encoding, separator = options["encoding"], options["separator"]
    return delimited_table(
        data, where, default=default, encoding=encoding, separator=separator, wanted=wanted
    )


def _bytes_of(path: Path, where: str) -> bytes:
    try:
        check_bytes(path.stat().st_size, where)
        return path.read_bytes()
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        message = f"There is no file {where}."
        hint = nearest(path.name, _names_beside(path))
        if hint:
            message += f" Did you mean {str(path.parent / hint)!r}?"
        elif not path.is_absolute():
            message += " The path is taken from the current folder."
        code = "file_not_found"
    except IsADirectoryError:
        message, code = f"{where} is a folder. Name the file in it.", "is_a_folder"
    except PermissionError:
        message, code = f"{where} may not be read: permission denied. Ask for access to it.", "unreadable"
    except (OSError, ValueError) as error:
        message, code = f"{where[:200]} cannot be read ({error}).", "unreadable"
    raise InputError(error_item(code, message, found=where, accepted="a file that can be read"))


def _names_beside(path: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in path.parent.iterdir() if entry.suffix.lower() in _SUFFIXES)
    except OSError:
        return []


# ---- a cohort once more ---------------------------------------------------------------------------------


def _again(cohort: Cohort, wishes: Wishes) -> Cohort:
    wishes = replace(wishes, label=wishes.label or cohort.label, eligible=wishes.eligible or cohort.eligible)
    same = (wishes.id, wishes.label, wishes.eligible) == (cohort.id, cohort.label, cohort.eligible)
    if same and wishes.asks_nothing_more and len(cohort) >= wishes.at_least:
        return cohort
    told = (
        cohort.repairs[list(REPAIR_COLUMNS[: len(Repair._fields) + 1])]
        .drop(columns="id")
        .itertuples(index=False, name=None)
    )
    repairs = [Repair(*one) for one in told]
    columns = [cohort.frame[name].to_numpy(dtype=np.object_) for name in cohort.columns]
    table = Table(
        cohort.columns, columns, cohort.rows, cohort.kind, "the cohort", repairs, how=dict(cohort.how)
    )
    # What was missing then is missing still, and nothing more; what was mended is.
    return cohort_of(table, replace(wishes, missing=NOTHING, mended=True))
