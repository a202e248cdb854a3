"""A folder to work in, and the command line as a function."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from peermatch.cli import main
from support.small_tables import CONFIG, people, write_csv


@dataclass
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys):
    """Run a command in this process."""

    def run(*arguments: object) -> Said:
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with people.csv and programme.toml, as the current one."""
    write_csv(tmp_path / "people.csv", people())
    (tmp_path / "programme.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
