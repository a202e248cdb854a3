"""What pages show holds: Python runs and prints what is shown, commands and settings are understood."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import peermatch as pm
from peermatch.cli.entry import _parser

ROOT = Path(__file__).resolve().parent.parent
# the tutorial works on files of its own (test_readme.py); what starts processes is a script (scoring/test_cluster.py)
ELSEWHERE = {"tutorial.md", "more-machines.md"}
PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md") if path.name not in ELSEWHERE)
ALL = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
)


def blocks(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def blocks_and_outputs(page):
    """Return each block of Python with the lines of the plain block that comes next; what is cut short says "..."."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    for (language, code), (after, shown) in zip(found, [*found[1:], ("", "")], strict=True):
        if language == "python":
            lines = shown.splitlines() if after == "" else []
            yield code, [line.strip() for line in lines if line.strip() and "..." not in line]


@pytest.fixture
def put_back(monkeypatch):
    """Solvers that a page registers are forgotten again, and so is the backend that networkx should prefer."""
    import networkx as nx

    from peermatch.solvers import registry

    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    before = list(nx.config.backend_priority.algos)
    yield
    nx.config.backend_priority.algos = before


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_python_of_a_page_runs_and_prints_what_it_shows(page, put_back, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": page}
    for text, shown in blocks_and_outputs(page):
        capsys.readouterr()
        exec(compile(text, page, "exec", dont_inherit=True), namespace)
        printed = capsys.readouterr().out
        assert [line for line in shown if line not in printed] == [], printed


@pytest.mark.parametrize("page", ALL)
def test_links_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        assert not target.startswith(("/", "www.")), target
        name, _, section = target.partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), target
        if section:
            titles = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), flags=re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert section in anchors, target


def fenced(page):
    return re.findall(
        r"^```(\w*)\n(.*?)^```$", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def commands_of(page):
    """Yield each command line that a page shows whole: not a synopsis, and not just a command's name."""
    text = (ROOT / page).read_text(encoding="utf-8")
    fences = [block for language, block in fenced(page) if not language]
    inline = re.findall(
        r"`(peermatch [^`]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    )
    for line in [*(line for block in fences for line in block.replace("\\\n", " ").splitlines()), *inline]:
        words = shlex.split(line, comments=True) if line.startswith("peermatch ") else []
        if len(words) > 2 and not re.search(r"[\[|<]|\.\.\.|   |COMMAND", line.split("  #")[0]):
            yield words[1:]


@pytest.mark.parametrize("page", [page for page in ALL if any(commands_of(page))])
def test_commands_of_a_page_are_understood(page):
    for words in commands_of(page):
        if words[-1] in ("--help", "--version"):
            with pytest.raises(SystemExit, match="0"):
                _parser().parse_args(words)
        else:
            assert _parser().parse_args(words)


@pytest.mark.parametrize(
    "page", [page for page in ALL if any(language == "toml" for language, _ in fenced(page))]
)
def test_configurations_of_a_page_are_understood(page):
    for language, block in fenced(page):
        data = tomllib.loads(block) if language == "toml" else {"project": None}
        if "project" not in data:  # that one is a pyproject.toml
            whole = {"schema": 1, "id": "id", "criteria": [{"kind": "near", "column": "years"}], **data}
            pm.PeerMatcher.from_dict(whole)
