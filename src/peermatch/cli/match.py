"""``peermatch match``: from tables and a configuration to a folder of results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import DONE, GAP, INFEASIBLE, Console
from peermatch.cli.files import check_day, check_writable, records_from
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = ["RESULT_FILES", "exit_code_for", "run_match"]

RESULT_FILES = ("people.csv", "pairs.csv", "members.csv", "unmatched.csv", "rules.csv", "result.json")
"""What `Pairing.to_csv` writes."""

_EXIT_CODES = {"optimal": DONE, "stable": DONE, "gap": GAP, "undecided": GAP, "no_stable": INFEASIBLE}


def run_match(args: argparse.Namespace, console: Console) -> int:
    """Pair the people in a table, write the results, and say how good they are."""
    folder = None if args.out is None else Path(args.out)
    _check_arguments(args)
    check_day(args.as_of)
    if folder is not None:
        check_writable(folder)
        _check_overwriting(args, folder)
    from peermatch.matcher import PeerMatcher

    matcher = PeerMatcher.from_toml(args.config)
    left, right = _tables(args)
    say_that_it_compiles(console)
    with Progress(console) as progress:
        pairing = matcher.match(
            left,
            right,
            role=args.role,
            org=args.org,
            history=args.history,
            locks=args.locks,
            round=args.round,
            as_of=args.as_of,
            progress=progress,
            time_limit=args.time_limit,
        )
    files = [] if folder is None else [path.name for path in pairing.to_csv(folder)]
    if args.json:
        console.data(pairing.to_json())
    elif not console.quiet:
        console.result(pairing.summary())
        if not files:
            console.note("Nothing was written: name a folder with --out.")
    if files and folder is not None:
        console.note(f"Results in {folder}: {', '.join(files)}")
    if not len(pairing.matching.pairs):
        console.error(
            "no pair could be made. The table of people says for everyone why, rules.csv what each rule removed."
        )
    return exit_code_for(pairing)


def _check_arguments(args: argparse.Namespace) -> None:
    """Refuse arguments that contradict each other."""
    both = (args.left, args.right)
    if args.people is None and None in both:
        raise ConfigError("peermatch match takes a table of people, or both --left and --right.")
    if args.people is not None and both != (None, None):
        raise ConfigError("peermatch match takes either a table of people, or --left and --right; not both.")
    if args.role is not None and args.people is None:
        raise ConfigError("--role is for one table; with --left and --right each table is a side.")


def _tables(args: argparse.Namespace) -> tuple[Any, Any]:
    if args.people is None:
        return args.left, args.right
    return records_from(sys.stdin) if args.people == "-" else args.people, None


def _check_overwriting(args: argparse.Namespace, folder: Path) -> None:
    """Refuse to replace a table that is read by a result of the same name."""
    given = (args.people, args.left, args.right, args.org, args.history, args.locks)
    for table in given:
        if table in (None, "-") or Path(table).name not in RESULT_FILES:
            continue
        if Path(table).resolve().parent == folder.resolve():
            raise ConfigError(
                f"The results would replace {table}, which is read. Name another folder with --out."
            )


def exit_code_for(pairing: Pairing) -> int:
    """Return 0 for a proved answer, 4 for one that was stopped early, 3 where what was asked for is impossible.

    Impossible is a stable pairing where it is proved that none exists, and any pairing where every pair is ruled out.
    """
    if not len(pairing.matching.pairs):
        return INFEASIBLE
    return _EXIT_CODES[pairing.certificate.status]
