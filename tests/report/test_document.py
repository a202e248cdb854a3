"""The result as data, held against the JSON Schema that ships with it."""

from __future__ import annotations

import copy
import json

import jsonschema
import numpy as np
import pytest

from peermatch import PeerMatcher
from peermatch.criteria import complement, different, forbid, near, same, veto
from peermatch.problem import (
    BoundCertificate,
    NoStableCertificate,
    OptimalityCertificate,
    StabilityCertificate,
    Status,
)
from peermatch.report import CertificateView, pairing_schema
from peermatch.solvers import get_solver
from support.pairings import TEAM, make_pairing

CRITERIA = [near("years"), complement(offers="teach", seeks="learn"), different("team")]
MENTORS = [{"id": f"m{i}", "years": 9 + i, "teach": "Go", "learn": None, "team": "Data"} for i in range(2)]


def pairings():
    yield "one pool", make_pairing(TEAM, CRITERIA, label="name")
    yield (
        "rules",
        make_pairing(TEAM, CRITERIA, [veto(table=[("ada", "bo")]), forbid([("cy", "di")])], round=None),
    )
    yield "nobody", make_pairing(TEAM[:2], CRITERIA, [forbid([("ada", "bo")])])
    yield (
        "two sides",
        make_pairing(TEAM, CRITERIA, others=MENTORS, names=("mentee", "mentor"), capacity=(None, [2, 0])),
    )
    yield "repairs", make_pairing([{"id": " 1", "t": 1}, {"id": "2", "t": 1}], [same("t")])
    out = [{**row, "in": int(row["id"] != "bo")} for row in TEAM]
    yield "not taking part", make_pairing(out, CRITERIA, eligible="in")
    none = np.zeros(0, dtype=np.int64)
    for status, evidence in (
        (Status.OPTIMAL, OptimalityCertificate(4, 2**60, np.array([2**62, 0]), 3, none, none, none)),
        (Status.GAP, BoundCertificate(2, 0, np.array([1, 2]), 3)),
        (Status.STABLE, StabilityCertificate(3)),
        (Status.NO_STABLE, NoStableCertificate(np.array([1, 2, 0]), 3)),
    ):
        yield evidence.kind, make_pairing(TEAM, CRITERIA, status=status, evidence=evidence)


@pytest.mark.parametrize(
    ("name", "pairing"), list(pairings()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_kind_of_result_fits_the_schema(name, pairing):
    schema = pairing_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = pairing.to_dict()
    jsonschema.validate(data, schema)
    assert json.loads(pairing.to_json()) == data
    assert data["schema"] == "peermatch/pairing/1"
    assert len(data["people"]) == sum(len(side) for side in pairing.everyone if side is not None)


RING = {
    "ada": ["bo", "cy", "di"],
    "bo": ["cy", "ada", "di"],
    "cy": ["ada", "bo", "di"],
    "di": ["ada", "bo", "cy"],
}


@pytest.mark.parametrize("fallback", ["maximum_stable", "few_blocking", None])
def test_what_a_stable_solver_found_out_goes_out_too(fallback):
    people = [{"id": id, "x": 1} for id in RING]
    matcher = PeerMatcher("id", [same("x")], solver=get_solver("roommates", fallback=fallback))
    pairing = matcher.match(people, preferences=RING)
    data = json.loads(pairing.to_json())
    jsonschema.validate(data, pairing_schema())
    found, view = data["stability"], pairing.stability
    assert [[id["value"] for id in party] for party in found["odd_parties"]] == [["ada", "bo", "cy"]]
    assert (found["promise"], found["odd_party"]) == (view.promise, view.odd_party)
    assert (found["cost"], found["regret"]) == (view.cost, view.regret)
    assert found["blocking_at_least"] == (None if fallback is None else 1)
    assert len(found["blocking"]) == {"maximum_stable": 2, "few_blocking": 1, None: 0}[fallback]
    if fallback == "few_blocking":
        places = {"gain_a": 1, "unit_a": "places", "gain_b": 1, "unit_b": "places"}
        assert found["blocking"] == [
            {"a": {"type": "str", "value": "bo"}, "b": {"type": "str", "value": "cy"}, **places}
        ]
    wrong = copy.deepcopy(data)
    wrong["stability"]["odd_parties"][0].pop()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, pairing_schema())
    assert PeerMatcher("id", [same("x")]).match(people).to_dict()["stability"] is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "peermatch/pairing/2"),
        (("people", 0, "id"), "ada"),
        (("people", 0, "id", "type"), "float"),
        (("people", 0, "reason"), "paired all the same"),
        (("pairs", 0, "pair_id"), "p-1"),
        (("pairs", 0, "score"), 1.5),
        (("certificate", "gap"), "0"),
        (("certificate", "extra"), 1),
    ],
)
def test_the_schema_refuses_what_is_wrong(path, value):
    data = copy.deepcopy(make_pairing(TEAM, CRITERIA).to_dict())
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, pairing_schema())


def test_duals_go_out_as_whole_numbers_and_say_whose_they_are():
    evidence = OptimalityCertificate(4, 1, np.array([2**62, 5]), 3)
    pairing = make_pairing(TEAM[:2], CRITERIA, evidence=evidence)
    view = CertificateView(
        "optimality",
        "optimal",
        True,
        0.0,
        0,
        3,
        "Proved.",
        evidence,
        (np.array([1, 0]), np.zeros(0, np.int64)),
    )
    object.__setattr__(pairing, "certificate", view)
    data = json.loads(pairing.to_json())["certificate"]
    assert data["evidence"]["vertex_duals"] == [2**62, 5]
    assert [one["value"] for one in data["vertices"]] == ["bo", "ada"]
    jsonschema.validate(pairing.to_dict(), pairing_schema())


def test_ids_keep_their_type():
    pairing = make_pairing([{"id": "007", "t": 1}, {"id": 8, "t": 1}], [same("t")])
    ids = [row["id"] for row in pairing.to_dict()["people"]]
    assert ids == [{"type": "int", "value": "8"}, {"type": "str", "value": "007"}]


def test_a_certificate_reads_well():
    view = CertificateView("bound", "gap", True, 0.25, 2, 1234, "Not <proved>.", None)
    assert repr(view) == "CertificateView(gap, verified, gap 0.25, up to 2 more pairs, 1,234 pairs covered)"
    assert str(view) == "Not <proved>."
    assert "Not &lt;proved&gt;." in view._repr_html_()
    assert "gap not known" in repr(CertificateView("none", "undecided", False, None, 0, 0, "", None))
