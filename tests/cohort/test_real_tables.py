"""Real tables, where the folder that holds them is there."""

from pathlib import Path

import pytest

from peermatch.cohort import read_people

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SURVEY = DATA / "developer_survey_2025_sample.csv"
MENTORS = DATA / "mentor-match"


@pytest.mark.skipif(not SURVEY.exists(), reason="the survey table is not here")
def test_the_survey():
    people = read_people(SURVEY, id="ResponseId")
    assert len(people) == 1000
    assert len(people.columns) == 170
    missing = sum(cell is None for name in people.columns for cell in people.column(name))
    assert missing / 170_000 == pytest.approx(0.363, abs=0.001)
    told = people.repairs[people.repairs["found"] != "NA"]
    assert sorted(zip(told["column"], told["code"], told["count"], strict=True)) == [
        ("AIExplain", "missing_word", 1),
        ("AIExplain", "spaces", 3),
        ("AIOpen", "missing_word", 1),
        ("AIOpen", "odd_spaces", 1),
        ("AIOpen", "spaces", 2),
        ("Age", "missing_word", 3),
        ("Employment", "missing_word", 7),
        ("JobSatPoints_15_TEXT", "missing_word", 1),
        ("OrgSize", "missing_word", 20),
    ]
    assert people.column("WorkExp").tolist()[0] is not None


@pytest.mark.skipif(not MENTORS.exists(), reason="the mentor tables are not here")
@pytest.mark.parametrize(
    ("name", "count"),
    [("small_mentees", 50), ("small_mentors", 50), ("large_mentees", 500), ("large_mentors", 500)],
)
def test_the_mentor_tables(name, count):
    people = read_people(MENTORS / f"{name}.csv", id="email address", label="last name")
    assert len(people) == count
    # every biography ends in a blank; nothing else had to be mended
    assert people.repairs[["column", "code", "count"]].values.tolist() == [["biography", "spaces", count]]
    assert people.labels[0] in ("00", "000")
    assert people.ids[0].endswith(f".{people.labels[0]}@gov.uk")
