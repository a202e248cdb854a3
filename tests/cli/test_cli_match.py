"""peermatch match: from files to files, and every foreseeable mistake with its message and exit code."""

from __future__ import annotations

import csv
import io
import json

import pytest

from peermatch.cli.results import RESULT_FILES
from support.small_tables import CONFIG, MENTORING, mentees, mentors, people, write_csv


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_people_to_files(folder, run):
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "results", "--round", "2026-12")
    assert said.code == 0, said.err
    assert said.out.strip()
    assert "Results in results: " in said.err
    everyone = read(folder / "results" / "people.csv")
    assert [row["id"] for row in everyone] == [
        f"{k:03d}" for k in range(12)
    ]  # leading zeros kept, all here once
    assert len(read(folder / "results" / "pairs.csv")) == 5
    assert json.loads((folder / "results" / "result.json").read_text(encoding="utf-8"))["schema"]


def test_same_command_same_bytes(folder, run):
    for out in ("one", "two"):
        assert run("match", "people.csv", "--config", "programme.toml", "--out", out, "--quiet").code == 0
    first = {path.name: path.read_bytes() for path in (folder / "one").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (folder / "two").iterdir()}


def test_quiet_says_nothing(folder, run):
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "results", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_without_out_nothing_is_written(folder, run):
    before = sorted(path.name for path in folder.iterdir())
    said = run("match", "people.csv", "--config", "programme.toml")
    assert said.code == 0
    assert "Nothing was written" in said.err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_json_to_standard_output(folder, run):
    said = run("match", "people.csv", "--config", "programme.toml", "--json", "--quiet")
    assert said.code == 0
    assert json.loads(said.out)["schema"].startswith("peermatch/pairing/")


def test_records_from_standard_input(folder, run, monkeypatch):
    from_file = run("match", "people.csv", "--config", "programme.toml", "--json", "--quiet").out
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(people())))
    from_records = run("match", "-", "--config", "programme.toml", "--json", "--quiet")
    assert from_records.code == 0, from_records.err
    assert json.loads(from_records.out)["pairs"] == json.loads(from_file)["pairs"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"id": 1},', "not JSON"),
        ("", "not JSON"),
        ('{"id": 1}', "holds an object"),
        ('[{"id": 1}, 7]', "Record 2 on standard input is a number"),
        ("[]", "error: "),
        ("[" * 100_000, "nested too deeply"),
        ('[{"id": ' + "7" * 5000 + "}]", "a number with too many digits"),
    ],
    ids=range(7),
)
def test_standard_input_that_is_no_list_of_records(folder, run, monkeypatch, text, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    said = run("match", "-", "--config", "programme.toml")
    assert said.code == 2
    assert words in said.err


@pytest.mark.parametrize("solver", ["blossom", "hungarian"])
def test_two_tables(tmp_path, run, solver):
    left, right = write_csv(tmp_path / "l.csv", mentees()), write_csv(tmp_path / "r.csv", mentors())
    (tmp_path / "m.toml").write_text(f'solver = "{solver}"\n{MENTORING}', encoding="utf-8")
    said = run(
        "match", "--left", left, "--right", right, "--config", tmp_path / "m.toml", "--out", tmp_path / "out"
    )
    assert said.code == 0, said.err
    pairs = read(tmp_path / "out" / "pairs.csv")
    assert len(pairs) == 5
    assert {"mentee", "mentor"} <= set(pairs[0])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--left", "people.csv"],
        ["people.csv", "--left", "people.csv"],
        ["people.csv", "--left", "people.csv", "--right", "people.csv"],
        ["--left", "people.csv", "--right", "people.csv", "--role", "team"],
        ["--left", "people.csv", "--right", "people.csv"],  # the configuration names no sides
        ["people.csv", "--role", "department"],
    ],
)
def test_arguments_that_contradict_each_other(folder, run, arguments):
    said = run("match", *arguments, "--config", "programme.toml")
    assert said.code == 2
    assert said.err.startswith("error: ")


def test_history_and_locks(folder, run):
    write_csv(folder / "history.csv", [{"round": "2026-11", "a": "000", "b": "005"}])
    write_csv(folder / "locks.csv", [{"a": "001", "b": "008"}])
    config = CONFIG + '\n[[rules]]\nkind = "no_repeat"\nrounds = 6\n'
    (folder / "programme.toml").write_text(config, encoding="utf-8")
    said = run(
        *("match", "people.csv", "--config", "programme.toml", "--out", "out"),
        *("--history", "history.csv", "--locks", "locks.csv", "--org", "people.csv"),
    )
    assert said.code == 0, said.err
    pairs = {(row["a"], row["b"]) for row in read(folder / "out" / "pairs.csv")}
    assert ("001", "008") in pairs
    assert ("000", "005") not in pairs


def test_demands_that_cannot_be_met(folder, run):
    rule = '\n[[rules]]\nkind = "require"\npairs = [["001", "002"], ["001", "005"]]\n'
    (folder / "programme.toml").write_text(CONFIG + rule, encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 3
    assert "require" in said.err
    assert not (folder / "out").exists()


def test_people_who_are_set_aside(folder, run):
    config = ("--config", "programme.toml", "--out", "results", "--quiet")
    (folder / "away.csv").write_text("id,why\n003,on leave\n007,\n", encoding="utf-8")
    seen = []
    for away in ("003, 007", "away.csv"):
        said = run("match", "people.csv", *config, "--set-aside", away)
        assert (said.code, said.err) == (0, "")
        rows = {row["id"]: row for row in read(folder / "results" / "people.csv")}
        assert {rows[id]["reason"] for id in ("003", "007")} == {"set aside this time"}
        seen.append(rows)
    assert seen[0] == seen[1]
    said = run("match", "people.csv", *config, "--set-aside", "00x")
    assert said.code == 2
    assert "--set-aside names '00x', an id that nobody has. Did you mean '0" in said.err
    assert run("match", "people.csv", *config, "--set-aside", "gone.csv").code == 2


def test_each_conflict_of_demands_is_told(folder, run):
    locks = ["003,008", "003,010", "004,008"]
    (folder / "locks.csv").write_text("a,b\n" + "\n".join(locks) + "\n", encoding="utf-8")
    said = run(
        "match", "people.csv", "--config", "programme.toml", "--locks", "locks.csv", "--out", "results"
    )
    assert said.code == 3
    lines = said.err.splitlines()
    assert lines[0] == "error: locks= demands the pair '003' and '010', which not_in_line forbids."
    assert lines[1:3] == ["       locks: 003, 010", "       not_in_line: 003, 010"]
    assert lines[3:] == [
        "  also: locks= demands '003' twice: with '008' and with '010'.",
        "  also: locks= demands '008' twice: with '003' and with '004'.",
    ]
    assert not (folder / "results").exists()


def test_interrupted_while_solving(folder, run, monkeypatch):
    from peermatch.matcher import PeerMatcher

    def interrupted(self, *arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(PeerMatcher, "match", interrupted)
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 130
    assert said.err.splitlines()[-1].startswith("error: interrupted")
    assert not (folder / "out").exists()


def config_error(folder, run, text):
    (folder / "programme.toml").write_text(text, encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 2
    assert not (folder / "out").exists()
    return said.err


def test_unknown_key(folder, run):
    assert "Did you mean 'label'" in config_error(folder, run, 'lable = "display_name"\n' + CONFIG)


def test_unknown_key_of_a_criterion(folder, run):
    assert "Did you mean 'weight'" in config_error(folder, run, CONFIG.replace("weight = 2", "wieght = 2"))


def test_several_unknown_keys_stand_on_a_line_each(folder, run):
    err = config_error(folder, run, 'lable = "x"\nobjectiv = "y"\n' + CONFIG)
    assert [line.split(":")[0] for line in err.splitlines()] == ["error", "error"]


def test_config_that_is_no_toml_names_the_line(folder, run):
    assert "line 2" in config_error(folder, run, "schema = 1\nid = \n")


@pytest.mark.parametrize("weight", ["0", "-1", "nan", '"much"'])
def test_weights_that_are_no_weights(folder, run, weight):
    assert "weight" in config_error(folder, run, CONFIG.replace("weight = 2", f"weight = {weight}"))


def test_config_that_is_not_there(folder, run):
    said = run("match", "people.csv", "--config", "other.toml")
    assert said.code == 2
    assert "other.toml" in said.err


@pytest.mark.parametrize("config", ["x = 1", "[[criteria]]\nkind = 'near'"])
def test_unknown_column_and_missing_id(folder, run, config):
    assert config_error(folder, run, config).startswith("error: ")


def test_unknown_column_names_the_nearest(folder, run):
    err = config_error(folder, run, CONFIG.replace("years_experience", "years_experince"))
    assert "years_experience" in err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "empty.csv"),
        ("header.csv", b"person_id,opted_in\n", "header.csv"),
        ("binary.csv", b"PK\x03\x04\x00\x00\x00\x08\x00\xff\xfe\x00", "binary.csv"),
        ("missing.csv", None, "There is no file missing.csv"),
        ("people.doc", b"x", "format is not known"),
    ],
)
def test_tables_that_cannot_be_read(folder, run, name, content, words):
    if content is not None:
        (folder / name).write_bytes(content)
    said = run("match", name, "--config", "programme.toml", "--out", "out")
    assert said.code == 2
    assert said.err.startswith("error: ")
    assert words in said.err
    assert "Traceback" not in said.err
    assert not (folder / "out").exists()


def test_table_in_another_encoding(folder, run):
    rows = [{**row, "display_name": f"Zoë {row['display_name']}"} for row in people()]
    write_csv(folder / "old.csv", rows, encoding="cp1252")
    said = run("match", "old.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 0
    assert "the file is not UTF-8; it reads well as cp1252" in said.err
    (folder / "older.csv").write_bytes("employee_id,имя\n1,Анна Каренина\n2,Лев Толстой\n".encode("cp1251"))
    said = run("match", "older.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 2
    assert "older.csv" in said.err
    assert "UTF-8" in said.err


def test_one_person_and_repeated_ids(folder, run):
    write_csv(folder / "one.csv", people()[:1])
    assert run("match", "one.csv", "--config", "programme.toml").code == 2
    write_csv(folder / "twice.csv", [*people(), people()[3]])
    said = run("match", "twice.csv", "--config", "programme.toml")
    assert said.code == 2
    assert "003" in said.err


def test_out_that_is_a_file(folder, run):
    (folder / "out").write_text("mine", encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 2
    assert "out" in said.err
    assert (folder / "out").read_text(encoding="utf-8") == "mine"


def test_out_below_a_file_fails_before_any_work(folder, run, monkeypatch):
    from peermatch.matcher import PeerMatcher

    monkeypatch.setattr(PeerMatcher, "match", None)  # would fail if it were called
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "people.csv/out")
    assert said.code == 2
    assert "people.csv is a file, not a folder" in said.err


def test_results_never_replace_a_table_that_is_read(folder, run):
    before = (folder / "people.csv").read_bytes()
    said = run("match", "people.csv", "--config", "programme.toml", "--out", ".")
    assert said.code == 2
    assert "would replace people.csv" in said.err
    assert (folder / "people.csv").read_bytes() == before


def test_the_names_of_results_are_known(folder, run):
    assert run("match", "people.csv", "--config", "programme.toml", "--out", "out", "--quiet").code == 0
    assert {path.name for path in (folder / "out").iterdir()} == set(RESULT_FILES)


def test_a_day_that_is_none_is_refused_even_where_nothing_needs_it(folder, run):
    for command in (
        ["match", "people.csv", "--config", "programme.toml"],
        ["init", "people.csv", "--out", "new.toml"],
    ):
        said = run(*command, "--as-of", "soon")
        assert said.code == 2
        assert "--as-of" in said.err


def test_no_pair_at_all_is_said(folder, run):
    rule = '\n[[rules]]\nkind = "must_match"\ncolumn = "display_name"\n'
    (folder / "programme.toml").write_text(CONFIG + rule, encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 3
    assert "no pair could be made" in said.err
    assert all(row["reason"] for row in read(folder / "out" / "people.csv"))


def test_a_solver_that_proves_nothing_gives_exit_code_4(folder, run):
    (folder / "programme.toml").write_text('solver = "greedy"\n' + CONFIG, encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml", "--out", "out")
    assert said.code == 4, said.err
    assert (folder / "out" / "pairs.csv").exists()


def test_stopped_before_any_pair_is_not_impossible(folder, run):
    config = (folder / "programme.toml").read_text(encoding="utf-8")
    (folder / "programme.toml").write_text('solver = "roommates"\n' + config, encoding="utf-8")
    said = run("match", "people.csv", "--config", "programme.toml", "--time-limit", "0.000000001")
    assert said.code == 4, said.err
    assert "the search was stopped before any pair was made." in said.err
