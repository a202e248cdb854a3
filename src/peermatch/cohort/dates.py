"""Columns of days, in the forms people write them, to one form: never by guessing which number is the month.

A column is judged as a whole: 31/03/2019 in one row says how 03/04/2019 in another was meant. Where no row says it,
such days are left as they are and reported. Text stays text (2019-03-31); beside real dates, as workbooks have them, it
becomes a date.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from peermatch.cohort.cells import as_objects
from peermatch.cohort.contents import Contents
from peermatch.cohort.table import Repair, Sure
from peermatch.cohort.wording import counted

__all__ = ["mend_dates"]

_MOSTLY = 0.8  # of a column's different texts must be days
_SAMPLE = 200
_LONGEST = 40  # letters of a day, with the month in words and a time
_MOST_ODD = 20

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}.*)?)?")
_MIDNIGHT = re.compile(r"[T ]+00?:00(?::00(?:\.0+)?)?(?: ?AM)?$")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_SHORT_YEAR = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{2})")
_MONTH_YEAR = re.compile(r"([0-9]{1,2})[-/.]([0-9]{4})")
_DAY_WORD = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.)?(?: de)?[ -]([^\W\d_]+)\.?,?(?: de)?[ -]([0-9]{4})")
_WORD_DAY = re.compile(r"([^\W\d_]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_WORD_YEAR = re.compile(r"([^\W\d_]+)\.?[ -]([0-9]{4})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.0)?")
_EPOCH = dt.date(1899, 12, 30)
_SERIALS = (14_611, 73_050)  # 1940 to 2099
_NAMED = re.compile(r"(?i)\b(date|dob|hired?|joined|start(?:ed)?|since|birth(?:day)?|datum|fecha|eintritt)\b")

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january januar janvier enero janv ene", "feb february februar février febrero févr fév",
         "mar march märz mars marzo mär", "apr april avril abril avr abr", "may mai mayo",
         "jun june juni juin junio", "jul july juli juillet julio juil", "aug august août agosto ago",
         "sep sept september septembre septiembre", "oct october okt oktober octobre octubre",
         "nov november novembre noviembre", "dec december dez dezember décembre diciembre déc dic"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


class _Read(NamedTuple):
    """What a text may mean: its form, and the day in ISO form (both readings where two are possible)."""

    form: str
    iso: str = ""
    other: str = ""


def mend_dates(
    column: Contents, rows: npt.NDArray[np.int64], day_first: bool | None
) -> tuple[Contents, list[Repair]]:
    """Return a column with its days in one form, and what was done; itself where it is not one of days.

    Parameters
    ----------
    column : Contents
    rows : int64 array of shape (n,)
        For row numbers.
    day_first : bool or None
        What the caller says of days such as 03/04/2019.

    Examples
    --------
    >>> column = Contents("since", as_objects(["31/03/2019", "03/04/2019"]))
    >>> mended, repairs = mend_dates(column, np.array([1, 2]), None)
    >>> mended.values, [(repair.found, repair.sure) for repair in repairs]
    (['2019-03-31', '2019-04-03'], [('31/03/2019', 'certain'), ('03/04/2019', 'likely')])
    """
    texts = column.texts
    real = not column.kinds.isdisjoint((dt.date, dt.datetime))
    named = bool(_NAMED.search(column.name.replace("_", " ")))
    if list in column.kinds or not (texts or (_has_numbers(column) and (real or named))):
        return column, []
    if texts and not _may_be_days(texts):
        return column, []
    numbers = (
        {value for value in column.values if type(value) in (int, float)} if _has_numbers(column) else set()
    )
    read = {text: _read(text) for text in texts}
    serials = _serials(texts, numbers, read, real, named)
    known = sum(one.form not in ("", "serial") for one in read.values()) + len(serials)
    if known < _MOSTLY * (len(read) + len(numbers)) or not known:
        return column, []
    plans, repairs = _plan(texts, read, column.name, day_first)
    told: dict[Any, str] = dict(plans)
    if serials:
        told |= {value: _from_serial(value).isoformat() for value in serials}
        repairs.append(_serial_repair(serials, column))
    if not told and not repairs and not (real and texts):
        return column, []
    mended = Contents(column.name, as_objects([_new(value, told, real) for value in column.values]))
    return mended, _with_rows(repairs, column.values, rows)


def _has_numbers(column: Contents) -> bool:
    return not column.kinds.isdisjoint((int, float))


def _may_be_days(texts: Counter[str]) -> bool:
    """A quick look, first at how all texts begin or end, then at some of them, whatever the order of rows."""
    digits = sum(len(text) <= _LONGEST and (text[:1].isdigit() or text[-4:].isdigit()) for text in texts)
    if digits * 2 < len(texts):
        return False
    some = sorted(texts)[:: max(1, len(texts) // _SAMPLE)]
    return sum(len(text) <= _LONGEST and _read(text).form != "" for text in some) * 2 >= len(some)


def _read(text: str) -> _Read:
    if _ISO.fullmatch(text):
        return _Read("iso", text)
    plain = _MIDNIGHT.sub("", " ".join(text.split()))
    if found := _NUMERIC.fullmatch(plain):
        return _numeric(int(found[1]), int(found[3]), int(found[4]), found[2])
    if found := _YEAR_FIRST.fullmatch(plain):
        return _day("year first", int(found[1]), int(found[3]), int(found[4]))
    if found := _MONTH_YEAR.fullmatch(plain):
        month, year = int(found[1]), int(found[2])
        return (
            _Read("month/year", f"{year}-{month:02d}")
            if 1 <= month <= 12 and 1900 <= year <= 2100
            else _Read("")
        )
    if found := _DAY_WORD.fullmatch(plain):
        return _day("month in words", int(found[3]), _MONTHS.get(found[2].casefold(), 0), int(found[1]))
    if found := _WORD_DAY.fullmatch(plain):
        return _day("month in words", int(found[3]), _MONTHS.get(found[1].casefold(), 0), int(found[2]))
    if (found := _WORD_YEAR.fullmatch(plain)) and found[1].casefold() in _MONTHS:
        return _Read("month in words", f"{found[2]}-{_MONTHS[found[1].casefold()]:02d}")
    if _SHORT_YEAR.fullmatch(plain):
        return _Read("short year")
    if _SERIAL.fullmatch(text):
        return _Read("serial")
    return _Read("")


def _numeric(first: int, second: int, year: int, mark: str) -> _Read:
    by_day, by_month = _iso(year, second, first), _iso(year, first, second)
    if by_day and by_month and first != second:
        # with points, all who write so have the day first
        return _Read("day first, with points" if mark == "." else "either", by_day, by_month)
    if by_day:
        return _Read("day first" if first != second else "same", by_day)
    return _Read("month first", by_month) if by_month else _Read("")


def _day(form: str, year: int, month: int, day: int) -> _Read:
    iso = _iso(year, month, day)
    return _Read(form, iso) if iso else _Read("")


def _iso(year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return ""


# ---- what becomes of them -------------------------------------------------------------------------------

_SAID = {
    "day first": "written day/month/year: the first number is no month",
    "month first": "written month/day/year: the second number is no month",
    "same": "whose day and month are the same number",
    "year first": "written year/month/day",
    "month/year": "written month/year",
    "month in words": "with the month in words",
    "day first, with points": "written with points, where the day comes first",
    "iso": "",
}


def _plan(
    texts: Counter[str], read: dict[str, _Read], column: str, day_first: bool | None
) -> tuple[dict[str, str], list[Repair]]:
    """Return what each text becomes, and one repair for each form, with an example."""
    forms = Counter(one.form for one in read.values())
    plans: dict[str, str] = {}
    repairs: list[Repair] = []
    for form, why in _SAID.items():
        own = {text: one.iso for text, one in read.items() if one.form == form and one.iso != text}
        if own:
            plans |= own
            sure: Sure = "likely" if form == "day first, with points" else "certain"
            repairs.append(_repair(column, own, texts, f"days {why}", "date_form", sure))
    either = {text: one for text, one in read.items() if one.form == "either"}
    if either:
        own, repair = _settle(column, either, texts, forms, day_first)
        plans |= own
        repairs.append(repair)
    odd = sorted(text for text, one in read.items() if one.form in ("", "short year"))
    for text in odd[:_MOST_ODD]:
        why = "a year of two digits" if read[text].form == "short year" else "no day that can be read"
        reason = f"{why} among days; it was left as it is"
        repairs.append(
            Repair(column, None, text[:200], text[:200], reason, "not_a_date", "open", texts[text])
        )
    if len(odd) > _MOST_ODD:
        reason = f"and {counted(len(odd) - _MOST_ODD, 'more text')} that cannot be read as days"
        many = sum(texts[text] for text in odd[_MOST_ODD:])
        repairs.append(Repair(column, None, odd[-1][:200], odd[-1][:200], reason, "not_a_date", "open", many))
    return plans, repairs


def _settle(
    column: str, either: dict[str, _Read], texts: Counter[str], forms: Counter[str], day_first: bool | None
) -> tuple[dict[str, str], Repair]:
    """Decide on days that may be read in two ways: by what the caller says, or by the rest of the column, or not."""
    by_day, by_month = forms["day first"], forms["month first"]
    if day_first is not None:
        chosen, why, sure = day_first, f"days read as day_first={day_first} says", "certain"
    elif by_day and not by_month:
        chosen, sure = True, "likely"
        why = f"days read day/month/year, as {by_day:,} other different cells of the column must be"
    elif by_month and not by_day:
        chosen, sure = False, "likely"
        why = f"days read month/day/year, as {by_month:,} other different cells of the column must be"
    else:
        text = min(either)
        nothing = "cells of both kinds stand in the column" if by_day else "nothing in the column tells"
        reason = (
            f"day or month first? {text} is {either[text].iso} or {either[text].other}; {nothing}. Left as it is: say "
            "day_first=True or False"
        )
        repair = _repair(column, dict.fromkeys(either, ""), texts, reason, "ambiguous_date", "open")
        return {}, repair._replace(became=repair.found)
    plans = {text: one.iso if chosen else one.other for text, one in either.items()}
    return plans, _repair(
        column, plans, texts, why, "date_form", "certain" if sure == "certain" else "likely"
    )


def _repair(
    column: str, plans: dict[str, str], texts: Counter[str], why: str, code: str, sure: Sure
) -> Repair:
    example, many = min(plans), sum(texts[text] for text in plans)
    reason = why if many == 1 else f"{counted(many, 'cell')}: {why}"
    return Repair(column, None, example, plans[example], reason, code, sure, many)


def _with_rows(repairs: Iterable[Repair], values: list[Any], rows: npt.NDArray[np.int64]) -> list[Repair]:
    """Say in which row it was, where it was a single cell."""
    return [
        one._replace(row=int(rows[values.index(one.found)])) if one.many == 1 and one.found in values else one
        for one in repairs
    ]


def _new(value: Any, told: dict[Any, str], real: bool) -> Any:
    if type(value) not in (str, int, float) or value not in told:
        if real and type(value) is str and _ISO.fullmatch(value) and len(value) == 10:
            return dt.date.fromisoformat(value) if _iso(*map(int, value.split("-"))) else value
        return value
    iso = told[value]
    return dt.date.fromisoformat(iso) if real and len(iso) == 10 else iso


# ---- days as spreadsheets count them --------------------------------------------------------------------


def _serials(
    texts: Counter[str], numbers: set[Any], read: dict[str, _Read], real: bool, named: bool
) -> set[Any]:
    """Return the cells that are a spreadsheet's number of a day: among real days, or under a header that says so."""
    found = {text for text, one in read.items() if one.form == "serial"} | numbers
    inside = {value for value in found if _is_serial(value if type(value) is int else float(value))}
    if not found or inside != found:
        return set()
    others = len(texts) + len(numbers) - len(found)
    among = real or (others and sum(one.form not in ("", "serial") for one in read.values()) == others)
    return inside if among or (named and not others) else set()


def _is_serial(number: float) -> bool:
    return _SERIALS[0] <= number <= _SERIALS[1] and number == int(number)


def _from_serial(value: Any) -> dt.date:
    return _EPOCH + dt.timedelta(days=int(float(value)))


def _serial_repair(serials: set[Any], column: Contents) -> Repair:
    example = min(serials, key=str)
    many = sum(type(value) in (str, int, float) and value in serials for value in column.values)
    why = "days as the numbers by which spreadsheets count them, from 1899-12-30"
    reason = why if many == 1 else f"{counted(many, 'cell')}: {why}"
    return Repair(
        column.name, None, example, _from_serial(example).isoformat(), reason, "date_serial", "likely", many
    )
