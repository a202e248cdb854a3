"""Why a pair has no adviser: what each rule removed, and the cheapest thing to change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peermatch.cohort.wording import counted
from peermatch.explain.wording import listing
from peermatch.problem import IntArray
from peermatch.programme.adviser_task import Task
from peermatch.run.advisers import Advisers

__all__ = ["Unadvised", "unadvised"]


@dataclass(frozen=True)
class Unadvised:
    """A group without an adviser.

    Attributes
    ----------
    group : int
    advisers, allowed : int
        How many there are, and how many of them no rule excludes.
    removed : tuple of (str, int)
        How many each rule excludes; one may be excluded by several. Private rules have no other name.
    reason, relax : str
        In plain words; `relax` names what to change first, and is empty where nothing helps that is known.
    """

    group: int
    advisers: int
    allowed: int
    removed: tuple[tuple[str, int], ...]
    reason: str
    relax: str


def unadvised(task: Task, pairs: IntArray, spec: Advisers, *, proved: bool) -> list[Unadvised]:
    """Return why these groups have no adviser: all that `pairs`, of groups and advisers, leaves out."""
    served = set(pairs[:, 0].tolist())
    free = np.bincount(pairs[:, 1], minlength=len(task.advisers)) < task.places
    return [
        _of_group(task, group, free, spec, proved=proved)
        for group in range(len(task.groups.ids))
        if group not in served
    ]


def _of_group(task: Task, group: int, free: np.ndarray, spec: Advisers, *, proved: bool) -> Unadvised:
    everyone, one = np.arange(len(task.advisers), dtype=np.int64), np.array([group], dtype=np.int64)
    masks = [enforced.mask for enforced in task.enforcement.rules]
    tiles = np.array([mask.tile(one, everyone)[0] for mask in masks if mask is not None])
    names = [enforced.rule.public_name for enforced in task.enforcement.rules]
    allowed = ~tiles.any(axis=0)
    removed = tuple(
        (name, int(count)) for name, count in zip(names, tiles.sum(axis=1).tolist(), strict=True) if count
    )
    placed = allowed & (task.places > 0)
    if not allowed.any():
        reason = f"{_every(len(everyone))} is ruled out: {_removals(removed)}"
        if task.unknown[group]:
            whom = listing([repr(id) for id in task.unknown[group]])
            reason = f"the experience of {whom} is not known, so nobody is known to be far enough above"
        relax = _rule_to_relax(task, group, tiles, spec)
    elif not placed.any():
        reason = (
            f"{_left(int(allowed.sum()), len(everyone))} and {_have(int(allowed.sum()))} no place to give"
        )
        relax = "more places for those who are left"
    elif not proved and (placed & free).any():
        reason = "the search was stopped before it found an adviser for this pair"
        relax = "more time"
    else:
        count = int(placed.sum())
        reason = f"{_left(count, len(everyone))}; their places are needed by other pairs"
        if removed:
            reason += f" ({_removals(removed)})"
        relax = f"one more place for {'that adviser' if count == 1 else f'one of these {count:,}'}"
    return Unadvised(group, len(everyone), int(allowed.sum()), removed, reason, relax)


def _rule_to_relax(task: Task, group: int, tiles: np.ndarray, spec: Advisers) -> str:
    """Return the one rule whose loss leaves somebody, a smaller gap first; private rules are not named for it."""
    if task.unknown[group]:
        return f"enter the experience of {listing([repr(id) for id in task.unknown[group]])}"
    rules = [enforced.rule for enforced in task.enforcement.rules]
    gains: list[tuple[int, str]] = []
    for number, rule in enumerate(rules):
        others = ~np.delete(tiles, number, axis=0).any(axis=0)
        if not others.any() or rule.kind == "same_person" or rule.private:
            continue
        if rule.kind == "experience":
            gaps = task.level[others] - task.highest[group]
            gaps = gaps[~np.isnan(gaps)]
            if len(gaps) and gaps.max() >= 0:
                best = np.floor(gaps.max() * 100 + 1e-6) / 100
                count = int((gaps >= best - 1e-9).sum())
                return f"a gap of {best:g} in place of {spec.by:g} leaves {counted(count, 'adviser')}"
            continue
        gains.append((int(others.sum()), rule.public_name))
    if gains:
        count, name = max(gains, key=lambda gain: gain[0])
        return f"without {name}, {counted(count, 'adviser')} would be left"
    return ""


def _every(count: int) -> str:
    return "the only adviser" if count == 1 else f"every one of the {count:,} advisers"


def _left(count: int, everyone: int) -> str:
    return f"{count:,} of {counted(everyone, 'adviser')} {'is' if count == 1 else 'are'} left"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _removals(removed: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{name} removes {count:,}" for name, count in removed)
