"""The arguments of the record of a run; nothing heavy is imported here."""

from __future__ import annotations

import argparse

__all__ = ["add_record"]


def add_record(parser: argparse.ArgumentParser, *, key: bool = True) -> None:
    """Add where the record of the run goes, and the secret of the fingerprints."""
    record = parser.add_argument_group("to check the result by later")
    record.add_argument(
        "--record",
        metavar="FILE",
        help="where clock, host, files and the key of the fingerprints are noted; beside the folder of --out, as "
        "FOLDER.run.json, when not given",
    )
    if key:
        record.add_argument(
            "--key",
            metavar="FILE",
            help="a file with a secret of your own, of which the key of the fingerprints is made",
        )
