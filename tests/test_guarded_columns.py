"""Protected and audit-only columns, attacked: every kind of criterion and rule, by every argument for columns."""

import inspect
import json
import pickle

import numpy as np
import pytest

import peermatch as pm
from peermatch.criteria import CRITERIA, RULES, columns_of

NAMES_COLUMNS = {"column", "columns", "left", "right", "offers", "seeks", "zone", "hours", "when", "manager"}
"""Arguments that name columns of people."""
NAMES_NONE = {
    "at_least",
    "basis",
    "by",
    "criterion",
    "days",
    "decided_by",
    "directed",
    "function",
    "half_life",
    "ladder",
    "min_found",
    "name",
    "new_only",
    "one_way",
    "pairs",
    "rounds",
    "scale",
    "sensitive",
    "separator",
    "sweet_spot",
    "table",
    "text",
    "unit",
    "value",
    "vocabulary",
    "wanted",
    "weight",
}
"""All others; a new one must be put where it belongs."""
WHOLE = {
    "above": {"column": "a"},
    "available": {"zone": "a", "hours": "b"},
    "complement": {"offers": "a", "seeks": "b"},
    "custom": {"function": lambda me, you: me["a"] * 0.0 + 1.0, "columns": ["a"]},
    "different": {"columns": ["a", "b"]},
    "near": {"column": "a"},
    "novelty": {},
    "overlap": {"column": "a"},
    "prefers": {"column": "a"},
    "same": {"column": "a"},
    "ties": {"table": [(1, 2)]},
    "must_differ": {"column": "a"},
    "must_match": {"column": "a"},
    "no_twins": {"columns": ["a", "b"]},
    "not_in_line": {"manager": "a"},
    "veto": {"column": "a"},
}
"""A plain use of each kind that reads columns."""


def _uses(kinds):
    """Every way in which an argument of a kind can name the column 'secret'."""
    for kind, function in kinds.items():
        for parameter in inspect.signature(function).parameters:
            if parameter not in NAMES_COLUMNS or kind not in WHOLE:
                continue
            given = dict(WHOLE[kind])
            if parameter in ("left", "right"):
                given = {key: value for key, value in given.items() if key not in NAMES_COLUMNS}
                given |= {"left": "a", "right": "b"}
            given[parameter] = ["b", "secret"] if isinstance(given.get(parameter), list) else "secret"
            if parameter == "columns" and kind == "custom":
                given["columns"] = ["a", "secret"]
            yield pytest.param(kind, given, id=f"{kind}-{parameter}")


def _matcher(kind, given, **declared):
    if kind in CRITERIA:
        return pm.PeerMatcher("id", [CRITERIA[kind](**given)], **declared)
    return pm.PeerMatcher("id", [pm.same("c")], [RULES[kind](**given)], **declared)


def test_every_argument_is_known_to_these_tests():
    for kinds in (CRITERIA, RULES):
        for kind, function in kinds.items():
            unknown = set(inspect.signature(function).parameters) - NAMES_COLUMNS - NAMES_NONE
            assert not unknown, f"Does {sorted(unknown)} of {kind} name columns of people?"


ALL = [*_uses(CRITERIA), *_uses(RULES)]


@pytest.mark.parametrize(("kind", "given"), ALL)
@pytest.mark.parametrize("declared", ["secret", "SECRET", " Secret ", "se-cret", "ｓｅｃｒｅｔ"])
def test_no_part_reads_a_guarded_column(kind, given, declared):
    for parameter, code in (("protected", "protected_column"), ("audit_only", "audit_only_column")):
        with pytest.raises(pm.ConfigError) as caught:
            _matcher(kind, given, **{parameter: [declared]})
        assert {item["code"] for item in caught.value.items} == {code}
        assert caught.value.items[0]["column"] == "secret"


@pytest.mark.parametrize(("kind", "given"), ALL)
def test_a_basis_opens_a_protected_column_and_never_an_audit_only_one(kind, given):
    with_basis = {**given, "basis": "Equality plan 2026, section 4"}
    matcher = _matcher(kind, with_basis, protected=["secret"])
    part = (matcher.rules or matcher.criteria)[0]
    assert "secret" in columns_of(part, matcher.criteria)
    assert part.basis == "Equality plan 2026, section 4"
    if kind != "custom":
        again = pickle.loads(pickle.dumps(matcher))
        assert (again.criteria, again.rules) == (matcher.criteria, matcher.rules)
    with pytest.raises(pm.ConfigError, match="audit-only"):
        _matcher(kind, with_basis, audit_only=["secret"])


def test_a_floor_on_a_criterion_that_reads_a_protected_column_needs_a_basis_of_its_own():
    criterion = pm.near("age", name="age", basis="Agreed with the works council on 3 May 2026")
    with pytest.raises(pm.ConfigError, match=r"at_least_age.*protected"):
        pm.PeerMatcher("id", [criterion], [pm.at_least("age", 0.5)], protected=["age"])
    pm.PeerMatcher("id", [criterion], [pm.at_least("age", 0.5, basis="the same")], protected=["age"])


@pytest.mark.parametrize("basis", ["", "  ", 3, True, ["a"]])
def test_a_basis_is_a_text(basis):
    for build in (lambda: pm.same("a", basis=basis), lambda: pm.veto("a", basis=basis)):
        with pytest.raises(pm.ConfigError, match="basis parameter"):
            build()


@pytest.mark.parametrize(
    "options",
    [
        {"eligible": "secret"},
        {"sides": ("x", "y"), "same_person": ["name", "Secret"]},
        {"sides": ("x", "y"), "capacity": {"y": "secret"}},
        {"id": "SECRET"},
    ],
)
def test_nothing_else_of_a_matcher_reads_a_guarded_column(options):
    options = {"id": "id", "criteria": [pm.same("c")], **options}
    for parameter in ("protected", "audit_only"):
        with pytest.raises(pm.ConfigError, match=r"secret|Secret|SECRET"):
            pm.PeerMatcher(**options, **{parameter: ["secret"]})
    with pytest.raises(pm.ConfigError, match="label="):
        pm.PeerMatcher("id", [pm.same("c")], label="secret", audit_only=["secret"])


@pytest.mark.parametrize("given", [3, [3], [""], {"a": 1}.items()])
def test_declarations_are_names_of_columns(given):
    with pytest.raises((pm.ConfigError, TypeError), match=r"protected parameter|len\(\)"):
        pm.PeerMatcher("id", [pm.same("c")], protected=given)


PEOPLE = [
    {"id": k, "c": "xy"[k % 2], "a": k, "Secret": f"s{k % 3}", "role": "lr"[k % 2], "boss": 0}
    for k in range(12)
]


def test_a_declared_column_that_no_table_has_is_refused_with_the_nearest():
    for parameter in ("protected", "audit_only"):
        with pytest.raises(pm.ConfigError, match="Did you mean 'Secret'"):
            pm.PeerMatcher("id", [pm.same("c")], **{parameter: ["Secrt"]}).match(PEOPLE)


def test_role_and_discoverable_and_circle_rules_read_no_guarded_column():
    people = [{**person, "Secret": person["role"]} for person in PEOPLE]
    for parameter in ("protected", "audit_only"):
        two = pm.PeerMatcher("id", [pm.same("c")], sides=("l", "r"), **{parameter: ["secret"]})
        with pytest.raises(pm.ConfigError, match="role="):
            two.match(people, role="Secret")
        one = pm.PeerMatcher("id", [pm.same("c")], **{parameter: ["secret"]})
        with pytest.raises(pm.ConfigError, match="discoverable="):
            one.shortlist(people, 2, discoverable="Secret")
        from peermatch.programme.circles import form_circles

        with pytest.raises(pm.ConfigError, match="nobody_alone"):
            form_circles(one, people, 3, rules=[("nobody_alone", "Secret")])


@pytest.mark.parametrize("parameter", ["protected", "audit_only"])
def test_second_line_advisers_read_no_guarded_column(parameter):
    matcher = pm.PeerMatcher("id", [pm.same("c")], **{parameter: ["secret"]})
    people = [{**person, "Secret": person["a"]} for person in PEOPLE]
    pairing = matcher.match(people)
    seniors = [{**person, "id": 100 + person["id"], "a": 50, "Secret": 50} for person in people]
    for asked in (
        {"experience": "Secret"},
        {"experience": {"a": "a", "b": "a", "adviser": "secret"}},
        {"experience": "a", "capacity": "Secret"},
        {"experience": "a", "manager": "Secret"},
        {"experience": "a", "criteria": [pm.same("Secret")]},
        {"experience": "a", "rules": [pm.must_differ("Secret")]},
    ):
        with pytest.raises(pm.ConfigError, match="declared"):
            pm.assign_advisers(pairing, seniors, **asked)
    assert len(pm.assign_advisers(pairing, seniors, experience="a").pairs)


def test_scoring_never_holds_an_audit_only_column():
    """A function of one's own finds nothing, by whatever name; the audit still has the column."""
    tried = []

    def dig(me, you):
        tried.extend(name in me or name in you for name in ("Secret", "secret", "SECRET"))
        return np.ones(np.broadcast(me["a"], you["a"]).shape)

    pairing = pm.PeerMatcher("id", [pm.custom(dig, ["a"])], audit_only=["SECRET"]).match(PEOPLE)
    assert tried
    assert not any(tried)
    assert not pairing.sides.left.has("Secret")
    assert pairing.everyone[0].has("Secret")


def test_results_do_not_change_with_what_stands_in_an_audit_only_column():
    matcher = pm.PeerMatcher("id", [pm.near("a"), pm.same("c")], audit_only=["secret"])
    texts = set()
    for shuffle in range(3):
        people = [{**person, "Secret": f"s{(person['id'] * 7 + shuffle) % 5}"} for person in PEOPLE]
        texts.add(matcher.match(people).to_json())
    assert len(texts) == 1


def test_the_whole_staff_is_seen_without_audit_only_columns():
    matcher = pm.PeerMatcher("id", [pm.near("a")], [pm.not_in_line("boss")], audit_only=["secret"])
    org = [{**person, "secret": "t"} for person in PEOPLE]
    found = matcher.match(PEOPLE, org=org).people
    assert found.loc[found["status"] == "unmatched", "id"].tolist()[0] == 0  # above everybody


def test_basis_and_declarations_stand_in_the_manifest_and_go_round(tmp_path):
    matcher = pm.PeerMatcher(
        "id",
        [pm.near("a", basis="plan, 4.2")],
        [pm.must_differ("c", basis="plan, 4.3"), pm.veto("boss", basis="plan, 5")],
        protected=["a", "c", "boss"],
        audit_only="Secret",
    )
    matcher.to_toml(tmp_path / "m.toml")
    again = pm.PeerMatcher.from_toml(tmp_path / "m.toml")
    assert again.to_dict() == matcher.to_dict() == pm.PeerMatcher.from_dict(matcher.to_dict()).to_dict()
    assert again.protected == ("a", "c", "boss")
    assert again.audit_only == ("Secret",)
    people = [{**person, "boss": None} for person in PEOPLE]
    told = json.loads(json.dumps(again.match(people).to_dict()))["settings"]
    assert told["protected"] == ["a", "c", "boss"]
    assert told["audit_only"] == ["Secret"]
    assert [part["basis"] for part in (*told["criteria"], *told["rules"])] == [
        "plan, 4.2",
        "plan, 4.3",
        "plan, 5",
    ]


def test_a_configuration_without_a_basis_is_refused_with_the_place_and_the_way_out():
    config = {
        "id": "id",
        "criteria": [{"kind": "same", "column": "gender"}],
        "rules": [{"kind": "must_differ", "column": "gender"}],
        "protected": ["gender"],
    }
    with pytest.raises(pm.ConfigError, match="basis=") as caught:
        pm.PeerMatcher.from_dict(config)
    assert [item["code"] for item in caught.value.items] == ["protected_column"] * 2
