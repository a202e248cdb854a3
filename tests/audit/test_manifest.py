"""The manifest of a whole run: what changes it, what does not, and who may have what of it."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys

import jsonschema
import numpy as np
import pandas as pd
import polars as pl
import pytest

import peermatch as pm
from peermatch.audit import (
    INPUTS,
    key_from_rows,
    key_from_secret,
    key_id,
    row_fingerprints,
    row_texts,
    versions_used,
)
from peermatch.cohort import read_people
from peermatch.report import audit_schema, pairing_schema
from support import cohorts

SECRET = "a secret of our own, for tests"
KEYED = ("configuration", "fitted", "key", "inputs", "rows")


def rows(n=12, seed=3):
    return [
        {**row, "name": f"Person {k}", "hobby": f"h{k}"} for k, row in enumerate(cohorts.records(n, seed))
    ]


def matcher(weight=1.0, **options):
    criteria = [
        pm.near("years", weight=weight),
        pm.complement("offers", "seeks"),
        pm.overlap("goals", when="wants"),
    ]
    return pm.PeerMatcher("id", criteria, [pm.must_differ("team")], label="name", **options)


def matched(people=None, made=None, **given):
    return (made or matcher()).match(rows() if people is None else people, round="r", **given)


def manifest(people=None, made=None, secret=SECRET, **given):
    pairing = matched(people, made, **given)
    return (pairing if secret is None else pairing.keyed(secret)).manifest


def differing(one, other):
    return {name for name in one if one[name] != other[name]}


USED = ["id", "name", "years", "offers", "seeks", "goals", "wants", "team"]


def test_what_was_used_is_listed_and_nothing_else():
    found = manifest()
    assert found["rows"]["columns"] == [sorted(USED)]
    assert len(found["rows"]["fingerprints"]) == len(set(found["rows"]["fingerprints"])) == 12


@pytest.mark.parametrize("column", [name for name in USED if name != "id"])
def test_a_changed_cell_changes_exactly_its_rows_fingerprint(column):
    """Of every column that is used, under a key that stays."""
    before = manifest()["rows"]["fingerprints"]
    changed = rows()
    other = {"years": 77, "wants": "no" if changed[4]["wants"] == "yes" else "yes"}
    changed[4][column] = other.get(column, "something else")
    after = manifest(changed)["rows"]["fingerprints"]
    assert [k for k in range(12) if before[k] != after[k]] == [4]


def test_a_cell_that_becomes_empty_or_was_empty_counts_too():
    people = rows()
    place = next(k for k, row in enumerate(people) if row["goals"] is None)
    full = next(k for k, row in enumerate(people) if row["goals"] is not None)
    before = manifest(people)["rows"]["fingerprints"]
    swapped = copy.deepcopy(people)
    swapped[place]["goals"], swapped[full]["goals"] = swapped[full]["goals"], None
    after = manifest(swapped)["rows"]["fingerprints"]
    assert {k for k in range(12) if before[k] != after[k]} == {place, full}


def test_cells_of_other_columns_change_nothing_at_all():
    changed = [{**row, "hobby": "other", "new": k} for k, row in enumerate(rows())]
    for secret in (SECRET, None):
        assert manifest(secret=secret) == manifest(changed, secret=secret)


def test_a_weight_changes_the_configuration_alone():
    for secret in (SECRET, None):
        changed = differing(manifest(secret=secret), manifest(made=matcher(weight=1.5), secret=secret))
        assert {"configuration"} <= changed <= {"configuration", "certificate", "result"}


def test_the_default_key_is_of_the_rows_and_says_whether_all_are_as_they_were():
    pairing = matched()
    people = read_people(rows(), "id")
    texts = row_texts(people, pairing.manifest["rows"]["columns"][0])
    assert key_from_rows([texts]) == pairing.row_key
    assert key_id(pairing.row_key) == pairing.manifest["key"]["id"]
    assert row_fingerprints(texts, pairing.row_key) == pairing.manifest["rows"]["fingerprints"]
    changed = rows()
    changed[0]["team"] = "violet"
    assert matched(changed).row_key != pairing.row_key
    # erased rows: the key that was kept tells whose are still the same
    fewer = row_texts(people.take(np.arange(1, 12)), pairing.manifest["rows"]["columns"][0])
    assert row_fingerprints(fewer, pairing.row_key) == pairing.manifest["rows"]["fingerprints"][1:]


def test_the_key_stands_in_no_result(tmp_path):
    pairing = matched()
    for found in (pairing, pairing.keyed(SECRET)):
        files = [path.read_text("utf-8") for path in found.to_csv(tmp_path / "a")]
        files += [path.read_text("utf-8") for path in found.to_csv(tmp_path / "b", audience="auditor")]
        files += [json.dumps(found.manifest), repr(found), found.summary()]
        for text in files:
            assert found.row_key.hex() not in text
            assert SECRET not in text


def test_equal_people_cannot_be_told_by_their_fingerprints():
    people = [{"id": f"p{k}", "x": 1} for k in range(4)]
    found = pm.PeerMatcher("id", [pm.same("x")]).match(people).manifest["rows"]["fingerprints"]
    assert len(set(found)) == 4


HISTORY = [{"round": "q", "a": "p000", "b": "p001"}, {"round": "q", "a": "p002", "b": "p003"}]


def given_one_by_one():
    people = rows()
    earlier = matched(people)
    return {
        "org": {"org": people},
        "history": {"history": HISTORY},
        "locks": {"locks": [("p000", "p004")]},
        "preferences": {"preferences": {"p000": ["p003"]}},
        "set_aside": {"set_aside": ["p001"]},
        "first": {"first": ["p001"]},
        "fitted": {"fitted": earlier},
    }


def looking(name):
    rules = {"history": [pm.no_repeat()], "org": [pm.not_in_line("manager", min_found=0)]}.get(name, [])
    return pm.PeerMatcher("id", [pm.near("years")], rules)


@pytest.mark.parametrize("name", sorted(given_one_by_one()))
def test_each_input_has_its_own_fingerprint(name):
    given = given_one_by_one()[name]
    if name == "fitted":
        given = {"fitted": looking(name).match(rows()[:8])}
    with_it, without = manifest(made=looking(name), **given), manifest(made=looking(name))
    told = {key for key, value in with_it["inputs"].items() if value is not None}
    assert told == {name}
    assert not any(without["inputs"].values())
    assert set(with_it["inputs"]) == {*INPUTS, "private"}


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("history", HISTORY, [HISTORY[0]], False),
        ("history", HISTORY, HISTORY[::-1], True),
        ("history", HISTORY, pd.DataFrame(HISTORY), True),
        ("history", HISTORY, pl.DataFrame(HISTORY), True),
        ("locks", [("p000", "p004")], [("p000", "p005")], False),
        ("locks", [("p000", "p004")], [["p000", "p004"]], True),
        ("set_aside", ["p001"], ["p002"], False),
        ("first", ["p001"], ["p002"], False),
        ("preferences", {"p000": ["p003", "p004"]}, {"p000": ["p004", "p003"]}, False),
        ("preferences", {"p000": ["p003"], "p001": ["p004"]}, {"p001": ["p004"], "p000": ["p003"]}, True),
        ("org", rows(), rows()[::-1], True),
        ("org", rows(), [{**row, "manager": None} if k == 3 else row for k, row in enumerate(rows())], False),
    ],
)
def test_inputs_count_by_what_is_in_them(name, one, other, same):
    found = [manifest(made=looking(name), **{name: given})["inputs"][name] for given in (one, other)]
    assert (found[0] == found[1]) == same


def test_inputs_are_fingerprinted_when_they_are_read(tmp_path):
    path = tmp_path / "history.csv"
    pd.DataFrame(HISTORY).to_csv(path, index=False)
    pairing = matched(made=looking("history"), history=str(path))
    path.write_text("round,a,b\nq,p005,p006\n")
    table = pd.DataFrame(HISTORY)
    other = matched(made=looking("history"), history=table)
    table.loc[0, "a"] = "p009"
    expected = manifest(made=looking("history"), secret=None, history=HISTORY)["inputs"]
    assert pairing.manifest["inputs"] == other.manifest["inputs"] == expected


def test_what_was_learned_is_fingerprinted():
    fewer = manifest(rows()[:8])
    assert manifest()["fitted"] != fewer["fitted"]
    reused = manifest(rows()[:8], fitted=matched())
    assert reused["fitted"] == manifest()["fitted"] == reused["inputs"]["fitted"]


def test_every_kind_of_criterion_has_a_fingerprint_that_questions_do_not_change():
    people = rows(14)
    made = pm.PeerMatcher("id", cohorts.every_criterion([("p001", "p004")]))
    pairing = made.match(people, round="r", as_of="2026-12-01").keyed(SECRET)
    early = pairing.manifest
    other = made.match(people, round="r", as_of="2026-12-01").keyed(SECRET)
    other.summary(), other.explain(other.pairs["a"].iloc[0]), other.why_not("p000", "p001")
    assert other.manifest == early
    assert made.match(people[:-1], as_of="2026-12-01").keyed(SECRET).manifest["fitted"] != early["fitted"]


OPTIONS = [
    {"objective": "best_total"},
    {"mutual": "mean"},
    {"unknown": "mean"},
    {"floor": 0.1},
    {"odd": "trio"},
    {"solver": pm.solvers.Blossom(k=8)},
    {"show": ["goals"]},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: next(iter(options)))
def test_each_option_changes_the_configuration(options):
    assert manifest()["configuration"] != manifest(made=matcher(**options))["configuration"]


def test_who_decided_is_told_and_changes_nothing():
    assert manifest(made=matcher(decided_by="HR")) == manifest()


def test_lists_of_pairs_count_by_what_is_in_them(tmp_path):
    def told(pairs):
        made = pm.PeerMatcher("id", [pm.near("years")], [pm.forbid(pairs)])
        return manifest(made=made)["configuration"]

    path = tmp_path / "apart.csv"
    path.write_text("a,b\np000,p001\n")
    (tmp_path / "deeper").mkdir()
    elsewhere = tmp_path / "deeper" / "other.csv"
    elsewhere.write_text("b,a\np001,p000\n")
    assert told(str(path)) == told(str(elsewhere)) == told(pd.DataFrame({"a": ["p000"], "b": ["p001"]}))
    assert told([("p000", "p001")]) != told([("p000", "p002")])


def test_an_update_says_what_it_started_from():
    before = matched()
    first = matcher().update(rows()[:-1], before).keyed(SECRET).manifest
    second = matcher().update(rows()[:-1], matched(rows()[:-2])).keyed(SECRET).manifest
    saved = matcher().update(rows()[:-1], before.to_dict()).keyed(SECRET).manifest
    assert first["inputs"]["previous"] == saved["inputs"]["previous"] != second["inputs"]["previous"]
    assert second["inputs"]["previous"] is not None


def test_two_sides_are_kept_apart():
    left, right = rows(6), [{**row, "id": f"m{k}", "extra": k} for k, row in enumerate(rows(5, 9))]
    criteria = [pm.near(left="years", right="years"), pm.same(left="team", right="country")]
    made = pm.PeerMatcher("id", criteria, sides=("mentee", "mentor"), capacity={"mentor": "extra"})
    found = made.match(left, right).keyed(SECRET)
    assert found.manifest["rows"]["columns"] == [["id", "team", "years"], ["country", "extra", "id", "years"]]
    assert len(found.manifest["rows"]["fingerprints"]) == len(found.people) == 11
    swapped = made.match(left, [{**row, "country": "XX"} if k == 0 else row for k, row in enumerate(right)])
    one, other = (part.manifest["rows"]["fingerprints"] for part in (found, swapped.keyed(SECRET)))
    assert [k for k in range(11) if one[k] != other[k]] == [6]
    # one table with roles is the same people
    both = [{**row, "role": "mentee"} for row in left] + [{**row, "role": "mentor"} for row in right]
    told = made.match(both, role="role").manifest["rows"]
    assert "role" in told["columns"][0]
    assert len(told["fingerprints"]) == 11


def test_who_does_not_take_part_has_a_fingerprint_too():
    people = [{**row, "in": "no" if k == 2 else "yes"} for k, row in enumerate(rows())]
    found = manifest(people, made=matcher(eligible="in"))
    assert len(found["rows"]["fingerprints"]) == 12
    assert "in" in found["rows"]["columns"][0]


# ---- private rules --------------------------------------------------------------------------------------


def with_veto(people, listed=(("p000", "p003"),)):
    rules = [pm.veto("never"), pm.veto(table=list(listed), name="listed")]
    return pm.PeerMatcher("id", [pm.near("years")], rules).match(people, org=None)


def test_vetoes_cannot_be_tested_by_guesses_of_the_rows():
    """Who knows the whole table but for one veto could otherwise make the key of either guess."""
    asked = [{**row, "never": "p001" if k == 0 else None} for k, row in enumerate(rows())]
    other = [{**row, "never": "p000" if k == 1 else None} for k, row in enumerate(rows())]
    one, two = with_veto(asked), with_veto(other, [("p003", "p000")])
    assert one.manifest == two.manifest
    assert "never" not in one.manifest["rows"]["columns"][0]
    assert one.manifest["inputs"]["private"] is None


def test_a_secret_covers_vetoes_as_well():
    asked = [{**row, "never": "p001" if k == 0 else None} for k, row in enumerate(rows())]
    other = [{**row, "never": "p000" if k == 1 else None} for k, row in enumerate(rows())]
    one, two, three = (
        with_veto(people, listed).keyed(SECRET).manifest
        for people, listed in (
            (asked, [("p000", "p003")]),
            (other, [("p000", "p003")]),
            (asked, [("p003", "p000")]),
        )
    )
    before, after = one["rows"]["fingerprints"], two["rows"]["fingerprints"]
    assert [k for k in range(12) if before[k] != after[k]] == [0, 1]
    assert one["inputs"]["private"] == two["inputs"]["private"] != three["inputs"]["private"]


# ---- in the result --------------------------------------------------------------------------------------


def test_it_fits_the_schema_and_stands_in_the_data():
    for pairing in (matched(), matched().keyed(SECRET)):
        data = json.loads(pairing.to_json())
        jsonschema.validate(data, pairing_schema())
        assert data["manifest"] == pairing.manifest
        jsonschema.validate(json.loads(pairing.to_json(audience="auditor")), audit_schema())


def test_an_auditor_gets_nothing_that_a_guess_of_the_rows_could_be_tested_with():
    pairing = matched()
    told = pairing.to_dict(audience="auditor")["manifest"]
    assert not {"key", "configuration", "fitted", "inputs"} & set(told)
    assert set(told["rows"]) == {"columns"}
    keyed = {pairing.manifest[name] for name in ("configuration", "fitted")}
    keyed |= {pairing.manifest["key"]["id"], *pairing.manifest["rows"]["fingerprints"]}
    text = pairing.to_json(audience="auditor")
    assert not [one for one in keyed if one in text]
    # a secret is not to be guessed: all of it stays
    own = pairing.keyed(SECRET)
    assert own.to_dict(audience="auditor")["manifest"] == own.manifest


def test_a_manifest_in_hand_is_ones_own():
    pairing = matched()
    pairing.manifest["rows"]["fingerprints"].clear()
    pairing.to_dict()["manifest"]["versions"].clear()
    assert len(pairing.manifest["rows"]["fingerprints"]) == 12
    assert pairing.manifest["versions"] == versions_used()


def test_versions_are_those_of_the_packages():
    assert versions_used()["numpy"] == np.__version__
    assert versions_used()["pandas"] == pd.__version__
    assert versions_used()["peermatch"] == pm.__version__
    assert versions_used()["python"] == ".".join(map(str, sys.version_info[:2]))


def test_the_secret_makes_the_key():
    found = matched().keyed(SECRET)
    assert found.row_key == key_from_secret(SECRET.encode()) == matched(rows()[:6]).keyed(SECRET).row_key
    assert found.manifest["key"] == {"id": key_id(found.row_key), "origin": "given"}
    assert found.pairs.equals(matched().pairs)


@pytest.mark.parametrize("shuffled", range(3))
def test_the_order_of_rows_and_columns_and_the_kind_of_table_do_not_count(shuffled):
    frame = pd.DataFrame(rows())
    order = np.random.default_rng(shuffled)
    mixed = frame.iloc[order.permutation(len(frame))][list(order.permutation(frame.columns))]
    expected = manifest(secret=None)
    assert manifest(mixed, secret=None) == manifest(pl.from_pandas(mixed), secret=None) == expected


def test_neither_hash_seed_nor_threads_count():
    code = (
        "import sys; sys.path.insert(0, 'tests'); import peermatch as pm; from support import cohorts;"
        "made = pm.PeerMatcher('id', cohorts.every_criterion([('p001', 'p004')]), [pm.forbid([('p001', 'p002')])]);"
        "print(made.match(cohorts.records(9, 1), round='r', as_of='2026-12-01').keyed('0123456789abcdef').manifest)"
    )
    texts = set()
    for seed, threads in (("0", "1"), ("7", "2")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        run = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        texts.add(run.stdout)
    assert len(texts) == 1


# ---- circles and rings ----------------------------------------------------------------------------------


def test_circles_and_rings_have_manifests_too():
    people = rows(9)
    made = matcher()
    for form in (
        lambda table: pm.form_circles(made, table, size=3, round="r", rules=[("at_most", "country", 2)]),
        lambda table: pm.form_rings(made, table, round="r"),
    ):
        found = form(people)
        manifest = found.manifest
        assert found.to_dict()["manifest"] == manifest == form(people[::-1]).manifest
        used = {*USED, "country"} if hasattr(found, "circles") else set(USED)
        assert manifest["rows"]["columns"] == [sorted(used)]
        texts = row_texts(read_people(people, "id"), sorted(used))
        assert row_fingerprints(texts, found.row_key) == manifest["rows"]["fingerprints"]
        assert (
            manifest["configuration"]
            != form([{**row, "years": 1} for row in people]).manifest["configuration"]
        )
        jsonschema.validate(
            {**manifest, "certificate": {**manifest["certificate"], "kind": "none"}}, part("manifest")
        )


def part(name):
    schema = pairing_schema()
    return {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}


def test_cells_without_consent_are_in_no_fingerprint():
    def told(team):
        people = [
            {**row, "team": team if k == 3 else "red", "ok": "no" if k == 3 else "yes"}
            for k, row in enumerate(rows())
        ]
        made = pm.PeerMatcher("id", [pm.near("years"), pm.different("team")], consent={"team": "ok"})
        return made.match(people).manifest

    assert told("blue") == told("green")
    assert {"ok", "team"} <= set(told("blue")["rows"]["columns"][0])
