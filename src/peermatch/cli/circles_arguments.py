"""The arguments of ``peermatch circles``; nothing heavy is imported here."""

from __future__ import annotations

import argparse

__all__ = ["add_circles"]

Commands = argparse._SubParsersAction  # the type that argparse itself has no public name for

_EXAMPLES = """\
examples:
  peermatch circles people.csv --config programme.toml --size 5 --out circles
  peermatch circles people.csv --config programme.toml --size 4-6 --rule nobody_alone:gender \\
                    --rule at_most:department:2 --round 2026-12 --out circles
  peermatch circles people.csv --config programme.toml --rings --size 3-8 --out rings

The configuration is that of pairs: its criteria make the scores, its rules keep people apart. In a ring each person
advises the next one; what counts there is what the adviser is worth to the one who is advised."""


def add_circles(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``peermatch circles``."""
    from peermatch.cli.entry import _add_encoding, _add_month, _command
    from peermatch.cli.handout_arguments import add_handouts
    from peermatch.cli.record_arguments import add_record

    summary = "seat people in circles of 3 to 8, or in rings in which each advises the next"
    parser = _command(commands, "circles", ("circles", "run_circles"), summary, _EXAMPLES)
    parser.add_argument(
        "people", nargs="?", metavar="PEOPLE", help="the table of people, or - for JSON records"
    )
    parser.add_argument("--config", metavar="TOML", help="what matters and what is forbidden (needed)")
    parser.add_argument(
        "--size",
        type=_size,
        metavar="N or N-M",
        help="how many people a circle should have, or the fewest and the most (default: 5; of rings 3-8)",
    )
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="RULE",
        help="nobody_alone:COLUMN, not_all_alike:COLUMN or at_most:COLUMN:N; may be given several times",
    )
    parser.add_argument("--rings", action="store_true", help="rings: each person advises the next")
    parser.add_argument("--out", metavar="FOLDER", help="where the results go; made where it is missing")
    parser.add_argument("--json", action="store_true", help="print the result as JSON instead of a summary")
    parser.add_argument(
        "--quiet", action="store_true", help="print nothing but errors (and JSON with --json)"
    )
    _add_encoding(parser)
    add_handouts(parser, report=False)
    add_record(parser, key=False)
    month = _add_month(parser)
    month.add_argument(
        "--locks", metavar="TABLE", help="pairs that must sit in one circle this time: columns a, b"
    )


def _size(text: str) -> int | tuple[int, int]:
    parts = text.split("-")
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() and len(part) == 1 for part in parts):
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 3 to 8 such as 5, or two of them such as 4-6. Got {text[:40]!r} instead."
        )
    sizes = [int(part) for part in parts]
    return sizes[0] if len(sizes) == 1 else (sizes[0], sizes[1])
