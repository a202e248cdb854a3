"""Every sort of result holds on its evidence, and the verdict says what was checked and what was not."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.verify import EvidenceVerdict, verify_document, verify_result
from support.evidence import RESULTS, people, result
from support.whole_tables import asked, tables

WITHOUT_A_CERTIFICATE = {"exhaustive", "none or at least"}


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_every_sort_of_result_holds(name):
    document = result(name)
    claim, verdict = document["certificate"], verify_result(document)
    assert verdict.faults == ()
    assert verdict.holds
    assert verdict.has_evidence
    assert verdict.proved == claim["verified"] == (name not in WITHOUT_A_CERTIFICATE)
    assert verdict.pairs_covered == claim["pairs_covered"]
    said = verdict.sentence
    if verdict.proved:
        assert said.startswith("The proof holds on the evidence: ")
        over = claim["pairs_covered"]
        assert said.endswith("the one allowed pair." if over == 1 else f"all {over:,} allowed pairs.")
    else:
        assert said.endswith("that no others are better is not proved by the result.")
        assert any("no other pairs are better" in one for one in verdict.not_checked)
    assert any(one.startswith("coverage, reasons, repairs") for one in verdict.not_checked)


def test_the_samples_are_of_every_sort_there_is():
    kinds = {result(name)["certificate"]["kind"] for name in RESULTS}
    assert kinds == {
        "optimality", "bound", "protected", "worst_first", "flow", "leximin", "stability", "no_stable", "none"
    }  # fmt: skip
    told = [result(name)["evidence"] for name in RESULTS]
    assert {one["primitive"] for part in told for one in part["criteria"]} == {
        "near", "above", "agreement", "overlap", "covered", "shared", "listed", "matrix"
    }  # fmt: skip
    assert {one["kind"] for part in told for one in part["rules"]} == {
        "equal", "unequal", "in_line", "twins", "listed", "floor"
    }  # fmt: skip
    assert {part["mutual"] for part in told} == {"geometric", "harmonic", "mean", "min"}
    assert {part["problem"]["objective"] for part in told} == {
        "everyone_first", "best_total", "worst_first", "leximin"
    }  # fmt: skip
    assert any(part["kept"] for part in told)
    assert any(part["trios"] and part["trios"]["shown"] for part in told)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("group floor", "that a group's mean is at least so high"),
        ("reserve", "who was called from the reserve"),
        ("kept", "which pairs were those of an earlier result"),
        ("roommates", "costs, regrets and blocking pairs"),
    ],
)
def test_what_has_no_evidence_is_said(name, what):
    assert any(one.startswith(what) for one in verify_result(result(name)).not_checked)


def test_text_vectors_are_whole_numbers_whose_products_are_exact():
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = [{**row, "text": f"I like {row['goals']} and {row['offers']}"} for row in people(9)]
    program = pm.PeerMatcher("id", [pm.overlap("text", text=TfidfVectorizer()), pm.near("years")])
    document = json.loads(program.match(rows).to_json(evidence=True))
    assert document["evidence"]["criteria"][0]["primitive"] == "direction"
    assert verify_result(document).proved
    document["evidence"]["tables"][document["evidence"]["criteria"][0]["left_own"]]["columns"][0][0] += 1
    assert not verify_result(document).holds


SOLVERS = {
    False: ["blossom", "exhaustive", "greedy", "roommates"],
    True: ["blossom", "hungarian", "transport", "deferred", "exhaustive", "greedy"],
}


@settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    left=tables(2, 8, "p", ["q0"]),
    right=tables(1, 5, "q", ["p0", "p1"]),
    asked=asked(),
    two_sided=st.booleans(),
    objective=st.sampled_from(pm.problem.OBJECTIVES),
    solver=st.integers(0, 5),
    more=st.sampled_from([{}, {"floor": 0.3}, {"odd": "trio"}, {"capacity": {"b": 2}}]),
    locks=st.booleans(),
)
def test_whole_runs_hold_on_their_evidence(left, right, asked, two_sided, objective, solver, more, locks):
    solvers = SOLVERS[two_sided]
    options = {"solver": solvers[solver % len(solvers)], "objective": objective, **more}
    options |= {"sides": ("a", "b")} if two_sided else {}
    rules, what = asked["rules"], asked["criteria"]
    demanded = [("p0", "q0" if two_sided else "p1")] if locks else None
    try:
        program = pm.PeerMatcher(
            "id", what, rules, mutual=asked["mutual"], unknown=asked["unknown"], **options
        )
        people = [pd.DataFrame(left), pd.DataFrame(right)] if two_sided else [pd.DataFrame(left)]
        pairing = program.match(*people, locks=demanded)
    except pm.PeerMatchError:
        return  # what was drawn does not go together
    document = json.loads(pairing.to_json(evidence=True))
    verdict = verify_result(document)
    assert verdict.faults == ()
    assert verdict.proved == pairing.certificate.verified
    assert verdict.pairs_covered == pairing.certificate.pairs_covered
    assert verify_document(document).holds


def test_without_evidence_the_verdict_says_so():
    document = result("pool")
    del document["evidence"]
    for found in (verify_result(document), verify_document(document)):
        assert isinstance(found, EvidenceVerdict)
        assert found.holds
        assert not found.has_evidence
        assert not found.proved
        assert found.pairs_covered == 0
        assert found.sentence.startswith("The result carries no evidence, so the proof cannot be checked.")
        assert "that the scores are those of these people" in found.not_checked


def test_two_ids_that_look_alike_are_two_people():
    rows = [{"id": id, "x": k} for k, id in enumerate(["7", "007", "07", 70])]
    document = json.loads(pm.PeerMatcher("id", [pm.near("x")]).match(rows).to_json(evidence=True))
    assert verify_result(document).proved
    number = next(row for row in document["people"] if row["id"]["type"] == "int")
    number["id"]["type"] = "str"
    assert not verify_result(document).holds


def test_a_verdict_needs_neither_criteria_nor_solvers_nor_the_kernels_that_scored(tmp_path):
    """In a fresh interpreter, what was loaded to reach a verdict."""
    path = tmp_path / "result.json"
    path.write_text(json.dumps(result("sides")), encoding="utf-8")
    code = (
        "import json, sys\n"
        "from peermatch.verify import verify_result\n"
        f"verdict = verify_result(json.load(open({str(path)!r}, encoding='utf-8')))\n"
        "assert verdict.proved, verdict\n"
        "print('\\n'.join(name for name in sys.modules if name.startswith('peermatch')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    for part in ("criteria", "scoring", "solvers", "encoders", "cohort", "run", "report", "audit"):
        assert f"peermatch.{part}" not in loaded
    assert not {name for name in loaded if name.startswith("peermatch.kernels.pair")}
