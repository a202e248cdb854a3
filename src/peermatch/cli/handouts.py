"""Pages and folders for whoever is to read them: the administrator, each participant, an auditor."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from peermatch.cli.console import Console
from peermatch.cli.draft import UNDECIDED
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher
    from peermatch.pairing import Pairing
    from peermatch.programme import Circled, Ringed

__all__ = [
    "AUDIT",
    "DATA_PROTECTION",
    "EXCEL",
    "PARTICIPANTS",
    "REPORT",
    "check_decided",
    "check_handouts",
    "write_folders",
    "write_handouts",
]

REPORT, PARTICIPANTS, AUDIT = "report.html", "participants", "audit"
EXCEL = "result.xlsx"
DATA_PROTECTION = "data-protection.md"


def check_handouts(args: argparse.Namespace) -> None:
    """Refuse what would be written nowhere, or would say nothing."""
    asked = {
        "--report": getattr(args, "report", False),
        "--excel": getattr(args, "excel", False),
        "--for-participants": args.for_participants,
        "--for-auditor": args.for_auditor,
        "--data-protection": getattr(args, "data_protection", False),
    }
    option = next((name for name, given in asked.items() if given), None)
    if option is not None and args.out is None:
        raise ConfigError(f"{option} has nowhere to go: name a folder with --out.")
    if asked["--excel"]:
        from peermatch.report.workbook import check_openpyxl

        check_openpyxl()  # before anybody is paired
    if args.contact is not None and not args.for_participants:
        raise ConfigError(
            "--contact stands on what participants read. Give it together with --for-participants."
        )


def check_decided(args: argparse.Namespace, matcher: PeerMatcher) -> None:
    """Refuse to hand out what a draft made while nobody has decided who takes part: some may have said no."""
    if args.for_participants and matcher.eligible is None and matcher.decided_by == UNDECIDED:
        raise ConfigError(
            "The configuration is still the draft, and does not say who takes part; people who said no may be paired. "
            "Before anything is handed out to participants, name the column that says so (eligible = ...), or, where "
            "everybody takes part, write in decided_by who decided that."
        )


def write_handouts(args: argparse.Namespace, folder: Path, pairing: Pairing, console: Console) -> list[str]:
    """Write what was asked for into the folder of results.

    Returns
    -------
    list of str
        The names of files and folders, a folder's with a slash.

    Raises
    ------
    OutputError
    """
    files = []
    if args.report:
        files.append(pairing.report(folder / REPORT).name)
    if args.excel:
        files.append(pairing.to_excel(folder / EXCEL).name)
    files += write_folders(args, folder, pairing, console)
    if args.for_auditor:
        pairing.report(folder / AUDIT / REPORT, audience="auditor")
    if args.data_protection:
        from peermatch.publication import write_files

        write_files(folder, {DATA_PROTECTION: pairing.data_protection().markdown})
        files.append(DATA_PROTECTION)
    return files


def write_folders(
    args: argparse.Namespace, folder: Path, result: Pairing | Circled | Ringed, console: Console
) -> list[str]:
    """Write the folders for participants and for an auditor that were asked for; their names, with a slash."""
    files = []
    if args.for_participants:
        result.to_csv(folder / PARTICIPANTS, audience="participant", contact=args.contact)
        files.append(f"{PARTICIPANTS}/")
        if not result.settings.get("show"):
            console.note(
                "note: no column is declared fit to show, so participants read no more than whom they have. Name "
                'columns in the configuration, such as show = ["goals"].'
            )
    if args.for_auditor:
        result.to_csv(folder / AUDIT, audience="auditor")
        files.append(f"{AUDIT}/")
    return files
