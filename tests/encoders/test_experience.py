"""Years, hire dates and grades as numbers."""

from __future__ import annotations

import datetime as dt
import logging
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from peermatch.encoders import MISSING_TOKENS, ExperienceEncoder
from peermatch.encoders.dates import parse_date
from peermatch.errors import ConfigError, InputError

DATES = [
    ("2019-03-31", "2019-03-31"),
    ("2019/03/31", "2019-03-31"),
    ("20190331", "2019-03-31"),
    ("2019-03-31T09:30:00Z", "2019-03-31"),
    ("2019-03-31 09:30", "2019-03-31"),
    ("2019-03", "2019-03-01"),
    ("31 March 2019", "2019-03-31"),
    ("31st Mar. 2019", "2019-03-31"),
    ("March 31, 2019", "2019-03-31"),
    ("Mar 2019", "2019-03-01"),
    ("31/03/2019", "2019-03-31"),
    ("31.03.2019", "2019-03-31"),
    ("03/31/2019", "2019-03-31"),
    ("04/04/2019", "2019-04-04"),
    (dt.date(2019, 3, 31), "2019-03-31"),
    (dt.datetime(2019, 3, 31, 23, 59), "2019-03-31"),
    (pd.Timestamp("2019-03-31", tz="Asia/Tokyo"), "2019-03-31"),
    (np.datetime64("2019-03-31"), "2019-03-31"),
]


@pytest.mark.parametrize(("value", "date"), DATES)
def test_dates_that_people_write(value: object, date: str) -> None:
    assert parse_date(value).isoformat() == date


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("03/04/2019", "write 2019-04-03 or 2019-03-04"),
        ("3.4.2019", "day and month can't be told apart"),
        ("2019-02-30", "no such day"),
        ("31 Brumaire 2019", "not a date"),
        ("soon", "not a date"),
        (5, "not a date"),
        (pd.NaT, "not a date"),
    ],
)
def test_dates_that_are_refused(value: object, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_date(value)


def test_numbers_pass_through_in_every_type() -> None:
    for column in (
        pd.Series([1, 2, None], dtype="Int64"),
        pd.Series([1.0, 2.0, np.nan], dtype="Float32"),
        pd.Series([1, 2.0, None], dtype=object),
        pd.Series(["1", "2", ""]),
        pd.Series([Decimal(1), Decimal(2), None], dtype=object),
        pd.Series([1, "2", None], dtype="category"),
    ):
        out = ExperienceEncoder().fit_transform(pd.DataFrame({"years": column}))
        np.testing.assert_array_equal(out[:, 0], [1.0, 2.0, np.nan])


def test_every_missing_token_is_unknown_in_any_case_and_with_blanks() -> None:
    cells = [[form] for token in sorted(MISSING_TOKENS) for form in (token, f" {token.upper()}  ")]
    cells += [[None], [float("nan")], [pd.NA], [pd.NaT], [" " * 500]]
    out = ExperienceEncoder().fit_transform(np.array([["5 years"], *cells], dtype=object))
    assert out[0] == 5.0
    assert np.isnan(out[1:]).all()


def test_auto_decides_for_each_column() -> None:
    people = pd.DataFrame(
        {
            "years": ["5 years", "10+"],
            "hired": pd.to_datetime(["2020-12-01", None]),
            "written": ["2020-12-01", "N/A"],
            "number": [1, 2],
        }
    )
    encoder = ExperienceEncoder(as_of="2026-12-01").fit(people)
    assert encoder.kinds_ == ["years", "date", "date", "years"]
    out = encoder.transform(people)
    assert out[0, 1] == out[0, 2] == pytest.approx(6.0, abs=0.01)
    assert np.isnan(out[1, 1:3]).all()
    np.testing.assert_array_equal(encoder.values(people), out)
    assert encoder.get_feature_names_out().tolist() == list(people.columns)


@pytest.mark.parametrize(
    "as_of", ["2026-12-01", dt.date(2026, 12, 1), pd.Timestamp("2026-12-01"), "1 December 2026"]
)
def test_as_of_in_any_form(as_of: object) -> None:
    out = ExperienceEncoder(as_of=as_of).fit_transform(np.array([["2025-12-01"]], dtype="datetime64[ns]"))
    assert out.item() == pytest.approx(365 / 365.2425)


def test_dates_without_as_of_are_an_error_and_never_todays_clock() -> None:
    with pytest.raises(ConfigError, match=r"as_of='YYYY-MM-DD'.*Today's clock is never used") as caught:
        ExperienceEncoder().fit(pd.DataFrame({"hired": ["2020-01-01"]}))
    assert caught.value.items[0]["code"] == "as_of_required"
    with pytest.raises(ConfigError, match="as_of parameter"):
        ExperienceEncoder(as_of="soon").fit(pd.DataFrame({"hired": ["2020-01-01"]}))


def test_a_hire_date_after_as_of_is_an_error() -> None:
    people = pd.DataFrame({"hired": ["2020-01-01", "2027-01-01"]})
    with pytest.raises(InputError, match="row 2: '2027-01-01' \\(after as_of, 2026-12-01\\)"):
        ExperienceEncoder(as_of="2026-12-01").fit(people)
    out = ExperienceEncoder(as_of="2026-12-01", invalid="unknown").fit_transform(people)
    assert np.isnan(out[1, 0])


def test_grades_are_positions_in_the_ladder() -> None:
    encoder = ExperienceEncoder(ladder=["AA", "Grade 7", "Grade 6"])
    out = encoder.fit_transform(pd.DataFrame({"grade": ["grade  6", "aa", None, "GRADE 7 "]}))
    np.testing.assert_array_equal(out[:, 0], [3.0, 1.0, np.nan, 2.0])
    assert encoder.kinds_ == ["grade"]
    np.testing.assert_array_equal(
        ExperienceEncoder(ladder=[1, 2, 3]).fit_transform([[3.0], [1.0]]).ravel(), [3.0, 1.0]
    )


def test_an_unknown_grade_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean 'Grade 7'") as caught:
        ExperienceEncoder(ladder=["AA", "Grade 7"]).fit(pd.DataFrame({"grade": ["AA", "Grad 7"]}))
    assert caught.value.items[0]["row"] == 2


def test_wrong_cells_are_counted_and_the_first_three_shown() -> None:
    people = pd.DataFrame({"years": ["x", "5", "y", None, "x", "z"]})
    with pytest.raises(InputError) as caught:
        ExperienceEncoder().fit(people)
    (item,) = caught.value.items
    assert (item["code"], item["column"], item["row"]) == ("wrong_kind", "years", 1)
    assert [(one["row"], one["value"]) for one in item["found"]] == [(1, "x"), (3, "y"), (5, "x")]
    assert item["message"].startswith("Column 'years' has 4 cells of the wrong kind: row 1: 'x'")
    assert "invalid='unknown'" in item["message"]
    with pytest.raises(InputError, match=r"^Column 0 has 1 cell of the wrong kind"):
        ExperienceEncoder().fit([["much"]])


def test_invalid_unknown_takes_them_as_not_known_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="peermatch.encoders")
    out = ExperienceEncoder(invalid="unknown").fit_transform(pd.DataFrame({"years": ["x", "5"]}))
    np.testing.assert_array_equal(out[:, 0], [np.nan, 5.0])
    assert "years: 1 different values" in caplog.text


@pytest.mark.parametrize("cell", [True, dt.date(2020, 1, 1), [1], (1,), {1: 2}, b"5", 1j])
def test_what_is_no_number_of_years(cell: object) -> None:
    column = np.empty((2, 1), dtype=object)
    column[0, 0], column[1, 0] = "5", cell
    with pytest.raises(InputError, match="row 2"):
        ExperienceEncoder().fit(column)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "year"}, "Did you mean 'years'"),
        ({"kind": "grade"}, "ladder parameter of ExperienceEncoder"),
        ({"ladder": []}, "ladder parameter"),
        ({"ladder": "AA"}, "ladder parameter"),
        ({"ladder": ["AA", "aa "]}, "no grade stands twice"),
        ({"invalid": "drop"}, "invalid parameter"),
    ],
)
def test_wrong_options(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ExperienceEncoder(**options).fit([["AA"]])
