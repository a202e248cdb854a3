"""Demands that contradict each other: as data, and in a sentence each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from peermatch.criteria.rule import Rule
from peermatch.errors import InfeasibleError

__all__ = ["PRIVATE", "Conflict", "refuse", "shown_name"]

PRIVATE = "a private rule"
"""All that anybody reads of a rule that is private, or on what is sensitive."""


@dataclass(frozen=True)
class Conflict:
    """Demands that cannot all be met.

    Attributes
    ----------
    sentence : str
    parts : tuple of dict
        One for each demand: the rule, whom it concerns (``ids``), and numbers where there are any.
    """

    sentence: str
    parts: tuple[dict[str, Any], ...]


def refuse(conflicts: Sequence[Conflict]) -> None:
    """Raise InfeasibleError if there are any conflicts: the first one first, the others as ``more``.

    Examples
    --------
    >>> refuse([])
    >>> refuse([Conflict("Ada is demanded twice.", ({"rule": "locks", "ids": ["ada", "bo"]},))])
    Traceback (most recent call last):
    ...
    peermatch.errors.InfeasibleError: Ada is demanded twice.
    """
    if not conflicts:
        return
    first, *others = conflicts
    more = [{"message": other.sentence, "conflict": list(other.parts)} for other in others]
    raise InfeasibleError(first.sentence, first.parts, more)


def shown_name(rule: Rule, sensitive: Collection[str]) -> str:
    """Return the name of a rule that people may read: one on a sensitive criterion is private as well.

    Parameters
    ----------
    rule : Rule
    sensitive : collection of str
        Names of the criteria that are sensitive.
    """
    if rule.kind == "at_least" and rule.options.get("criterion") in sensitive:
        return PRIVATE
    return rule.public_name
