"""The arguments of pages and folders to hand out, and of ``peermatch explain``; nothing heavy is imported here."""

from __future__ import annotations

import argparse

__all__ = ["add_demands", "add_explain", "add_handouts"]

Commands = argparse._SubParsersAction  # the type that argparse itself has no public name for

_EXAMPLES = """\
examples:
  peermatch explain people.csv --config programme.toml --results results --id 007
  peermatch explain people.csv --config programme.toml --id 007 --with 012
  peermatch explain people.csv --config programme.toml --id 007 --audience participant
  peermatch explain people.csv --config programme.toml --id 007 --json > reasons.json

The people are matched again, which gives the same pairs: name the same tables as for `peermatch match`, and with
--results the folder that it wrote, or else the same round, day and history. Nothing is written."""


def add_handouts(parser: argparse.ArgumentParser, *, report: bool = True) -> None:
    """Add what is written for whom."""
    handouts = parser.add_argument_group("to read and to hand out, in the folder of --out")
    if report:
        handouts.add_argument(
            "--report",
            action="store_true",
            help="report.html: one page to search, with everybody's reasons; for the administrator",
        )
        handouts.add_argument(
            "--excel",
            action="store_true",
            help="result.xlsx: the tables as sheets of one Excel workbook; for the administrator",
        )
    handouts.add_argument(
        "--for-participants",
        action="store_true",
        help="participants/: notices.csv for a mail merge, and a guide to the first meeting for each pair",
    )
    handouts.add_argument(
        "--for-auditor",
        action="store_true",
        help="audit/: what was used and what is proved, by ids and without anybody's values",
    )
    if report:
        handouts.add_argument(
            "--data-protection",
            action="store_true",
            help="data-protection.md: which columns were used for what, who sees them, what was ignored",
        )
    handouts.add_argument(
        "--contact", metavar="TEXT", help="with --for-participants: whom to turn to, as people read it"
    )


def add_demands(month: argparse._ArgumentGroup) -> None:
    """Add what is demanded of this month's pairs."""
    month.add_argument("--locks", metavar="TABLE", help="pairs that are demanded this time: columns a, b")
    month.add_argument(
        "--set-aside",
        metavar="TABLE_OR_IDS",
        help="people who do not take part this time: a table with the column id, or ids with commas between",
    )
    month.add_argument(
        "--preferences",
        metavar="TABLE",
        help="people's own rankings: columns id, candidate, rank; pairs are then stable ones",
    )
    month.add_argument(
        "--unlisted",
        choices=("after", "never"),
        default="after",
        help="of those who gave a list: everybody else comes after it, or is not accepted (default: %(default)s)",
    )


def add_explain(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``peermatch explain``."""
    from peermatch.cli.entry import _add_encoding, _add_month, _add_sides, _command

    summary = "say why someone has the partner they have, who else was possible, and why not somebody else"
    parser = _command(commands, "explain", ("explain", "run_explain"), summary, _EXAMPLES)
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people, or - for JSON records"
    )
    parser.add_argument(
        "--config", metavar="TOML", help="what matters; programme.toml in this folder when not given"
    )
    parser.add_argument(
        "--results",
        metavar="FOLDER",
        help="what match, round or update wrote: its round, day and history are taken, and its pairs compared",
    )
    parser.add_argument("--id", metavar="ID", required=True, help="whose pair is explained")
    parser.add_argument("--with", dest="other", metavar="ID", help="also say why the two are not together")
    parser.add_argument("--side", metavar="NAME", help="of the id, where both sides have it")
    parser.add_argument(
        "-k",
        type=_count,
        default=5,
        metavar="K",
        help="so many possible partners are listed (default: %(default)s)",
    )
    parser.add_argument(
        "--audience",
        choices=("administrator", "participant", "auditor"),
        default="administrator",
        help="who is to read it (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.add_argument("--quiet", action="store_true", help="print nothing but the result and errors")
    _add_encoding(parser)
    _add_sides(parser)
    add_demands(_add_month(parser))


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 4 and 1 <= int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 1000. Got {text[:40]!r} instead.")
    return int(text)
