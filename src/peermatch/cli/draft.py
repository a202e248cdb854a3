"""A configuration in the making: TOML with the reasons in comments."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Part",
    "Setting",
    "comment",
    "decided_line",
    "key",
    "sensitive_lines",
    "short_names",
    "show_lines",
    "table",
]

UNDECIDED = "drafted by peermatch init; nobody has decided yet"

_WIDTH = 100
_LONG = 24
"""Names of criteria head the columns of results: longer ones are hard to read."""
_SHORT = {"complement": "help", "overlap": "goals"}


@dataclass(frozen=True)
class Part:
    """A piece of a configuration.

    Attributes
    ----------
    lines : tuple of str
        TOML with its comments.
    uses : tuple of str
        The columns that it uses.
    active : bool
        False where it is only proposed: its TOML is commented out.
    kind : str
        The kind of criterion or rule.
    values : mapping
        Its arguments.
    reasons : tuple of str
        The sentences above it.
    """

    lines: tuple[str, ...]
    uses: tuple[str, ...] = ()
    active: bool = True
    kind: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """What guesses depend on, besides the columns.

    Attributes
    ----------
    two_sides : bool
    as_of : str or None
        The day to count dates from, if one was given.
    """

    two_sides: bool
    as_of: str | None


def comment(*texts: str) -> list[str]:
    """Return texts as comment lines of a readable width.

    Examples
    --------
    >>> comment("a word", "another")
    ['# a word', '# another']
    """
    return [f"# {line}" if line else "#" for text in texts for line in textwrap.wrap(text, _WIDTH) or [""]]


def key(name: str, value: Any, reason: str = "") -> str:
    """Return one line ``name = value  # reason``.

    Examples
    --------
    >>> key("id", "employee id", "it is unique")
    'id = "employee id"  # it is unique'
    >>> key("by", [1, 3])
    'by = [1, 3]'
    """
    line = f"{name} = {_literal(value)}"
    return f"{line}  # {reason}" if reason else line


def table(
    kind: str,
    values: Mapping[str, Any],
    reasons: Sequence[str],
    *,
    uses: Sequence[str],
    active: bool = True,
    of: str,
) -> Part:
    """Return a ``[[criteria]]`` or ``[[rules]]`` table with its reasons above it.

    Parameters
    ----------
    kind : str
    values : mapping
        Keys after ``kind``, in this order.
    reasons : sequence of str
    uses : sequence of str
    active : bool
    of : {"criteria", "rules"}

    Examples
    --------
    >>> part = table("same", {"column": "site"}, ["why not"], uses=["site"], active=False, of="criteria")
    >>> print(*part.lines, sep="\\n")
    # why not
    # [[criteria]]
    # kind = "same"
    # column = "site"
    """
    body = [f"[[{of}]]", key("kind", kind), *(key(name, value) for name, value in values.items())]
    if not active:
        body = [f"# {line}" for line in body]
    lines = (*comment(*reasons), *body)
    return Part(lines, tuple(uses), active, kind, dict(values), tuple(reasons))


def short_names(parts: Sequence[Part]) -> list[Part]:
    """Return criteria, with a short name of its own for each whose columns would make a long one.

    Examples
    --------
    >>> columns = {"offers": "What I can teach others", "seeks": "What I would like to learn"}
    >>> part = table("complement", columns, ["why"], uses=[], of="criteria")
    >>> [one.values["name"] for one in short_names([part, part])]
    ['help', 'help_2']
    """
    used: dict[str, int] = {}
    named = []
    for part in parts:
        long = part.kind in _SHORT and len(part.kind) + sum(len(name) + 1 for name in _columns(part)) > _LONG
        if long and "name" not in part.values:
            short = "identity" if part.values.get("sensitive") else _SHORT[part.kind]
            used[short] = used.get(short, 0) + 1
            name = short if used[short] == 1 else f"{short}_{used[short]}"
            values = {**part.values, "name": name}
            part = table(part.kind, values, part.reasons, uses=part.uses, active=part.active, of="criteria")
        named.append(part)
    return named


def _columns(part: Part) -> list[str]:
    return [part.values[key] for key in ("column", "left", "offers", "seeks") if key in part.values]


def decided_line() -> str:
    """Return the line that says who decided on a draft: nobody, until somebody puts their name there."""
    return key("decided_by", UNDECIDED, "who decided on this? Auditors read it")


def sensitive_lines(columns: Sequence[str]) -> list[str]:
    """Return the line that marks columns as sensitive; nothing where there are none.

    Examples
    --------
    >>> sensitive_lines(["gender"])[-1]
    'sensitive = ["gender"]'
    """
    if not columns:
        return []
    why = (
        "Nobody is shown what stands in these columns, whatever reads them: not in results, guides, repairs or errors. "
        "Columns that people need not be asked for are best left out of the table."
    )
    return [*comment(why), key("sensitive", list(columns))]


def show_lines(parts: Sequence[Part]) -> list[str]:
    """Propose, never more than that, the columns that participants may read of each other."""
    told = [
        part for part in parts if part.kind in _SHORT and part.active and not part.values.get("sensitive")
    ]
    columns = list(dict.fromkeys(name for part in told for name in part.uses))
    if not columns:
        return []
    why = (
        "What participants may read of each other, in the meeting guide for one: nothing, unless it stands here. Tell "
        "people before you take the # away."
    )
    return [*comment(why), f"# {key('show', columns)}"]


def _literal(value: Any) -> str:
    if isinstance(value, str):  # JSON's escapes are TOML's; only DEL is plain in JSON
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_literal(part) for part in value)}]"
    return repr(value)
