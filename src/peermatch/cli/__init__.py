"""The command line: the same thing on a file."""

from peermatch.cli.entry import main

__all__ = ["main"]
