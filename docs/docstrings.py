"""How docstrings become pages: NumPy's sections, links only to names that are ours, nothing of scikit-learn's."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.ext.napoleon import Config, NumpyDocstring

_STYLE = Config(
    napoleon_use_rtype=False,
    napoleon_use_param=False,  # one heading "Parameters" as people wrote it
    napoleon_preprocess_types=False,
)


class Docstring(NumpyDocstring):
    """A docstring whose section "Attributes" is a list like "Parameters", so that no name is described twice."""

    def _parse_attributes_section(self, section: str) -> list[str]:
        return self._format_fields("Attributes", self._consume_fields(multiple=True))


def read(app: Any, what: str, name: str, found: Any, options: Any, lines: list[str]) -> None:
    """Turn the sections of a docstring into what Sphinx reads. A property's first line is text, not a type."""
    kind = "method" if what == "property" else what
    lines[:] = Docstring(lines, _STYLE, None, kind, name, found, options).lines()


def sign(
    app: Any, what: str, name: str, found: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str, str] | None:
    """Show no constructor of what users never construct: a class whose docstring knows no parameters."""
    hidden = what == "class" and "Parameters\n" not in (found.__doc__ or "")
    return ("", "") if hidden else None


def skip(app: Any, what: str, name: str, found: Any, skipped: bool, options: Any) -> bool | None:
    """Leave out what comes from scikit-learn, and is described there."""
    home = (
        getattr(found, "__module__", None) or getattr(getattr(found, "fget", None), "__module__", None) or ""
    )
    return True if home.startswith("sklearn.") else None


def full_name(name: str, public: frozenset[str]) -> str | None:
    """Return the full name of what a docstring means by `name`, or None where it is a word like any other."""
    short = name.removeprefix("peermatch.")
    if short.split(".")[0] in public:
        return f"peermatch.{short}"
    return name if short != name else None


def link(app: Any, doctree: Any) -> None:
    """Leave a link only where a name is one of ours for certain, and colour examples as Python's prompt.

    In docstrings, `table` or `pairs` is a word in code; Sphinx would look for whatever ends in ".table".
    """
    import peermatch

    for node in doctree.findall(nodes.doctest_block):
        node["language"] = "pycon"

    public = frozenset([*peermatch.__all__, "solvers", "verify", "encoders", "datasets"])
    for node in list(doctree.findall(addnodes.pending_xref)):
        if node.get("refdomain") != "py":
            continue
        full = full_name(node["reftarget"], public)
        if full is None:
            node.replace_self(node.children or [nodes.Text(node["reftarget"])])
        else:
            node["reftarget"] = full
