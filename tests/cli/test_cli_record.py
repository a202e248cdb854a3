"""The record of a run: what is in it, where it lies, who may read it, and what must not be in it."""

from __future__ import annotations

import hashlib
import json
import os
import stat

import pytest

import peermatch as pm
from peermatch.audit import key_id
from peermatch.cli.entry import main
from peermatch.cli.record import RunRecord, key_in_file
from peermatch.errors import ConfigError

CONFIG = 'id = "id"\n[[criteria]]\nkind = "near"\ncolumn = "years"\n'
PEOPLE = "id,years\n" + "".join(f"p{k},{k * k % 7}\n" for k in range(8))
SECRET = "0123456789abcdef-a-secret"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "m.toml").write_text(CONFIG)
    (tmp_path / "secret").write_text(SECRET + "\n")
    return tmp_path


def match(*more):
    return main(["match", "people.csv", "--config", "m.toml", "--quiet", *map(str, more)])


def test_it_lies_beside_the_results_for_the_user_alone(folder):
    assert match("--out", "results") == 0
    path = folder / "results.run.json"
    assert not (folder / "results" / "run.json").exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = json.loads(path.read_text("utf-8"))
    assert data["schema"] == "peermatch/run/1"
    assert data["options"] == {
        "people": "people.csv", "config": "m.toml", "out": "results", "quiet": True, "unlisted": "after",
    }  # fmt: skip
    assert data["started"] <= data["ended"]
    assert data["started"].endswith("+00:00")
    assert data["seconds"] >= 0
    assert data["peak_memory_bytes"] is None or data["peak_memory_bytes"] > 10**7
    assert data["host"] is not None
    assert data["threads"] >= 1
    for name in ("people.csv", "m.toml"):
        (told,) = (one for one in data["inputs"] if one["path"] == name)
        assert told["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert told["bytes"] == (folder / name).stat().st_size
    written = {path.name for path in (folder / "results").iterdir()}
    assert {one["path"] for one in data["outputs"]} == {f"results/{name}" for name in written}
    for one in data["outputs"]:
        assert one["sha256"] == hashlib.sha256((folder / one["path"]).read_bytes()).hexdigest()


def test_the_key_is_in_it_and_in_no_result(folder):
    match("--out", "results")
    manifest = pm.Pairing.load(folder / "results").manifest
    (told,) = json.loads((folder / "results.run.json").read_text("utf-8"))["keys"]
    assert told["origin"] == "input"
    assert told["id"] == manifest["key"]["id"] == key_id(bytes.fromhex(told["key"]))
    for path in (folder / "results").iterdir():
        assert told["key"] not in path.read_text("utf-8")
    assert key_in_file("results.run.json", manifest["key"]["id"]).hex() == told["key"]


def test_results_are_the_same_bytes_whatever_the_record_says(folder):
    match("--out", "one")
    match("--out", "two", "--record", "deep/other.json")
    one, two = (
        {path.name: path.read_bytes() for path in (folder / name).iterdir()} for name in ("one", "two")
    )
    assert one == two
    assert (folder / "deep" / "other.json").exists()
    assert not (folder / "two.run.json").exists()


def test_a_secret_makes_the_key_and_stays_where_it_is(folder):
    assert match("--out", "results", "--key", "secret") == 0
    manifest = pm.Pairing.load(folder / "results").manifest
    text = (folder / "results.run.json").read_text("utf-8")
    assert manifest["key"]["origin"] == "given"
    assert json.loads(text)["keys"] == [{**manifest["key"], "key": None}]
    assert json.loads(text)["options"]["key"] == "(not recorded)"
    for path in (folder / "results.run.json", *(folder / "results").iterdir()):
        assert SECRET not in path.read_text("utf-8")
    assert key_id(key_in_file("secret", manifest["key"]["id"])) == manifest["key"]["id"]
    with pytest.raises(ConfigError, match="does not have the key of this result"):
        key_in_file("results.run.json", manifest["key"]["id"])


@pytest.mark.parametrize(
    "content", [b"short", b"", b'{"keys": [{"key": "zz"}]}', b'{"keys": [{"key": "00"}]}', b"\xff" * 40]
)
def test_a_file_without_the_key_is_refused(folder, content):
    (folder / "other").write_bytes(content)
    with pytest.raises(ConfigError, match="secret"):
        key_in_file("other", "0" * 32)
    with pytest.raises(ConfigError, match="cannot be read"):
        key_in_file("nowhere", "0" * 32)


@pytest.mark.parametrize("content", ["short", None])
def test_a_poor_secret_stops_the_run_before_anything_is_written(folder, content, capsys):
    if content is not None:
        (folder / "poor").write_text(content)
    assert match("--out", "results", "--key", "poor") == 2
    assert "--key" in capsys.readouterr().err or content is not None
    assert not (folder / "results").exists()
    assert not (folder / "results.run.json").exists()


def test_words_about_people_and_places_of_users_are_not_recorded(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("home-of-somebody")
    (elsewhere / "people.csv").write_text(PEOPLE)
    main(
        ["match", str(elsewhere / "people.csv"), "--config", "m.toml", "--quiet", "--out", "results",
         "--set-aside", "p3,p4", "--for-participants", "--contact", "Call Somebody"]
    )  # fmt: skip
    text = (folder / "results.run.json").read_text("utf-8")
    assert "Somebody" not in text
    assert "p3" not in text
    assert "home-of-somebody" not in text
    data = json.loads(text)
    assert data["options"]["set_aside"] == data["options"]["contact"] == "(not recorded)"
    assert data["options"]["people"] == data["inputs"][0]["path"] == "people.csv"


def test_in_the_very_folder_it_is_called_run(folder):
    deep = folder / "here"
    deep.mkdir()
    os.chdir(deep)
    assert main(["match", "../people.csv", "--config", "../m.toml", "--quiet", "--out", "."]) == 0
    assert (deep / "run.json").exists()
    assert not (folder / "here.run.json").exists()


def test_without_a_folder_there_is_none_but_where_it_is_asked_for(folder):
    match()
    assert sorted(path.name for path in folder.iterdir()) == ["m.toml", "people.csv", "secret"]
    match("--record", "asked.json")
    assert json.loads((folder / "asked.json").read_text("utf-8"))["outputs"] == []


def test_a_record_that_cannot_be_written_is_told_before_the_run(folder, capsys):
    (folder / "file").write_text("")
    assert match("--out", "results", "--record", "file/r.json") != 0
    assert "file/r.json cannot be written" in capsys.readouterr().err
    assert not (folder / "results").exists()


def test_inputs_are_as_they_were_when_the_run_began(folder):
    config = CONFIG + '[[rules]]\nkind = "no_repeat"\n'
    (folder / "m.toml").write_text(config)
    match("--out", "results", "--round", "1")
    before = hashlib.sha256((folder / "results" / "history.csv").read_bytes()).hexdigest()
    match("--out", "results", "--round", "2", "--history", "results/history.csv")
    data = json.loads((folder / "results.run.json").read_text("utf-8"))
    (told,) = (one for one in data["inputs"] if one["option"] == "history")
    assert told["sha256"] == before
    (after,) = (one for one in data["outputs"] if one["path"] == "results/history.csv")
    assert after["sha256"] != before


def test_rounds_and_updates_have_records_too(folder):
    (folder / "m.toml").write_text(CONFIG + '[[rules]]\nkind = "no_repeat"\n')
    told = ["--config", "m.toml", "--quiet"]
    assert main(["round", "people.csv", *told, "--round", "1", "--out", "one", "--key", "secret"]) == 0
    assert json.loads((folder / "one.run.json").read_text("utf-8"))["command"] == "round"
    assert pm.Pairing.load(folder / "one").manifest["key"]["origin"] == "given"
    (folder / "fewer.csv").write_text("".join(PEOPLE.splitlines(keepends=True)[:-1]))
    assert main(["update", "fewer.csv", *told, "--previous", "one", "--out", "two"]) == 0
    data = json.loads((folder / "two.run.json").read_text("utf-8"))
    assert data["command"] == "update"
    assert {one["option"]: one["path"] for one in data["inputs"]}["previous"] == "one/result.json"
    manifest = pm.Pairing.load(folder / "two").manifest
    assert data["keys"][0]["id"] == manifest["key"]["id"]
    assert manifest["inputs"]["previous"] is not None
    assert main(["round", "people.csv", *told, "--plan", "2", "--out", "plan"]) == 0
    assert not (folder / "plan.run.json").exists()


def test_circles_and_rings_have_records(folder):
    for more in ([], ["--rings"]):
        told = [
            "circles",
            "people.csv",
            "--config",
            "m.toml",
            "--quiet",
            "--size",
            "4",
            "--out",
            "seats",
            *more,
        ]
        assert main(told) == 0
        data = json.loads((folder / "seats.run.json").read_text("utf-8"))
        (path,) = (folder / "seats").glob("rings.json" if more else "circles.json")
        assert data["keys"][0]["id"] == json.loads(path.read_text("utf-8"))["manifest"]["key"]["id"]


def test_a_run_that_fails_leaves_the_record_as_it_was_and_that_of_others(folder):
    assert match("--out", "results", "--round", "r1") == 0
    path = folder / "results.run.json"
    first = path.read_bytes()
    assert match("--out", "results", "--round", "r2") == 2  # it would lose the history of the first
    assert path.read_bytes() == first

    def failing(write):
        record = RunRecord("match", {}, [], path)
        pairing = pm.PeerMatcher("id", [pm.same("x")]).match([{"id": k, "x": 1} for k in range(4)])

        def fails():
            with record.keeping_key(pairing):
                write()
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fails()

    failing(lambda: None)
    assert path.read_bytes() == first
    failing(lambda: path.write_text('{"keys": []}'))  # another run has been here
    assert path.read_text() == '{"keys": []}'
    path.unlink()
    failing(lambda: None)
    assert not path.exists()
