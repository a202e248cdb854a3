"""What a Cohort can do: columns, subsets, tables of the kind that came in, how it looks."""

import datetime as dt
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from peermatch.cohort import Cohort, read_people
from peermatch.errors import InputError

ROWS = [
    {"id": "c ", "name": "Cy", "in": "yes", "years": 3.0, "tags": ["a"]},
    {"id": "a", "name": None, "in": "no", "years": None, "tags": []},
    {"id": "b", "name": "Bo <b>", "in": "yes", "years": 2.0, "tags": None},
]


@pytest.fixture
def people():
    return read_people(ROWS, id="id", label="name", eligible="in")


def test_the_frame_is_plain(people):
    assert isinstance(people.frame.index, pd.RangeIndex)
    assert set(people.frame.dtypes) == {np.dtype(object)}
    assert people.frame.values.tolist() == [
        ["a", None, "no", None, []],
        ["b", "Bo <b>", "yes", 2, None],
        ["c", "Cy", "yes", 3, ["a"]],
    ]


def test_columns_are_read_only_and_asked_for_by_name(people):
    assert people.has("years")
    assert not people.has("age")
    cells = people.column("years")
    assert cells.dtype == object
    with pytest.raises(ValueError, match="read-only"):
        cells[0] = 1
    with pytest.raises(InputError) as caught:
        people.column("yeers", needed_by="near()")
    (item,) = caught.value.items
    assert item["code"] == "unknown_column"
    assert item["message"] == (
        "Column 'yeers', needed by near(), is not among the 5 columns. Did you mean 'years'?"
    )


def test_it_cannot_be_changed_and_can_be_pickled(people):
    with pytest.raises(AttributeError):
        people.id = "name"
    again = pickle.loads(pickle.dumps(people))
    pd.testing.assert_frame_equal(again.frame, people.frame)
    assert again.ids.tolist() == people.ids.tolist()


def test_take(people):
    some = people.take([2, 0])
    assert some.ids.tolist() == ["a", "c"]
    assert some.labels.tolist() == ["a", "Cy"]
    assert some.rows.tolist() == [2, 1]
    assert some.taking_part.tolist() == [False, True]
    assert some.frame.index.tolist() == [0, 1]
    assert len(some.repairs) == 1
    assert len(people.take([0, 1]).repairs) == 0
    assert people.take(people.taking_part).ids.tolist() == ["b", "c"]
    assert len(people.take([])) == 0
    assert repr(people.take([])) == "Cohort(0 people, id 'id', 5 columns)"
    with pytest.raises(ValueError, match="twice"):
        people.take([0, 0])
    with pytest.raises(ValueError, match="twice"):
        people.take([0, -3])
    with pytest.raises(IndexError):
        people.take([3])


def test_how_it_looks(people):
    assert repr(people) == "Cohort(3 people, id 'id', 5 columns, 1 not taking part, 1 repair)"
    shown = people._repr_html_()
    assert "Bo &lt;b&gt;" in shown
    assert "<strong>Cohort: 3 people" in shown
    many = read_people([{f"<{n}>": n + row for n in range(14)} for row in range(7)], id="<0>")
    shown = many._repr_html_()
    assert "… and 2 more people" in shown
    assert "… and 2 more columns" in shown
    assert "<0>" not in shown


def test_a_cohort_again(people):
    assert read_people(people, id="id") is people
    assert Cohort.of(people, id="id", label="name", eligible="in") is people
    other = read_people(people, id="id", label="years")
    assert other.labels.tolist() == ["a", "2", "3"]
    assert other.rows.tolist() == people.rows.tolist()
    assert other.repairs.values.tolist() == people.repairs.values.tolist()
    with pytest.raises(InputError, match=r"have no id|has no id"):
        read_people(people, id="name")
    with pytest.raises(InputError, match=r"Column 'nme' .* is not in the cohort"):
        read_people(people, id="id", label="nme")
    with pytest.raises(InputError, match="at least 4 are needed"):
        read_people(people, id="id", at_least=4)


def test_a_new_id_moves_repairs_along():
    people = read_people([{"id": " 1", "mail": "z"}, {"id": "2", "mail": "y"}], id="id")
    other = read_people(people, id="mail")
    assert other.ids.tolist() == ["y", "z"]
    assert other.rows.tolist() == [2, 1]
    assert other.repairs["id"].tolist() == ["z"]


RESULT = {
    "a": [1, 2],
    "score": [0.5, 1.0],
    "mixed": [7, "x"],
    "none": [None, None],
    "day": [dt.date(2020, 1, 1), None],
    "many": [["a"], []],
}


@pytest.mark.parametrize("kind", [pl.DataFrame, pa.table])
def test_results_come_back_in_kind(kind):
    people = read_people(kind({"id": [2, 1]}), id="id")
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in RESULT.items()})
    frame["n"] = [3, 4]
    frame["text"] = ["x", None]
    out = people.in_kind(frame)
    assert isinstance(out, pl.DataFrame if kind is pl.DataFrame else pa.Table)
    columns = out.to_dict(as_series=False) if kind is pl.DataFrame else out.to_pydict()
    assert columns == {**RESULT, "mixed": ["7", "x"], "n": [3, 4], "text": ["x", None]}
    empty = people.in_kind(frame.iloc[:0])
    assert empty.shape[0] == 0


@pytest.mark.parametrize("source", [pd.DataFrame({"id": [1, 2]}), [{"id": 1}, {"id": 2}]])
def test_pandas_records_and_files_get_pandas(source):
    people = read_people(source, id="id")
    frame = pd.DataFrame({"x": [1]})
    assert people.in_kind(frame) is frame


def test_optional_libraries_are_not_imported():
    script = (
        "import sys, pandas as pd, peermatch.cohort as c\n"
        "c.read_people(pd.DataFrame({'id': [1, 2]}), id='id')\n"
        "assert not {'polars', 'openpyxl', 'pyarrow.parquet'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
