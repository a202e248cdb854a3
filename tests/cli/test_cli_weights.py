"""The weights of the demo do what is said of them."""

from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path

import pytest

import peermatch as pm
from peermatch.cli import demo
from peermatch.cli.sharing import HELP_WEIGHT
from peermatch.cli.synth import synthetic_csv

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"


@pytest.fixture(scope="module")
def staff(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "organisation.csv"
    path.write_text(synthetic_csv(1000, 7), encoding="utf-8")
    return pm.read_people(path, id="employee_id")


def share_that_can_help(staff, weight):
    """The share of pairs in which at least one finds with the other something that they seek."""
    config = tomllib.load(io.BytesIO(demo.PROGRAMME.encode()))
    config["criteria"][0]["weight"] = weight
    pairs = pm.PeerMatcher.from_dict(config).match(staff, round=demo.ROUND, as_of=demo.AS_OF).pairs
    return (pairs["contribution_help"] > 0).mean()


def test_the_tutorial_says_what_is_measured(staff):
    text = " ".join(TUTORIAL.read_text(encoding="utf-8").split())
    told = re.search(r"(\d+)% of pairs can then help at least one way; with a weight of 3 it is (\d+)%, "
                     r"with 6 it is (\d+)%, with 12 it is (\d+)%", text)  # fmt: skip
    assert told is not None
    measured = [share_that_can_help(staff, weight) for weight in (8, 3, 6, 12)]
    assert [f"{share:.0%}" for share in measured] == [f"{share}%" for share in told.groups()]


def test_demo_and_draft_weigh_help_alike():
    assert tomllib.loads(demo.PROGRAMME)["criteria"][0]["weight"] == HELP_WEIGHT
