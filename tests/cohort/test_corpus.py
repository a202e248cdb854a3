"""Small broken exports, each with what must be read from it and every repair: files in the folder corpus."""

import json

import pytest

from cohort.corpus import build
from peermatch.cohort import read_people
from peermatch.errors import InputError

CASES = build.cases()
CLEAN = (
    "clean.csv",
    "cells_beyond.csv",
    "formulas_are_text.csv",
    "options_with_brackets.csv",
    "utf8_mark.csv",
    "years_as_people_write.csv",
)


def expected(name):
    return json.loads((build.HERE / f"{name}.expected.json").read_text(encoding="utf-8"))


def test_there_are_enough_of_them_and_none_is_forgotten():
    assert len(CASES) >= 40
    kept = {path.name for path in build.HERE.iterdir() if path.suffix in (".csv", ".xlsx", ".parquet")}
    assert kept == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_what_is_read(name):
    assert json.loads(build.as_text(build.outcome(name))) == expected(name)


@pytest.mark.parametrize("name", build.TEXTS)
def test_the_files_are_what_the_builder_writes(name):
    data, _ = build.TEXTS[name]
    assert (build.HERE / name).read_bytes() == (data if isinstance(data, bytes) else data.encode())


@pytest.mark.parametrize("name", CASES)
def test_strict_reading_refuses_what_was_mended_and_nothing_else(name):
    found = expected(name)
    if "errors" in found:
        return
    if name in CLEAN:
        assert read_people(build.HERE / name, id="id", strict=True, **CASES[name]).repairs.empty
        return
    with pytest.raises(InputError) as caught:
        read_people(build.HERE / name, id="id", strict=True, **CASES[name])
    codes = found["repair_columns"].index("code")
    assert [item["code"] for item in caught.value.items] == [repair[codes] for repair in found["repairs"]]
    assert all("Refused, since strict=True." in item["message"] for item in caught.value.items)


@pytest.mark.parametrize("name", CASES)
def test_every_row_is_a_person_or_a_repair_says_why_not(name):
    found = expected(name)
    if "errors" in found:
        return
    column = found["repair_columns"].index
    gone = set()
    for repair in found["repairs"]:
        if repair[column("code")] in ("blank_row", "header_again", "note_row", "duplicate"):
            first = repair[column("row")]
            gone |= set(range(first, first + repair[column("count")]))
    rows = set(found["rows"])
    assert len(rows) == len(found["people"])
    assert set(range(1, max(rows | gone) + 1)) == rows | gone
