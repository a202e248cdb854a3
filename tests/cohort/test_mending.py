"""What is mended in columns: days, options, grades, letters, missing words; and what is left alone, being right."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.cohort import read_people
from peermatch.cohort.cells import as_objects
from peermatch.cohort.choices import cut, separator_of
from peermatch.cohort.contents import Contents
from peermatch.cohort.dates import mend_dates
from peermatch.cohort.headers import find_header
from peermatch.cohort.missing import MISSING, check_missing
from peermatch.encoders._missing import MISSING_TOKENS
from peermatch.encoders._splitting import cut as encoder_cut
from peermatch.encoders._splitting import detect_separator
from peermatch.encoders.dates import parse_date
from peermatch.encoders.years import parse_years
from peermatch.errors import ConfigError, InputError


def people(**columns):
    count = len(next(iter(columns.values())))
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return [{"id": f"p{n:03}", **row} for n, row in zip(range(count), rows, strict=True)]


def column(cells, **options):
    cohort = read_people(people(x=cells), id="id", **options)
    return cohort.column("x").tolist(), cohort.repairs


# ---- the same as those who read columns later -----------------------------------------------------------

SHORT = st.text(st.sampled_from("ab,;|\n()[] 1²Z"), max_size=9)


@settings(max_examples=400, deadline=None)
@given(st.lists(SHORT, min_size=1, max_size=9))
def test_the_separator_is_the_one_that_encoders_find(texts):
    distinct = list(dict.fromkeys(texts))
    assert separator_of(dict.fromkeys(distinct, 1)) == detect_separator(distinct)


@settings(max_examples=400, deadline=None)
@given(SHORT, st.sampled_from([",", ";", "|", "\n"]))
def test_cells_are_cut_where_encoders_cut_them(text, sign):
    assert cut(text, sign) == encoder_cut(text, sign, sign == ",")


def test_what_encoders_take_as_missing_is_missing():
    words = check_missing(MISSING)
    assert [token for token in MISSING_TOKENS if token and not words.has(token)] == []
    assert not any(words.has(word) for word in ("None", "No", "no", "nobody", "x", "0", "NAN Corp"))
    for word in ("#NV", "#BEZUG!", "#¡REF!", "#N/D", "Unbekannt", "non renseigné", "N.V.T.", "Weiß nicht"):
        assert words.has(word), word


@pytest.mark.parametrize("codes", [("EMEA", "APAC", "LATAM"), ("DE", "FR", "US")])
def test_na_beside_codes_may_be_one_of_them(codes):
    _, repairs = column([*codes, "NA", "NA"])
    assert repairs["sure"].tolist() == ["likely"]
    assert "North America, Namibia" in repairs["reason"].iloc[0]
    for others in (("Oslo", "Rome", "Bern"), ("EMEA",), ("A", "Oslo", "Rome")):
        assert column([*others, "NA"])[1]["sure"].tolist() == ["certain"]
    assert column([*codes, "N/A"])[1]["sure"].tolist() == ["certain"]


def test_not_knowing_is_no_answer_but_only_likely():
    cells, repairs = column(["20 to 99", "I don’t know", "don't know", "100 or more"])
    assert cells == ["20 to 99", None, None, "100 or more"]
    assert set(repairs["sure"]) == {"likely"}


@settings(max_examples=200, deadline=None)
@given(
    st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)),
    st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %B %Y"]),
)
def test_days_become_the_day_that_encoders_read(day, form):
    cells, repairs = column([day.strftime(form), "31/12/2000", None])
    assert cells[0] == day.isoformat()
    assert parse_date(cells[0]) == day
    assert not repairs.empty


# ---- days -----------------------------------------------------------------------------------------------


def test_iso_days_are_right():
    for cells in (
        ["2019-03-31", "2020-01-01 09:30", None],
        ["2019-03", "2020-01"],
        [dt.date(2020, 1, 1), None],
    ):
        mended, repairs = column(cells)
        assert mended == cells
        assert repairs.empty


@pytest.mark.parametrize(
    "cells",
    [
        ["1/2", "3/4"],
        ["10.5", "11.2"],
        ["192.168.1.10", "10.0.0.1"],
        ["3-5 years", "1-2 years"],
        ["12345", "54321"],
        ["Dept 4/2020", "Dept 5/2021"],
        ["v1.2.2019", "v2.3.2020"],
        ["May", "June"],
        ["2019", "2020"],
        ["٣١/٠٣/٢٠١٩", "٢٠١٩-٠٣-٣١"],
    ],
)
def test_what_is_no_day(cells):
    mended, repairs = column(cells)
    assert mended == cells
    assert repairs.empty


def test_numbers_of_days_need_a_header_or_neighbours_that_say_so():
    assert column(["43555", "44000"])[1].empty
    assert column([43555, 44000])[1].empty
    cohort = read_people([{"id": 1, "hire_date": 43555}, {"id": 2, "hire_date": 44000}], id="id")
    assert cohort.column("hire_date").tolist() == ["2019-03-31", "2020-06-18"]
    assert read_people([{"id": 1, "hire_date": 2019}, {"id": 2, "hire_date": 2020}], id="id").repairs.empty
    cells, repairs = column([dt.date(2020, 1, 2), 43832, None])
    assert cells == [dt.date(2020, 1, 2)] * 2 + [None]
    assert repairs[["sure", "row"]].values.tolist() == [["likely", 2]]


def test_days_that_exist_in_no_calendar_are_told():
    cells, repairs = column([*(f"2020-01-{day:02}" for day in range(1, 20)), "31/02/2020"])
    assert cells[-1] == "31/02/2020"
    assert repairs[["code", "sure", "row"]].values.tolist() == [["not_a_date", "open", 20]]


def test_other_digits_and_half_a_time_among_real_days():
    for odd in ("٢٠١٩-٠٣-٣١", "12020 00:00", "2019-13-45", "0000-00-00"):
        cells, _ = column([dt.date(2020, 1, 2), odd, *(f"2020-01-{day:02}" for day in range(1, 20))])
        assert cells[1] == odd


def test_texts_among_real_days_become_days():
    cells, _ = column([dt.date(2020, 1, 2), "2020-01-03", "31/03/2021", "TBC", *[dt.date(2020, 1, 1)] * 20])
    assert cells[1:4] == ["2020-01-03", "31/03/2021", "TBC"]  # a third of the texts is none
    cells, _ = column([dt.date(2020, 1, 2), "2020-01-03", "31/03/2021"])
    assert cells == [dt.date(2020, 1, 2), dt.date(2020, 1, 3), dt.date(2021, 3, 31)]


def test_the_whole_column_decides_however_rows_stand():
    cells = ["03/04/2019", "04/03/2019", "31/01/2020", None]
    mended = mend_dates(Contents("x", as_objects(cells)), np.arange(4), None)[0].values
    turned = mend_dates(Contents("x", as_objects(cells[::-1])), np.arange(4), None)[0].values
    assert mended == turned[::-1] == ["2019-04-03", "2019-03-04", "2020-01-31", None]


def test_a_cohort_can_be_settled_later():
    doubtful = read_people(people(x=["01/02/2019", "03/04/2019"]), id="id")
    assert doubtful.repairs["sure"].tolist() == ["open"]
    settled = read_people(doubtful, id="id", day_first=True)
    assert settled.column("x").tolist() == ["2019-02-01", "2019-04-03"]
    for wrong in (1, "yes"):
        with pytest.raises(ConfigError, match="day_first parameter"):
            read_people(doubtful, id="id", day_first=wrong)


# ---- options, grades, years -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        ["SQL;Go", "Go;R", "SQL"],
        ["SQL, Go", "Go, R", "SQL"],
        ["Communication (Listening; Speaking); SQL", "SQL; Go", "Go"],
        ["Leadership, strategy; SQL", "SQL; Go", "Go"],
        ["I like SQL, Go and others; mostly at night.", "SQL", "Go"],
        ["10,000 people", "5,000 people", "100 people"],
        ["Chairs, Tables", "Lamps, Shades", "Doors, Locks"],
        ["Developer, front-end", "Developer, back-end", "Developer, full-stack", "Student"],
        [
            "Machine Setters, Operators, and Tenders",
            "Operators, and Tenders",
            "Grinding, Operators, and Tenders",
        ]
        * 3,
    ],
)
def test_options_that_are_right_stay_as_they_are(cells):
    mended, repairs = column(cells)
    assert mended == cells
    assert repairs.empty


def test_a_comma_in_an_option_does_not_split_it():
    cells = ["Research, design and tests, SQL"] * 2 + [
        "Research, design and tests",
        "SQL, Go",
        "Go",
        "Go, SQL",
    ]
    mended, repairs = column(cells)
    assert mended[0] == "Research, design and tests; SQL"
    assert detect_separator(list(dict.fromkeys(mended))) == ";"
    assert repairs["count"].tolist() == [4]
    # with a single exception the pieces are options of their own
    mended, repairs = column([*cells, "Research, SQL"])
    assert repairs.empty


def test_years_as_people_write_them_are_left_to_those_who_read_them():
    cells = ["10+", "less than a year", "3-5 years", "2y 6m", "7", "18 months"]
    mended, repairs = column(cells)
    assert mended == cells
    assert repairs.empty
    assert [parse_years(cell) for cell in mended] == [10, 0.5, 4, 2.5, 7, 1.5]


def test_grades_of_different_ladders_stay_apart():
    cells = ["L5", "L05", "IC5", "L5", "L05", "IC5"]
    assert column(cells)[0] == cells
    sites = ["Site1", "Site 2", "Site1", "Site 2"]
    assert column(sites)[0] == sites


# ---- letters --------------------------------------------------------------------------------------------


def test_letters_that_mean_something_stay():
    cells = ["نمی\u200cدانم", "👩\u200d🔬", "São Paulo", "Ãrea", "naïve — yes", "50°"]
    mended, repairs = column(cells)
    assert mended == cells
    assert repairs.empty


def test_ids_and_labels_lose_nothing_but_blanks():
    rows = [
        {"id": "NA", "name": "Null"},
        {"id": "31/03/2019", "name": "-"},
        {"id": "a\u200bb", "name": "Bo\u00a0Lee"},
    ]
    cohort = read_people(rows, id="id", label="name")
    assert cohort.ids.tolist() == ["31/03/2019", "NA", "ab"]
    assert cohort.labels.tolist() == ["-", "Null", "Bo Lee"]


# ---- headers --------------------------------------------------------------------------------------------


def test_the_header_is_the_first_row_where_nothing_says_otherwise():
    for rows in (
        [["id", "", "x"], ["a", "b", "c"], ["d", "e", "f"]],
        [["id"], ["a"], ["b"]],
        [["name", "city", ""], ["Ada", "Oslo", ""], ["Bo", "Rome", ""]],
        [["a", "b", "c"], ["1", "2", "3"]],
    ):
        assert find_header(rows).row == 0
        assert find_header(rows).repairs == []
    assert find_header([["", ""], [None]]) is None


def test_a_header_far_below_is_found_by_the_names_that_are_asked_for():
    rows = [["x", "y"]] * 12 + [["id", "city"], ["a", "Oslo"]]
    header = find_header(rows, ["id"])
    assert header.row == 12
    assert [repair.code for repair in header.repairs] == ["title_row"] * 11 + ["two_header_rows"]


def test_names_with_blanks_are_found(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(" id ,years  of work\na,1\nb,2\n", encoding="utf-8")
    assert read_people(path, id=" id ", label="years  of work").columns == ["id", "years of work"]


# ---- who has left, who manages whom ---------------------------------------------------------------------


def test_who_has_left():
    rows = people(end=["2026-11-30", None, "2026-12-01", "01/02/2027"])
    with pytest.raises(ConfigError, match="as_of"):
        read_people(rows, id="id", left="end")
    cohort = read_people(rows, id="id", left="end", as_of="2026-12-01", day_first=True)
    assert cohort.taking_part.tolist() == [False, True, False, True]
    assert cohort.reasons_out[0] == "not taking part: has left (end is 2026-11-30)"
    with pytest.raises(InputError) as caught:
        read_people(people(s=["gone fishing", "active"]), id="id", left="s")
    assert caught.value.items[0]["code"] == "not_left_or_here"
    for as_of in ("soon", 3):
        with pytest.raises(ConfigError, match="as_of parameter"):
            read_people(rows, id="id", left="end", as_of=as_of)


def test_those_who_left_and_do_not_want_to_take_part_are_told_once():
    rows = people(s=["yes", "no"], on=["no", "yes"])
    cohort = read_people(rows, id="id", left="s", eligible="on")
    assert cohort.taking_part.tolist() == [False, True]
    assert cohort.reasons_out[0].startswith("not taking part: has left")


@pytest.mark.parametrize("rule", ["first", "last", "fill", "current"])
def test_rules_for_duplicates_that_settle_nothing_are_errors(rule):
    rows = [
        {"id": "a", "x": "1", "gone": "no"},
        {"id": "a", "x": "2", "gone": "no"},
        {"id": "b", "x": "3", "gone": "no"},
    ]
    if rule in ("first", "last"):
        kept = read_people(rows, id="id", duplicates=rule).column("x").tolist()
        assert kept == [{"first": "1", "last": "2"}[rule], "3"]
        return
    with pytest.raises(InputError) as caught:
        read_people(rows, id="id", duplicates=rule, left="gone")
    assert caught.value.items[0]["code"] == "duplicate_id"
    with pytest.raises(ConfigError, match="duplicates"):
        read_people(rows, id="id", duplicates="merge")
    with pytest.raises(ConfigError, match="left="):
        read_people(rows, id="id", duplicates="current")


def test_filling_works_on_numbers_too():
    rows = [{"id": "a", "n": None, "m": 1.5}, {"id": "a", "n": 3, "m": None}, {"id": "b", "n": 4, "m": 2}]
    cohort = read_people(rows, id="id", duplicates="fill")
    assert cohort.frame.values.tolist() == [["a", 3, 1.5], ["b", 4, 2.0]]
    assert cohort.rows.tolist() == [1, 3]


def test_a_long_circle_and_those_below_it():
    count = 1000
    rows = [{"id": n, "boss": (n + 1) % count} for n in range(count)]
    rows += [{"id": count + n, "boss": n} for n in range(count)]
    cohort = read_people(rows, id="id", manager="boss")
    assert cohort.repairs[["code", "count"]].values.tolist() == [["manager_circle", count]]


def test_first_and_last_names_in_two_columns_name_managers():
    rows = [
        {"id": 1, "First Name": "Zoë", "Last Name": "King", "boss": None},
        {"id": 2, "First Name": "Bo", "Last Name": "Lee", "boss": "King, Zoe"},
    ]
    cohort = read_people(rows, id="id", manager="boss")
    assert cohort.column("boss").tolist() == [None, 1]
    assert cohort.repairs["sure"].tolist() == ["likely"]
