"""Pseudonyms: the same for the same id everywhere, nothing of who somebody is left, and an exact way back."""

from __future__ import annotations

import json
import os
import pickle
import stat

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings

import peermatch as pm
from peermatch.cohort.identifying import why_identifying
from peermatch.cohort.pseudonym_key import PREFIX
from peermatch.cohort.pseudonyms import _tells_who

KEY = pm.PseudonymKey(bytes(range(32)))
OTHER = pm.PseudonymKey(bytes(32))
PEOPLE = [
    {
        "id": f"{k:03}",
        "name": f"Person {k}",
        "contact": f"p{k}@example.org",
        "boss": f"{k // 3:03}" if k else None,
        "not_with": "004; 005" if k == 2 else "009" if k == 1 else None,
        "last_partner": f"{(k + 1) % 12:03}",
        "about": f"I have been here for long and would like to meet somebody new, number {k} of many.",
        "years": (k * 7) % 11,
        "team": "xyz"[k % 3],
        "skills": "SQL; Python" if k % 2 else "Python; R",
        "hours": "09:00-12:00",
        "hired": f"2019-03-{k + 1:02}",
    }
    for k in range(12)
]


def _hidden(**options):
    return pm.pseudonymise(PEOPLE, "id", key=KEY, columns=["boss", "not_with"], **options)


def _ids_left(frame):
    text = frame.to_csv()
    return [one for row in PEOPLE for one in (row["id"], row["name"], row["contact"]) if one in text]


# ---- what is left ---------------------------------------------------------------------------------------


def test_no_id_no_name_and_no_text_is_left():
    found = _hidden()
    assert _ids_left(found.people.drop(columns=["hired", "hours"])) == []
    became = found.columns.set_index("column")["became"].to_dict()
    assert {name for name, what in became.items() if what == "dropped"} == {
        "name",
        "contact",
        "about",
    }
    replaced = {name for name, what in became.items() if what == "pseudonyms"}
    assert replaced == {"id", "boss", "not_with", "last_partner"}
    why = found.columns.set_index("column")["why"].to_dict()
    assert why["about"] == "it holds free text"
    assert why["contact"] == "it holds e-mail addresses"
    assert why["last_partner"] == "it holds ids of people here"
    assert set(became) == set(PEOPLE[0])  # every column is accounted for


def test_the_same_id_has_one_pseudonym_wherever_it_stands():
    history = [{"round": "2026-11", "pair_id": "p-0123456789ab", "a": "001", "b": "002", "remark": "x"}]
    org = [{"id": "777", "boss": None, "salary": 3}, {"id": "000", "boss": "777", "salary": 4}]
    locks = pd.DataFrame({"a": ["001"], "b": ["004"]})
    found = _hidden(history=history, org=org, locks=locks)
    name = {id: KEY.pseudonym(id) for id in (*(row["id"] for row in PEOPLE), "777")}
    assert found.history.to_dict("records") == [{"round": "2026-11", "a": name["001"], "b": name["002"]}]
    assert found.locks.to_dict("records") == [{"a": name["001"], "b": name["004"]}]
    assert set(found.org["id"]) == {name["777"], name["000"]}
    assert found.org.columns.tolist() == ["id", "boss"]  # no pay: only reporting lines are read from it
    people = found.people.set_index("id")
    assert people.loc[name["002"], "not_with"] == f"{name['004']}; {name['005']}"
    assert people.loc[name["007"], "boss"] == name["002"]
    assert list(found.people["id"]) == sorted(found.people["id"])  # no trace of the order of rows
    assert "pair_id" not in found.history  # a hash of ids without a key


def test_columns_as_asked():
    found = _hidden(drop=["team"], keep=["about"], label="years")
    assert "about" in found.people
    assert not {"team", "years"} & set(found.people)
    told = found.columns.set_index("column")["why"]
    assert told["team"] == told["about"] == "as asked"


def test_managers_by_name_and_by_mail_become_ids_first():
    people = [
        {"id": "1", "who": "Ada Byron", "mail": "ada@example.org", "boss": None},
        {"id": "2", "who": "Bo Lee", "mail": "bo@example.org", "boss": "ada@example.org"},
        {"id": "3", "who": "Cy Fox", "mail": "cy@example.org", "boss": "Byron, Ada"},
    ]
    found = pm.pseudonymise(people, "id", key=KEY, manager="boss", email="mail", label="who")
    assert [one for one in found.people["boss"] if one] == [KEY.pseudonym("1")] * 2


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("E-mail", ["x", "x"]),
        ("full_name", ["x", "x"]),
        ("nick", ["red", "fox", "owl", "cat", "elk"]),
        ("reach", ["+49 170 123456", None]),
        ("said", ["a@b.example"]),
        ("story", ["a long story that goes on and on, for more than sixty signs in all, surely"] * 4),
    ],
)
def test_what_says_who_somebody_is_is_dropped(name, cells):
    assert why_identifying(name, cells)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("team", ["x", "y", "x", "y", "x"]),
        ("skills", ["SQL; R", "R; Go", "Go; SQL", "SQL; Go"]),
        ("hired", ["2019-03-04", "2020-01-01", "2021-12-31"]),
        ("at", ["2019-03-04 09:15", "2020-01-01 10:00"]),
        ("hours", ["09:00-12:00; 13:00-17:00", "10:00-18:00"]),
        ("years", [1, 2, 3, 4, 5]),
        ("empty", [None, None]),
    ],
)
def test_what_matching_needs_is_kept(name, cells):
    assert why_identifying(name, cells) is None


def test_whole_numbers_may_be_anything_but_not_under_the_name_of_a_manager():
    people = [{"id": k, "years": k % 5 + 1, "manager_no": k // 2 + 1} for k in range(1, 9)]
    found = pm.pseudonymise(people, "id", key=KEY)
    assert set(found.people) == {"id", "years", "manager_no"}
    assert set(found.people["manager_no"]) <= set(found.people["id"])
    people[3]["manager_no"] = 77  # nobody here: whose id that is cannot be known
    mixed = pm.pseudonymise(people, "id", key=KEY)
    assert set(mixed.people) == {"id", "years"}
    assert "name it in columns=" in mixed.columns.set_index("column")["why"]["manager_no"]


def test_columns_that_hold_what_people_are_called_are_left_out():
    people = [
        {
            "id": f"e{k}",
            "name": f"Ada{k} King{k}",
            "boss": boss,
            "friends": "nobody; Ada3 King3" if k == 1 else None,
        }
        for k, boss in enumerate([None, "ada0 king0", "King0, Ada0", "Ada1 King1", "Ada0 King0"])
    ]
    found = pm.pseudonymise(people, "id", key=KEY)
    assert set(found.people) == {"id"}
    assert _tells_who(["somebody", "x; ada3 King3"], {"ada3 king3"}).startswith(
        "it holds what people here are called"
    )
    assert _tells_who(["somebody", None, 3], {"ada3 king3"}) is None
    by_manager = pm.pseudonymise(people, "id", key=KEY, label="name", manager="boss")
    assert set(by_manager.people) == {"id", "boss"}
    assert "King" not in by_manager.people.to_csv()


def test_vetoes_keep_people_apart_unasked():
    matcher = pm.PeerMatcher("id", [pm.near("years")], [pm.veto("not_with")])
    found = pm.pseudonymise(PEOPLE, "id", key=KEY)
    assert "not_with" in found.people
    (rule,) = matcher.match(found.people).rules.to_dict("records")
    assert rule["pairs_removed"] == matcher.match(PEOPLE).rules["pairs_removed"][0] == 3


# ---- ids exactly ----------------------------------------------------------------------------------------


def test_numbers_and_texts_that_look_alike_have_different_pseudonyms():
    names = {KEY.pseudonym(id) for id in (7, "7", "007", " 7", "7.0")}
    assert len(names) == 5
    assert {OTHER.pseudonym(id) for id in (7, "7")} & names == set()


def test_ids_of_another_type_are_refused_and_not_renamed():
    people = [{"id": k, "x": k % 3} for k in range(1, 9)]
    for tables in (
        {"history": [{"a": "1", "b": "2"}]},
        {"org": [{"id": "1", "boss": None}]},
        {"others": [{"id": "3", "x": 1}]},
    ):
        with pytest.raises(pm.InputError) as caught:
            pm.pseudonymise(people, "id", key=KEY, **tables)
        assert caught.value.items[0]["code"] == "id_type"


@given(
    st.lists(
        st.one_of(
            st.integers(-(10**18), 10**18),
            st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12),
        ),
        min_size=1,
        max_size=12,
        unique_by=str,
    )
)
@settings(derandomize=True, database=None, deadline=None, max_examples=60)
def test_every_id_comes_back_as_it_was(ids):
    cohort = pm.Cohort.of([{"id": id, "x": 1} for id in ids], "id", at_least=1)
    found = pm.pseudonymise(cohort, "id", key=KEY)
    back = pm.reidentify(found.people, found)["id"].tolist()
    assert sorted(map(repr, back)) == sorted(map(repr, cohort.ids.tolist()))


def test_two_ids_with_one_pseudonym_are_refused(monkeypatch):
    monkeypatch.setattr(pm.PseudonymKey, "pseudonym", lambda self, id: PREFIX + "a" * 16)
    with pytest.raises(pm.InputError, match="same pseudonym"):
        pm.pseudonymise(PEOPLE, "id", key=KEY)


# ---- there and back -------------------------------------------------------------------------------------


def test_matching_under_pseudonyms_is_matching():
    """Ties are broken by ids, so pairs may differ where several sets are equally good; what they are worth does not."""
    matcher = pm.PeerMatcher(
        "id", [pm.near("years"), pm.different(["team"]), pm.overlap("skills")], [pm.veto("not_with")]
    )
    plain = matcher.match(PEOPLE)
    hidden = _hidden()
    pairing = matcher.match(hidden.people)
    assert pairing.pairs["score"].sum() == plain.pairs["score"].sum()
    assert len(pairing.pairs) == len(plain.pairs)
    back = pm.reidentify(pairing.pairs, hidden)
    assert set(back["a"]) | set(back["b"]) == {row["id"] for row in PEOPLE}
    assert back["score"].tolist() == pairing.pairs["score"].tolist()
    again = matcher.match(PEOPLE, locks=back[["a", "b"]])
    # the same pairs are worth the same, under their own ids
    assert again.pairs["score"].sum() == plain.pairs["score"].sum()
    people = pm.reidentify(pairing.people, KEY.mapping(PEOPLE, "id"))
    assert {one for partners in people["partners"] for one in partners} <= {row["id"] for row in PEOPLE}


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_tables_come_back_in_kind(kind):
    table = pd.DataFrame([{"id": row["id"], "years": row["years"]} for row in PEOPLE])
    if kind != "pandas":
        library = pytest.importorskip(kind)
        table = library.from_pandas(table) if kind == "polars" else library.Table.from_pandas(table)
    found = pm.pseudonymise(table, "id", key=KEY)
    assert type(found.people) is type(table)
    back = pm.reidentify(found.people, found)
    assert type(back) is type(table)


def test_the_wrong_key_or_other_people_are_told_apart():
    hidden = _hidden()
    with pytest.raises(pm.InputError, match="wrong key"):
        pm.reidentify(hidden.people, OTHER.mapping(PEOPLE, "id"))
    with pytest.raises(pm.InputError, match="belong to nobody here"):
        pm.reidentify(hidden.people, KEY.mapping(PEOPLE[:5], "id"))
    with pytest.raises(pm.InputError, match="No cell holds a pseudonym"):
        pm.reidentify(pd.DataFrame({"a": ["psychotherapeutic", "p"]}), hidden)
    with pytest.raises(pm.InputError, match="no column 'id'"):
        pm.reidentify(hidden.people, pd.DataFrame({"pseudonym": ["x"]}))
    twice = pd.DataFrame({"pseudonym": ["x", "x"], "id": [1, 2]})
    with pytest.raises(pm.InputError, match="twice"):
        pm.reidentify(hidden.people, twice)
    for wrong in ([1], "x.csv", None):
        with pytest.raises(pm.ConfigError):
            pm.reidentify(wrong, hidden)


# ---- arguments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"key": b"secret"},
        {"columns": "boss"},
        {"drop": [3]},
        {"drop": ["team"], "keep": ["team"]},
        {"drop": ["id"]},
        {"columns": ["boss"], "drop": ["boss"]},
        {"columns": ["bos"]},
        {"keep": ["nothing of the kind"]},
    ],
)
def test_wrong_arguments_are_refused(options):
    with pytest.raises(pm.ConfigError):
        pm.pseudonymise(PEOPLE, "id", **{"key": KEY, **options})


def test_a_table_of_pairs_without_known_columns_is_refused():
    with pytest.raises(pm.InputError, match="No column of history"):
        _hidden(history=[{"mentee": "001", "mentor": "002"}])
    found = pm.pseudonymise(
        PEOPLE, "id", key=KEY, columns=["mentee", "mentor"], history=[{"mentee": "001", "mentor": "002"}]
    )
    assert found.history.iloc[0].tolist() == [KEY.pseudonym("001"), KEY.pseudonym("002")]


# ---- the key --------------------------------------------------------------------------------------------


def test_the_key_never_shows():
    hidden = _hidden()
    secret = KEY.secret
    for shown in (repr(KEY), str(KEY), repr(hidden), hidden._repr_html_(), KEY.fingerprint):
        assert secret.hex() not in shown
        assert repr(secret)[2:20] not in shown
    for thing in (KEY, hidden):
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(thing)
    names = set(hidden.mapping["id"])
    assert not any(name in hidden._repr_html_() for name in names)


def test_a_key_file_is_for_its_owner_and_is_never_overwritten(tmp_path):
    path = tmp_path / "key.json"
    before = os.umask(0)
    try:
        KEY.save(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pm.PseudonymKey.load(path) == KEY
    with pytest.raises(pm.OutputError, match="never overwritten"):
        OTHER.save(path)
    assert pm.PseudonymKey.load(path) == KEY
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(pm.OutputError, match="never overwritten"):
        OTHER.save(link)  # not through a link, that leads who knows where
    assert not (tmp_path / "elsewhere.json").exists()


def test_new_keys_differ():
    assert len({pm.PseudonymKey.new().secret for _ in range(8)}) == 8


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    path = KEY.save(tmp_path / "key.json")
    path.chmod(mode)
    with pytest.raises(pm.ConfigError, match="chmod 600"):
        pm.PseudonymKey.load(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        json.dumps({"schema": "peermatch/pseudonym-key/1"}),
        json.dumps({"schema": "peermatch/pseudonym-key/1", "secret": "00"}),
        json.dumps({"schema": "peermatch/pseudonym-key/1", "secret": 7}),
        json.dumps({"schema": "other", "secret": "00" * 32}),
        "[" * 100_000,
    ],
)
def test_what_is_no_key_is_refused_without_a_word_of_it(tmp_path, text):
    path = tmp_path / "key.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(pm.ConfigError, match="no key file") as caught:
        pm.PseudonymKey.load(path)
    assert '"secret": "00' not in str(caught.value)


def test_a_missing_key_file_and_a_folder(tmp_path):
    with pytest.raises(pm.ConfigError, match="There is no key file"):
        pm.PseudonymKey.load(tmp_path / "none.json")
    tmp_path.chmod(0o700)
    with pytest.raises(pm.ConfigError, match="cannot be read"):
        pm.PseudonymKey.load(tmp_path)
    with pytest.raises(pm.OutputError):
        KEY.save(tmp_path / "no" / "such" / "key.json")
