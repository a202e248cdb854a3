"""``peermatch fit``: from past pairs and how they went to a configuration with learned weights."""

from __future__ import annotations

import argparse
from pathlib import Path

from peermatch.cli.console import DONE, INFEASIBLE, Console
from peermatch.cli.files import check_day, check_writable
from peermatch.cli.match import check_arguments, tables_of
from peermatch.errors import ConfigError

__all__ = ["run_fit"]


def run_fit(args: argparse.Namespace, console: Console) -> int:
    """Learn weights, say what was learned, and write the configuration where they show skill."""
    check_arguments(args, "fit")
    check_day(args.as_of)
    out = None if args.out is None else Path(args.out)
    if out is not None:
        if out.exists():
            raise ConfigError(f"{args.out} is there already. Name another file with --out, or move it away.")
        check_writable(out)
    from peermatch.cli.progress import say_that_it_compiles
    from peermatch.matcher import PeerMatcher
    from peermatch.programme.learning import fit_weights

    matcher = PeerMatcher.from_toml(args.config)
    left, right = tables_of(args, matcher)
    say_that_it_compiles(console)
    fitted = fit_weights(
        left,
        args.outcomes,
        others=right,
        role=args.role,
        matcher=matcher,
        by=args.by,
        min_pairs=args.min_pairs,
        protected=args.protected,
        as_of=args.as_of,
    )
    if not console.quiet:
        console.result(fitted.report)
    if not fitted.has_skill:
        console.error("the outcomes show no skill: nothing was written. Keep the present weights.")
        return INFEASIBLE
    if out is None:
        console.note("Nothing was written: name a file with --out.")
        return DONE
    fitted.matcher.to_toml(out)
    console.note(f"Learned weights in {args.out}: peermatch match ... --config {args.out}")
    return DONE
