"""The arguments of ``peermatch fit``, and ``--sensitivity``; nothing heavy is imported here."""

from __future__ import annotations

import argparse

__all__ = ["add_fit", "add_sensitivity"]

Commands = argparse._SubParsersAction  # the type that argparse itself has no public name for

_EXAMPLES = """\
examples:
  peermatch fit people.csv --config programme.toml --outcomes outcomes.csv --out learned.toml
  peermatch fit people.csv --config programme.toml --outcomes outcomes.csv --protected gender --protected age

OUTCOMES holds past pairs: the columns round, a, b, and how it went: rating_a and rating_b (numbers), liked_a and
liked_b (yes or no), or rating or liked of the pair. Without skill on rounds that were not learned from, nothing is
written and the exit code is 3."""


def add_fit(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``peermatch fit``."""
    from peermatch.cli.entry import _add_encoding, _add_sides, _command

    summary = "learn the weights of criteria from how past pairs went"
    parser = _command(commands, "fit", ("fit", "run_fit"), summary, _EXAMPLES)
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people, or - for JSON records"
    )
    parser.add_argument("--config", metavar="TOML", help="the criteria to learn about (needed)")
    parser.add_argument("--outcomes", metavar="TABLE", required=True, help="past pairs and how they went")
    parser.add_argument(
        "--out",
        metavar="TOML",
        help="where the configuration with learned weights goes; it must not be there yet",
    )
    parser.add_argument(
        "--by",
        metavar="COLUMN",
        default="round",
        help="the column that tells rounds apart (default: %(default)s)",
    )
    parser.add_argument(
        "--min-pairs", type=int, metavar="N", help="refuse fewer pairs (default: 20 a criterion, at least 50)"
    )
    parser.add_argument(
        "--protected",
        metavar="COLUMN",
        action="append",
        default=[],
        help="never learn from this column, and report what stands for it; may be given several times",
    )
    parser.add_argument(
        "--as-of", metavar="DATE", help="the day from which dates are counted, such as 2026-12-01"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    _add_encoding(parser)
    _add_sides(parser)


def add_sensitivity(parser: argparse.ArgumentParser) -> None:
    """Add ``--sensitivity`` to a command that pairs people."""
    parser.add_argument(
        "--sensitivity",
        action="store_true",
        help="also say which pairs survive when each weight moves by 10, 20 and 50 per cent (36 more matchings for six "
        "criteria)",
    )
