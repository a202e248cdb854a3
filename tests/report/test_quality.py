"""How well groups are paired: the numbers, what is hidden of them, and attacks on the tables that people get."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import peermatch as pm
from peermatch.report.quality import NOT_KNOWN, groups_of
from support.attack import CELLS, Attack


def people_of(seed: int, n: int, prefix: str = "p") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = rng.choice(["Red", "red ", "Blue", "Green", "Grey", None], n, p=[0.3, 0.1, 0.3, 0.2, 0.05, 0.05])
    return pd.DataFrame(
        {
            "id": [f"{prefix}{k:03d}" for k in range(n)],
            "years": rng.integers(0, 20, n),
            "team": team,
            "level": rng.integers(1, 12, n),
            "joined": rng.random(n) < rng.choice([0.8, 0.97, 1.0]),
            "lone": rng.choice(["a", "b"], n, p=[0.9, 0.1]),
        }
    )


def matcher_of(**options) -> pm.PeerMatcher:
    rules = [pm.must_match("lone")] if options.pop("alone", False) else []
    return pm.PeerMatcher("id", [pm.near("years", scale=2)], rules, eligible="joined", **options)


def rows_of(quality, **where) -> list[dict]:
    frame = quality.frame
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return [
        {name: None if cell != cell else cell for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


@pytest.mark.parametrize("seed", range(6))
def test_numbers_are_right_where_nothing_is_hidden(seed: int) -> None:
    people = people_of(seed, 61)
    pairing = matcher_of(alone=seed % 2).match(people)
    table = pairing.people.merge(people, on="id")
    score = {}
    for a, b, worth in pairing.pairs[["a", "b", "score"]].itertuples(index=False):
        score[a] = score[b] = worth
    table["worth"] = [score.get(id, 0.0) for id in table["id"]]
    table["group"] = [NOT_KNOWN if pd.isna(team) else team.strip().title() for team in table["team"]]
    rows = {row["group"]: row for row in rows_of(pairing.quality("team", hide_below=1))}
    assert list(rows) == ["everyone", "Blue", "Green", "Grey", "Red", NOT_KNOWN]
    for name, row in rows.items():
        part = table if name == "everyone" else table[table["group"] == name]
        taking = part[part["status"] != "not taking part"]
        paired = taking[taking["status"] == "paired"]
        counts = [len(part), len(taking), len(paired), len(taking) - len(paired)]
        assert [row[cell] for cell in CELLS] == counts
        if not len(paired):
            assert row["lowest"] is None
            continue
        assert row["coverage"] == pytest.approx(len(paired) / len(taking), abs=5e-4)
        assert row["mean"] == pytest.approx(taking["worth"].mean(), abs=5.1e-4)
        assert row["median"] == pytest.approx(taking["worth"].median(), abs=5.1e-4)
        assert row["lowest"] == pytest.approx(paired["worth"].min(), abs=5.1e-4)
        if name != "everyone":
            assert row["gap"] == pytest.approx(row["mean"] - rows["everyone"]["mean"], abs=1e-9)
        assert row["hidden"] == ""


@pytest.mark.parametrize("seed", range(5))
def test_attacks_on_tables_as_they_come_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    attacked = 0
    for turn in range(4):
        people = people_of(100 * seed + turn, int(rng.integers(20, 140)))
        pairing = matcher_of(alone=turn % 2 == 1).match(people)
        for column in ("team", "level"):
            rows = rows_of(pairing.quality(column))
            attack = Attack(rows)
            for g, row in enumerate(rows[1:]):
                for cell in CELLS:
                    assert (row[cell] is None) == (cell in row["hidden"].split(", "))
                    if row[cell] is None:
                        low, high = attack.interval(g, cell)
                        assert high - low >= 9 - 1e-6
                        attacked += 1
                    else:
                        assert row[cell] == 0 or row[cell] >= 10
    assert attacked > 10


def test_two_sides_do_not_give_each_other_away() -> None:
    """57 mentees for 52 mentors: five without, which the mentors' numbers would tell."""
    mentees, mentors = people_of(1, 57, "m"), people_of(2, 52, "x")
    mentees["joined"] = mentors["joined"] = True
    pairing = matcher_of(sides=("mentee", "mentor")).match(mentees, mentors)
    quality = pairing.quality("team")
    for side in ("mentee", "mentor"):
        rows = rows_of(quality, side=side)
        assert {row["paired"] for row in rows} == {None}
        assert rows[0]["taking_part"] == {"mentee": 57, "mentor": 52}[side]


def test_a_column_of_one_side_only_and_of_nobody() -> None:
    mentees, mentors = people_of(1, 40, "m"), people_of(2, 40, "x").drop(columns="team")
    pairing = matcher_of(sides=("mentee", "mentor")).match(mentees, mentors)
    groups = pairing.quality("team").frame.query("side == 'mentor'")["group"].tolist()
    assert groups == ["everyone", NOT_KNOWN]
    with pytest.raises(pm.InputError, match="Did you mean 'team'"):
        pairing.quality("taem")


def test_audit_only_columns_are_there_for_audits() -> None:
    people = people_of(4, 80)
    matcher = matcher_of(audit_only=["Team"])
    assert (
        matcher.match(people).quality("team").frame.equals(matcher_of().match(people).quality("team").frame)
    )


def test_two_columns_that_divide_each_other_are_refused_together() -> None:
    people = people_of(3, 60)
    people["colour"] = people["team"].map({"Red": "warm", "red ": "warm"}).fillna("cold")
    pairing = matcher_of().match(people)
    for by in (["team", "colour"], ["colour", "team"]):
        with pytest.raises(pm.ConfigError, match="by subtraction") as caught:
            pairing.quality(by)
        assert caught.value.items[0]["code"] == "nested_columns"
    both = pairing.quality(["team", "level"]).frame
    assert both["column"].unique().tolist() == ["team", "level"]
    assert both[both["column"] == "level"]["group"].tolist()[1:4] == ["1", "2", "3"]


def test_two_columns_of_which_a_part_divides_each_other_are_refused_together() -> None:
    sizes = [
        ("a1", "b1", 30),
        ("a2", "b1", 5),
        ("a3", "b2", 15),
        ("a3", "b3", 15),
        ("a4", "b3", 12),
        ("a5", "b2", 6),
    ]
    cells = [(one, other) for one, other, size in sizes for _ in range(size)]
    rows = [{"id": k, "years": k % 7, "one": one, "other": other} for k, (one, other) in enumerate(cells)]
    pairing = pm.PeerMatcher("id", [pm.near("years")]).match(rows)
    alone = pairing.quality("one").frame.set_index("group")["people"]
    assert alone["a1"] == 30
    assert alone["a2"] is None  # 5, which b1 less a1 would tell
    assert pairing.quality("other").frame.set_index("group").loc["b1", "people"] == 35
    with pytest.raises(pm.ConfigError, match="by subtraction"):
        pairing.quality(["one", "other"])
    assert pairing.quality(["one", "other"], hide_below=1).hidden == 0  # nothing to give away


@pytest.mark.parametrize(
    ("by", "options"),
    [([], {}), (3, {}), (["team", "team"], {}), ("team", {"hide_below": 0}), ("team", {"hide_below": 2.5})],
)
def test_wrong_arguments_are_refused(by, options) -> None:
    with pytest.raises(pm.ConfigError, match=r"quality\(\)"):
        matcher_of().match(people_of(1, 20)).quality(by, **options)


def test_the_kind_of_table_and_what_is_shown() -> None:
    polars = pytest.importorskip("polars")
    people = people_of(6, 90)
    quality = matcher_of().match(polars.from_pandas(people)).quality("team")
    assert isinstance(quality.frame, polars.DataFrame)
    assert quality.hidden > 0
    assert "hidden" in quality.text
    assert f"{quality.hidden} cells are hidden: numbers of people from 1 to 9" in " ".join(
        str(quality).split()
    )
    assert repr(quality) == f"GroupQuality(5 groups by team, {quality.hidden} hidden cells)"
    assert "<table" in quality._repr_html_()
    escaped = people.assign(team="<b>&")
    assert "<b>&" not in matcher_of().match(escaped).quality("team")._repr_html_().replace(
        "<b>GroupQuality", ""
    )


def test_groups_that_do_not_show_stand_in_one_row() -> None:
    people = people_of(6, 140)
    people["team"] = ["big" if k < 60 else f"small {k % 20}" for k in range(140)]
    quality = matcher_of().match(people).quality("team")
    assert len(quality.frame) == 22
    text = " ".join(quality.text.split())
    assert "20 groups, hidden together" in text
    assert "small" not in text
    assert "hide_below=10" in text
    assert "small" not in quality._repr_html_()
    assert "hidden together" not in matcher_of().match(people).quality("team", hide_below=1).text


def test_the_order_of_rows_changes_nothing() -> None:
    people = people_of(8, 70)
    frames = [
        matcher_of().match(people.sample(frac=1, random_state=seed)).quality("team").frame for seed in (1, 2)
    ]
    assert frames[0].equals(frames[1])


def test_values_are_one_group_whatever_their_case_and_blanks() -> None:
    cohort = pm.read_people(pd.DataFrame({"id": [1, 2, 3, 4], "x": ["a  b", "A b", " ", None]}), id="id")
    assert groups_of(cohort, "x") == ["A b", "A b", NOT_KNOWN, NOT_KNOWN]


def test_coverage_counts_what_was_known() -> None:
    people = [
        {"id": 1, "years": 3, "site": "Oslo"},
        {"id": 2, "years": None, "site": "Oslo"},
        {"id": 3, "years": 4, "site": "Rome"},
        {"id": 4, "years": 4, "site": None},
    ]
    matcher = pm.PeerMatcher(
        "id", [pm.near("years", weight=3), pm.same("site")], [pm.require([(1, 2), (3, 4)])]
    )
    frame = matcher.match(people).coverage()
    assert frame.values.tolist() == [
        ["near_years", 0.75, 4, 2, 0.5],
        ["same_site", 0.25, 4, 2, 0.5],
        ["all", 1.0, 8, 4, 0.5],
    ]
