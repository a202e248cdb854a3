"""How a result looks in a notebook: one look for all, plain HTML that needs nothing from elsewhere.

Neither scripts nor style sheets nor addresses: a notebook shows it offline, in a dark theme and a light one (colours
are the theme's own, with greys that are half transparent), and a screen reader reads tables by their captions and
headers. Whatever comes from people is text: it is escaped here, and nowhere else.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from peermatch.cohort.wording import counted

__all__ = [
    "ROWS",
    "Bar",
    "Cell",
    "card",
    "cell_words",
    "first_rows",
    "frame_table",
    "one_line",
    "paragraph",
    "table",
    "visible",
]

ROWS = 10
"""Tables show this many rows and say how many more there are."""

_WORDS = 160
"""Longer texts are shortened in cells."""

_REPR = 160
"""Longer lines are shortened where a result stands for itself in one line."""

_LINE = "1px solid rgba(128,128,128,.35)"
_CELL = "padding:.25em .7em;vertical-align:top;text-align:"
_BLUE = "rgba(64,144,208,.75)"
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Bar:
    """A cell with a bar: what it says in words, how long the bar is and where it starts, as shares of the whole.

    Examples
    --------
    >>> table("Parts", ["part", "adds"], [["years", Bar("0.25", 0.5)]]).count("width:50%")
    1
    """

    words: str
    share: float
    start: float = 0.0


Cell = str | Bar


def visible(words: str) -> str:
    """Return a text with a mark in place of each character that no page can hold or show, such as a bell.

    Examples
    --------
    >>> visible("a\\x07b")
    'a�b'
    """
    return _UNSEEN.sub("�", words)


def _text(words: str) -> str:
    return html.escape(visible(words))


def card(title: str, *parts: str) -> str:
    """Return a result: its title in bold, and below it the parts, which are HTML already.

    Examples
    --------
    >>> card("<b>", paragraph("a < b")).count("&lt;")
    2
    """
    head = f'<p style="margin:.2em 0"><strong>{_text(title)}</strong></p>'
    return f'<div style="max-width:75em">{head}{"".join(parts)}</div>'


def paragraph(words: str) -> str:
    """Return a text as paragraphs; blank lines part them. Nothing for no words.

    Examples
    --------
    >>> paragraph("one\\n\\ntwo").count("<p")
    2
    """
    parts = (part.strip() for part in words.split("\n\n"))
    return "".join(f'<p style="margin:.4em 0">{_text(part)}</p>' for part in parts if part)


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    numbers: Iterable[int] = (),
    more: int = 0,
    noun: str = "row",
    nouns: str | None = None,
) -> str:
    """Return a table: the first cell of each row is its header; no rows, no table.

    Parameters
    ----------
    caption : str
    header : sequence of str
    rows : iterable of sequence of str or Bar
    numbers : iterable of int
        Columns that stand to the right.
    more : int
        How many rows there are that are not shown.
    noun, nouns : str
        What a row is.

    Examples
    --------
    >>> shown = table("People", ["id", "years"], [["ada", "3"]], numbers=[1], more=2, noun="person", nouns="people")
    >>> "… and 2 more people" in shown, shown.count('scope="row"'), shown.count('scope="col"')
    (True, 1, 2)
    """
    right = frozenset(numbers)
    body = "".join(_row(row, right) for row in rows)
    if not body:
        return ""
    heads = "".join(
        f'<th scope="col" style="{_CELL}{_side(at, right)};border-bottom:{_LINE}">{_text(name)}</th>'
        for at, name in enumerate(header)
    )
    caption = f'<caption style="caption-side:top;text-align:left;padding:.2em 0">{_text(caption)}</caption>'
    tail = (
        f'<p style="margin:.2em 0">… and {counted(more, f"more {noun}", nouns and f"more {nouns}")}</p>'
        if more > 0
        else ""
    )
    return (
        f'<table style="border-collapse:collapse;margin:.4em 0">{caption}'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{tail}"
    )


def _side(at: int, right: frozenset[int]) -> str:
    return "right" if at in right else "left"


def _row(row: Sequence[Cell], right: frozenset[int]) -> str:
    cells = []
    for at, cell in enumerate(row):
        style = f'style="{_CELL}{_side(at, right)}"'
        if at == 0:
            cells.append(f'<th scope="row" {style[:-1]};font-weight:normal">{_inside(cell)}</th>')
        else:
            cells.append(f"<td {style}>{_inside(cell)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _inside(cell: Cell) -> str:
    if isinstance(cell, str):
        return _text(_cut(cell, _WORDS))
    start = _share(cell.start)
    place = f"width:{100 * min(_share(cell.share), 1 - start):.0f}%;margin-left:{100 * start:.0f}%"
    bar = f'<span style="display:block;height:.45em;{place};background:{_BLUE}"></span>'
    return f'{_text(_cut(cell.words, _WORDS))}<span aria-hidden="true" style="display:block;width:7em">{bar}</span>'


def _share(value: float) -> float:
    return 0.0 if math.isnan(value) else min(1.0, max(0.0, value))


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: limit - 1] + "…"


def one_line(words: str) -> str:
    """Return a text in one line that is not too long, for what a result says of itself.

    Examples
    --------
    >>> one_line("a\\nb"), len(one_line("long " * 100))
    ('a b', 160)
    """
    return _cut(" ".join(visible(words).split()), _REPR)


def cell_words(value: Any) -> str:
    """Return a cell of a table of results as people read it: three digits of a fraction, nothing for what is missing.

    Examples
    --------
    >>> cell_words(0.12345), cell_words(["ada", "bo"]), cell_words(None), cell_words(True), cell_words(1200)
    ('0.123', 'ada, bo', '', 'yes', '1,200')
    """
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if _is_missing(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def first_rows(frame: Any, limit: int = ROWS) -> tuple[pd.DataFrame, int]:
    """Return the first rows of a table of any kind as pandas, and how many more there are.

    Parameters
    ----------
    frame : pandas, polars or pyarrow table
    limit : int
    """
    if isinstance(frame, pd.DataFrame):
        return frame.head(limit), max(0, len(frame) - limit)
    import narwhals as nw  # only where people came in another kind of table

    there: Any = nw.from_native(frame, eager_only=True)
    return pd.DataFrame(there.head(limit).to_dict(as_series=False)), max(0, len(there) - limit)


def frame_table(
    caption: str,
    frame: Any,
    columns: Sequence[str] | None = None,
    *,
    limit: int = ROWS,
    ids: Iterable[str] = (),
    noun: str = "row",
    nouns: str | None = None,
) -> str:
    """Return a table of results: its first rows, numbers to the right.

    Parameters
    ----------
    caption : str
    frame : pandas, polars or pyarrow table
    columns : sequence of str, optional
        Those that are shown where they exist; all where not given.
    limit : int
    ids : iterable of str
        Columns whose numbers are names of people: as they stand, to the left.
    noun, nouns : str
        What a row is.

    Examples
    --------
    >>> shown = frame_table("Pairs", pd.DataFrame({"a": [1200], "score": [0.5]}), ids=["a"])
    >>> ">1200<" in shown, ">0.500<" in shown
    (True, True)
    """
    head, more = first_rows(frame, limit)
    names = [name for name in (head.columns if columns is None else columns) if name in head.columns]
    named = frozenset(ids)
    cells = [[_plain(value) for value in head[name].tolist()] for name in names]
    numbers = [
        at
        for at, (name, column) in enumerate(zip(names, cells, strict=True))
        if at > 0 and name not in named and any(_is_number(value) for value in column)
    ]
    words = [
        [str(value) if name in named and _is_number(value) else cell_words(value) for value in column]
        for name, column in zip(names, cells, strict=True)
    ]
    header = [str(name).replace("_", " ") for name in names]
    return table(
        caption, header, zip(*words, strict=True), numbers=numbers, more=more, noun=noun, nouns=nouns
    )


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _is_missing(value: Any) -> bool:
    return (
        value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value))
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not _is_missing(value)
