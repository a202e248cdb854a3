"""What evidence holds, and what it must not tell."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.audit.certificates import plain_certificate
from peermatch.audit.evidence import LARGEST_MATRIX
from peermatch.audit.evidence_tables import EncodedTables, not_known_as_none
from peermatch.problem import LeximinStage, OptimalityCertificate
from peermatch.report import pairing_schema
from peermatch.verify.evidence_digest import digest_of
from support.evidence import RESULTS, criteria, nearness, people, result


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_evidence_is_plain_data_and_in_the_schema(name):
    jsonschema = pytest.importorskip("jsonschema")
    document = result(name)
    jsonschema.Draft202012Validator(pairing_schema()).validate(document)
    text = json.dumps(document["evidence"], allow_nan=False)
    assert json.loads(text) == document["evidence"]


def test_results_hold_no_evidence_unless_it_is_asked_for(tmp_path):
    pairing = RESULTS["pool"]()
    assert "evidence" not in pairing.to_dict()
    assert "evidence" not in json.loads(pairing.to_json())
    assert pairing.to_dict(evidence=True)["evidence"] == pairing.evidence()
    pairing.to_csv(tmp_path / "without")
    assert "evidence" not in json.loads((tmp_path / "without" / "result.json").read_text("utf-8"))
    pairing.to_csv(tmp_path / "with", evidence=True)
    saved = json.loads((tmp_path / "with" / "result.json").read_text("utf-8"))
    assert saved == json.loads(pairing.to_json(evidence=True))
    pairing.to_json(tmp_path / "one.json", evidence=True)
    assert json.loads((tmp_path / "one.json").read_text("utf-8")) == saved
    for name in ("people", "pairs", "members", "unmatched", "rules"):
        assert (tmp_path / "with" / f"{name}.csv").read_bytes() == (
            tmp_path / "without" / f"{name}.csv"
        ).read_bytes()


@pytest.mark.parametrize("way", ["to_dict", "to_json", "to_csv"])
@pytest.mark.parametrize("audience", ["auditor", "participant"])
def test_evidence_is_for_administrators(way, audience, tmp_path):
    pairing = RESULTS["pool"]()
    folder = (tmp_path / "out",) if way == "to_csv" else ()
    with pytest.raises(pm.ConfigError):
        getattr(pairing, way)(*folder, audience=audience, evidence=True)
    assert not (tmp_path / "out").exists()


def test_an_auditors_files_hold_no_evidence():
    assert '"evidence/1"' not in RESULTS["pool"]().to_json(audience="auditor")


def test_private_rules_have_no_name_and_vetoes_no_direction():
    rows = people(8)
    for row in rows:
        row["no"] = None
    rules = [pm.veto("no", name="the secret list"), pm.forbid([("p00", "p01")], name="siblings")]
    one, other = (json.loads(json.dumps(rows)) for _ in range(2))
    one[2]["no"], other[5]["no"] = "p05", "p02"
    told = [
        pm.PeerMatcher("id", [pm.near("years")], rules).match(part, round="r").evidence()
        for part in (one, other)
    ]
    assert told[0] == told[1]
    assert [(rule["name"], rule["u"], rule["v"]) for rule in told[0]["rules"]] == [
        (None, [2], [5]),
        ("siblings", [0], [1]),
    ]
    assert "secret" not in json.dumps(told)


def test_evidence_holds_no_ids_and_nothing_that_people_wrote():
    rows = [{**row, "id": f"id-{row['id']}", "team": f"team of {row['team']}"} for row in people(9)]
    program = pm.PeerMatcher(
        "id", criteria()[:-1], [pm.must_differ("team"), pm.not_in_line("boss", min_found=0)]
    )
    text = json.dumps(program.match(rows).evidence())
    for secret in ("id-", "team of", "junior", "python", "UTC", "grow"):
        assert secret not in text


def test_evidence_is_the_same_whatever_the_order_of_rows():
    rows = people(12)
    program = pm.PeerMatcher("id", criteria(), [pm.must_differ("grade"), pm.veto("no")])
    texts = {
        program.match(frame, round="r").to_json(evidence=True)
        for frame in (pd.DataFrame(rows), pd.DataFrame(rows[::-1]), pd.DataFrame(rows)[list(rows[0])[::-1]])
    }
    assert len(texts) == 1


def test_numbers_come_back_to_the_last_bit():
    values = [0.1, 1 / 3, 5e-324, 1e308, -0.0, 2.0**-30]
    rows = [{"id": k, "x": value, "y": k} for k, value in enumerate(values)]
    pairing = pm.PeerMatcher("id", [pm.near("x", scale=1)]).match(rows)
    evidence = json.loads(json.dumps(pairing.evidence()))
    found = evidence["tables"][evidence["criteria"][0]["left_own"]]["columns"][0]
    assert np.array(found).tobytes() == pairing.scores.criteria[0].measure.left_own.tobytes()
    assert found == values


def test_an_array_that_several_criteria_share_stands_there_once():
    tables, array = EncodedTables(True), np.array([[1], [2]])
    assert tables.whole(array, 0) == tables.whole(array, 0) == 0
    assert tables.whole(array, 1) == 1
    assert tables.whole(array.copy(), 0) == 2
    assert [table["people"] for table in tables.written] == ["left", "right", "left"]
    one_pool = EncodedTables(False)
    assert one_pool.whole(array, 0) == one_pool.whole(array, 1) == 0


def test_sets_are_hexadecimal_numbers():
    tables = EncodedTables(False)
    tables.of_primitive("overlap", np.array([[0, 0], [5, 0], [0, 1]], dtype=np.uint64), 0)
    tables.of_primitive("overlap", np.zeros((2, 0), dtype=np.uint64), 0)
    assert [table["sets"] for table in tables.written] == [["", "5", "10000000000000000"], ["", ""]]


def test_codes_beyond_32_bits_are_refused():
    with pytest.raises(pm.ConfigError, match="32 bits"):
        EncodedTables(False).whole(np.array([[2**31]]), 0)
    with pytest.raises(pm.ConfigError, match="32 bits"):
        EncodedTables(False).of_primitive("direction", np.array([[0.5]]), 0)


def test_what_is_not_known_and_what_is_infinite_has_a_name():
    assert not_known_as_none(np.array([np.inf, np.nan, 1.0])) == ["inf", None, 1.0]


def test_a_function_of_ones_own_is_kept_up_to_so_many_people():
    rows = [{"id": k, "age": k % 40} for k in range(LARGEST_MATRIX + 1)]
    program = pm.PeerMatcher("id", [pm.custom(nearness, "age", name="nearness")], solver="greedy")
    pairing = program.match(rows)
    with pytest.raises(pm.ConfigError, match=r"criterion 'nearness' for 1,001 people.*1,000 people a side"):
        pairing.evidence()
    pairing.to_json()
    floor = pm.PeerMatcher(
        "id", [pm.custom(nearness, "age", name="nearness"), pm.near("age")], [pm.at_least("nearness", 0.1)]
    ).match(rows[:9])
    assert floor.evidence()["rules"][0]["measure"]["primitive"] == "matrix"


def test_certificates_are_written_by_the_names_of_their_fields():
    duals = OptimalityCertificate(scale=2, bonus=3, vertex_duals=np.array([1, 2]), pairs_covered=1)
    assert plain_certificate(duals)["vertex_duals"] == [1, 2]
    assert plain_certificate(LeximinStage(None, np.array([1])))["score"] is None


def test_a_digest_is_of_the_numbers_and_of_who_they_are_about():
    base = digest_of({"a": [1, 2.5, None]}, [("str", "x")], [])
    assert base == digest_of({"digest": "sha256:0", "a": [1, 2.5, None]}, [("str", "x")], [])
    others = [
        digest_of({"a": [1, 2.5, 0]}, [("str", "x")], []),
        digest_of({"a": [1, 2.5, None]}, [("str", "y")], []),
        digest_of({"a": [1, 2.5, None]}, [], [("str", "x")]),
        digest_of({"a": [1, 2.5, None], "b": 0}, [("str", "x")], []),
    ]
    assert len({base, *others}) == 5
    assert digest_of({"b": 1, "a": 2}, [], []) == digest_of({"a": 2, "b": 1}, [], [])
