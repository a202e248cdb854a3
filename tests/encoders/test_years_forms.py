"""Years as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.encoders import parse_years
from peermatch.errors import InputError

FORMS = [
    ("0", 0.0),
    ("12", 12.0),
    ("7.5", 7.5),
    ("1,5", 1.5),
    ("-3", -3.0),
    ("52000", 52000.0),
    ("1.00E+3", 1000.0),
    ("Less than 1 year", 0.5),
    ("less than a year", 0.5),
    ("<1", 0.5),
    ("up to 5 years", 2.5),
    ("3 years or less", 1.5),
    ("More than 50 years", 50.0),
    ("over 20 years", 20.0),
    ("> 10", 10.0),
    ("≥ 3 years", 3.0),
    ("at least 2 yrs", 2.0),
    ("10+", 10.0),
    ("10 +", 10.0),
    ("10+ years", 10.0),
    ("5 or more years", 5.0),
    ("twenty plus", 20.0),
    ("5 years", 5.0),
    ("5 yrs", 5.0),
    ("5 yrs.", 5.0),
    ("5y", 5.0),
    ("FIVE  YEARS", 5.0),
    ("a year", 1.0),
    ("half a year", 0.5),
    ("a year and a half", 1.5),
    ("two and a half years", 2.5),
    ("2½ years", 2.5),
    ("½ year", 0.5),
    ("18 months", 1.5),
    ("6 mths", 0.5),
    ("2y 6m", 2.5),
    ("2 years, 6 months", 2.5),
    ("2 years and 6 months", 2.5),
    ("1 year & 3 months", 1.25),
    ("3 to 5", 4.0),
    ("3 - 5 years", 4.0),
    ("3–5 yrs", 4.0),
    ("from 3 to 5 years", 4.0),
    ("6-12 months", 0.75),
    ("6 months to 2 years", 1.25),
    ("Between 10 and 15 years", 12.5),
    ("35-44 years old", 39.5),
    ("65 years or older", 65.0),
    ("Under 18 years old", 18.0),
    ("18 or younger", 18.0),
    ("aged 35", 35.0),
    ("about 5 years of experience", 5.0),
    ("~5", 5.0),
    ("none", 0.0),
    ("No experience", 0.0),
    ("１２", 12.0),
]

REFUSED = [
    ("", "not a number"),
    ("abc", "not a number"),
    ("a", "not a number"),
    ("5 apples", "not a number"),
    ("5 5", "not a number"),
    ("5 to", "not a number"),
    ("1-2-3", "not a number"),
    ("5 years 3 years", "not a number"),
    ("1,250", "1250 or 1.250"),
    ("5-3", "ends before it begins"),
    ("2015 years", "calendar year"),
    ("900 years", "more than 150"),
    ("9" * 400, "too"),
    ("1e999", "too large"),
]


@pytest.mark.parametrize(("text", "years"), FORMS)
def test_forms_that_people_write(text: str, years: float) -> None:
    assert parse_years(text) == pytest.approx(years, abs=1e-12)


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_is_refused_and_why(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        parse_years(text)
    assert caught.value.items[0]["code"] == "wrong_kind"
    assert "Accepted:" in str(caught.value)


def test_weeks_and_days_are_parts_of_a_mean_year() -> None:
    assert parse_years("52 weeks") == pytest.approx(0.9966, abs=1e-4)
    assert parse_years("365 days") == pytest.approx(0.9993, abs=1e-4)


WRITTEN = (
    "5|12|1,5|.|,| |-|+|years|yr|m|months|or|more|less than|to|and|between|old|a|half|½|<|~|twenty|\n|1e9"
    "|of experience|²|٣"
)
SCRAPS = st.sampled_from(WRITTEN.split("|"))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=30), st.lists(SCRAPS, max_size=8).map(" ".join), st.lists(SCRAPS).map("".join))
)
def test_any_text_is_a_finite_number_or_one_sentence(text: str) -> None:
    sentence = None
    years = 0.0
    try:
        years = parse_years(text)
    except InputError as error:
        sentence = str(error)
    assert math.isfinite(years)
    assert sentence is None or "can't be read as years" in sentence


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 99), st.integers(1, 50))
def test_a_range_is_its_middle_and_a_number_itself(low: int, width: int) -> None:
    assert parse_years(f"{low} to {low + width} years") == low + width / 2
    assert parse_years(f"{low} years") == parse_years(str(low)) == low
