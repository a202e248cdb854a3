"""Cells become plain Python values, the same whichever library held them."""

import datetime as dt
import enum
import uuid
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from peermatch.cohort.cells import CellError, as_objects, canonical, clean_cell


class Grade(enum.StrEnum):
    SENIOR = "senior"


def plain(values, dtype=object):
    array = as_objects(values) if dtype is object else np.array(values, dtype=dtype)
    cells = canonical(array).tolist()
    return [(type(cell), cell) for cell in cells]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (pd.NA, None),
        (pd.NaT, None),
        (float("nan"), None),
        (np.float32("nan"), None),
        (np.datetime64("NaT"), None),
        (np.timedelta64("NaT"), None),
        (Decimal("NaN"), None),
        (Decimal("sNaN"), None),
        ("", None),
        (" \t\n\u00a0", None),
        ("  a b ", "a b"),
        (np.str_(" a "), "a"),
        (Grade.SENIOR, "senior"),
        (np.bool_(True), True),
        (np.int8(3), 3),
        (np.uint64(2**63), 2**63),
        (np.float32(0.5), 0.5),
        (Decimal("7.00"), 7),
        (Decimal("0.5"), 0.5),
        (Fraction(1, 2), 0.5),
        (b"ab", "ab"),
        (pd.Timestamp("2020-02-03 04:05"), dt.datetime(2020, 2, 3, 4, 5)),
        (np.datetime64("2020-02-03T04:05"), dt.datetime(2020, 2, 3, 4, 5)),
        (dt.date(2020, 2, 3), dt.date(2020, 2, 3)),
        (pd.Timedelta("1D"), dt.timedelta(days=1)),
        (dt.time(9, 30), dt.time(9, 30)),
        (pd.Period("2020-02", "M"), "2020-02"),
        (pd.Interval(20, 30), "(20, 30]"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (np.array([1, 2]), [1, 2]),
        (np.array(3), 3),
        ((" a", None, ""), ["a", None, None]),
        ({"b", "a", 3}, [3, "a", "b"]),
        ([], []),
        ({"x": np.int64(1)}, {"x": 1}),
    ],
)
def test_a_cell_becomes_plain(value, expected):
    cell = clean_cell(value)
    assert cell == expected
    assert type(cell) is type(expected)


def test_numbers_are_whole_only_if_all_are():
    assert plain([1.0, np.nan, 3.0], float) == [(int, 1), (type(None), None), (int, 3)]
    assert plain([1.0, 2.5], float) == [(float, 1.0), (float, 2.5)]
    assert plain([1, 2.0, None]) == [(int, 1), (int, 2), (type(None), None)]
    assert plain([1, 2.5]) == [(float, 1.0), (float, 2.5)]
    assert plain([1, 2.0, "x", True]) == [(int, 1), (int, 2), (str, "x"), (bool, True)]
    assert plain([Decimal(2), Decimal("2.5")]) == [(float, 2.0), (float, 2.5)]


@pytest.mark.parametrize("dtype", [float, object])
def test_floats_too_large_to_be_exact_stay_floats(dtype):
    assert plain([1.0, 1e300], dtype) == [(float, 1.0), (float, 1e300)]
    assert plain([float("inf"), 1.0], dtype) == [(float, float("inf")), (float, 1.0)]


def test_minus_zero_is_zero():
    assert str(canonical(np.array([-0.0, 0.5])).tolist()) == "[0.0, 0.5]"
    assert str(canonical(as_objects([-0.0, 0.5])).tolist()) == "[0.0, 0.5]"


def test_huge_integers_survive():
    assert plain([10**300, 0.5]) == [(float, 1e300), (float, 0.5)]
    assert plain([2**62 + 1, None]) == [(int, 2**62 + 1), (type(None), None)]


@pytest.mark.parametrize("cells", [[10**400], [10**400, 0.5], [-(10**400), "x"], [10**5000]])
def test_integers_beyond_all_floats_are_no_plain_values(cells):
    with pytest.raises(CellError):
        plain(cells)


def test_times_are_dates_only_if_all_are_at_midnight():
    midnight, noon = dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, 12)
    assert plain([midnight, None]) == [(dt.date, dt.date(2020, 1, 1)), (type(None), None)]
    assert plain([midnight, noon]) == [(dt.datetime, midnight), (dt.datetime, noon)]
    assert plain([dt.date(2020, 1, 1), noon]) == [(dt.datetime, midnight), (dt.datetime, noon)]
    stamps = ["2020-01-01", "NaT"]
    assert plain(stamps, "M8[ns]") == [(dt.date, dt.date(2020, 1, 1)), (type(None), None)]
    assert plain(["2020-01-01T12:00:00.000000999"], "M8[ns]") == [(dt.datetime, noon)]


def test_a_time_zone_becomes_its_offset():
    paris = pd.Timestamp("2020-07-01 00:00", tz="Europe/Paris")
    cell = clean_cell(paris)
    assert cell.tzinfo == dt.timezone(dt.timedelta(hours=2))
    assert canonical(as_objects([paris])).tolist() == [dt.date(2020, 7, 1)]


def test_lists_stay_cells():
    assert canonical(as_objects([["a"], ["b"], None])).tolist() == [["a"], ["b"], None]


@pytest.mark.parametrize("value", [1j, object(), len, b"\xff\xfe", np.datetime64("20000-01-01", "us")])
def test_what_is_not_a_value_is_named(value):
    with pytest.raises(CellError) as caught:
        canonical(as_objects(["a", value, 3, [value]]))
    assert [position for position, _ in caught.value.bad] == [1, 3]


def test_a_year_beyond_the_calendar_is_named():
    with pytest.raises(CellError) as caught:
        canonical(np.array(["2020-01-01", "20000-01-01"], dtype="M8[us]"))
    assert caught.value.bad[0][0] == 1
