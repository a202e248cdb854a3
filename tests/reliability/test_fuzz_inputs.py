"""Every fuzz target on inputs of a fixed seed and on kept ones, without the fuzzer; and that faults are seen."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

import peermatch as pm
from peermatch.errors import InputError, error_item
from reliability.fuzz.__main__ import main
from reliability.fuzz.draw import Draw
from reliability.fuzz.judge import Failure, judge
from reliability.fuzz.tables import check_cohort
from reliability.fuzz.targets import KEPT, TARGETS, seeds

COUNT = {"delimited": 150, "commands": 20, "results": 40, "saved": 40, "histories": 40}
PEOPLE = [{"id": f"p{k}", "years": k} for k in range(4)]


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_hundred_inputs_end_in_a_value_or_in_our_words(name):
    target = TARGETS[name]
    ends = [
        judge(name, target.function, data[: target.longest], seconds=60)
        for data in seeds(name, COUNT.get(name, 60))
    ]
    assert any(not end.startswith("error") for end in ends), "no input gets through: nothing is tested"


def test_inputs_that_are_kept_belong_to_a_target():
    assert {path.name for path in KEPT.iterdir() if path.is_dir()} <= set(TARGETS)


def test_the_same_bytes_make_the_same_choices():
    data = bytes(range(256)) * 2
    first, second = Draw(data), Draw(data)
    assert repr([first.value() for _ in range(50)]) == repr([second.value() for _ in range(50)])
    assert not Draw(b"")
    assert Draw(b"").value() == Draw(b"").value() == ""


# ---- planted faults -------------------------------------------------------------------------------------


def foreign(data):
    return {}["nothing"]


def warns(data):
    return str(np.array([1.0]) / 0)


def without_a_word(data):
    raise InputError([])


def half_an_item(data):
    error = InputError(error_item("code", "A sentence."))
    del error.items[0]["row"]
    raise error


def no_data(data):
    error = InputError(error_item("code", "A sentence."))
    error.items[0]["found"] = object()
    raise error


def conflict_of_nothing(data):
    raise pm.InfeasibleError("It cannot be.")


def our_fault(data):
    raise pm.VerificationError("It does not hold.")


def leaves(data):
    raise SystemExit(0)


@pytest.mark.parametrize(
    "planted", [foreign, warns, without_a_word, half_an_item, no_data, conflict_of_nothing, our_fault, leaves]
)
def test_a_planted_fault_is_found(planted):
    with pytest.raises(Failure) as caught:
        judge("planted", planted, b"data")
    assert caught.value.data == b"data"
    assert caught.value.text


def test_an_input_that_takes_too_long_is_a_fault():
    def endless(data):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            pass
        return "ok"

    with pytest.raises(Failure, match="TooSlow"):
        judge("planted", endless, b"", seconds=0.05)


def test_a_cohort_that_lost_a_row_or_has_somebody_twice_is_found():
    people = pm.read_people(PEOPLE, "id")
    check_cohort(people, 4)
    with pytest.raises(AssertionError, match="neither people nor repairs"):
        check_cohort(people, 5)
    with pytest.raises(AssertionError, match="neither people nor repairs"):
        check_cohort(people.take([0, 1, 3]), 4)
    twice = np.array(["p0", "p0", "p1", "p2"], dtype=object)
    with pytest.raises(AssertionError, match="twice"):
        check_cohort(replace(people, ids=twice))


def test_an_unknown_target_is_refused(capsys):
    assert main(["nothing"]) == 2
    assert "delimited" in capsys.readouterr().err


def test_one_input_is_run_again(tmp_path, capsys):
    folder = tmp_path / "toml"
    folder.mkdir()
    (folder / "input").write_bytes(b"id = 7")
    assert main(["--again", str(folder / "input")]) == 0
    assert "error" in capsys.readouterr().out
