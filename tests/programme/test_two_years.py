"""The two-year example runs, shortened, and keeps what it promises."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "examples" / "two_years.py"


def example():
    spec = importlib.util.spec_from_file_location("two_years", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_short_story(tmp_path):
    module = example()
    programme, table, reasons = module.two_years(people=41, rounds=6, turnover=0.05)
    assert table["repeats"].tolist() == [0] * 6
    assert table["joined"].sum() > 0
    assert table["left"].sum() > 0
    assert (table["pairs"] * 2 + table["sat_out"] == table["took_part"]).all()
    people = module.people_of(programme, reasons)
    assert people["id"].is_unique
    assert len(people) == programme.attendance["id"].nunique()
    assert people["rounds"].sum() == table["took_part"].sum()
    assert people["times_out"].sum() == table["sat_out"].sum()
    again = people[people["running"] > 1]
    assert again["last_reason"].str.startswith("every one of the").all()  # whom the rules leave nobody
    assert f"two rounds running: {len(again)}" in module.told(people)
    drawn = module.draw(table, people, tmp_path / "story.png")
    assert drawn == (tmp_path / "story.png").exists()
    assert module.two_years(people=41, rounds=6, turnover=0.05)[1].equals(table)


def test_repeats_are_counted():
    module = example()
    history = module.pd.DataFrame({"round": ["1", "2"], "a": ["x", "y"], "b": ["y", "x"]})
    assert module.repeats_by_round(history, ["1", "2"]) == [0, 1]
