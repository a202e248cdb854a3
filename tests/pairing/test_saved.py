"""Saved results: what comes back is what went out, and nothing else comes in."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle

import jsonschema
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peermatch as pm
from peermatch.report import THINGS, pairing_schema
from support import cohorts

CRITERIA = [pm.near("years"), pm.overlap("goals"), pm.different("team")]


def people(n=9, seed=3):
    return [{**row, "name": f"Person {k}"} for k, row in enumerate(cohorts.records(n, seed))]


def mentors(n=4):
    return [{**row, "id": 100 + k, "places": k % 3} for k, row in enumerate(cohorts.records(n, 8))]


def results():
    rows = people()
    one = pm.PeerMatcher("id", CRITERIA, [pm.forbid([("p000", "p001")])], label="name")
    yield "one pool", one.match(rows, round="2026-12", as_of="2026-12-01")
    yield "trio", pm.PeerMatcher("id", CRITERIA, odd="trio").match(rows)
    yield (
        "numbers",
        pm.PeerMatcher("id", CRITERIA).match([{**row, "id": k + 7} for k, row in enumerate(rows)]),
    )
    padded = [{**row, "id": f"{k:03d}"} for k, row in enumerate(rows)]
    yield "leading zeros", pm.PeerMatcher("id", CRITERIA).match(padded)
    both = pm.PeerMatcher("id", CRITERIA, sides=("mentee", "mentor"), capacity={"mentor": "places"})
    yield "two sides", both.match([{**row, "places": 1} for row in rows], mentors(), round="r")
    named = [{**row, "name": f"Mentor {k}"} for k, row in enumerate(mentors())]
    labelled = pm.PeerMatcher("id", CRITERIA, sides=("mentee", "mentor"), label="name")
    yield "two sides, one with names", labelled.match(rows, named)
    yield "preferences", one.match(rows, preferences={"p000": ["p002", "p003"], "p002": ["p000"]})
    yield "update", one.update(rows[:-1], one.match(rows, round="r"))
    yield (
        "out and repaired",
        pm.PeerMatcher("id", CRITERIA, eligible="in").match(
            [{**row, "id": f" {row['id']}", "in": "no" if k == 2 else "yes"} for k, row in enumerate(rows)]
        ),
    )
    yield "nobody", pm.PeerMatcher("id", CRITERIA, [pm.forbid([("p000", "p001")])]).match(rows[:2])
    yield (
        "minima",
        pm.PeerMatcher(
            "id", CRITERIA, sides=("mentee", "mentor"), capacity={"mentor": {"at_least": 1, "at_most": 3}}
        ).match(rows, mentors()),
    )
    yield (
        "risky text",
        pm.PeerMatcher("id", CRITERIA, label="name").match(
            [{**row, "id": f"=1+{k}", "name": f"<b>\u2028 \ud800 {k}"} for k, row in enumerate(rows)]
        ),
    )
    yield "worst first", pm.PeerMatcher("id", CRITERIA, objective="worst_first").match(rows)
    yield "secret", one.match(rows).keyed("a secret of our own")


ALL = dict(results())
BASE = ALL["one pool"].to_dict()
MET = next(k for k, row in enumerate(BASE["people"]) if row["partners"])


@pytest.mark.parametrize("name", ALL)
def test_what_is_saved_comes_back_exactly(name, tmp_path):
    pairing = ALL[name]
    path = pairing.save(tmp_path / "deep" / "result.json")
    saved = pm.Pairing.load(path)
    assert saved.to_dict() == pairing.to_dict()
    assert saved.to_json() == pairing.to_json()
    assert path.read_bytes() == saved.to_json().encode("utf-8", "backslashreplace")
    assert saved.save(tmp_path / "again.json").read_bytes() == path.read_bytes()
    assert saved.manifest == pairing.manifest
    assert saved.altered == ()
    assert (saved.round, saved.two_sided, saved.side_names) == (
        pairing.round,
        pairing.sides.two_sided,
        pairing.sides.names,
    )
    told = ("kind", "status", "verified", "gap", "pairs_gap", "worst_gap", "pairs_covered", "sentence")
    assert all(getattr(saved.certificate, part) == getattr(pairing.certificate, part) for part in told)


@pytest.mark.parametrize("name", ALL)
def test_tables_are_those_of_the_result(name, tmp_path):
    pairing = ALL[name]
    saved = pm.Pairing.load(pairing.save(tmp_path / "result.json"))
    for table in ("people", "pairs", "members", "unmatched", "rules", "changes"):
        one, other = getattr(saved, table), getattr(pairing, table)
        pd.testing.assert_frame_equal(one, other)
        kinds = [[type(cell) for cell in frame.get("id", [])] for frame in (one, other)]
        assert kinds[0] == kinds[1]
    repairs, then = saved.repairs, pairing.repairs
    assert list(repairs.columns) == list(then.columns)
    assert repairs["reason"].tolist() == then["reason"].tolist()


def test_tables_in_hand_are_ones_own(tmp_path):
    saved = pm.Pairing.load(ALL["one pool"].save(tmp_path / "r.json"))
    saved.people["partners"].iloc[0].append("nobody")
    saved.manifest.clear(), saved.settings.clear(), saved.to_dict()["people"].clear()
    pairs = saved.pairs
    pairs.loc[0, "pair_id"] = "x"
    assert saved.to_dict() == BASE
    assert saved.people["partners"].tolist() == ALL["one pool"].people["partners"].tolist()


def test_a_folder_of_results_is_read_too(tmp_path):
    ALL["one pool"].to_csv(tmp_path / "out")
    assert pm.Pairing.load(tmp_path / "out").to_dict() == BASE
    assert pickle.loads(pickle.dumps(pm.Pairing.load(tmp_path / "out"))).to_dict() == BASE
    assert copy.deepcopy(pm.Pairing.load(tmp_path / "out")).to_dict() == BASE


def test_save_takes_a_secret(tmp_path):
    saved = pm.Pairing.load(ALL["one pool"].save(tmp_path / "r.json", key="a secret of our own"))
    assert saved.manifest["key"]["origin"] == "given"
    with pytest.raises(pm.ConfigError, match="at least 16 bytes"):
        ALL["one pool"].save(tmp_path / "r.json", key="short")


def test_evidence_is_saved_where_it_is_asked_for(tmp_path):
    pairing = ALL["one pool"]
    saved = pm.Pairing.load(pairing.save(tmp_path / "r.json", evidence=True))
    assert saved.to_dict() == pairing.to_dict(evidence=True)
    assert saved.manifest == pairing.manifest
    assert saved.verify().holds
    assert saved.verify().has_evidence
    assert not pm.SavedResult(BASE).verify().has_evidence
    data = saved.to_dict()
    data["pairs"][0]["score"] = 0.25
    assert not pm.SavedResult(data).verify().holds


# ---- where an earlier result is taken -------------------------------------------------------------------


def test_it_stands_in_for_the_earlier_result(tmp_path):
    before = ALL["one pool"]
    saved = pm.Pairing.load(before.save(tmp_path / "r.json"))
    made = pm.PeerMatcher("id", CRITERIA, label="name")
    assert made.update(people()[:-1], saved).pairs.equals(made.update(people()[:-1], before).pairs)
    pd.testing.assert_frame_equal(pm.extend_history(None, saved), pm.extend_history(None, before))
    earlier = [{"round": "0", "date": None, "a": "p000", "b": "p001"}]
    pd.testing.assert_frame_equal(pm.extend_history(earlier, saved), pm.extend_history(earlier, before))
    after = made.match(people()[:-1])
    assert pm.diff(saved, after).text == pm.diff(before, after).text
    assert pm.diff(before, saved).pairs["change"].tolist() == ["kept"] * len(before.pairs)


def test_a_programme_takes_it(tmp_path):
    programme = pm.Programme(pm.PeerMatcher("id", CRITERIA, [pm.no_repeat()], label="name"))
    before = programme.run(people(), round="2026-11")
    saved = pm.Pairing.load(before.save(tmp_path / "r.json"))
    after = programme.update(people()[:-1], previous=saved)
    assert after.update.kept == len(before.pairs) - (1 if "p008" in set(before.members["id"]) else 0)


@pytest.mark.parametrize("name", ["one pool", "two sides", "trio", "numbers"])
def test_a_programme_writes_it_down_as_it_would_the_result(name, tmp_path):
    pairing = ALL[name]
    if pairing.round is None:
        pairing = dataclasses.replace(pairing, round="r")
    saved = pm.Pairing.load(pairing.save(tmp_path / "r.json"))
    sides = ("mentee", "mentor") if pairing.sides.two_sided else None
    texts = set()
    for result in (pairing, saved):
        programme = pm.Programme(pm.PeerMatcher("id", CRITERIA, [pm.no_repeat()], sides=sides))
        programme.record(result)
        texts.add(json.dumps(programme.to_dict(), sort_keys=True) + repr(programme.turns))
    assert len(texts) == 1


def not_there():
    # it makes new results, or tells what stands in to_dict()
    return sorted(set(THINGS) - {name for name in dir(pm.SavedResult) if not name.startswith("_")})


@pytest.mark.parametrize(
    "name", [*not_there(), "sides", "scores", "fitted", "matching", "everyone", "problem"]
)
def test_questions_about_profiles_are_refused_with_what_to_do(name, tmp_path):
    saved = pm.Pairing.load(ALL["one pool"].save(tmp_path / "r.json"))
    with pytest.raises(pm.ConfigError, match=r"again with the same configuration|to_dict\(\)"):
        getattr(saved, name)


def test_it_is_no_fit_for_another_round(tmp_path):
    saved = pm.Pairing.load(ALL["one pool"].save(tmp_path / "r.json"))
    with pytest.raises(pm.ConfigError, match="no fitted"):
        pm.PeerMatcher("id", CRITERIA).match(people(), fitted=saved)
    with pytest.raises(AttributeError):
        _ = saved.nothing_of_the_kind
    assert not hasattr(saved, "columns")


def test_an_edited_result_shows(tmp_path):
    data = copy.deepcopy(BASE)
    data["pairs"][0]["score"] = 0.25
    assert pm.SavedResult(data).altered == ("pairs",)
    data = copy.deepcopy(BASE)
    data["certificate"]["gap"] = 0.5
    assert pm.SavedResult(data).altered == ("certificate",)


# ---- what must not come in ------------------------------------------------------------------------------


def place(data, *path):
    for part in path[:-1]:
        data = data[part]
    return data, path[-1]


def put(*path, value):
    def edit(data):
        inside, last = place(data, *path)
        inside[last] = value

    return edit


def drop(*path):
    def edit(data):
        inside, last = place(data, *path)
        del inside[last]

    return edit


WRONG = {
    "a schema of later": (put("schema", value="peermatch/pairing/2"), "schema 'peermatch/pairing/2'"),
    "an auditor's": (put("schema", value="peermatch/audit/1"), "peermatch/audit/1"),
    "no schema": (drop("schema"), "schema None"),
    "no people": (drop("people"), "the key 'people'"),
    "no manifest": (drop("manifest"), "the key 'manifest'"),
    "an unknown key": (put("extra", value=1), "the key 'extra'"),
    "a slip in a key": (put("people", 0, "statas", value="paired"), "'status'"),
    "a number as id": (put("people", 0, "id", value=7), r"people\[0\].id must be an object. Got 7"),
    "an id of floats": (put("people", 0, "id", "type", value="float"), r"people\[0\].id.type"),
    "an empty id": (put("people", 0, "id", "value", value=""), r"people\[0\].id.value"),
    "an id with a line": (put("people", 0, "id", value={"type": "int", "value": "7\n"}), r"people\[0\].id"),
    "an odd number": (
        put("people", 0, "id", value={"type": "int", "value": "007"}),
        "no whole number as we write it",
    ),
    "a vast number": (put("people", 0, "id", value={"type": "int", "value": "9" * 5000}), "no whole number"),
    "a score above one": (
        put("pairs", 0, "score", value=1.5),
        r"pairs\[0\].score must be a number of at most 1",
    ),
    "a vast score": (put("pairs", 0, "score", value=10**400), r"pairs\[0\].score"),
    "a text as score": (put("pairs", 0, "score", value="1"), r"pairs\[0\].score must be a number. Got '1'"),
    "true as score": (put("pairs", 0, "score", value=True), r"pairs\[0\].score must be a number. Got True"),
    "a criterion more": (put("pairs", 0, "contributions", "other", value=0.0), "must name the criteria"),
    "a criterion less": (drop("pairs", 0, "contributions", "near_years"), "must name the criteria"),
    "a strange pair": (
        put("pairs", 0, "a", "value", value="nobody"),
        r"pairs\[0\].a is 'nobody', who is not among",
    ),
    "a strange status": (put("people", 0, "status", value="gone"), r"people\[0\].status"),
    "other partners": (
        lambda data: data["people"][MET]["partners"].__setitem__(0, data["people"][MET]["id"]),
        "other partners",
    ),
    "a group of others": (
        put("people", MET, "group_ids", value=["p-000000000000"]),
        "other partners or groups",
    ),
    "a pair twice": (lambda data: data["pairs"].append(data["pairs"][0]), r"pairs\[4\] stands there twice"),
    "a pair turned": (
        lambda data: data["pairs"].append(
            {**data["pairs"][0], "a": data["pairs"][0]["b"], "b": data["pairs"][0]["a"]}
        ),
        "stands there twice",
    ),
    "a person twice": (
        lambda data: data["people"].append(data["people"][0]),
        r"people\[9\] is 'p000' once more",
    ),
    "with oneself": (lambda data: data["pairs"][0].update(b=data["pairs"][0]["a"]), "with themselves"),
    "a side in one pool": (put("people", 0, "side", value="a"), r"people\[0\] must have no side"),
    "one pool of two sides": (put("two_sided", value=True), r"people\[0\] must have 'a' or 'b'"),
    "two sides of one name": (put("sides", value=["a", "a"]), "different names"),
    "nobody unmatched": (put("unmatched", value=[]), "unmatched must name"),
    "a stranger behind the proof": (
        put("certificate", "vertices", value=[{"type": "str", "value": "x"}]),
        "certificate.vertices names 'x'",
    ),
    "too few fingerprints": (
        lambda data: data["manifest"]["rows"]["fingerprints"].pop(),
        "must be a list of 9. Got 8",
    ),
    "a short fingerprint": (put("manifest", "rows", "fingerprints", 0, value="ab"), r"fingerprints\[0\]"),
    "two sides of columns": (
        put("manifest", "rows", "columns", value=[["id"], ["id"]]),
        "must be a list of 1. Got 2",
    ),
    "lists for objects": (put("certificate", value=[]), "certificate must be an object"),
    "text in the proof": (put("certificate", "evidence", "vertex_duals", value=["1"]), r"vertex_duals\[0\]"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_its_place(name, tmp_path):
    edit, message = WRONG[name]
    data = copy.deepcopy(BASE)
    edit(data)
    path = tmp_path / "r.json"
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(pm.InputError, match=message) as caught:
        pm.Pairing.load(path)
    assert caught.value.items[0]["code"] == "bad_result"
    with pytest.raises(pm.InputError, match=message):
        pm.SavedResult(data)


TEXT = json.dumps(BASE)
HOSTILE = {
    "empty": (b"", "not JSON"),
    "no JSON": (b"PK\x03\x04", "not JSON|not text"),
    "half": (TEXT[: len(TEXT) // 2].encode(), "not JSON"),
    "a list": (b"[]", "must be an object, and is a list of 0"),
    "null": (b"null", "must be an object"),
    "Latin text": (
        TEXT.replace("Person", "P\u00e9rson").encode("latin-1")[:-1] + b"\xe9}",
        "not text in UTF-8|not JSON",
    ),
    "NaN": (
        TEXT.replace('"round": "2026-12"', '"round": NaN', 1).encode(),
        "number that cannot be read: NaN",
    ),
    "infinity": (TEXT.replace('"round": "2026-12"', '"round": -Infinity', 1).encode(), "-Infinity"),
    "a hidden infinity": (TEXT.replace('"round": "2026-12"', '"round": 1e999', 1).encode(), "1e999"),
    "a number of digits": (
        TEXT.replace('"round": "2026-12"', '"round": ' + "9" * 5000, 1).encode(),
        "number",
    ),
    "a key twice": (TEXT.replace('"round":', '"round": "x", "round":', 1).encode(), "the key 'round' twice"),
    "a key twice, deep": (
        TEXT.replace('"status":', '"status": "paired", "status":', 1).encode(),
        "'status' twice",
    ),
    "deep lists": (b"[" * 200_000 + b"]" * 200_000, "nested too deeply"),
    "deep objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    "a deep proof": (
        TEXT.replace(
            '"evidence": {',
            '"evidence": ' + '{"kind": "bound", "pairs_covered": 0, "within": ' * 400 + "{",
            1,
        )
        .replace('"vertices":', "}" * 400 + ', "vertices":', 1)
        .replace("}, }", "}}")
        .encode(),
        "nested too deeply|not JSON|must be",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_in_one_sentence(name, tmp_path):
    raw, message = HOSTILE[name]
    path = tmp_path / "r.json"
    path.write_bytes(raw)
    with pytest.raises(pm.InputError, match=message) as caught:
        pm.Pairing.load(path)
    assert caught.value.items[0]["code"] == "bad_result"
    assert len(str(caught.value)) < 500


def test_what_is_not_there_or_vast_is_refused(tmp_path, monkeypatch):
    with pytest.raises(pm.InputError, match="cannot be read"):
        pm.Pairing.load(tmp_path / "none.json")
    with pytest.raises(pm.InputError, match="cannot be read"):
        pm.Pairing.load(tmp_path)
    vast = tmp_path / "vast.json"
    with vast.open("wb") as file:
        file.truncate(3 << 30)  # a hole: no disk is filled
    with pytest.raises(pm.InputError, match="larger than 512 megabytes"):
        pm.Pairing.load(vast)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
)
ANY = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3)
)


def every_place(data, path=()):
    yield path
    if isinstance(data, dict):
        for key, part in data.items():
            yield from every_place(part, (*path, key))
    elif isinstance(data, list):
        for number, part in enumerate(data[:2]):
            yield from every_place(part, (*path, number))


PLACES = [path for path in every_place(BASE) if path]
FREE = ("settings", "rules", "repairs")


@settings(derandomize=True, database=None, deadline=None, max_examples=400)
@given(st.sampled_from(PLACES), ANY)
def test_anything_in_any_place_is_refused_or_says_the_same_as_the_schema(path, value):
    """Our own check of the schema is as strict as another's, and raises nothing but its own error."""
    data = copy.deepcopy(BASE)
    inside, last = place(data, *path)
    inside[last] = value
    try:
        saved = pm.SavedResult(data)
    except pm.InputError as error:
        codes = {item["code"] for item in error.items}
    else:
        codes = {"bad_result"}
        jsonschema.validate(data, pairing_schema())
        assert saved.to_dict() == data
        for table in ("people", "pairs", "members", "unmatched", "rules", "repairs", "changes"):
            getattr(saved, table)
    assert codes == {"bad_result"}


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(st.sampled_from(PLACES))
def test_no_part_may_be_missing_but_those_of_which_the_schema_says_so(path):
    data = copy.deepcopy(BASE)
    inside, last = place(data, *path)
    del inside[last]
    try:
        pm.SavedResult(data)
    except pm.InputError:
        return
    jsonschema.validate(data, pairing_schema())
