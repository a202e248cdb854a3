"""Quality by groups on the command line: ``peermatch match --quality-by department``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.pairing import Pairing
    from peermatch.report import GroupQuality

__all__ = ["QUALITY", "check_quality", "quality_of", "write_quality"]

QUALITY = "quality.csv"


def check_quality(args: argparse.Namespace) -> None:
    """Refuse arguments that would show nothing."""
    if args.quality_by is None and args.hide_below is not None:
        raise ConfigError("--hide-below is for --quality-by: name the column of the groups.")
    if args.quality_by is not None and args.out is None and (args.json or args.quiet):
        raise ConfigError(f"--quality-by has nowhere to go: name a folder with --out, for {QUALITY}.")


def quality_of(args: argparse.Namespace, pairing: Pairing) -> GroupQuality | None:
    """Return how well the groups of the columns that were asked for are paired."""
    if args.quality_by is None:
        return None
    return pairing.quality(args.quality_by, hide_below=10 if args.hide_below is None else args.hide_below)


def write_quality(folder: Path, quality: GroupQuality | None) -> list[str]:
    """Write the table, with its hidden cells empty, and return the names of the files."""
    if quality is None:
        return []
    from peermatch.report import csv_text, write_files

    return [path.name for path in write_files(folder, {QUALITY: csv_text(quality.table)})]
