"""Which cells of a table of groups are hidden, so that none of them can be had by subtraction.

A table says of every group how many of its people take part (level 1), how many people it has (level 2), how many of
those who take part have a partner (level 3), and how well they are paired (level 4); and the same of everyone. A number
of people from 1 to k - 1 must not show, nor must it follow: 12 people of whom 11 take part tell of a single one.

At each level some groups are hidden, and whoever is hidden at the first is hidden at all. Whoever knows the totals
knows, by subtraction, what the hidden groups have together, and no more: shown groups and that pool are all there is.
So groups are hidden until the pool itself says nothing too fine:

- it holds at least two groups, and (at levels 1 and 4) at least k people besides each group that is too small;
- of those whom a level tells apart (taking part or not, paired or not) it has none at all in the whole table, or k.

Then every hidden number of people could be any of at least k values. Where not even all groups together are enough, the
total is hidden as well. Rounding takes care of the rest: a mean with all its digits would tell its own denominator.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from peermatch.audit.counts import GroupCounts, summed
from peermatch.audit.telling import groups_that_tell, total_tells

__all__ = ["Hidden", "hidden_cells"]

LEAST_ROOM = 0.1
"""A mean over too few people could lie anywhere in an interval at least this wide, as far as the pool tells."""


@dataclass(frozen=True)
class Hidden:
    """What is hidden: at each level the groups, and whether the total is.

    Attributes
    ----------
    taking_part, people, paired, worth : frozenset of int
        Positions of groups. `paired` also stands for those who have no partner.
    totals : tuple of four bool
        The same for everyone together, level by level.
    """

    taking_part: frozenset[int]
    people: frozenset[int]
    paired: frozenset[int]
    worth: frozenset[int]
    totals: tuple[bool, bool, bool, bool]

    def all_at(self, level: int, groups: int) -> Hidden:
        """Return the same with everything hidden at a level (2: paired, 3: worth), for so many groups."""
        everything: frozenset[int] = frozenset(range(groups))
        paired = everything if level == 2 else self.paired
        worth = everything if level == 3 else self.worth
        taking_part, people, no_paired, no_worth = self.totals
        totals = (taking_part, people, no_paired or level == 2, no_worth or level == 3)
        return Hidden(self.taking_part, self.people, paired, worth, totals)


Check = Callable[[Sequence[GroupCounts]], bool]


def hidden_cells(groups: Sequence[GroupCounts], hide_below: int, *, alone: int = 0) -> Hidden:
    """Decide what is hidden.

    Parameters
    ----------
    groups : sequence of GroupCounts
        In an order that does not depend on how people came in: where two groups would do as well, the first is hidden.
    hide_below : int
        Numbers of people from 1 to `hide_below` - 1 are too small; 1 hides nothing.
    alone : int
        So many people have no partner in any case, as everybody knows: of 57 on a side that faces 52, five.

    Examples
    --------
    >>> counts = [GroupCounts(n, n, n, n / 2) for n in (3, 12, 40, 60)]
    >>> sorted(hidden_cells(counts, 10).people)
    [0, 1]
    """
    k, everyone = hide_below, summed(groups)
    numbered = list(enumerate(groups))
    nobody_in = {g for g, group in numbered if not group.taking_part}
    few = frozenset(g for g, group in numbered if _few(group.taking_part, k))
    taking, no_taking = _closed(groups, few, lambda pool: _apart(pool, k), nobody_in)

    some_out, told_apart = everyone.out > 0, 0 < everyone.unmatched < everyone.taking_part
    out = {g for g, group in numbered if _few(group.out, k)}
    people, no_people = _closed(
        groups, taking | out, lambda pool: _enough(pool, k, [lambda group: group.out] if some_out else [])
    )
    parts = {g for g, group in numbered if told_apart and (_few(group.unmatched, k) or _few(group.paired, k))}
    both = [lambda group: group.unmatched, lambda group: group.paired] if told_apart else []
    paired, no_paired = _closed(groups, taking | parts, lambda pool: _enough(pool, k, both), nobody_in)
    out_of_sight = (taking, paired, nobody_in)
    worth, no_worth = _worth_hidden(groups, k, out_of_sight, no_taking or no_paired, alone)
    totals = (no_taking, no_taking or no_people, no_taking or no_paired, no_taking or no_worth)
    return Hidden(taking, people, paired, worth, totals)


def _worth_hidden(
    groups: Sequence[GroupCounts],
    k: int,
    out_of_sight: tuple[frozenset[int], frozenset[int], set[int]],
    no_total: bool,
    alone: int,
) -> tuple[frozenset[int], bool]:
    """Hide means: of small groups, and those that would tell how many people of a group have a partner."""
    taking, paired, nobody_in = out_of_sight
    worth, no_worth = _closed(groups, taking, lambda pool: _room(pool, k), nobody_in)
    everything = frozenset(range(len(groups))) - nobody_in
    if no_total and total_tells(groups, k, alone):
        return everything, True
    # where nobody at all is without a partner, or has one, there is nothing to tell
    while not no_worth and 0 < summed(groups).unmatched < summed(groups).taking_part:
        tell = groups_that_tell(groups, paired, taking, worth, k, total_shows=not no_total)
        if tell is None:
            return everything, True
        if not tell:
            break
        worth, no_worth = _closed(groups, worth | tell, lambda pool: _room(pool, k), nobody_in)
    return worth, no_worth


def _few(number: int, k: int) -> bool:
    return 0 < number < k


def _closed(
    groups: Sequence[GroupCounts], start: frozenset[int], safe: Check, plain: Collection[int] = ()
) -> tuple[frozenset[int], bool]:
    """Hide more groups until the pool is safe; all of them, and the total, where no pool is.

    Groups of which it is `plain` that they have nobody to tell apart hide nothing, and stay.
    """
    hidden = set(start)
    while hidden and not safe([groups[g] for g in sorted(hidden)]):
        rest = [g for g in range(len(groups)) if g not in hidden and g not in plain]
        if not rest:
            return frozenset(hidden), True
        by_size = sorted(rest, key=lambda g: (groups[g].people, g))
        enough = (g for g in by_size if safe([groups[h] for h in sorted({*hidden, g})]))
        hidden.add(next(enough, by_size[-1]))
    return frozenset(hidden), False


def _apart(pool: Sequence[GroupCounts], k: int) -> bool:
    """Whether a pool has two groups, and k people who take part besides each group that is too small."""
    total = sum(group.taking_part for group in pool)
    small = [group.taking_part for group in pool if _few(group.taking_part, k)]
    return len(pool) > 1 and all(total - size >= k for size in small)


def _enough(pool: Sequence[GroupCounts], k: int, parts: Sequence[Callable[[GroupCounts], int]]) -> bool:
    """Whether a pool has two groups, and k people in each of the parts that a level tells apart."""
    return len(pool) > 1 and all(sum(map(part, pool)) >= k for part in parts)


def _room(pool: Sequence[GroupCounts], k: int) -> bool:
    """Whether the pool's mean leaves room for the mean of each of its groups, even if all numbers were known."""
    people, worth = sum(group.taking_part for group in pool), sum(group.worth for group in pool)
    if len(pool) < 2:
        return False
    for group in pool:
        size = group.taking_part
        rest = people - size
        if not size:
            continue
        if rest < (k if size < k else 1):
            return False
        low, high = max(0.0, (worth - rest) / size), min(1.0, worth / size)
        if size < k and high - low < LEAST_ROOM:
            return False
    return True
