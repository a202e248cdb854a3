"""Encoders: from the columns of a table of people to named features, as scikit-learn transformers.

Everything here is imported when it is first asked for: scikit-learn takes longer to import than a thousand people take
to pair, and criteria only need `peermatch.encoders.readers`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

    ENCODERS: dict[str, type[Any]]

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

_HOME = {
    "AvailabilityEncoder": "availability",
    "BackgroundEncoder": "background",
    "ExperienceEncoder": "experience",
    "GoalsEncoder": "goals",
    "MISSING_TOKENS": "_missing",
    "ProfileEncoder": "profile",
    "SkillsEncoder": "skills",
    "parse_hours": "hours",
    "parse_years": "years",
    "parse_zone": "zones",
}


def __getattr__(name: str) -> Any:
    if name == "ENCODERS":  # every encoder by its name; the contract tests hold all of them
        value: Any = {encoder: __getattr__(encoder) for encoder in _HOME if encoder.endswith("Encoder")}
    elif name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
