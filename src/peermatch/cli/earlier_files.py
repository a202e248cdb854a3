"""What an earlier result left in a folder, beside what every result replaces: it goes when a new result comes.

A report of last month beside this month's pairs would be taken for this month's; so would a guide in the folder that is
handed out. Only files that the command line itself writes are taken away, by their exact names, and only where the
folder holds a result.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from peermatch.cli.console import Console
from peermatch.cli.handouts import AUDIT, EXCEL, PARTICIPANTS, REPORT

__all__ = ["say_what_went", "take_away_earlier"]

_RESULT = "result.json"
_NOTICES = "notices.csv"
_DATA_PROTECTION = "data-protection.md"
_AUDIT_TABLES = ("people", "pairs", "members", "unmatched", "rules", "uses", "repairs", "changes")
_AUDIT_FILES = (*(f"{name}.csv" for name in _AUDIT_TABLES), "audit.txt", "audit.json", REPORT)
_ARGUMENTS = (
    "people",
    "left",
    "right",
    "org",
    "history",
    "locks",
    "set_aside",
    "preferences",
    "advisers",
    "previous",
)


def take_away_earlier(folder: Path | None, args: argparse.Namespace) -> list[str]:
    """Take away what an earlier result left, unless it is written anew; to be called within `publishing`.

    Parameters
    ----------
    folder : Path or None
    args : argparse.Namespace
        Tables that are named there stay.

    Returns
    -------
    list of str
        The names of the files, with slashes.

    Raises
    ------
    OutputError
    """
    if folder is None or not (folder / _RESULT).is_file():
        return []
    from peermatch.publication import remove_files

    found = [path.relative_to(folder).as_posix() for path in _earlier(folder) if not _is_given(path, args)]
    for where in ("", f"{PARTICIPANTS}/", f"{AUDIT}/"):
        names = [
            name.removeprefix(where)
            for name in found
            if name.startswith(where) and "/" not in name[len(where) :]
        ]
        if names:
            remove_files(folder / where, names)
    return found


def say_what_went(went: Sequence[str], written: Sequence[str], console: Console) -> None:
    """Say which files of the earlier result are gone and were not written anew."""
    gone = [name for name in went if name not in written and f"{name.split('/')[0]}/" not in written]
    short = sorted({f"{name.split('/')[0]}/" if "/" in name else name for name in gone})
    if short:
        console.note(f"Taken away, as it belonged to the earlier result: {', '.join(short)}")


def _earlier(folder: Path) -> list[Path]:
    """Return the files that are there."""
    from peermatch.cli.quality import QUALITY
    from peermatch.cli.relaxing import RELAXING_FILES
    from peermatch.cli.sensitivity import SENSITIVITY_FILES
    from peermatch.cli.update import CHANGES, PRICES
    from peermatch.programme.advised import ADVISED_FILES
    from peermatch.report.participant import is_guide

    optional = (
        *(REPORT, EXCEL, QUALITY, CHANGES, PRICES, _DATA_PROTECTION),
        *(*SENSITIVITY_FILES, *RELAXING_FILES, *ADVISED_FILES),
    )
    handed = folder / PARTICIPANTS
    guides = sorted(path for path in handed.iterdir() if is_guide(path.name)) if handed.is_dir() else []
    paths = [*(folder / name for name in optional), handed / _NOTICES, *guides]
    return [path for path in (*paths, *(folder / AUDIT / name for name in _AUDIT_FILES)) if path.is_file()]


def _is_given(path: Path, args: argparse.Namespace) -> bool:
    """Whether a file is one of the tables that this run reads."""
    given = [getattr(args, name, None) for name in _ARGUMENTS]
    return any(isinstance(table, str) and Path(table).resolve() == path.resolve() for table in given)
