"""What README and tutorial show is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from peermatch.cli import main

ROOT = Path(__file__).resolve().parent.parent


def blocks(page):
    """Return (language, text) of each fenced block."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def same(shown, printed):
    """Compare line by line; white space at line ends does not show on a page."""
    return [line.rstrip() for line in shown.rstrip().splitlines()] == [
        line.rstrip() for line in printed.rstrip().splitlines()
    ]


def test_python_of_the_readme_prints_what_it_shows(capsys):
    found = blocks("README.md")
    place = next(place for place, (language, _) in enumerate(found) if language == "python")
    exec(found[place][1], {})
    printed = capsys.readouterr().out
    assert same(found[place + 1][1], printed), printed


def test_tutorial_works_as_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    printed = ""
    for language, text in blocks("docs/tutorial.md"):
        if language == "python":
            exec(text, {})
        elif language == "toml":
            assert text in Path("programme.toml").read_text(encoding="utf-8")
        elif text.startswith("peermatch "):
            for line in text.replace("\\\n", " ").splitlines():
                assert main(shlex.split(line, comments=True)[1:]) == 0, capsys.readouterr().err
        else:
            printed += capsys.readouterr().out
            missing = [line for line in text.splitlines() if line.rstrip() not in printed]
            assert not missing, printed


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_pages_name_commands_that_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for command in set(re.findall(r"^peermatch (\w+)", text, flags=re.MULTILINE)):
        assert main([command, "--help"]) == 0
