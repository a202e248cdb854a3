"""The example notebooks: they run offline, say nothing on stderr, and come to what is stored in them."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import nbformat
import pytest

from examples import run

NOTEBOOKS = run.notebooks()
NAMES = [
    "01-first-match.ipynb",
    "02-programme-over-rounds.ipynb",
    "03-choosing-weights.ipynb",
    "04-mentors-and-mentees.ipynb",
    "05-stable-roommates.ipynb",
    "06-large-organisation.ipynb",
    "07-own-criterion-and-solver.ipynb",
    "08-engine-and-networkx.ipynb",
    "09-nightly-job.ipynb",
]
RUN = """
import sys
from pathlib import Path
import nbformat
from examples import run
nbformat.write(run.executed(Path(sys.argv[1]), Path(sys.argv[2])), sys.argv[3])
"""


def test_all_of_them_are_here():
    assert [path.name for path in NOTEBOOKS] == NAMES
    listed = (run.HERE / "README.md").read_text(encoding="utf-8")
    assert all(f"({name})" in listed for name in NAMES)


@pytest.fixture(scope="module")
def executed():
    """Return what runs a notebook, in a process of its own: what runs kernels leaves sockets and threads behind."""
    import matplotlib.font_manager  # noqa: F401  (writes its cache on a new machine, and says so on stderr)

    def execute(path, folder):
        out = folder / "executed.ipynb"
        command = [sys.executable, "-c", RUN, str(path), str(folder), str(out)]
        done = subprocess.run(command, cwd=run.HERE.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return run.read(out)

    return execute


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_comes_to_what_is_stored_in_it(executed, path, tmp_path):
    found = executed(path, tmp_path)
    assert run.complaints(found) == []
    stored = run.read(path)
    assert list(run.said(found)) == list(run.said(stored))
    assert [cell.source for cell in found.cells] == [cell.source for cell in stored.cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_clean(path):
    notebook = run.read(path)
    nbformat.validate(notebook)
    assert dict(notebook.metadata) == run.METADATA
    ids = [cell.id for cell in notebook.cells]
    assert ids == [f"{path.name[:2]}-{number:02d}" for number in range(1, len(ids) + 1)]
    assert all(not cell.metadata for cell in notebook.cells)
    numbers = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert run.complaints(notebook) == []
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# \w", first.source)
    words = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown").lower()
    assert (
        "synthetic" in words or "made up" in words or "random" in words
    )  # nobody in it is real, and it says so


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_knows_no_machine_and_no_time(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|Users|tmp|work|usr)/|[A-Z]:\\\\", text)
    assert "site-packages" not in text
    assert not re.search(r"at 0x[0-9a-f]{6,}", text)
    told = "\n".join(part for _, _, part in run.said(run.read(path)))
    assert not re.search(r"\b\d+(?:\.\d+)? (?:ms|µs|s|sec|seconds?|minutes?)\b", told)


class Addresses(HTMLParser):
    """What HTML would fetch, and pictures without words."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.silent, self.tags = [], 0, set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        found = dict(attrs)
        for name in ("src", "href", "data"):
            if found.get(name) and not found[name].startswith("data:image/png;base64,"):
                self.fetched.append(found[name])
        self.silent += tag == "img" and len(found.get("alt") or "") < 30


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_shows_fetches_nothing_and_has_words(path):
    for cell in run.read(path).cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            assert not any(kind.startswith("image/") for kind in data)  # those would have no alt text
            assert "application/javascript" not in data
            shown = Addresses(data.get("text/html", ""))
            assert shown.fetched == []
            assert shown.silent == 0
            assert "script" not in shown.tags
            if "img" in shown.tags:
                assert data["text/plain"].startswith("Picture: ")


def test_links_between_notebooks_lead_somewhere():
    for path in [*NOTEBOOKS, run.HERE / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (run.HERE / target).exists(), (path.name, target)


# ---- the one that runs them -----------------------------------------------------------------------------


def a_notebook(folder, *sources):
    cells = [nbformat.v4.new_code_cell(source, id=f"xx-{n:02d}") for n, source in enumerate(sources, 1)]
    path = folder / "xx-planted.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_errors_warnings_and_the_network_are_found(executed, tmp_path):
    path = a_notebook(
        tmp_path,
        "print('fine')",
        "import warnings; warnings.warn('look out')",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import os; print(os.listdir('.'))",
    )
    found = executed(path, tmp_path)
    told = run.complaints(found)
    assert [line[:5] for line in told] == ["xx-02", "xx-03", "xx-04"]
    assert "look out" in told[0]
    assert "without a network" in told[1]
    assert "without a network" in told[2]
    assert [text for cell, _, text in run.said(found) if cell in ("xx-01", "xx-05")] == ["fine\n", "[]\n"]


def test_a_difference_is_seen_and_a_picture_is_known_by_its_words():
    def said(html="", plain="", stream=""):
        outputs = [
            nbformat.v4.new_output("execute_result", {"text/html": html, "text/plain": plain}),
            nbformat.v4.new_output("stream", text=stream),
        ]
        cell = nbformat.v4.new_code_cell("1", id="a", outputs=outputs)
        return list(run.said(nbformat.v4.new_notebook(cells=[cell])))

    image = '<img src="data:image/png;base64,{}" alt="{}" style="x"/>'
    assert said(image.format("AAAA", "two bars")) == said(image.format("BBBB", "two bars"))
    assert said(image.format("AAAA", "two bars")) != said(image.format("AAAA", "three bars"))
    assert said(plain="1") != said(plain="2")
    assert said(stream="1") != said(stream="2")


def test_help_says_how_to_renew():
    told = subprocess.run(
        [sys.executable, "-m", "examples.run", "--help"],
        cwd=run.HERE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--check" in told.stdout
