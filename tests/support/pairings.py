"""Small pairings made by hand, for tests of what is drawn from them: no solver, the best pairs by trying all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from peermatch.cohort import Cohort
from peermatch.criteria import (
    Criterion,
    Occasion,
    Rule,
    Sides,
    compile_criterion,
    enforce,
    fit_criterion,
    key_of,
)
from peermatch.explain import Outcome
from peermatch.pairing import CertificateView, Pairing
from peermatch.problem import FORBIDDEN, Matching, Problem, Status
from peermatch.scoring import LazyScores

Pairs = list[tuple[int, int]]


def make_pairing(
    people: Any,
    criteria: Sequence[Criterion],
    rules: Sequence[Rule] = (),
    *,
    others: Any = None,
    names: tuple[str, str] = ("a", "b"),
    label: str | None = None,
    eligible: str | None = None,
    pairs: Pairs | None = None,
    capacity: tuple[Sequence[int] | None, Sequence[int] | None] = (None, None),
    mutual: str = "geometric",
    objective: str = "everyone_first",
    status: Status = Status.OPTIMAL,
    evidence: Any = None,
    round: str | None = "2026-12",
) -> Pairing:
    """Pair people as the matcher would, with the given pairs of positions or the best of all.

    Two people with places for several are cloned by the search.
    """
    options = {"label": label, "eligible": eligible, "at_least": 1}
    everyone = (
        Cohort.of(people, "id", **options),
        None if others is None else Cohort.of(others, "id", **options),
    )
    taking = [None if side is None else side.take(np.flatnonzero(side.taking_part)) for side in everyone]
    sides = Sides(taking[0], taking[1], names)
    fitted = tuple(fit_criterion(criterion, sides) for criterion in criteria)
    compiled = [compile_criterion(part, sides) for part in fitted]
    absent = {
        key_of(id): reason
        for side in everyone
        if side is not None
        for id, reason in zip(side.ids, side.reasons_out, strict=True)
        if reason is not None
    }
    enforcement = enforce(rules, sides, compiled, Occasion(absent=absent))
    two_sided = others is not None
    scores = LazyScores(compiled, enforcement.masks, sides.shape, two_sided=two_sided, mutual=mutual)
    places = tuple(None if part is None else np.array(part, dtype=np.int64) for part in capacity)
    problem = Problem(scores, objective, places)
    if pairs is None:
        pairs = best_pairs(problem, enforcement.required.tolist())
    matching = Matching.of(
        problem,
        np.array(pairs, dtype=np.int64).reshape(-1, 2),
        status=status,
        solver="by hand",
        certificate=evidence,
        gap=0 if status == Status.OPTIMAL else None,
    )
    certificate = CertificateView(
        kind="none" if evidence is None else evidence.kind,
        status=str(status),
        verified=evidence is not None,
        gap=0.0 if status == Status.OPTIMAL else None,
        pairs_gap=0,
        pairs_covered=7,
        sentence="Proved over all 7 allowed pairs: nobody can make more pairs, nor as many with a better total.",
        evidence=evidence,
    )
    return Pairing(
        everyone=everyone,
        sides=sides,
        scores=scores,
        enforcement=enforcement,
        matching=matching,
        certificate=certificate,
        capacity=places,
        settings={"objective": objective, "round": round},
        fitted=fitted,
        round=round,
    )


def outcome_of(pairing: Pairing) -> Outcome:
    """Return what a pairing hands to explanations and reports."""
    return pairing._outcome


def best_pairs(problem: Problem, required: Sequence[Sequence[int]] = ()) -> Pairs:
    """Find the best pairs of a tiny problem by trying all of them."""
    rows, columns = problem.scores.shape
    matrix = problem.scores.block(np.arange(rows))
    demanded = [(int(u), int(v)) for u, v in required]
    offset = rows if problem.two_sided else 0
    places: dict[int, int] = {}
    for hand, size in enumerate((rows, columns)):
        if hand == 1 and not problem.two_sided:
            continue
        given = problem.capacity[hand]
        for position in range(size):
            places[position + hand * offset] = 1 if given is None else int(given[position])
    edges = [
        (u, v + offset, int(matrix[u, v]))
        for u in range(rows)
        for v in range(columns)
        if (problem.two_sided or u < v) and matrix[u, v] != FORBIDDEN and (u, v) not in demanded
    ]
    for u, v in demanded:
        places[u] -= 1
        places[v + offset] -= 1
    everyone = problem.objective == "everyone_first"

    def worth(chosen: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
        total = sum(score for _, _, score in chosen)
        return (len(chosen), total) if everyone else (total, -len(chosen))

    best = max(_choices(edges, places), key=worth)
    return demanded + [(u, v - offset) for u, v, _ in best]


def _choices(
    edges: Sequence[tuple[int, int, int]], places: Mapping[int, int]
) -> Iterator[list[tuple[int, int, int]]]:
    if not edges:
        yield []
        return
    (u, v, score), rest = edges[0], edges[1:]
    yield from _choices(rest, places)
    if places[u] > 0 and places[v] > 0:
        fewer = {**places, u: places[u] - 1, v: places[v] - 1}
        for chosen in _choices(rest, fewer):
            yield [(u, v, score), *chosen]


TEAM = [
    {
        "id": "ada",
        "name": "Ada",
        "years": 4,
        "teach": "Python; SQL",
        "learn": "Leading",
        "team": "Data",
        "note": None,
    },
    {
        "id": "bo",
        "name": "Bo",
        "years": 5,
        "teach": "Leading",
        "learn": "Python; Go",
        "team": "Sales",
        "note": "x",
    },
    {"id": "cy", "name": "Cyé", "years": 20, "teach": "Go", "learn": "SQL", "team": "Sales", "note": "y"},
    {"id": "di", "name": "Di", "years": None, "teach": None, "learn": "SQL; Go", "team": "Data", "note": "x"},
    {"id": "el", "name": "El", "years": 6, "teach": "SQL", "learn": None, "team": "Data", "note": "x"},
]
