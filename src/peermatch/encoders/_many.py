"""A vocabulary over many-valued cells, learned from one or several columns, and cells as bits in it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peermatch.checks import check_count, must_be
from peermatch.encoders._bits import pack, words_for
from peermatch.encoders._cells import wrong_kind
from peermatch.encoders._missing import is_missing_text
from peermatch.encoders._splitting import Splitter, make_splitter
from peermatch.encoders._table import Column, fold, text_of
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["ACCEPTED_VALUES", "Vocabulary", "check_options", "learn", "pooled_bits", "splitter_for"]

ACCEPTED_VALUES = "text, numbers, dates, or a list or set of these"


@dataclass(frozen=True)
class Vocabulary:
    """The values of a column in bit order.

    Attributes
    ----------
    names : list of str
        The most common spelling of each value.
    place : dict
        Folded value -> bit.
    splitter : Splitter
        How cells are cut.
    """

    names: list[str]
    place: dict[str, int]
    splitter: Splitter


@dataclass(frozen=True)
class _Parts:
    """What the distinct values of a column hold.

    Attributes
    ----------
    cell, part : ndarray of int64, shape (m,)
        Distinct value `cell[i]` holds the text `texts[part[i]]`.
    texts : list of str
        Distinct spellings.
    known : ndarray of bool, one per distinct value
        False where a cell holds nothing but separators and missing tokens. An empty list is known, and holds
        nothing.
    """

    cell: NDArray[np.int64]
    part: NDArray[np.int64]
    texts: list[str]
    known: NDArray[np.bool_]


def check_options(caller: str, separator: Any, vocabulary: Any, min_count: Any, max_values: Any) -> list[str]:
    """Check the options that every many-valued encoder has; return the vocabulary as texts.

    Raises
    ------
    ValueError, ConfigError
        In the one form of argument errors.
    """
    if separator is not None and not isinstance(separator, str):
        raise ConfigError(
            must_be(caller, "separator", "a text, '' for never, or None to detect it", separator)
        )
    if isinstance(vocabulary, str) or not (vocabulary is None or isinstance(vocabulary, Iterable)):
        raise ConfigError(must_be(caller, "vocabulary", "a list of values, or None", vocabulary))
    check_count(caller, "min_count", min_count, at_least=1)
    check_count(caller, "max_values", max_values, at_least=1)
    options = [text_of(value) for value in vocabulary or ()]
    if len({fold(option) for option in options}) < len(options):
        raise ConfigError(must_be(caller, "vocabulary", "a list in which no value stands twice", vocabulary))
    return options


def splitter_for(columns: Sequence[Column], separator: str | None, options: Sequence[str]) -> Splitter:
    """Return one splitter for all of the columns."""
    texts = [
        value
        for column in columns
        if column.numbers is None
        for value in column.values
        if isinstance(value, str)
    ]
    return make_splitter(separator, options, list(dict.fromkeys(texts)))


def learn(
    caller: str,
    columns: Sequence[Column],
    splitter: Splitter,
    options: Sequence[str],
    *,
    min_count: int,
    max_values: int,
) -> Vocabulary:
    """Collect the values of all columns: first the known `options`, then the others in the order of their
    text.

    Raises
    ------
    InputError
        For cells of the wrong kind, and with the code "too_many_values" for more than `max_values`.
    """
    rows: defaultdict[str, int] = defaultdict(int)
    spellings: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for column in columns:
        parts = _read(column, splitter)
        keys = [fold(text) for text in parts.texts]
        pairs = np.sort(parts.cell * max(1, len(keys)) + parts.part)
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # a value that stands twice in a cell counts once
        once = np.divmod(pairs, max(1, len(keys)))
        weights = np.bincount(once[1], weights=column.counts[once[0]], minlength=len(keys)).astype(np.int64)
        for text, key, weight in zip(parts.texts, keys, weights.tolist(), strict=True):
            rows[key] += weight
            spellings[key][text] += weight
    names = {fold(option): option for option in options}
    for key in sorted(key for key, count in rows.items() if count >= min_count):
        names.setdefault(key, min((-count, text) for text, count in spellings[key].items())[1])
    if len(names) > max_values:
        listed = ", ".join(column.label for column in columns)
        message = (
            f"{caller} found {len(names)} different values in {listed}, more than max_values={max_values}. "
            "Raise min_count to leave out rare ones, give the separator, or take the column as text."
        )
        raise InputError(error_item("too_many_values", message, found=len(names), accepted=max_values))
    return Vocabulary(list(names.values()), {key: bit for bit, key in enumerate(names)}, splitter)


def pooled_bits(
    columns: Sequence[Column], vocabulary: Vocabulary
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return words of shape (n, W) and known of shape (n,): what a person names in any of the columns.

    A row is known where one of its cells is. Values outside the vocabulary set no bit.
    """
    n, n_bits = len(columns[0]), len(vocabulary.names)
    words = np.zeros((n, words_for(n_bits)), dtype=np.uint64)
    known = np.zeros(n, dtype=bool)
    for column in columns:
        parts = _read(column, vocabulary.splitter)
        bit_of = np.array([vocabulary.place.get(fold(text), -1) for text in parts.texts], dtype=np.int64)
        bit = bit_of[parts.part]
        inside = bit >= 0
        table = pack(
            parts.cell[inside], bit[inside], len(parts.known) + 1, n_bits
        )  # the last row serves code -1
        words |= table[column.codes]
        known |= np.append(parts.known, False)[column.codes]
    return words, known


def _read(column: Column, splitter: Splitter) -> _Parts:
    """Cut every distinct value of a column once, and look at every distinct piece once."""
    place: dict[str, int] = {}
    seen: dict[Any, int] = {}
    part: list[int] = []
    ends: list[int] = []
    empty: list[int] = []
    bad: dict[int, str] = {}
    for at, value in enumerate(column.values):
        pieces = splitter.pieces(value) if type(value) is str else value if type(value) is tuple else (value,)
        if not pieces:
            empty.append(at)
        for piece in pieces:
            key = (
                piece if type(piece) is str else (type(piece), str(piece))
            )  # True, 1 and "1" are looked at apart
            code = seen.get(key)
            if code is None:
                try:
                    text = _single(piece)
                except TypeError as error:
                    bad[at] = str(error)
                    continue
                code = seen[key] = -1 if is_missing_text(text) else place.setdefault(text, len(place))
            if code >= 0:
                part.append(code)
        ends.append(len(part))
    if bad:
        raise wrong_kind(column, bad, accepted=ACCEPTED_VALUES, remedy="Correct these cells.")
    bounds = np.array([0, *ends], dtype=np.int64)
    sizes = bounds[1:] - bounds[:-1]
    known = sizes > 0
    known[empty] = True
    return _Parts(np.repeat(np.arange(len(sizes)), sizes), np.array(part, dtype=np.int64), list(place), known)


def _single(value: Any) -> str:
    """Return one value as text, "" for one that is missing."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # NaN is unlike itself
        return ""
    if not isinstance(value, (str, int, float, Decimal, np.number, np.bool_, dt.date)):
        raise TypeError(f"{type(value).__name__}, which is not a value")
    return text_of(value)
