"""``peermatch synth``: a synthetic organisation as a table."""

from __future__ import annotations

import argparse
from pathlib import Path

from peermatch.cli.console import DONE, Console
from peermatch.cli.files import check_writable, write_text

__all__ = ["run_synth", "synthetic_csv"]


def run_synth(args: argparse.Namespace, console: Console) -> int:
    """Write a synthetic organisation to a file or to standard output."""
    if args.out is not None:
        check_writable(Path(args.out))
    text = synthetic_csv(args.people, args.seed)
    if args.out is None:
        console.data(text)
    else:
        write_text(Path(args.out), text)
    where = "" if args.out is None else f" Wrote {args.out}."
    console.note(
        f"A synthetic organisation of {args.people:,} people (seed {args.seed}): nobody in it exists.{where}"
    )
    return DONE


def synthetic_csv(people: int, seed: int) -> str:
    """Return a synthetic organisation as CSV; whole numbers beside missing ones stay whole."""
    from peermatch.datasets import make_organisation

    frame = make_organisation(people, seed)
    whole = [
        name for name, column in frame.items() if column.dtype == float and (column.dropna() % 1 == 0).all()
    ]
    text: str = frame.astype(dict.fromkeys(whole, "Int64")).to_csv(index=False, lineterminator="\n")
    return text
