"""``peermatch demo``: a synthetic organisation, its programme, and the pairs, in one go."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from peermatch.cli.console import Console
from peermatch.cli.files import check_writable, make_folder, write_text
from peermatch.cli.match import exit_code_for, show_results, warn_of
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.cli.synth import synthetic_csv

__all__ = ["PROGRAMME", "run_demo"]

ROUND = "demo"

AS_OF = "2026-12-01"
"""The day from which the demo counts; never today, so that its results stay the same."""

PROGRAMME = """\
# What matters in this programme, and nothing about this month.

schema = 1
id = "employee_id"
label = "display_name"  # what people read; never used for matching
eligible = "opted_in"  # whoever says no, or nothing, does not take part
objective = "everyone_first"  # as many pairs as possible, then the best

[[criteria]]  # one can help the other with what they seek, at best both
kind = "complement"
offers = "can_teach"
seeks = "wants_to_learn"
name = "help"
weight = 8  # often 0, where the others are seldom so: less, and it gets lost among them

[[criteria]]  # similar goals
kind = "overlap"
column = "goals"
name = "goals"
weight = 2

[[criteria]]  # about as far along
kind = "near"
column = "years_experience"
scale = 3
name = "experience"
weight = 2

[[criteria]]  # someone they would not meet anyway
kind = "different"
columns = ["department", "field_of_study", "career_path"]
name = "background"
weight = 1

[[criteria]]  # hours in which they can meet
kind = "available"
zone = "time_zone"
hours = "working_hours"
wanted = 10
name = "hours"
weight = 1

[[rules]]  # nobody with anyone above or below them
kind = "not_in_line"
manager = "manager_id"

[[rules]]  # no pair twice within six rounds, once there is a history
kind = "no_repeat"
rounds = 6
"""


def run_demo(args: argparse.Namespace, console: Console) -> int:
    """Make a synthetic organisation, pair its people, write everything down, and show a summary."""
    folder = Path(args.out)
    check_writable(folder)
    from peermatch.cli.results import check_history_kept, write_results
    from peermatch.matcher import PeerMatcher

    check_history_kept(folder, None, ROUND)

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
        pairing = matcher.match(people, round=ROUND, as_of=AS_OF, progress=progress)
    files = write_results(folder, pairing, None)
    console.result(pairing.summary())
    again = ["peermatch", "match", str(people), "--config", str(config)]
    again += ["--round", ROUND, "--as-of", AS_OF, "--out", args.out]
    show_results(folder, [people.name, config.name, *files], console)
    warn_of(pairing, console)
    console.note(f"The same by hand:\n  {shlex.join(again)}")
    return exit_code_for(pairing)
