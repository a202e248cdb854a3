"""Skills in one vocabulary, and backgrounds as codes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peermatch.encoders import BackgroundEncoder, SkillsEncoder
from peermatch.errors import InputError

TABLE = pd.DataFrame(
    {"can": ["Python; SQL", "sql", None, "Go"], "wants": ["Go", None, "SQL; Rust", "python;SQL"]},
)


def test_offers_and_seeks_share_one_vocabulary() -> None:
    skills = SkillsEncoder().fit(TABLE)
    assert skills.vocabulary_ == ["Go", "Python", "Rust", "SQL"]
    assert skills.separator_ == ";"
    offers, offers_known, seeks, seeks_known = skills.bits(TABLE)
    assert offers.ravel().tolist() == [10, 8, 0, 1]
    assert seeks.ravel().tolist() == [1, 0, 12, 10]
    assert offers_known.tolist() == [True, True, False, True]
    assert seeks_known.tolist() == [True, False, True, True]
    out = skills.transform(TABLE)
    names = skills.get_feature_names_out().tolist()
    assert names == [f"{side}_{name}" for side in ("offers", "seeks") for name in skills.vocabulary_]
    assert np.isnan(out[1, 4:]).all()
    assert not np.isnan(out[1, :4]).any()
    np.testing.assert_array_equal(out[0], [0, 1, 0, 1, 1, 0, 0, 0])


def test_the_separator_is_detected_over_both_sides() -> None:
    table = pd.DataFrame({"can": ["Go", "SQL"], "wants": ["SQL; Go", "Go"]})
    assert SkillsEncoder().fit(table).vocabulary_ == ["Go", "SQL"]


def test_a_vocabulary_protects_commas_and_more_columns_are_pooled() -> None:
    table = pd.DataFrame({"can": ["Read, write"], "want": ["Go, read, write"], "also": ["Rust"]})
    skills = SkillsEncoder(separator=",", vocabulary=["Read, write"]).fit(table)
    assert skills.vocabulary_ == ["Read, write", "Go", "Rust"]
    _, _, seeks, _ = skills.bits(table)
    assert seeks.ravel().tolist() == [7]
    offers, _, seeks, _ = (
        SkillsEncoder(separator=",", vocabulary=["Read, write"], n_offers=2).fit(table).bits(table)
    )
    assert (offers.item(), seeks.item()) == (3, 4)


def test_one_column_is_not_enough() -> None:
    with pytest.raises(InputError, match="needs 2 columns, offers and then seeks"):
        SkillsEncoder().fit(TABLE[["can"]])
    with pytest.raises(InputError, match="max_values=3"):
        SkillsEncoder(max_values=3).fit(TABLE)


skill_sets = st.lists(
    st.tuples(*[st.lists(st.sampled_from([f"s{n}" for n in range(70)]), max_size=4)] * 2),
    min_size=1,
    max_size=15,
)


@settings(max_examples=50, deadline=None)
@given(skill_sets)
def test_bits_agree_with_columns(rows: list[tuple[list[str], list[str]]]) -> None:
    table = np.array([[";".join(cell) or None for cell in row] for row in rows], dtype=object)
    skills = SkillsEncoder(separator=";").fit(table)
    out = skills.transform(table)
    n = len(skills.vocabulary_)
    offers, offers_known, seeks, seeks_known = skills.bits(table)
    for words, known, half in ((offers, offers_known, out[:, :n]), (seeks, seeks_known, out[:, n:])):
        unpacked = np.unpackbits(words.astype("<u8").view(np.uint8), axis=1, bitorder="little")[:, :n]
        np.testing.assert_array_equal(unpacked[known], half[known])
        assert np.isnan(half[~known]).all()
        assert not words[~known].any()


def test_codes_are_sorted_folded_and_leave_missing_apart() -> None:
    table = pd.DataFrame(
        {"site": ["Rome", " oslo", "OSLO", None, "Oslo", "Oslo"], "n": [2.0, 1.0, np.nan, 1.0, 2.0, 3.0]}
    )
    background = BackgroundEncoder().fit(table)
    assert [names.tolist() for names in background.categories_] == [["Oslo", "Rome"], ["1", "2", "3"]]
    codes = background.codes(table)
    assert codes.dtype == np.int32
    assert codes.tolist() == [[1, 1], [0, 0], [0, -1], [-1, 0], [0, 1], [0, 2]]
    np.testing.assert_array_equal(background.transform(table), np.where(codes < 0, np.nan, codes))


def test_rare_unseen_and_missing_are_three_things() -> None:
    seen = np.array([["a"], ["a"], ["b"], ["b"], ["c"], ["d"], [None]], dtype=object)
    background = BackgroundEncoder(min_count=2).fit(seen)
    assert background.categories_[0].tolist() == ["a", "b"]
    assert background.rare_categories_[0].tolist() == ["c", "d"]
    cells = np.array([["a"], ["c"], ["D "], ["x"], ["y"], ["X"], [None]], dtype=object)
    assert background.codes(cells).ravel().tolist() == [0, 2, 2, 3, 4, 3, -1]
    np.testing.assert_array_equal(background.transform(cells).ravel(), [0, 2, 2, 3, 3, 3, np.nan])
    missing = BackgroundEncoder(min_count=2, rare="missing").fit(seen)
    assert missing.codes(cells).ravel().tolist() == [0, -1, -1, 3, 4, 3, -1]


def test_one_hot_round_trip() -> None:
    cells = np.array([["a", "x"], ["b", None], ["c", "x"], ["a", "y"], ["b", "y"]], dtype=object)
    background = BackgroundEncoder(min_count=2, one_hot=True).fit(pd.DataFrame(cells, columns=["p", "q"]))
    assert background.get_feature_names_out().tolist() == ["p_a", "p_b", "p_(rare)", "q_x", "q_y"]
    ones = background.transform(pd.DataFrame(cells, columns=["p", "q"]))
    assert ones[:, :3].argmax(axis=1).tolist() == [0, 1, 2, 0, 1]
    assert np.isnan(ones[1, 3:]).all()
    assert (np.nansum(ones, axis=1) == [2, 1, 2, 2, 2]).all()


@pytest.mark.parametrize(
    "cells",
    [
        [True, 1, "1", "true"],
        [1, True, "true", "1"],
        [1.0, "1", True, "True"],
    ],
)
def test_true_and_one_are_two_categories(cells: list[Any]) -> None:
    column = np.array([[cell] for cell in cells], dtype=object)
    names = BackgroundEncoder().fit(column).categories_[0].tolist()
    assert [name.casefold() for name in names] == ["1", "true"]


def test_whole_numbers_and_dates_have_one_spelling() -> None:
    column = pd.DataFrame({"n": pd.Series([1, 1.0, dt.date(2020, 1, 2), "2020-01-02"], dtype=object)})
    assert BackgroundEncoder().fit(column).categories_[0].tolist() == ["1", "2020-01-02"]
    with pytest.raises(InputError, match="tuple, which is no category"):
        BackgroundEncoder().fit(pd.DataFrame({"n": [["a"], ["b"]]}))


@pytest.mark.parametrize(
    ("options", "words"), [({"min_count": 0}, "min_count"), ({"rare": "own "}, "rare parameter")]
)
def test_wrong_options_of_background(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BackgroundEncoder(**options).fit([["a"]])
