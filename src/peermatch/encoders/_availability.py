"""Hours and zones as the slots of one week in UTC: what reads them, without scikit-learn."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from peermatch.checks import must_be
from peermatch.encoders._bits import pack
from peermatch.encoders._cells import CellReader, refuse
from peermatch.encoders._table import Column
from peermatch.encoders.dates import as_of_required, read_as_of
from peermatch.encoders.hours import ACCEPTED_HOURS, MINUTES_PER_WEEK, parse_hours
from peermatch.encoders.zones import ACCEPTED_ZONES, offset_minutes, parse_zone
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["AvailabilityReader"]

_T = TypeVar("_T")
_REMEDY = "Correct these cells, or pass invalid='unknown' to take them as not known."


class AvailabilityReader(CellReader):
    """Reads hours and zones, for `AvailabilityEncoder`, whose options and results it has."""

    called: ClassVar[str] = "AvailabilityEncoder"

    def __init__(self, slot_minutes: int = 60, as_of: Any = None, invalid: str = "error") -> None:
        self.slot_minutes = slot_minutes
        self.as_of = as_of
        self.invalid = invalid

    def fit(self, X: Any, y: Any = None) -> Self:
        """Decide on the layout, and check that the cells can be read.

        Parameters
        ----------
        X : table of shape (n, 2), (n, 1), or any width of nothing but numbers
        y : ignored

        Returns
        -------
        Self
            Itself.
        """
        self._slots()
        self._check_invalid()
        columns = self._read(X, reset=True)
        self.layout_ = _layout_of(columns)
        self._bits(columns)
        return self

    def bits(self, X: Any) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """Return the week as bits.

        Returns
        -------
        words : ndarray of uint64, shape (n, W)
            Slot s of the week, from Monday 00:00 UTC, is bit s % 64 of word s // 64; zero where unknown.
        known : ndarray of bool, shape (n,)
        """
        return self._bits(self._read(X, reset=False))

    def _slots(self) -> int:
        """How many slots a week has."""
        minutes = self.slot_minutes
        whole = isinstance(minutes, (int, np.integer)) and not isinstance(minutes, bool)
        if not whole or minutes < 1 or 1440 % minutes:
            raise ConfigError(
                must_be(
                    self.called,
                    "slot_minutes",
                    "a whole number of minutes that divides a day",
                    minutes,
                )
            )
        return MINUTES_PER_WEEK // minutes

    def _bits(self, columns: Sequence[Column]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        if self.layout_ == "numbers":
            return self._bits_of_numbers(columns)
        hours = self._each(columns[-1], parse_hours, ACCEPTED_HOURS)
        hour_codes = _known_codes(columns[-1], hours)
        if self.layout_ == "slots":
            offsets, zone_codes = [0], np.zeros(len(hour_codes), dtype=np.int64)
        else:
            offsets, zone_codes = self._offsets(columns[0])
        known = (hour_codes >= 0) & (zone_codes >= 0)
        # People who share zone and hours share a week: each such pair is worked out once.
        pairs = np.where(known, hour_codes * max(1, len(offsets)) + zone_codes, -1)
        distinct, place = np.unique(pairs, return_inverse=True)
        rows: list[NDArray[np.int64]] = []
        for pair in distinct.tolist():
            hour_code, zone_code = divmod(pair, max(1, len(offsets)))
            spans = [] if pair < 0 else hours[hour_code] or []
            rows.append(_free_slots(spans, offsets[zone_code] if pair >= 0 else 0, self.slot_minutes))
        owner = np.repeat(np.arange(len(rows)), [len(slots) for slots in rows])
        slots = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
        return pack(owner, slots, len(rows), self._slots())[place], known

    def _bits_of_numbers(self, columns: Sequence[Column]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        n = len(columns[0])
        known = np.zeros(n, dtype=bool)
        rows, slots = [], []
        for column in columns:
            numbers = np.array(
                [np.nan if v is None else v for v in (*self._each(column, _number, "numbers"), None)]
            )
            of_week = numbers[column.codes]
            at = np.flatnonzero(~np.isnan(of_week))
            known[at] = True
            rows.append(at)
            # In this order, since the remainder of a tiny negative number is the whole week.
            slots.append((np.floor(of_week[at] * 60.0 / self.slot_minutes) % self._slots()).astype(np.int64))
        return pack(np.concatenate(rows), np.concatenate(slots), n, self._slots()), known

    def _offsets(self, column: Column) -> tuple[list[int], NDArray[np.int64]]:
        """Distinct offsets in minutes, and the code of each person's, -1 for unknown."""
        as_of = None if self.as_of is None else read_as_of(self.called, self.as_of)
        zones = self._each(column, parse_zone, ACCEPTED_ZONES)
        offsets = [None if zone is None else self._offset(zone, as_of, column) for zone in zones]
        distinct = sorted({offset for offset in offsets if offset is not None})
        place = {offset: code for code, offset in enumerate(distinct)}
        codes = np.array(
            [*(-1 if offset is None else place[offset] for offset in offsets), -1], dtype=np.int64
        )
        return distinct, codes[column.codes]

    def _offset(self, zone: int | zoneinfo.ZoneInfo, as_of: dt.date | None, column: Column) -> int:
        offset = offset_minutes(zone, as_of)
        if offset is None:
            why = f"Zones whose clocks change ({zone} in {column.label})"
            raise as_of_required(self.called, why)
        return offset

    def _each(self, column: Column, read: Callable[[Any], _T], accepted: str) -> list[_T | None]:
        """Read every distinct value of a column; None for those that can't be read and count as unknown."""
        out: list[_T | None] = []
        bad: dict[int, str] = {}
        for at, value in enumerate(column.values):
            try:
                out.append(read(value))
            except InputError as error:
                out.append(None)
                bad[at] = str(error.items[0]["found"] or error)
        refuse(column, bad, invalid=self.invalid, accepted=accepted, remedy=_REMEDY)
        return out


def _layout_of(columns: Sequence[Column]) -> str:
    values = [value for column in columns for value in column.values]
    if all(_is_number(value) for value in values) and (values or all(c.numbers is not None for c in columns)):
        return "numbers"
    if len(columns) > 2:
        message = (
            "AvailabilityEncoder takes two columns, zone and hours, or one column of weekly slots. "
            f"Got {len(columns)} columns."
        )
        raise InputError(error_item("columns", message, found=len(columns), accepted="1 or 2"))
    return "zoned" if len(columns) == 2 else "slots"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _number(value: Any) -> float:
    if not _is_number(value) or not np.isfinite(value):
        raise InputError(f"{value!r} among numbers" if isinstance(value, str) else "not a finite number")
    return float(value)


def _known_codes(column: Column, parsed: Sequence[Any]) -> NDArray[np.int64]:
    """Codes of a column in which values that could not be read are missing too."""
    good = np.array([*(value is not None for value in parsed), False], dtype=bool)
    return np.where(good[column.codes], column.codes, -1)


def _free_slots(spans: Sequence[tuple[int, int]], offset: int, slot_minutes: int) -> NDArray[np.int64]:
    """The slots of the UTC week that lie wholly within the spans, given on a clock `offset` minutes ahead."""
    free = np.zeros(MINUTES_PER_WEEK, dtype=bool)
    for begin, end in spans:
        free[np.arange(begin - offset, end - offset) % MINUTES_PER_WEEK] = True
    return np.flatnonzero(free.reshape(-1, slot_minutes).all(axis=1))
