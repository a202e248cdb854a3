"""The arguments of ``peermatch inspect``."""

from __future__ import annotations

import argparse

__all__ = ["add_inspect"]

_EXAMPLES = """\
examples:
  peermatch inspect people.csv
  peermatch inspect people.xlsx --sheet Staff --id "employee id"
  peermatch inspect people.csv --manager boss --email mail --left "last day" --as-of 2026-12-01
  peermatch inspect people.csv --json > inspection.json
  peermatch inspect people.csv --strict            exit code 2 if anything had to be mended or was left open

Nothing is written and nobody is paired. Each row of the table of repairs says where, what was found, what it became,
and how sure that is: certain, likely, or open (nothing was changed; somebody who knows must decide)."""

# as peermatch.cohort.wishes.RULES, which is not imported for the sake of --help
_RULES = ("refuse", "first", "last", "fill", "current")


def add_inspect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    summary = "say how a table of people is read, what was mended, and what its columns seem to be for"
    parser = commands.add_parser(
        "inspect",
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(module="inspect", function="run_inspect")
    parser.add_argument("people", metavar="PEOPLE", help="a .csv, .tsv, .xlsx or .parquet file")
    parser.add_argument("--json", action="store_true", help="print the inspection as JSON")
    parser.add_argument("--strict", action="store_true", help="fail if anything was mended or left open")
    columns = parser.add_argument_group("columns, guessed when not given")
    columns.add_argument("--id", metavar="COLUMN", help="the column of ids")
    columns.add_argument("--label", metavar="COLUMN", help="the column of names that people read")
    columns.add_argument("--manager", metavar="COLUMN", help="managers, by id, e-mail address or name")
    columns.add_argument("--email", metavar="COLUMN", help="e-mail addresses")
    columns.add_argument("--left", metavar="COLUMN", help="who has left: never guessed")
    doubts = parser.add_argument_group("doubts")
    doubts.add_argument("--as-of", metavar="DATE", help="the day from which last days are counted")
    doubts.add_argument(
        "--duplicates", choices=_RULES, default="refuse", help="several rows of one id (default: %(default)s)"
    )
    order = doubts.add_mutually_exclusive_group()
    order.add_argument(
        "--day-first", action="store_true", default=None, help="03/04/2019 is the third of April"
    )
    order.add_argument(
        "--month-first", action="store_true", default=None, help="03/04/2019 is the fourth of March"
    )
    source = parser.add_argument_group("the file, detected when not given")
    source.add_argument("--encoding", metavar="NAME", help="of a text file, such as cp1252")
    source.add_argument("--separator", metavar="SIGN", help="of a text file, such as ;")
    source.add_argument("--sheet", metavar="NAME", help="of a workbook: its name or number")
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of an error, and the library's log"
    )
