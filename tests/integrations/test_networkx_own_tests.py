"""networkx's own matching tests, run with this backend switched on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

# Runs the tests and prints what became of each, who was asked, and how often.
RUN = """
import collections, functools, json, sys
import networkx as nx
import pytest
from peermatch.integrations.networkx_backend import NetworkXBackend

FUNCTIONS = ("max_weight_matching", "min_weight_matching")
outcomes, ours, theirs, declined = {}, collections.Counter(), collections.Counter(), []
now = [""]

def counted(name, function, counter):
    @functools.wraps(function)
    def count(*args, **kwargs):
        counter[f"{now[0]} {name}"] += 1
        return function(*args, **kwargs)
    return count

for name in FUNCTIONS:
    setattr(NetworkXBackend, name, counted(name, getattr(NetworkXBackend, name), ours))
    dispatcher = nx.utils.backends._registered_algorithms[name].__wrapped__
    dispatcher.orig_func = counted(name, dispatcher.orig_func, theirs)

def can_run(self, name, args, kwargs, ask=NetworkXBackend.can_run):
    answer = ask(self, name, args, kwargs)
    if answer is not True:
        declined.append([now[0], name, answer])
    return answer

NetworkXBackend.can_run = can_run

class Watch:
    def pytest_runtest_setup(self, item):
        now[0] = item.name

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            outcomes[report.nodeid.partition("::")[2]] = report.outcome + " xfail" * hasattr(report, "wasxfail")

code = pytest.main(
    ["--pyargs", "networkx.algorithms.tests.test_matching", "-q", "-p", "no:cacheprovider", "-c", "empty.ini"],
    plugins=[Watch()],
)
with open(sys.argv[1], "w") as file:
    json.dump({"code": code, "outcomes": outcomes, "ours": ours, "theirs": theirs, "declined": declined}, file)
"""


def run(folder, **switches):
    (folder / "empty.ini").write_text("[pytest]\n")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("NETWORKX_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-c", RUN, "said.json"],
        cwd=folder,
        env={**clean, **switches},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "said.json").read_text())


@pytest.fixture(scope="module")
def switched_on(tmp_path_factory):
    # what this backend does not have (is_matching and others) is networkx's own
    switches = {"NETWORKX_TEST_BACKEND": "peermatch", "NETWORKX_FALLBACK_TO_NX": "True"}
    return run(tmp_path_factory.mktemp("on"), **switches)


@pytest.fixture(scope="module")
def switched_off(tmp_path_factory):
    return run(tmp_path_factory.mktemp("off"))


def test_all_pass_and_none_is_skipped_or_expected_to_fail(switched_on, switched_off):
    assert switched_on["code"] == switched_off["code"] == 0
    assert switched_on["outcomes"] == switched_off["outcomes"]
    assert set(switched_on["outcomes"].values()) == {"passed"}
    assert len(switched_on["outcomes"]) >= 50


def test_every_matching_in_them_was_ours(switched_on, switched_off):
    assert switched_on["theirs"] == {}
    assert switched_off["ours"] == {}
    # a minimum calls networkx's maximum once more; apart from that the same calls were made
    minima = {
        key: count for key, count in switched_off["theirs"].items() if key.endswith("min_weight_matching")
    }
    assert minima
    assert {key: switched_on["ours"][key] for key in minima} == minima
    asked = {name.rpartition("::")[2] for name in switched_on["outcomes"] if "TestMaxWeightMatching" in name}
    assert {key.partition(" ")[0] for key in switched_on["ours"]} >= asked
    assert len(asked) >= 15


def test_only_what_this_backend_does_not_have_was_left_to_networkx(switched_on):
    assert switched_on["declined"] == []
