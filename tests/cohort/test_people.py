"""Ids, labels, who takes part, and sources that are no tables."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from peermatch.cohort import people as people_words
from peermatch.cohort import read_people
from peermatch.errors import ConfigError, InputError


def items(source, **options):
    with pytest.raises(InputError) as caught:
        read_people(source, **{"id": "id", **options})
    return caught.value.items


def people_with(ids, **columns):
    return [
        dict(zip(["id", *columns], cells, strict=True)) for cells in zip(ids, *columns.values(), strict=True)
    ]


def test_ids_keep_type_and_come_in_canonical_order():
    people = read_people(people_with(["b", 10, "B", 9, "007", "ä", -3]), id="id")
    assert people.ids.tolist() == [-3, 9, 10, "007", "B", "b", "ä"]
    assert people.rows.tolist() == [7, 4, 2, 5, 3, 1, 6]


def test_a_missing_id_column_names_the_nearest():
    (item,) = items([{"email address": 1}, {"email address": 2}], id="email")
    assert item["code"] == "unknown_column"
    assert item["message"] == (
        "Column 'email' (the id column) is not in the records. Did you mean 'email address'?"
    )
    assert item["accepted"] == ["email address"]


def test_all_missing_columns_are_told_at_once():
    found = items(people_with([1, 2], name=["a", "b"]), id="idd", label="nmae", eligible="zzz")
    assert [item["column"] for item in found] == ["idd", "nmae", "zzz"]
    assert "Known: 'id', 'name'." in found[2]["message"]


def test_an_index_is_not_a_column():
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index([1, 2], name="id"))
    assert "call .reset_index() first" in items(frame)[0]["message"]


def test_repeated_columns_and_two_header_rows():
    frame = pd.DataFrame([[1, 2], [3, 4]], columns=["id", "id"])
    (item,) = items(frame)
    assert item["code"] == "repeated_column"
    assert "they were named 'id (column 1)' and 'id (column 2)'. Say which it is." in item["message"]
    assert read_people(frame, id="id (column 2)").ids.tolist() == [2, 4]
    table = pa.Table.from_arrays([pa.array([1, 2])] * 3, names=["id", "x", "x"])
    people = read_people(table, id="id")
    assert people.columns == ["id", "x"]
    assert "column 3 holds the same as another, and was left out" in people.repairs["reason"][0]
    assert items([{1: 2, "1": 3}, {1: 2, "1": 3}])[0]["code"] == "repeated_column"
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "id"), ("a", "x")]))
    assert items(frame)[0]["code"] == "two_header_rows"


def test_column_names_that_are_numbers_are_text():
    assert read_people(pd.DataFrame([[1, 2], [3, 4]]), id="0").columns == ["0", "1"]


def test_empty_ids_name_their_rows():
    (item,) = items(people_with(["a", None, " ", "b", float("nan")]))
    assert item["code"] == "empty_id"
    assert item["row"] == 2
    assert item["found"] == [2, 3, 5]
    assert "3 rows of the records have no id in column 'id': rows 2, 3 and 5." in item["message"]


def test_duplicate_ids_name_their_rows():
    found = items(people_with(["a", "b", " a", "c", "b", "a"]))
    assert [item["code"] for item in found] == ["duplicate_id", "duplicate_id"]
    assert found[0]["found"] == [1, 3, 6]
    assert found[0]["id"] == "a"
    assert found[0]["row"] == 3
    assert "Rows 1, 3 and 6 of the records have the same id 'a' in column 'id'." in found[0]["message"]


def test_many_duplicates_are_counted():
    found = items(people_with([number // 2 for number in range(50)]))
    assert len(found) == 11
    assert found[-1]["message"] == "And 15 more such ids."


def test_a_number_and_a_text_that_read_the_same():
    (item,) = items(people_with([7, "a", "7"]))
    assert item["code"] == "ambiguous_id"
    assert item["found"] == [1, 3]
    assert read_people(people_with([7, "007"]), id="id").ids.tolist() == [7, "007"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.5, "is 1.5: a number with a fraction"),
        (1e300, "no exact number"),
        (float("inf"), "no exact number"),
        (True, "true or false"),
        (["a"], "a list"),
        ({"a": 1}, "a record"),
        (dt.date(2020, 3, 4), "a date or a time"),
        (dt.datetime(2020, 3, 4, 5), "a date or a time"),
        (1j, "a value without a plain form"),
        ("\ud800", "text with broken characters"),
    ],
)
def test_what_cannot_be_an_id(value, words):
    (item,) = items(people_with([1, value, "c"]))
    assert item["code"] == "bad_id"
    assert item["row"] == 2
    assert words in item["message"]


def test_empty_and_wrong_ids_are_told_together():
    found = items(people_with([None, 1.5, 2, True]))
    assert [item["code"] for item in found] == ["empty_id", "bad_id", "bad_id"]


def test_repairs_of_ids():
    people = read_people(people_with([" b", "a", "c\n"]), id="id")
    assert people.repairs.iloc[:, :6].values.tolist() == [
        ["id", 1, "b", " b", "b", "white space around the id was removed"],
        ["id", 3, "c", "c\n", "c", "white space around the id was removed"],
    ]
    people = read_people(pd.DataFrame({"id": [2.0, 1.0]}), id="id")
    assert people.ids.tolist() == [1, 2]
    (repair,) = people.repairs.to_dict("records")
    assert (repair["row"], repair["id"], repair["reason"]) == (
        None,
        None,
        "ids stored as decimal numbers are whole numbers",
    )


def test_labels_fall_back_to_ids():
    people = read_people(people_with([2, 1, 3], name=["Bo", None, 7]), id="id", label="name")
    assert people.labels.tolist() == ["1", "Bo", "7"]
    assert read_people(people_with([2, 1]), id="id").labels.tolist() == ["1", "2"]


@pytest.mark.parametrize("yes", ["yes", "YES", " y ", "True", "1", "x", "X", True, 1, 1.0, np.True_])
@pytest.mark.parametrize("no", ["no", "N", "false", "0", "", None, False, 0, float("nan"), "  "])
def test_who_takes_part(yes, no):
    people = read_people(people_with(["a", "b"], opted=[no, yes]), id="id", eligible="opted")
    assert people.taking_part.tolist() == [False, True]
    assert people.reasons_out[1] is None
    assert people.reasons_out[0].startswith("not taking part: opted is ")


def test_neither_yes_nor_no():
    found = items(people_with(list("abc"), opted=["yes", "maybe", "2"]), eligible="opted")
    assert [(item["code"], item["row"], item["id"], item["found"]) for item in found] == [
        ("not_yes_or_no", 2, "b", "maybe"),
        ("not_yes_or_no", 3, "c", "2"),
    ]
    accepted = found[0]["message"].partition("Accepted: ")[2]
    yes, no = accepted.split("; ")
    assert set(yes.removeprefix("for yes ").split(", ")) == people_words.YES
    assert set(no.removeprefix("for no ").removesuffix(", or an empty cell.").split(", ")) == people_words.NO
    assert yes.startswith("for yes 1, true, yes, ")
    many = items(people_with(list(range(30)), opted=["?"] * 30), eligible="opted")
    assert many[-1]["message"] == "And 20 more such rows."


def test_wrong_ids_and_wrong_answers_are_told_together():
    found = items(people_with(["a", "a"], opted=["?", "yes"]), eligible="opted")
    assert {item["code"] for item in found} == {"duplicate_id", "not_yes_or_no"}


def test_cells_that_are_no_values_are_named():
    rows = people_with([1, 2, 3], good=["a", "b", "c"], odd=["a", object(), 1j], worse=[len, 1, 2])
    found = items(rows)
    assert [(item["code"], item["column"], item["row"]) for item in found] == [
        ("bad_cell", "odd", 2),
        ("bad_cell", "odd", 3),
        ("bad_cell", "worse", 1),
    ]
    assert items(rows, eligible="odd")[0]["code"] == "bad_cell"


@pytest.mark.parametrize(
    "empty", [[], pd.DataFrame({"id": []}), pl.DataFrame({"id": []}), pa.table({"id": []})]
)
def test_nobody(empty):
    (item,) = items(empty)
    assert item["code"] in ("too_few_people", "unknown_column")


def test_one_person_only():
    (item,) = items([{"id": 1}])
    assert item["message"] == "There is 1 person in the records; at least 2 are needed."


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (None, "Got NoneType instead."),
        (3, "Got int instead."),
        ({"id": [1, 2]}, "pandas.DataFrame(...)"),
        (np.zeros((2, 2)), "Got numpy.ndarray instead."),
        (pd.Series([1, 2]), "Series instead."),
        (pl.LazyFrame({"id": [1, 2]}), "Call .collect() on it first."),
        (b"id\n1\n", "Save it to a file and pass the path."),
    ],
)
def test_what_is_no_table(source, words):
    (item,) = items(source)
    assert item["code"] == "unsupported_source"
    assert item["message"].startswith("People must be a Cohort, a pandas, polars or pyarrow table")
    assert words in item["message"]


def test_records_that_are_no_dictionaries():
    found = items([{"id": 1}, ["id", 2], "id"])
    assert [(item["code"], item["row"], item["found"]) for item in found] == [
        ("record_not_dict", 2, "list"),
        ("record_not_dict", 3, "str"),
    ]
    assert items([{"id": 1}] + [3] * 20)[-1]["message"] == "And 10 more such records."


@pytest.mark.parametrize("options", [{"id": None}, {"id": 3}, {"label": 3}, {"eligible": ["a"]}])
def test_names_of_columns_are_text(options):
    with pytest.raises(ConfigError, match="must be the name of a column"):
        read_people([{"id": 1}, {"id": 2}], **{"id": "id", **options})
