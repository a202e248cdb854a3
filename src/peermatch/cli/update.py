"""``peermatch update``: from the people of today and an earlier result to a new one that changes little."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import Console
from peermatch.cli.files import HISTORY, check_day, check_writable
from peermatch.cli.handouts import EXCEL, REPORT, check_decided, check_handouts, write_handouts
from peermatch.cli.latest_round import LatestRound, note_of_programme
from peermatch.cli.match import (
    check_arguments,
    check_tables,
    decoded,
    exit_code_for,
    refuse_overwriting,
    set_aside_of,
    show_results,
    tables_of,
    warn_of,
)
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.cli.record import RunRecord
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = ["CHANGES", "PRICES", "run_update"]

CHANGES, PRICES = "changes.csv", "prices.csv"


def run_update(args: argparse.Namespace, console: Console) -> int:
    """Pair people again after some joined or left, write the results, and say what changed."""
    folder = None if args.out is None else Path(args.out)
    _check(args)
    check_handouts(args)
    check_day(args.as_of)
    if folder is not None:
        check_writable(folder)
        _check_overwriting(args, folder)
    record = RunRecord.begin(args, "update")
    latest = LatestRound.of(args)
    from peermatch.cli.results import check_history_kept, read_history, write_results
    from peermatch.matcher import PeerMatcher

    matcher = PeerMatcher.from_toml(args.config) if latest is None else latest.programme.matcher
    check_decided(args, matcher)
    left, right = tables_of(args, matcher)
    org = None if args.org is None else decoded(args.org, matcher, args.encoding)
    history = None if args.history is None else read_history(args.history, None)[0]
    if latest is not None and folder is not None:
        latest.check_folder(folder)
    say_that_it_compiles(console)
    with Progress(console) as progress:
        asked: dict[str, Any] = {
            "price": args.price,
            "at_most": args.at_most,
            "others": right,
            "role": args.role,
            "org": org,
            "locks": args.locks,
            "set_aside": set_aside_of(args.set_aside),
            "as_of": args.as_of,
            "progress": progress,
            "time_limit": args.time_limit,
        }
        if latest is None:
            pairing = matcher.update(left, args.previous, history=history, round=args.round, **asked)
        else:
            pairing = latest.programme.update(left, previous=args.previous, **asked)
        prices = pairing.price_of_stability(progress=progress) if args.prices else None
        pairing = record.keyed(pairing)
    from peermatch.cli.earlier_files import say_what_went, take_away_earlier
    from peermatch.publication import publishing

    earlier: Any = None
    if latest is not None:
        earlier = latest.programme.history_before
    elif args.history is not None:
        earlier = read_history(args.history, pairing.round)[0]

    def check_kept() -> None:
        if folder is not None and latest is None:
            check_history_kept(folder, earlier, pairing.round)

    files: list[str] = []
    check_kept()
    with record.keeping_key(pairing), publishing(folder, check=check_kept):
        went = take_away_earlier(folder, args)
        if folder is not None:
            files = write_results(folder, pairing, earlier)
            files += _write_prices(folder, prices)
            files += write_handouts(args, folder, pairing, console)
        if latest is not None:
            latest.save(pairing, console)
    record.write(folder, files, pairing)
    _show(pairing, prices, args, console)
    if folder is None and latest is None:
        console.note("Nothing was written: name a folder with --out.")
    elif folder is not None:
        show_results(folder, files, console, programme=latest is not None)
        say_what_went(went, files, console)
    if latest is None:
        note_of_programme(pairing.round, console)
    warn_of(pairing, console)
    return exit_code_for(pairing)


def _check(args: argparse.Namespace) -> None:
    """Refuse arguments that contradict each other; a programme knows what matters, and its latest round."""
    if args.programme is not None:
        check_tables(args, "update")
        return
    check_arguments(args, "update")
    if args.previous is None:
        raise ConfigError(
            "peermatch update needs the earlier result: --previous RESULT, or the programme that has it as its latest "
            "round: --programme programme.json."
        )


def _check_overwriting(args: argparse.Namespace, folder: Path) -> None:
    """Refuse to replace what is read; a history grows, and may stay."""
    from peermatch.cli.results import RESULT_FILES

    given = [args.people, args.left, args.right, args.org, args.locks, args.set_aside, args.programme]
    if args.previous is not None:
        previous = Path(args.previous)
        given.append(str(previous / "result.json" if previous.is_dir() else previous))
    if args.history is not None and Path(args.history).name != HISTORY:
        given.append(args.history)
    names = (*RESULT_FILES, CHANGES, PRICES, *((REPORT,) if args.report else ()))
    names = (*names, EXCEL) if args.excel else names
    refuse_overwriting(given, names, folder)


def _write_prices(folder: Path, prices: Any) -> list[str]:
    """Write the price of stability, where it was asked for."""
    if prices is None:
        return []
    from peermatch.report import csv_text, write_files

    return [path.name for path in write_files(folder, {PRICES: csv_text(prices)})]


def _show(pairing: Pairing, prices: Any, args: argparse.Namespace, console: Console) -> None:
    if args.json:
        console.data(pairing.to_json())
    elif not console.quiet:
        text = pairing.summary()
        if prices is not None:
            table = prices.round(3).to_string(index=False, na_rep="")
            text += (
                "\nWhat it costs to keep more pairs\n"
                + "\n".join(f"  {line}" for line in table.split("\n"))
                + "\n"
            )
        console.result(text)
