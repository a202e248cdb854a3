"""What is known of a group of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["GroupCounts", "summed"]


@dataclass(frozen=True)
class GroupCounts:
    """What is known of one group.

    Attributes
    ----------
    people, taking_part, paired : int
    worth : float
        The sum of what those who take part have, each from 0 to 1.
    lowest : float
        The least that one who has a partner has; 0 without any.
    """

    people: int
    taking_part: int
    paired: int
    worth: float
    lowest: float = 0.0

    @property
    def unmatched(self) -> int:
        """Those who take part and have no partner."""
        return self.taking_part - self.paired

    @property
    def out(self) -> int:
        """Those who do not take part."""
        return self.people - self.taking_part


def summed(groups: Sequence[GroupCounts]) -> GroupCounts:
    """Return everyone together.

    Examples
    --------
    >>> summed([GroupCounts(3, 2, 2, 1.0, 0.4), GroupCounts(2, 2, 0, 0.0)])
    GroupCounts(people=5, taking_part=4, paired=2, worth=1.0, lowest=0.4)
    """
    return GroupCounts(
        sum(group.people for group in groups),
        sum(group.taking_part for group in groups),
        sum(group.paired for group in groups),
        sum(group.worth for group in groups),
        min((group.lowest for group in groups if group.paired), default=0.0),
    )
