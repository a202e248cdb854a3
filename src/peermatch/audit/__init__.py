"""What is kept about a run, so that it can be checked later."""

from peermatch.audit.settings import criterion_settings, rule_settings, settings_of

__all__ = ["criterion_settings", "rule_settings", "settings_of"]
