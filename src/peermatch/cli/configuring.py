"""Where the configuration comes from when nobody names one: the file of this folder, or a draft of the table."""

from __future__ import annotations

import argparse
from pathlib import Path

from peermatch.cli.console import Console
from peermatch.errors import ConfigError

__all__ = ["CONFIGURATION", "take_configuration"]

CONFIGURATION = "programme.toml"
"""The file that `peermatch init` writes."""


def take_configuration(args: argparse.Namespace, command: str, console: Console) -> None:
    """Name a configuration in `args` where none is given, and check the tables.

    The programme.toml of this folder is taken, which `peermatch init` writes. Where there is none, and somebody is
    there to read what is said, one is drafted, so that one command leads from a table to pairs.

    Raises
    ------
    ConfigError
        If there is none, and output for programs was asked for: these should say what matters.
    """
    from peermatch.cli.match import check_arguments, check_tables

    if args.config is not None:
        check_arguments(args, command)
        return
    there = Path(CONFIGURATION).is_file()
    if not there and (args.json or args.quiet or args.people in (None, "-") or command != "match"):
        check_arguments(args, command)  # says that one is needed, and how to draft it
    check_tables(args, command)
    if there:
        console.note(f"Using {CONFIGURATION} of this folder (name another one with --config).")
    else:
        _draft(args, console)
    args.config = CONFIGURATION


def _draft(args: argparse.Namespace, console: Console) -> None:
    from peermatch.cli.files import write_text
    from peermatch.cli.init import draft_for

    draft = draft_for(args.people, args.as_of, args.encoding)
    write_text(Path(CONFIGURATION), "\n".join(draft.lines(CONFIGURATION)))
    console.note(f"No configuration was given, so {CONFIGURATION} was drafted: {draft.summary()}.")
    for warning in draft.warnings():
        console.note(f"warning: {warning}")
    if args.for_participants and draft.eligible is None and draft.questions:
        raise ConfigError(
            f"{CONFIGURATION} was drafted and does not say yet who takes part; {draft.questions[0].name!r} may be the "
            "column that does. Decide, and run this again before anything is handed out to participants."
        )
    console.note("These pairs are a first look. Read the file, change what is wrong, and run this again.")
    if args.role is None and draft.sides is not None:
        args.role = draft.sides.name
