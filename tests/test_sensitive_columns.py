"""Sensitive columns: a value that nobody may read stands in nothing that comes out, whatever reads the column."""

from __future__ import annotations

import io
import json
import logging
import pickle

import pytest

import peermatch as pm
from peermatch.criteria import CRITERIA, RULES
from peermatch.programme.circles import form_circles

SECRETS = ("Zoroaster", "Quetzalcoatl", "Xenophanes")
PEOPLE = [
    {
        "id": f"e{k:02}",
        "name": f"Person {k}",
        "years": k,
        "team": "xyz"[k % 3],
        "Faith": None if k == 7 else SECRETS[k % 3],
        "age": f" {20 + k} ",
        "pay": f"{41_000 + k} ",
        "no": "e05 " if k == 2 else None,
        "goals": "N/A" if k == 3 else "lead",
        "h": "09:00-12:00",
    }
    for k in range(12)
]


def _texts(pairing, tmp_path):
    """Everything that a pairing gives to an administrator, as text."""
    pairing.to_csv(tmp_path / "admin")
    pairing.to_csv(tmp_path / "audit", audience="auditor")
    pairing.to_csv(tmp_path / "each", audience="participant")
    pairing.report(tmp_path / "report.html")
    first, second = pairing.pairs[["a", "b"]].iloc[0]
    texts = [path.read_text("utf-8") for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    texts += [str(pairing.explain(one)) for one in pairing.people["id"]]
    texts += [
        str(pairing.meeting_guide(first, second)),
        str(pairing.why_not("e00", "e03")),
        pairing.summary(),
    ]
    texts += [
        str(pairing.why_not("e00", "e01")),
        str(pairing.alternatives("e00")),
        str(pairing.relaxations()),
    ]
    texts += [json.dumps(pairing.to_dict()), json.dumps(pairing.to_dict(audience="auditor"))]
    texts += [frame.to_csv() for frame in (pairing.repairs, pairing.uses(), pairing.people, pairing.rules)]
    return texts


@pytest.mark.parametrize(
    "parts",
    [
        ([pm.same("Faith")], []),
        ([pm.different(["Faith", "team"])], []),
        ([pm.overlap("Faith")], []),
        ([pm.complement(offers="Faith", seeks="team")], []),
        ([pm.near("years")], [pm.must_differ("Faith")]),
        ([pm.near("years")], [pm.must_match("Faith")]),
        ([pm.near("years")], [pm.no_twins(["Faith"])]),
        ([pm.same("Faith", name="belief"), pm.near("years")], [pm.at_least("belief", 0.4)]),
        ([pm.near("years")], []),
    ],
)
def test_no_value_of_a_sensitive_column_comes_out(parts, tmp_path):
    matcher = pm.PeerMatcher("id", *parts, label="name", show=["team", "years"], sensitive=["faith"])
    for text in _texts(matcher.match(PEOPLE), tmp_path):
        assert not [secret for secret in SECRETS if secret.casefold() in text.casefold()]


def test_the_same_criterion_unmarked_shows_it(tmp_path):
    """The search above would find a value that is there."""
    texts = _texts(pm.PeerMatcher("id", [pm.same("Faith")], label="name").match(PEOPLE), tmp_path)
    assert any(secret in text for text in texts for secret in SECRETS)


def test_every_kind_that_reads_a_column_is_marked():
    for kind in CRITERIA:
        if kind in ("custom", "ties", "novelty"):
            continue
        options = {"zone": "Faith", "hours": "h"} if kind == "available" else {"column": "Faith"}
        options = {"columns": ["Faith", "b"]} if kind == "different" else options
        options = {"offers": "Faith", "seeks": "b"} if kind == "complement" else options
        options = {**options, "by": (1, 2)} if kind == "above" else options
        matcher = pm.PeerMatcher("id", [CRITERIA[kind](**options)], sensitive=["FAITH"])
        assert matcher.criteria[0].sensitive, kind
    for kind in ("must_differ", "must_match", "no_twins", "not_in_line", "veto"):
        matcher = pm.PeerMatcher("id", [pm.near("a")], [RULES[kind]("Faith")], sensitive=["FAITH"])
        assert matcher.rules[0].private, kind
    custom = pm.PeerMatcher("id", [pm.custom(lambda me, you: None, ["faith"])], sensitive=["Faith"])
    assert custom.criteria[0].sensitive
    asked = pm.PeerMatcher("id", [pm.near("a", when="faith")], sensitive=["Faith"])
    assert asked.criteria[0].sensitive
    open_ones = pm.PeerMatcher("id", [pm.near("a")], [pm.must_differ("b")], sensitive=["Faith"])
    assert not open_ones.criteria[0].sensitive
    assert not open_ones.rules[0].private


@pytest.mark.parametrize(
    "options",
    [
        {"id": "faith"},
        {"label": "faith"},
        {"eligible": "Faith "},
        {"show": ["team", "FAITH"]},
        {"reserve": "faith", "odd": "reserve"},
        {"sides": ("x", "y"), "capacity": {"y": "faith"}},
        {"sides": ("x", "y"), "capacity": {"y": {"at_least": 1, "at_most": "faith"}}},
        {"advisers": pm.Advisers("faith")},
        {"advisers": pm.Advisers("years", capacity="faith")},
    ],
)
def test_what_results_show_cannot_be_sensitive(options):
    with pytest.raises(pm.ConfigError, match="declared sensitive") as caught:
        pm.PeerMatcher(**{"id": "id", "criteria": [pm.near("a")], "sensitive": ["faith"], **options})
    assert {item["code"] for item in caught.value.items} == {"sensitive_column"}
    two = pm.PeerMatcher("id", [pm.near("years")], sides=("x", "y"), sensitive=["team"])
    with pytest.raises(pm.ConfigError, match="role="):
        two.match(PEOPLE, role="team")


def test_a_sensitive_column_that_no_table_has_is_refused():
    with pytest.raises(pm.ConfigError, match="Did you mean 'Faith'"):
        pm.PeerMatcher("id", [pm.near("years")], sensitive=["Fath"]).match(PEOPLE)


def test_it_goes_round(tmp_path):
    matcher = pm.PeerMatcher(
        "id", [pm.same("Faith"), pm.near("years")], [pm.must_differ("Faith")], sensitive="Faith"
    )
    matcher.to_toml(tmp_path / "m.toml")
    again = pm.PeerMatcher.from_toml(tmp_path / "m.toml")
    assert again.to_dict() == matcher.to_dict()
    assert pickle.loads(pickle.dumps(matcher)).rules == matcher.rules == again.rules
    told = again.match(PEOPLE).settings
    assert told["sensitive"] == ["Faith"]
    assert told["rules"] == [{"kind": "private", "name": "a private rule"}]


def test_advisers_of_a_matcher_are_marked_too():
    seniors = [{"id": f"s{k}", "years": 40, "Faith": SECRETS[k % 3]} for k in range(12)]
    matcher = pm.PeerMatcher("id", [pm.near("years")], sensitive=["faith"])
    found = pm.assign_advisers(
        matcher.match(PEOPLE), seniors, experience="years", criteria=[pm.same("Faith")], rules=[]
    )
    text = json.dumps(found.to_dict()) + "".join(str(one) for one in (found.summary(), found.pairs.to_csv()))
    assert not any(secret in text for secret in SECRETS)


def test_circles_do_not_tell_either():
    matcher = pm.PeerMatcher("id", [pm.same("Faith"), pm.near("years")], label="name", sensitive=["faith"])
    circles = form_circles(matcher, PEOPLE, 4)
    text = json.dumps(circles.to_dict()) + circles.summary()
    assert not any(secret in text for secret in SECRETS)


# ---- errors and logs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("criteria", "rules"),
    [
        ([pm.near("Faith")], []),
        ([pm.above("Faith", by=(1, 2))], []),
        ([pm.near("Faith", ladder=["A", "B"])], []),
        ([pm.available(zone="Faith", hours="h")], []),
        ([pm.near("years")], [pm.not_in_line("Faith")]),
        ([pm.custom(lambda me, you: float(me["Faith"].ravel()[0]), ["Faith"], name="mine")], []),
    ],
)
def test_errors_name_the_place_and_not_the_value(criteria, rules, caplog):
    """Errors end in logs and tickets; row and column are enough to mend it."""
    caplog.set_level(logging.DEBUG)
    open_one = pm.PeerMatcher("id", criteria, rules)
    with pytest.raises(pm.InputError) as plain:
        open_one.match(PEOPLE, as_of="2026-12-01")
    assert any(secret in str(plain.value) + str(plain.value.items) for secret in SECRETS)
    with pytest.raises(pm.InputError) as caught:
        pm.PeerMatcher("id", criteria, rules, sensitive=["faith"]).match(PEOPLE, as_of="2026-12-01")
    told = str(caught.value) + json.dumps(caught.value.items, default=str) + caplog.text
    assert not any(secret.casefold() in told.casefold() for secret in SECRETS)
    assert "sensitive" in told
    assert type(caught.value) is type(plain.value)
    assert caught.value.__suppress_context__


def test_wrong_capacity_of_another_column_is_told_in_full():
    matcher = pm.PeerMatcher(
        "id", [pm.near("years")], sides=("x", "y"), capacity={"y": "team"}, sensitive=["faith"]
    )
    with pytest.raises(pm.InputError, match="'x' in the capacity column"):
        matcher.match(PEOPLE[:6], [{**one, "id": one["id"] + "b"} for one in PEOPLE[6:]])


# ---- repairs --------------------------------------------------------------------------------------------


def _file(rows):
    names = list(rows[0])
    lines = [
        ",".join(names),
        *(",".join("" if row[n] is None else str(row[n]) for n in names) for row in rows),
    ]
    return io.StringIO("\n".join(lines) + "\n")


def _repaired(tmp_path, **options):
    path = tmp_path / "people.csv"
    rows = [{**row, "Faith": "prefer not to say" if k == 4 else row["Faith"]} for k, row in enumerate(PEOPLE)]
    rows[5]["pay"], rows[6]["team"], rows[8]["age"] = "#REF!", "N/A", "#REF!"
    path.write_text(_file(rows).getvalue(), encoding="utf-8")
    criteria = [pm.near("years"), pm.same("team"), pm.overlap("goals")]
    return pm.PeerMatcher("id", criteria, [pm.veto("no")], **options).match(path)


def test_repairs_of_guarded_and_of_unnamed_columns_tell_nothing(tmp_path):
    pairing = _repaired(tmp_path, sensitive=["Faith"], protected=["age"], audit_only=["pay"])
    repairs = pairing.repairs
    raw = pairing.everyone[0].repairs
    assert len(repairs) == len(raw)  # that something was mended stays
    hidden = repairs[repairs["column"].isin(["Faith", "age", "pay", "no", "name"])]
    assert set(hidden["column"]) >= {"Faith", "age", "pay"}
    assert set(hidden["found"]) == set(hidden["became"]) == {"(hidden)"}
    assert hidden["row"].isna().all()
    assert hidden["id"].isna().all()
    shown = repairs[repairs["column"] == "goals"]
    assert "N/A" in set(shown["found"])
    assert "N/A" in set(raw["found"])
    assert "prefer not to say" in set(raw["found"])  # the cohort was told nothing of it
    text = json.dumps(pairing.to_dict()["repairs"])
    assert "prefer not" not in text
    assert "#REF!" not in text


def test_repairs_of_columns_that_no_configuration_names_stay_out_of_results(tmp_path):
    pairing = _repaired(tmp_path)
    assert "#REF!" not in pairing.to_json()
    assert "prefer not" not in pairing.to_json()
    assert {"pay", "Faith"} <= set(pairing.repairs["column"])
