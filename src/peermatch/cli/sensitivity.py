"""Which pairs survive when weights move, as two more tables of a round's results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from peermatch.cli.console import Console
from peermatch.cli.progress import Progress
from peermatch.errors import ConfigError
from peermatch.report import csv_text, write_files

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = ["SENSITIVITY_FILES", "check_sensitivity", "write_sensitivity"]

SENSITIVITY_FILES = ("sensitivity.csv", "sensitivity_pairs.csv")


def check_sensitivity(asked: bool, folder: Path | None, stable: bool) -> None:
    """Refuse --sensitivity where there is nowhere to write to, or nothing to be said."""
    if not asked:
        return
    if folder is None:
        raise ConfigError(
            "--sensitivity writes sensitivity.csv and sensitivity_pairs.csv: name a folder with --out."
        )
    if stable:
        raise ConfigError("--sensitivity is for the best total: weights decide stable pairs only in part.")


def write_sensitivity(
    folder: Path, pairing: Pairing, console: Console, time_limit: float | None, *, show: bool
) -> list[str]:
    """Move every weight, write a table of moves and one of pairs, and show what came of it.

    Parameters
    ----------
    folder : Path
    pairing : Pairing
        With the best total.
    console : Console
    time_limit : float or None
        For all moves together; the tables have those that were made until then.
    show : bool
        Whether standard output is for people.
    """
    with Progress(console) as progress:
        found = pairing.sensitivity(progress=progress, time_limit=time_limit)
    texts = [csv_text(found.moves), csv_text(found.pairs)]
    written = write_files(folder, dict(zip(SENSITIVITY_FILES, texts, strict=True)))
    if show:
        console.result(f"\nsensitivity\n{found.text}")
    return [path.name for path in written]
