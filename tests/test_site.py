"""The site: it builds without a warning and without a network, loads nothing from elsewhere, and people can use it."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import subprocess
import sys
import zlib
from functools import cached_property
from pathlib import Path
from types import FunctionType

import pytest

import peermatch as pm
from support.browser import axe_script, browser
from support.pages import dead_links, loaded_from_elsewhere, of_script

pytest.importorskip("sphinx")
pytest.importorskip("myst_nb")
pytest.importorskip("furo")

ROOT = Path(__file__).resolve().parent.parent

# Sphinx in a process of its own that has no network: whoever asks for one is noted down and refused.
BUILD = """
import socket, sys

def refuse(*args, **kwargs):
    sys.stderr.write(f"NETWORK {args!r}\\n")
    raise OSError("there is no network")

for name in ("create_connection", "getaddrinfo", "gethostbyname"):
    setattr(socket, name, refuse)
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)

if len(sys.argv) == 1:  # does the guard hold?
    import urllib.request
    urllib.request.urlopen("http://127.0.0.1:9/", timeout=1)
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-c", BUILD, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "default", "PYTHONHASHSEED": "0"},
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = run(
        "-b", "html", "-W", "--keep-going", "-q", "-d", folder / "doctrees", ROOT / "docs", folder / "html"
    )
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stderr, done.stderr
    return folder / "html"


RUN = (
    BUILD.split("if len(")[0]
    + """
import peermatch as pm
people = pm.datasets.make_organisation(60, seed=1)
matcher = pm.PeerMatcher("employee_id", [pm.near("years_experience"), pm.overlap("goals")], label="display_name")
programme = pm.Programme(matcher)
pairing = programme.run(people, round="2026-12")
pairing.report("report.html"), pairing.notices(), pairing.to_csv("out"), programme.save("programme.json")
"""
)


def test_a_run_asks_for_no_network(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stderr
    assert (tmp_path / "report.html").exists()


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


def pages_of(folder):
    return sorted(folder.rglob("*.html"))


# ---------------------------------------------------------------------------------------------------- nothing fetched


def test_who_asks_for_a_network_is_noted_down():
    done = run()
    assert done.returncode != 0
    assert "NETWORK" in done.stderr


def test_no_page_loads_anything_from_elsewhere(site):
    assert len(pages_of(site)) > 60
    assert loaded_from_elsewhere(site) == []


PLANTED = {
    "script": '<script src="https://cdn.example/x.js"></script>',
    "script without a scheme": '<script src="//cdn.example/x.js"></script>',
    "script, shouted": '<SCRIPT SRC="HTTPS://cdn.example/x.js"></SCRIPT>',
    "style sheet": '<link rel="stylesheet" href="https://fonts.example/css">',
    "icon": '<link rel="shortcut icon" href="http://cdn.example/i.ico">',
    "preconnect": '<link rel="preconnect" href="https://fonts.example">',
    "prefetch": '<link rel="dns-prefetch" href="//fonts.example">',
    "picture": '<img src="https://cdn.example/x.png" alt="">',
    "picture for screens": '<img srcset="a.png 1x, https://cdn.example/x.png 2x" alt="">',
    "picture in a picture": '<svg><image href="https://cdn.example/x.png"/></svg>',
    "part of a drawing": '<svg><use xlink:href="https://cdn.example/x.svg#a"/></svg>',
    "frame": '<iframe src="https://video.example/1"></iframe>',
    "frame in a frame": "<iframe srcdoc=\"<img src='https://cdn.example/x.png'>\"></iframe>",
    "film": '<video poster="https://cdn.example/x.png"></video>',
    "object": '<object data="https://cdn.example/x.swf"></object>',
    "base": '<base href="https://cdn.example/">',
    "form": '<form action="https://search.example/"></form>',
    "refresh": '<meta http-equiv="refresh" content="0; url=https://cdn.example/">',
    "style element": "<style>@import 'https://fonts.example/css';</style>",
    "font": "<style>@font-face { src: url(https://fonts.example/a.woff2) }</style>",
    "style attribute": "<p style=\"background: url('https://cdn.example/x.png')\">x</p>",
    "fetch": "<script>fetch('https://api.example/x')</script>",
    "module": '<script type="module">import x from "https://cdn.example/x.js"</script>',
    "built address": "<script>const s = document.createElement('script'); s.src = '//cdn.example/x.js'</script>",
    "handler": "<p onclick=\"fetch('https://api.example/x')\">x</p>",
    "socket": '<script>new WebSocket("wss://api.example")</script>',
}
INNOCENT = {
    "link": '<a href="https://example.org/">x</a>',
    "canonical": '<link rel="canonical" href="https://example.org/">',
    "own": '<script src="_static/x.js"></script><link rel="stylesheet" href="x.css"><img src="x.png" alt="">',
    "inside": '<img src="data:image/png;base64,AAAA" alt="">',
    "text": "<p>src=https://example.org</p><code>fetch('https://example.org')</code>",
    "vocabulary": "<script>document.createElementNS('http://www.w3.org/2000/svg', 'path')</script>",
    "comment": "<script>// see https://example.org/ it's 'here'\nlet a = 1</script>",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_the_checker_sees(kind, tmp_path):
    (tmp_path / "page.html").write_text(
        f"<!doctype html><html><body>{PLANTED[kind]}</body></html>", encoding="utf-8"
    )
    assert loaded_from_elsewhere(tmp_path)


@pytest.mark.parametrize("kind", INNOCENT)
def test_the_checker_lets_pass(kind, tmp_path):
    (tmp_path / "page.html").write_text(
        f"<!doctype html><html><body>{INNOCENT[kind]}</body></html>", encoding="utf-8"
    )
    assert loaded_from_elsewhere(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.css", "@import url(https://fonts.example/css);"),
        ("x.css", "p { background: url( 'https://cdn.example/x.png' ) }"),
        ("x.js", "let a = 'it\\'s'; import('https://cdn.example/x.js')"),
        ("x.svg", '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://cdn.example/x.png"/></svg>'),
    ],
)
def test_the_checker_sees_in_files(name, text, tmp_path):
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert len(loaded_from_elsewhere(tmp_path)) == 1


def test_a_comment_is_no_code():
    assert of_script("/* 'https://a.example' */ f('x') // 'https://b.example'\ng('https://c.example')") == [
        "https://c.example"
    ]


# ------------------------------------------------------------------------------------------------------ whole and true


def test_links_lead_somewhere(site):
    assert list(dead_links(site)) == []


def test_dead_links_are_seen(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a href="b.html#here">x</a><a href="c.html">x</a><a href="b.html">x</a>'
    )
    (tmp_path / "b.html").write_text('<p id="there"></p>')
    assert list(dead_links(tmp_path)) == ["a.html: b.html#here (no such place)", "a.html: c.html"]


def described(site):
    """Return the names that the reference describes, from the inventory that Sphinx writes for other sites."""
    data = (site / "objects.inv").read_bytes()
    lines = zlib.decompress(data.split(b"\n", 4)[4]).decode().splitlines()
    return {line.split(" py:")[0] for line in lines if " py:" in line}


def public_names():
    yield from (f"peermatch.{name}" for name in pm.__all__)
    for part in ("solvers", "verify", "encoders", "datasets", "report.plots"):
        module = importlib.import_module(f"peermatch.{part}")
        # constants, and what stands on the front page as well
        others = {name for name in module.__all__ if name.isupper()}
        others |= {name for name in pm.__all__ if getattr(pm, name) is getattr(module, name, None)}
        yield from (f"peermatch.{part}.{name}" for name in module.__all__ if name not in others)
    for owner in (pm.PeerMatcher, pm.Pairing, pm.Programme, pm.Draft):
        yield from (f"peermatch.{owner.__name__}.{name}" for name in dir(owner) if _is_method(owner, name))


def _is_method(owner, name):
    kinds = (property, cached_property, classmethod, staticmethod, FunctionType)
    return not name.startswith("_") and isinstance(inspect.getattr_static(owner, name), kinds)


def test_every_public_name_is_described(site):
    assert sorted(set(public_names()) - described(site)) == []


def test_every_command_is_described(site):
    from peermatch.cli.entry import _parser

    text = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    commands = next(action.choices for action in _parser()._actions if isinstance(action.choices, dict))
    assert len(commands) > 10
    for command in commands:
        assert f"usage: peermatch {command} " in text, command


def test_pages_of_the_repository_are_all_there(site):
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT / "docs")).with_suffix(".html").exists(), page
    for page in (ROOT / "examples").glob("*.ipynb"):
        assert (site / "notebooks" / page.name).with_suffix(".html").exists(), page
    for name in ("changelog", "contributing"):
        title = (ROOT / f"{name.upper()}.md").read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"<h1>{title}" in (site / f"{name}.html").read_text(encoding="utf-8")


def test_pages_say_nothing_of_where_they_were_built(site):
    for path in pages_of(site):
        assert str(ROOT) not in path.read_text(encoding="utf-8"), path


def test_every_picture_says_what_it_shows(site):
    for path in pages_of(site):
        for tag in path.read_text(encoding="utf-8").split("<img")[1:]:
            assert 'alt="' in tag.split(">")[0], f"{path.name}: {tag[:80]}"


def test_notebooks_are_listed_by_title_and_first_words(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    navigation = importlib.import_module("navigation")
    monkeypatch.setattr(navigation, "NOTEBOOKS", tmp_path)
    cells = [
        {"cell_type": "code", "source": "1"},
        {
            "cell_type": "markdown",
            "source": ["# A title\n", "\n", "Some words\n", "in two lines.\n", "\n", "More."],
        },
    ]
    (tmp_path / "one.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    source = ["# Notebooks\n"]
    navigation.complete(None, "notebooks", source)
    assert "## [A title](notebooks/one.ipynb)\n\nSome words in two lines.\n" in source[0]
    assert "\nnotebooks/one\n" in source[0]
    (tmp_path / "one.ipynb").unlink()
    source = ["# Notebooks\n"]
    navigation.complete(None, "notebooks", source)
    assert source == ["# Notebooks\n"]


def test_links_of_a_notebook_lead_to_pages(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    words = "[a](../docs/rounds.md#round) [b](two_years.py) [c](https://example.org/x.py)\n"
    code = {"cell_type": "code", "source": ["# [a](../docs/rounds.md)"]}
    notebook = {"metadata": {}, "cells": [{"cell_type": "markdown", "source": [words]}, code]}
    shown = json.loads(importlib.import_module("navigation").as_page(json.dumps(notebook)))
    changed = "[a](../rounds.md#round) [b](../../examples/two_years.py) [c](https://example.org/x.py)\n"
    assert [cell["source"] for cell in shown["cells"]] == [changed, code["source"]]
    assert shown["metadata"]["language_info"]["pygments_lexer"] == "ipython3"


# ------------------------------------------------------------------------------------------------------- in a browser

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def tab(chromium):
    page = chromium.new_page(viewport=DESKTOP)
    page.heard = []
    page.on("console", lambda message: page.heard.append(message.text))
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    page.on(
        "request", lambda asked: page.heard.append(asked.url) if not asked.url.startswith("file:") else None
    )
    yield page
    assert [text for text in page.heard if not text.startswith("data:")] == []
    page.close()


def test_every_page_opens_without_a_request_or_a_word_on_the_console(site, tab):
    for path in pages_of(site):
        tab.goto(path.as_uri())
        titles = tab.locator("h1").count()
        assert titles == 1 or path.name == "search.html" or (path.parent.name == "notebooks" and titles), path
        assert tab.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"], path


def test_search_finds_without_a_server(site, tab):
    tab.goto((site / "index.html").as_uri())
    tab.fill(".sidebar-search", "blossom")
    tab.press(".sidebar-search", "Enter")
    tab.wait_for_selector("#search-results li a")
    found = tab.locator("#search-results li a").all_inner_texts()
    assert any("proved" in text for text in found), found


PAGES_LOOKED_AT = ["index", "tutorial", "reference/pairing", "benchmarks", "works-council-sheet", "research"]


@pytest.mark.parametrize("name", PAGES_LOOKED_AT)
def test_pages_fit_a_phone(site, tab, name):
    tab.set_viewport_size(PHONE)
    tab.goto((site / f"{name}.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(
    ("name", "scheme"),
    [*((name, "light") for name in PAGES_LOOKED_AT), ("index", "dark"), ("reference/criteria", "dark")],
)
def test_no_serious_fault_for_those_who_read_with_help(site, tab, name, scheme):
    tab.emulate_media(color_scheme=scheme)
    tab.goto((site / f"{name}.html").as_uri())
    tab.evaluate(axe_script())
    faults = tab.evaluate("axe.run({preload: false})")["violations"]
    grave = [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]][:3])
        for fault in faults
        if fault["impact"] in ("serious", "critical")
    ]
    assert grave == []


def test_the_sheet_for_a_works_council_is_one_page_on_paper(site, tab):
    tab.goto((site / "works-council-sheet.html").as_uri())
    for paper in ("A4", "Letter"):
        assert len(re.findall(rb"/Type\s*/Page\b", tab.pdf(format=paper))) == 1
