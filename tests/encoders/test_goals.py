"""Goals as values and as free text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer

from peermatch.encoders import GoalsEncoder
from peermatch.encoders._splitting import detect_separator, make_splitter
from peermatch.errors import ConfigError, InputError, UnsupportedError

SEPARATORS = [
    (["a; b", "c"], ";"),
    (["a | b", "c"], "|"),
    (["a\nb", "c"], "\n"),
    (["a, b", "b", "c"], ","),
    (["a, b", "c"], ","),
    (["Python, SQL", "SQL, Go", "Go, Rust", "Rust"], ","),
    (["a, x; b", "c; d", "e"], ";"),
    (["Developer, front-end", "Developer, back-end", "Developer, full-stack", "Student"], ""),
    (["1,000 to 4,999", "10,000 or more", "100 to 499"], ""),
    (["Speaking (to groups, to one)", "Writing"], ""),
    (["Just me, alone", *(f"{n} people" for n in range(10))], ""),
    (["only one; here", *(f"goal {n}" for n in range(40))], ""),
    (["plain", "words"], ""),
    ([], ""),
]


@pytest.mark.parametrize(("texts", "separator"), SEPARATORS)
def test_the_separator_is_detected(texts: list[str], separator: str) -> None:
    assert detect_separator(texts) == separator


SPLITS = [
    (";", [], "a; b ;; c", ["a", "b", "c"]),
    (
        ",",
        [],
        "Communication (Listening, Speaking), Planning",
        ["Communication (Listening, Speaking)", "Planning"],
    ),
    (",", [], "a [b, c], {d, e}", ["a [b, c]", "{d, e}"]),
    (",", [], "smile :), wave, (hi", ["smile :)", "wave", "(hi"]),
    (
        ",",
        ["Plan, do, check", "Plan, do"],
        "lead, PLAN,  do, check, rest",
        ["lead", "PLAN, do, check", "rest"],
    ),
    (",", ["Plan, do, check", "Plan, do"], "plan, do, rest", ["plan, do", "rest"]),
    (",", ["Plan, do"], "plan, rest", ["plan", "rest"]),
    (",", [], "1,2", ["1", "2"]),
    (" and ", [], "a and b", ["a", "b"]),
    ("", [], "a; b", ["a; b"]),
    ("\n", [], "a\r\nb\n", ["a", "b"]),
]


@pytest.mark.parametrize(("separator", "vocabulary", "text", "values"), SPLITS)
def test_cells_are_cut_where_they_should_be(
    separator: str, vocabulary: list[str], text: str, values: list[str]
) -> None:
    assert make_splitter(separator, vocabulary, []).split(text) == values


def test_values_in_bits_and_columns_with_their_most_common_spelling() -> None:
    people = pd.DataFrame(
        {"goals": ["Lead; teach", "LEAD;Teach", "lead", "Lead", None, "; ;", "N/A", "Teach ; Go"]}
    )
    encoder = GoalsEncoder().fit(people)
    assert (encoder.kind_, encoder.separator_) == ("values", ";")
    assert encoder.vocabulary_ == ["Go", "Lead", "Teach"]
    words, known = encoder.bits(people)
    assert words.dtype == np.uint64
    assert words.ravel().tolist() == [6, 6, 2, 2, 0, 0, 0, 5]
    assert known.tolist() == [True, True, True, True, False, False, False, True]
    assert encoder.get_feature_names_out().tolist() == ["Go", "Lead", "Teach"]


def test_lists_and_sets_are_values_and_an_empty_list_is_known() -> None:
    cells = [["b", "a"], {"a", 3}, [], None, "c", ("a", None, float("nan"), "N/A"), np.array(["b"])]
    column = pd.DataFrame({"goals": pd.Series(cells, dtype=object)})
    encoder = GoalsEncoder().fit(column)
    assert encoder.vocabulary_ == ["3", "a", "b", "c"]
    words, known = encoder.bits(column)
    assert words.ravel().tolist() == [6, 3, 0, 0, 8, 2, 4]
    assert known.tolist() == [True, True, True, False, True, True, True]


def test_a_vocabulary_comes_first_and_others_follow() -> None:
    people = [["Plan, do; Ask"], ["ask, plan, do"], ["Zeal"]]
    encoder = GoalsEncoder(vocabulary=["Zen", "Plan, do"], separator=",").fit(people)
    assert encoder.vocabulary_[:2] == ["Zen", "Plan, do"]
    encoder = GoalsEncoder(vocabulary=["Zen", "Plan, do"]).fit([["Ask, Plan, do"], ["ask"], ["Plan, do"]])
    assert encoder.vocabulary_ == ["Zen", "Plan, do", "Ask"]
    np.testing.assert_array_equal(encoder.transform([["plan, do, nothing"]]), [[0.0, 1.0, 0.0]])


def test_rare_values_are_left_out_and_too_many_are_an_error() -> None:
    people = [["a; b"], ["b; c"], ["b"], ["b; b"]]
    assert GoalsEncoder(min_count=2).fit(people).vocabulary_ == ["b"]
    assert GoalsEncoder(min_count=4).fit(people).vocabulary_ == ["b"]
    assert GoalsEncoder(min_count=5).fit(people).vocabulary_ == []
    with pytest.raises(InputError, match="3 different values in column 0, more than max_values=2") as caught:
        GoalsEncoder(max_values=2).fit(people)
    assert caught.value.items[0]["code"] == "too_many_values"


def test_several_columns_are_pooled() -> None:
    people = pd.DataFrame({"goal 1": ["Lead", None, None], "goal 2": ["Teach", "lead", ""]})
    words, known = GoalsEncoder().fit(people).bits(people)
    assert words.ravel().tolist() == [3, 1, 0]
    assert known.tolist() == [True, True, False]
    vectors, known = GoalsEncoder(kind="text").fit(people).vectors(people)
    assert known.tolist() == [True, True, False]
    assert vectors[0] @ vectors[1] > 0.1


values_in_cells = st.lists(
    st.lists(st.sampled_from([f"skill {n}" for n in range(90)]), max_size=6), min_size=1, max_size=20
)


@settings(max_examples=60, deadline=None)
@given(values_in_cells)
def test_columns_give_back_the_values_and_agree_with_the_bits(cells: list[list[str]]) -> None:
    column = np.array([[";".join(cell) or None] for cell in cells], dtype=object)
    encoder = GoalsEncoder(separator=";").fit(column)
    ones = encoder.transform(column)
    words, known = encoder.bits(column)
    names = np.array(encoder.vocabulary_, dtype=object)
    for row, cell in enumerate(cells):
        assert known[row] == bool(cell) == (not np.isnan(ones[row]).any() if len(names) else bool(cell))
        if known[row]:
            assert set(names[ones[row] == 1.0]) == set(cell)
        for bit in range(len(names)):
            assert bool(int(words[row, bit // 64]) >> (bit % 64) & 1) == (ones[row, bit] == 1.0)


TEXTS = [
    ["I want to become a better public speaker in front of large groups"],
    ["Become better at public speaking, with large groups"],
    ["Understand machine learning well enough to lead a data team"],
    ["Learn about machine learning and data"],
    [None],
    ["I would like to find a mentor who has moved between two countries"],
]


def test_free_text_is_seen_and_similar_goals_are_near() -> None:
    encoder = GoalsEncoder().fit(TEXTS)
    assert encoder.kind_ == "text"
    vectors, known = encoder.vectors(TEXTS)
    assert known.tolist() == [True, True, True, True, False, True]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), known, atol=1e-12)
    near = vectors @ vectors.T
    assert near[0, 1] > near[0, 2]
    assert near[2, 3] > near[2, 1]
    out = encoder.transform(TEXTS)
    assert np.isnan(out[4]).all()
    np.testing.assert_array_equal(out[known], vectors[known])
    assert encoder.get_feature_names_out()[0] == "text_0"
    unheard = encoder.vectors([["xyzzy"]])
    assert not unheard[1].any()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, 2], "values"),
        (["Lead", "Teach"], "values"),
        (["I use these tools at work each day", "I have no plan to use these tools"] * 3, "values"),
        ([f"my own long sentence about goal number {n}" for n in range(5)], "text"),
        ([["a list"], ["of lists"]], "values"),
        ([None, None], "values"),
    ],
)
def test_auto_tells_values_from_text(cells: list[Any], kind: str) -> None:
    column = pd.DataFrame({"goals": pd.Series(cells, dtype=object)})
    assert GoalsEncoder().fit(column).kind_ == kind


def test_each_kind_has_its_own_compact_method() -> None:
    with pytest.raises(UnsupportedError, match="use vectors"):
        GoalsEncoder(kind="text").fit(TEXTS).bits(TEXTS)
    with pytest.raises(UnsupportedError, match="use bits"):
        GoalsEncoder(kind="values").fit(TEXTS).vectors(TEXTS)


class Letters(BaseEstimator):
    """A stand-in for a sentence embedder: how often each of three letters is written."""

    def __init__(self, as_list: bool = False) -> None:
        self.as_list = as_list

    def fit(self, texts: list[str], y: Any = None) -> Letters:
        self.n_fitted_ = len(texts)
        return self

    def transform(self, texts: list[str]) -> Any:
        assert all(isinstance(text, str) for text in texts)
        counts = [[float(text.count(letter)) for letter in "abc"] for text in texts]
        return counts if self.as_list else sparse.csr_array(np.array(counts, dtype=np.float32))


@pytest.mark.parametrize(
    "text", [Letters(), Letters(as_list=True), TfidfVectorizer(), HashingVectorizer(n_features=32)]
)
def test_any_text_transformer_takes_our_models_place(text: Any) -> None:
    encoder = GoalsEncoder(kind="text", text=text).fit(TEXTS)
    vectors, known = encoder.vectors(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), known, atol=1e-12)
    assert not hasattr(text, "n_fitted_")
    assert encoder.transform(TEXTS).shape == vectors.shape


class Wrong(Letters):
    def transform(self, texts: list[str]) -> Any:
        return np.zeros(3)


def test_a_transformer_that_returns_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="Wrong must return a finite array with one row for each text"):
        GoalsEncoder(kind="text", text=Wrong()).fit(TEXTS)


def test_texts_without_any_word_are_refused() -> None:
    with pytest.raises(InputError, match="no words at all"):
        GoalsEncoder(kind="text").fit([["!!!"], ["..."]])


def test_short_words_such_as_r_and_c_plus_plus_count() -> None:
    cells = [["learn R"], ["learn C++"], ["learn C"], ["R"]]
    vectors, _ = GoalsEncoder(kind="text").fit(cells).vectors(cells)
    assert vectors[0] @ vectors[3] > 0.5
    assert vectors[1] @ vectors[2] < 0.9


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "free"}, "kind parameter"),
        ({"separator": 5}, "separator parameter"),
        ({"vocabulary": "abc"}, "vocabulary parameter"),
        ({"vocabulary": ["a", "A "]}, "no value stands twice"),
        ({"min_count": 0}, "min_count parameter"),
        ({"max_values": 0}, "max_values parameter"),
        ({"n_components": 0}, "n_components parameter"),
    ],
)
def test_wrong_options_of_goals(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        GoalsEncoder(**options).fit(TEXTS)
    assert issubclass(ConfigError, ValueError)


SCRIPT = """
import hashlib, json
import numpy as np
from peermatch.encoders import GoalsEncoder
rng = np.random.default_rng(5)
words = np.array([f"word{n}" for n in range(300)])
texts = [[" ".join(words[rng.integers(0, 300, 9)])] for _ in range(400)]
sets = np.empty((400, 1), dtype=object)
sets[:, 0] = [set(words[rng.integers(0, 300, 5)].tolist()) for _ in range(400)]
text = GoalsEncoder(kind="text").fit(texts)
goals = GoalsEncoder().fit(sets)
both = text.vectors(texts)[0].tobytes() + goals.bits(sets)[0].tobytes() + json.dumps(goals.vocabulary_).encode()
print(json.dumps(hashlib.sha256(both).hexdigest()))
"""


def test_the_same_bytes_with_one_thread_and_two_and_any_hash_seed() -> None:
    digests = []
    for threads, seed in (("1", "0"), ("2", "77")):
        env = dict(os.environ, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads, PYTHONHASHSEED=seed)
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True
        )
        digests.append(json.loads(run.stdout))
    assert digests[0] == digests[1]
