"""``peermatch fit``, and ``peermatch match --sensitivity``."""

from __future__ import annotations

import pandas as pd
import pytest

import peermatch as pm
from support.outcomes import CRITERIA, Planted


@pytest.fixture
def history(tmp_path, monkeypatch):
    """A folder with people, outcomes, noise and a configuration, as the current one."""
    planted = Planted(4)
    planted.people.to_csv(tmp_path / "people.csv", index=False)
    planted.outcomes.to_csv(tmp_path / "outcomes.csv", index=False)
    Planted(4, signal=0.0).outcomes.to_csv(tmp_path / "noise.csv", index=False)
    pm.PeerMatcher("id", CRITERIA, [pm.no_repeat()]).to_toml(tmp_path / "programme.toml")
    monkeypatch.chdir(tmp_path)
    return planted


FIT = ("fit", "people.csv", "--config", "programme.toml")


def test_learned_weights_become_a_configuration_that_matches(run, history):
    said = run(*FIT, "--outcomes", "outcomes.csv", "--protected", "kind", "--out", "learned.toml")
    assert said.code == 0
    assert said.out.startswith("Learned from 480 ratings of 240 pairs in 8 rounds")
    assert "Proxies of protected columns" in said.out
    assert "Learned weights in learned.toml" in said.err
    learned = pm.PeerMatcher.from_toml("learned.toml")
    fitted = pm.fit_weights(
        history.people, history.outcomes, matcher=pm.PeerMatcher.from_toml("programme.toml")
    )
    assert {c.name: c.weight for c in learned.criteria} == {k: w for k, w in fitted.weights.items() if w}
    assert dict(learned.learned) == fitted.learned
    done = run("match", "people.csv", "--config", "learned.toml", "--out", "results", "--quiet")
    assert done.code == 0
    assert run(*FIT, "--outcomes", "outcomes.csv", "--out", "learned.toml").code == 2


def test_without_skill_nothing_is_written(run, history, tmp_path):
    said = run(*FIT, "--outcomes", "noise.csv", "--out", "learned.toml")
    assert said.code == 3
    assert "No skill" in said.out
    assert "nothing was written" in said.err
    assert not (tmp_path / "learned.toml").exists()


def test_too_little_and_protected_columns_are_refused(run, history):
    history.outcomes.head(20).to_csv("few.csv", index=False)
    few = run(*FIT, "--outcomes", "few.csv")
    assert few.code == 2
    assert "at least 80 are needed" in few.err
    assert run(*FIT, "--outcomes", "outcomes.csv", "--min-pairs", 3).code == 2
    guarded = run(*FIT, "--outcomes", "outcomes.csv", "--protected", "site")
    assert guarded.code == 2
    assert "declared protected" in guarded.err
    assert run(*FIT).code == 2
    assert run(*FIT, "--outcomes", "nowhere.csv").code == 2
    assert run(*FIT, "--outcomes", "outcomes.csv", "--as-of", "soon").code == 2


def test_quiet_and_without_a_file(run, history):
    said = run(*FIT, "--outcomes", "outcomes.csv", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert "Nothing was written" in run(*FIT, "--outcomes", "outcomes.csv").err


def test_two_sides_from_two_tables(run, history):
    people = history.people.assign(side=["mentee"] * 30 + ["mentor"] * 30)
    people.iloc[:30].to_csv("mentees.csv", index=False)
    people.iloc[30:].to_csv("mentors.csv", index=False)
    people.to_csv("both.csv", index=False)
    table = history.outcomes[(history.outcomes["a"] < "p030") & (history.outcomes["b"] >= "p030")]
    table.to_csv("outcomes.csv", index=False)
    pm.PeerMatcher("id", CRITERIA, sides=("mentee", "mentor")).to_toml("sides.toml")
    told = ("--config", "sides.toml", "--outcomes", "outcomes.csv", "--min-pairs", 30)
    two = run("fit", "--left", "mentees.csv", "--right", "mentors.csv", *told)
    assert two.code in (0, 3)
    assert run("fit", "both.csv", "--role", "side", *told).out == two.out


def test_sensitivity_is_written_beside_the_results(run, folder):
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "results", "--sensitivity")
    assert said.code == 0
    assert "survive" in said.out
    assert "sensitivity.csv, sensitivity_pairs.csv" in said.err
    moves, pairs = pd.read_csv("results/sensitivity.csv"), pd.read_csv("results/sensitivity_pairs.csv")
    criteria = pm.PeerMatcher.from_toml("programme.toml").criteria
    assert len(moves) == 6 * len(criteria)
    assert len(pairs) == len(pd.read_csv("results/pairs.csv"))
    assert pairs["survived"].between(0, 1).all()
    quiet = run(
        "match", "people.csv", "--config", "programme.toml", "--out", "more", "--sensitivity", "--quiet"
    )
    assert (quiet.code, quiet.out) == (0, "")


def test_sensitivity_needs_a_folder_and_the_best_total(run, folder):
    assert "--out" in run("match", "people.csv", "--config", "programme.toml", "--sensitivity").err
    text = (folder / "programme.toml").read_text(encoding="utf-8")
    (folder / "stable.toml").write_text('solver = "roommates"\n' + text, encoding="utf-8")
    said = run("match", "people.csv", "--config", "stable.toml", "--out", "results", "--sensitivity")
    assert said.code == 2
    assert "only in part" in said.err
