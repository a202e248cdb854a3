"""Leximin, against the definition; its proof by the independent checker; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import peermatch as pm
from peermatch.errors import UnsupportedError
from peermatch.problem import (
    FORBIDDEN,
    GRID,
    Control,
    DenseScores,
    LeximinCertificate,
    Matching,
    OptimalityCertificate,
    Problem,
    Status,
)
from peermatch.solvers import Blossom, Exhaustive, get_solver
from peermatch.verify import prove, prove_leximin


def best_from_below(matrix, places: tuple[list[int], list[int]] | None = None) -> tuple[int, list[int]]:
    """The definition: the most pairs, then the sorted scores; by trying everything, with memory.

    Of two sets of as many scores the better one stays the better when both get one score more, so the best of what is
    left after a pair is part of the best.
    """
    n = len(matrix)
    if places is None:

        @cache
        def pool(free: int) -> tuple[int, tuple[int, ...]]:
            if not free:
                return 0, ()
            u = free.bit_length() - 1
            rest = free & ~(1 << u)
            best = pool(rest)
            for v in range(u):
                if rest >> v & 1 and matrix[u][v] != FORBIDDEN:
                    count, scores = pool(rest & ~(1 << v))
                    best = max(best, (count + 1, tuple(sorted((*scores, matrix[u][v])))))
            return best

        return pool((1 << n) - 1)[0], list(pool((1 << n) - 1)[1])

    slots = [u for u in range(n) for _ in range(places[0][u])]

    @cache
    def sides(at: int, free: tuple[int, ...], taken: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        if at == len(slots):
            return 0, ()
        mine = taken if at and slots[at] == slots[at - 1] else ()
        best = sides(at + 1, free, mine)
        for v, room in enumerate(free):
            if room and v not in mine and matrix[slots[at]][v] != FORBIDDEN:
                less = (*free[:v], room - 1, *free[v + 1 :])
                count, scores = sides(at + 1, less, (*mine, v))
                best = max(best, (count + 1, tuple(sorted((*scores, matrix[slots[at]][v])))))
        return best

    count, scores = sides(0, tuple(places[1]), ())
    return count, list(scores)


def random_problem(rng: np.random.Generator, largest: int = 11) -> tuple[Problem, tuple[int, list[int]]]:
    low, high = [(0, 1), (0, 2), (0, 4), (-4, 3), (0, 30), (0, GRID)][int(rng.integers(0, 6))]

    def matrix_of(n: int, m: int):
        matrix = rng.integers(low, high, (n, m), endpoint=True)
        matrix[rng.random((n, m)) < rng.choice([0.0, 0.2, 0.5, 0.8])] = FORBIDDEN
        return matrix

    if rng.random() < 0.7:
        n = int(rng.integers(0, largest))
        matrix = matrix_of(n, n)
        matrix = np.where(np.tri(n, dtype=bool), matrix, matrix.T)
        return Problem(DenseScores(matrix), "leximin"), best_from_below(matrix.tolist())
    n, m = (int(size) for size in rng.integers(1, 6, 2))
    matrix = matrix_of(n, m)
    places = [np.ones(n, dtype=np.int64), np.ones(m, dtype=np.int64)]
    side = int(rng.integers(0, 3))
    if side < 2:
        places[side] = rng.integers(0, 4, (n, m)[side])
    known = best_from_below(matrix.tolist(), (places[0].tolist(), places[1].tolist()))
    given = tuple(part if k == side else None for k, part in enumerate(places))
    return Problem(DenseScores(matrix, two_sided=True), "leximin", given), known


def value_of(problem: Problem, matching: Matching) -> tuple[int, list[int]]:
    scores = problem.scores.at(matching.pairs[:, 0], matching.pairs[:, 1]).tolist()
    return len(scores), sorted(scores)


def assert_leximin(problem: Problem, matching: Matching, wanted: tuple[int, list[int]]) -> None:
    assert value_of(problem, matching) == wanted
    assert (matching.status, matching.gap, matching.pairs_gap) == (Status.OPTIMAL, 0, 0)
    proof = prove(problem, matching)
    assert proof.faults == ()
    assert proof.verified
    assert (proof.pairs_bound, proof.worst_bound) == (wanted[0], wanted[1][0] if wanted[1] else None)


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_definition_on_random_problems(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(250):
        problem, wanted = random_problem(rng)
        assert_leximin(problem, Blossom().solve(problem), wanted)


def test_trying_every_matching_finds_the_same() -> None:
    rng = np.random.default_rng(77)
    for _ in range(120):
        problem, wanted = random_problem(rng, 9)
        if problem.one_place_each()[0].n_vertices <= 10:
            assert value_of(problem, Exhaustive(most_places=10).solve(problem)) == wanted


def test_odd_components_of_equal_scores_need_blossoms_to_be_full() -> None:
    """Triangles joined by single pairs: what the first stage proves rests on blossoms, which later stages keep."""
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(150):
        n = 9
        matrix = np.full((n, n), FORBIDDEN)
        for corner in (0, 3, 6):
            for a in range(3):
                for b in range(a):
                    matrix[corner + a, corner + b] = rng.integers(0, 4)
        for a, b in ((0, 3), (4, 6), (1, 7)):
            matrix[b, a] = rng.integers(0, 4)
        matrix = np.where(np.tri(n, dtype=bool), matrix, matrix.T)
        problem = Problem(DenseScores(matrix), "leximin")
        matching = Blossom().solve(problem)
        assert_leximin(problem, matching, best_from_below(matrix.tolist()))
        seen += any(len(stage.blossom_duals) for stage in matching.certificate.stages)
    assert seen > 20


def test_two_hundred_people_are_proved_and_one_more_is_refused_in_words() -> None:
    rng = np.random.default_rng(3)
    for high in (40, GRID):
        matrix = np.tril(rng.integers(0, high, (200, 200)))
        problem = Problem(DenseScores(matrix + matrix.T), "leximin")
        matching = Blossom().solve(problem)
        assert prove(problem, matching).verified
        assert len(matching.pairs) == 100
        worst_first = Blossom().solve(replace(problem, objective="worst_first"))
        assert value_of(problem, matching)[1] >= value_of(problem, worst_first)[1]
    with pytest.raises(UnsupportedError, match="up to 200 people; there are 201 here"):
        Blossom().solve(Problem(DenseScores(np.zeros((201, 201), dtype=np.int64)), "leximin"))
    wide = DenseScores(np.ones((30, 30), dtype=np.int64), two_sided=True)
    with pytest.raises(UnsupportedError, match="up to 400 places; there are 480 here"):
        Blossom().solve(Problem(wide, "leximin", (None, np.full(30, 15))))


@pytest.mark.parametrize("name", ["greedy", "hungarian", "transport"])
def test_other_solvers_refuse_it(name: str) -> None:
    problem = Problem(DenseScores([[1, 2], [3, 4]], two_sided=True), "leximin")
    with pytest.raises(UnsupportedError, match="blossom"):
        get_solver(name).solve(problem)


def test_stopped_it_says_that_nothing_is_decided() -> None:
    rng = np.random.default_rng(1)
    matrix = np.tril(rng.integers(0, 9, (20, 20)))
    problem = Problem(DenseScores(matrix + matrix.T), "leximin")
    asked = iter([False] * 5)
    matching = Blossom().solve(problem, control=Control(cancel=lambda: next(asked, True)))
    assert (matching.status, matching.certificate) == (Status.UNDECIDED, None)


# ---- the checker ----------------------------------------------------------------------------------------


def _claims(seed: int):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        problem, _ = random_problem(rng)
        matching = Blossom().solve(problem)
        if len(matching.pairs) >= 2:
            yield rng, problem, matching


@pytest.mark.parametrize("seed", range(4))
def test_no_worse_matching_passes_with_the_evidence_of_the_best(seed: int) -> None:
    """Any other matching, with its own mates and the true duals, is refused unless it is just as good."""
    for rng, problem, matching in _claims(seed):
        placed, left, right = problem.one_place_each()
        offset = placed.scores.shape[0] if placed.two_sided else 0
        for _ in range(6):
            mate = matching.certificate.mate.copy()
            made = np.flatnonzero(mate > np.arange(len(mate)))
            some = rng.permutation(made)[:2]
            ends = [(int(u), int(mate[u])) for u in some]
            (a, b), (c, d) = ends
            mate[[a, d]], mate[[c, b]] = [d, a], [b, c]
            u = np.flatnonzero(mate > np.arange(len(mate)))
            rows, columns = u, mate[u] - offset
            scores = placed.scores.at(rows, columns)
            pairs = np.stack([left[rows], right[columns]], axis=1)
            if (scores == FORBIDDEN).any() or len(np.unique(pairs, axis=0)) < len(pairs):
                continue
            claim = Matching.of(
                problem,
                pairs,
                status=Status.OPTIMAL,
                solver="by hand",
                certificate=replace(matching.certificate, mate=mate),
                gap=0,
            )
            if value_of(problem, claim) != value_of(problem, matching):
                assert prove(problem, claim).faults


@pytest.mark.parametrize("seed", range(3))
def test_planted_errors_are_found(seed: int) -> None:
    planted = 0
    for rng, problem, matching in _claims(seed + 20):
        evidence = matching.certificate
        k = int(rng.integers(0, len(evidence.stages)))
        stage = evidence.stages[k]
        at = int(rng.integers(0, len(stage.vertex_duals)))
        duals = {step: stage.vertex_duals.copy() for step in (-1, 1)}
        for step, array in duals.items():
            array[at] += step
        wrong = [replace(stage, vertex_duals=array) for array in duals.values()]
        wrong.append(replace(stage, vertex_duals=stage.vertex_duals.astype(float)))
        wrong.append(replace(stage, vertex_duals=stage.vertex_duals[1:]))
        wrong.append(replace(stage, vertex_duals=stage.vertex_duals + 2**50))
        if stage.score is not None:
            wrong.append(replace(stage, score=None))
            wrong.append(replace(stage, score=stage.score - 1))
        if len(stage.blossom_duals):
            wrong.append(replace(stage, blossom_duals=stage.blossom_duals - 2))
            wrong.append(replace(stage, blossom_parent=stage.blossom_parent * 0))
        claims = [
            replace(evidence, stages=(*evidence.stages[:k], part, *evidence.stages[k + 1 :]))
            for part in wrong
        ]
        claims.append(replace(evidence, stages=evidence.stages[:-1]))
        claims.append(replace(evidence, stages=()))
        claims.append(replace(evidence, stages=evidence.stages[1:]))
        claims.append(replace(evidence, pairs_covered=evidence.pairs_covered + 1))
        claims.append(replace(evidence, mate=evidence.mate[::-1].copy()))
        claims.append(replace(evidence, mate=np.full_like(evidence.mate, -1)))
        claims.append(replace(evidence, mate=np.full_like(evidence.mate, 99)))
        for claim in claims:
            if np.array_equal(claim.mate, evidence.mate) or value_of(problem, matching)[0]:
                planted += 1
                same = np.array_equal(claim.mate, evidence.mate) and claim.stages == evidence.stages
                if same and claim.pairs_covered == evidence.pairs_covered:
                    continue
                mirrored = not np.array_equal(claim.mate, evidence.mate)
                proof = prove_leximin(problem, replace(matching, certificate=claim))
                assert proof.faults or (mirrored and _same_pairs(problem, claim, matching))
    assert planted > 200


def _same_pairs(problem: Problem, claim: LeximinCertificate, matching: Matching) -> bool:
    """Whether a changed mate happens to make the same pairs: then it is no error."""
    placed, left, right = problem.one_place_each()
    offset = placed.scores.shape[0] if placed.two_sided else 0
    u = np.flatnonzero(claim.mate > np.arange(len(claim.mate)))
    pairs = np.stack([left[u], right[claim.mate[u] - offset]], axis=1)
    return sorted(map(tuple, pairs.tolist())) == sorted(map(tuple, matching.pairs.tolist()))


def test_a_certificate_of_the_best_total_is_not_taken_for_it() -> None:
    scores = DenseScores([[0, 9, 1, 3], [9, 0, 3, 1], [1, 3, 0, 2], [3, 1, 2, 0]])
    total = Blossom().solve(Problem(scores))
    assert isinstance(total.certificate, OptimalityCertificate)
    proof = prove(Problem(scores, "leximin"), total)
    assert not proof.verified
    assert "worst pair" in proof.faults[0]


# ---- from tables ----------------------------------------------------------------------------------------


def _people(n: int):
    return [{"id": f"p{k:02d}", "years": k * 7 % 11, "site": "xyz"[k % 3]} for k in range(n)]


def test_from_a_table_with_its_sentence_and_its_document(tmp_path) -> None:
    import jsonschema

    from peermatch.report import pairing_schema

    matcher = pm.PeerMatcher("id", [pm.near("years"), pm.same("site")], objective="leximin")
    matcher.to_toml(tmp_path / "m.toml")
    pairing = pm.PeerMatcher.from_toml(tmp_path / "m.toml").match(_people(13))
    certificate = pairing.certificate
    assert (certificate.kind, certificate.status, certificate.verified) == ("leximin", "optimal", True)
    assert (
        "pair by pair, from the weakest up, no other set of as many pairs is better" in certificate.sentence
    )
    assert "weakest pairs, one after another" in pairing.unmatched["reason"].iloc[0]
    jsonschema.validate(pairing.to_dict(), pairing_schema())
    scores = pairing.scores.block(np.arange(13)).tolist()
    assert best_from_below(scores)[1] == sorted(int(score * GRID) for score in pairing.pairs["score"])
    locked = matcher.match(_people(12), locks=[("p00", "p01")])
    assert "that is not demanded" in locked.certificate.sentence


def test_two_sides_with_places_and_a_floor_from_a_table() -> None:
    matcher = pm.PeerMatcher(
        "id",
        [pm.near("years")],
        sides=("mentee", "mentor"),
        capacity={"mentor": 2},
        objective="leximin",
        floor=0.2,
    )
    pairing = matcher.match(_people(9), [{**person, "id": "m" + person["id"]} for person in _people(5)])
    assert pairing.certificate.verified
    assert pairing.pairs["score"].min() >= 0.2


def test_many_people_are_refused_and_rounds_need_another_objective() -> None:
    matcher = pm.PeerMatcher("id", [pm.near("years")], objective="leximin")
    with pytest.raises(UnsupportedError, match="worst_first"):
        matcher.match(_people(0) + [{"id": k, "years": k, "site": "x"} for k in range(201)])
    with pytest.raises(pm.ConfigError, match="'leximin'"):
        pm.plan_rounds(matcher, _people(8), 2)
