"""The arguments of `peermatch update`, `draft` and `diff`. Light: nothing heavy is imported here."""

from __future__ import annotations

import argparse

__all__ = ["add_diff", "add_draft", "add_update"]

_UPDATE_EXAMPLES = """\
examples:
  peermatch update people.csv --config programme.toml --previous results/result.json --out updated
  peermatch update people.csv --config programme.toml --previous results --price 0.2 --prices --out updated
  peermatch update people.csv --config programme.toml --previous pairs.csv --at-most 5 --set-aside 007 --out updated
  peermatch update people.csv --programme programme.json --out updated

Without --price and --at-most every pair of two people who are still here is kept. changes.csv says who has another
partner, and why."""

_DRAFT_EXAMPLES = """\
examples:
  peermatch draft people.csv --config programme.toml --from results --reject 007,012 --cost
  peermatch draft people.csv --config programme.toml --from results --accept 003,008 --save draft.json --out second
  peermatch draft people.csv --config programme.toml --from draft.json --set-aside 021 --save draft.json --out third
  peermatch draft people.csv --programme programme.json --from results --reject 007,012 --out second

Edits go into the draft, and the rest is solved again, exactly. With --cost they are only weighed, each by itself."""

_DIFF_EXAMPLES = """\
examples:
  peermatch diff results updated
  peermatch diff results/result.json draft.json --out difference

BEFORE and AFTER are folders of results, a result.json, a draft, or tables of pairs (a, b)."""


def add_update(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``peermatch update``."""
    from peermatch.cli.entry import _add_encoding, _add_month, _add_sides, _command
    from peermatch.cli.handout_arguments import add_handouts
    from peermatch.cli.record_arguments import add_record

    summary = "pair people again after some joined or left, and change little"
    parser = _command(commands, "update", ("update", "run_update"), summary, _UPDATE_EXAMPLES)
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people of today, or - for JSON records"
    )
    parser.add_argument(
        "--config", metavar="TOML", help="what matters and what is forbidden (needed without --programme)"
    )
    parser.add_argument(
        "--previous",
        metavar="RESULT",
        help="the earlier result: its folder or result.json, a draft, or a table of pairs such as history.csv",
    )
    _add_programme(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--keep", choices=("all",), help="keep every pair (the default)")
    how.add_argument(
        "--price", type=_price, metavar="P", help="break a pair only where that is worth more than P in total"
    )
    how.add_argument("--at-most", type=_count, metavar="N", help="break at most N pairs")
    parser.add_argument(
        "--prices",
        action="store_true",
        help="also show what keeping fewer pairs would gain (a dozen matchings more)",
    )
    parser.add_argument("--out", metavar="FOLDER", help="where the results go; made where it is missing")
    parser.add_argument("--json", action="store_true", help="print the pairing as JSON instead of a summary")
    parser.add_argument(
        "--quiet", action="store_true", help="print nothing but errors (and JSON with --json)"
    )
    add_handouts(parser)
    add_record(parser)
    _add_encoding(parser)
    _add_sides(parser)
    month = _add_month(parser)
    month.add_argument("--locks", metavar="TABLE", help="pairs that are demanded this time: columns a, b")
    month.add_argument(
        "--set-aside",
        metavar="IDS",
        help="who does not take part this time: ids with commas between, or a table with the column id",
    )


def add_diff(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``peermatch diff``."""
    from peermatch.cli.entry import _command

    summary = "say what changed from one result to another"
    parser = _command(commands, "diff", ("diff", "run_diff"), summary, _DIFF_EXAMPLES)
    parser.add_argument("before", metavar="BEFORE", help="the earlier result")
    parser.add_argument("after", metavar="AFTER", help="the later one")
    parser.add_argument(
        "--out", metavar="FOLDER", help="where diff_people.csv, diff_pairs.csv and diff.txt go"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def add_draft(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``peermatch draft``."""
    from peermatch.cli.entry import _add_encoding, _add_month, _add_sides, _command

    summary = "edit a result by hand, see what each edit costs, and solve the rest again"
    parser = _command(commands, "draft", ("drafts", "run_draft"), summary, _DRAFT_EXAMPLES)
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people, or - for JSON records"
    )
    parser.add_argument(
        "--config", metavar="TOML", help="what matters and what is forbidden (needed without --programme)"
    )
    parser.add_argument(
        "--from", dest="source", metavar="RESULT", required=True, help="a draft, a result.json, or its folder"
    )
    _add_programme(parser)
    edits = parser.add_argument_group("edits, each of which may be given several times")
    edits.add_argument(
        "--accept", metavar="A,B", action="append", default=[], help="keep a pair; all: every pair"
    )
    edits.add_argument("--require", metavar="A,B", action="append", default=[], help="demand a pair")
    edits.add_argument("--reject", metavar="A,B", action="append", default=[], help="rule a pair out")
    edits.add_argument("--set-aside", metavar="ID", action="append", default=[], help="somebody sits out")
    edits.add_argument(
        "--take-back", metavar="A,B|ID", action="append", default=[], help="undo an edit of an earlier draft"
    )
    parser.add_argument("--who", metavar="TEXT", help="who decided, for the record")
    parser.add_argument("--why", metavar="TEXT", help="why, for the record")
    parser.add_argument(
        "--cost", action="store_true", help="only show what each edit would cost; nothing is saved"
    )
    parser.add_argument("--save", metavar="JSON", help="where the draft goes; may be the file it came from")
    parser.add_argument("--out", metavar="FOLDER", help="where the results go; made where it is missing")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    _add_encoding(parser)
    _add_sides(parser)
    _add_month(parser)


def _add_programme(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--programme",
        metavar="JSON",
        help="the programme of which this is the latest round: what comes out takes its place there",
    )


def _price(text: str) -> float:
    try:
        price = float(text)
    except ValueError:
        price = -1.0
    if not 0 <= price <= 1_000:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1,000. Got {text[:40]!r} instead.")
    return price


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 0. Got {text[:40]!r} instead.")
    return int(text)
