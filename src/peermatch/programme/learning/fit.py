"""Learning weights from outcomes: what matters for a pair to go well, as far as past pairs can tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from peermatch.checks import must_be
from peermatch.cohort.wording import counted, listing
from peermatch.criteria import CompiledCriterion, Criterion, Sides, as_day, fit_and_compile
from peermatch.criteria.protected import columns_of, folded
from peermatch.criteria.sensitive import hidden_in_errors
from peermatch.criteria.unknown import sample_pairs
from peermatch.errors import ConfigError, error_item
from peermatch.matcher import PeerMatcher
from peermatch.problem import Control
from peermatch.programme.learning.fitted import FittedWeights, mutual_frame, skill_frame
from peermatch.programme.learning.model import fit_model
from peermatch.programme.learning.observed import Floats, utilities
from peermatch.programme.learning.proxies import proxy_frame
from peermatch.programme.learning.reading import Outcomes, read_outcomes
from peermatch.programme.learning.refusing import (
    FEWEST_PAIRS,
    PAIRS_PER_CRITERION,
    check_enough,
    seen_spread,
)
from peermatch.programme.learning.skill import Skill, best_mutual, skills
from peermatch.programme.learning.uncertainty import share_intervals
from peermatch.run import Request
from peermatch.run.people import everyone_of
from peermatch.scoring import MUTUALS

__all__ = ["fit_weights"]

_CALLER = "fit_weights()"
_LEAST_PER_CRITERION = 5
_PLACES = 4
"""Decimals of a learned weight: more would claim more than is known."""
_ALL_PAIRS = 200_000
_FEWEST_WHOLE = 50
_UNFIT = "min"
"""How utilities are not combined where weights are learned of whole pairs; see `model`."""
_LITTLE_SEEN = 0.5


def fit_weights(
    people: Any,
    outcomes: Any,
    *,
    others: Any = None,
    role: str | None = None,
    id: str | None = None,
    criteria: Sequence[Criterion] | None = None,
    matcher: PeerMatcher | None = None,
    by: str = "round",
    min_pairs: int | None = None,
    protected: Iterable[str] = (),
    as_of: Any = None,
) -> FittedWeights:
    """Learn the weights of criteria from how past pairs went.

    Parameters
    ----------
    people, others, role
        Whom the outcomes are about, as in `PeerMatcher.match`; also those who do not take part today.
    outcomes : table, list of dict, or path
        Past pairs: the columns round, a, b (or the names of the sides), and one kind of outcome: rating_a and rating_b
        or liked_a and liked_b (of either side for itself; one of them may be missing), or rating or liked (of the
        pair). Ratings are numbers, the more the better; liked is yes or no.
    id, criteria : optional
        The column of ids and the criteria, where there is no `matcher`.
    matcher : PeerMatcher, optional
        Its criteria are learned about; all else of it stays in the learned matcher.
    by : str, default "round"
        The column that tells rounds apart. Each has a level of its own, and each is tried on weights learned without
        it.
    min_pairs : int, optional
        Fewer pairs are refused. By default 20 for each criterion and at least 50; at least 5 for each criterion.
    protected : names of columns, optional
        A criterion that reads one is refused; of the others it is reported how far they stand for it. Those that the
        matcher declares protected or audit-only are among them.
    as_of : date or str, optional
        Today, as in `PeerMatcher.match`.

    Returns
    -------
    FittedWeights
        `.weights`, `.intervals`, `.mutual`, `.skill`, `.proxies`, `.report`, and `.matcher`.

    Raises
    ------
    InputError
        If a table is wrong, or holds too little to learn from (code ``"too_little"``: what is short, and what is
        needed).
    ConfigError
        If an argument is wrong, a criterion reads a protected column, or ratings are of pairs and the mutual score is
        the minimum.

    Notes
    -----
    Each side's rating is explained by that side's own similarities, what is not known filled in as in scoring. People
    are taken as they are in the table today.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": k, "years": k % 12, "site": "AB"[k % 2]} for k in range(40)]
    >>> rounds = [(r, a, (a + 2 * r + 1) % 40) for r in range(6) for a in range(0, 40, 2)]
    >>> outcomes = [{"round": r, "a": a, "b": b, "rating": 5 - abs(a % 12 - b % 12) + r % 2} for r, a, b in rounds]
    >>> fitted = pm.fit_weights(people, outcomes, id="id", criteria=[pm.near("years", scale=4), pm.near("id", scale=9)])
    >>> fitted.weights["near_years"] > 0.8
    True
    """
    basis = _basis(matcher, id, criteria)
    hidden = _protected(protected, basis)
    day = None if as_of is None else as_day(as_of, "as_of")
    sides, compiled = _compiled(basis, people, others, role, day)
    read = read_outcomes(outcomes, by, sides, compiled)
    names = [criterion.name for criterion in basis.criteria]
    check_enough(read, names, _least(min_pairs, len(names)))
    present = np.array([criterion.weight for criterion in basis.criteria])
    if read.of_pairs and basis.mutual == _UNFIT:
        raise ConfigError(
            "Ratings of whole pairs do not tell the weights for mutual='min' reliably: which side binds changes with "
            "them. Ask each side (rating_a, rating_b), or give the matcher mutual='harmonic'."
        )
    with threadpool_limits(1):
        mutual, mutuals, why = _mutual(read, basis.mutual, present)
        fit = fit_model(read.observed, mutual)
        bounds = share_intervals(fit)
        learned, used, over = skills(read.observed, mutual, present)
    weights = _rounded(fit.weights)
    seen = seen_spread(read.observed) / np.maximum(_all_spread(sides, compiled), 1e-12)
    facts = {
        "pairs": read.pairs,
        "ratings": len(read.observed),
        "rounds": read.rounds,
        "last_round": read.last_round,
        "people": len(np.unique(read.observed.people)),
        "outcome": _outcome_words(read),
        "skill": round(float(learned.value), _PLACES),
        "skill_low": round(float(learned.low), _PLACES),
        **({} if day is None else {"as_of": str(day)}),
    }
    return FittedWeights(
        weights=dict(zip(names, weights, strict=True)),
        intervals=_intervals(names, weights, bounds, present, seen, read.known),
        mutual=mutual,
        mutuals=mutuals,
        skill=skill_frame(
            {"learned weights": learned, "present weights": used, "learned over present": over}
        ),
        has_skill=learned.found and bool(fit.weights.any()),
        proxies=proxy_frame(hidden, sides, compiled, weights, mutual) if hidden else None,
        learned=facts,
        notes=_notes(read, names, seen, over, why),
        basis=basis,
    )


def _basis(matcher: Any, id: Any, criteria: Any) -> PeerMatcher:
    if matcher is not None:
        if not isinstance(matcher, PeerMatcher):
            raise ConfigError(must_be(_CALLER, "matcher", "a PeerMatcher", matcher))
        if id is not None or criteria is not None:
            raise ConfigError(f"{_CALLER} takes either matcher=, or id= and criteria=; not both.")
        return matcher
    if id is None or criteria is None:
        raise ConfigError(
            f"{_CALLER} needs to know what to learn about: give it matcher=, or id= and criteria=."
        )
    return PeerMatcher(id, criteria)


def _protected(protected: Any, basis: PeerMatcher) -> list[str]:
    """Return protected columns; ConfigError where a criterion reads one."""
    given = [protected] if isinstance(protected, str) else list(protected)
    if not all(isinstance(column, str) and column for column in given):
        raise ConfigError(must_be(_CALLER, "protected", "names of columns", protected))
    columns = list(dict.fromkeys([*(basis.protected or ()), *(basis.audit_only or ()), *given]))
    guarded = {folded(column) for column in columns}
    items = []
    for criterion in basis.criteria:
        for column in columns_of(criterion):
            if folded(column) in guarded:
                message = (
                    f"The criterion {criterion.name!r} reads {column!r}, which is declared protected: its weight is "
                    "not learned from outcomes, whatever its basis. Leave the criterion out."
                )
                items.append(error_item("protected_column", message, column=column, found=criterion.name))
    if items:
        raise ConfigError(items)
    return columns


def _compiled(
    basis: PeerMatcher, people: Any, others: Any, role: str | None, day: Any
) -> tuple[Sides, list[CompiledCriterion]]:
    """Read everybody, whether or not they take part today, and compile the criteria for them."""
    basis._check_tables(_CALLER, others, role, None)
    open_to_all = replace(basis, eligible=None)
    request = Request(people, others, role, None, None, None, None, None, day, Control())
    with hidden_in_errors(basis.sensitive or (), basis.criteria):
        left, right = everyone_of(open_to_all, request)
        sides = Sides(left, right, basis.sides or ("a", "b"))
        parts = [fit_and_compile(part, sides, as_of=day, unknown=basis.unknown)[1] for part in basis.criteria]
    return sides, parts


def _least(min_pairs: Any, criteria: int) -> int:
    if min_pairs is None:
        return max(FEWEST_PAIRS, PAIRS_PER_CRITERION * criteria)
    lowest = _LEAST_PER_CRITERION * criteria
    if isinstance(min_pairs, bool) or not isinstance(min_pairs, Integral) or min_pairs < lowest:
        constraint = f"a whole number of at least {lowest} ({_LEAST_PER_CRITERION} for each criterion)"
        raise ConfigError(must_be(_CALLER, "min_pairs", constraint, min_pairs))
    return int(min_pairs)


def _mutual(read: Outcomes, present: str, weights: Floats) -> tuple[str, pd.DataFrame | None, str]:
    """Choose how two utilities make one score; and say why, where outcomes tell nothing about it."""
    both = read.both
    if both is None or len(both) < _FEWEST_WHOLE or len(np.unique(both.round)) < 3:
        return (
            present,
            None,
            "Too few pairs were rated by both sides to learn how two utilities make one score.",
        )
    if np.ptp(both.outcome) == 0:
        return (
            present,
            None,
            "Outcomes of whole pairs do not differ: how utilities make one score is not learned.",
        )
    own = utilities(weights, both.own)[0]
    other = own if both.other is None else utilities(weights, both.other)[0]
    if np.allclose(own, other, rtol=0, atol=1e-9 * weights.sum()):
        return present, None, "Both sides see each other alike: any mutual score gives the same pairs."
    choices = tuple(name for name in MUTUALS if not (read.of_pairs and name == _UNFIT))
    chosen, found = best_mutual(read.observed, both, present, choices)
    return chosen, mutual_frame(found, chosen), ""


def _rounded(weights: Floats) -> list[float]:
    """Return shares that add up to 1, to a few decimals."""
    if not weights.any():
        return [0.0] * len(weights)
    return [round(float(share), _PLACES) for share in weights / weights.sum()]


def _all_spread(sides: Sides, criteria: Sequence[CompiledCriterion]) -> Floats:
    """Return how much all possible pairs differ on each criterion."""
    u, v = sample_pairs(sides.shape, one_pool=not sides.two_sided, size=_ALL_PAIRS)
    out = np.zeros(len(criteria))
    for k, part in enumerate(criteria):
        forward, backward = part.measure.pairs(u, v)
        values = np.concatenate(
            [
                np.where(np.isnan(forward), part.fills[0], forward)[part.left_on[u]],
                np.where(np.isnan(backward), part.fills[1], backward)[part.right_on[v]],
            ]
        )
        out[k] = float(values.std()) if len(values) else 0.0
    return out


def _outcome_words(read: Outcomes) -> str:
    what = "yes or no" if read.yes_no else "rating"
    return f"{what} of the pair" if read.of_pairs else f"{what} of each side"


def _intervals(
    names: Sequence[str],
    weights: Sequence[float],
    bounds: Floats,
    present: Floats,
    seen: Floats,
    known: Floats,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "criterion": pd.Series(list(names), dtype=object),
            "weight": weights,
            "low": bounds[:, 0].round(_PLACES),
            "high": bounds[:, 1].round(_PLACES),
            "before": (present / present.sum()).round(_PLACES),
            "seen": seen.round(_PLACES),
            "known": known.round(_PLACES),
        }
    )


def _notes(read: Outcomes, names: Sequence[str], seen: Floats, over: Skill, why: str) -> list[str]:
    notes = []
    if read.left_out:
        rows = counted(sum(read.left_out.values()), "row")
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in read.left_out.items())
        notes.append(f"{rows} of the outcomes were left out: {reasons}.")
    if not over.found:
        notes.append("The learned weights do not foretell better than the present ones beyond doubt.")
    if why:
        notes.append(why)
    little = [repr(name) for name, share in zip(names, seen.tolist(), strict=True) if share < _LITTLE_SEEN]
    if little:
        notes.append(f"Rated pairs differ little on {listing(little)}, compared with all pairs.")
    return notes
