"""A saved result without evidence is held against itself; the verdict says what only evidence could tell."""

from __future__ import annotations

import pytest

from peermatch.problem import GRID
from peermatch.verify import verify_document
from support.evidence import RESULTS, result


def bare(name):
    document = result(name)
    del document["evidence"]
    return document


def rescore(document):
    pair = document["pairs"][0]
    name = max(pair["contributions"], key=pair["contributions"].get)
    pair["score"] -= 1 / GRID
    pair["contributions"][name] -= 1 / GRID


def swap_people(document):
    rows = document["people"]
    rows[0]["id"], rows[1]["id"] = rows[1]["id"], rows[0]["id"]


CHANGES = {
    "a score and its parts, so that the total is not what the duals say": ("pool", rescore),
    "a score alone": ("sides", lambda d: d["pairs"][0].update(score=0.25)),
    "a contribution": ("pool", lambda d: d["pairs"][0]["contributions"].update(near_years=0.5)),
    "a pair less": ("pool", lambda d: d["pairs"].pop()),
    "a pair twice": ("pool", lambda d: d["pairs"].append(d["pairs"][-1])),
    "pairs in another order": ("pool", lambda d: d["pairs"].reverse()),
    "a pair turned round": (
        "pool",
        lambda d: d["pairs"][0].update(a=d["pairs"][0]["b"], b=d["pairs"][0]["a"]),
    ),
    "a stranger in a pair": ("pool", lambda d: d["pairs"][0].update(a={"type": "str", "value": "p99"})),
    "an id of another kind": ("pool", lambda d: d["pairs"][0].update(a={"type": "int", "value": "0"})),
    "two people's ids": ("pool", swap_people),
    "somebody twice": ("pool", lambda d: d["people"].append(d["people"][-1])),
    "somebody left out": ("sides", lambda d: d["people"].pop(0)),
    "a pair id": ("sides", lambda d: d["pairs"][0].update(pair_id="p-0123456789ab")),
    "the round": ("sides", lambda d: d.update(round=None)),
    "a group": ("trio", lambda d: d["pairs"][0].update(group_id=d["odd"]["trios"][0]["group_id"])),
    "a trio's id": ("trio", lambda d: d["odd"]["trios"][0].update(group_id="t-0123456789ab")),
    "a trio less": ("trio", lambda d: d["odd"]["trios"].pop()),
    "how many were seated": ("trio", lambda d: d["odd"].update(seated=2)),
    "what trios are worth": ("trio", lambda d: d["odd"].update(total=1.0)),
    "what trios lose": ("trio", lambda d: d["odd"].update(loss=1.0)),
    "the bound on trios": ("trio", lambda d: d["odd"].update(bound=9.0)),
    "whoever was called": ("reserve", lambda d: d["odd"].update(called=[{"type": "str", "value": "zz"}])),
    "partners": ("places", lambda d: d["people"][0]["partners"].clear()),
    "a status": ("pool", lambda d: d["people"][0].update(status="unmatched")),
    "absent with places": ("reserve", lambda d: absent(d).update(capacity=1)),
    "groups": ("places", lambda d: d["people"][-1].update(group_ids=[])),
    "places taken": ("places", lambda d: d["people"][-1].update(used=0)),
    "places there": ("places", lambda d: d["people"][-1].update(capacity=1)),
    "a need": ("minima", lambda d: d["people"][-1].update(at_least=3)),
    "unmatched nobody": ("pool", lambda d: d["unmatched"].pop()),
    "unmatched somebody paired": (
        "pool",
        lambda d: d["unmatched"].append({"id": d["people"][0]["id"], "reason": "no"}),
    ),
    "unmatched twice": ("pool", lambda d: d["unmatched"].append(d["unmatched"][0])),
    "a dual": ("pool", lambda d: d["certificate"]["evidence"]["vertex_duals"].__setitem__(0, 5)),
    "a dual less": ("pool", lambda d: d["certificate"]["evidence"]["vertex_duals"].pop()),
    "the bonus": ("pool even", lambda d: d["certificate"]["evidence"].update(bonus=3)),
    "whose dual": (
        "pool",
        lambda d: d["certificate"]["vertices"].__setitem__(0, d["certificate"]["vertices"][1]),
    ),
    "a stranger's dual": (
        "places",
        lambda d: d["certificate"]["vertices"].__setitem__(0, {"type": "str", "value": "z"}),
    ),
    "a blossom in itself": (
        "trio",
        lambda d: d["certificate"]["evidence"].update(blossom_parent=[0]),
    ),
    "no evidence": ("pool", lambda d: d["certificate"].update(evidence=None)),
    "no evidence and no kind": ("pool", lambda d: d["certificate"].update(evidence=None, kind="none")),
    "another kind": ("pool", lambda d: d["certificate"].update(kind="bound")),
    "another status": ("pool", lambda d: d["certificate"].update(status="stable")),
    "infeasible": ("pool", lambda d: d["certificate"].update(status="infeasible")),
    "verified": ("exhaustive", lambda d: d["certificate"].update(verified=True)),
    "not verified": ("pool", lambda d: d["certificate"].update(verified=False)),
    "a gap of the best": ("pool", lambda d: d["certificate"].update(gap=0.5)),
    "more pairs than the best": ("pool", lambda d: d["certificate"].update(pairs_gap=1)),
    "no gap": ("greedy", lambda d: d["certificate"].update(gap=None)),
    "a smaller gap": ("greedy", lambda d: d["certificate"].update(gap=0.0)),
    "a worst pair's gap": ("pool", lambda d: d["certificate"].update(worst_gap=0.0)),
    "pairs covered": ("pool", lambda d: d["certificate"].update(pairs_covered=1)),
    "pairs covered by the proof": ("sides", lambda d: d["certificate"]["evidence"].update(pairs_covered=1)),
    "a sentence of the best": (
        "greedy",
        lambda d: d["certificate"].update(sentence="Proved: no other set of pairs has a better total."),
    ),
    "a sentence of the stable": (
        "pool",
        lambda d: d["certificate"].update(
            sentence="No proof: no two people would both rather have each other."
        ),
    ),
    "a sentence that was checked": (
        "exhaustive",
        lambda d: d["certificate"].update(sentence="The best (checked independently)."),
    ),
    "a sentence that was not": (
        "pool",
        lambda d: d["certificate"].update(
            sentence=d["certificate"]["sentence"].replace("(checked", "(not checked")
        ),
    ),
    "a sentence of one pair": (
        "pool",
        lambda d: d["certificate"].update(
            sentence="Proved over the one allowed pair: nobody can make more pairs."
        ),
    ),
    "no words": ("pool", lambda d: d["certificate"].update(sentence=" ")),
}


def absent(document):
    return next(row for row in document["people"] if row["status"] == "not taking part")


@pytest.mark.parametrize("what", CHANGES)
def test_a_contradiction_is_found(what):
    name, change = CHANGES[what]
    document = bare(name)
    assert verify_document(document).holds
    change(document)
    assert document != bare(name)
    found = verify_document(document)
    assert not found.holds
    assert found.faults
    assert found.sentence == f"The result carries no evidence, and contradicts itself: {found.faults[0]}"


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_no_result_contradicts_itself(name):
    found = verify_document(bare(name))
    assert found.faults == ()
    assert found.holds
    assert not found.has_evidence
    beside = verify_document(result(name))
    assert beside.has_evidence
    assert beside.sentence.startswith("The evidence was left aside")


def test_faults_are_listed_to_an_end():
    document = bare("pool")
    for row in document["people"]:
        row["used"] = 9
    assert len(verify_document(document).faults) <= 12


def test_what_cannot_be_seen_without_scores_is_said():
    """Another dual on the way, of two sides: nothing here contradicts it, and the verdict promises no more."""
    document = bare("sides")
    duals = document["certificate"]["evidence"]["vertex_duals"]
    duals[0], duals[1] = duals[1] + 1, duals[0] - 1
    found = verify_document(document)
    assert found.holds
    assert "that the proof holds for pairs that were not made" in found.not_checked
