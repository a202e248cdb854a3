"""Synthetic people: whole organisations and mentoring programmes, for examples, tests and timing. Nobody is real."""

from peermatch.datasets.organisation import make_organisation
from peermatch.datasets.two_sides import make_two_sides
from peermatch.datasets.vocabulary import GRADES

__all__ = ["GRADES", "make_organisation", "make_two_sides"]
