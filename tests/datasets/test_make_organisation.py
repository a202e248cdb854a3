"""The synthetic organisation: a real tree, things that go together, and the same bytes each time."""

import datetime
import hashlib
from zoneinfo import available_timezones

import numpy as np
import pandas as pd
import pytest

from peermatch.datasets import GRADES, make_organisation
from peermatch.datasets.vocabulary import COMMON_SKILLS, DEPARTMENTS, FAMILIES, GOALS, NEIGHBOURS, SKILLS

KEPT = ["employee_id", "manager_id", "opted_in"]


@pytest.fixture(scope="module")
def whole() -> pd.DataFrame:
    return make_organisation(20_000, seed=3, missing=0)


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()


def managers(frame: pd.DataFrame) -> np.ndarray:
    """Return the row of everyone's manager, -1 for the head."""
    return pd.Index(frame["employee_id"]).get_indexer(frame["manager_id"].fillna("nobody"))


def as_sets(cells: pd.Series) -> list[set[str]]:
    return [set(cell.split(";")) if cell else set() for cell in cells]


@pytest.mark.parametrize("n", [*range(2, 40), 100, 1000])
def test_managers_make_a_tree(n):
    frame = make_organisation(n, seed=n)
    manager = managers(frame)
    assert (manager == -1).sum() == 1
    assert frame["manager_id"].isna().sum() == 1
    top = np.arange(n)
    for _ in range(12):  # everyone is below the head after a few steps, so that nobody is in a cycle
        top = np.where(manager[top] >= 0, manager[top], top)
    assert len(set(top)) == 1


@pytest.mark.parametrize("n", [5, 6, 11, 12, 13, 14, 27, 500, 20_000])
def test_spans_of_control(n):
    spans = make_organisation(n, seed=1)["manager_id"].value_counts()
    assert spans.min() >= 4
    assert spans.max() <= 12


def test_an_organisation_of_two():
    frame = make_organisation(2, seed=0, missing=0)
    assert len(frame) == 2
    assert not frame.drop(columns="manager_id").isna().any().any()


def test_ids_are_text_with_leading_zeros(whole):
    assert whole["employee_id"].iloc[41] == "000042"
    assert whole["employee_id"].is_unique
    assert set(whole["employee_id"].str.len()) == {6}
    assert all(type(value) is str for value in whole["employee_id"])


def test_names_are_plainly_synthetic_and_so_says_the_table(whole):
    assert whole["display_name"].iloc[41] == "Person 000042"
    assert whole.attrs["synthetic"] is True
    assert "nobody here is real" in whole.attrs["note"]


def test_columns_are_plain(whole):
    kinds = whole.dtypes.astype(str).to_dict()
    assert kinds.pop("opted_in") == "bool"
    assert kinds.pop("years_experience") == kinds.pop("places") == "float64"
    assert set(kinds.values()) == {"object"}


def test_most_have_opted_in(whole):
    assert 0.8 < whole["opted_in"].mean() < 0.95


def test_managers_stand_above_their_reports(whole):
    manager = managers(whole)
    grade = whole["grade"].map(GRADES.index).to_numpy()
    reports = manager >= 0
    above = grade[manager[reports]] - grade[reports]
    assert above.min() >= 0
    assert (above > 0).mean() > 0.8
    years = whole["years_experience"].to_numpy()
    assert (years[manager[reports]] > years[reports]).mean() > 0.75


@pytest.mark.parametrize("n", [500, 20_000])
def test_the_whole_ladder_is_used(n):
    shares = make_organisation(n, seed=3)["grade"].value_counts(normalize=True)
    assert set(shares.index) == set(GRADES)
    assert shares["G1"] > shares["G6"] > shares["G8"]


def test_years_go_with_grades(whole):
    grade = whole["grade"].map(GRADES.index)
    assert 0.7 < grade.corr(whole["years_experience"]) < 0.98
    means = whole.groupby(grade)["years_experience"].mean()
    assert means.is_monotonic_increasing
    assert whole["years_experience"].between(0, 45).all()
    assert (whole["years_experience"] % 1 == 0).all()


def test_nobody_was_hired_before_they_began_to_work_or_after_the_day():
    day = datetime.date(2024, 6, 30)
    frame = make_organisation(3000, seed=1, missing=0, as_of=day)
    hired = frame["hire_date"].map(datetime.date.fromisoformat)
    tenure = np.array([(day - date).days for date in hired])
    assert tenure.min() >= 0
    assert (tenure <= (frame["years_experience"] + 1) * 365).all()
    assert digest(frame) == digest(make_organisation(3000, seed=1, missing=0, as_of="2024-06-30"))


@pytest.mark.parametrize("missing", [0.0, 0.05, 0.3, 1.0])
def test_the_missing_rate(missing):
    frame = make_organisation(5000, seed=9, missing=missing)
    rates = frame.drop(columns=KEPT).isna().mean()
    assert rates.between(missing - 0.03, missing + 0.03).all()
    assert not frame[["employee_id", "opted_in"]].isna().any().any()
    assert frame["manager_id"].isna().sum() == 1


def test_missing_values_leave_the_others_as_they_are(whole):
    holed = make_organisation(20_000, seed=3, missing=0.2)
    known = holed.notna()
    assert (holed[known].eq(whole) | ~known).drop(columns="manager_id").all().all()


def test_the_same_seed_gives_the_same_bytes():
    first, second = make_organisation(800, seed=5), make_organisation(800, seed=5)
    assert digest(first) == digest(second)
    assert digest(first) != digest(make_organisation(800, seed=6))


def test_the_bytes_of_one_organisation():
    """Kept from run to run, so that a change of what a seed means is made on purpose."""
    assert digest(make_organisation(300, seed=7))[:16] == "b21f17fb7e80ce46"


def test_skills_are_as_unequally_popular_as_in_life(whole):
    offers = whole["can_teach"].str.split(";").explode().value_counts()
    for family in FAMILIES:
        ranked = offers.reindex(SKILLS[family])
        assert ranked.iloc[0] > 3 * ranked.iloc[6] > 0
        assert ranked.iloc[:3].sum() > ranked.iloc[7:].sum()


def test_skills_belong_to_job_families(whole):
    for family, group in whole.groupby("job_family"):
        own = set(SKILLS[family]) | set(COMMON_SKILLS)
        assert all(offers and offers <= own for offers in as_sets(group["can_teach"]))
        near = own.union(*(SKILLS[name] for name in NEIGHBOURS[family]))
        assert all(wishes and wishes <= near for wishes in as_sets(group["wants_to_learn"]))


def test_wishes_seldom_name_what_is_known_already(whole):
    shared = [
        len(wishes & offers) / len(wishes)
        for wishes, offers in zip(as_sets(whole["wants_to_learn"]), as_sets(whole["can_teach"]), strict=True)
    ]
    assert 0 < np.mean(shared) < 0.05


def test_no_value_is_named_twice_in_a_cell(whole):
    for column in ("can_teach", "wants_to_learn", "goals"):
        assert all(len(set(cell.split(";"))) == cell.count(";") + 1 for cell in whole[column])


def test_goals_are_said_in_several_ways(whole):
    assert set(whole["goals"].str.split(";").explode()) == set(GOALS)
    for goal, phrases in GOALS.items():
        only = whole.loc[whole["goals"] == goal, "goal_text"]
        assert set(only) == set(phrases)


def test_departments_follow_reporting_lines(whole):
    manager = managers(whole)
    reports = manager >= 0
    department = whole["department"].to_numpy()
    assert (department[manager[reports]] == department[reports]).mean() > 0.9
    assert set(department) == set(DEPARTMENTS)
    assert whole["department"].value_counts(normalize=True).max() < 0.5


def test_places_agree_with_each_other(whole):
    assert whole.groupby("site")[["country", "time_zone"]].nunique().max().max() == 1
    assert set(whole["time_zone"]) <= available_timezones()
    manager = managers(whole)
    reports = manager >= 0
    site = whole["site"].to_numpy()
    assert 0.6 < (site[manager[reports]] == site[reports]).mean() < 0.95


def test_roles_and_places_agree(whole):
    assert (whole.loc[whole["mentoring_role"] == "mentee", "places"] == 0).all()
    assert whole.loc[whole["mentoring_role"] != "mentee", "places"].between(1, 3).all()


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"n": 1}, "n parameter of make_organisation\\(\\) must be a whole number of at least 2. Got 1"),
        (
            {"n": 10**20},
            "n parameter of make_organisation\\(\\) must be a whole number from 2 to 10,000,000. Got 1000",
        ),
        ({"n": 2.5}, "n parameter"),
        ({"n": True}, "n parameter"),
        ({"n": 5, "seed": -1}, "seed parameter"),
        ({"n": 5, "missing": -0.1}, "missing parameter"),
        ({"n": 5, "missing": 1.1}, "missing parameter"),
        ({"n": 5, "missing": float("nan")}, "missing parameter"),
        ({"n": 5, "as_of": "yesterday"}, "as_of parameter of make_organisation\\(\\) must be a date"),
        ({"n": 5, "as_of": 2026}, "as_of parameter"),
    ],
)
def test_wrong_arguments(arguments, found):
    with pytest.raises(ValueError, match=found):
        make_organisation(**arguments)
