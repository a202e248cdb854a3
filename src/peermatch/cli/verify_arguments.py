"""The arguments of ``peermatch verify``."""

from __future__ import annotations

import argparse

__all__ = ["add_verify"]

_EXAMPLES = """examples:
  peermatch verify results                             # the proof, on the evidence in results/result.json
  peermatch verify results people.csv                  # and whether the evidence comes from this table
  peermatch verify results people.csv --config programme.toml --history earlier.csv   # lists and private rules too
  peermatch verify results people.csv --key results.run.json   # which rows changed, by their fingerprints

Write the evidence with `peermatch match ... --evidence`. Exit code 0: the proof holds, or without evidence nothing
contradicts it; 5: it does not hold. That people were erased or have changed since is told, and is no failure."""


def add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``peermatch verify``."""
    from peermatch.cli.entry import _add_encoding, _command

    summary = "check a saved result: does its proof hold, and does it come from this table of people"
    parser = _command(commands, "verify", ("verify", "run_verify"), summary, _EXAMPLES)
    parser.add_argument("result", metavar="RESULT", help="a result.json, or the folder that holds it")
    parser.add_argument("people", nargs="?", metavar="PEOPLE", help="the table of people that it came from")
    parser.add_argument("--left", metavar="TABLE", help="with two tables: the left side's people")
    parser.add_argument("--right", metavar="TABLE", help="with two tables: the right side's people")
    parser.add_argument(
        "--role", metavar="COLUMN", help="the column with each person's side, if not as the result says"
    )
    parser.add_argument(
        "--config", metavar="TOML", help="the configuration of the run, for lists and private rules"
    )
    parser.add_argument("--org", metavar="TABLE", help="the whole staff, as the run was given it")
    parser.add_argument("--history", metavar="TABLE", help="earlier pairs, as the run was given them")
    parser.add_argument(
        "--key", metavar="FILE", help="the record of the run, or the secret that made its fingerprints"
    )
    _add_encoding(parser)
    parser.add_argument("--json", action="store_true", help="print both verdicts as JSON")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors; the exit code tells")
