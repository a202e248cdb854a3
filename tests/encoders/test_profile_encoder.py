"""Profiles: blocks by name, as one matrix that can be clustered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.pipeline import make_pipeline

from peermatch.encoders import (
    BackgroundEncoder,
    ExperienceEncoder,
    GoalsEncoder,
    ProfileEncoder,
    SkillsEncoder,
)
from peermatch.errors import ConfigError, InputError

PEOPLE = pd.DataFrame(
    {
        "id": ["007", "008", "009", "010"],
        "years": ["5 years", "10+", None, "1"],
        "goals": ["Lead; Teach", "Teach", "N/A", "Go"],
        "can": ["SQL", "Go", None, "SQL; Go"],
        "wants": ["Go", "SQL", "Go", None],
        "site": ["Oslo", "Rome", "Rome", None],
    }
)
BLOCKS: list[Any] = [
    ("experience", ExperienceEncoder(), "years"),
    ("goals", GoalsEncoder(), ["goals"]),
    ("skills", SkillsEncoder(), ["can", "wants"]),
    ("site", BackgroundEncoder(one_hot=True), "site"),
]


def test_blocks_stand_side_by_side_under_their_names() -> None:
    profile = ProfileEncoder(BLOCKS).fit(PEOPLE)
    matrix = profile.transform(PEOPLE)
    names = profile.get_feature_names_out().tolist()
    assert names[0] == "experience__years"
    assert names[profile.blocks_["goals"]] == ["goals__Go", "goals__Lead", "goals__Teach"]
    assert names[profile.blocks_["site"]] == ["site__site_Oslo", "site__site_Rome"]
    assert matrix.shape == (4, len(names)) == (4, 1 + 3 + 4 + 2)
    np.testing.assert_array_equal(matrix[:, 0], [5.0, 10.0, np.nan, 1.0])
    np.testing.assert_array_equal(
        matrix[:, profile.blocks_["skills"]], SkillsEncoder().fit_transform(PEOPLE[["can", "wants"]])
    )
    assert BLOCKS[0][1].__dict__ == ExperienceEncoder().__dict__  # the given encoders stay unfitted


def test_a_dict_and_polars_give_the_same() -> None:
    wanted = ProfileEncoder(BLOCKS).fit_transform(PEOPLE)
    as_dict = {name: (encoder, columns) for name, encoder, columns in BLOCKS}
    np.testing.assert_array_equal(ProfileEncoder(as_dict).fit_transform(PEOPLE), wanted)
    np.testing.assert_array_equal(ProfileEncoder(BLOCKS).fit_transform(pl.from_pandas(PEOPLE)), wanted)
    with config_context(transform_output="pandas"):
        out = ProfileEncoder(BLOCKS).fit_transform(PEOPLE)
    assert isinstance(out, pd.DataFrame)
    np.testing.assert_array_equal(out.to_numpy(), wanted)


def test_imputed_blocks_have_equal_variance_and_can_be_clustered() -> None:
    profile = ProfileEncoder(BLOCKS, impute=True).fit(PEOPLE)
    matrix = profile.transform(PEOPLE)
    assert np.isfinite(matrix).all()
    for place in profile.blocks_.values():
        assert matrix[:, place].var(axis=0).sum() == pytest.approx(1.0)
    assert matrix[2, 0] == 0.0  # the mean
    labels = make_pipeline(
        ProfileEncoder(BLOCKS, impute=True), KMeans(2, n_init=2, random_state=0)
    ).fit_predict(PEOPLE)
    assert set(labels) == {0, 1}


def test_a_block_of_gaps_or_of_one_value_stays_as_it_is() -> None:
    people = pd.DataFrame({"a": [None, None], "b": [3, 3]})
    profile = ProfileEncoder([("a", ExperienceEncoder(), "a"), ("b", ExperienceEncoder(), "b")], impute=True)
    np.testing.assert_array_equal(profile.fit_transform(people), np.zeros((2, 2)))


def test_unknown_columns_are_named_with_the_nearest() -> None:
    with pytest.raises(
        InputError, match=r"no column 'yeers', which the block 'x' needs\. Did you mean 'years'"
    ) as caught:
        ProfileEncoder([("x", ExperienceEncoder(), "yeers")]).fit(PEOPLE)
    assert caught.value.items[0]["code"] == "unknown_column"
    doubled = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(InputError, match="stands 2 times"):
        ProfileEncoder([("x", ExperienceEncoder(), "a")]).fit(doubled)
    with pytest.raises(InputError, match="no column 9"):
        ProfileEncoder([("x", ExperienceEncoder(), 9)]).fit(np.zeros((2, 2)))


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        None,
        "years",
        [("a", ExperienceEncoder())],
        [("a", "encoder", "years")],
        [("a", ExperienceEncoder(), [])],
        [(1, ExperienceEncoder(), "years")],
        [("a", ExperienceEncoder(), "years"), ("a", ExperienceEncoder(), "years")],
        {"a": ExperienceEncoder()},
    ],
)
def test_blocks_of_another_form_are_refused(blocks: Any) -> None:
    with pytest.raises(ConfigError, match="blocks parameter of ProfileEncoder"):
        ProfileEncoder(blocks).fit(PEOPLE)
