"""Encoders: from the columns of a table of people to named features, as scikit-learn transformers."""

from __future__ import annotations

from peermatch.encoders._missing import MISSING_TOKENS
from peermatch.encoders.availability import AvailabilityEncoder
from peermatch.encoders.background import BackgroundEncoder
from peermatch.encoders.experience import ExperienceEncoder
from peermatch.encoders.goals import GoalsEncoder
from peermatch.encoders.hours import parse_hours
from peermatch.encoders.profile import ProfileEncoder
from peermatch.encoders.skills import SkillsEncoder
from peermatch.encoders.years import parse_years
from peermatch.encoders.zones import parse_zone

#: Every encoder by its name; the contract tests hold all of them.
ENCODERS = {
    encoder.__name__: encoder
    for encoder in (
        AvailabilityEncoder,
        BackgroundEncoder,
        ExperienceEncoder,
        GoalsEncoder,
        ProfileEncoder,
        SkillsEncoder,
    )
}

__all__ = [
    "ENCODERS",
    "MISSING_TOKENS",
    "AvailabilityEncoder",
    "BackgroundEncoder",
    "ExperienceEncoder",
    "GoalsEncoder",
    "ProfileEncoder",
    "SkillsEncoder",
    "parse_hours",
    "parse_years",
    "parse_zone",
]
