"""Hidden cells, attacked: whatever follows from a table by linear programming must leave every hidden cell open."""

from __future__ import annotations

import numpy as np
import pytest

from peermatch.audit import GroupCounts, Hidden, hidden_cells
from peermatch.audit.counts import summed
from peermatch.audit.suppression import LEAST_ROOM
from support.attack import CELLS, Attack


def random_groups(rng: np.random.Generator) -> list[GroupCounts]:
    """Tables of all sorts: tiny groups, nobody or few without a partner, all or few taking part."""
    groups = []
    sizes = rng.choice([1, 2, 5, 9, 10, 11, 12, 20, 40, 150], int(rng.integers(1, 9)))
    take, pair = rng.choice([0.0, 0.05, 0.5, 0.9, 0.97, 1.0], 2)
    for size in sizes.tolist():
        taking = int(rng.binomial(size, take))
        paired = int(rng.binomial(taking, pair))
        mean = float(rng.choice([0.0, 0.02, 0.5, 0.9, 1.0]))
        share = float(rng.choice([0.3, 1.0]))
        groups.append(GroupCounts(size, taking, paired, paired * mean, mean * share if paired else 0.0))
    return groups


def published(groups: list[GroupCounts], hidden: Hidden) -> list[dict[str, float | None]]:
    """What shows of everyone and of each group; what nobody at all is in shows as 0 everywhere."""
    whole = summed(groups)
    flags = [hidden.totals, *_flags(groups, hidden)]
    plain = {name for name in ("paired", "unmatched") if not getattr(whole, name) and not hidden.totals[2]}
    rows = []
    for at, (group, (taking, people, paired, worth)) in enumerate(zip([whole, *groups], flags, strict=True)):
        away = {"taking_part": taking, "people": people, "paired": paired, "unmatched": paired}
        row = {name: getattr(group, name) if name in plain or not out else None for name, out in away.items()}
        mean = worth or not group.taking_part
        row["mean"] = None if mean else round(group.worth / group.taking_part, 3)
        lowest = mean or not group.paired or (at and paired)
        row["lowest"] = None if lowest else round(group.lowest, 3)
        rows.append(row)
    return rows


def _flags(groups: list[GroupCounts], hidden: Hidden) -> list[tuple[bool, ...]]:
    levels = (hidden.taking_part, hidden.people, hidden.paired, hidden.worth)
    return [tuple(g in level for level in levels) for g in range(len(groups))]


def narrowest(groups: list[GroupCounts], hidden: Hidden) -> float:
    """The width of the narrowest interval that an attack leaves to a hidden cell."""
    rows = published(groups, hidden)
    attack, width = Attack(rows), np.inf
    for g, row in enumerate(rows[1:]):
        for cell in CELLS:
            if row[cell] is None:
                low, high = attack.interval(g, cell)
                width = min(width, high - low)
    return width


@pytest.mark.parametrize("seed", range(8))
def test_no_hidden_number_follows_from_the_table(seed: int) -> None:
    rng = np.random.default_rng(seed)
    attacked = 0
    for _ in range(40):
        groups = random_groups(rng)
        k = int(rng.choice([2, 5, 10]))
        hidden = hidden_cells(groups, k)
        width = narrowest(groups, hidden)
        assert width >= k - 1 - 1e-6, (groups, k, hidden)
        attacked += width < np.inf
    assert attacked > 10


def test_the_attack_succeeds_where_only_small_groups_are_hidden() -> None:
    """Otherwise it would prove nothing that it fails elsewhere."""
    rng = np.random.default_rng(50)
    had = 0
    for _ in range(40):
        groups = random_groups(rng)
        small = frozenset(g for g, group in enumerate(groups) if 0 < group.people < 10)
        had += narrowest(groups, Hidden(small, small, small, small, (False,) * 4)) < 1e-6
    assert had > 15


@pytest.mark.parametrize("seed", range(4))
def test_no_shown_number_is_too_small(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    for _ in range(1500):
        groups = random_groups(rng)
        k = int(rng.choice([2, 5, 10]))
        hidden = hidden_cells(groups, k)
        assert hidden.taking_part <= hidden.people & hidden.paired & hidden.worth
        whole = summed(groups)
        flags = [hidden.totals, *_flags(groups, hidden)]
        for group, (taking, people, paired, worth) in zip([whole, *groups], flags, strict=True):
            shown = [] if people else [group.people, group.out]
            shown += [] if taking else [group.taking_part]
            shown += [] if paired else [group.paired, group.unmatched]
            shown += [] if worth else [group.taking_part]
            assert all(number == 0 or number >= k for number in shown), (groups, k, hidden)


@pytest.mark.parametrize("seed", range(4))
def test_no_hidden_mean_follows_even_for_those_who_know_all_numbers_of_people(seed: int) -> None:
    """Sums of hidden groups are bounded by their people, and by the total less what shows."""
    rng = np.random.default_rng(200 + seed)
    attacked = 0
    for _ in range(400):
        groups = random_groups(rng)
        k = int(rng.choice([2, 5, 10]))
        hidden = hidden_cells(groups, k)
        if hidden.totals[3]:
            assert all(g in hidden.worth or not group.taking_part for g, group in enumerate(groups))
            continue
        pool = [groups[g] for g in sorted(hidden.worth)]
        worth = sum(group.worth for group in pool)
        for place, group in enumerate(pool):
            if not group.taking_part:
                continue
            rest = sum(other.taking_part for k, other in enumerate(pool) if k != place)
            low, high = max(0.0, worth - rest), min(float(group.taking_part), worth)
            width = (high - low) / group.taking_part
            if group.taking_part < k:
                assert width >= LEAST_ROOM - 1e-9
                attacked += 1
            else:
                assert rest > 0
    assert attacked > 20


def test_one_more_or_less_hides_just_what_it_must() -> None:
    """Numbers worked out by hand."""

    def all_in(*sizes: int) -> list[GroupCounts]:
        return [GroupCounts(size, size, size, size * 0.5) for size in sizes]

    assert hidden_cells(all_in(10, 20, 30), 10) == Hidden(*[frozenset()] * 4, (False,) * 4)
    # one small group: the smallest other one hides it
    assert hidden_cells(all_in(9, 40, 12, 30), 10).people == {0, 2}
    # two small groups that together are nine and one: the one is hidden among nine only, so a third joins them
    assert hidden_cells(all_in(1, 9, 30, 20), 10).people == {0, 1, 3}
    # a single group is everyone: small, it is hidden together with the total
    assert hidden_cells(all_in(4), 10).totals == (True, True, True, True)
    assert hidden_cells(all_in(14), 10).totals == (False, False, False, False)
    # one person of all has no partner: no group's numbers and no total may tell
    one = [GroupCounts(31, 31, 30, 20), GroupCounts(30, 30, 30, 20), GroupCounts(40, 40, 40, 20)]
    hidden = hidden_cells(one, 10)
    assert (hidden.people, hidden.taking_part, hidden.worth) == (frozenset(),) * 3
    assert (hidden.paired, hidden.totals) == ({0, 1, 2}, (False, False, True, False))
    # twelve people of whom eleven take part
    twelve = [GroupCounts(12, 11, 11, 5), GroupCounts(50, 30, 30, 15), GroupCounts(60, 60, 60, 30)]
    hidden = hidden_cells(twelve, 10)
    assert hidden == Hidden(frozenset(), {0, 1}, frozenset(), frozenset(), (False,) * 4)


def test_hiding_below_one_hides_nothing() -> None:
    rng = np.random.default_rng(9)
    for _ in range(200):
        assert hidden_cells(random_groups(rng), 1) == Hidden(*[frozenset()] * 4, (False,) * 4)
