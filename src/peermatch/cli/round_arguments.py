"""The arguments of ``peermatch round`` and ``peermatch programme``; nothing heavy is imported here."""

from __future__ import annotations

import argparse

__all__ = ["add_programme", "add_relax", "add_round"]

Commands = argparse._SubParsersAction  # the type that argparse itself has no public name for

_ROUND_EXAMPLES = """\
examples:
  peermatch round people.csv --config programme.toml --round 2026-12 --out results     the first one
  peermatch round people.csv --round 2027-01 --out results                             all others
  peermatch round people.csv --round 2027-01 --out results --again                     in place of the one before
  peermatch round people.csv --plan 6 --out plan                                       six rounds ahead

The programme (who met whom, who sat out, what matters) is kept in one JSON file, programme.json if --programme does not
name another. It is replaced whole, once the results are written; if anything fails, it stays as it was."""

_PROGRAMME_EXAMPLES = """\
examples:
  peermatch programme programme.json                                   what has happened so far
  peermatch programme programme.json --dossier 007                     all that is held about one person
  peermatch programme programme.json --forget 007                      take a person out of everything held
  peermatch programme programme.json --retain 24 --as-of 2026-12-01    drop what is older than 24 months"""


def add_round(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``peermatch round``."""
    from peermatch.cli.entry import _add_encoding, _add_month, _add_sides, _command
    from peermatch.cli.handout_arguments import add_handouts
    from peermatch.cli.record_arguments import add_record

    summary = "run the next round of a programme, or plan several"
    parser = _command(commands, "round", ("round", "run_round"), summary, _ROUND_EXAMPLES)
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people, or - for JSON records"
    )
    parser.add_argument(
        "--programme",
        metavar="JSON",
        default="programme.json",
        help="where the programme is kept; a file, or a folder that has one (default: %(default)s)",
    )
    parser.add_argument(
        "--config", metavar="TOML", help="what matters; needed for the first round, and to change it later"
    )
    parser.add_argument("--out", metavar="FOLDER", help="where the results go; made where it is missing")
    parser.add_argument(
        "--again", action="store_true", help="run the latest round again: this one takes its place"
    )
    parser.add_argument(
        "--unprotected",
        action="store_true",
        help="a new programme in which nobody goes first for having sat out",
    )
    parser.add_argument("--json", action="store_true", help="print the pairing as JSON instead of a summary")
    parser.add_argument(
        "--evidence",
        action="store_true",
        help="keep the encoded numbers that were scored in result.json, so that the proof can be checked anew",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="print nothing but errors (and JSON with --json)"
    )
    add_relax(parser)
    add_handouts(parser)
    add_record(parser)
    _add_encoding(parser)
    _add_sides(parser)
    month = _add_month(parser)
    month.add_argument("--locks", metavar="TABLE", help="pairs that are demanded this time: columns a, b")
    month.add_argument(
        "--set-aside",
        metavar="IDS",
        help="who sits this round out: ids, separated by commas, or a table with a column of ids",
    )
    ahead = parser.add_argument_group("several rounds ahead")
    ahead.add_argument(
        "--plan", type=_rounds, metavar="K", help="plan K rounds instead; nothing is written down"
    )
    ahead.add_argument(
        "--repeats",
        choices=("never", "by_rules"),
        default="never",
        help="within the plan: nobody meets twice, or only as the rules and novelty say (default: %(default)s)",
    )


def add_relax(parser: argparse.ArgumentParser) -> None:
    """Add ``--relax`` to a command that pairs people."""
    parser.add_argument(
        "--relax",
        action="store_true",
        help="also write what each rule costs, and which to waive for those without a partner",
    )


def add_programme(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``peermatch programme``."""
    from peermatch.cli.entry import _command

    summary = "show a programme, or what it holds about one person; forget people, drop old rounds"
    parser = _command(commands, "programme", ("programme", "run_programme"), summary, _PROGRAMME_EXAMPLES)
    parser.add_argument("programme", metavar="JSON", help="the file of the programme, or its folder")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dossier", metavar="ID", help="show all that is held about a person")
    what.add_argument("--forget", metavar="ID", help="take a person out of everything held")
    what.add_argument("--retain", type=int, metavar="MONTHS", help="drop what is older than that")
    parser.add_argument("--as-of", metavar="DATE", help="with --retain: the day to count back from")
    parser.add_argument(
        "--undated",
        choices=("refuse", "keep", "drop"),
        default="refuse",
        help="with --retain: what happens to rows of no known day (default: %(default)s)",
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")


def _rounds(text: str) -> int:
    """Read a number of rounds."""
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 4 and int(text) >= 1):
        raise argparse.ArgumentTypeError(
            f"must be a whole number of rounds from 1 to 9999. Got {text[:40]!r} instead."
        )
    return int(text)
