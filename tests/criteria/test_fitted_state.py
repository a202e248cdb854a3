"""What criteria learned goes into plain data and back, to the last bit; whatever else is refused with its place."""

from __future__ import annotations

import copy
import json
import random

import numpy as np
import pytest

import peermatch as pm
from peermatch.criteria import fitted_from_dict, fitted_to_dict
from peermatch.errors import PeerMatchError
from support import cohorts

HISTORY = [{"round": "r1", "a": "p000", "b": "p001"}, {"round": "r2", "a": "p004", "b": "p009"}]
WORDS = [
    "lead people and speak well",
    "build bridges over the sea",
    "nurse at night",
    "C++ and R, and a little C#",
]


def records(n=23, seed=4):
    rows = cohorts.records(n, seed)
    return [{**row, "story": f"I want to {WORDS[k % 4]} and more of it {k}"} for k, row in enumerate(rows)]


def matcher():
    criteria = [*cohorts.every_criterion([("p001", "p004")]), pm.overlap("story", name="story")]
    return pm.PeerMatcher("id", [*criteria, pm.novelty(half_life=2)])


@pytest.fixture(scope="module")
def pairing():
    return matcher().match(records(), as_of="2026-01-01", history=HISTORY)


@pytest.fixture(scope="module")
def plain(pairing):
    return json.loads(json.dumps(fitted_to_dict(pairing.fitted), allow_nan=False))


def test_what_comes_back_encodes_as_before(pairing, plain):
    restored = fitted_from_dict(plain, matcher().criteria)
    assert fitted_to_dict(restored) == plain
    for rows in (records(), records()[:9], records(40, 11)):  # others too, with words that nobody used then
        first, second = (
            matcher().match(rows, as_of="2026-01-01", history=HISTORY, fitted=fitted)
            for fitted in (pairing.fitted, restored)
        )
        assert first.to_json(evidence=True) == second.to_json(evidence=True)


def test_it_stands_beside_the_evidence_and_nowhere_else(pairing, plain):
    assert json.loads(pairing.to_json(evidence=True))["fitted"] == plain
    assert "fitted" not in pairing.to_dict()
    assert "fitted" not in pairing.to_dict(audience="auditor")


def test_what_was_learned_of_some_serves_fewer_criteria(plain):
    some = matcher().criteria[2:4]
    assert [part.criterion for part in fitted_from_dict(plain, some)] == list(some)
    with pytest.raises(
        pm.ConfigError, match="does not say what a criterion 'other' of the kind 'same' learned"
    ):
        fitted_from_dict(plain, [pm.same("team", name="other")])


class Own:
    """A transformer of a user's own."""

    def get_params(self, deep=True):
        return {}

    def fit(self, texts):
        return self

    def transform(self, texts):
        return np.array([[len(text), 1.0] for text in texts])


def test_a_transformer_of_ones_own_cannot_be_written_down():
    pairing = pm.PeerMatcher("id", [pm.overlap("story", text=Own())]).match(records())
    with pytest.raises(
        pm.ConfigError, match="'overlap_story' learned cannot be written down: a Own is among it"
    ):
        fitted_to_dict(pairing.fitted)
    assert pairing.to_dict(evidence=True)["fitted"] is None
    assert pairing.manifest["fitted"]


def test_a_word_model_of_ones_own_is_not_taken_for_ours():
    from sklearn.feature_extraction.text import TfidfVectorizer

    own = TfidfVectorizer(analyzer="char")
    pairing = pm.PeerMatcher("id", [pm.overlap("story", text=own)]).match(records())
    with pytest.raises(pm.ConfigError, match="a TfidfVectorizer is among it"):
        fitted_to_dict(pairing.fitted)


# ---- hostile --------------------------------------------------------------------------------------------


def learned(value):
    return {
        "schema": "peermatch/fitted/1",
        "criteria": [{"name": "same_team", "kind": "same", "fills": [0, 0.5], "learned": value}],
    }


@pytest.mark.parametrize(
    "value",
    [
        {"~reader": "system", "state": []},
        {"~reader": "InputError", "state": []},
        {"~reader": "np", "state": []},
        {"~reader": "BackgroundReader", "state": [["codes", 1]]},
        {"~reader": "BackgroundReader", "state": [["__class__", 1]]},
        {"~reader": "BackgroundReader", "state": 5},
        {"~reader": "Here", "state": []},
        {"~reader": "TextVectors.fit", "state": []},
        {"~pickle": "x"},
        {"~float": "1e400"},
        {"~date": "yesterday"},
        {"~array": "object", "shape": [1], "values": [1]},
        {"~array": "int64", "shape": [10**12], "values": [1]},
        {"~array": "int64", "shape": [-1, -1], "values": [1]},
        {"~array": "int64", "shape": [1], "values": [10**30]},
        {"~array": "int64", "shape": [1], "values": ["x"]},
        {"~texts": ["a"], "shape": [2]},
        {"~mapping": [[[], 1]]},
        {"~mapping": [1]},
        {"~set": [[1]]},
        {"~words": ["a", "a"], "options": {}, "weights": 1},
        {"~words": ["a"], "options": {}, "weights": {"~array": "float64", "shape": [1], "values": [1]}},
        {},
        {"x": 1},
        {7: 1},
    ],
)
def test_what_we_never_wrote_is_refused(value):
    with pytest.raises(pm.InputError) as caught:
        fitted_from_dict(learned(value), [pm.same("team")])
    assert caught.value.items[0]["code"] == "bad_fitted"


@pytest.mark.parametrize(
    "data", [None, [], {}, {"schema": "peermatch/fitted/2"}, {"schema": "peermatch/fitted/1"}]
)
def test_what_is_no_fitted_state_is_refused(data):
    with pytest.raises(pm.InputError, match="not what was learned"):
        fitted_from_dict(data, [pm.same("team")])


@pytest.mark.parametrize("fills", [[0], [0, 2], [-1, 0], ["x", 0], None, [True, 0], [float("nan"), 0]])
def test_fills_are_shares(fills):
    data = learned(None)
    data["criteria"][0]["fills"] = fills
    with pytest.raises(pm.InputError, match="fills"):
        fitted_from_dict(data, [pm.same("team")])


def places(value, path=()):
    """Every place in plain data."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def test_damage_anywhere_ends_in_an_error_of_ours_or_in_another_state(plain):
    rnd = random.Random(7)
    every, refused = [path for path in places(plain) if path], 0
    for _ in range(400):
        broken, path = copy.deepcopy(plain), rnd.choice(every)
        parent = broken
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = rnd.choice([None, -1, 10**20, "x", [], {}, {"~float": "nan"}, True, 0.5, [[]]])
        try:
            fitted_from_dict(broken, matcher().criteria)
        except PeerMatchError:
            refused += 1
    assert 100 < refused < 400
