"""peermatch init: drafts load, run as written on the same table, and say why."""

from __future__ import annotations

import tomllib

import pytest

from peermatch.cli.init import draft_configuration
from support.small_tables import mentees, mentors, people, write_csv


def test_draft_names_who_is_who_with_reasons(folder, run):
    said = run("init", "people.csv", "--out", "new.toml")
    assert said.code == 0
    assert said.out == ""
    assert "peermatch match people.csv --config new.toml --out results" in said.err
    text = (folder / "new.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    assert data["decided_by"] == "drafted by peermatch init; nobody has decided yet"
    assert data["id"] == "person_id"
    assert data["label"] == "display_name"
    assert data["eligible"] == "opted_in"
    assert [part["kind"] for part in data["criteria"]] == ["complement", "near", "different"]
    assert [part["kind"] for part in data["rules"]] == ["not_in_line", "no_repeat"]
    assert "12 different values in 12 rows" in text
    assert "11 say yes" in text


def test_draft_runs_as_written(folder, run):
    assert run("init", "people.csv", "--out", "new.toml").code == 0
    said = run("match", "people.csv", "--config", "new.toml", "--out", "results")
    assert said.code == 0, said.err
    assert (folder / "results" / "pairs.csv").exists()


def test_draft_is_never_overwritten_unasked(folder, run):
    said = run("init", "people.csv")
    assert said.code == 2
    assert "programme.toml is there already" in said.err
    assert run("init", "people.csv", "--force").code == 0


def test_same_table_gives_the_same_draft(folder):
    assert draft_configuration("people.csv") == draft_configuration("people.csv")


def test_given_id_is_taken(folder, run):
    assert run("init", "people.csv", "--out", "new.toml", "--id", "display_name").code == 0
    assert tomllib.loads((folder / "new.toml").read_text(encoding="utf-8"))["id"] == "display_name"


def test_unknown_id_names_the_nearest(folder, run):
    said = run("init", "people.csv", "--out", "new.toml", "--id", "person")
    assert said.code == 2
    assert "person_id" in said.err


def test_without_a_unique_column_it_says_what_is_repeated(tmp_path, run):
    path = write_csv(
        tmp_path / "p.csv", [{"id": "a", "team": "x"}, {"id": "a", "team": "x"}, {"id": "b", "team": "y"}]
    )
    said = run("init", path, "--out", tmp_path / "p.toml")
    assert said.code == 2
    assert "'a' stands in 2 rows" in said.err
    assert not (tmp_path / "p.toml").exists()


def test_two_roles_in_one_table_become_two_sides(tmp_path, run):
    rows = [{**row, "role": "Mentee", "places": ""} for row in mentees()]
    rows += [{**row, "role": "Mentor"} for row in mentors()]
    path = write_csv(tmp_path / "both.csv", [{key: row[key] for key in rows[0]} for row in rows])
    config = tmp_path / "both.toml"
    said = run("init", path, "--out", config)
    assert said.code == 0
    assert "--role role" in said.err
    data = tomllib.loads(config.read_text(encoding="utf-8"))
    assert data["sides"] == ["Mentee", "Mentor"]
    assert data["criteria"][0]["kind"] == "above"
    said = run("match", path, "--config", config, "--role", "role", "--out", tmp_path / "results")
    assert said.code == 0, said.err


def test_one_side_of_two_tables_runs_as_a_pool(tmp_path, run):
    path = write_csv(tmp_path / "mentees.csv", mentees())
    assert run("init", path, "--out", tmp_path / "m.toml").code == 0
    assert run("match", path, "--config", tmp_path / "m.toml", "--quiet").code == 0


def test_dates_wait_for_a_day_to_count_from(tmp_path):
    rows = [{"id": k, "hire_date": f"20{10 + k}-03-0{k}", "site": "AB"[k % 2]} for k in range(1, 7)]
    path = str(write_csv(tmp_path / "p.csv", rows))
    waiting = draft_configuration(path)
    assert "--as-of" in waiting
    assert [part["kind"] for part in tomllib.loads(waiting)["criteria"]] == ["different"]
    ready = tomllib.loads(draft_configuration(path, as_of="2026-12-01"))
    assert ready["criteria"][0]["column"] == "hire_date"


def test_availability_waits_where_summer_time_matters(tmp_path):
    rows = [
        {
            "id": k,
            "time_zone": "Europe/Berlin",
            "working_hours": f"Mon-Fri {8 + k}-{16 + k}",
            "site": "AB"[k % 2],
        }
        for k in range(4)
    ]
    path = str(write_csv(tmp_path / "p.csv", rows))
    assert '# kind = "available"' in draft_configuration(path)
    kinds = [
        part["kind"] for part in tomllib.loads(draft_configuration(path, as_of="2026-12-01"))["criteria"]
    ]
    assert "available" in kinds


@pytest.mark.parametrize(
    ("grades", "ladder"),
    [
        (["L10", "L2", "L1"], ["L1", "L2", "L10"]),
        (["Senior", "Junior", "Principal"], ["Junior", "Senior", "Principal"]),
        (["AO", "EO", "HEO"], None),
        (["IC1", "M1", "IC2"], None),
    ],
)
def test_ladder_only_where_the_order_is_clear(tmp_path, grades, ladder):
    rows = [{"id": k, "grade": grades[k % 3], "site": "AB"[k % 2]} for k in range(9)]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", rows)))
    found = [part for part in tomllib.loads(text)["criteria"] if part["kind"] == "near"]
    assert [part["ladder"] for part in found] == ([ladder] if ladder else [])
    assert ("Put the ladder in order" in text.replace("\n# ", " ")) == (ladder is None)


def test_managers_that_are_not_in_the_table_wait_for_org(tmp_path):
    rows = [{"id": k, "manager_id": 0 if k == 1 else 900 + k, "site": "AB"[k % 2]} for k in range(10)]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", rows)))
    assert "--org" in text
    assert [part["kind"] for part in tomllib.loads(text)["rules"]] == ["no_repeat"]


def test_personal_columns_are_left_alone(tmp_path):
    rows = [{"id": k, "gender": "fm"[k % 2], "site": "AB"[k % 2], "salary": 100 + k} for k in range(8)]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", rows)))
    read = tomllib.loads(text)
    assert read.pop("sensitive") == ["gender", "salary"]
    assert "gender" not in str(read)
    assert "sound personal: 'gender', 'salary'" in text


def test_what_is_no_business_of_a_programme_is_not_even_proposed(tmp_path):
    rows = [
        {"id": k, "site": "AB"[k % 2], "performance_rating": 1 + k % 5, "sick_days": k % 7} for k in range(20)
    ]
    text = draft_configuration(str(write_csv(tmp_path / "p.csv", rows)))
    assert 'column = "performance_rating"' not in text
    assert 'column = "sick_days"' not in text
    assert "sound personal: 'performance_rating', 'sick_days'" in text


def test_odd_names_and_values_stay_valid_toml(tmp_path):
    rows = [
        {'the "id"': f"{k}", "department\n# [x": 'a\\b "c"\u007f' if k % 2 else "ü", "goal": "line\nbreak; x"}
        for k in range(6)
    ]
    data = tomllib.loads(draft_configuration(str(write_csv(tmp_path / "p.csv", rows))))
    assert data["id"] == 'the "id"'
    assert data["criteria"][0]["kind"] == "overlap" or data["criteria"][0]["kind"] == "different"


def test_nothing_to_match_on_is_said(tmp_path, run):
    path = write_csv(tmp_path / "p.csv", [{"id": k, "note": f"n{k}"} for k in range(4)])
    said = run("init", path, "--out", tmp_path / "p.toml")
    assert said.code == 2
    assert "looks fit to match people on" in said.err


def test_header_only(tmp_path, run):
    (tmp_path / "p.csv").write_text("id,team\n", encoding="utf-8")
    said = run("init", tmp_path / "p.csv", "--out", tmp_path / "p.toml")
    assert said.code == 2
    assert said.err.startswith("error: ")


def test_standard_input_is_refused(run, folder):
    said = run("init", "-", "--out", "new.toml")
    assert said.code == 2
    assert "reads a file" in said.err


def test_draft_of_people_with_leading_zeros_keeps_them(folder):
    assert people()[3]["person_id"] == "003"
    assert "person_id" in draft_configuration("people.csv")
