"""Whatever comes in: an error of ours, or a cohort in which every row is a person or has a repair that says why not."""

import csv
import io

import openpyxl
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from peermatch.cohort import read_people
from peermatch.cohort.wishes import RULES
from peermatch.errors import PeerMatchError

ODD = (
    "", " ", "NA", "n/a", "-", "#REF!", "007", "7", "7.0", "1e5", "03/04/2019", "31/03/2019", "3/31/2019",
    "2019-03-31", "Mar 2019", "43555", "SQL; Go", "SQL, Go", "Go", "SQL|Go", "SQL\nGo", "Research, design", "L5", "l 5",
    "IC4", "Terminated", "yes", "no", "=1+1", "\u200b", "a\u00a0b", "JosÃ©", "José", "Total: 3", "id", "x" * 300, "(((",
    "]", "\ufeff", '"', "a@b.c", "King, Ada", "Ada King",
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.integers(0, 99).map(str),
)
VALUES = st.one_of(
    CELLS,
    st.none(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.lists(st.sampled_from(ODD), max_size=3),
)
NAMES = st.one_of(st.sampled_from(["id", "name", "mail", "boss", "status", "since", "", " ", "id "]), CELLS)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "label": st.just("name"),
        "manager": st.just("boss"),
        "email": st.just("mail"),
        "left": st.just("status"),
        "as_of": st.just("2026-12-01"),
        "duplicates": st.sampled_from(RULES),
        "day_first": st.booleans(),
        "missing": st.just([]),
    },
)
LEFT_OUT = {"blank_row", "header_again", "note_row", "duplicate"}


@st.composite
def grids(draw, cells=CELLS, names=NAMES):
    width = draw(st.integers(1, 6))
    header = draw(st.lists(names, min_size=width, max_size=width))
    if draw(st.booleans()):
        header[draw(st.integers(0, width - 1))] = "id"
    height = draw(st.integers(0, 8))
    return [header, *(draw(st.lists(cells, min_size=width, max_size=width)) for _ in range(height))]


def as_csv(grid, **how):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n", **how).writerows(grid)
    return out.getvalue()


def rows_left_out(repairs):
    gone = set()
    for repair in repairs.to_dict("records"):
        # a filled cell of a duplicate is a repair of a row that stayed: it has a column other than the id's
        if repair["code"] in LEFT_OUT and repair["became"] is None:
            gone |= set(range(repair["row"], repair["row"] + repair["count"]))
    return gone


def read(source, **options):
    try:
        return read_people(source, id="id", at_least=1, **options)
    except PeerMatchError as error:
        items = error.items
    assert items
    assert all(item["message"] and item["code"] for item in items)
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("any")


@settings(max_examples=300, deadline=None)
@given(grids(), OPTIONS)
@example([["id", "x", "y"], ["a", "1", "2"], ["Total: 1", "", ""], ["", "", ""]], {})
def test_any_text_table(folder, grid, options):
    path = folder / "people.csv"
    path.write_text(as_csv(grid), encoding="utf-8", newline="")
    people = read(path, **options)
    if people is None:
        return
    assert people.how["header"] >= 1
    below = len(grid) - people.how["header"]
    gone = rows_left_out(people.repairs)
    assert set(people.rows.tolist()) | gone == set(range(1, below + 1)), people.repairs
    assert not set(people.rows.tolist()) & gone
    again = read(path, **options)
    assert again.repairs.equals(people.repairs)
    assert again.frame.equals(people.frame)


@settings(max_examples=300, deadline=None)
@given(grids(VALUES, st.text(max_size=3) | st.just("id")), OPTIONS)
def test_any_records(grid, options):
    records = [dict(zip(grid[0], row, strict=True)) for row in grid[1:]]
    people = read(records, **options)
    if people is not None:
        gone = rows_left_out(people.repairs)
        assert set(people.rows.tolist()) | gone == set(range(1, len(records) + 1))


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200)
    | grids()
    .map(as_csv)
    .flatmap(
        lambda text: st.sampled_from(("utf-8", "utf-16", "cp1252")).map(
            lambda codec: text.encode(codec, "replace")
        )
    )
)
def test_any_bytes(folder, data):
    for name in ("bytes.csv", "bytes.tsv", "bytes.xlsx", "bytes.parquet"):
        path = folder / name
        path.write_bytes(data)
        read(path)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_damage_to_a_workbook(folder, data):
    good = (folder / "good.xlsx").read_bytes() if (folder / "good.xlsx").exists() else make_workbook(folder)
    damaged = bytearray(good)
    for at in data.draw(st.lists(st.integers(0, len(good) - 1), max_size=6)):
        damaged[at] = data.draw(st.integers(0, 255))
    (folder / "damaged.xlsx").write_bytes(bytes(damaged[: data.draw(st.integers(4, len(damaged)))]))
    read(folder / "damaged.xlsx")


def make_workbook(folder):
    book = openpyxl.Workbook()
    for row in [["id", "since", "goal"], ["a", 43555, "lead"], ["b", 2, "=1+1"]]:
        book.active.append(row)
    book.save(folder / "good.xlsx")
    return (folder / "good.xlsx").read_bytes()


def told(people):
    """Repairs without the places that a shuffle changes."""
    columns = ["column", "id", "found", "became", "code", "sure", "count"]
    return sorted(map(repr, people.repairs[columns].values.tolist()))


PLAIN = st.text(st.sampled_from("abÄ ,;é7/-0"), max_size=8) | st.sampled_from(
    [cell for cell in ODD if cell not in ("id", "Total: 3")]
)


@st.composite
def tables(draw):
    """Tables that are read, of text alone, in which no row is blank or a note."""
    ids = draw(st.lists(st.text("abcdef", min_size=2, max_size=4), min_size=2, max_size=8, unique=True))
    columns = {
        name: draw(st.lists(PLAIN, min_size=len(ids), max_size=len(ids))) for name in ("one", "two", "three")
    }
    return {"id": ids, **columns}


@settings(max_examples=150, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_shuffled_rows_give_the_same_people_and_the_same_repairs(table, chance):
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    first = read_people(rows, id="id")
    chance.shuffle(rows)
    second = read_people(rows, id="id")
    assert first.frame.equals(second.frame)
    assert told(first) == told(second)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_one_table_in_any_kind_gives_the_same_people_and_the_same_repairs(folder, table):
    frame = pd.DataFrame(table, dtype=object).replace({"": None})
    expected = read_people(frame, id="id")
    frame.to_csv(folder / "same.csv", index=False)
    frame.to_parquet(folder / "same.parquet")
    book = openpyxl.Workbook()
    book.active.append(list(table))
    for row in frame.itertuples(index=False):
        book.active.append([None] * len(table))
        for place, cell in enumerate(row, start=1):
            if cell is not None:
                there = book.active.cell(row=book.active.max_row, column=place)
                there.value, there.data_type = cell, "s"
    book.save(folder / "same.xlsx")
    for source in (
        pl.from_pandas(frame.astype("string")),
        folder / "same.csv",
        folder / "same.parquet",
        folder / "same.xlsx",
    ):
        people = read_people(source, id="id")
        assert people.frame.values.tolist() == expected.frame.values.tolist(), source
        assert told(people) == told(expected), source


@settings(max_examples=100, deadline=None)
@given(tables())
def test_what_was_mended_is_right_the_second_time(table):
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    once = read_people(rows, id="id")
    twice = read_people(once.frame, id="id")
    changed = twice.repairs[twice.repairs["sure"] != "open"]
    assert changed.empty, changed


@settings(max_examples=100, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_columns_changes_no_repair(table, chance):
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    names = list(table)
    chance.shuffle(names)
    first = read_people(rows, id="id")
    second = read_people([{name: row[name] for name in names} for row in rows], id="id")
    assert first.repairs.equals(second.repairs)
    assert first.frame.equals(second.frame[first.columns])
