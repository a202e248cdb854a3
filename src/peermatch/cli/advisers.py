"""``peermatch match --advisers``: a second-line adviser for every pair that was made."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.console import Console
from peermatch.cli.progress import Progress
from peermatch.errors import ConfigError

if TYPE_CHECKING:
    from peermatch.cohort import Cohort
    from peermatch.matcher import PeerMatcher
    from peermatch.pairing import Pairing

__all__ = ["find_advisers", "read_advisers"]


def read_advisers(args: argparse.Namespace, matcher: PeerMatcher) -> Cohort | None:
    """Return who may advise; None where nobody is asked for. Whatever is wrong is said before anybody is matched.

    Raises
    ------
    ConfigError
        If the configuration says nothing of advisers, or their results have no place to go.
    InputError
        If the table cannot be read.
    """
    if args.advisers is None:
        return None
    if matcher.advisers is None:
        raise ConfigError(
            f'--advisers needs a section [advisers] in {args.config}: at least experience = "a column", and by = how '
            "far an adviser must be above the more experienced of a pair."
        )
    if args.out is None:
        raise ConfigError("--advisers needs --out: the folder in which advised.csv and its kin are written.")
    from peermatch.cohort import read_people

    encoding = args.encoding if Path(args.advisers).suffix.lower() in (".csv", ".tsv", ".txt") else None
    return read_people(args.advisers, matcher.id, encoding=encoding, at_least=1)


def find_advisers(
    args: argparse.Namespace,
    matcher: PeerMatcher,
    pairing: Pairing,
    seniors: Cohort,
    org: Any,
    console: Console,
) -> list[str]:
    """Say who advises which pair, write it down, and return the names of the files."""
    from peermatch.programme import assign_advisers

    if not len(pairing.matching.pairs):
        console.note("note: no pair was made, so there is nobody to advise.")
        return []
    asked = matcher.advisers
    assert asked is not None  # checked before
    has_lines = asked.manager is not None or any(
        rule.kind == "not_in_line" for rule in (*asked.rules, *matcher.rules)
    )
    with Progress(console) as progress:
        advised = assign_advisers(
            pairing,
            seniors,
            asked,
            org=org if has_lines else None,
            as_of=args.as_of,
            progress=progress,
            time_limit=args.time_limit,
        )
    if not console.quiet and not args.json:
        console.result("\n" + advised.summary())
    return [path.name for path in advised.to_csv(args.out)]
