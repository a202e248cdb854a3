"""Where results go, and what comes in through standard input."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TextIO

from peermatch.errors import ConfigError, InputError, OutputError, error_item

__all__ = [
    "HISTORY",
    "check_day",
    "check_writable",
    "make_folder",
    "records_from",
    "write_text",
    "wrong_option",
]

HISTORY = "history.csv"
"""The file of earlier pairs in the output folder."""


def check_writable(path: Path) -> None:
    """Refuse a file or folder that could not be written, before any work is done for it.

    Nothing is made. The nearest folder above that exists must be one that takes new entries.

    Raises
    ------
    OutputError
    """
    if path.exists():
        if not os.access(path, os.W_OK):
            raise OutputError(f"{path} cannot be written: permission denied.")
        return
    for parent in path.absolute().parents:
        try:
            is_there = parent.exists()
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from None
        if not is_there:
            continue
        if not parent.is_dir():
            raise OutputError(f"{path} cannot be written: {parent} is a file, not a folder.")
        if not os.access(parent, os.W_OK | os.X_OK):
            raise OutputError(f"{path} cannot be written: permission denied in {parent}.")
        return


def check_day(text: str | None) -> None:
    """Refuse an --as-of that is no date, also where nothing needs it.

    Raises
    ------
    ConfigError
    """
    if text is None:
        return
    from peermatch.encoders.dates import parse_date

    try:
        parse_date(text)
    except InputError as error:
        raise ConfigError(wrong_option("--as-of", "a date, such as 2026-12-01", text)) from error


def wrong_option(option: str, constraint: str, text: str) -> str:
    """Return the one sentence that every wrong option gets, in the form in which argparse speaks of them.

    Examples
    --------
    >>> wrong_option("--seed", "a whole number", "x")
    "argument --seed: must be a whole number. Got 'x' instead."
    """
    return f"argument {option}: must be {constraint}. Got {text!r} instead."


def make_folder(path: Path) -> Path:
    """Make a folder for results where it is missing.

    Raises
    ------
    OutputError
        If it is a file, or cannot be made.
    """
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path} cannot be written to: it is a file. Name a folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {path} cannot be made: {error.strerror or error}.") from None
    return path


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8.

    Raises
    ------
    OutputError
    """
    from peermatch.publication import write_files

    write_files(path.parent, {path.name: text})


def records_from(stream: TextIO) -> list[dict[str, Any]]:
    """Read JSON records: a list of objects, one a person.

    Parameters
    ----------
    stream : text stream

    Raises
    ------
    InputError
        If it is no JSON (with line and column), or no list of objects.

    Examples
    --------
    >>> import io
    >>> records_from(io.StringIO('[{"id": "007"}]'))
    [{'id': '007'}]
    """
    accepted = 'a list of objects, one a person: [{"id": "007", ...}, ...]'
    try:
        raw = getattr(stream, "buffer", stream)  # bytes: JSON is UTF-8 whatever the terminal speaks
        data = json.loads(raw.read())
    except json.JSONDecodeError as error:
        message = (
            f"Standard input is not JSON: {error.msg} at line {error.lineno}, column {error.colno}. "
            f"Accepted: {accepted}."
        )
        raise InputError(error_item("not_json", message, row=None, accepted=accepted)) from None
    except RecursionError:
        message = f"Standard input is nested too deeply to be read. Accepted: {accepted}."
        raise InputError(error_item("not_json", message, accepted=accepted)) from None
    except UnicodeDecodeError as error:
        message = f"Standard input is not UTF-8 text (byte {error.start + 1}). Accepted: {accepted}."
        raise InputError(error_item("not_json", message, accepted=accepted)) from None
    except ValueError:  # Python reads no number of thousands of digits
        message = f"Standard input holds a number with too many digits. Accepted: {accepted}."
        raise InputError(error_item("not_json", message, accepted=accepted)) from None
    if not isinstance(data, list):
        message = f"Standard input holds {_kind_of(data)}. Accepted: {accepted}."
        raise InputError(error_item("not_records", message, found=_kind_of(data), accepted=accepted))
    wrong = [place for place, record in enumerate(data, start=1) if not isinstance(record, dict)]
    if wrong:
        message = (
            f"Record {wrong[0]} on standard input is {_kind_of(data[wrong[0] - 1])}. Accepted: {accepted}."
        )
        raise InputError(error_item("not_records", message, row=wrong[0], accepted=accepted))
    return data


def _kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
