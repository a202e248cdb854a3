"""Programmes over rounds."""

from peermatch.programme.history import extend_history

__all__ = ["extend_history"]
