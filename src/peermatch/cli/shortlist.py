"""``peermatch shortlist``: from tables and a configuration to everybody's best partners."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import DONE, INFEASIBLE, Console
from peermatch.cli.files import check_day, check_writable
from peermatch.cli.match import check_arguments, decoded, tables_of
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.report import Shortlist

__all__ = ["LISTS", "SHORT", "run_shortlist"]

LISTS, SHORT = "shortlist.csv", "short.csv"
_SHOWN = 10


def run_shortlist(args: argparse.Namespace, console: Console) -> int:
    """List everybody's best partners, write the lists, and say who has fewer than asked for."""
    folder = None if args.out is None else Path(args.out)
    check_arguments(args, "shortlist")
    check_day(args.as_of)
    if folder is not None:
        check_writable(folder)
        _check_overwriting(args, folder)
    from peermatch.cli.results import read_history
    from peermatch.matcher import PeerMatcher

    matcher = PeerMatcher.from_toml(args.config)
    left, right = tables_of(args, matcher)
    org = None if args.org is None else decoded(args.org, matcher, args.encoding)
    history = None if args.history is None else read_history(args.history, args.round)[0]
    say_that_it_compiles(console)
    with Progress(console) as progress:
        shortlist = matcher.shortlist(
            left,
            args.k,
            others=right,
            role=args.role,
            org=org,
            history=history,
            at_most=args.at_most,
            discoverable=args.discoverable,
            who=args.who,
            round=args.round,
            as_of=args.as_of,
            progress=progress,
            time_limit=args.time_limit,
        )
    if folder is not None:
        shortlist.to_csv(folder / LISTS)
        shortlist.short_to_csv(folder / SHORT)
    if not console.quiet:
        console.result(_shown(shortlist))
    if folder is None:
        console.note("Nothing was written: name a folder with --out.")
    else:
        console.note(f"Results in {folder}: {LISTS}, {SHORT}")
    if not len(shortlist.asking):
        console.error("nobody stands on any list. short.csv says for everyone why.")
        return INFEASIBLE
    return DONE


def _check_overwriting(args: argparse.Namespace, folder: Path) -> None:
    """Refuse to replace a table that is read."""
    for table in (args.people, args.left, args.right, args.org, args.history):
        if table in (None, "-") or Path(table).name not in (LISTS, SHORT):
            continue
        if Path(table).resolve().parent == folder.resolve():
            raise ConfigError(
                f"The results would replace {table}, which is read. Name another folder with --out."
            )


def _shown(shortlist: Shortlist) -> str:
    """The first few lists, for a screen."""
    lines = [f"{shortlist!r}"[len("Shortlist(") : -1]]
    outcome = shortlist.outcome
    texts: dict[tuple[int, int], list[str]] = {asked: [] for asked in shortlist.asked[:_SHOWN]}
    for row, pair in zip(shortlist.asking.tolist(), outcome.pairs.tolist(), strict=True):
        hand, who, _ = row
        if (hand, who) in texts:
            texts[hand, who].append(_name(outcome, 1 - hand, pair[1 - hand]))
    for (hand, who), names in texts.items():
        lines.append(f"  {_name(outcome, hand, who)}: {', '.join(names) or 'nobody'}")
    more = len(shortlist.asked) - len(texts)
    return "\n".join([*lines, *([f"  and {more:,} more"] if more else [])])


def _name(outcome: Any, hand: int, position: int) -> str:
    return str(outcome.label(hand, position))
