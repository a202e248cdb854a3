"""--evidence: the numbers that were scored stand in result.json where they are asked for, and nowhere else."""

from __future__ import annotations

import json

from peermatch.verify import verify_result


def saved(folder, out):
    return json.loads((folder / out / "result.json").read_text(encoding="utf-8"))


def test_match_keeps_evidence_where_it_is_asked_to(folder, run):
    for out, more in (("with", ["--evidence"]), ("without", [])):
        said = run("match", "people.csv", "--config", "programme.toml", "--out", out, "--quiet", *more)
        assert (said.code, said.err) == (0, "")
    kept, bare = saved(folder, "with"), saved(folder, "without")
    assert verify_result(kept).proved
    assert not verify_result(bare).proved
    assert kept.pop("evidence")["schema"] == "peermatch/evidence/1"
    assert kept.pop("fitted")["schema"] == "peermatch/fitted/1"
    assert kept == bare


def test_match_prints_evidence_as_json(folder, run):
    said = run("match", "people.csv", "--config", "programme.toml", "--json", "--quiet", "--evidence")
    assert verify_result(json.loads(said.out)).proved


def test_what_others_get_holds_no_evidence(folder, run):
    said = run(
        *("match", "people.csv", "--config", "programme.toml", "--out", "all", "--quiet", "--evidence"),
        *("--for-auditor", "--report"),
    )
    assert said.code == 0
    found = [path for path in (folder / "all").rglob("*") if path.is_file()]
    holding = [path.name for path in found if "evidence/1" in path.read_text(encoding="utf-8")]
    assert holding == ["result.json"]
    assert len(found) > 5


def test_a_round_keeps_evidence_where_it_is_asked_to(folder, run):
    said = run(
        "round", "people.csv", "--config", "programme.toml", "--out", "one", "--round", "r1", "--evidence"
    )
    assert said.code == 0, said.err
    assert verify_result(saved(folder, "one")).proved
