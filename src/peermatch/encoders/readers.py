"""What criteria read people's cells with: the inner part of each encoder, which does not import scikit-learn."""

from peermatch.encoders._availability import AvailabilityReader
from peermatch.encoders._background import BackgroundReader
from peermatch.encoders._experience import ExperienceReader
from peermatch.encoders._goals import GoalsReader
from peermatch.encoders._skills import SkillsReader

__all__ = ["AvailabilityReader", "BackgroundReader", "ExperienceReader", "GoalsReader", "SkillsReader"]
