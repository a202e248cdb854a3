"""peermatch match with another objective, a floor, and a solver that is content with less."""

from __future__ import annotations

import json

import pytest

from support.small_tables import CONFIG


def matched(folder, run, *lines):
    (folder / "programme.toml").write_text("\n".join(lines) + "\n" + CONFIG, encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "results")
    return said, json.loads((folder / "results" / "result.json").read_text(encoding="utf-8"))


def test_worst_first_with_a_floor(folder, run):
    said, result = matched(folder, run, 'objective = "worst_first"', "floor = 0.5")
    assert said.code == 0, said.err
    assert result["certificate"]["kind"] == "worst_first"
    assert "the weakest pair could not be better" in " ".join(said.out.split())
    assert min(pair["score"] for pair in result["pairs"]) >= 0.5
    assert result["rules"][-1]["kind"] == "floor"


@pytest.mark.parametrize("options", ["candidates_only = true, k = 1", "candidates_only = true"])
def test_content_with_less_is_an_exit_code(folder, run, options):
    said, result = matched(folder, run, f'solver = {{ name = "blossom", {options} }}')
    assert said.code == 4, said.err
    assert result["certificate"]["status"] == "gap"
    assert result["certificate"]["verified"]
    assert result["settings"]["solver"]["candidates_only"] is True


def test_a_floor_that_nobody_reaches(folder, run):
    said, result = matched(folder, run, "floor = 1.0")
    assert said.code == 3, said.err
    assert result["pairs"] == []
    reasons = [row["reason"] for row in result["unmatched"]]
    assert all("is ruled out" in reason for reason in reasons)
    assert any("floor of 1 removes" in reason for reason in reasons)
