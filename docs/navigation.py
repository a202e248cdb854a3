"""What only the site needs and a page of Markdown cannot say: the sidebar, the notebooks, the commands."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE / "notebooks"  # copies, made anew for each build; never part of the repository

SIDEBAR: dict[str, list[str]] = {
    "Tutorial": ["Your first match <tutorial>", "notebooks"],
    "How-to guides": [
        "Reading tables <reading-tables>",
        "choosing-weights",
        "Explaining <explaining>",
        "Rounds <rounds>",
        "Late joiners and drafts <late-joiners-and-drafts>",
        "Mentors and places <mentors-and-capacities>",
        "roles-and-templates",
        "odd-one-out",
        "circles",
        "Rings <rings>",
        "advisers",
        "Stable matching <stable-matching>",
        "Fairness <fairness>",
        "learning-from-outcomes",
        "from-python",
        "extending",
        "encoders",
        "solvers",
        "networkx",
        "more-machines",
    ],
    "Reference": [
        "criteria-and-rules",
        "configuration",
        "command-line",
        "reference/commands",
        "reference/index",
    ],
    "Explanation": [
        "the-model",
        "What “best” means <objectives>",
        "how-it-is-proved",
        "manifest",
        "Verifying <verifying>",
        "research",
        "privacy",
        "limits",
    ],
    "About": [
        "data-protection-note",
        "works-council-sheet",
        "benchmarks",
        "decisions/README",
        "changelog",
        "contributing",
    ],
}
"""Caption, and pages under it: the kinds of documentation of Diátaxis, and what is about the project."""

REFERENCE = [
    "matcher",
    "pairing",
    "answers",
    "criteria",
    "rules",
    "people",
    "programme",
    "errors",
    "pictures",
    "encoders",
    "datasets",
    "problem",
    "solvers",
    "verify",
    "integrations",
]
"""Pages of the Python reference, in the order in which people meet the names."""


def contents(pages: list[str], caption: str = "") -> str:
    """Return a table of contents that only the sidebar shows."""
    options = [":hidden:"] + ([f":caption: {caption}"] if caption else [])
    return "\n".join(["", "```{toctree}", *options, "", *pages, "```", ""])


def as_page(text: str) -> str:
    """Return a notebook as it is shown: links lead to pages of the site, and it says that its code is Python."""
    notebook = json.loads(text)
    notebook["metadata"].setdefault("language_info", {}).setdefault("name", "python")
    notebook["metadata"]["language_info"].setdefault("pygments_lexer", "ipython3")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            words = "".join(cell["source"])
            words = words.replace("](../docs/", "](../").replace("](../README.md", "](../index.md")
            cell["source"] = re.sub(r"\]\((\w[\w-]*\.py)\)", r"](../../examples/\1)", words)
    return json.dumps(notebook, ensure_ascii=False, indent=1)


def bring_notebooks(app: Any) -> None:
    """Copy the notebooks of ``examples/`` to where pages are looked for; what has not changed is left alone."""
    paths = sorted((HERE.parent / "examples").glob("*.ipynb"))
    found = {path.name: as_page(path.read_text(encoding="utf-8")).encode() for path in paths}
    if found:
        NOTEBOOKS.mkdir(exist_ok=True)
    for path in NOTEBOOKS.glob("*.ipynb"):
        if path.name not in found:
            path.unlink()
    for name, data in found.items():
        path = NOTEBOOKS / name
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)


def opening(path: Path) -> tuple[str, str]:
    """Return the title of a notebook and the first paragraph under it."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    lines = [line for block in blocks for line in block.splitlines()]
    title = next((line[2:].strip() for line in lines if line.startswith("# ")), path.stem)
    words = next((" ".join(block.split()) for block in blocks if not block.startswith("#")), "")
    return title, words.replace("](../", "](")


def commands() -> Iterator[str]:
    """Yield a section for each command: what ``--help`` prints, in lines of 100 characters."""
    from peermatch.cli.entry import _parser

    whole = _parser()
    listed = next(action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    for parser in [whole, *dict.fromkeys(listed.choices.values())]:
        yield f"\n## {parser.prog}\n\n```text\n{parser.format_help()}```\n"


def complete(app: Any, name: str, source: list[str]) -> None:
    """Add to a page what only the site needs: what stands below it in the sidebar, and the list of notebooks."""
    if not name.startswith("notebooks/"):  # a link to a notebook leads to the page that shows it
        source[0] = re.sub(r"\]\(((?:\.\./)*)\.\./examples/(\w[\w-]*\.ipynb)", r"](\1notebooks/\2", source[0])
    if name == "index":
        source[0] += "".join(contents(pages, caption) for caption, pages in SIDEBAR.items())
    elif name == "reference/index":
        source[0] += contents(REFERENCE)
    elif name == "decisions/README":
        source[0] += contents(sorted(path.stem for path in (HERE / "decisions").glob("[0-9]*.md")))
    elif name in ("changelog", "contributing"):
        text = (HERE.parent / f"{name.upper()}.md").read_text(encoding="utf-8")
        source[0] = re.sub(r"\]\(docs/", "](", text)
    elif name == "reference/commands":
        source[0] += "".join(commands())
    elif name == "notebooks":
        paths = sorted(NOTEBOOKS.glob("*.ipynb"))
        for path in paths:
            title, words = opening(path)
            source[0] += f"\n## [{title}](notebooks/{path.name})\n\n{words}\n"
        if paths:
            source[0] += contents([f"notebooks/{path.stem}" for path in paths])


def name_pictures(app: Any, doctree: Any) -> None:
    """Give a picture of a notebook words for those who don't see it, where it has none but its file's name."""
    if app.env.docname.startswith("notebooks/"):
        for picture in doctree.findall(nodes.image):
            picture.setdefault("alt", "A picture that the code above draws")


def give_levels(app: Any, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Say of the captions in the sidebar which level of heading they are, for those who have pages read out."""
    tree = context.get("furo_navigation_tree")
    if tree:
        context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def made_here(app: Any, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Return the pages to read again in every build: what stands in them comes from other files."""
    return ["changelog", "contributing", "decisions/README", "notebooks", "reference/commands"]
