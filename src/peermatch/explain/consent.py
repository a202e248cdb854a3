"""How many people did not consent to the use of a column; never who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peermatch.criteria import folded
from peermatch.explain.outcome import Outcome

__all__ = ["HIDE_BELOW", "NO_CONSENT", "ConsentCount", "consent_counts", "hidden_count"]

NO_CONSENT = "no_consent"
"""The code of the repair that tells of it."""
HIDE_BELOW = 10
"""Smaller numbers of people are not told."""


@dataclass(frozen=True)
class ConsentCount:
    """One column of one side's table, and how many said yes to its use.

    Attributes
    ----------
    column, asked_by : str
        The column, and the one that asks for consent.
    hand : int
        The side.
    people, without : int
        How many came in on that side, and how many of them did not say yes.
    """

    column: str
    asked_by: str
    hand: int
    people: int
    without: int

    def said_yes(self, hide_below: int) -> str:
        """Return in words how many said yes; a small number of yeses, or of the others, is not told.

        Examples
        --------
        >>> ConsentCount("faith", "ok", 0, 40, 12).said_yes(10), ConsentCount("faith", "ok", 0, 40, 2).said_yes(10)
        ('28 of 40 said yes', 'nearly all of 40 said yes')
        >>> ConsentCount("faith", "ok", 0, 40, 0).said_yes(10), ConsentCount("faith", "ok", 0, 40, 39).said_yes(10)
        ('nearly all of 40 said yes', 'few of 40 said yes')
        """
        yes = self.people - self.without
        if self.people < hide_below:
            return f"asked of fewer than {hide_below} people"
        if self.without < hide_below and hide_below > 1:
            return f"nearly all of {self.people:,} said yes"
        if yes < hide_below and hide_below > 1:
            return f"few of {self.people:,} said yes"
        return f"{yes:,} of {self.people:,} said yes"


def consent_counts(outcome: Outcome, settings: Mapping[str, Any]) -> list[ConsentCount]:
    """Return how many said yes, for each column that consent was asked for and each side whose table has it."""
    found = []
    for column, asked_by in (settings.get("consent") or {}).items():
        for hand in outcome.hands:
            cohort = outcome.everyone[hand]
            assert cohort is not None  # hands are sides that are there
            here = next((name for name in cohort.columns if folded(name) == folded(column)), None)
            if here is None:
                continue
            told = cohort.repairs
            rows = told[((told["code"] == NO_CONSENT) & (told["column"] == here)).to_numpy(dtype=bool)]
            without = int(rows["count"].iloc[0]) if len(rows) else 0
            found.append(ConsentCount(here, asked_by, hand, len(cohort), without))
    return found


def hidden_count(count: int, hide_below: int) -> str:
    """Return a count of people in words; a small one is not told.

    Examples
    --------
    >>> hidden_count(12, 10), hidden_count(3, 10), hidden_count(0, 10)
    ('12', 'fewer than 10', 'none')
    """
    if not count:
        return "none"
    return f"fewer than {hide_below}" if count < hide_below else f"{count:,}"
