"""Refusing to learn from too little: what is short, and how much would be needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from peermatch.cohort.wording import counted, listing
from peermatch.errors import InputError, error_item
from peermatch.programme.learning.observed import Floats, Observed
from peermatch.programme.learning.reading import Outcomes

__all__ = ["FEWEST_PAIRS", "PAIRS_PER_CRITERION", "check_enough", "seen_spread"]

FEWEST_PAIRS = 50
PAIRS_PER_CRITERION = 20
_FEWEST_ROUNDS = 3
_FEWEST_PEOPLE = 20
_RARER_PER_CRITERION = 5
_FEWEST_RARER = 10
_FLAT = 1e-9


def check_enough(outcomes: Outcomes, names: Sequence[str], min_pairs: int) -> None:
    """Refuse outcomes from which weights cannot be learned.

    Parameters
    ----------
    outcomes : Outcomes
    names : sequence of str
        Of the criteria.
    min_pairs : int

    Raises
    ------
    InputError
        With one item for everything that is short, code ``"too_little"``.
    """
    observed = outcomes.observed
    short = _too_few(outcomes, len(names), min_pairs)
    if not short:
        short = _no_variation(observed, len(names))
    if not short:
        spread = seen_spread(observed)
        flat = [name for name, value in zip(names, spread.tolist(), strict=True) if value <= _FLAT]
        if flat:
            short = [
                f"Rated pairs do not differ on {listing([repr(name) for name in flat])}, or nothing is known of it: "
                "its weight cannot be learned. Leave it out, or rate pairs that differ on it."
            ]
    if short:
        raise InputError([error_item("too_little", message) for message in short])


def _too_few(outcomes: Outcomes, criteria: int, min_pairs: int) -> list[str]:
    left = sum(outcomes.left_out.values())
    also = f" ({counted(left, 'row')} of the table tell nothing: {_reasons(outcomes)}.)" if left else ""
    short = []
    if outcomes.pairs < min_pairs:
        short.append(
            f"{counted(outcomes.pairs, 'pair')} with an outcome are too few to learn {counted(criteria, 'weight')} "
            f"from: at least {min_pairs:,} are needed. Collect more, or name fewer criteria.{also}"
        )
    if outcomes.rounds < _FEWEST_ROUNDS:
        short.append(
            f"Outcomes of {counted(outcomes.rounds, 'round')} are too few: at least {_FEWEST_ROUNDS} are needed, since "
            "what is learned from some is tried on the others."
        )
    people = len(np.unique(outcomes.observed.people)) if len(outcomes.observed) else 0
    if people < _FEWEST_PEOPLE:
        short.append(
            f"Outcomes of {counted(people, 'person', 'people')} are too few: at least {_FEWEST_PEOPLE} are needed."
        )
    return short


def _reasons(outcomes: Outcomes) -> str:
    return ", ".join(f"{number:,} {reason}" for reason, number in outcomes.left_out.items())


def _no_variation(observed: Observed, criteria: int) -> list[str]:
    if not observed.yes_no:
        if np.ptp(observed.outcome) > 0:
            return []
        return [
            f"Every rating is {observed.outcome[0]:g}: what goes well cannot be told from what does not. Ask in a way "
            "that lets people differ."
        ]
    yes = int(observed.outcome.sum())
    rarer, needed = min(yes, len(observed) - yes), max(_FEWEST_RARER, _RARER_PER_CRITERION * criteria)
    if rarer >= needed:
        return []
    word = "no" if yes * 2 >= len(observed) else "yes"
    said = f"Only {rarer:,} of {counted(len(observed), 'answer')}" if rarer else "None of the answers"
    return [
        f"{said} {'say' if rarer != 1 else 'says'} {word}: at least {needed} are needed to learn "
        f"{counted(criteria, 'weight')} from. Ask in a way that lets people differ, or collect more."
    ]


def seen_spread(observed: Observed) -> Floats:
    """Return how much rated pairs differ on each criterion, where it counts: the standard deviation."""
    views = [observed.own] if observed.other is None else [observed.own, observed.other]
    out = np.zeros(observed.count)
    for k in range(observed.count):
        values = np.concatenate([view.similarity[view.on[:, k], k] for view in views])
        out[k] = float(values.std()) if len(values) else 0.0
    return out
