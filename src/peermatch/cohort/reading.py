"""read_people: from whatever people come in to a Cohort."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from peermatch.checks import must_be, nearest
from peermatch.cohort.building import cohort_of
from peermatch.cohort.cohort import Cohort
from peermatch.cohort.delimited import delimited_table
from peermatch.cohort.frames import in_memory
from peermatch.cohort.missing import MISSING, check_missing
from peermatch.cohort.table import Repair, Table
from peermatch.cohort.workbooks import parquet_table, workbook_table
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["read_people"]

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
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int | None = None,
    missing: Iterable[str] = MISSING,
    at_least: int = 2,
) -> Cohort:
    """Read, check and put in order a table of people.

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
    encoding : str, optional
        Of a text file. UTF-8, with or without a byte-order mark, when not given.
    separator : str, optional
        Of a text file. A comma (.tsv: a tab) when not given; a semicolon or tab where the header has these
        and no comma.
    sheet : str or int, optional
        Of a workbook: a sheet's name, or its number from 1. The first when not given.
    missing : list of str, optional
        Words that mean "no answer" where a cell holds nothing else: NA, N/A, NULL and their like when not given
        (an empty list: none). Ids and labels are left alone; every column changed is a repair.
    at_least : int, default 2
        How many people there must be. One side of two may be a single person.

    Returns
    -------
    Cohort

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
    >>> people.repairs[["row", "id", "reason"]].values.tolist()
    [[2, 'a', 'white space around the id was removed']]
    """
    _check_names(id=id, label=label, eligible=eligible)
    words = check_missing(missing)
    options = {"encoding": encoding, "separator": separator, "sheet": sheet}
    if isinstance(source, Cohort):
        _check_options(options, "a Cohort", None)
        return _again(source, id, label, eligible, at_least)
    if isinstance(source, (str, os.PathLike)):
        table = file_table(source, options)
    else:
        _check_options(options, "a table in memory", None)
        table = in_memory(source)
    return cohort_of(table, id, label=label, eligible=eligible, missing=words, at_least=at_least)


def _check_names(**names: Any) -> None:
    for parameter, name in names.items():
        if isinstance(name, str) or (name is None and parameter != "id"):
            continue
        constraint = "the name of a column"
        message = must_be("read_people()", parameter, constraint, name)
        raise ConfigError(error_item("column_name", message, found=name, accepted=constraint))


def _check_options(options: dict[str, Any], kind: str, suffix: str | None) -> None:
    for parameter, value in options.items():
        home, suffixes = _OPTIONS[parameter]
        if value is not None and suffix not in suffixes:
            message = (
                f"The {parameter} parameter of read_people() is for {home}; here people come from {kind}."
            )
            raise ConfigError(error_item("option_without_use", message, found=value, accepted=None))


# ---- files ----------------------------------------------------------------------------------------------


def file_table(source: str | os.PathLike[str], options: dict[str, Any]) -> Table:
    """Return the table in a file, by the ending of its name.

    Parameters
    ----------
    source : path
        A .csv, .tsv, .txt, .xlsx, .xlsm or .parquet file.
    options : dict
        With the keys encoding, separator and sheet; None for those not given.

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
    if suffix == ".parquet":
        return parquet_table(data, where)
    if suffix in (".xlsx", ".xlsm"):
        return workbook_table(data, where, sheet=options["sheet"])
    default = "\t" if suffix == ".tsv" else ","
    encoding, separator = options["encoding"], options["separator"]
    return delimited_table(data, where, default=default, encoding=encoding, separator=separator)


def _bytes_of(path: Path, where: str) -> bytes:
    try:
        return path.read_bytes()
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


def _again(cohort: Cohort, id: str, label: str | None, eligible: str | None, at_least: int) -> Cohort:
    label, eligible = label or cohort.label, eligible or cohort.eligible
    same = (id, label, eligible) == (cohort.id, cohort.label, cohort.eligible)
    if same and len(cohort) >= at_least:
        return cohort
    told = cohort.repairs[["column", "row", "found", "became", "reason"]].itertuples(index=False, name=None)
    repairs = [Repair(*one) for one in told]
    columns = [cohort.frame[name].to_numpy(dtype=np.object_) for name in cohort.columns]
    table = Table(cohort.columns, columns, cohort.rows, cohort.kind, "the cohort", repairs)
    # What was missing then is missing still, and nothing more.
    words: frozenset[str] = frozenset()
    return cohort_of(table, id, label=label, eligible=eligible, missing=words, at_least=at_least)
