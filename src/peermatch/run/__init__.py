"""One run of a matcher, from tables to a checked pairing."""

from peermatch.run.listing import list_people
from peermatch.run.people import MOST_PLACES
from peermatch.run.request import Request
from peermatch.run.reserve import check_odd
from peermatch.run.solving import solving_order
from peermatch.run.way import run

__all__ = ["MOST_PLACES", "Request", "check_odd", "list_people", "run", "solving_order"]
