"""Who would gain by leaving something out? Blank one person's answers to one criterion, pair everyone again, compare.

For a sample of people and each criterion in turn, everything that one person says for this criterion is blanked; all
other people stay as they are, and so does the fitted state. Everyone is paired again, exactly. The new partner is
judged by the person's true, full profile. Reported per criterion: the share of people who come off better, worse, and
unchanged, the mean change in true score, and the same for a wholly empty profile.

    python benchmarks/empty_profiles.py                                  # a synthetic organisation
    python benchmarks/empty_profiles.py people.csv programme.toml        # a table of your own
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

import peermatch as pm
from peermatch.criteria.measures import ListedMeasure, PrimitiveMeasure
from peermatch.problem import FORBIDDEN, DenseScores, Problem
from peermatch.scoring import LazyScores
from peermatch.solvers import get_solver

_EMPTY = {"f": np.nan, "i": -1, "u": 0}
# A change of less than this is a tie that was broken another way, not a better partner.
_NOTHING = 2.0**-20


def blank(compiled, person):
    """Return a compiled criterion in which one person says nothing."""
    measure = compiled.measure
    if isinstance(measure, ListedMeasure):
        default = measure.left_default.copy()
        default[person] = np.nan
        keep = measure.forward_u != person
        keep_back = measure.backward_v != person
        return replace(
            compiled,
            measure=replace(
                measure,
                forward_u=measure.forward_u[keep],
                forward_v=measure.forward_v[keep],
                forward_value=measure.forward_value[keep],
                backward_u=measure.backward_u[keep_back],
                backward_v=measure.backward_v[keep_back],
                backward_value=measure.backward_value[keep_back],
                left_default=default,
                right_default=default,
            ),
        )
    if not isinstance(measure, PrimitiveMeasure):
        return compiled

    def emptied(features):
        features = features.copy()
        zero = measure.primitive == "direction"
        features[person] = 0 if zero else _EMPTY[features.dtype.kind]
        return features

    parts = {
        name: emptied(getattr(measure, name))
        for name in ("left_own", "left_other", "right_own", "right_other")
    }
    return replace(compiled, measure=replace(measure, **parts))


def partner_of(solver, matrix, person):
    """Pair everyone by a matrix of scores; return one person's partner, or -1."""
    return int(solver.solve(Problem(DenseScores(matrix))).mate[person])


def main() -> None:
    """Measure and print one line for each criterion."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("people", nargs="?")
    parser.add_argument("config", nargs="?")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--size", type=int, default=1000, help="people in the synthetic organisation")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", default="2026-01-01")
    options = parser.parse_args()
    pairing = pair(options)
    truth, n = pairing.scores, len(pairing.sides.left)
    everyone = np.arange(n)
    matrix = truth.block(everyone)
    solver = get_solver("blossom")
    before = pairing.matching.mate
    sample = np.sort(
        np.random.default_rng(options.seed).choice(n, size=min(n, options.sample), replace=False)
    )
    names = [compiled.criterion.name for compiled in truth.criteria]
    print(f"{n} people, {len(sample)} asked")
    print(f"{'blanked':<28}{'better':>8}{'worse':>8}{'same':>8}{'mean change':>13}{'no partner':>12}")
    for label, which in [*((name, [k]) for k, name in enumerate(names)), ("everything", range(len(names)))]:
        changes, lost = [], 0
        for person in sample:
            criteria = [blank(c, person) if k in which else c for k, c in enumerate(truth.criteria)]
            told = LazyScores(criteria, truth.masks, truth.shape, two_sided=False, mutual=truth.mutual)
            lied = matrix.copy()
            lied[person] = told.block(np.array([person]))[0]
            lied[:, person] = lied[person]
            after = partner_of(solver, lied, person)
            lost += after < 0
            changes.append(worth(matrix, person, after) - worth(matrix, person, before[person]))
        change = np.array(changes)
        better, worse = (change > _NOTHING).mean(), (change < -_NOTHING).mean()
        same = 1 - better - worse
        print(f"{label:<28}{better:>8.1%}{worse:>8.1%}{same:>8.1%}{change.mean():>+13.4f}{lost:>12}")


def pair(options):
    """Pair the people that were asked for."""
    if options.people:
        matcher = pm.PeerMatcher.from_toml(options.config)
        return matcher.match(options.people, as_of=options.as_of)
    from peermatch.datasets import make_organisation

    people = make_organisation(options.size, seed=options.seed)
    matcher = pm.PeerMatcher(
        "employee_id",
        [
            pm.near("years_experience", scale=3, weight=2, name="experience"),
            pm.complement(offers="can_teach", seeks="wants_to_learn", weight=3, name="skills"),
            pm.overlap("goals", separator=";", weight=2, name="goals"),
            pm.different(["department", "education", "career_path"], weight=2, name="background"),
            pm.available("time_zone", "working_hours", wanted=15, name="hours"),
        ],
        [pm.not_in_line("manager_id")],
        eligible="opted_in",
    )
    return matcher.match(people, as_of=options.as_of)


def worth(matrix, person, partner):
    """The true score of a person with a partner; 0 without one or with one whom a rule forbids."""
    if partner < 0 or matrix[person, partner] == FORBIDDEN:
        return 0.0
    return matrix[person, partner] / 2**30


if __name__ == "__main__":
    main()
