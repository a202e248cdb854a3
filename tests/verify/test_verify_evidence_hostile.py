"""Anything may stand in a saved result: it ends in a verdict or in an error of ours, and in bounded time and memory."""

from __future__ import annotations

import contextlib
import json
import random
from copy import deepcopy

import pytest

from peermatch.errors import InputError
from peermatch.verify import verify_document, verify_result
from support.evidence import RESULTS, damaged, names_of, result, signed

JUNK = [
    None, True, False, 0, 1, -1, 2, 7, 2**31, 2**62, 2**63, -(2**63), 10**400, 10**5000, 0.5, -0.0, 1e308, -1e308,
    float("nan"), float("inf"), "", "0", "ff", "zz", "inf", "-inf", "\ud800", "a" * 10_000, [], [0], [[]], [None],
    [1.5], ["x"], [0] * 1000, {}, {"kind": "bits"}, {"type": "int", "value": "x"}, [[0, 1]], [[0, 0]], [[5, 99999]],
]  # fmt: skip


LESS = [
    (("stability",), None),
    (("update",), None),
    (("evidence",), None),
    (("certificate", "vertices"), None),
    (("odd", "verified"), False),
]
"""Where a result merely claims less, it still holds."""


def outcome(document, ask=verify_result):
    """Return the verdict; None where the document was refused, with a place and a short message."""
    try:
        return ask(document)
    except InputError as error:
        item = error.items[0]
        assert item["code"] == "bad_result"
        assert item["column"]
        assert len(item["message"]) < 500
        return None


def at(data, way):
    for key in way:
        data = data[key]
    return data


def mutate(rng, document):
    """Change one to three values anywhere: junk, a neighbour's value, something left out, doubled or turned."""
    for _ in range(rng.randint(1, 3)):
        ways = [way for way in names_of(document) if way]
        # every key of the whole as often as every place in the longest list
        first = rng.choice([*document])
        ways = [way for way in ways if way[0] == first] if rng.random() < 0.5 else ways
        way = rng.choice([way for way in ways if len(way) > 1] or ways)
        holder, key = at(document, way[:-1]), way[-1]
        sort = rng.randint(0, 4)
        if sort == 0:
            holder[key] = deepcopy(rng.choice(JUNK))
        elif sort == 1:
            holder[key] = deepcopy(at(document, rng.choice(ways)))
        elif sort == 2:
            del holder[key]
        elif sort == 3 and isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        elif isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
            holder[key] = rng.choice([-holder[key], holder[key] + 1, holder[key] * 2, str(key)])
        else:
            holder[key] = deepcopy(rng.choice(JUNK))


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_whatever_is_changed_no_foreign_error_comes_out(name):
    whole = result(name)
    assert outcome(whole).holds
    rng = random.Random(f"changed {name}")
    for _ in range(40):
        document = deepcopy(whole)
        mutate(rng, document)
        with contextlib.suppress(Exception):  # so damaged that nobody could sign it: the old digest stays
            document = signed(document)
        outcome(document)
        outcome(document, verify_document)


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: str(type(junk).__name__))
def test_a_value_of_another_kind_anywhere_is_refused_or_found(junk):
    """Every value of a small result in turn becomes junk, and it is no result any more that holds."""
    whole = result("trio")
    assert outcome(whole).holds
    harmless = (
        "reason",
        "label",
        "note",
        "coverage",
        "rules",
        "repairs",
        "settings",
        "not_held",
        "stability",
        "manifest",  # for the second verdict, as is what was learned
        "fitted",
    )
    for way in names_of(whole):
        if not way or any(key in harmless for key in way) or at(whole, way) == junk:
            continue
        document = deepcopy(whole)
        at(document, way[:-1])[way[-1]] = deepcopy(junk)
        verdict = outcome(document)
        if (way, junk) in LESS:
            continue
        if way[-1] == "sentence":
            continue  # its words are held against the numbers, and words without numbers say nothing false
        assert verdict is None or not verdict.holds, way


@pytest.mark.parametrize("junk", [None, [], 7, "x", {}, {"schema": "peermatch/pairing/2"}, {"schema": []}])
def test_what_is_no_result_is_refused(junk):
    for ask in (verify_result, verify_document):
        with pytest.raises(InputError) as caught:
            ask(junk)
        assert caught.value.items[0]["code"] == "bad_result"


def test_every_key_is_needed():
    for name in ("pool", "sides", "trio", "at a price", "stated"):
        whole = result(name)
        assert outcome(whole).holds
        for way in names_of(whole["evidence"]):
            if not way or not isinstance(way[-1], str) or way == ("digest",):
                continue
            document = deepcopy(whole)
            del at(document["evidence"], way[:-1])[way[-1]]
            verdict = outcome(document)
            assert verdict is None or not verdict.holds, (name, way)


BOMBS = {
    "people": lambda e: e.update(people=[10**9, 10**9]),
    "a set": lambda e: next(t for t in e["tables"] if t["kind"] == "bits")["sets"].__setitem__(
        0, "f" * 4_000_000
    ),
    "places": lambda e: e["problem"].update(capacity=[[2**31] * 7, [2**31] * 4]),
    "places of one side": lambda e: e["problem"].update(capacity=[None, [2**31] * 4]),
    "a nest of blossoms": lambda e: None,
}


@pytest.mark.parametrize("what", BOMBS)
def test_nothing_is_laid_out_that_the_document_does_not_hold(what):
    """A small file cannot ask for a large table: it is refused, or found false, before."""
    whole = result("skills of two sides" if what == "a set" else "places")
    if what == "a set":
        # so many people that their sets would need more than a gigabyte
        table = next(t for t in whole["evidence"]["tables"] if t["kind"] == "bits")
        table["sets"] = ["f" * 4_000_000, *[""] * 1_999]
        whole["evidence"]["people"] = [2_000, 5]
        whole["evidence"]["shares"]["left"]["of"] = [0] * 2_000
        BOMBS[what](whole["evidence"])
    verdict = outcome(damaged(whole, lambda document: BOMBS[what](document["evidence"])))
    if what == "a nest of blossoms":
        chain = 20_000
        proof = whole["certificate"]["evidence"]
        proof.update(blossom_parent=list(range(-1, chain - 1)), blossom_duals=[1] * chain)
        proof["vertex_blossom"] = [chain - 1] * len(proof["vertex_duals"])
        verdict = outcome(whole)
    assert verdict is None or not verdict.holds


def test_a_result_with_a_deep_nest_of_lists_is_refused():
    nest = []
    for _ in range(100_000):
        nest = [nest]
    whole = result("pool")
    for key in ("tables", "criteria", "rules", "problem", "shares", "stated", "mutual", "people"):
        document = {**whole, "evidence": {**whole["evidence"], key: nest}}
        outcome(document)
    outcome({**whole, "pairs": nest})
    outcome({**whole, "settings": {**whole["settings"], "floor": nest}})


def test_a_verdict_is_the_same_however_often_it_is_asked():
    text = json.dumps(result("pool"))
    verdicts = [verify_result(json.loads(text), threads=threads) for threads in (1, 2, 1)]
    assert verdicts[0] == verdicts[1] == verdicts[2]
    for threads in (0, True, 1.5):
        with pytest.raises((ValueError, TypeError)):
            verify_result(json.loads(text), threads=threads)
