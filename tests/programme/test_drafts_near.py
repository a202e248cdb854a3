"""A draft keeps people together whom nobody touched, and says of as many that they change as do."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

import peermatch as pm
from peermatch.problem import GRID

from .test_drafts import all_matchings, pair_set


def people(n, seed=0):
    rng = random.Random(seed)
    return [{"id": i, "years": rng.choice([1, 2, 3]), "site": rng.choice("xy")} for i in range(1, n + 1)]


def matcher(**options):
    return pm.PeerMatcher("id", [pm.near("years", scale=2), pm.same("site", weight=0.5)], **options)


def test_of_equally_good_answers_a_draft_keeps_most_pairs_and_cost_says_who_changes():
    m, ties = matcher(), 0
    for seed in range(12):
        n = 7 if seed % 3 == 0 else 8
        draft = pm.Draft.of(m, m.match(people(n, seed), round=str(seed)))
        before, scores = pair_set(draft.pairing), draft.pairing.scores
        worth = {
            (a, b): int(scores.at(np.array([a - 1]), np.array([b - 1]))[0])
            for a, b in itertools.combinations(range(1, n + 1), 2)
        }
        out = sorted(before)[0]
        cost = draft.cost(reject=out)
        draft.reject(out)
        solved = draft.solve()
        ids = range(1, n + 1)
        every = all_matchings(ids) if n % 2 == 0 else itertools.chain.from_iterable(
            all_matchings([id for id in ids if id != alone]) for alone in ids
        )  # fmt: skip
        found = [
            (sum(worth[pair] for pair in made), len(before & set(made))) for made in every if out not in made
        ]
        assert (solved.matching.weight, len(before & pair_set(solved))) == max(found)
        ties += sum(total == solved.matching.weight for total, _ in found) > 1
        assert pair_set(cost.pairing) == pair_set(solved)
        assert solved.certificate.verified
    assert ties


def test_accepting_what_there_is_changes_nobody_whatever_came_before(tmp_path):
    m, some = matcher(), people(41, 3)
    first = m.match(some, first=[1, 2, 3, 4, 5], round="a")
    joined = [*some[3:], *({**row, "id": row["id"] + 100} for row in people(6, 8))]
    results = (
        (first, some),
        (m.update(joined, first), joined),
        (m.update(joined, first, price=0.2), joined),
    )
    for number, (result, rows) in enumerate(results):
        result.to_csv(tmp_path / str(number))
        for draft in (
            pm.Draft.of(m, result),
            pm.Draft.load(tmp_path / str(number), m, rows),
        ):
            draft.accept(next(iter(pair_set(result))))
            assert pair_set(draft.solve()) == pair_set(result)
            draft.save(tmp_path / "draft.json")
            again = pm.Draft.load(tmp_path / "draft.json", m, rows)
            assert pair_set(again.solve()) == pair_set(result)


def test_what_an_update_kept_stays_but_where_an_edit_stands_against_it():
    m, some = matcher(), people(30, 5)
    before = m.match(some, round="a")
    kept = m.update([*some[4:], {"id": 99, "years": 1, "site": "x"}], before)
    draft = pm.Draft.of(m, kept)
    stay = sorted(pair_set(before) & pair_set(kept))
    draft.reject(stay[0])
    draft.set_aside(stay[1][0])
    draft.require(stay[2][0], stay[3][1])
    after = pair_set(draft.solve())
    assert set(stay[4:]) <= after
    assert stay[0] not in after
    cost = pm.Draft.of(m, kept).cost(reject=stay[0])
    assert cost.lost == (kept.matching.weight - cost.pairing.matching.weight) / GRID
    assert cost.at_least is None


def test_required_pairs_of_locks_stay_in_hand():
    m = matcher()
    result = m.match(people(41, 3), locks=[(1, 2)], round="a")
    assert pair_set(pm.Draft.of(m, result).solve()) == pair_set(result)


def test_whoever_went_first_still_does():
    m, some = matcher(), people(9, 1)
    for id in range(1, 10):
        result = m.match(some, first=[id], round="a")
        draft = pm.Draft.of(m, result)
        draft.reject(*sorted(pair_set(result))[:1])
        solved = draft.solve()
        assert id in itertools.chain.from_iterable(pair_set(solved))


def test_accept_all_is_of_all_that_nothing_else_was_said_about():
    m = matcher()
    draft = pm.Draft.of(m, m.match(people(12), round="a"))
    pairs = sorted(pair_set(draft.pairing))
    draft.reject(pairs[0])
    draft.set_aside(pairs[1][0])
    draft.require(pairs[2][0], pairs[3][0])
    draft.accept()
    assert sorted(draft.accepted) == pairs[4:]


@pytest.mark.parametrize("row", [7, {"id": 1}, {"id": {"type": "int", "value": "1"}, "number": "x"}])
def test_hostile_numbers_are_refused_in_words(row):
    m = matcher()
    data = pm.Draft.of(m, m.match(people(8), round="a")).to_dict()
    with pytest.raises(pm.InputError, match="first"):
        pm.Draft.from_dict({**data, "first": [row]}, m, people(8))
