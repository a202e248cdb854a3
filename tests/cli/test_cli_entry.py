"""The commands as such: help, version, arguments, quick starts, exit codes."""

from __future__ import annotations

import gc
import re
import subprocess
import sys

import pytest

from peermatch.cli import entry
from peermatch.datasets import organisation
from peermatch.errors import InfeasibleError, VerificationError


def test_version(run):
    said = run("--version")
    assert said.code == 0
    assert re.fullmatch(r"peermatch \d+\.\d+\.\d+\S*\n", said.out)


@pytest.mark.parametrize("command", [[], ["match"], ["init"], ["synth"], ["demo"]])
def test_help_has_examples(run, command):
    said = run(*command, "--help")
    assert said.code == 0
    assert "examples:" in said.out
    assert "peermatch " in said.out.split("examples:")[1]


def test_no_command_is_bad_input(run):
    assert run().code == 2


def test_unknown_command_names_the_known_ones(run):
    said = run("macth")
    assert said.code == 2
    assert "match" in said.err


@pytest.mark.parametrize(("number", "code"), [("0", 2), ("1", 2), ("many", 2), ("-5", 2), ("2.5", 2)])
def test_headcount_must_be_a_whole_number(run, number, code):
    said = run("synth", "--", number)
    assert said.code == code
    assert "whole number from 2 to 10,000,000" in said.err


@pytest.mark.parametrize("limit", ["0", "-1", "soon", "inf", "nan"])
def test_time_limit_must_be_seconds(run, limit):
    said = run("match", "people.csv", "--config", "x.toml", f"--time-limit={limit}")
    assert said.code == 2
    assert "number of seconds above 0" in said.err


def fails_with(error):
    def command(args, console):
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "error: interrupted"),
        (InfeasibleError("Ada is required twice.", [{"rule": "require", "ids": ["ada"]}]), 3, "require: ada"),
        (VerificationError("The pairs overlap."), 1, "Nothing was written"),
    ],
)
def test_errors_become_exit_codes(run, monkeypatch, error, code, words):
    from peermatch.cli import synth

    monkeypatch.setattr(synth, "run_synth", fails_with(error))
    said = run("synth", "5")
    assert said.code == code
    assert words in said.err
    assert "Traceback" not in said.err


def test_debug_shows_the_error_itself(run, monkeypatch):
    from peermatch.cli import synth

    monkeypatch.setattr(synth, "run_synth", fails_with(InfeasibleError("No.")))
    with pytest.raises(InfeasibleError):
        run("synth", "5", "--debug")


def test_the_log_is_heard_only_while_a_command_runs(monkeypatch, run):
    import logging

    from peermatch.cli import synth

    def warns(args, console):
        logging.getLogger("peermatch.kernels").warning("A kernel is compiled again.")
        return 0

    monkeypatch.setattr(synth, "run_synth", warns)
    assert "note: A kernel is compiled again." in run("synth", "5").err
    assert logging.getLogger("peermatch").handlers == []


@pytest.mark.parametrize(
    "arguments",
    [("synth", "99999999999999999999"), ("synth", "9" * 5000), ("synth", "5", "--seed", "9" * 5000)],
)
def test_numbers_beyond_all_measure_are_refused_in_a_sentence(run, arguments):
    said = run(*arguments)
    assert said.code == 2
    assert "must be a whole number" in said.err
    assert len(said.err) < 500


def test_the_greatest_headcount_is_that_of_the_data():
    assert entry._MOST_PEOPLE == organisation.MOST_PEOPLE


def test_options_are_refused_in_one_form(run, folder):
    command = ("match", "people.csv", "--config", "programme.toml")
    for option, wanted in (
        ("--as-of", "a date, such as 2026-12-01"),
        ("--time-limit", "a number of seconds above 0"),
    ):
        said = run(*command, option, "soon")
        assert said.code == 2
        assert f"error: argument {option}: must be {wanted}. Got 'soon' instead." in said.err


def test_asking_for_the_version_imports_nothing_heavy():
    code = (
        "import sys; from peermatch.cli import main; main(['--version']); "
        "print([name for name in ('numpy', 'pandas', 'numba', 'sklearn', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_module_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "peermatch", "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("peermatch ")


def test_a_reader_who_leaves_early_is_no_error():
    code = (
        "import sys; from peermatch.cli import main, synth; "
        "synth.run_synth = lambda args, console: [console.result('x' * 9999) for _ in range(999)] and 0; "
        "sys.exit(main(['synth', '5']))"
    )
    code = code.replace(
        "from peermatch.cli import main, synth",
        "from peermatch.cli import main; import peermatch.cli.synth as synth",
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline(1)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_parser_is_built_without_the_commands():
    assert entry._parser().prog == "peermatch"


def test_the_garbage_collector_is_left_as_it_was(run, folder):
    before = gc.get_threshold()
    for command in (["init", "people.csv", "--out", "drafted.toml"], ["match"], ["match", "nobody.csv"]):
        run(*command)
        assert gc.get_threshold() == before
