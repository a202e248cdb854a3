"""The same people give the same cohort, to the last bit, whatever they came in and in whatever order."""

import datetime as dt
import io
import json
import random

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.cohort import Cohort, read_people

WORDS = st.text(st.sampled_from("abÄ ,;\"'é漢🎈7"), max_size=6)
COLUMNS = {
    "text": WORDS,
    "whole": st.integers(-(2**53), 2**53),
    "number": st.floats(-(2**53), 2**53) | st.just(float("inf")),
    "years": st.integers(0, 40).map(float),
    "flag": st.booleans(),
    "day": st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
    "moment": st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1)),
    "many": st.lists(WORDS, max_size=3),
}


@st.composite
def tables(draw, columns=tuple(COLUMNS), ids=None):
    ids = ids or draw(st.sampled_from(["text", "int"]))
    id_values = st.text("ab07é", min_size=1, max_size=4) if ids == "text" else st.integers(-(2**40), 2**40)
    keys = draw(st.lists(id_values, min_size=2, max_size=7, unique=True))
    table = {"id": keys}
    for name in columns:
        cell = st.one_of(st.none(), COLUMNS[name])
        table[name] = draw(st.lists(cell, min_size=len(keys), max_size=len(keys)))
    return table


ARROW = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "years": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us"),
    "many": pa.list_(pa.string()),
}


def arrow(table):
    arrays = {name: pa.array(cells, type=ARROW.get(name)) for name, cells in table.items()}
    return pa.table(arrays)


def records(table):
    return [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]


def dump(cohort):
    """Everything in a cohort that does not depend on where people stood, types included."""
    cells = {name: [(type(c).__name__, repr(c)) for c in cohort.column(name)] for name in cohort.columns}
    parts = [cells, repr(cohort.ids.tolist()), repr(cohort.labels.tolist()), cohort.taking_part.tolist()]
    repairs = cohort.repairs.drop(columns=["row", "file", "sheet"]).values.tolist()
    return json.dumps([*parts, repr(cohort.reasons_out.tolist()), repr(repairs)])


@settings(max_examples=60, deadline=None)
@given(tables())
def test_every_kind_of_table_gives_the_same_cohort(table):
    in_arrow = arrow(table)
    in_pandas = pd.DataFrame(records(table))
    buffer = io.BytesIO()
    pq.write_table(in_arrow, buffer)
    expected = dump(read_people(records(table), id="id", label="text"))
    for source in (
        in_arrow,
        pl.from_arrow(in_arrow),
        in_pandas,
        in_pandas.convert_dtypes(),
        in_arrow.to_pandas(),
        in_arrow.to_pandas(types_mapper=pd.ArrowDtype),
        pq.read_table(io.BytesIO(buffer.getvalue())),
    ):
        assert dump(read_people(source, id="id", label="text")) == expected


@settings(max_examples=30, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_but_row_numbers(table, chance):
    rows = records(table)
    order = list(range(len(rows)))
    chance.shuffle(order)
    first = read_people(rows, id="id", label="text")
    second = read_people([rows[i] for i in order], id="id", label="text")
    assert dump(first) == dump(second)
    assert first.rows.tolist() == [order[row - 1] + 1 for row in second.rows]
    frame = pd.DataFrame(rows).iloc[order]
    assert dump(read_people(pa.Table.from_pandas(frame), id="id", label="text")) == dump(
        read_people(frame, id="id", label="text")
    )


@settings(max_examples=60, deadline=None)
@given(tables(columns=("text",), ids="text"))
def test_text_survives_a_csv_file(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("csv") / "people.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    frame = read_people(records(table), id="id")
    assert dump(read_people(path, id="id")) == dump(frame)


def test_shuffled_parquet_and_excel_files(tmp_path):
    table = {
        "id": [3, 1, 2],
        "name": ["c", "a", None],
        "years": [1.0, None, 4.0],
        "day": [dt.date(2020, 1, 2)] * 3,
    }
    frame = pd.DataFrame(table)
    expected = dump(read_people(frame, id="id", label="name"))
    frame.sample(frac=1, random_state=1).to_parquet(tmp_path / "people.parquet")
    frame.sample(frac=1, random_state=2).to_excel(tmp_path / "people.xlsx", index=False)
    for name in ("people.parquet", "people.xlsx"):
        assert dump(read_people(tmp_path / name, id="id", label="name")) == expected


@pytest.mark.parametrize(
    "series",
    [
        pd.Series(["a", "b", None, "a"], dtype="category"),
        pd.Series(["a", "b", None, "a"], dtype="string"),
        pd.Series(["a", "b", None, "a"], dtype="string[pyarrow]"),
        pd.Series(["a ", "b", np.nan, "a"], dtype=object),
        pd.Series(pd.array(["a", "b", "", "a"])),
        pl.Series(["a", "b", None, "a"], dtype=pl.Categorical),
        pl.Series(["a", "b", None, "a"], dtype=pl.Enum(["b", "a"])),
        pa.array(["a", "b", None, "a"]).dictionary_encode(),
        pa.array(["a", "b", None, "a"], type=pa.large_string()),
        pa.array([b"a", b"b", None, b"a"]),
        pa.chunked_array([["a", "b"], [None, "a"]]).dictionary_encode(),
    ],
)
def test_text_columns_of_every_dtype(series):
    assert column_of(series) == ["a", "b", None, "a"]


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1, 2, None, 1]),
        pd.Series([1, 2, None, 1], dtype="Int8"),
        pd.Series([1, 2, None, 1], dtype="Float32"),
        pd.Series([1, 2, None, 1], dtype="category"),
        pd.Series([1, 2, None, 1], dtype="int64[pyarrow]"),
        pd.Series(pd.arrays.SparseArray([1.0, 2.0, np.nan, 1.0])),
        pl.Series([1, 2, None, 1], dtype=pl.UInt8),
        pl.Series([1, 2, None, 1], dtype=pl.Float32),
        pl.Series([1, 2, None, 1], dtype=pl.Decimal(10, 2)),
        pa.array([1, 2, None, 1]).dictionary_encode(),
        pa.array([1, 2, None, 1], type=pa.decimal128(10, 0)),
    ],
)
def test_whole_numbers_of_every_dtype(series):
    cells = column_of(series)
    assert cells == [1, 2, None, 1]
    assert [type(cell) for cell in cells] == [int, int, type(None), int]


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([True, False, None, True]),
        pd.Series([True, False, None, True], dtype="boolean"),
        pd.Series([True, False, None, True], dtype="category"),
        pl.Series([True, False, None, True]),
        pa.array([True, False, None, True]),
    ],
)
def test_true_and_false_with_missing(series):
    cells = column_of(series)
    assert cells == [True, False, None, True]
    assert [type(cell) for cell in cells] == [bool, bool, type(None), bool]


def zoned(moment):
    return pd.Series(pd.to_datetime([moment, moment, None, moment])).dt.tz_localize("Europe/Paris")


@pytest.mark.parametrize("moment", [dt.datetime(2020, 7, 1, 9), dt.datetime(2020, 1, 1)])
def test_moments_with_a_time_zone(moment):
    series = zoned(moment)
    arrow_column = pa.Array.from_pandas(series)
    expected = column_of(series)
    assert column_of(arrow_column) == expected
    assert column_of(pl.from_arrow(arrow_column)) == expected
    assert expected[2] is None
    assert expected[0] == (moment.date() if moment.hour == 0 else series.iloc[0].to_pydatetime())


def column_of(series):
    ids = [0, 1, 2, 3]
    if isinstance(series, pd.Series):
        table = pd.DataFrame({"id": ids, "x": series})
    elif isinstance(series, pl.Series):
        table = pl.DataFrame({"id": ids, "x": series})
    else:
        table = pa.table({"id": ids, "x": series})
    return Cohort.of(table, id="id").column("x").tolist()


def test_an_index_that_says_something_is_kept():
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "b"], name="id"))
    assert read_people(pa.Table.from_pandas(frame), id="id").ids.tolist() == ["a", "b"]


def test_records_with_different_keys():
    rows = [{"id": 1, "b": 1}, {"id": 2, "a": 2}, {"id": 3}]
    chance = random.Random(7)
    for _ in range(4):
        people = read_people(rows, id="id")
        assert people.columns == ["a", "b", "id"]
        assert people.column("a").tolist() == [None, 2, None]
        chance.shuffle(rows)


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_cohort_shares_nothing_with_the_table_it_came_from(kind):
    table = kind({"id": ["a", "b"], "x": ["p", "q"], "n": [1, 2], "many": [["r"], ["s"]]})
    people = read_people(table, id="id")
    expected = dump(people)
    if kind is pd.DataFrame:
        objects = pd.DataFrame({name: table[name].astype(object) for name in table})
        people = read_people(objects, id="id")
        objects.loc[0, ["x", "n"]] = ["changed", 9]
        objects.loc[0, "many"].append("changed")
    assert dump(people) == expected


@pytest.mark.parametrize("answers", [["a", " b", "", None], ["a", "b"], [f"{n} " for n in range(9000)]])
def test_long_columns_are_stripped_like_short_ones(answers):
    cells = (answers * 9000)[:9000]
    people = read_people(pd.DataFrame({"id": range(9000), "x": cells}, dtype=object), id="id")
    short = [(cell or "").strip() or None for cell in cells]
    assert people.column("x").tolist() == short
