"""Files: whole or not at all, safe in a spreadsheet, and the way back to what stood there."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peermatch.criteria import near
from peermatch.errors import OutputError
from peermatch.report import plain_text, safe_text, write_files
from support.pairings import TEAM, make_pairing

FILES = ["people.csv", "pairs.csv", "members.csv", "unmatched.csv", "rules.csv", "result.json"]


def read(path):
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_files_are_there_and_nothing_else(tmp_path):
    pairing = make_pairing(TEAM, [near("years")], label="name")
    written = pairing.to_csv(tmp_path / "new" / "folder")
    assert [path.name for path in written] == FILES
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(FILES)
    assert json.loads(written[-1].read_text(encoding="utf-8")) == json.loads(pairing.to_json())


def test_numbers_keep_every_digit(tmp_path):
    pairing = make_pairing(TEAM, [near("years")])
    pairing.to_csv(tmp_path)
    assert [float(row["score"]) for row in read(tmp_path / "pairs.csv")] == pairing.pairs["score"].tolist()


def test_partners_are_joined_and_nothing_is_nan(tmp_path):
    mentors = [{"id": "m", "years": 9}]
    pairing = make_pairing(
        TEAM[:3], [near("years")], others=mentors, names=("mentee", "mentor"), capacity=(None, [2])
    )
    pairing.to_csv(tmp_path)
    rows = {row["id"]: row for row in read(tmp_path / "people.csv")}
    assert rows["m"]["partners"].count("; ") == 1
    assert "nan" not in (tmp_path / "people.csv").read_text(encoding="utf-8").lower().split(",")
    assert [row["reason"] for row in rows.values()].count("") == 3


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'="])
def test_no_cell_is_taken_for_a_formula(tmp_path, start):
    people = [
        {"id": f"{start}1".strip() or "x", "name": f"{start}cmd", "years": 1},
        {"id": "b", "name": "B", "years": -2},
    ]
    pairing = make_pairing(people, [near("years")], label="name")
    pairing.to_csv(tmp_path)
    for name in ("people.csv", "pairs.csv", "members.csv"):
        for row in read(tmp_path / name):
            for cell in row.values():
                assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), (name, cell)
    ids = {plain_text(row["id"]) for row in read(tmp_path / "people.csv")}
    assert ids == set(pairing.people["id"])


def test_negative_numbers_are_untouched(tmp_path):
    pairing = make_pairing([{"id": -5, "years": 1}, {"id": 3, "years": 1}], [near("years")])
    pairing.to_csv(tmp_path)
    rows = read(tmp_path / "people.csv")
    assert [row["id"] for row in rows] == ["-5", "3"]
    assert [row["partners"] for row in rows] == ["3", "-5"]


@given(st.text(alphabet="'=+-@\t\r\nab1", max_size=6))
def test_the_way_back_is_always_found(text):
    assert plain_text(safe_text(text)) == text
    assert safe_text(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_a_file_in_the_way_of_the_folder(tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(OutputError, match=r"taken cannot be written: it is a file\."):
        make_pairing(TEAM, [near("years")]).to_csv(tmp_path / "taken")


def test_a_folder_in_the_way_of_a_file(tmp_path):
    pairing = make_pairing(TEAM, [near("years")])
    (tmp_path / "below").mkdir()
    with pytest.raises(OutputError, match=r"below cannot be written: it is a folder\. Name a file\."):
        pairing.to_json(tmp_path / "below")
    assert [path.name for path in tmp_path.iterdir()] == ["below"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(OutputError, match=r"cannot be written: Not a directory\."):
        write_files(tmp_path / "taken" / "below", {"a.csv": "1"})


def test_a_failure_leaves_old_files_and_no_drafts(tmp_path, monkeypatch):
    write_files(tmp_path, {"a.csv": "old"})
    real = Path.open

    def full(self, *args, **kwargs):
        if args[:1] == ("xb",) and self.name == "1":  # the second of the two, in the stage
            raise OSError(28, "No space left on device")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputError, match="no room left on the disk") as caught:
        write_files(tmp_path, {"a.csv": "new", "b.csv": "new"})
    monkeypatch.undo()
    assert isinstance(caught.value, OSError)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "old"


def test_json_to_a_path_is_the_text_that_comes_back(tmp_path):
    pairing = make_pairing(TEAM, [near("years")])
    text = pairing.to_json(tmp_path / "deep" / "r.json")
    assert (tmp_path / "deep" / "r.json").read_text(encoding="utf-8") == text == pairing.to_json()
