"""Streams, marks and bars."""

from __future__ import annotations

import io

import pytest

from peermatch.cli import progress as progress_module
from peermatch.cli.columns import Column, shown
from peermatch.cli.console import Console, exit_code_of
from peermatch.cli.files import check_writable, make_folder, records_from, write_text
from peermatch.cli.progress import Progress, say_that_it_compiles
from peermatch.errors import (
    ConfigError,
    InfeasibleError,
    InputError,
    OutputError,
    UnsupportedError,
    VerificationError,
    error_item,
)
from peermatch.kernels import _jit


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_each_thing_that_is_wrong_stands_on_a_line():
    console = Console(err=io.StringIO())
    console.show(InputError([error_item("a", "Row 3 has no id."), error_item("b", "Row 5 has no id.")]))
    assert console.err.getvalue() == "error: Row 3 has no id.\nerror: Row 5 has no id.\n"


def test_a_conflict_names_rules_and_people():
    console = Console(err=io.StringIO())
    conflict = [
        {"rule": "require", "ids": ["a", "b"]},
        {"rule": "veto", "ids": list(range(9)), "reason": "x"},
    ]
    console.show(InfeasibleError("It cannot be.", conflict))
    assert console.err.getvalue().splitlines() == [
        "error: It cannot be.",
        "       require: a, b",
        "       veto: 0, 1, 2, 3, 4, 5, ... (reason x)",
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("x"), 2),
        (ConfigError("x"), 2),
        (OutputError("x"), 2),
        (UnsupportedError("x"), 2),
        (InfeasibleError("x"), 3),
        (VerificationError("x"), 1),
    ],
)
def test_exit_codes(error, code):
    assert exit_code_of(error) == code


def test_a_bar_is_drawn_where_someone_watches_and_is_cleared():
    terminal = Terminal()
    with Progress(Console(err=terminal)) as progress:
        for done in range(3):
            progress("solving", done, 3)
        progress("proving", 0, 0)
        assert progress._bar is not None
    assert progress._bar is None


@pytest.mark.parametrize(("quiet", "err"), [(True, Terminal()), (False, io.StringIO())])
def test_no_bar_where_nobody_watches(quiet, err):
    with Progress(Console(quiet=quiet, err=err)) as progress:
        progress("solving", 1, 3)
    assert err.getvalue() == ""


@pytest.mark.parametrize("cold", [True, False])
def test_compiling_is_announced_only_when_it_happens(monkeypatch, cold):
    import peermatch.kernels._jit as jit

    monkeypatch.setattr(jit, "cache_is_cold", lambda: cold)
    console = Console(err=io.StringIO())
    say_that_it_compiles(console)
    assert ("compiling" in console.err.getvalue()) == cold
    assert progress_module.__doc__


def test_writing_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for call in (lambda p: check_writable(p), lambda p: make_folder(p), lambda p: write_text(p, "x")):
        with pytest.raises(OutputError, match="file"):
            call(tmp_path / "file" / "below")
    with pytest.raises(OutputError, match="it is a file"):
        make_folder(tmp_path / "file")


def test_missing_folders_are_made(tmp_path):
    check_writable(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    assert make_folder(tmp_path / "a" / "b").is_dir()


def test_shown_values_are_safe_in_a_comment():
    assert shown(["a\nb\x1b[0m", "x" * 99], length=8) == "'a b?[0m', 'xxxxx...'"


def test_words_of_names():
    import numpy as np

    empty = np.array([], dtype=object)
    assert Column("DBSkillsHave_now 2", empty).words == {"db", "skills", "have", "now", "2"}


def narrow_stream():
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\r\n")


def test_a_narrow_terminal_gets_question_marks_and_programs_get_utf8():
    out, err = narrow_stream(), narrow_stream()
    console = Console(out=out, err=err)
    console.result("Zoë")
    console.data("Zoë\n")
    console.error("Zoë")
    assert out.buffer.getvalue() == b"Zo?\r\n" + "Zoë\n".encode()
    assert err.buffer.getvalue() == b"error: Zo\\xeb\r\n"


def test_records_are_read_as_utf8_whatever_the_terminal_speaks():
    stream = io.TextIOWrapper(io.BytesIO('[{"id": "Zoë"}]'.encode()), encoding="ascii")
    assert records_from(stream) == [{"id": "Zoë"}]


@pytest.mark.parametrize(
    ("usual", "said"),
    [("free", "Later runs start at once."), ("taken", "into {own}, since {usual} cannot be written to.")],
)
def test_the_first_run_says_in_one_line_where_compiled_parts_are_kept(monkeypatch, tmp_path, usual, said):
    (tmp_path / "taken").touch()  # nothing can be written into a file, even by an administrator
    folders = [tmp_path / usual / "__pycache__", tmp_path / "own"]
    monkeypatch.setattr(_jit, "cache_folders", lambda: folders)
    console = Console(err=io.StringIO())
    say_that_it_compiles(console)
    line = console.err.getvalue()
    assert line.startswith("First run: compiling the fast parts once")
    assert said.format(usual=folders[0], own=folders[1]) in line
    assert line.count("\n") == 1


def test_a_run_whose_compiled_parts_cannot_be_kept_promises_no_quicker_one(monkeypatch, tmp_path):
    (tmp_path / "taken").touch()
    monkeypatch.setattr(_jit, "cache_folders", lambda: [tmp_path / "taken" / "__pycache__"])
    console = Console(err=io.StringIO())
    say_that_it_compiles(console)
    assert console.err.getvalue() == "Compiling the fast parts (about a minute).\n"
