"""In one pool a pair is one thing: encoded numbers that say otherwise are refused, whatever they would hide."""

from __future__ import annotations

from copy import deepcopy

import pytest

from peermatch.errors import InputError
from peermatch.verify import verify_result
from support.evidence import damaged, result


def criterion(evidence, name):
    return next(one for one in evidence["criteria"] if one["name"].startswith(name))


def table_of_one_hand(evidence, told, key):
    """One hand gets a table of its own, with another first value."""
    own = deepcopy(evidence["tables"][told[key]])
    values = own["sets"] if own["kind"] == "bits" else own["columns"][0]
    values[0] = "3" if own["kind"] == "bits" else (values[0] or 0) + 1
    evidence["tables"].append(own)
    told[key] = len(evidence["tables"]) - 1


def rule(evidence, kind):
    return next(one for one in evidence["rules"] if one["kind"] == kind)


ONE_WAY = {
    "numbers": ("pool", lambda e: table_of_one_hand(e, criterion(e, "near"), "right_other")),
    "steps": ("pool", lambda e: table_of_one_hand(e, criterion(e, "above"), "right_own")),
    "codes": ("pool", lambda e: table_of_one_hand(e, criterion(e, "different"), "left_own")),
    "sets": ("pool", lambda e: table_of_one_hand(e, criterion(e, "complement"), "left_other")),
    "undirected steps": ("pool", lambda e: criterion(e, "above").update(directed=False)),
    "fills": ("pool", lambda e: criterion(e, "near")["fills"].__setitem__(1, 0.75)),
    "shares": ("pool", lambda e: e["shares"]["right"]["of"].__setitem__(0, 1)),
    "wishes": ("pool", lambda e: criterion(e, "prefers")["backward"]["value"].__setitem__(0, 0.5)),
    "whom wishes are of": ("pool", lambda e: criterion(e, "prefers")["right_default"].__setitem__(0, 1.0)),
    "a matrix": ("custom", lambda e: e["criteria"][0]["forward"][0].__setitem__(1, 0.9)),
    "marks": ("pool", lambda e: table_of_one_hand(e, rule(e, "equal"), "right")),
    "lines": ("pool", lambda e: table_of_one_hand(e, rule(e, "in_line"), "left")),
    "twins": ("pool", lambda e: table_of_one_hand(e, rule(e, "twins"), "left")),
    "whom a floor holds": ("floor of a criterion", lambda e: rule(e, "floor")["left_on"].__setitem__(0, 0)),
}


@pytest.mark.parametrize("what", ONE_WAY)
def test_numbers_that_differ_by_who_stands_first_are_refused(what):
    name, change = ONE_WAY[what]
    assert verify_result(result(name)).holds
    with pytest.raises(InputError, match="must be the same for both people of a pair of one pool"):
        verify_result(damaged(result(name), lambda document: change(document["evidence"])))


def test_the_diagonal_of_a_matrix_means_nothing():
    document = damaged(
        result("custom"), lambda d: d["evidence"]["criteria"][0]["forward"][2].__setitem__(2, 0.5)
    )
    assert verify_result(document).holds
