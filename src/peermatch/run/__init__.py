"""One run of a matcher, from tables to a checked pairing."""

from peermatch.run.request import Request
from peermatch.run.solving import solving_order
from peermatch.run.way import run

__all__ = ["Request", "run", "solving_order"]
