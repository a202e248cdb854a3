"""``peermatch inspect``: how a table of people is read, what was mended, what its columns are for, what to do next."""

from __future__ import annotations

import argparse
import json
import math
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from peermatch.cli.console import BAD_INPUT, DONE, Console
from peermatch.cli.identity import Guess, find_id
from peermatch.cli.roles import Role, find_roles, roles_of
from peermatch.cohort import Cohort, read_people
from peermatch.cohort.wording import counted
from peermatch.errors import ConfigError, InputError

__all__ = ["Inspection", "inspect_table", "run_inspect"]

_WIDTH = 110
_SHOWN = 40
_FEW_ALIKE = 5
_SCHEMA = "peermatch/inspection/1"
_ALWAYS = ("eligible", "left", "manager", "veto", "people")
"""Roles on which it depends who is paired: each of their columns is shown."""


@dataclass(frozen=True)
class Inspection:
    """What is to be said of a table.

    Attributes
    ----------
    people : Cohort
    id : Guess
    roles : list of Role
    """

    people: Cohort
    id: Guess
    roles: list[Role]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        people = self.people
        return {
            "schema": _SCHEMA,
            "how": dict(people.how),
            "people": len(people),
            "taking_part": int(people.taking_part.sum()),
            "columns": people.columns,
            "id": people.id,
            "repairs": [_plain(row) for row in _records(people.repairs)],
            "roles": [
                {"role": one.role, "column": one.column, "sure": one.sure, "reason": one.reason}
                for one in self.roles
            ],
        }


def run_inspect(args: argparse.Namespace, console: Console) -> int:
    """Read a table, and say all that is to be said of it; nothing is written."""
    if args.people == "-":
        raise ConfigError("peermatch inspect reads a file: save the records as a table first.")
    try:
        found = inspect_table(args.people, **_options(args))
    except InputError as error:
        if not args.json or isinstance(error, ConfigError):
            raise
        console.data(
            json.dumps(
                {"schema": _SCHEMA, "errors": [_plain(item) for item in error.items]}, ensure_ascii=False
            )
        )
        return BAD_INPUT
    refused = args.strict and len(found.people.repairs) > 0
    if args.json:
        console.data(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        console.result("\n".join(_lines(found, args.people)))
    if refused:
        console.error(f"{counted(len(found.people.repairs), 'repair')}, and none is accepted: --strict.")
        return BAD_INPUT
    return DONE


def _options(args: argparse.Namespace) -> dict[str, Any]:
    names = ("id", "label", "manager", "email", "left", "as_of", "duplicates", "encoding", "separator")
    options = {name: getattr(args, name) for name in names}
    options["sheet"] = int(args.sheet) if args.sheet and args.sheet.isdigit() else args.sheet
    options["day_first"] = True if args.day_first else False if args.month_first else None
    return options


def inspect_table(
    path: str,
    *,
    id: str | None = None,
    label: str | None = None,
    manager: str | None = None,
    email: str | None = None,
    **options: Any,
) -> Inspection:
    """Read a table with the columns that are named, or that are found to be what is needed.

    Parameters
    ----------
    path : str
    id, label, manager, email : str, optional
        Columns; found where they are not given.
    **options
        As for `read_people`.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    reading = {name: options.get(name) for name in ("encoding", "separator", "sheet")}
    guess = Guess(id, "as you said") if id is not None else find_id(Path(path), **reading, tolerant=True)
    first = read_people(path, guess.name, **options)
    roles = find_roles(first, guess)
    listed = roles_of(first, roles)
    label = label or (roles.label.name if roles.label is not None else None)
    manager = manager or next((one.column for one in listed if one.role == "manager"), None)
    email = email or next(
        (one.column for one in listed if one.role == "email" and one.column != manager), None
    )
    people = read_people(path, guess.name, label=label, manager=manager, email=email, **options)
    return Inspection(people, guess, roles_of(people, find_roles(people, guess)))


# ---- in words -------------------------------------------------------------------------------------------


def _lines(found: Inspection, path: str) -> Iterator[str]:
    people = found.people
    yield from _headed(f"How {path} was read")
    yield from _how(people)
    repairs = [_plain(row) for row in _records(people.repairs)]
    yield from _headed(_counted_repairs(repairs))
    if repairs:
        rows = _for_people(repairs)
        yield from _table(("where", "found", "became", "sure", "why"), rows[:_SHOWN], (24, 20, 20, 7, 0))
        if len(rows) > _SHOWN:
            yield f"... and {len(rows) - _SHOWN:,} more: --json has all of them, and so has people.repairs in Python."
    else:
        yield "Nothing had to be mended, and nothing is open."
    yield from _headed("What the columns seem to be for")
    yield from _table(
        ("role", "column", "sure", "why"),
        list(_roles([one for one in found.roles if one.role != "other"])),
        (12, 26, 7, 0),
    )
    others = [one.column for one in found.roles if one.role == "other"]
    if others:
        yield from textwrap.wrap(f"No use was found for: {', '.join(others)}.", _WIDTH)
    yield from _headed("What to do next")
    yield from _next(found, path, repairs)


def _for_people(repairs: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return the rows of the table, doubtful ones first; what is said many times over is one row."""
    order = {"open": 0, "likely": 1, "certain": 2}
    groups: dict[Any, list[dict[str, Any]]] = {}
    for at, row in enumerate(repairs):
        same = {"missing_word": str(row["found"]), "manager_not_found": row["reason"]}.get(row["code"])
        groups.setdefault(at if same is None else (row["code"], same), []).append(row)
    shown: list[tuple[int, tuple[str, ...]]] = []
    for rows in groups.values():
        if len(rows) > _FEW_ALIKE:
            shown.append((order[rows[0]["sure"]], _together(rows)))
            continue
        for row in rows:
            cells = (_where(row), _cell(row["found"]), _became(row), row["sure"], row["reason"])
            shown.append((order[row["sure"]], cells))
    return [cells for _, cells in sorted(shown, key=lambda one: one[0])]


def _together(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return one row for many repairs of a kind: one word in many columns, or many managers of one column."""
    first = rows[0]
    cells = counted(sum(row["count"] for row in rows), "cell")
    if first["code"] == "missing_word":
        reason = f"{cells} that say {first['found']} were taken as missing"
        return (f"{len(rows):,} columns", _cell(first["found"]), "(missing)", first["sure"], reason)
    found = f"{_cell(first['found'])} and {len(rows) - 1:,} more"
    return (str(first["column"]), found, "(left)", first["sure"], f"{cells}: {first['reason']}")


def _roles(roles: Sequence[Role]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each column; the rest of many open ones of a kind is one row."""
    for name in dict.fromkeys(one.role for one in roles):
        alike = [one for one in roles if one.role == name]
        shown = [one for one in alike if one.sure != "open" or name in _ALWAYS]
        rest = [one for one in alike if one not in shown]
        few = rest if len(rest) <= _FEW_ALIKE else rest[:2]
        for one in (*shown, *few):
            yield one.role, one.column, one.sure, one.reason
        if len(few) < len(rest):
            names = ", ".join(one.column for one in rest[len(few) :])
            yield name, f"{len(rest) - len(few):,} more", "open", names


def _headed(title: str) -> Iterator[str]:
    yield from ("", title, "-" * min(len(title), _WIDTH))


def _how(people: Cohort) -> Iterator[str]:
    how = people.how
    facts = [f"{counted(len(people), 'person', 'people')}, {counted(len(people.columns), 'column')}"]
    out = len(people) - int(people.taking_part.sum())
    if out:
        facts.append(f"{out:,} of them not taking part")
    names = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
    if how.get("format") == "text":
        mark = ", with a byte-order mark" if how.get("byte_order_mark") else ""
        facts.append(
            f"text in {how['encoding']}{mark}, cells separated by {names.get(how['separator'], how['separator'])}"
        )
    if how.get("sheet"):
        facts.append(f"the sheet {how['sheet']!r}")
    if how.get("header", 1) > 1:
        facts.append(f"the header stands in row {how['header']}")
    yield from textwrap.wrap("; ".join(facts) + ".", _WIDTH)
    shown = ", ".join(str(id) for id in people.ids[:3])
    yield f"Ids from the column {people.id!r}, as written: {_short(shown, 80)}{', ...' if len(people) > 3 else ''}"


def _counted_repairs(repairs: Sequence[dict[str, Any]]) -> str:
    many = Counter(row["sure"] for row in repairs)
    parts = [f"{many[sure]:,} {sure}" for sure in ("certain", "likely", "open") if many[sure]]
    return f"{counted(len(repairs), 'repair')}{': ' + ', '.join(parts) if parts else ''}"


def _where(row: dict[str, Any]) -> str:
    parts = []
    if row["column"] is not None:
        parts.append(str(row["column"]))
    if row["row"] is not None:
        parts.append(f"row {row['row']:,}")
    if row["id"] is not None and row["column"] is not None:
        parts.append(f"({row['id']})")
    if not parts:
        return "the file"
    return " ".join(parts)


def _became(row: dict[str, Any]) -> str:
    if row["sure"] == "open" and row["became"] == row["found"]:
        return "(left)"
    return "(missing)" if row["became"] is None and row["column"] is not None else _cell(row["became"])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split()) if str(value).strip() else repr(value)
    text = text if text == str(value) else repr(str(value))
    return _short("".join(sign if sign.isprintable() else "?" for sign in text), 60)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """Yield a table whose cells are wrapped; the last column takes what is left."""
    room = [
        min(width, max([len(name), *(len(row[at]) for row in rows)])) if width else 0
        for at, (name, width) in enumerate(zip(names, widths, strict=True))
    ]
    room[-1] = _WIDTH - sum(room) - 2 * (len(room) - 1)
    for row in (names, *rows):
        cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, room, strict=True)]
        for line in range(max(map(len, cells))):
            parts = [cell[line] if line < len(cell) else "" for cell in cells]
            yield "  ".join(part.ljust(width) for part, width in zip(parts, room, strict=True)).rstrip()


def _next(found: Inspection, path: str, repairs: Sequence[dict[str, Any]]) -> Iterator[str]:
    advice = []
    codes = {row["code"] for row in repairs}
    for code, text in _ADVICE.items():
        if code in codes:
            advice.append(text)
    if any(row["sure"] == "likely" for row in repairs):
        advice.append("Read the repairs that are likely: where one is wrong, correct the table.")
    given = [f"id={found.people.id!r}"]
    for name in ("label", "manager", "email"):
        column = next((one.column for one in found.roles if one.role == name), None)
        if column is not None and column != found.people.id:
            given.append(f"{name}={column!r}")
    advice.append(f"In Python: peermatch.read_people({path!r}, {', '.join(given)})")
    advice.append(
        f"Draft a configuration: peermatch init {shlex.quote(path)} --id {shlex.quote(found.people.id)}"
    )
    for text in advice:
        yield from textwrap.wrap(text, _WIDTH, initial_indent="- ", subsequent_indent="  ")


_ADVICE = {
    "ambiguous_date": "Say which comes first: --day-first or --month-first (day_first= in Python).",
    "maybe_left": "Say with --left which column tells who has left: they don't take part then.",
    "same_email": "Look at people with the same e-mail address: one person twice would be paired twice.",
    "manager_not_found": "Managers who do not take part: give the whole staff with --org when you match.",
    "manager_circle": "Mend reporting lines that run in a circle, in the table.",
    "lost_digits": "Export ids as text: a spreadsheet has shortened them.",
    "short_id": "Check ids that are shorter than the others: a spreadsheet may have taken their leading zeros.",
    "formula": "Open the workbook in a spreadsheet program and save it, so that formulas have values.",
    "hidden_column": "Columns that are hidden in the sheet were read: take them out if they are not meant to be.",
    "hidden_rows": "Rows that are hidden in the sheet were read: take them out if they are not meant to be.",
    "not_a_date": "Correct the cells that are no days, or leave them empty.",
}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        dict(zip(map(str, frame.columns), row, strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _jsonable(value) for name, value in row.items()}


def _jsonable(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [_jsonable(one) for one in value]
    return str(value)
