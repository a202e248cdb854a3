"""How the site is built: `make docs`, offline, with warnings as errors.

Pages are plain Markdown, so that they can be read on a code host as well; what only the site needs (the sidebar, the
list of notebooks) is added here while it is built. Nothing is fetched, and no page asks for anything that is not in
the site's own folder (tests/test_site.py).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]  # what is described is this tree, not what is installed
os.environ["COLUMNS"] = "100"  # how wide the help of a command is shown

import docstrings  # noqa: E402
import navigation  # noqa: E402

from peermatch.version import __version__  # noqa: E402

project = "peermatch"
author = "The peermatch founders"
copyright = author
version = release = __version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]
default_role = "py:obj"  # `name` in a docstring: a link where it is one of ours, else plain code

# Reference
autosummary_generate = False
autodoc_typehints = "none"  # what is accepted stands in the text, with units and shapes
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "inherited-members": True}
autodoc_class_signature = "mixed"
add_module_names = False

# Markdown and notebooks: shown as they are stored, never run here, with nothing from elsewhere
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block", "deflist"]
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, Any] = {}
nb_render_text_lexer = "none"

# Looks
highlight_language = "none"  # a block without a language is what a command prints
html_theme = "furo"
html_title = f"peermatch {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_search_summary = False  # would be fetched page by page, which a browser refuses without a server
html_favicon = "_static/mark.svg"
html_logo = "_static/mark.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = True
html_theme_options = {"navigation_with_keys": True}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def setup(app: Any) -> dict[str, Any]:
    app.connect("builder-inited", navigation.bring_notebooks)
    app.connect("env-get-outdated", navigation.made_here)
    app.connect("source-read", navigation.complete)
    app.connect("autodoc-process-docstring", docstrings.read)
    app.connect("autodoc-process-signature", docstrings.sign)
    app.connect("autodoc-skip-member", docstrings.skip)
    app.connect("doctree-read", docstrings.link)
    app.connect("doctree-read", navigation.name_pictures)
    app.connect("html-page-context", navigation.give_levels, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
