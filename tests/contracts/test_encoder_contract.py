"""Every encoder, held to scikit-learn's own estimator checks and to what peermatch promises of encoders."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from peermatch.encoders import (
    ENCODERS,
    AvailabilityEncoder,
    BackgroundEncoder,
    ExperienceEncoder,
    GoalsEncoder,
    ProfileEncoder,
    SkillsEncoder,
)
from peermatch.errors import InputError

INSTANCES = [
    ExperienceEncoder(),
    GoalsEncoder(),
    GoalsEncoder(kind="text"),
    BackgroundEncoder(),
    BackgroundEncoder(min_count=2, one_hot=True),
    SkillsEncoder(),
    AvailabilityEncoder(),
    ProfileEncoder([("first", ExperienceEncoder(), 0), ("same", BackgroundEncoder(), [0])]),
    ProfileEncoder([("first", ExperienceEncoder(), [0])], impute=True),
]


@parametrize_with_checks(INSTANCES, expected_failed_checks=lambda encoder: {}, xfail_strict=True)
def test_scikit_learns_estimator_checks(estimator: Any, check: Any) -> None:
    """All of them: not one failure is expected."""
    check(estimator)


def test_no_tag_switches_the_checks_off() -> None:
    for encoder in INSTANCES:
        tags = get_tags(encoder)
        assert not tags._skip_test
        assert not tags.no_validation
        assert not tags.non_deterministic
        assert tags.requires_fit
        assert tags.input_tags.two_d_array


def test_every_encoder_is_held_to_the_checks() -> None:
    assert {type(encoder).__name__ for encoder in INSTANCES} == set(ENCODERS)
    assert {"ExperienceEncoder", "GoalsEncoder", "BackgroundEncoder", "SkillsEncoder"} < set(ENCODERS)


# ------------------------------------------------------------------------------------------------------------------
# What peermatch promises on top: the same answer from any kind of table, in any order, after pickling.

PEOPLE = {
    "years": ["5 years", "10+", None, "Less than 1 year", "35-44 years old", "7"],
    "goals": ["Lead; Teach", "teach", None, "Speak; Lead", "", "Write"],
    "site": ["Oslo", "oslo ", "Rome", None, "N/A", "Rome"],
    "offers": ["Python; SQL", "SQL", None, "Go", "Python", "-"],
    "seeks": ["Go", None, "SQL; Go", "Python", "Rust", "Rust"],
    "zone": ["UTC+1", "Asia/Kolkata", "UTC", None, "UTC-5", "Asia/Tokyo"],
    "hours": ["9:00-17:00", "Mon 9-12", None, "10-12", "22:00-06:00", "weekdays 9am-5pm"],
    "number": [1.0, 2.0, float("nan"), 3.0, 2.0, 1.0],
}
CASES = {
    "experience": (ExperienceEncoder(), ["years", "number"]),
    "goals": (GoalsEncoder(), ["goals"]),
    "goals as text": (GoalsEncoder(kind="text", n_components=3), ["goals"]),
    "background": (BackgroundEncoder(), ["site", "number"]),
    "background, rare": (BackgroundEncoder(min_count=2, one_hot=True), ["site", "number"]),
    "skills": (SkillsEncoder(), ["offers", "seeks"]),
    "availability": (AvailabilityEncoder(), ["zone", "hours"]),
    "profile": (
        ProfileEncoder(
            {
                "years": (ExperienceEncoder(), "years"),
                "week": (AvailabilityEncoder(), ["zone", "hours"]),
                "site": (BackgroundEncoder(one_hot=True), ["site"]),
            },
            impute=True,
        ),
        list(PEOPLE),
    ),
}


def table(columns: list[str]) -> dict[str, list[Any]]:
    return {name: PEOPLE[name] for name in columns}


@pytest.mark.parametrize("case", CASES)
def test_the_same_answer_from_pandas_polars_pyarrow_and_lists(case: str) -> None:
    encoder, columns = CASES[case]
    frame = pd.DataFrame(table(columns))
    wanted = clone(encoder).fit_transform(frame)
    tables = [
        pl.DataFrame(table(columns)),
        pa.table(table(columns)),
        frame.astype(object),
        frame.convert_dtypes(),
    ]
    if case != "profile":  # which needs names
        tables.append(frame.astype(object).to_numpy())
    for other in tables:
        found = clone(encoder).fit_transform(other)
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("case", CASES)
def test_row_order_changes_nothing_but_the_order_of_rows(case: str) -> None:
    encoder, columns = CASES[case]
    frame = pd.DataFrame(table(columns))
    order = [3, 0, 5, 1, 4, 2]
    first = clone(encoder).fit(frame)
    second = clone(encoder).fit(frame.iloc[order].reset_index(drop=True))
    assert first.get_feature_names_out().tolist() == second.get_feature_names_out().tolist()
    # Means of a profile are sums of floats, which depend on their order: a caller who wants the same bytes sorts rows.
    tolerance = 1e-15 if case == "profile" else 0
    np.testing.assert_allclose(first.transform(frame), second.transform(frame), rtol=0, atol=tolerance)


@pytest.mark.parametrize("case", CASES)
def test_pickled_and_cloned_encoders_answer_the_same(case: str) -> None:
    encoder, columns = CASES[case]
    frame = pd.DataFrame(table(columns))
    fitted = clone(encoder).fit(frame)
    wanted = fitted.transform(frame)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(frame), wanted)
    np.testing.assert_array_equal(clone(fitted).fit(frame).transform(frame), wanted)


@pytest.mark.parametrize("case", CASES)
def test_set_output_gives_named_columns(case: str) -> None:
    encoder, columns = CASES[case]
    frame = pd.DataFrame(table(columns), index=list("abcdef"))
    encoder = clone(encoder).set_output(transform="pandas")
    out = encoder.fit_transform(frame)
    assert out.index.tolist() == list("abcdef")
    assert out.columns.tolist() == encoder.get_feature_names_out().tolist()
    assert out.columns.is_unique


@pytest.mark.parametrize("case", CASES)
def test_columns_of_nothing_but_gaps_are_unknown_everywhere(case: str) -> None:
    encoder, columns = CASES[case]
    fitted = clone(encoder).fit(pd.DataFrame(table(columns)))
    out = fitted.transform(pd.DataFrame({name: [None, "", "N/A"] for name in columns}))
    if case == "profile":
        assert np.isfinite(out).all()
    else:
        assert np.isnan(out).all()


@pytest.mark.parametrize("case", [case for case in CASES if case != "profile"])
def test_infinity_is_refused_and_nan_is_not(case: str) -> None:
    encoder, columns = CASES[case]
    numbers = np.arange(12.0).reshape(6, 2)[:, : len(columns)]
    numbers[1, 0] = np.nan
    fitted = clone(encoder).fit(numbers)
    fitted.transform(numbers)
    numbers[1, 0] = np.inf
    for step in (clone(encoder).fit, fitted.transform):
        with pytest.raises(InputError, match="finite") as caught:
            step(numbers)
        assert caught.value.items[0]["code"] == "wrong_kind"
        assert caught.value.items[0]["row"] == 2


@pytest.mark.parametrize("case", [case for case in CASES if case != "profile"])
def test_a_cell_of_no_known_kind_is_named(case: str) -> None:
    encoder, columns = CASES[case]
    frame = pd.DataFrame(table(columns)).astype(object)
    frame.iat[4, len(columns) - 1] = {"no": "value"}
    with pytest.raises(InputError) as caught:
        clone(encoder).fit(frame)
    item = caught.value.items[0]
    assert (item["code"], item["column"], item["row"]) == ("wrong_kind", columns[-1], 5)
    assert item["found"][0]["row"] == 5
    assert isinstance(caught.value, ValueError)
