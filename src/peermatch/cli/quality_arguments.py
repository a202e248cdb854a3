"""The arguments of quality by groups."""

from __future__ import annotations

import argparse

__all__ = ["add_quality"]


def add_quality(parser: argparse.ArgumentParser) -> None:
    """Add ``--quality-by`` and ``--hide-below``."""
    fairness = parser.add_argument_group("fairness of the whole")
    fairness.add_argument(
        "--quality-by",
        metavar="COLUMN",
        action="append",
        help="how well each group of this column is paired, as quality.csv; may be given several times",
    )
    fairness.add_argument(
        "--hide-below",
        type=_at_least_one,
        metavar="N",
        help="hide numbers of people below this one, and what would give them away (default: 10)",
    )


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)
