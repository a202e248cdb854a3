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
    return _digest(value, 0)


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
    names = sorted(map(str, frame.columns))
    return _tagged("table", [digest_of(names), *(rows if ordered else sorted(rows))])


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


def _digest(value: Any, depth: int) -> bytes:
    plain = _plain(value)
    if plain is not None:
        return _tagged(*plain)
    if depth > _DEEPEST:
        return _tagged("deep", [type(value).__qualname__.encode()])
    if isinstance(value, Cohort):
        return _tagged("people", sorted(row_texts(value, value.columns)))
    if isinstance(value, pd.DataFrame | pd.Series):
        frame = value.to_frame() if isinstance(value, pd.Series) else value
        return _digest({str(name): frame[name].tolist() for name in frame.columns}, depth + 1)
    if isinstance(value, np.ndarray):
        return _array(value, depth)
    return _collection(value, depth)


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


def _array(array: np.ndarray[Any, Any], depth: int) -> bytes:
    if array.dtype.kind in "OUSMmV":
        return _tagged("list", [_digest(part, depth + 1) for part in array.tolist()])
    plain = np.ascontiguousarray(array)
    if plain.dtype.kind == "f":
        plain = plain.astype(np.float64) + 0.0  # -0.0 is 0.0
        plain[np.isnan(plain)] = np.nan
    kind = plain.dtype.newbyteorder("<")
    return _tagged(f"array {kind.kind}{plain.shape}", [plain.astype(kind).tobytes()])


def _collection(value: Any, depth: int) -> bytes:
    if isinstance(value, Mapping):
        pairs = sorted(_digest(key, depth + 1) + _digest(part, depth + 1) for key, part in value.items())
        return _tagged("mapping", pairs)
    if isinstance(value, AbstractSet):
        return _tagged("set", sorted(_digest(part, depth + 1) for part in value))
    if isinstance(value, Sequence):
        return _tagged("list", [_digest(part, depth + 1) for part in value])
    return _object(value, depth)


def _object(value: Any, depth: int) -> bytes:
    """What an object keeps in its attributes, with the name of its class."""
    if dataclasses.is_dataclass(value):
        known = {part.name: getattr(value, part.name) for part in dataclasses.fields(value)}
    else:
        known = dict(getattr(value, "__dict__", {}))
        for kind in type(value).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            for name in [slots] if isinstance(slots, str) else slots:
                if hasattr(value, name):
                    known[name] = getattr(value, name)
    known.pop("__weakref__", None)
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    if not known and not dataclasses.is_dataclass(value):
        return _tagged(f"object {name}", [])
    return _tagged(f"object {name}", [_digest(known, depth + 1)])
