"""Pages and folders for whoever is to read them: the administrator, each participant, an auditor."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from peermatch.cli.console import Console
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = ["AUDIT", "PARTICIPANTS", "REPORT", "check_handouts", "write_handouts"]

REPORT, PARTICIPANTS, AUDIT = "report.html", "participants", "audit"


def check_handouts(args: argparse.Namespace) -> None:
    """Refuse what would be written nowhere, or would say nothing."""
    asked = {
        "--report": args.report,
        "--for-participants": args.for_participants,
        "--for-auditor": args.for_auditor,
    }
    option = next((name for name, given in asked.items() if given), None)
    if option is not None and args.out is None:
        raise ConfigError(f"{option} has nowhere to go: name a folder with --out.")
    if args.contact is not None and not args.for_participants:
        raise ConfigError(
            "--contact stands on what participants read. Give it together with --for-participants."
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
    if args.for_participants:
        _for_participants(folder / PARTICIPANTS, pairing, args.contact)
        files.append(f"{PARTICIPANTS}/")
        if not pairing.settings.get("show"):
            console.note(
                "note: no column is declared fit to show, so participants read no more than whom they have. Name "
                'columns in the configuration, such as show = ["goals"].'
            )
    if args.for_auditor:
        _for_auditor(folder / AUDIT, pairing)
        files.append(f"{AUDIT}/")
    return files


def _for_participants(folder: Path, pairing: Pairing, contact: str | None) -> None:
    """Write a row of notices.csv for everybody, and for each pair a guide by its pair's id, to open or to paste."""
    from peermatch.report import csv_text, write_files

    outcome = pairing._outcome
    notices = pairing.notices(contact=contact)
    notices["guides"] = _guides(pairing)
    files = {"notices.csv": csv_text(notices)}
    left, right = outcome.cohort(0).ids, outcome.cohort(1).ids
    for name, (u, v) in zip(outcome.pair_ids, outcome.pairs.tolist(), strict=True):
        guide = pairing.meeting_guide(left[u], right[v], contact=contact)
        files[f"guide-{name}.html"] = guide.html
        files[f"guide-{name}.md"] = guide.markdown
    write_files(folder, files)


def _guides(pairing: Pairing) -> list[list[str]]:
    """Return the names of everybody's guides, in the order of the notices."""
    from peermatch.criteria import key_of

    outcome = pairing._outcome
    found = []
    for hand in outcome.hands:
        everyone = outcome.everyone[hand]
        positions = outcome.sides.left_positions if hand == 0 else outcome.sides.right_positions
        for id in [] if everyone is None else everyone.ids.tolist():
            position = positions.get(key_of(id))
            indices = [] if position is None else outcome.pairs_of[hand][position]
            found.append([f"guide-{outcome.pair_ids[index]}.html" for index in indices])
    return found


def _for_auditor(folder: Path, pairing: Pairing) -> None:
    """Write the auditor's tables and page, how far the second-best set of pairs is behind among them."""
    pairing.to_csv(folder, audience="auditor")
    pairing.report(folder / REPORT, audience="auditor")
