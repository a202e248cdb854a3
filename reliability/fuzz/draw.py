"""Choices out of bytes: the same bytes, the same choices, so that a fuzzer can steer what is built from them."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

__all__ = ["Draw"]

T = TypeVar("T")

WORDS = (
    "", " ", "a", "007", "7", "p1", "p2", "yes", "no", "N/A", "-", "#REF!", "é", "e\u0301", "\u202e",
    "\x00", "\ufeff", "id",
    "\u00a0x", "2026-12-01", "03/04/2019", "13.02.2019", "3 years", "since 2010", "L5", "Senior", "=1+1",
    "a;b", "a,b|c",
    "C (x, y); d", "09:00-17:00", "Mon 09:00-10:00", "Europe/Oslo", "UTC+5", "UTC+99", "1e309", "nan",
    "inf", "-0", "1_000",
    "١٢", "Ⅷ", "½", "🙂", "ß", "İ", "true", "None", "2026-02-30", "0000-00-00", "99:99-00:00", "\n", "\t",
    '"', "'", "x" * 300,
    "Last, First", "a@example.org", "same", "near", "best_total", "blossom", "years", "team", "round",
    "date", "\ud800",
)  # fmt: skip

NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 2, 3, 7, 0.5, -0.0, 1.5, 1e-12, 1e12, 1e-308, 5e-324, 1e308, float("inf"), float("-inf"),
    float("nan"), 2**31,
    2**53, 2**53 + 1, 2**63, -(2**63), 2**64, 10**30, 10**400, True, False,
)  # fmt: skip


class Draw:
    """Bytes that are used up from the front; when there are none left, every choice is the first one.

    Examples
    --------
    >>> draw = Draw(bytes([5, 1, 104, 105]))
    >>> draw.choice("abc"), draw.flag(), draw.rest()
    ('c', True, b'hi')
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._at = bytes(data), 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def byte(self) -> int:
        """Return one byte; 0 at the end."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def number(self, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        span = high - low + 1
        value = self.byte() if span <= 256 else self.byte() * 256 + self.byte()
        return low + value % span

    def choice(self, options: Sequence[T]) -> T:
        """Return one of several."""
        return options[self.number(0, len(options) - 1)]

    def flag(self, odds: int = 2) -> bool:
        """Return True one time in so many; False where nothing is left."""
        return self.byte() % odds == odds - 1

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Return up to so many of them, repeats included."""
        return [self.choice(options) for _ in range(self.number(0, most))]

    def text(self) -> str:
        """Return a word of a list of nasty ones, or text made of bytes."""
        if not self.flag(3):
            return self.choice(WORDS)
        size = self.number(0, 12)
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken.decode("utf-8", "surrogateescape" if self.flag(16) else "replace")

    def numeric(self) -> Any:
        """Return a number, most of them harmless."""
        return self.number(-5, 60) if self.flag() else self.choice(NUMBERS)

    def value(self, depth: int = 0) -> Any:
        """Return any value that plain data may hold, and some that it may not."""
        kinds: tuple[Callable[[], Any], ...] = (
            self.text, self.text, self.numeric, lambda: None, self.flag, list, dict, self._list,
            self._mapping, self._odd,
        )  # fmt: skip
        kind = kinds[self.number(0, len(kinds) - 1 if depth < 3 else 6)]
        if kind in (self._list, self._mapping):
            return kind(depth + 1)
        return kind()

    def _list(self, depth: int) -> list[Any]:
        return [self.value(depth) for _ in range(self.number(0, 4))]

    def _mapping(self, depth: int) -> dict[Any, Any]:
        return {self.text(): self.value(depth) for _ in range(self.number(0, 4))}

    def _odd(self) -> Any:
        return self.choice(
            (
                dt.date(2026, 12, 1),
                dt.datetime(2026, 12, 1, 9, 30),
                dt.time(9),
                dt.timedelta(days=3),
                b"bytes",
                1j,
                (1, 2),
                frozenset({1}),
                decimal.Decimal("1.50"),
                decimal.Decimal("NaN"),
                dt.date.min,
                dt.date.max,
                object,
                range(3),
            )
        )

    def rest(self) -> bytes:
        """Return all that is left."""
        left, self._at = self._data[self._at :], len(self._data)
        return left
