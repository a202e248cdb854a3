"""``peermatch demo``: a synthetic organisation, its programme, and the pairs, in one go."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from peermatch.cli.console import Console
from peermatch.cli.files import check_writable, make_folder, write_text
from peermatch.cli.match import exit_code_for
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.cli.synth import synthetic_csv

__all__ = ["PROGRAMME", "run_demo"]

AS_OF = "2026-12-01"
"""The day from which the demo counts; never today, so that its results stay the same."""

PROGRAMME = """\
"""


def run_demo(args: argparse.Namespace, console: Console) -> int:
    """Make a synthetic organisation, pair its people, write everything down, and show a summary."""
    folder = Path(args.out)
    check_writable(folder)
    from peermatch.matcher import PeerMatcher

    make_folder(folder)
    people, config = folder / "organisation.csv", folder / "programme.toml"
    console.note(
        f"A synthetic organisation of {args.people:,} people (seed {args.seed}); nobody in it exists."
    )
    write_text(people, synthetic_csv(args.people, args.seed))
    write_text(config, PROGRAMME)
    say_that_it_compiles(console)
    matcher = PeerMatcher.from_toml(config)
    with Progress(console) as progress:
        pairing = matcher.match(people, round="demo", as_of=AS_OF, progress=progress)
    files = [path.name for path in pairing.to_csv(folder)]
    console.result(pairing.summary())
    again = ["peermatch", "match", str(people), "--config", str(config), "--round", "demo", "--as-of", AS_OF]
    console.note(f"Results in {folder}: {', '.join([people.name, config.name, *files])}")
    console.note(f"The same by hand:\n  {shlex.join([*again, '--out', args.out])}")
    return exit_code_for(pairing)
