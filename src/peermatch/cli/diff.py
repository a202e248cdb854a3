"""``peermatch diff``: what changed from one result to another."""

from __future__ import annotations

import argparse
from pathlib import Path

from peermatch.cli.console import DONE, Console
from peermatch.cli.files import check_writable

__all__ = ["run_diff"]

_SHOWN = 20


def run_diff(args: argparse.Namespace, console: Console) -> int:
    """Say who changed partner, who gained and lost, and write the tables where a folder is named."""
    if args.out is not None:
        check_writable(Path(args.out))
    from peermatch.programme import diff

    change = diff(args.before, args.after)
    if not console.quiet:
        console.result(_shown(change.text, change.people))
    if args.out is not None:
        files = [path.name for path in change.to_csv(args.out)]
        console.note(f"Results in {args.out}: {', '.join(files)}")
    return DONE


def _shown(text: str, people: object) -> str:
    """The text, and the first people whose partners changed."""
    import pandas as pd

    from peermatch.explain.wording import wrapped

    assert isinstance(people, pd.DataFrame)
    if not len(people):
        return wrapped(text) + "\n"
    head = people.head(_SHOWN).copy()
    for name in ("before", "after"):
        head[name] = [", ".join(map(str, ids)) or "nobody" for ids in head[name]]
    table = head.drop(columns=["score_before", "score_after"]).round(3).to_string(index=False, na_rep="")
    more = f"\nand {len(people) - _SHOWN:,} more" if len(people) > _SHOWN else ""
    return f"{wrapped(text)}\n\n{table}{more}\n"
