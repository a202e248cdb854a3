"""Worst pair first, the quality floor, the frontier and solver options, from a table of people to a pairing."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID, WorstFirstCertificate
from peermatch.report import pairing_schema
from peermatch.solvers import Blossom
from support.oracles import best_worst_first, trade_offs


def people_of(seed: int, n: int, prefix: str = "p") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": [f"{prefix}{i:02d}" for i in range(n)],
            "years": rng.integers(0, 12, n),
            "site": rng.choice(["Oslo", "Rome", "Bonn"], n),
            "team": rng.choice(["a", "b", "c", "d"], n),
            "places": rng.integers(0, 3, n),
        }
    )


CRITERIA = [pm.near("years", scale=4, weight=3), pm.same("site", weight=1)]
RULES = [pm.must_differ("team")]


def matcher_of(**options) -> pm.PeerMatcher:
    return pm.PeerMatcher("id", CRITERIA, RULES, **options)


def mentoring(**options) -> pm.PeerMatcher:
    return matcher_of(sides=("mentee", "mentor"), capacity={"mentor": "places"}, **options)


def matrix_of(pairing: pm.Pairing) -> list[list[int]]:
    return pairing.scores.block(np.arange(pairing.scores.shape[0])).tolist()


def value_of(pairing: pm.Pairing) -> tuple[int, int | None, int]:
    scores = [int(score * GRID) for score in pairing.pairs["score"]]
    return len(scores), min(scores, default=None), sum(scores)


# ---- worst pair first -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_worst_first_in_one_pool(seed):
    pairing = matcher_of(objective="worst_first").match(people_of(seed, 9 + seed % 2), round="2026-12")
    assert value_of(pairing) == best_worst_first(matrix_of(pairing))
    certificate = pairing.certificate
    assert (certificate.kind, certificate.status, certificate.verified) == ("worst_first", "optimal", True)
    assert (certificate.gap, certificate.worst_gap) == (0, 0)
    worst = pairing.pairs["score"].min()
    assert (
        f"the weakest pair could not be better than its {worst:.2f} with as many pairs"
        in certificate.sentence
    )
    assert certificate.sentence in " ".join(pairing.summary().split())


@pytest.mark.parametrize("solver", ["blossom", "hungarian"])
@pytest.mark.parametrize("seed", range(4))
def test_worst_first_on_two_sides_with_places(seed, solver):
    mentees, mentors = people_of(seed, 6, "m"), people_of(seed + 50, 5, "x")
    pairing = mentoring(objective="worst_first", solver=solver).match(mentees, mentors)
    places = pairing.people.query("side == 'mentor'")["capacity"].tolist()
    assert value_of(pairing) == best_worst_first(matrix_of(pairing), two_sided=True, right_places=places)
    assert pairing.certificate.verified


def test_who_sits_out_is_chosen_for_the_worst_pair():
    people = people_of(4, 7).assign(team=list("abcdefg"))
    pairing = matcher_of(objective="worst_first").match(people)
    assert "leaving this person out is best for the weakest pair" in pairing.unmatched["reason"].iloc[0]


def test_worst_first_leaves_demanded_pairs_aside():
    people = people_of(3, 10)
    locks = [("p00", "p05")]
    pairing = matcher_of(objective="worst_first").match(people.assign(team=people["id"]), locks=locks)
    assert "the weakest pair that is not demanded could not be better" in pairing.certificate.sentence
    others = [position for position in range(10) if position not in (0, 5)]
    matrix = np.array(matrix_of(pairing))[np.ix_(others, others)]
    pairs, worst, total = best_worst_first(matrix.tolist())
    locked = int(pairing.scores.at(np.array([0]), np.array([5]))[0])
    assert pairing.certificate.evidence.threshold == worst
    assert value_of(pairing) == (pairs + 1, min(worst, locked), total + locked)


def test_the_proof_goes_into_json():
    pairing = matcher_of(objective="worst_first").match(people_of(1, 9))
    data = json.loads(pairing.to_json())
    jsonschema.validate(data, pairing_schema())
    written, evidence = data["certificate"]["evidence"], pairing.certificate.evidence
    assert isinstance(evidence, WorstFirstCertificate)
    assert written["kind"] == "worst_first"
    assert written["threshold"] == evidence.threshold
    assert written["above"]["kind"] == "cover"
    assert written["above"]["floor"] == evidence.threshold + 1
    assert written["above"]["vertex_duals"] == evidence.above.vertex_duals.tolist()
    assert written["within"]["kind"] == "optimality"
    assert len(written["within"]["vertex_duals"]) == len(data["certificate"]["vertices"]) == 9
    assert data["settings"]["objective"] == "worst_first"


def test_nobody_can_be_paired():
    people = people_of(1, 4).assign(team="a")
    pairing = matcher_of(objective="worst_first").match(people)
    assert pairing.certificate.sentence == (
        "Proved over all 0 allowed pairs: nobody can make any pair (checked independently)."
    )
    jsonschema.validate(pairing.to_dict(), pairing_schema())


def test_worst_first_stopped_at_once_says_so():
    pairing = matcher_of(objective="worst_first").match(people_of(2, 30), cancel=lambda: True)
    assert pairing.certificate.status == "gap"
    assert pairing.certificate.verified
    assert "Not proved the best: another answer could have at most" in pairing.certificate.sentence
    jsonschema.validate(pairing.to_dict(), pairing_schema())


def test_solvers_that_do_not_take_it_say_so():
    with pytest.raises(pm.UnsupportedError, match="Use 'blossom'"):
        matcher_of(objective="worst_first", solver="greedy").match(people_of(1, 6))


# ---- the quality floor ----------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["everyone_first", "best_total", "worst_first"])
@pytest.mark.parametrize("seed", range(3))
def test_no_pair_is_below_the_floor(objective, seed):
    people = people_of(seed, 11)
    floor = 0.6
    pairing = matcher_of(objective=objective, floor=floor).match(people)
    kept = np.array(matrix_of(matcher_of().match(people)))
    below = (kept != FORBIDDEN) & (kept < round(floor * GRID))
    assert (
        pairing.pairs["score"] * GRID >= round(floor * GRID)
    ).all()  # on the grid, where 0.6 is a little less
    if objective == "worst_first":
        kept[below] = FORBIDDEN
        assert value_of(pairing) == best_worst_first(kept.tolist())
    row = pairing.rules.iloc[-1]
    assert (row["rule"], row["kind"]) == ("floor of 0.6", "floor")
    assert row["pairs_removed"] == below.sum() // 2
    assert pairing.certificate.verified
    assert pairing.certificate.pairs_covered == ((kept != FORBIDDEN) & ~below).sum() // 2
    jsonschema.validate(pairing.to_dict(), pairing_schema())


def test_a_pair_exactly_on_the_floor_is_made():
    people = [{"id": 1, "a": "x", "b": "y"}, {"id": 2, "a": "x", "b": "z"}]
    criteria = [pm.same("a", weight=4), pm.same("b", weight=6)]
    assert len(pm.PeerMatcher("id", criteria, floor=0.4).match(people).pairs) == 1
    assert len(pm.PeerMatcher("id", criteria, floor=0.4000001).match(people).pairs) == 0


def test_those_left_out_by_the_floor_have_it_for_a_reason():
    people = people_of(5, 12)
    pairing = matcher_of(floor=0.999).match(people)
    reasons = pairing.unmatched["reason"]
    assert len(reasons) > 0
    assert reasons.str.contains("floor of 0.999 removes").any()
    assert "floor of 0.999" in pairing.summary()
    counted = np.array(matrix_of(pairing))
    nobody = [i for i in range(12) if not (counted[i] >= round(0.999 * GRID)).any()]
    told = pairing.unmatched.set_index("id")["reason"]
    assert all("is ruled out" in told[f"p{i:02d}"] for i in nobody)


def test_the_floor_on_two_sides():
    mentees, mentors = people_of(6, 8, "m"), people_of(56, 7, "x")
    pairing = mentoring(floor=0.9).match(mentees, mentors)
    assert (pairing.pairs["score"] >= 0.9).all()
    told = pairing.unmatched[pairing.unmatched["reason"].str.contains("floor of 0.9")]
    assert set(told["side"]) == {"mentee", "mentor"}


@pytest.mark.parametrize("solver", ["roommates", "greedy", "exhaustive", "blossom"])
def test_every_solver_keeps_the_floor(solver):
    pairing = matcher_of(floor=0.7, solver=solver).match(people_of(7, 10))
    assert len(pairing.pairs)
    assert (pairing.pairs["score"] >= 0.7).all()


@pytest.mark.parametrize("solver", ["hungarian", "greedy", "blossom"])
def test_every_solver_of_two_sides_keeps_the_floor(solver):
    pairing = mentoring(floor=0.7, solver=solver).match(people_of(7, 8, "m"), people_of(57, 6, "x"))
    assert len(pairing.pairs)
    assert (pairing.pairs["score"] >= 0.7).all()


@pytest.mark.parametrize("two_sided", [False, True])
def test_with_a_floor_scores_and_utilities_forbid_the_same_pairs(two_sided):
    if two_sided:
        pairing = mentoring(floor=0.7).match(people_of(7, 8, "m"), people_of(57, 6, "x"))
    else:
        pairing = matcher_of(floor=0.7).match(people_of(7, 10))
    scores = pairing.problem.scores
    rows, columns = (np.arange(size) for size in scores.shape)
    forbidden = scores.block(rows) == FORBIDDEN
    assert forbidden.any()
    assert not forbidden.all()
    u, v = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
    assert np.array_equal(scores.at(u, v) == FORBIDDEN, forbidden.ravel())
    assert np.array_equal(scores.utilities(rows, "left") == FORBIDDEN, forbidden)
    if two_sided:
        assert np.array_equal(scores.utilities(columns, "right") == FORBIDDEN, forbidden.T)
    assert ((scores.top(len(columns)).columns >= 0).sum(axis=1) == (~forbidden).sum(axis=1)).all()


def test_a_demanded_pair_below_the_floor_is_a_conflict():
    people = people_of(3, 8).assign(team=list("abcdefgh"))
    scores = np.array(matrix_of(matcher_of().match(people)))
    np.fill_diagonal(scores, GRID)
    u, v = np.unravel_index(scores.argmin(), scores.shape)
    ids = sorted([f"p{u:02d}", f"p{v:02d}"])
    with pytest.raises(pm.InfeasibleError, match=r"scores 0\.\d\d, below the floor of 0\.95") as caught:
        matcher_of(floor=0.95).match(people, locks=[tuple(ids)])
    assert [part["rule"] for part in caught.value.conflict] == ["require", "floor"]
    assert sorted(caught.value.conflict[1]["ids"]) == ids


@pytest.mark.parametrize("floor", [-0.1, 1.5, "0.4", True, float("nan")])
def test_a_floor_that_is_none(floor):
    with pytest.raises(pm.ConfigError, match="floor parameter of PeerMatcher must be a number of at least 0"):
        matcher_of(floor=floor)


# ---- the frontier ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_the_frontier_of_a_pairing(seed):
    pairing = matcher_of().match(people_of(seed, 10))
    table = pairing.frontier(50)
    wanted = trade_offs(matrix_of(pairing))
    assert [
        (int(w * GRID), int(t * GRID)) for w, t in zip(table["worst_score"], table["total"], strict=True)
    ] == wanted
    assert list(table.columns) == ["worst_score", "total", "pairs", "mean", "lost", "lost_share", "proved"]
    assert table["proved"].all()
    assert (table["pairs"] == len(pairing.pairs)).all()
    assert table["lost"].iloc[0] == 0
    assert table["total"].iloc[0] == pairing.pairs["score"].sum()
    assert np.allclose(table["mean"] * table["pairs"], table["total"])
    assert np.allclose(table["lost_share"], 1 - table["total"] / table["total"].iloc[0])


def test_the_frontier_keeps_the_floor_and_demanded_pairs():
    people = people_of(3, 12).assign(team=[f"t{i}" for i in range(12)])
    free = matcher_of().match(people)
    locks = [("p00", "p01")]
    pairing = matcher_of(floor=0.3).match(people, locks=locks)
    table = pairing.frontier()
    locked = free.scores.at(np.array([0]), np.array([1]))[0] / GRID
    assert (table["pairs"] == len(pairing.pairs)).all()
    assert table["total"].iloc[0] == pytest.approx(pairing.pairs["score"].sum())
    assert (table["worst_score"] >= 0.3).all()
    assert (table["worst_score"] <= locked).all()
    assert table["worst_score"].is_monotonic_increasing
    assert table["worst_score"].is_unique


def test_the_frontier_comes_in_kind_and_can_be_empty():
    polars = pytest.importorskip("polars")
    people = polars.DataFrame(people_of(1, 8).to_dict("list"))
    assert isinstance(matcher_of().match(people).frontier(5), polars.DataFrame)
    nobody = matcher_of().match(people_of(1, 4).assign(team="a")).frontier()
    assert len(nobody) == 0
    assert "worst_score" in nobody.columns


def test_the_frontier_says_what_it_takes():
    pairing = matcher_of().match(people_of(1, 6))
    with pytest.raises(pm.ConfigError, match="a whole number from 2 to 50"):
        pairing.frontier(100)
    assert len(pairing.frontier(cancel=lambda: True)) == 0


# ---- as data --------------------------------------------------------------------------------------------


def test_the_configuration_takes_it_all(tmp_path):
    matcher = matcher_of(objective="worst_first", floor=0.25, solver=Blossom(k=8, candidates_only=True))
    data = matcher.to_dict()
    assert (data["objective"], data["floor"]) == ("worst_first", 0.25)
    assert data["solver"] == {"name": "blossom", "k": 8, "candidates_only": True}
    matcher.to_toml(tmp_path / "programme.toml")
    again = pm.PeerMatcher.from_toml(tmp_path / "programme.toml")
    assert again.to_dict() == data
    pairing = again.match(people_of(1, 20))
    assert pairing.certificate.status == "gap"
    assert pairing.certificate.verified
    assert pairing.settings["solver"] == data["solver"]
    assert pairing.settings["floor"] == 0.25
    assert "floor" not in matcher_of().to_dict()


def test_an_option_of_the_solver_that_is_wrong():
    with pytest.raises(pm.ConfigError, match=r"no option 'candidate_only'. Did you mean 'candidates_only'"):
        pm.PeerMatcher.from_dict(
            {
                "id": "id",
                "criteria": [{"kind": "same", "column": "site"}],
                "solver": {"name": "blossom", "candidate_only": True},
            }
        )
