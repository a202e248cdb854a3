"""Who takes part: reading, cleaning and checking people on the way in."""

from peermatch.cohort.cohort import Cohort
from peermatch.cohort.reading import read_people

__all__ = ["Cohort", "read_people"]
