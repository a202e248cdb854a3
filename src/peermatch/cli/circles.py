"""``peermatch circles``: from a table and a configuration to circles, or to rings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import DONE, GAP, INFEASIBLE, Console
from peermatch.cli.files import check_day, check_writable, records_from
from peermatch.cli.handouts import check_decided, check_handouts, write_folders
from peermatch.cli.match import decoded
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.cli.record import RunRecord
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.programme import Circled, Ringed

__all__ = ["FILES", "run_circles"]

FILES = {
    False: ("people.csv", "circles.csv", "members.csv", "summary.txt", "circles.json"),
    True: ("people.csv", "rings.csv", "members.csv", "summary.txt", "rings.json"),
}
"""What is written: of circles, and of rings."""

_SHAPES = "nobody_alone:COLUMN, not_all_alike:COLUMN or at_most:COLUMN:N"


def run_circles(args: argparse.Namespace, console: Console) -> int:
    """Seat the people in a table, write the results, and say how good they are."""
    folder = None if args.out is None else Path(args.out)
    _check_arguments(args)
    check_handouts(args)
    rules = [_read_rule(text) for text in args.rule]
    check_day(args.as_of)
    if folder is not None:
        check_writable(folder)
        _check_overwriting(args, folder)
    record = RunRecord.begin(args, "circles")
    result = _formed(args, rules, console)
    from peermatch.publication import publishing

    with record.keeping_key(result), publishing(folder):
        files = [] if folder is None else [path.name for path in result.to_csv(folder)]
        if folder is not None:
            files += write_folders(args, folder, result, console)
    record.write(folder, files, result)
    if args.json:
        console.data(result.to_json())
    elif not console.quiet:
        console.result(result.summary())
        if not files:
            console.note("Nothing was written: name a folder with --out.")
    if files:
        console.note(f"Results in {folder}: {', '.join(files)}")
    if not len(result.group_ids):
        console.error("nobody could be seated. The table of people says for everyone why.")
        return INFEASIBLE
    # a proven gap is what a search ends with; only one that was cut short could have gone on
    return GAP if result.found.stats.get("stopped") else DONE


def _formed(args: argparse.Namespace, rules: list[tuple[Any, ...]], console: Console) -> Circled | Ringed:
    from peermatch.cli.results import read_history
    from peermatch.matcher import PeerMatcher
    from peermatch.programme import form_circles, form_rings

    matcher = PeerMatcher.from_toml(args.config)
    check_decided(args, matcher)
    people = (
        records_from(sys.stdin) if args.people == "-" else decoded(args.people, matcher, args.encoding, 2)
    )
    month: dict[str, Any] = {
        "org": None if args.org is None else decoded(args.org, matcher, args.encoding),
        "history": None if args.history is None else read_history(args.history, args.round)[0],
        "round": args.round,
        "as_of": args.as_of,
        "time_limit": args.time_limit,
    }
    say_that_it_compiles(console)
    with Progress(console) as progress:
        if args.rings:
            return form_rings(matcher, people, args.size or (3, 8), progress=progress, **month)
        return form_circles(
            matcher, people, args.size or 5, rules=rules, locks=args.locks, progress=progress, **month
        )


def _check_arguments(args: argparse.Namespace) -> None:
    if args.config is None:
        raise ConfigError(
            "peermatch circles needs a configuration: --config programme.toml. Draft one with: "
            "peermatch init people.csv"
        )
    if args.people is None:
        raise ConfigError("peermatch circles takes a table of people.")
    if args.rings and (args.rule or args.locks):
        raise ConfigError(
            "--rule and --locks are for circles: rings know who advises whom, and nothing else."
        )


def _read_rule(text: str) -> tuple[Any, ...]:
    """Read a rule as it is written on the command line; a column's own name may hold colons."""
    kind, _, rest = text.partition(":")
    if kind == "at_most":
        column, _, most = rest.rpartition(":")
        if column and most.isascii() and most.isdigit() and len(most) < 4:
            return (kind, column, int(most))
    elif rest:
        return (kind, rest)
    raise ConfigError(f"--rule must be {_SHAPES}. Got {text!r} instead.")


def _check_overwriting(args: argparse.Namespace, folder: Path) -> None:
    """Refuse to replace a table that is read."""
    for table in (args.people, args.org, args.history, args.locks):
        if table in (None, "-") or Path(table).name not in FILES[args.rings]:
            continue
        if Path(table).resolve().parent == folder.resolve():
            raise ConfigError(
                f"The results would replace {table}, which is read. Name another folder with --out."
            )
