"""Every Python snippet of the documentation runs: the blocks of a page in order, in one namespace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# the tutorial works on files of its own (test_readme.py); what starts processes is a script (scoring/test_cluster.py)
ELSEWHERE = {"tutorial.md", "more-machines.md"}
PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md") if path.name not in ELSEWHERE)


def blocks(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


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
def test_python_of_a_page_runs(page, put_back, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": page}
    for text in blocks(page):
        exec(compile(text, page, "exec", dont_inherit=True), namespace)


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{name}" for name in [*PAGES, *sorted(ELSEWHERE)])])
def test_links_lead_somewhere(page):
    path = ROOT / page
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, section = target.partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), target
        if section:
            titles = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), flags=re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert section in anchors, target
