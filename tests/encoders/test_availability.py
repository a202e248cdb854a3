"""Working hours, slots and time zones as a week in UTC."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.encoders import AvailabilityEncoder, parse_hours, parse_zone
from peermatch.encoders.zones import offset_minutes
from peermatch.errors import ConfigError, InputError

DAY = 1440


def on(days: range | list[int], begin: float, end: float) -> list[tuple[int, int]]:
    return [(day * DAY + int(begin * 60), day * DAY + int(end * 60)) for day in days]


WEEK = range(5)
HOURS: list[tuple[str, list[tuple[int, int]]]] = [
    ("09:00-17:00", on(WEEK, 9, 17)),
    ("9-17", on(WEEK, 9, 17)),
    ("9:00 – 17:00", on(WEEK, 9, 17)),
    ("9.30-17.30", on(WEEK, 9.5, 17.5)),
    ("0900-1730", on(WEEK, 9, 17.5)),
    ("9h-17h30", on(WEEK, 9, 17.5)),
    ("9am-5pm", on(WEEK, 9, 17)),
    ("9am to 5:30 pm", on(WEEK, 9, 17.5)),
    ("9-5pm", on(WEEK, 9, 17)),
    ("1-5pm", on(WEEK, 13, 17)),
    ("12pm-1pm", on(WEEK, 12, 13)),
    ("noon-midnight", on(WEEK, 12, 24)),
    ("Mon-Thu 9-17; Fri 9-13", [*on(range(4), 9, 17), *on([4], 9, 13)]),
    ("Mon 9-11; Wed 14:00-16:00", [*on([0], 9, 11), *on([2], 14, 16)]),
    ("monday, wednesday & friday 9-11, 14-16", sorted(on([0, 2, 4], 9, 11) + on([0, 2, 4], 14, 16))),
    ("Tue/Thu: 10-12", on([1, 3], 10, 12)),
    ("weekends 10:00-12:00", on([5, 6], 10, 12)),
    ("Fri-Mon 10-12", sorted(on([4, 5, 6, 0], 10, 12))),
    ("daily 8-9", on(range(7), 8, 9)),
    ("weekdays from 8 to 16", on(WEEK, 8, 16)),
    ("24/7", on(range(7), 0, 24)),
    ("Sat all day", on([5], 0, 24)),
    ("00:00-24:00", on(WEEK, 0, 24)),
    ("22:00-06:00", on(WEEK, 22, 30)),
    ("22-6", on(WEEK, 22, 30)),
    ("Sun 23:00-01:00", on([6], 23, 25)),
    ("Mon 9-11\nTue 9-11", on([0, 1], 9, 11)),
]


@pytest.mark.parametrize(("text", "spans"), HOURS)
def test_hours_that_people_write(text: str, spans: list[tuple[int, int]]) -> None:
    assert parse_hours(text) == spans


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9-5", "may be a day or a night; write 09:00-17:00"),
        ("late", "neither a day nor a time"),
        ("Mon", "no times"),
        ("Mon 9-11; Tue", "the last days have no times"),
        ("9:00-9:00", "ends when it begins"),
        ("25:00-26:00", "a day has no 25:00"),
        ("9:75-10:00", "a day has no 9:75"),
        ("13pm-2pm", "there is no 13 pm"),
        ("9", "neither a day nor a time"),
        ("Mon-9", "neither a day nor a time"),
        ("", "no times"),
        ("9-10 " * 200, "too long"),
        (40, "int, which is no text"),
    ],
)
def test_hours_that_are_refused(text: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_hours(text)


SCRAPS = [
    "mon",
    "fri",
    "-",
    "9",
    "17:00",
    "pm",
    "to",
    ";",
    ",",
    " ",
    "24/7",
    "daily",
    "x",
    "9-17",
    "noon",
    "am",
    "25",
]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=20), st.lists(st.sampled_from(SCRAPS), max_size=8).map(" ".join)))
def test_any_hours_are_spans_or_one_sentence(text: str) -> None:
    sentence = "can't be read as hours"
    spans = [(0, 1)]
    try:
        spans = parse_hours(text)
    except InputError as error:
        sentence = str(error)
    assert "can't be read as hours" in sentence
    assert spans
    assert all(0 <= begin < end <= begin + DAY and begin < 7 * DAY for begin, end in spans)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("UTC", 0),
        ("gmt", 0),
        ("Z", 0),
        ("UTC+5:30", 330),
        ("utc +0530", 330),
        ("GMT-3", -180),
        ("+02:00", 120),
        ("UTC−8", -480),
        (5.5, 330),
        (-3, -180),
        ("5.5", 330),
        (np.int64(2), 120),
    ],
)
def test_offsets(text: Any, minutes: int) -> None:
    assert parse_zone(text) == minutes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Europe/Berln", "did you mean 'Europe/Berlin'"),
        ("PST", "no zone that we know"),
        ("UTC+15", "from -12 to \\+14"),
        (330, "from -12 to \\+14"),
        ("UTC+5:75", "60 minutes"),
        (0.001, "whole number of minutes"),
        (True, "bool"),
        (float("nan"), "whole number of minutes"),
    ],
)
def test_zones_that_are_refused(text: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_zone(text)


def test_a_zones_offset_is_that_of_the_day() -> None:
    for name in ("Europe/Berlin", "europe/berlin"):
        berlin = parse_zone(name)
        assert offset_minutes(berlin, dt.date(2026, 1, 15)) == 60
        assert offset_minutes(berlin, dt.date(2026, 7, 15)) == 120
        assert offset_minutes(berlin, None) is None
    assert offset_minutes(parse_zone("Asia/Kolkata"), None) == 330
    assert offset_minutes(parse_zone("America/New York"), dt.date(2026, 1, 15)) == -300


def hours_of(row: np.ndarray, encoder: AvailabilityEncoder) -> list[str]:
    return encoder.get_feature_names_out()[row == 1.0].tolist()


def test_zone_and_hours_become_a_week_in_utc() -> None:
    people = pd.DataFrame(
        {
            "zone": ["UTC", "Asia/Tokyo", "UTC-10", None, "UTC", "Asia/Kolkata"],
            "hours": ["Mon 9-11", "Mon 8-10", "Sun 13-15", "9-17", None, "Mon 9-11"],
        }
    )
    encoder = AvailabilityEncoder()
    out = encoder.fit_transform(people)
    assert out.shape == (6, 168)
    assert hours_of(out[0], encoder) == ["Mon_09", "Mon_10"]
    assert hours_of(out[1], encoder) == ["Mon_00", "Sun_23"]
    assert hours_of(out[2], encoder) == ["Mon_00", "Sun_23"]
    assert np.isnan(out[3]).all()
    assert np.isnan(out[4]).all()
    assert hours_of(out[5], encoder) == ["Mon_04"]  # 3:30 to 5:30: one whole hour
    finer = AvailabilityEncoder(slot_minutes=30).fit(people)
    assert hours_of(finer.transform(people)[5], finer) == ["Mon_03:30", "Mon_04:00", "Mon_04:30", "Mon_05:00"]
    assert finer.bits(people)[0].shape == (6, 6)


def test_summer_time_needs_a_day() -> None:
    people = [["Europe/Berlin", "Mon 9-10"]]
    with pytest.raises(ConfigError, match=r"Europe/Berlin in column 0.*as_of='YYYY-MM-DD'") as caught:
        AvailabilityEncoder(invalid="unknown").fit(people)
    assert caught.value.items[0]["code"] == "as_of_required"
    for as_of, hour in (("2026-01-15", "Mon_08"), ("2026-07-15", "Mon_07")):
        encoder = AvailabilityEncoder(as_of=as_of)
        assert hours_of(encoder.fit_transform(people)[0], encoder) == [hour]


def test_weekly_slots_in_one_column_are_in_utc() -> None:
    encoder = AvailabilityEncoder()
    out = encoder.fit_transform([["Mon 9-11; Wed 14:00-16:00"], [None]])
    assert encoder.layout_ == "slots"
    assert hours_of(out[0], encoder) == ["Mon_09", "Mon_10", "Wed_14", "Wed_15"]
    assert np.isnan(out[1]).all()


def test_numbers_alone_are_hours_of_the_week() -> None:
    encoder = AvailabilityEncoder()
    out = encoder.fit_transform(np.array([[0.0, 25.5], [np.nan, 168.0], [np.nan, np.nan], [-1e-20, 3.0]]))
    assert encoder.layout_ == "numbers"
    assert hours_of(out[0], encoder) == ["Mon_00", "Tue_01"]
    assert hours_of(out[1], encoder) == ["Mon_00"]
    assert np.isnan(out[2]).all()
    assert hours_of(out[3], encoder) == ["Mon_03", "Sun_23"]


def test_a_number_among_hours_is_refused_and_so_are_three_columns() -> None:
    with pytest.raises(InputError, match="'hours' has 1 cell of the wrong kind: row 2: 40"):
        AvailabilityEncoder().fit(pd.DataFrame({"zone": ["UTC", "UTC"], "hours": ["9-17", 40]}))
    with pytest.raises(InputError, match="Got 3 columns"):
        AvailabilityEncoder().fit([["UTC", "9-17", "9-17"]])
    out = AvailabilityEncoder(invalid="unknown").fit_transform(
        [["UTC", "late"], ["Narnia", "9-17"], ["UTC", "9-17"]]
    )
    assert np.isnan(out[:, 0]).tolist() == [True, True, False]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-12, 14), st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)), min_size=1
    )
)
def test_bits_agree_with_columns_and_with_counting(people: list[tuple[int, int, int, int]]) -> None:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    cells = []
    for offset, day, begin, length in people:
        begin = begin if length < 24 else 0
        end = begin + length
        cells.append(
            [f"UTC{offset:+d}", f"{names[day]} {begin:02d}:00-{end if end <= 24 else end - 24:02d}:00"]
        )
    encoder = AvailabilityEncoder().fit(cells)
    out = encoder.transform(cells)
    words, known = encoder.bits(cells)
    assert known.all()
    for row, (offset, day, begin, length) in enumerate(people):
        begin = begin if length < 24 else 0
        wanted = {(day * 24 + begin - offset + step) % 168 for step in range(length)}
        assert set(np.flatnonzero(out[row])) == wanted
        assert {slot for slot in range(168) if int(words[row, slot // 64]) >> (slot % 64) & 1} == wanted


@pytest.mark.parametrize("minutes", [0, 7, 61, 2880, 60.0, True, "60"])
def test_a_slot_must_divide_a_day(minutes: Any) -> None:
    with pytest.raises(ConfigError, match="slot_minutes parameter"):
        AvailabilityEncoder(slot_minutes=minutes).fit([["9-17"]])
