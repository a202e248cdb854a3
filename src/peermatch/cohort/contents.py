"""A column looked at once: its cells, their types, and how often each text stands in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from peermatch.cohort.cells import ObjectArray, as_objects

__all__ = ["Contents", "texts_in"]

_PLAIN = {str, type(None)}


def texts_in(cells: list[Any]) -> set[str]:
    """Return the different texts among cells of any type.

    Examples
    --------
    >>> texts_in(["a", None, "a", 7, ["b"]])
    {'a'}
    """
    if set(map(type, cells)) <= _PLAIN:
        return set(cells) - {None}
    return {cell for cell in cells if type(cell) is str}


class Contents:
    """The cells of a column, and what is known of them as a whole.

    Attributes
    ----------
    name : str
        The column's name.
    cells : object array of shape (n,)
        Plain cells.
    values : list
        The same.
    kinds : set of type
    texts : Counter
        How often each text stands in a cell of its own.

    Examples
    --------
    >>> column = Contents("site", as_objects(["Oslo", "Rome", "Oslo", None]))
    >>> column.texts["Oslo"], column.replaced({"Oslo": "OSL"}).values
    (2, ['OSL', 'Rome', 'OSL', None])
    """

    def __init__(self, name: str, cells: ObjectArray) -> None:
        self.name = name
        self.cells = cells
        self.values: list[Any] = cells.tolist()
        self.kinds = set(map(type, self.values))
        if self.kinds <= _PLAIN:
            self.texts = Counter(self.values)
            self.texts.pop(None, None)
        else:
            self.texts = Counter(value for value in self.values if type(value) is str)

    def replaced(self, new: Mapping[str, Any]) -> Contents:
        """Return the column with other cells in place of some texts."""
        if self.kinds <= _PLAIN:
            cells = [new.get(value, value) for value in self.values]
        else:
            cells = [new.get(value, value) if type(value) is str else value for value in self.values]
        return Contents(self.name, as_objects(cells))

    def place(self, text: str) -> int:
        """Return where a text stands first."""
        return next(at for at, value in enumerate(self.values) if type(value) is str and value == text)
