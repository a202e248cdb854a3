"""What a mean that shows tells of how many people have a partner.

Nobody has more than 1, so whoever shares a worth of S among T people who take part leaves at most T - S of them without
a partner; and where everybody who is paired has at least L, at least T - S / L. Where the numbers of paired people are
hidden, means may show only as far as these bounds, and the total, leave every number at least k values.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from peermatch.audit.counts import GroupCounts, summed

__all__ = ["groups_that_tell", "total_tells"]


def _span(group: GroupCounts, lowest: float) -> tuple[int, int]:
    """Return how many people of a group are without a partner at least and at most, by what they have together."""
    most = math.floor(group.taking_part - group.worth)
    least = math.ceil(group.taking_part - group.worth / lowest) if lowest > 0 else 0
    return max(0, least), min(most, group.taking_part)


def total_tells(groups: Sequence[GroupCounts], k: int, alone: int) -> bool:
    """Return whether everyone's mean would tell how many are without a partner; at least `alone` are in any case."""
    whole = summed(groups)
    least, most = _span(whole, whole.lowest)
    return most - max(least, alone) < k - 1


def groups_that_tell(
    groups: Sequence[GroupCounts],
    paired: Collection[int],
    taking: Collection[int],
    worth: Collection[int],
    k: int,
    *,
    total_shows: bool,
) -> set[int] | None:
    """Return the groups whose mean must be hidden as well; None where it is the pool of hidden ones that tells.

    Parameters
    ----------
    groups : sequence of GroupCounts
    paired, taking, worth : collections of int
        Whose numbers of paired people, of people taking part, and whose means are hidden.
    k : int
    total_shows : bool
        Whether it shows how many people of all are without a partner.
    """
    lowest = summed(groups).lowest
    shown = {g: _span(groups[g], lowest) for g in sorted(set(paired) - set(worth)) if groups[g].taking_part}
    pool = sorted(set(paired) & set(worth))
    together = sum(groups[g].unmatched for g in paired)
    room = _pool_room(groups, worth, paired)
    people = sum(groups[g].taking_part for g in pool)
    small = sum(groups[g].taking_part for g in taking)

    def wide(least: int, most: int, others_least: int, others_most: int) -> bool:
        if total_shows:
            least, most = max(least, together - others_most), min(most, together - others_least)
        return most - least >= k - 1

    at_least, at_most = (sum(span[end] for span in shown.values()) for end in (0, 1))
    tell = {
        g
        for g, (least, most) in shown.items()
        if not wide(least, most, at_least - least, at_most - most + min(room, people))
    }
    if tell:
        return tell
    with_partner = _pool_paired(groups, worth, paired, lowest)
    for g in pool:
        own, least = small if g in taking else groups[g].taking_part, 0
        if with_partner is not None:
            if with_partner < k - 1:
                return None
            least = 0 if g in taking else max(0, own - with_partner)
        rest = people - groups[g].taking_part
        if not wide(least, min(own, room), at_least, at_most + min(room, rest)):
            return None
    return set()


def _pool_room(groups: Sequence[GroupCounts], worth: Collection[int], paired: Collection[int]) -> int:
    """Return how many people of groups of which both is hidden can be without a partner at most."""
    taking = sum(groups[g].taking_part for g in worth)
    held = sum(groups[g].worth for g in worth)
    known = sum(groups[g].unmatched for g in set(worth) - set(paired))
    return max(0, math.floor(taking - held) - known)


def _pool_paired(
    groups: Sequence[GroupCounts], worth: Collection[int], paired: Collection[int], lowest: float
) -> int | None:
    """Return how many people of groups of which both is hidden can have a partner at most; None: nothing is known."""
    if lowest <= 0:
        return None
    held = sum(groups[g].worth for g in worth)
    known = sum(groups[g].paired for g in set(worth) - set(paired))
    return max(0, math.floor(held / lowest) - known)
