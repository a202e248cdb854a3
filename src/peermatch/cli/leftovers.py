"""What else a table holds that people could be matched on: proposed in comments, for the organiser to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import quantiles

from peermatch.cli.columns import Column, is_category, shown, trial
from peermatch.cli.draft import Part, Setting, table
from peermatch.encoders.readers import ExperienceReader, GoalsReader

__all__ = ["LEFTOVERS", "something"]

_LISTS, _NUMBERS, _CATEGORIES = 3, 2, 6


def _lists(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    usable = [column for column in columns if column.is_listed and not trial(GoalsReader(), column.frame)]
    for column in usable[:_LISTS]:
        reasons = [
            f"{column.name!r} holds lists, such as {shown(column.distinct, limit=2)}. Take the # away where having "
            "the same in common makes a good pair.",
        ]
        values = {"column": column.name, "weight": 2}
        yield table("overlap", values, reasons, uses=[column.name], active=False, of="criteria")


def _numbers(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    usable = [
        column
        for column in columns
        if column.is_number
        and len(column.distinct) > 4
        and column.share_known >= 0.5
        and len(column.distinct) < 0.7 * column.known
        and not trial(ExperienceReader(kind="years"), column.frame)
    ]
    for column in usable[:_NUMBERS]:
        reasons = [
            f"{column.name!r} holds numbers, such as {shown(column.distinct)}. Take the # away where a small "
            "difference makes a good pair.",
        ]
        values = {"column": column.name, "scale": _scale(column), "weight": 1}
        yield table("near", values, reasons, uses=[column.name], active=False, of="criteria")


def _scale(column: Column) -> float | int:
    """A difference at which people are fairly apart: half of the range in which the middle half of them stands."""
    numbers = [float(value) for value in column.values]
    low, _, high = quantiles(numbers, n=4) if len(numbers) > 1 else (0.0, 0.0, 0.0)
    wide = float(f"{(high - low) / 2 or 1:.1g}")
    return int(wide) if wide == int(wide) else wide


def _categories(columns: Sequence[Column], setting: Setting) -> Iterator[Part]:
    usable = [column for column in columns if is_category(column)][:_CATEGORIES]
    if not usable:
        return
    names = [column.name for column in usable]
    reasons = [
        f"Further columns with a few values that people share: {shown(names, limit=len(names), length=60)}. Keep those "
        'in which a good pair differs (or put kind = "same" and one column), and take the # away.',
    ]
    values = {"columns": names, "weight": 1}
    yield table("different", values, reasons, uses=names, active=False, of="criteria")


def something(columns: Sequence[Column]) -> Part | None:
    """Return a criterion on whatever column can be compared at all: a category, a list, or a number."""
    reasons = [
        "Nothing in this table looked like experience, skills, goals or hours. To start with something:"
    ]
    for column in sorted(columns, key=lambda column: len(column.distinct)):
        several = 2 <= len(column.distinct) < len(column.cells) and not column.is_answer
        if several and all(isinstance(value, str) for value in column.values) and not column.is_listed:
            return table("different", {"columns": [column.name]}, reasons, uses=[column.name], of="criteria")
    for column in columns:
        several = len(column.distinct) > 1 and not column.is_answer
        if several and column.is_listed and not trial(GoalsReader(), column.frame):
            return table("overlap", {"column": column.name}, reasons, uses=[column.name], of="criteria")
        if several and column.is_number and not trial(ExperienceReader(kind="years"), column.frame):
            values = {"column": column.name, "scale": _scale(column)}
            return table("near", values, reasons, uses=[column.name], of="criteria")
    return None


LEFTOVERS = (_lists, _numbers, _categories)
"""Guesses about columns that no other guess took, each a function of columns and setting."""
