"""peermatch init --template: drafts that load, run as written, say why, and never fail for what a table lacks."""

from __future__ import annotations

import csv
import random
import tomllib

import pytest

import peermatch as pm
from peermatch.cli.init import PEER, draft_configuration
from peermatch.cli.templates import TEMPLATES
from peermatch.datasets import make_organisation, make_two_sides
from peermatch.errors import ConfigError, InputError
from support.odd_columns import column_of
from support.small_tables import write_csv

NAMES = (PEER, *TEMPLATES)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """An organisation with roles, one without, and two tables of mentees and mentors."""
    folder = tmp_path_factory.mktemp("tables")
    people = make_organisation(90, 2, missing=0)
    people.to_csv(folder / "both.csv", index=False)  # mentoring_role: mentor, mentee or both
    people.drop(columns="mentoring_role").to_csv(folder / "none.csv", index=False)
    mentees, mentors = make_two_sides(40, 30, 1)
    mentees.to_csv(folder / "mentees.csv", index=False)
    mentors.to_csv(folder / "mentors.csv", index=False)
    return folder


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def active(text):
    data = tomllib.loads(text)
    assert "nobody has decided yet" in data["decided_by"]
    kinds = [[part["kind"] for part in data.get(name, [])] for name in ("criteria", "rules")]
    return data, *kinds


@pytest.mark.parametrize("name", NAMES)
def test_the_draft_of_an_organisation_runs_as_it_says(tables, run, tmp_path, name):
    config, out = tmp_path / "p.toml", tmp_path / "out"
    said = run("init", tables / "both.csv", "--template", name, "--out", config, "--as-of", "2026-12-01")
    assert said.code == 0, said.err
    roles = [] if name in (PEER, "coaching") else ["--role", "mentoring_role"]
    command = said.err.splitlines()[-1]
    if name == "coaching":
        roles = ["--role", "mentoring_role"]
    assert ("--role mentoring_role" in command) == bool(roles)
    matched = run(
        "match",
        tables / "both.csv",
        *roles,
        "--config",
        config,
        "--out",
        out,
        "--as-of",
        "2026-12-01",
        "--quiet",
    )
    assert matched.code == 0, matched.err
    assert len(read(out / "pairs.csv")) >= 15
    data, criteria, rules = active(config.read_text(encoding="utf-8"))
    assert len(criteria) >= 3
    assert "not_in_line" in rules
    assert ("sides" in data) == (name != PEER)
    assert data["eligible"] == "opted_in"


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_draft_of_two_tables_runs_as_it_says(tables, run, tmp_path, name):
    config, out = tmp_path / "p.toml", tmp_path / "out"
    sides = ("--left", tables / "mentees.csv", "--right", tables / "mentors.csv")
    said = run("init", *sides, "--template", name, "--out", config)
    assert said.code == 0, said.err
    matched = run("match", *sides, "--config", config, "--out", out, "--quiet")
    assert matched.code == 0, matched.err
    assert len(read(out / "pairs.csv")) >= 20
    text = config.read_text(encoding="utf-8")
    data, criteria, _ = active(text)
    assert data["sides"] == list(TEMPLATES[name].sides)
    assert data["same_person"] == ["first_name", "last_name"]
    assert data["capacity"] == {TEMPLATES[name].sides[1]: "places"}
    assert "3 people by these names, 0 by their id" in text
    assert criteria
    # what is missing is proposed, with what to add
    assert "Not found: a column of managers' ids." in text
    assert text.count("Not found: ") >= 2


@pytest.mark.parametrize("name", TEMPLATES)
def test_without_roles_everybody_is_on_both_sides_and_it_says_so(tables, run, tmp_path, name):
    config, out = tmp_path / "p.toml", tmp_path / "out"
    said = run("init", tables / "none.csv", "--template", name, "--out", config)
    assert said.code == 0, said.err
    assert f"no column says who is {TEMPLATES[name].sides[0]}" in said.err.replace("\n", " ")
    both = ("--left", tables / "none.csv", "--right", tables / "none.csv")
    assert " ".join(map(str, both)) in said.err
    matched = run("match", *both, "--config", config, "--out", out, "--quiet")
    assert matched.code == 0, matched.err
    first, second = TEMPLATES[name].sides
    assert all(row[first] != row[second] for row in read(out / "pairs.csv"))


def organisation_with(roles):
    people = make_organisation(120, 3, missing=0).drop(columns="mentoring_role")
    people["role"] = [roles[k % 3 == 0] for k in range(len(people))]
    return people


def drafted(tmp_path, people, name):
    path, config = tmp_path / "p.csv", tmp_path / "p.toml"
    people.to_csv(path, index=False)
    text = draft_configuration(str(path), template=name, as_of="2026-12-01")
    config.write_text(text, encoding="utf-8")
    pairing = pm.PeerMatcher.from_toml(config).match(
        str(path), role=None if name == PEER else "role", as_of="2026-12-01"
    )
    return text, pairing.pairs, {row["employee_id"]: row for row in people.to_dict("records")}


def line_of(by_id, who):
    found = []
    while isinstance(by_id[who]["manager_id"], str):
        who = by_id[who]["manager_id"]
        found.append(who)
    return found


@pytest.mark.parametrize("name", TEMPLATES)
def test_nobody_gets_someone_of_their_own_line(tmp_path, name):
    _, pairs, by_id = drafted(tmp_path, organisation_with(TEMPLATES[name].sides), name)
    assert len(pairs) >= 10
    for a, b in pairs[list(TEMPLATES[name].sides)].to_numpy().tolist():
        assert a not in line_of(by_id, b)
        assert b not in line_of(by_id, a)


def test_a_sponsor_is_two_levels_above_and_a_leader_above_their_mentor(tmp_path):
    _, pairs, by_id = drafted(tmp_path, organisation_with(("protege", "sponsor")), "sponsor")
    level = {id: int(row["grade"][1:]) for id, row in by_id.items()}
    for a, b in pairs[["protege", "sponsor"]].to_numpy().tolist():
        assert level[b] - level[a] >= 2
    people = organisation_with(("mentor", "leader"))
    _, pairs, _ = drafted(tmp_path, people, "reverse")
    above = [level[b] - level[a] for a, b in pairs[["mentor", "leader"]].to_numpy().tolist()]
    chance = [
        level[b] - level[a]
        for a in people.loc[people["role"] == "mentor", "employee_id"]
        for b in people.loc[people["role"] == "leader", "employee_id"]
    ]
    assert sum(above) / len(above) > sum(chance) / len(chance) + 0.5


def test_in_reverse_mentoring_the_mentor_comes_first_whatever_the_words(tmp_path):
    people = organisation_with(("junior", "senior"))
    text, _, _ = drafted(tmp_path, people, "reverse")
    assert tomllib.loads(text)["sides"] == ["junior", "senior"]
    text, _, _ = drafted(tmp_path, organisation_with(("mentor", "mentee")), "reverse")
    assert tomllib.loads(text)["sides"] == ["mentor", "mentee"]
    text, _, _ = drafted(tmp_path, organisation_with(("mentor", "mentee")), "mentor")
    assert tomllib.loads(text)["sides"] == ["mentee", "mentor"]


def test_a_coachee_is_no_coach(tmp_path):
    for roles in (("coachee", "coach"), ("coach", "coachee")):
        text, pairs, by_id = drafted(tmp_path, organisation_with(roles), "coaching")
        assert tomllib.loads(text)["sides"] == ["coachee", "coach"]
        assert tomllib.loads(text)["objective"] == "worst_first"
        for a, b in pairs[["coachee", "coach"]].to_numpy().tolist():
            assert by_id[a]["department"] != by_id[b]["department"]


def test_buddies_are_near_and_the_same_team_is_fine(tmp_path):
    text, pairs, by_id = drafted(tmp_path, organisation_with(("newcomer", "buddy")), "buddy")
    _, criteria, rules = active(text)
    assert criteria[:2] == ["same", "same"]
    assert "must_differ" not in rules
    same = [by_id[a]["site"] == by_id[b]["site"] for a, b in pairs[["newcomer", "buddy"]].to_numpy().tolist()]
    assert sum(same) >= 0.4 * len(same)


def test_peers_are_one_pool_even_where_there_are_roles(tmp_path):
    text, pairs, _ = drafted(tmp_path, organisation_with(("mentee", "mentor")), PEER)
    assert "sides" not in tomllib.loads(text)
    assert tomllib.loads(text)["mutual"] == "geometric"
    assert "Everybody stands in one pool" in text
    assert len(pairs) >= 40


def test_every_default_says_why(tables):
    for name, template in TEMPLATES.items():
        text = draft_configuration(str(tables / "both.csv"), template=name)
        flat = " ".join(text.replace("\n# ", " ").split())
        for why in (
            template.about,
            template.line,
            template.places,
            template.objective[1],
            template.mutual[1],
        ):
            assert why in flat, (name, why)
        for wish in template.wishes:
            assert wish.why in flat, (name, wish.why)


def test_what_people_are_is_proposed_only_where_they_were_asked(tables, tmp_path):
    paths = (str(tables / "mentees.csv"), str(tables / "mentors.csv"))
    text = draft_configuration(paths, template="mentor")
    start = text.index("# Some ask for a mentor who shares")
    proposed = text[start:].split("\n\n")[0]
    assert 'when = "match_with_similar_identity"' in proposed
    assert "sensitive = true" in proposed
    assert "one_way = true" in proposed
    assert "does not score lower for it" in proposed.replace("\n# ", " ")
    taken = "\n".join(
        line.removeprefix("# ") if " = " in line or "[[" in line else line for line in proposed.split("\n")
    )
    config = tmp_path / "p.toml"
    config.write_text(text.replace(proposed, taken), encoding="utf-8")
    matcher = pm.PeerMatcher.from_toml(config)
    assert any(criterion.sensitive for criterion in matcher.criteria)
    assert len(matcher.match(*paths).pairs) >= 20
    assert "Some ask" not in draft_configuration(paths, template="sponsor")
    mentees = make_two_sides(40, 30, 1)[0].drop(columns="match_with_similar_identity")
    mentees.to_csv(tmp_path / "m.csv", index=False)
    text = draft_configuration((str(tmp_path / "m.csv"), paths[1]), template="mentor")
    assert "Some ask" not in text
    assert "Left alone because they sound personal: 'identity_to_match', 'characteristics'." in text.replace(
        "\n# ", " "
    )


def test_a_rule_that_would_leave_hardly_anybody_is_only_proposed(tmp_path):
    people = organisation_with(("protege", "sponsor"))
    people["grade"] = "G3"
    people.loc[people.index[:3], "grade"] = ["G2", "G4", "G5"]
    text, pairs, _ = drafted(tmp_path, people, "sponsor")
    assert "at_least" not in active(text)[2]
    assert "hardly anybody" in text
    assert len(pairs)
    people = organisation_with(("coachee", "coach"))
    people["department"] = ["A" if k % 5 else "B" for k in range(len(people))]
    text, _, _ = drafted(tmp_path, people, "coaching")
    assert "must_differ" not in active(text)[2]
    assert "That is little" in text


@pytest.mark.parametrize(
    ("name", "second"), [("mentor", "mentor"), ("sponsor", "sponsor"), ("reverse", "leader")]
)
def test_that_nobody_need_be_further_along_is_said_first(tmp_path, run, name, second):
    people = organisation_with(TEMPLATES[name].sides).drop(columns=["years_experience", "hire_date"])
    people["grade"] = [
        f"{'xyz'[k % 3]}{'ab'[k % 2]}" for k in range(len(people))
    ]  # in no order that names tell
    config = tmp_path / "p.toml"
    path = tmp_path / "p.csv"
    people.to_csv(path, index=False)
    words = f"nothing here says that the {second} is further along: 'grade' is only proposed in comments"
    said = run("init", path, "--template", name, "--out", config)
    assert words in " ".join(said.err.split())
    text = config.read_text(encoding="utf-8")
    assert text.startswith("# WARNING: nothing here says")
    assert words in text.replace("\n# ", " ")
    people.drop(columns="grade").to_csv(path, index=False)
    assert "no column was found that tells" in draft_configuration(str(path), template=name).replace(
        "\n# ", " "
    )
    text, _, _ = drafted(tmp_path, organisation_with(TEMPLATES[name].sides), name)
    assert "WARNING" not in text


def test_names_are_short_and_what_may_be_shown_is_proposed(tables, tmp_path):
    text = draft_configuration(str(tables / "both.csv"), template=PEER)
    assert tomllib.loads(text)["criteria"][0]["name"] == "help"
    assert "show" not in tomllib.loads(text)
    config = tmp_path / "p.toml"
    config.write_text(text.replace("# show = ", "show = "), encoding="utf-8")
    assert {"can_teach", "wants_to_learn"} <= set(pm.PeerMatcher.from_toml(config).show)


def test_what_contradicts_itself_is_refused(tables, run, tmp_path):
    left, right = tables / "mentees.csv", tables / "mentors.csv"
    for arguments, words in (
        (("--left", left), "both --left and --right"),
        ((left, "--left", left, "--right", right), "not both"),
        (("--left", left, "--right", right), "need a --template"),
        (("--left", left, "--right", right, "--template", "peer"), "need a --template"),
        ((), "takes a table of people"),
        (("--left", "-", "--right", right, "--template", "mentor"), "save the records"),
        ((left, "--template", "mentoring"), "invalid choice"),
    ):
        said = run("init", *arguments, "--out", tmp_path / "x.toml")
        assert said.code == 2, arguments
        assert words in said.err, said.err
    with pytest.raises(ConfigError, match="template parameter"):
        draft_configuration(str(left), template="tutor")


def test_ids_must_be_in_both_tables(tmp_path):
    left = write_csv(tmp_path / "l.csv", [{"mail": f"m{k}@x", "team": "ab"[k % 2]} for k in range(4)])
    right = write_csv(tmp_path / "r.csv", [{"email": f"m{k}@x", "team": "ab"[k % 2]} for k in range(4)])
    with pytest.raises(InputError, match="a column of the same name"):
        draft_configuration((str(left), str(right)), template="mentor")
    right = write_csv(
        tmp_path / "r.csv", [{"mail": f"n{k}@x", "code": f"c{k}9", "team": "ab"[k % 2]} for k in range(4)]
    )
    assert tomllib.loads(draft_configuration((str(left), str(right)), template="mentor"))["id"] == "mail"


def test_nothing_in_common_is_said(tmp_path):
    left = write_csv(tmp_path / "l.csv", [{"id": f"a{k}", "x": "v"} for k in range(4)])
    right = write_csv(tmp_path / "r.csv", [{"id": f"b{k}", "y": "v"} for k in range(4)])
    with pytest.raises(InputError, match="no column on which people of both sides could be compared"):
        draft_configuration((str(left), str(right)), template="mentor")


@pytest.mark.parametrize("seed", range(18))
def test_any_draft_runs_on_odd_tables(tmp_path, run, seed):
    draw = random.Random(seed)
    names = [
        "Grade",
        "Years",
        "Skills",
        "Wants",
        "Goals",
        "Boss",
        "Start",
        "Consent",
        "Team",
        "Level",
        "places",
        'a "b"',
    ]
    name = list(TEMPLATES)[seed % len(TEMPLATES)]
    paths = []
    for side in ("l", "r")[: 1 + seed % 2]:
        count = draw.choice((3, 12, 30))
        columns = {header: column_of(draw, count) for header in draw.sample(names, draw.randint(4, 10))}
        rows = [
            {"id": f"{side}{k}", **{header: cells[k] for header, cells in columns.items()}}
            for k in range(count)
        ]
        paths.append(write_csv(tmp_path / f"{side}.csv", rows))
    config = tmp_path / "p.toml"
    tables = ("--left", paths[0], "--right", paths[-1])
    said = run("init", *(tables if len(paths) == 2 else paths), "--template", name, "--out", config)
    if said.code == 2:
        assert "could be compared" in said.err
        return
    assert run("match", *tables, "--config", config, "--quiet").code in (0, 3)
