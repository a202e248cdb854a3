"""One run of a matcher, from tables to a checked pairing."""

from peermatch.run.advisers import Advisers
from peermatch.run.consent import check_consent, read_consent
from peermatch.run.group_floor import read_group_floor
from peermatch.run.listing import list_people
from peermatch.run.people import MOST_PLACES
from peermatch.run.places import columns_of_places, plain_capacity, read_capacity
from peermatch.run.request import Request
from peermatch.run.reserve import check_odd
from peermatch.run.snapshot import Snapshot
from peermatch.run.solving import solving_order
from peermatch.run.updating import Mode, update_people
from peermatch.run.way import run

__all__ = [
    "MOST_PLACES",
    "Advisers",
    "Mode",
    "Request",
    "Snapshot",
    "check_consent",
    "check_odd",
    "columns_of_places",
    "list_people",
    "plain_capacity",
    "read_capacity",
    "read_consent",
    "read_group_floor",
    "run",
    "solving_order",
    "update_people",
]
