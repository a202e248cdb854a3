"""The way back: ids in place of pseudonyms, in any table or text that was made of pseudonymised people."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from peermatch.checks import must_be
from peermatch.cohort.aside import is_missing, read_table
from peermatch.cohort.frames import in_memory, to_kind
from peermatch.cohort.pseudonym_key import PREFIX
from peermatch.cohort.pseudonyms import Pseudonymised
from peermatch.cohort.table import Kind
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["Reidentifier", "reidentify"]

CALLER = "reidentify()"
_PSEUDONYM = re.compile(rf"(?<![A-Za-z0-9]){PREFIX}[a-z2-7]{{16}}(?![A-Za-z0-9])")
_SHIELDED = re.compile(r"'+[=+\-@\t\r\n]")
_TYPES = {"str": str, "int": int}


def reidentify(table: Any, mapping: Any) -> Any:
    """Return a table with ids in place of pseudonyms, typed as they were; all else stays as it is.

    Parameters
    ----------
    table : pandas, polars or pyarrow table
        Such as ``pairing.pairs`` of pseudonymised people.
    mapping : Pseudonymised, table, mapping, or path
        Who is who: what `pseudonymise` returned, or its ``.mapping``; a table with the columns pseudonym and id (and
        type, "str" or "int", where it was read from a file).

    Returns
    -------
    table
        A new one of the same kind.

    Raises
    ------
    InputError
        Code ``"unknown_pseudonym"`` or ``"no_pseudonyms"``: it is the mapping of other people, or of another key.

    Examples
    --------
    >>> import peermatch as pm
    >>> people = [{"id": number, "years": number * number} for number in range(1, 5)]
    >>> hidden = pm.pseudonymise(people, "id", key=pm.PseudonymKey.new())
    >>> pairing = pm.PeerMatcher("id", [pm.near("years")]).match(hidden.people)
    >>> back = pm.reidentify(pairing.pairs, hidden)
    >>> sorted(sorted(pair) for pair in back[["a", "b"]].values.tolist())
    [[1, 2], [3, 4]]
    """
    found = Reidentifier(mapping)
    kind: Kind = "pandas"
    if not isinstance(table, pd.DataFrame):
        if isinstance(table, list | tuple | str) or not hasattr(table, "columns"):
            raise ConfigError(
                must_be(CALLER, "table", "a pandas, polars or pyarrow table", type(table).__name__)
            )
        read = in_memory(table)
        kind, cells = read.kind, dict(zip(read.names, read.columns, strict=True))
        table = pd.DataFrame({name: pd.Series(list(column), dtype=object) for name, column in cells.items()})
    made = table.copy()
    for place, name in enumerate(made.columns):
        column = made.iloc[:, place]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            continue
        before = column.tolist()
        after = [found.cell(cell) for cell in before]
        if any(one is not other for one, other in zip(before, after, strict=True)):
            whole = all(type(cell) is int for cell in after)
            made[name] = pd.Series(
                after, index=made.index, dtype="int64" if whole and _fit(after) else object
            )
    found.check()
    return made if kind == "pandas" else to_kind(made, kind)


def _fit(numbers: list[int]) -> bool:
    return all(-(2**63) <= number < 2**63 for number in numbers)


class Reidentifier:
    """Replaces pseudonyms one by one, and knows at the end whether it knew them all.

    Parameters
    ----------
    mapping : as for `reidentify`
    """

    def __init__(self, mapping: Any) -> None:
        self.ids = _read(mapping)
        self.known = 0
        self.unknown: dict[str, None] = {}

    def cell(self, cell: Any) -> Any:
        """Return a cell with ids in it; the cell itself where it holds no pseudonym."""
        if isinstance(cell, list | tuple):
            made = [self.cell(one) for one in cell]
            return made if any(one is not other for one, other in zip(cell, made, strict=True)) else cell
        if not isinstance(cell, str):
            return cell
        if _PSEUDONYM.fullmatch(cell):
            return self._id(cell)
        return self.text(cell)

    def text(self, text: str) -> str:
        """Return a text with ids in it."""
        return _PSEUDONYM.sub(lambda found: str(self._id(found[0])), text) if PREFIX in text else text

    def _id(self, name: str) -> Any:
        if name in self.ids:
            self.known += 1
            return self.ids[name]
        self.unknown[name] = None
        return name

    def check(self) -> None:
        """Raise InputError where a pseudonym was not known, or there was none at all."""
        if self.unknown and not self.known:
            message = (
                f"None of the {len(self.unknown):,} pseudonyms belongs to anybody here: it is the wrong key, or the "
                f"mapping of other people. The first is {next(iter(self.unknown))}."
            )
            raise InputError(error_item("unknown_pseudonym", message, found=len(self.unknown)))
        if self.unknown:
            first = next(iter(self.unknown))
            message = (
                f"{len(self.unknown):,} of the pseudonyms belong to nobody here; the first is {first}. "
                "Name a table, or a mapping, that has everybody who was pseudonymised."
            )
            raise InputError(error_item("unknown_pseudonym", message, found=len(self.unknown)))
        if not self.known:
            message = f"No cell holds a pseudonym, which is {PREFIX} and 16 letters and digits. Is it the right table?"
            raise InputError(error_item("no_pseudonyms", message))


def _read(mapping: Any) -> dict[str, Any]:
    if isinstance(mapping, Pseudonymised):
        mapping = mapping.mapping
    if isinstance(mapping, Mapping):
        return {str(name): id for name, id in mapping.items()}
    in_file = isinstance(mapping, str | os.PathLike)
    frame = mapping if isinstance(mapping, pd.DataFrame) else read_table(mapping, what="mapping")
    missing = [name for name in ("pseudonym", "id") if name not in frame.columns]
    if missing:
        message = f"The mapping has no column {missing[0]!r}. It has: {', '.join(map(repr, frame.columns))}."
        raise InputError(
            error_item("unknown_column", message, column=missing[0], accepted=["pseudonym", "id"])
        )
    names, ids = frame["pseudonym"].tolist(), frame["id"].tolist()
    if in_file:
        # our own file has an apostrophe before what a spreadsheet program could take for a formula
        ids = [id[1:] if isinstance(id, str) and _SHIELDED.match(id) else id for id in ids]
    if "type" in frame.columns:
        ids = [_typed(id, kind) for id, kind in zip(ids, frame["type"].tolist(), strict=True)]
    empty = [row for row, id in enumerate(ids, start=1) if is_missing(id)]
    if empty or len(set(names)) < len(names):
        row = empty[0] if empty else None
        message = (
            "The mapping has a row without an id, or a pseudonym twice. Make it again from key and people."
        )
        raise InputError(error_item("bad_mapping", message, row=row))
    return dict(zip(map(str, names), ids, strict=True))


def _typed(id: Any, kind: Any) -> Any:
    try:
        return _TYPES[str(kind)](id)
    except (KeyError, ValueError, TypeError):
        message = f"The mapping has the type {kind!r} for an id that is no such thing. Accepted: str, int."
        raise InputError(error_item("bad_mapping", message, column="type", found=str(kind))) from None
