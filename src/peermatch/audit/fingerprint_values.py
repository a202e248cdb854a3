"""Digests of anything that a run was given or learned: plain values, tables, arrays, fitted state.

A digest says what is in something, not how it is kept: the same for a list and a tuple, whatever the order of a mapping
or a set. It has no key and is never written down; `peermatch.audit.fingerprints.keyed` makes a fingerprint of it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import inspect
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import pandas as pd

from peermatch.audit.fingerprints import row_texts
from peermatch.cohort import Cohort

__all__ = ["digest_of", "table_digest"]

_BYTES = 32
_DEEPEST = 60


def digest_of(value: Any) -> bytes:
    """Return the digest of a value and of all that is in it.

    Parameters
    ----------
    value
        Plain values, numbers of NumPy, arrays, tables, mappings, sets, sequences, data classes, and objects that keep
        what they know in attributes, such as fitted transformers. Functions and classes count by their names.

    Examples
    --------
    >>> digest_of({"a": (1, 2.0), "b": None}) == digest_of({"b": None, "a": [1, 2]})
    True
    >>> digest_of([True]) == digest_of([1])
    False
    """
    return _Walk().digest(value)


def table_digest(frame: pd.DataFrame, *, ordered: bool = False) -> bytes:
    """Return the digest of a table that `peermatch.cohort.aside.read_table` read.

    Parameters
    ----------
    frame : pandas.DataFrame
        Object columns of plain cells.
    ordered : bool
        Whether the order of its rows says something.

    Examples
    --------
    >>> one = pd.DataFrame({"a": [1, 2], "b": ["x", None]}, dtype=object)
    >>> table_digest(one) == table_digest(one[::-1]) == table_digest(one[["b", "a"]])
    True
    """
    rows = row_texts(_AsCohort(frame), list(map(str, frame.columns)))  # type: ignore[arg-type]  # has what is asked
    return _tagged("table", rows if ordered else sorted(rows))


class _AsCohort:
    """Just enough of a cohort to have the rows of any table told."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")

    def __len__(self) -> int:
        return len(self.frame)

    def has(self, name: str) -> bool:
        return name in self.frame.columns


def _tagged(kind: str, parts: Sequence[bytes]) -> bytes:
    told = hashlib.blake2b(digest_size=_BYTES, person=b"peermatch value")
    told.update(f"{kind};{len(parts)};".encode())
    for part in parts:
        told.update(b"%d:" % len(part))
        told.update(part)
    return told.digest()


class _Walk:
    """One way through a value: each object is looked at once, and one that holds itself is not entered again."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._known: dict[int, tuple[Any, bytes]] = {}

    def digest(self, value: Any) -> bytes:
        """Return the digest of a value."""
        plain = _plain(value)
        if plain is not None:
            return _tagged(*plain)
        mark = id(value)
        if mark in self._known:
            return self._known[mark][1]
        if mark in self._open or len(self._open) >= _DEEPEST:
            return _tagged("again", [type(value).__qualname__.encode()])
        self._open.add(mark)
        found = self._of_parts(value)
        self._open.remove(mark)
        self._known[mark] = (value, found)  # with the value itself, so that no other one gets its mark
        return found

    def _of_parts(self, value: Any) -> bytes:
        if isinstance(value, Cohort):
            return _tagged("people", sorted(row_texts(value, value.columns)))
        if isinstance(value, pd.DataFrame | pd.Series):
            frame = value.to_frame() if isinstance(value, pd.Series) else value
            columns = [(str(name), frame[name].tolist()) for name in frame.columns]
            return _tagged("frame", sorted(self.digest(name) + self._list(cells) for name, cells in columns))
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, Mapping):
            return _tagged(
                "mapping", sorted(self.digest(key) + self.digest(part) for key, part in value.items())
            )
        if isinstance(value, AbstractSet):
            return _tagged("set", sorted(map(self.digest, value)))
        if isinstance(value, Sequence):
            return self._list(value)
        return self._object(value)

    def _list(self, parts: Sequence[Any]) -> bytes:
        return _tagged("list", [self.digest(part) for part in parts])

    def _array(self, array: np.ndarray[Any, Any]) -> bytes:
        if array.dtype.kind in "OUSMmV":
            return self._list(array.tolist())
        plain = np.ascontiguousarray(array)
        if plain.dtype.kind == "f":
            plain = plain + plain.dtype.type(0)  # -0.0 is 0.0
            plain[np.isnan(plain)] = np.nan
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        return _tagged(f"array {plain.dtype.kind}{plain.itemsize}{plain.shape}", [plain.tobytes()])

    def _object(self, value: Any) -> bytes:
        """What an object keeps in its attributes, with the name of its class."""
        known: dict[str, Any] = {}
        if dataclasses.is_dataclass(value):
            known = {part.name: getattr(value, part.name) for part in dataclasses.fields(value)}
        else:
            known = dict(getattr(value, "__dict__", {}))
            slots = [kind.__dict__.get("__slots__", ()) for kind in type(value).__mro__]
            names = [name for part in slots for name in ([part] if isinstance(part, str) else part)]
            known |= {name: getattr(value, name) for name in names if hasattr(value, name)}
        known.pop("__weakref__", None)
        if hasattr(value, "get_params"):
            # an estimator of scikit-learn: such as _stop_words_id, a place in memory
            known = {name: part for name, part in known.items() if name[0] != "_" or type(part) is not int}
        parts = sorted(self.digest(name) + self.digest(part) for name, part in known.items())
        return _tagged(f"object {type(value).__module__}.{type(value).__qualname__}", parts)


def _plain(value: Any) -> tuple[str, list[bytes]] | None:
    """Return kind and content of what holds nothing else; None for the others."""
    if value is None or value is pd.NA or value is pd.NaT:
        return "none", []
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "bool", [b"1" if value else b"0"]
    if isinstance(value, int):
        return "number", [b"%d" % value]
    if isinstance(value, float):
        return "number", [(str(int(value)) if value.is_integer() else repr(value)).encode()]
    if isinstance(value, str):
        return "text", [value.encode("utf-8", "surrogatepass")]
    if isinstance(value, bytes | bytearray):
        return "bytes", [bytes(value)]
    if isinstance(value, dt.date | dt.time | dt.timedelta | complex):
        return type(value).__name__, [str(value).encode()]
    if isinstance(value, type) or inspect.isroutine(value):
        name = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
        return "code", [name.encode()]
    return None
