"""Planted errors: whatever is changed in a saved result, with a digest that is true of the change, is found."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from peermatch.errors import InputError
from peermatch.problem import GRID
from peermatch.verify import verify_result
from peermatch.verify.evidence_parts import read_scores
from support.evidence import RESULTS, damaged, ids_of, result
from support.oracles import best_matching

# ---- ways of changing a result ------------------------------------------------------------------------------


def table(document, criterion, key="left_own"):
    evidence = document["evidence"]
    told = next(one for one in evidence["criteria"] if one["name"].startswith(criterion))
    return evidence["tables"][told[key]]


def rule(document, kind):
    return next(one for one in document["evidence"]["rules"] if one["kind"] == kind)


def place_of(document, id):
    return next(part.index(("str", id)) for part in ids_of(document) if ("str", id) in part)


def first_pair(document):
    pair = document["pairs"][0]
    return [place_of(document, pair[key]["value"]) for key in "ab"]


def pair_id(document, a, b):
    keys = [[id["type"], id["value"]] for id in (a, b)]
    keys = keys if document["two_sided"] else sorted(keys)
    text = json.dumps([document["round"], *keys], ensure_ascii=True, separators=(",", ":"))
    return "p-" + hashlib.blake2b(text.encode("ascii"), digest_size=6).hexdigest()


def person(document, id):
    return next(row for row in document["people"] if row["id"] == id)


def rescore(document, k, by):
    """Another score, with contributions that add up to it."""
    pair = document["pairs"][k]
    name = max(pair["contributions"], key=pair["contributions"].get)
    pair["score"] += by / GRID
    pair["contributions"][name] += by / GRID


def exchange(document):
    """The first two pairs exchange partners, and all that follows from it is written as it should be."""
    one, two = document["pairs"][:2]
    one["b"], two["b"] = two["b"], one["b"]
    for pair in (one, two):
        if pair["a"]["value"] > pair["b"]["value"]:
            pair["a"], pair["b"] = pair["b"], pair["a"]
        pair["pair_id"] = pair_id(document, pair["a"], pair["b"])
        for mine, theirs in (("a", "b"), ("b", "a")):
            row = person(document, pair[mine])
            row["partners"], row["group_ids"] = [pair[theirs]], [pair["pair_id"]]
    document["pairs"].sort(key=lambda pair: (pair["a"]["value"], pair["b"]["value"]))


def part(document):
    """The first pair is not made, and all that follows from it is written as it should be."""
    pair = document["pairs"].pop(0)
    for key in "ab":
        row = person(document, pair[key])
        row.update(status="unmatched", partners=[], group_ids=[], used=0, reason="nobody")
        document["unmatched"].append({"id": pair[key], "reason": "nobody"})


def covered(document, by):
    """Another number of allowed pairs, wherever it is told."""
    claim = document["certificate"]
    was = claim["pairs_covered"]
    claim["pairs_covered"] = claim["evidence"]["pairs_covered"] = was + by
    claim["sentence"] = claim["sentence"].replace(f"{was:,}", f"{was + by:,}")


def setting(name, value):
    def change(document):
        document["settings"][name] = value
        if name == "mutual":
            document["evidence"]["mutual"] = value
        else:
            document["evidence"]["problem"][name] = value

    return change


def claim(**changes):
    return lambda document: document["certificate"].update(changes)


def proof(change):
    return lambda document: change(document["certificate"]["evidence"])


def evidence(change):
    return lambda document: change(document["evidence"])


def put(way, value):
    """Set what stands at the end of a way of keys; a function is given what stood there."""

    def change(data):
        for key in way[:-1]:
            data = data[key]
        data[way[-1]] = value(data[way[-1]]) if callable(value) else value

    return change


def more(by=1):
    return lambda number: (number or 0) + by


def of_the_first_pair(criterion, change, key="left_own"):
    def edit(document):
        one, other = first_pair(document)
        told = table(document, criterion, key)
        column = told["sets"] if told["kind"] == "bits" else told["columns"][0]
        column[one] = change(column[one], column[other])

    return edit


def remove_person(document):
    gone = next(row for row in document["people"] if row["status"] == "unmatched")
    document["people"].remove(gone)
    document["unmatched"] = [row for row in document["unmatched"] if row["id"] != gone["id"]]


def add_person(document):
    id = {"type": "str", "value": "zz"}
    row = {"id": id, "status": "unmatched", "partners": [], "group_ids": [], "used": 0, "capacity": 1}
    document["people"].append({**row, "reason": "came late"})
    document["unmatched"].append({"id": id, "reason": "came late"})


def swap_ids(document):
    """Two people exchange their rows, as if each had answered what the other did."""
    rows = document["people"]
    rows[0], rows[1] = rows[1], rows[0]


def other_certificate(document):
    document["certificate"] = result("pool")["certificate"]


def claim_optimal(document):
    document["certificate"]["evidence"]["kind"] = "optimality"
    document["certificate"].update(kind="optimality", status="optimal", gap=0.0, pairs_gap=0)
    words = "nobody can make more pairs, nor as many with a better total (checked independently)."
    number = document["certificate"]["pairs_covered"]
    document["certificate"]["sentence"] = f"Proved over all {number:,} allowed pairs: {words}"


def swap(way, i=0, j=1):
    def change(data):
        for key in way:
            data = data[key]
        data[i], data[j] = data[j], data[i]

    return change


def forbid_the_first(document):
    one, other = sorted(first_pair(document))
    listed = rule(document, "listed")
    listed["u"].append(one)
    listed["v"].append(other)


def drop_rule(kind):
    return lambda document: document["evidence"]["rules"].remove(rule(document, kind))


def trios(key, change):
    return evidence(put(("trios", key), change))


PLANTED = {
    # what is said of pairs and people
    "a score": ("pool", lambda d: rescore(d, 0, -1)),
    "a score of two sides": ("places", lambda d: rescore(d, 2, 1)),
    "partners exchanged": ("pool even", exchange),
    "partners of two sides exchanged": ("sides", exchange),
    "a pair not made": ("pool even", part),
    "a pair twice": ("pool", lambda d: d["pairs"].append(d["pairs"][-1])),
    "a contribution": ("pool", put(("pairs", 0, "contributions", "near_years"), lambda c: c + 2**-30)),
    "contributions of another sum": ("sides", put(("pairs", 0, "score"), lambda s: s - 2**-30)),
    "a pair id": ("pool", put(("pairs", 0, "pair_id"), "p-000000000000")),
    "the round": ("pool", put(("round",), "r2")),
    "a partner": ("pool", lambda d: d["people"][0].update(partners=d["people"][1]["partners"])),
    "a place taken": ("places", lambda d: d["people"][-1].update(used=3)),
    "somebody unmatched": ("pool", lambda d: d["unmatched"].clear()),
    "a person less": ("pool", remove_person),
    "a person more": ("pool", add_person),
    "people exchanged": ("pool", swap_ids),
    "a rank": ("stated", put(("pairs", 0, "rank_a"), 3)),
    "a trio's total": ("trio", put(("odd", "total"), lambda t: t + 2**-30)),
    "a trio's members": (
        "trio",
        lambda d: d["odd"]["trios"][0]["members"].reverse() or d["odd"]["trios"].clear(),
    ),
    # what is claimed
    "a dual up": ("pool", proof(put(("vertex_duals", 0), more(1)))),
    "a dual down": ("pool", proof(put(("vertex_duals", 0), more(-1)))),
    "two duals": ("pool even", proof(swap(("vertex_duals",)))),
    "the bonus": ("pool", proof(put(("bonus",), more(1)))),
    "the bonus gone": ("pool", proof(put(("bonus",), 0))),
    "the scale": ("pool", proof(put(("scale",), 1))),
    "a blossom's dual": ("trio", proof(put(("blossom_duals", 0), more(2)))),
    "a blossom's people": ("trio", proof(put(("vertex_blossom", 0), -1))),
    "allowed pairs": ("pool", lambda d: covered(d, 1)),
    "fewer allowed pairs": ("worst first", lambda d: covered(d, -1)),
    "a gap of none": ("greedy", claim(gap=0.0)),
    "optimal": ("greedy", claim_optimal),
    "stable": ("pool", claim(status="stable", kind="stability")),
    "verified": ("exhaustive", claim(verified=True)),
    "a sentence": ("pool", put(("certificate", "sentence"), lambda s: s.replace("all ", "all 1"))),
    "a sentence of the stopped": (
        "stopped",
        put(("certificate", "sentence"), lambda s: s.replace("most ", "most 9")),
    ),
    "whose dual it is": ("pool", swap(("certificate", "vertices"))),
    "another proof": ("best total", other_certificate),
    "no proof": ("pool", claim(kind="none", evidence=None, vertices=None)),
    "a threshold": ("worst first", proof(put(("threshold",), more(1)))),
    "a cover": ("worst first", proof(put(("above", "vertex_duals", 0), more(2)))),
    "a stage": ("leximin", proof(lambda e: e["stages"].pop())),
    "a stage's score": ("leximin", proof(put(("stages", 1, "score"), more(1)))),
    "a mate": ("leximin", proof(swap(("mate",)))),
    "a partition": ("no stable", proof(swap(("successor",)))),
    "a flow's dual": ("minima", proof(put(("left_duals", 0), more(1)))),
    "a flow's bonus": ("many to many", proof(put(("bonus",), more(-1)))),
    "who goes first": ("first", proof(put(("first", 0), more(1)))),
    "the lift": ("first", proof(put(("lift",), more(1)))),
    # the encoded numbers
    "a number": ("pool", of_the_first_pair("near", lambda mine, theirs: (mine or 0.0) + 0.5)),
    "a number not known": ("custom", of_the_first_pair("near", lambda mine, theirs: None)),
    "a number that makes a better pair": (
        "sides",
        lambda d: put(("columns", 0), [2.0] * 6)(table(d, "near")),
    ),
    "a code": ("sides", lambda d: put(("columns", 0, 0), 1)(table(d, "different"))),
    "a set": ("pool", of_the_first_pair("complement", lambda mine, theirs: "")),
    "a set of two sides": ("skills of two sides", of_the_first_pair("complement", lambda mine, theirs: "")),
    "a matrix": (
        "custom",
        lambda d: evidence(put(("criteria", 0, "forward", *first_pair(d)), lambda s: s / 2))(d),
    ),
    "a listed wish": (
        "pool",
        lambda d: evidence(put(("criteria", -1, "left_default"), lambda values: [1.0] * len(values)))(d),
    ),
    "a fill": ("pool", evidence(put(("criteria", 0, "fills"), [0.9, 0.9]))),
    "a parameter": ("pool", evidence(put(("criteria", 0, "params", 0), 3.0))),
    "equal for different": ("sides", evidence(put(("criteria", 1, "params", 0), 1.0))),
    "another table": ("pool", evidence(put(("criteria", 4, "right_other"), lambda index: index - 1))),
    "undirected": ("pool", evidence(put(("criteria", 4, "directed"), False))),
    "another primitive": ("pool", evidence(put(("criteria", 3, "primitive"), "covered"))),
    "a share": (
        "pool",
        lambda d: [swap(("shares", side, "patterns", 0), 0, 4)(d["evidence"]) for side in ("left", "right")],
    ),
    "whose share it is": (
        "pool",
        lambda d: [
            put(("shares", side, "of"), lambda of: [0] * len(of))(d["evidence"]) for side in ("left", "right")
        ],
    ),
    "a criterion's name": ("pool", evidence(put(("criteria", 0, "name"), "near"))),
    "a criterion less": ("sides", lambda d: d["evidence"]["criteria"].pop()),
    "the mutual score": ("pool", setting("mutual", "mean")),
    "the mutual score beside the settings": ("pool", evidence(put(("mutual",), "min"))),
    # rules
    "a rule less": ("pool", drop_rule("equal")),
    "a veto less": ("pool", drop_rule("listed")),
    "twins allowed": ("must match", drop_rule("unequal")),
    "a pair forbidden": ("pool", forbid_the_first),
    "a mark": (
        "pool",
        lambda d: put(("tables", rule(d, "equal")["left"], "columns", 0), lambda c: [-1] * len(c))(
            d["evidence"]
        ),
    ),
    "a line": (
        "pool",
        lambda d: put(("tables", rule(d, "in_line")["left"], "columns", 0), lambda c: [-1] * len(c))(
            d["evidence"]
        ),
    ),
    "a threshold of twins": ("pool", lambda d: rule(d, "twins").update(threshold=0.0)),
    "a floor of a criterion": ("floor of a criterion", lambda d: rule(d, "floor").update(floor=0)),
    "whom a floor holds": (
        "floor of a criterion",
        lambda d: rule(d, "floor").update(left_on=[0] * 10, right_on=[0] * 10),
    ),
    # what was solved
    "the objective": ("pool", setting("objective", "best_total")),
    "the objective beside the settings": ("pool", evidence(put(("problem", "objective"), "best_total"))),
    "the floor": ("floor", evidence(put(("problem", "floor"), more(2**26)))),
    "the floor gone": (
        "floor",
        lambda d: [d["settings"].update(floor=None), put(("problem", "floor"), None)(d["evidence"])],
    ),
    "a demand less": ("demanded", evidence(lambda e: e["problem"]["required"].pop())),
    "a demand more": ("pool even", evidence(lambda e: e["problem"]["required"].append([0, 7]))),
    "places": ("places", evidence(put(("problem", "capacity", 1, 0), more(1)))),
    "places gone": ("places", evidence(put(("problem", "capacity", 1), None))),
    "a minimum": ("minima", evidence(put(("problem", "minimum", 1, 0), more(1)))),
    "none or at least": ("none or at least", evidence(put(("problem", "or_none", 1, 0), more(1)))),
    "whom a row means": ("pool", evidence(swap(("problem", "left")))),
    "whom rows and columns mean": (
        "pool",
        lambda d: [swap(("problem", side))(d["evidence"]) for side in ("left", "right")],
    ),
    "somebody not solved for": (
        "pool",
        lambda d: [d["evidence"]["problem"][side].pop() for side in ("left", "right")],
    ),
    "a stated rank": ("stated", evidence(put(("stated", "left", "rank"), lambda ranks: ranks[::-1]))),
    "a stated list gone": ("no stable", evidence(put(("stated",), None))),
    "whoever is not listed": ("deferred stated", evidence(put(("stated", "only_listed"), False))),
    "a price": ("at a price", evidence(put(("kept", "bonus", 0), more(2**28)))),
    "the prices gone": ("at a price", evidence(put(("kept",), None))),
    "the pairs behind a price": ("at a price", evidence(lambda e: e["kept"]["proved"]["pairs"].pop())),
    "how many may be broken": ("at most", evidence(put(("kept", "at_most"), 0))),
    "trios gone": ("trio", trios("trios", [])),
    "a trio's bound": ("trio", trios("bound", more(1))),
    "a trio's lower bound": ("trio", lambda d: [put(("trios", "bound"), more(-2))(d["evidence"])]),
    "the value of trios": ("trio", trios("value", more(2))),
    "what sitting out is worth": ("trio", trios("without", more(2))),
    "who is able": ("trio", trios("able", lambda able: able[:-1])),
    "the order of trios": ("trio", evidence(swap(("trios", "order")))),
    "pairs where people sit out": ("trio", evidence(lambda e: e["trios"]["free"]["pairs"].pop())),
    "the evidence of trios": ("trio", evidence(put(("trios",), None))),
}
"""What is changed, in which result."""


def found(document):
    """Whether a changed result is found out, by a verdict or because it is no result any more."""
    try:
        verdict = verify_result(document)
    except InputError as error:
        refused = error
    else:
        assert verdict.holds == (not verdict.faults)
        return not verdict.holds
    assert refused.items[0]["code"] == "bad_result"
    return True


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_error_is_found(what):
    name, change = PLANTED[what]
    whole = result(name)
    assert verify_result(whole).holds
    changed = damaged(whole, change)
    assert changed != whole
    assert found(changed)


def test_many_errors_are_planted():
    assert len(PLANTED) >= 80
    assert {name for name, _ in PLANTED.values()} <= set(RESULTS)


@pytest.mark.parametrize("name", ["pool", "sides", "trio", "stated"])
def test_a_digest_finds_what_nothing_else_can(name):
    """An id that is exchanged everywhere, or a number on which nothing rests: only the digest tells."""
    text = json.dumps(result(name))
    renamed = json.loads(text.replace('"p00"', '"p0x"'))
    assert any("digest" in fault for fault in verify_result(renamed).faults)
    document = result(name)
    document["evidence"]["not_held"].append("anything")
    assert verify_result(document).faults == (
        "The digest of the evidence is another one: it, or an id, was changed after it was written.",
    )


# ---- every number, one after the other ----------------------------------------------------------------------


def leaves(value, path=()):
    """Yield the way to every number."""
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(child, (*path, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def is_the_best(document):
    """By brute force, and by the changed evidence: whether pairs score what they say and none are better."""
    scores = read_scores(document["evidence"])
    matrix = scores.block(np.arange(scores.shape[0]))
    total = 0
    for pair in document["pairs"]:
        u, v = (place_of(document, pair[key]["value"]) for key in "ab")
        if matrix[u, v] != pair["score"] * GRID:
            return False
        total += int(matrix[u, v])
    problem = document["evidence"]["problem"]
    taken = {person for pair in problem["required"] for person in pair}
    rest = [k for k in range(len(matrix)) if k not in taken]
    held = sum(int(matrix[u, v]) for u, v in problem["required"])
    count, best = best_matching(matrix[np.ix_(rest, rest)].tolist(), problem["objective"])
    if total != best + held:
        return False
    return problem["objective"] == "best_total" or len(document["pairs"]) == count + len(problem["required"])


@pytest.mark.parametrize("name", ["pool even", "demanded", "best total"])
def test_a_number_changed_anywhere_is_found_or_the_proof_still_holds(name):
    whole = result(name)
    ways = [("evidence", *way) for way in leaves(whole["evidence"])]
    ways += [("certificate", "evidence", *way) for way in leaves(whole["certificate"]["evidence"])]
    survived = 0
    for number, way in enumerate(ways):
        by = (1, -1, 2)[number % 3]
        changed = damaged(whole, put(way, more(by)))
        if not found(changed):
            survived += 1
            assert is_the_best(changed), way
    assert survived < len(ways) / 2
