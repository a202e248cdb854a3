"""What must hold of every result, whatever was asked: nothing here trusts what made it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

import peermatch as pm
from peermatch.problem import FORBIDDEN, GRID, Problem, sorted_pairs
from peermatch.report import pairing_schema
from peermatch.verify import check_valid, prove
from reliability import programmes_rules as plain
from reliability.programmes import Programme, Row

__all__ = [
    "check_best",
    "check_people",
    "check_plain",
    "check_proved",
    "check_rules",
    "check_tables",
    "matrix_of",
]


def matrix_of(pairing: pm.Pairing) -> Any:
    """All scores, on the grid."""
    return pairing.scores.block(np.arange(pairing.scores.shape[0]))


def check_people(found: Any, programme: Programme) -> None:
    """Everybody who came in is there exactly once a side, with a partner, or with a reason."""
    frame = found.people
    for hand, rows in enumerate(programme.everyone):
        part = frame
        if programme.right is not None:
            part = frame[frame["side"] == ("mentee", "mentor")[hand]]
        told = part["id"].tolist()
        assert sorted(map(repr, told)) == sorted(repr(row["id"]) for row in rows), (
            "somebody is missing or stands twice"
        )
        for id, status, reason in zip(told, part["status"], part["reason"], strict=True):
            placed = status in ("paired", "seated", "in a circle", "in a ring")
            out = (hand, id) in programme.out
            assert out <= (status == "not taking part"), f"{id!r} is out and has the status {status!r}"
            assert placed or (isinstance(reason, str) and reason.strip()), (
                f"{id!r} has no partner and no reason"
            )
    if programme.right is None:
        assert len(frame) == len(programme.left)


def check_tables(pairing: pm.Pairing) -> None:
    """The tables agree with each other: partners with pairs, places with partners, contributions with scores."""
    people, pairs = pairing.people, pairing.pairs
    sided = pairing.sides.two_sided
    names = pairing.sides.names if sided else ("a", "b")
    partners: dict[Any, list[Any]] = {}
    for a, b in zip(pairs[names[0]], pairs[names[1]], strict=True):
        partners.setdefault((0, a), []).append(b)
        partners.setdefault((1 if sided else 0, b), []).append(a)
    for row in people.to_dict("records"):
        hand = names.index(row["side"]) if sided else 0
        mine = partners.pop((hand, row["id"]), [])
        assert sorted(map(repr, row["partners"])) == sorted(map(repr, mine)), (
            f"{row['id']!r}: partners and pairs differ"
        )
        assert (row["status"] == "paired") == bool(mine)
        assert row["used"] == (min(len(mine), 1) if "group_id" in pairs and not sided else len(mine))
        assert row["used"] <= row["capacity"]
    assert not partners, "a pair of somebody who is not among the people"
    contributions = pairs[[name for name in pairs.columns if name.startswith("contribution_")]].to_numpy(
        dtype=float
    )
    scores = pairs["score"].to_numpy(dtype=float)
    assert (contributions.sum(axis=1) == scores).all(), "contributions that do not add up"
    assert (scores * GRID == np.rint(scores * GRID)).all()
    assert pairs["coverage"].between(0, 1).all()
    assert sorted(map(repr, pairing.unmatched["id"])) == sorted(
        map(repr, people.loc[people["status"] == "unmatched", "id"])
    )


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(pairing_schema())


def check_plain(pairing: pm.Pairing) -> None:
    """What is written down is data: it comes back the same, and is what the schema says."""
    data = pairing.to_dict()
    assert json.loads(pairing.to_json()) == data, "the JSON is not the data"
    faults = sorted(_validator().iter_errors(data), key=str)
    assert not faults, f"not what the schema says: {faults[0].message[:200]} at {list(faults[0].path)}"


def _by_id(rows: list[Row]) -> dict[Any, Row]:
    return {row["id"]: row for row in rows}


def check_rules(found: Any, programme: Programme, made: list[tuple[Any, Any]]) -> int:
    """What the scores forbid is what the rules forbid, read from the cells, for every two people; of pairs, none.

    Returns
    -------
    int
        How many pairs of people were looked at.
    """
    scores, sides = found.scores, found.sides
    left, right = (
        _by_id(programme.left),
        _by_id(programme.left if programme.right is None else programme.right),
    )
    rows, columns = sides.left.ids.tolist(), sides.columns_side.ids.tolist()
    matrix = scores.block(np.arange(len(rows)))
    same_name = programme.matcher.get("same_person") is not None
    looked = 0
    for u, a in enumerate(rows):
        for v, b in enumerate(columns):
            me, you = left[a], right[b]
            if programme.right is None and v <= u:
                continue
            looked += 1
            why = [name for name, forbids in programme.rules if forbids(me, you)]
            if same_name and me["name"] == you["name"]:
                why.append("same_person")
            forbidden = bool(matrix[u, v] == FORBIDDEN)
            floored = [_below(me, you, floor) for floor in programme.floors]
            if why or True in floored:
                assert forbidden, f"{why or 'at_least'} forbids {a!r} and {b!r}, and the scores do not"
            elif None not in floored:
                assert not forbidden, f"no rule forbids {a!r} and {b!r}, and the scores do"
    floor = programme.matcher.get("floor")
    place_left, place_right = {id: u for u, id in enumerate(rows)}, {id: v for v, id in enumerate(columns)}
    for a, b in made:
        value = matrix[place_left[a], place_right[b]]
        assert value != FORBIDDEN, f"{a!r} and {b!r} were paired though a rule forbids them"
        demanded = (a, b) in programme.demanded or (b, a) in programme.demanded
        assert floor is None or demanded or value >= round(floor * GRID), (
            f"{a!r} and {b!r} are below the floor"
        )
    return looked


def _below(me: Row, you: Row, floor: tuple[float, float, float]) -> bool | None:
    """Whether two people are below a floor of nearness; None where that depends on what is filled in, or on a hair."""
    scale, spot, least = floor
    if me["years"] is None or you["years"] is None:
        return None
    value = plain.nearness(me["years"], you["years"], scale, spot)
    return None if abs(value - least) < 1e-9 else value < least


def check_proved(pairing: pm.Pairing) -> bool:
    """The matching is valid, and its certificate holds, checked again here and not by what the result says.

    Returns
    -------
    bool
        Whether there was a certificate that could be checked again.
    """
    matching, certificate = pairing.matching, pairing.certificate
    whole = Problem(
        pairing.stated if pairing.stated is not None else pairing.scores, capacity=pairing.capacity
    )
    if pairing.odd is None or not getattr(pairing.odd, "trios", None):
        bare = Problem(pairing.scores, capacity=pairing.capacity)
        faults = check_valid(replace(matching, weight=int(pairing.scores.at(*matching.pairs.T).sum())), bare)
        trio = pairing.settings.get("odd") == "trio"
        assert trio or not faults, f"not valid: {faults}"
    # an update by cases says of itself that nobody checked it independently
    by_cases = pairing.update is not None and "not checked independently" in certificate.sentence
    known = certificate.verified or certificate.kind == "none" or by_cases
    assert known, f"a certificate {certificate.kind!r} that is not verified"
    assert whole.scores.shape == pairing.scores.shape
    if (
        pairing.problem is None
        or pairing.positions is None
        or matching.certificate is None
        or pairing.update is not None
    ):
        return False
    if (
        pairing.settings.get("odd") in ("trio", "reserve")
        or "group_floor" in pairing.settings
        or _first(pairing)
    ):
        return False
    problem, (left, right) = pairing.problem, pairing.positions
    demanded = {tuple(pair) for pair in pairing.enforcement.required.tolist()}
    if not problem.two_sided:
        demanded |= {(v, u) for u, v in demanded}
    free = [pair for pair in matching.pairs.tolist() if tuple(pair) not in demanded]
    places = [{int(p): at for at, p in enumerate(part)} for part in (left, right)]
    moved = [(places[0][u], places[1 if problem.two_sided else 0][v]) for u, v in free]
    pairs = sorted_pairs(np.array(moved, dtype=np.int64).reshape(-1, 2), two_sided=problem.two_sided)
    weight = int(problem.scores.at(pairs[:, 0], pairs[:, 1]).sum())
    rows, columns = problem.scores.shape
    proof = prove(problem, replace(matching, pairs=pairs, weight=weight, n_left=rows, n_right=columns))
    assert proof.verified, f"not proved again: {proof.faults[:2]}"
    return True


def _first(pairing: pm.Pairing) -> bool:
    return "protected" in str(pairing.certificate.kind)


# ---- by trying all --------------------------------------------------------------------------------------


def check_best(pairing: pm.Pairing, programme: Programme) -> bool:
    """A small result is compared with every set of pairs there is.

    Returns
    -------
    bool
        Whether it was small and plain enough for that.
    """
    options, call = programme.matcher, programme.call
    rows, columns = pairing.scores.shape
    plain_case = (
        not ({"group_floor"} & set(options)) and options.get("odd") is None and "preferences" not in call
    )
    if (
        not plain_case
        or (_first(pairing) and "first" not in call)
        or pairing.update is not None
        or pairing.certificate.status != "optimal"
    ):
        return False
    if rows > 8 if programme.right is None else rows * columns > 12:
        return False
    matrix = matrix_of(pairing)
    least = round(options.get("floor", 0) * GRID)
    demanded = {tuple(pair) for pair in pairing.enforcement.required.tolist()}
    sided = programme.right is not None
    edges = [
        (u, v)
        for u in range(rows)
        for v in range(columns)
        if (sided or u < v) and matrix[u, v] != FORBIDDEN and (matrix[u, v] >= least or (u, v) in demanded)
    ]
    upper = [_places(pairing.capacity[0], rows), _places(pairing.capacity[1], columns)]
    lower = [_least(pairing.minimum[0], rows), _least(pairing.minimum[1], columns)]
    choosy = [_least(pairing.or_none[0], rows), _least(pairing.or_none[1], columns)]
    first = {
        pairing.sides.left.ids.tolist().index(id)
        for id in call.get("first", ())
        if id in pairing.sides.left.ids.tolist()
    }
    objective = options.get("objective", "everyone_first")

    def key(chosen: tuple[tuple[int, int], ...]) -> Any:
        free = [edge for edge in chosen if edge not in demanded]
        values = sorted(int(matrix[edge]) for edge in free)
        going = sum((u in first) + (v in first) for u, v in free)
        if objective == "best_total":
            return (going, sum(values)) if first else (sum(values),)
        if objective == "worst_first":
            return (len(values), values[:1], sum(values))
        if objective == "leximin":
            return (len(values), values)
        return (len(values), going, sum(values))

    made = tuple(map(tuple, pairing.matching.pairs.tolist()))
    every = [
        key(chosen)
        for chosen in _sets(edges, upper, sided=sided)
        if demanded <= set(chosen) and _enough(chosen, lower, choosy, sided=sided)
    ]
    assert every, "a result where nothing is allowed"
    assert key(made) == max(every), f"{objective}: {key(made)} was found, {max(every)} is possible"
    return True


def _places(given: Any, count: int) -> list[int]:
    return [1] * count if given is None else [int(place) for place in given]


def _least(given: Any, count: int) -> list[int]:
    return [0] * count if given is None else [int(place) for place in given]


def _sets(edges: list[tuple[int, int]], upper: list[list[int]], *, sided: bool) -> Any:
    """Every set of pairs that respects the places."""
    left, right = list(upper[0]), list(upper[1]) if sided else None

    def extend(at: int, chosen: tuple[tuple[int, int], ...]) -> Any:
        if at == len(edges):
            yield chosen
            return
        yield from extend(at + 1, chosen)
        u, v = edges[at]
        second = left if right is None else right
        if left[u] and second[v]:
            left[u] -= 1
            second[v] -= 1
            yield from extend(at + 1, (*chosen, (u, v)))
            left[u] += 1
            second[v] += 1

    return extend(0, ())


def _enough(chosen: Any, lower: list[list[int]], choosy: list[list[int]], *, sided: bool) -> bool:
    for hand, (least, none_or) in enumerate(zip(lower, choosy, strict=True)):
        if not sided and hand:
            continue
        for person, (needed, wanted) in enumerate(zip(least, none_or, strict=True)):
            if needed or wanted:
                used = sum(pair[hand] == person for pair in chosen)
                if used < needed or 0 < used < wanted:
                    return False
    return True


def possible(programme: Programme) -> bool | None:
    """Whether what is demanded can be met, by trying all; None where that is not known here.

    Only from the cells: locked pairs whom a rule forbids, or who have too many partners.
    """
    if {"capacity", "floor", "reserve"} & set(programme.matcher) or not programme.demanded:
        return None
    left, right = (
        _by_id(programme.left),
        _by_id(programme.left if programme.right is None else programme.right),
    )
    pairs = {frozenset(pair) if programme.right is None else pair for pair in programme.demanded}
    ids = list(itertools.chain(*programme.demanded))
    if programme.right is None:
        ids = list(itertools.chain(*pairs))
    for hand, part in enumerate(
        ((pair[0] for pair in programme.demanded), (pair[1] for pair in programme.demanded))
    ):
        if any((0 if programme.right is None else hand, id) in programme.out for id in part):
            return False
    if programme.right is None:
        if len(set(ids)) < len(ids):
            return False
    elif any(len({pair[hand] for pair in pairs}) < len(pairs) for hand in (0, 1)):
        return False
    for a, b in programme.demanded:
        me, you = left[a], right[b]
        if any(forbids(me, you) for _, forbids in programme.rules):
            return False
        if programme.matcher.get("same_person") and me["name"] == you["name"]:
            return False
    return None if programme.floors else True
