"""The arguments of ``peermatch pseudonymise`` and ``peermatch reidentify``."""

from __future__ import annotations

import argparse

__all__ = ["add_pseudonymise", "add_reidentify"]

Commands = argparse._SubParsersAction  # the type that argparse itself has no public name for

_HIDING = """\
examples:
  peermatch pseudonymise people.csv --id employee_id --key ~/keys/mentoring.json --out pseudo.csv
  peermatch pseudonymise people.csv --id employee_id --manager boss --email mail --columns not_with \\
                         --key ~/keys/mentoring.json --org staff.csv --history history.csv --out pseudo.csv

Where there is no key file, one is made that only you may read; where there is one, it is used, and never overwritten.
With the same key the same people have the same pseudonyms next month. The other tables are written beside the first:
pseudo-org.csv, pseudo-history.csv. Whoever has the key and a list of people can tell who is who: keep it apart.

Names, e-mail addresses, long numbers and free text are dropped, and what became of each column is told. The rest is
still personal data: columns together may tell who somebody is."""

_BACK = """\
examples:
  peermatch reidentify results/pairs.csv --key ~/keys/mentoring.json --people people.csv --out pairs.csv
  peermatch reidentify results/explanations.md --mapping ~/keys/who.csv --out explanations.md

Every cell but those with pseudonyms stays as it is. Nothing is written where the key is the wrong one."""


def add_pseudonymise(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``peermatch pseudonymise``."""
    parser = _command(
        commands, "pseudonymise", "replace ids by pseudonyms in all tables that name people", _HIDING
    )
    parser.add_argument("people", metavar="PEOPLE", help="a .csv, .tsv, .xlsx or .parquet file")
    parser.add_argument("--id", metavar="COLUMN", required=True, help="the column of ids")
    parser.add_argument("--key", metavar="FILE", required=True, help="the key file; made where there is none")
    parser.add_argument("--out", metavar="CSV", required=True, help="the table to write")
    parser.add_argument(
        "--mapping", metavar="CSV", help="also write who is who, for you alone; never overwritten"
    )
    columns = parser.add_argument_group("columns (several names, or the option several times)")
    _several(columns, "--columns", "other columns that hold ids, several in a cell among them")
    columns.add_argument("--label", metavar="COLUMN", help="the column of names, which is dropped")
    columns.add_argument("--manager", metavar="COLUMN", help="managers, by id, e-mail address or name")
    columns.add_argument("--email", metavar="COLUMN", help="e-mail addresses, which are dropped")
    _several(columns, "--drop", "columns to drop")
    _several(columns, "--keep", "columns to keep although they look as if they said who it is")
    tables = parser.add_argument_group("other tables that name the same people")
    tables.add_argument("--others", metavar="TABLE", help="the people of a second side")
    tables.add_argument("--org", metavar="TABLE", help="the whole staff, for reporting lines")
    tables.add_argument("--history", metavar="TABLE", help="earlier pairs")
    tables.add_argument("--locks", metavar="TABLE", help="pairs that are demanded")


def add_reidentify(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``peermatch reidentify``."""
    parser = _command(commands, "reidentify", "put ids back in place of pseudonyms in a result", _BACK)
    parser.add_argument("table", metavar="FILE", help="a .csv, .md or .txt file of pseudonymised people")
    who = parser.add_argument_group("who is who: --key and --people, or --mapping")
    who.add_argument("--key", metavar="FILE", help="the key file")
    who.add_argument(
        "--people", metavar="TABLE", action="append", help="the people as they were; may be given twice"
    )
    who.add_argument("--id", metavar="COLUMN", help="their column of ids; guessed when not given")
    who.add_argument("--mapping", metavar="CSV", help="what pseudonymise --mapping wrote")
    parser.add_argument("--out", metavar="FILE", required=True, help="the file to write")


def _several(group: argparse._ArgumentGroup, option: str, words: str) -> None:
    group.add_argument(option, metavar="COLUMN", nargs="+", action="extend", default=[], help=words)


def _command(
    commands: Commands[argparse.ArgumentParser], name: str, summary: str, examples: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(module="pseudonymise", function=f"run_{name}")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors and warnings")
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of an error, and the library's log"
    )
    return parser
