"""Who may read what. Tests try to get out what must not be there: by search, by comparison, and by every question."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
import re

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.pairing import Pairing
from peermatch.report import AUDIENCES, TABLES, THINGS, audit_schema, check_audience
from support.audiences import (
    LETTERS,
    administrators_text,
    auditors_text,
    body,
    matcher,
    pairing,
    participants_text,
    people,
)

HELD = {field.name for field in dataclasses.fields(Pairing)} - {"certificate", "odd"}
"""What a pairing is made of: objects of this package, which whoever holds the pairing holds anyway."""
MAKES_A_PAIRING = {"group_floor", "keyed", "load"}
FOR_ONE = {"notices", "save"}
"""What is made for participants and handed out by the administrator, or kept by them: there is nobody to choose."""


# ---- the table of who may have what ---------------------------------------------------------------------


def public():
    names = {name for name in dir(Pairing) if not name.startswith("_")}
    return sorted(names | {field.name for field in dataclasses.fields(Pairing)})


def test_everything_that_people_read_stands_in_the_table():
    for name in public():
        if name in HELD | MAKES_A_PAIRING | set(TABLES):
            continue
        assert name in THINGS, f"What may each audience have of Pairing.{name}? Say so in report/audience.py."
        member = inspect.getattr_static(Pairing, name, None)
        if inspect.isfunction(member) and name not in FOR_ONE and name != "runner_up":
            assert "audience" in inspect.signature(member).parameters, name


def test_every_table_of_a_result_has_its_columns_for_auditors():
    found = pairing()
    for name in found._frames:
        assert name in TABLES
    assert set(TABLES) == {*found._frames, "changes", "uses"}


def test_what_is_not_in_the_table_is_refused():
    for audience in ("participant", "auditor"):
        with pytest.raises(pm.ConfigError) as caught:
            check_audience("something_new", audience)
        assert caught.value.items[0]["code"] == "not_for_this_audience"
    assert check_audience("something_new", "administrator") == "administrator"


@pytest.mark.parametrize("name", sorted(THINGS))
def test_a_refusal_says_what_there_is_instead(name):
    for audience in AUDIENCES:
        if THINGS[name].of(audience) is None:
            with pytest.raises(pm.ConfigError, match=rf"{name}\(\) is not for {audience}s.*instead they get"):
                check_audience(name, audience)
    with pytest.raises(pm.ConfigError, match="Did you mean 'auditor'"):
        check_audience(name, "auditer")
    with pytest.raises(pm.ConfigError, match="'administrator', 'participant' or 'auditor'"):
        check_audience(name, None)


@pytest.mark.parametrize("name", sorted(THINGS))
def test_methods_ask_who_it_is_for_before_anything_else(name):
    member = inspect.getattr_static(Pairing, name, None)
    if (
        not inspect.isfunction(member)
        or "audience" not in inspect.signature(member).parameters
        or name == "report"
    ):
        return
    parameters = inspect.signature(member).parameters.values()
    blanks = [None for part in parameters if part.default is part.empty and part.name != "self"]
    found = pairing(people(4), rules=[])
    for audience in AUDIENCES:
        if THINGS[name].of(audience) is None:
            with pytest.raises(pm.ConfigError) as caught:
                getattr(found, name)(*blanks, audience=audience)
            assert caught.value.items[0]["code"] == "not_for_this_audience"


# ---- participants ---------------------------------------------------------------------------------------


def results():
    yield "one pool", pairing()
    yield "trio", pairing(people(9), odd="trio", rules=[])
    yield "nothing shown", pairing(show=None)
    rows = people(12)
    sided = matcher(sides=("mentee", "mentor"), capacity={"mentor": 2}, rules=[pm.must_differ("boss")])
    yield "two sides", sided.match(rows[:8], rows[8:], round="r")


@pytest.mark.parametrize(
    ("name", "found"), list(results()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_participant_cannot_get_more_than_was_declared(name, found, tmp_path):
    labels = dict(zip(found.people["id"], found.people["label"], strict=True))
    for id, partners in zip(found.people["id"], found.people["partners"], strict=True):
        text = participants_text(found, id, partners, tmp_path)
        assert "SECRET" not in text
        # the numbers of the questions to agree on are words; so any digit is one too many
        assert not re.search(r"\d", re.sub(r"&#\w+;|id-\w", "", text)), name
        assert not re.search(r"pay|faith|belief|team|boss|veto|private|score|weight|known|%", text)
        mine = {labels[id], *(labels[one] for one in partners)}
        assert [label for label in labels.values() if label not in mine and label in text] == []
        others = {one for one in labels if one not in {id, *partners}}
        assert [one for one in others if one in text] == []


def test_a_column_that_is_sensitive_anywhere_is_shown_nowhere():
    """ "faith" stands in show, and in a criterion that is not sensitive as well."""
    found = pairing()
    assert "faith" in found.settings["show"]
    uses = found.uses()
    assert not uses[uses["column"] == "faith"]["shown_to_participants"].any()
    assert "faith" not in found.notices().to_csv()


@pytest.mark.parametrize("column", ["faith", "not_with"])
def test_what_one_criterion_may_not_show_no_other_shows(column):
    """The column is declared and read by a criterion of its own, which alone would show it."""
    criteria = [pm.overlap("goals"), pm.different([column], name="plain"), pm.overlap(column, name="shared")]
    rows = [
        {**row, "faith": f"SECRETboth; SECRET{row['id']}", "not_with": "id-k; id-j" if k < 9 else "id-a"}
        for k, row in enumerate(people())
    ]
    open_ = pairing(rows, criteria=criteria, rules=[], show=["goals", column])
    assert column in "".join(open_.notices()["text"]).replace(" ", "_")
    guards = {"faith": pm.same("faith", sensitive=True), "not_with": None}
    guarded = [*criteria, guards[column]] if guards[column] is not None else criteria
    rules = [pm.veto("not_with")] if column == "not_with" else []
    shut = pairing(rows, criteria=guarded, rules=rules, show=["goals", column])
    text = "".join(
        [*shut.notices()["text"], *(shut.meeting_guide(a, b).html for a, b in shut.pairs[["a", "b"]].values)]
    )
    assert column not in text.replace(" ", "_")
    assert "SECRET" not in text


def test_who_said_no_to_a_criterion_is_not_told_by_what_is_missing():
    """Where the yes or no is not declared, nothing of the criterion is told to anybody."""
    criteria = [pm.overlap("goals", when="counts"), pm.near("pay")]
    texts = set()
    for answers in ((True, True), (True, False), (False, False)):
        rows = [{**row, "counts": answers[k % 2]} for k, row in enumerate(people())]
        found = pairing(rows, criteria=criteria, rules=[], show=["goals"], locks=held())
        texts.add("".join(found.notices()["text"]))
    assert len(texts) == 1
    assert "goals" not in texts.pop()
    declared = pairing(criteria=criteria, rules=[], show=["goals", "counts"])
    assert "goals" in "".join(declared.notices()["text"])


def told(found, tmp_path, ids=None):
    """Everything that goes out to participants, as bytes; of some of them where ids are given."""
    if ids is None:
        return [(path.name, path.read_bytes()) for path in found.to_csv(tmp_path, audience="participant")]
    guides = [found.meeting_guide(*ids).html] if len(ids) == 2 else []
    return [*(found.explain(id, audience="participant").html for id in ids), *guides]


def held():
    """The pairs of the plain result, to hold while other things change."""
    return pairing().pairs[["a", "b"]].values.tolist()


def without_vetoes():
    return [pm.must_differ("boss", name="other_boss")]


def heavier():
    return [
        pm.different(["team"], name="first", weight=40, when="counts"),
        pm.complement("teach", "learn", weight=0.1, name="renamed"),
        pm.overlap("goals", weight=90),
    ]


@pytest.mark.parametrize(
    ("secret", "options"),
    [
        ("a sensitive value", {"rows": [{**row, "faith": f"SECRETother{row['id']}"} for row in people()]}),
        ("pay", {"rows": [{**row, "pay": 5} for row in people()]}),
        ("nobody's answer to when", {"rows": [{**row, "counts": None} for row in people()]}),
        ("no vetoes", {"rules": without_vetoes()}),
        ("weights, names and their order", {"criteria": heavier()}),
        ("how sides are joined", {"mutual": "min"}),
        ("what is asked for", {"objective": "best_total"}),
        ("who decided", {"decided_by": None}),
    ],
)
def test_a_secret_changes_no_byte_of_what_participants_get(secret, options, tmp_path):
    base = told(pairing(locks=held()), tmp_path / "one")
    other = told(pairing(locks=held(), **options), tmp_path / "other")
    assert base == other, secret


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["speaking", "SPEAKING; writing", "Painting;Painting", "", "Something else"]),
    st.sampled_from(["sql", "CHESS", "go", "", "Latin"]),
    st.integers(0, 10**6),
)
def test_a_third_persons_profile_changes_no_byte_of_what_two_others_get(goals, teach, pay):
    pairs = held()
    one, other = pairs[0]
    third = pairs[1][0]
    rows = [
        {**row, "goals": goals, "teach": teach, "learn": teach, "pay": pay, "name": "Somebody Else"}
        if row["id"] == third
        else row
        for row in people()
    ]
    base, changed = pairing(locks=pairs), pairing(rows, locks=pairs)
    assert told(base, None, (one, other)) == told(changed, None, (one, other))


def test_whoever_has_no_partner_reads_the_same_whatever_the_reason(tmp_path):
    rows = people(4)
    alone = [pm.veto(table=[("id-a", other) for other in ("id-b", "id-c", "id-d")])]
    reasons = {
        "a veto": pairing(rows, rules=alone),
        "a list": pairing(rows, rules=[pm.forbid([("id-a", other) for other in ("id-b", "id-c", "id-d")])]),
        "a floor": pairing(rows, rules=[], floor=1.0),
        "nobody else": pairing([rows[0], {**rows[1], "in": "no"}, rows[2]], rules=[pm.must_match("diary")]),
    }
    pages = {name: found.explain("id-a", audience="participant") for name, found in reasons.items()}
    assert {page.status for page in pages.values()} == {"unmatched"}
    assert len({page.html for page in pages.values()}) == 1


def test_errors_name_no_third_person():
    found = pairing()
    for asked in ("id-aa", "id-zz", "Person Bb", 7):
        with pytest.raises(pm.InputError) as caught:
            found.explain(asked, audience="participant")
        text = str(caught.value).replace(repr(asked), "") + repr(caught.value.items).replace(repr(asked), "")
        assert not re.search(r"id-\w|Person|Did you mean", text)
    pairs = {frozenset(pair) for pair in held()}
    texts = set()
    for asked in ("id-b", "id-f", "id-k", "nobody"):
        if frozenset(("id-a", asked)) in pairs:
            continue
        with pytest.raises(pm.ConfigError) as caught:
            found.meeting_guide("id-a", asked, audience="participant")
        texts.add(str(caught.value).replace(repr(asked), "X"))
    # not here, not taking part, or with somebody else: it reads the same
    assert len(texts) == 1


def test_many_things_in_common_are_not_counted():
    goals = "; ".join(LETTERS)
    rows = [
        {"id": "x", "goals": goals, "teach": goals, "learn": ""},
        {"id": "y", "goals": goals, "teach": "", "learn": goals},
    ]
    criteria = [pm.overlap("goals"), pm.complement("teach", "learn")]
    found = pm.PeerMatcher("id", criteria, show=["goals", "teach", "learn"]).match(rows)
    text = found.explain("x", audience="participant").text + found.meeting_guide("x", "y").markdown
    assert "a, b, c, d, e, f and more" in text
    assert not re.search(r"\d", text)


def test_a_mentor_with_many_partners_reads_of_all_and_of_no_number():
    left = [{"id": f"mentee {letter}", "goals": "Speaking"} for letter in LETTERS[:14]]
    found = pm.PeerMatcher(
        "id", [pm.overlap("goals")], sides=("mentee", "mentor"), capacity={"mentor": "places"}, show=["goals"]
    ).match(left, [{"id": "m", "goals": "Speaking", "places": 20}])
    text = found.explain("m", audience="participant").text
    assert all(row["id"] in text for row in left)
    assert not re.search(r"\d|more", text)
    one = found.explain("mentee a", audience="participant").text
    assert "mentee b" not in one


def test_participants_files_are_named_by_the_pair_alone(tmp_path):
    rows = [{**row, "id": f"../../{row['id']}", "name": f"=cmd|{row['name']}"} for row in people(6)]
    found = pairing(rows, rules=[])
    paths = found.to_csv(tmp_path / "out", audience="participant")
    names = [path.name for path in paths]
    guides = [f"guide-{pair}.{ending}" for pair in found.pairs["pair_id"] for ending in ("html", "md")]
    assert names == ["notices.csv", *guides]
    assert all(path.parent == tmp_path / "out" for path in paths)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    for path in paths[1:]:
        text = body(path.read_text())
        assert "SECRET" not in text
        assert not re.search(r"\d", re.sub(r"&#\w+;", "", text))


def test_nobody_is_handed_a_guide_of_an_earlier_round(tmp_path):
    found = pairing(people(6), rules=[])
    found.to_csv(tmp_path, audience="participant")
    kept = tmp_path / "guide-to-the-building.html"  # not one of ours
    kept.write_text("stairs", encoding="utf-8")
    later = pairing(people(4), rules=[])
    names = {path.name for path in later.to_csv(tmp_path, audience="participant")}
    assert {path.name for path in tmp_path.iterdir()} == {*names, kept.name}


# ---- the auditor ----------------------------------------------------------------------------------------


def test_an_auditor_cannot_get_anybodys_values_or_names(tmp_path):
    rows = people()
    for row in rows:
        row["goals"] = "; ".join(f"SECRETgoal{word}" for word in row["goals"].split("; "))
        row["teach"], row["learn"] = f"SECRETteach{row['teach']}", f"SECRETteach{row['learn']}"
        row["name"] = f"SECRETname {row['name']}"
    rows[3]["team"], rows[4]["diary"] = " n/a ", "N/A"
    found = pairing(rows, show=["goals"])
    text = auditors_text(found, tmp_path)
    assert "SECRET" not in text
    assert "Person" not in text
    for row in rows:
        assert not re.search(rf"(?<![.\d]){row['pay']}\b", text)
    assert "in is no" not in text
    # what stands in columns stands nowhere; what they are called does
    assert {
        "goals",
        "teach",
        "learn",
        "pay",
        "faith",
        "team",
        "boss",
        "diary",
        "not_with",
        "counts",
        "in",
    } <= set(re.findall(r"\w+", text))


def test_what_an_auditor_is_given_holds_nothing_in_itself_either():
    found = pairing()
    answers = [found.explain(id, audience="auditor") for id in found.people["id"]]
    answers += found.explanations(audience="auditor")
    kept = pickle.dumps([answers, found.to_dict(audience="auditor"), found.to_networkx(audience="auditor")])
    assert b"SECRET" not in kept
    assert b"Person" not in kept
    told = pickle.dumps([found.explain(id, audience="participant") for id in found.people["id"]])
    assert b"SECRET" not in told


@pytest.mark.parametrize("audience", AUDIENCES)
def test_exports_are_the_same_bytes_whatever_the_order_of_rows(audience, tmp_path):
    def written(rows, folder):
        return [
            (path.name, path.read_bytes())
            for path in pairing(rows).to_csv(tmp_path / folder, audience=audience)
        ]

    assert written(people(), "a") == written(people()[::-1], "b")


def test_capacities_and_stated_lists_are_values_too(tmp_path):
    left = [{"id": f"e{k}", "goals": "a", "places": 1} for k in range(5)]
    right = [{"id": f"m{k}", "goals": "a", "places": 3} for k in range(2)]
    sided = pm.PeerMatcher(
        "id", [pm.overlap("goals")], sides=("mentee", "mentor"), capacity={"mentor": "places"}
    )
    found = sided.match(left, right)
    assert "capacity" not in found.table("people", audience="auditor")
    assert all("capacity" not in data for _, data in found.to_networkx(audience="auditor").nodes(data=True))
    jsonschema.validate(found.to_dict(audience="auditor"), audit_schema())
    lists = {"ada": ["bo", "cy"], "bo": ["ada"], "cy": ["ada", "di"], "di": ["cy"]}
    stable = pm.PeerMatcher("id", [pm.same("x")]).match(
        [{"id": id, "x": 1} for id in lists], preferences=lists
    )
    assert not [name for name in stable.table("pairs", audience="auditor").columns if name.startswith("rank")]
    told = stable.why_stable("cy", "ada", audience="auditor")
    assert (told.verdict, told.sides, len(told.table)) == ("refused", (), 0)
    assert not re.search(
        r"place|worth|list", told.text + stable.why_not("cy", "ada", audience="auditor").text
    )
    assert "place" not in str(told)
    jsonschema.validate(stable.to_dict(audience="auditor"), audit_schema())
    assert "gain_" not in stable.to_json(audience="auditor")


def test_how_many_partners_somebody_takes_or_none_is_theirs():
    left = [{"id": f"e{k}", "goals": "a"} for k in range(2)]
    right = [{"id": "m0", "goals": "a", "places": 37}]
    bounds = {"mentor": {"at_least": "places", "at_most": "places", "or_none": True}}
    found = pm.PeerMatcher("id", [pm.overlap("goals")], sides=("mentee", "mentor"), capacity=bounds).match(
        left, right
    )
    assert "37" in found.to_json()
    assert "37" not in found.to_json(audience="auditor") + found.table("people", audience="auditor").to_csv()


def test_the_auditors_data_fits_its_schema_and_adds_up(tmp_path):
    found = pairing()
    data = found.to_dict(audience="auditor")
    jsonschema.Draft202012Validator.check_schema(audit_schema())
    jsonschema.validate(data, audit_schema())
    assert data["uses"] == [
        {key: None if cell != cell else cell for key, cell in row.items()}
        for row in found.uses().to_dict("records")
    ]
    for pair in data["pairs"]:
        assert sum(pair["contributions"].values()) == pair["score"]
    ids = [person["id"]["value"] for person in data["people"]]
    assert ids == found.people["id"].tolist()
    for id in found.people["id"]:
        one = found.explain(id, audience="auditor")
        if one.pairs:
            table = one.table
            assert (
                table["contribution"].sum()
                == found.pairs.set_index("pair_id").loc[table["pair_id"][0], "score"]
            )


def test_groups_of_few_are_never_told_to_an_auditor():
    found = pairing()
    for ask in (found.quality, found.close_gap):
        with pytest.raises(pm.ConfigError, match="at least 10 for an auditor"):
            ask("team", audience="auditor", hide_below=2)
    many = [
        {**row, "id": f"{row['id']}{k}", "site": f"site {min(k, 1)}"} for k in range(3) for row in people()
    ]
    found = pairing(many, rules=[])
    for column in ("name", "pay", "diary", "team"):
        told = found.quality(column, audience="auditor")
        text = "\n".join([str(told), repr(told), told.text, told.frame.to_csv(), told._repr_html_()])
        assert not re.search(r"SECRET|Person|7[0-9]{4}", text)
    assert set(found.quality("site", audience="auditor").frame["group"]) == {"everyone", "site 0", "site 1"}


# ---- the administrator ----------------------------------------------------------------------------------


def directions():
    """The same two people kept apart, by either or by both, and on either of two lists."""
    column = {"id-a": "id-d", "id-d": "id-a"}
    for who in (("id-a",), ("id-d",), ("id-a", "id-d")):
        rows = [{**row, "not_with": column[row["id"]] if row["id"] in who else ""} for row in people()]
        yield rows, [("id-c", "id-h")]
    blank = [{**row, "not_with": ""} for row in people()]
    yield blank, [("id-c", "id-h"), ("id-a", "id-d")]
    yield blank, [("id-h", "id-c"), ("id-d", "id-a"), ("id-a", "id-d")]
    both = [{**row, "not_with": column.get(row["id"], "")} for row in people()]
    yield both, [("id-c", "id-h"), ("id-d", "id-a")]


def test_nobody_can_find_out_who_it_was_that_wanted_a_veto(tmp_path):
    texts = set()
    for number, (rows, listed) in enumerate(directions()):
        rules = [
            pm.must_differ("boss"),
            pm.veto("not_with", name="SECRETa"),
            pm.veto(table=listed, name="SECRETb"),
        ]
        found = pairing(rows, rules=rules)
        text = administrators_text(found, tmp_path / str(number))
        assert "SECRETa" not in text
        assert "a private rule" in text
        texts.add(text)
    assert len(texts) == 1


@pytest.mark.parametrize("who", ["mentee", "mentor"])
def test_on_two_sides_neither_can_be_told_from_the_other(who, tmp_path):
    def text(asks):
        left = [
            {"id": f"e{k}", "goals": "a", "not_with": "m1" if asks == "mentee" and k == 0 else ""}
            for k in range(4)
        ]
        right = [
            {"id": f"m{k}", "goals": "a", "not_with": "e0" if asks == "mentor" and k == 1 else ""}
            for k in range(3)
        ]
        rules = [pm.veto("not_with")]
        sided = pm.PeerMatcher(
            "id", [pm.overlap("goals")], rules, sides=("mentee", "mentor"), decided_by="HR"
        )
        found = sided.match(left, right, round="r")
        answers = [found.why_not(a["id"], b["id"], exact=False) for a in left for b in right]
        tables = [found.rules, found.people, found.relaxations(), found.uses()]
        texts = [*map(str, answers), *(table.to_csv() for table in tables), found.summary(), found.to_json()]
        with pytest.raises(pm.InfeasibleError) as caught:
            sided.match(left, right, round="r", locks=[("e0", "m1")])
        return [*texts, str(caught.value), repr(caught.value.conflict)]

    assert text(who) == text("mentor")


def test_a_demand_against_a_veto_does_not_tell_whose_it_is():
    texts = set()
    for rows, listed in directions():
        rules = [pm.veto("not_with", name="SECRETa"), pm.veto(table=listed, name="SECRETb")]
        with pytest.raises(pm.InfeasibleError) as caught:
            pairing(rows, rules=rules, locks=[("id-a", "id-d")])
        texts.add(str(caught.value) + repr(caught.value.conflict) + repr(caught.value.more))
    assert len(texts) == 1
    assert "SECRET" not in texts.pop()


def test_private_rules_are_one_rule_and_groups_are_not_told_apart_by_them():
    found = pairing()
    rules = found.rules
    assert rules["rule"].tolist().count("a private rule") == 1
    # a-b, c-h, b-i and the others of the column, each pair once
    apart = {
        frozenset((a, b))
        for a in found.people["id"]
        for b in found.people["id"]
        if a < b and "id-f" not in (a, b) and "a private rule" in found.why_not(a, b, exact=False).rules
    }
    assert rules.set_index("rule").loc["a private rule", "pairs_removed"] == len(apart)
    for ask in (found.quality, found.close_gap):
        with pytest.raises(pm.ConfigError, match="only a private rule may read"):
            ask("Not With")


def test_an_administrator_reads_no_value_of_a_sensitive_criterion(tmp_path):
    """Not through another criterion either: in the second result "background" reads the same column."""
    criteria = [pm.overlap("goals"), pm.same("faith", sensitive=True)]
    for found in (pairing(criteria=criteria, rules=[pm.at_least("same_faith", 0.5)]), pairing()):
        page = found.report(tmp_path / "page.html").read_text(encoding="utf-8")
        assert "SECRETfaith" not in administrators_text(found, tmp_path) + page
        assert "SECRETfaith" not in "".join(str(pair) for pair in found.explanations())
    told = pairing(criteria=[pm.different(["team", "faith"], name="background")]).explanations()
    assert "SECRETfaith" in "".join(str(pair) for pair in told)


# ---- what every column was used for ---------------------------------------------------------------------


def test_every_column_is_told_once_for_every_use():
    found = pairing()
    uses = found.uses()
    rows = [tuple(row) for row in uses[["column", "used_for", "decided_by"]].values.tolist()]
    hr, council = "HR, 3 May", "the works council"
    assert rows == [
        ("id", "id", hr), ("name", "label", hr), ("in", "eligible", hr),
        ("goals", "criterion goals", council),
        ("learn", "criterion help", hr), ("teach", "criterion help", hr), ("pay", "criterion pay", hr),
        ("faith", "criterion belief", hr), ("team", "criterion background", hr), ("faith", "criterion background", hr),
        ("counts", "criterion background, for whom it counts", hr),
        ("boss", "rule other_boss", hr), ("not_with", "a private rule", hr),
        ("diary", "not used", ""), ("site", "not used", ""),
    ]  # fmt: skip
    assert set(uses["column"]) == set(people()[0])
    shown = set(uses[uses["shown_to_participants"]]["column"])
    assert shown == {"name", "goals", "teach", "learn"}
    by_criterion = uses.drop_duplicates("used_for").set_index("used_for")
    assert by_criterion.loc["criterion help", "weight"] == 5
    assert uses[uses["weight"].notna()].drop_duplicates("used_for")["share"].sum() - 1 / 11 == pytest.approx(
        1
    )


@pytest.mark.parametrize("shuffle", [1, 2])
def test_uses_do_not_depend_on_the_order_of_rows_or_columns(shuffle):
    rows = people()
    mixed = [dict(sorted(row.items(), reverse=shuffle == 1)) for row in rows[::-1]]
    assert pairing(rows).uses().equals(pairing(mixed).uses())


def test_two_sides_say_whose_table_a_column_is_of():
    left = [{"mail": f"e{k}", "role": "mentee", "wants": "a", "grade": k, "extra": 1} for k in range(3)]
    right = [{"mail": f"m{k}", "role": "mentor", "gives": "a", "level": k, "places": 2} for k in range(2)]
    sided = pm.PeerMatcher(
        "mail", [pm.near(left="grade", right="level"), pm.complement(left="wants", right="gives", name="help")],
        [pm.no_repeat(), pm.forbid([("e0", "m0")], decided_by="the ombudsperson")],
        sides=("mentee", "mentor"), capacity={"mentor": "places"}, same_person=["role"],
    )  # fmt: skip
    uses = sided.match(left, right).uses()
    told = [tuple(row) for row in uses[["column", "side", "used_for"]].values.tolist()]
    assert ("grade", "mentee", "criterion near_grade") in told
    assert ("level", "mentor", "criterion near_grade") in told
    assert ("gives", "mentor", "criterion help") in told
    assert ("places", "mentor", "places") in told
    assert ("mail", "mentee", "id") in told
    assert ("mail", "mentor", "id") in told
    assert ("role", "mentor", "same person") in told
    assert ("extra", "mentee", "not used") in told
    lists = uses[uses["column"] == "(a list of pairs)"]
    assert lists[["used_for", "decided_by"]].values.tolist() == [
        ["rule no_repeat", "not recorded"],
        ["rule forbid", "the ombudsperson"],
    ]
    one = pm.PeerMatcher("mail", [pm.same("x")], sides=("mentee", "mentor"))
    table = one.match(
        [{"mail": k, "x": 1, "role": ("mentee", "mentor")[k % 2]} for k in range(4)], role="role"
    ).uses()
    assert table[table["column"] == "role"]["used_for"].tolist() == ["side", "side"]


def test_declared_columns_that_nothing_reads_say_how_they_were_declared():
    found = matcher(rules=[], audit_only=["Diary"], protected=["site"]).match(people(), round="r")
    uses = found.uses().set_index("column")
    assert uses.loc["diary", ["used_for", "kind"]].tolist() == ["not used", "audit-only"]
    assert uses.loc["site", ["used_for", "kind"]].tolist() == ["not used", "protected"]
    assert found.table("rules", audience="auditor")["decided_by"].tolist() == []


def test_demanded_pairs_were_given_for_the_round():
    found = pairing(locks=[("id-a", "id-c")], rules=[])
    assert found.table("rules", audience="auditor")["decided_by"].tolist() == ["given for this round"]


def test_tables_come_in_kind():
    polars = pytest.importorskip("polars")
    found = matcher().match(polars.DataFrame(people()), round="r")
    for name in TABLES:
        assert isinstance(found.table(name, audience="auditor"), polars.DataFrame), name
    assert isinstance(found.uses(), polars.DataFrame)


def test_tables_say_which_there_are():
    with pytest.raises(pm.ConfigError, match="Did you mean 'people'"):
        pairing().table("peopel")


def test_teaching_words_are_spelled_as_the_two_wrote_them():
    rows = [{"id": k, "teach": word, "learn": "Chess"} for k, word in enumerate(["sql", "SQL", "SQL", "SQL"])]
    rows[1] |= {"teach": "Chess", "learn": "sql"}
    criteria, demanded = [pm.complement("teach", "learn")], [pm.require([(0, 1)])]
    found = pm.PeerMatcher("id", criteria, demanded, show=["teach", "learn"]).match(rows)
    assert "0 can help 1 with sql." in found.explain(1, audience="participant").text
