"""Sensitive columns: whoever reads one is shown as sensitive or as private, whatever else is said of it.

A column is marked once, by its name; so nobody has to remember it at each criterion and each rule that reads it. Names
count as the same whatever their letter case, blanks and Unicode form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from peermatch.criteria.criterion import Criterion
from peermatch.criteria.protected import columns_of, folded
from peermatch.criteria.rule import Rule
from peermatch.errors import ConfigError, InputError, error_item

__all__ = ["HIDDEN", "hidden_in_errors", "marked_criteria", "marked_rules", "refuse_sensitive"]

HIDDEN = "(hidden)"
"""What stands in place of a value that is not to be read."""


def marked_criteria(criteria: Sequence[Criterion], sensitive: Sequence[str]) -> tuple[Criterion, ...]:
    """Return criteria, those that read a sensitive column as sensitive ones.

    Examples
    --------
    >>> import peermatch as pm
    >>> criteria = marked_criteria([pm.same("Faith"), pm.near("years")], ["faith"])
    >>> [criterion.sensitive for criterion in criteria]
    [True, False]
    """
    hidden = {folded(column) for column in sensitive}
    return tuple(
        replace(criterion, sensitive=True)
        if not criterion.sensitive and _reads(columns_of(criterion), hidden)
        else criterion
        for criterion in criteria
    )


def marked_rules(
    rules: Sequence[Rule], sensitive: Sequence[str], criteria: Sequence[Criterion] = ()
) -> tuple[Rule, ...]:
    """Return rules, those that read a sensitive column as private ones; `criteria` are what ``at_least`` asks.

    Examples
    --------
    >>> import peermatch as pm
    >>> rules = marked_rules([pm.must_differ("faith"), pm.must_differ("team")], ["faith"])
    >>> [rule.public_name for rule in rules]
    ['a private rule', 'must_differ_team']
    """
    hidden = {folded(column) for column in sensitive}
    return tuple(
        replace(rule, private=True)
        if not rule.private and _reads(columns_of(rule, criteria), hidden)
        else rule
        for rule in rules
    )


def _reads(columns: Sequence[str], hidden: set[str]) -> bool:
    return any(folded(column) in hidden for column in columns)


def refuse_sensitive(sensitive: Sequence[str], others: Mapping[str, Sequence[str]]) -> None:
    """Refuse a sensitive column where results show what stands in it.

    Parameters
    ----------
    sensitive : sequence of str
    others : mapping of str to names of columns
        What results show, such as ``{"label=": ["name"]}``.

    Raises
    ------
    ConfigError
        Code ``"sensitive_column"``, one item for every use.
    """
    hidden = {folded(column) for column in sensitive}
    items = [
        error_item(
            "sensitive_column",
            f"{what} names the column {column!r}, which is declared sensitive; results would show what stands in it. "
            "Name another column, or take this one out of sensitive=.",
            column=column,
            found=column,
        )
        for what, columns in others.items()
        for column in columns
        if folded(column) in hidden
    ]
    if items:
        raise ConfigError(items)


@contextmanager
def hidden_in_errors(sensitive: Sequence[str], criteria: Sequence[Criterion] = ()) -> Iterator[None]:
    """Keep what stands in sensitive columns out of errors: they name column, row and person, so it can be mended.

    Examples
    --------
    >>> from peermatch.errors import InputError, error_item
    >>> with hidden_in_errors(["faith"]):
    ...     raise InputError(error_item("wrong_kind", "Row 3 has 'x'.", column="faith", row=3, found="x"))
    Traceback (most recent call last):
    ...
    peermatch.errors.InputError: Column 'faith' has in row 3 what cannot be used. What it is does not stand here, \
since the column is sensitive: look at it in the table.
    """
    hidden = {folded(column) for column in sensitive}
    if not hidden:
        yield
        return
    # errors of one's own functions name the criterion in place of a column
    hidden |= {folded(criterion.name) for criterion in criteria if _reads(columns_of(criterion), hidden)}
    try:
        yield
    except InputError as error:
        items = [_without_value(item, hidden) for item in error.items]
        if items == error.items:
            raise
        # no chain of causes leads a printed traceback to the value
        raise type(error)(items) from None


_ABOUT_NAMES = ("unknown_column", "protected_column", "audit_only_column", "sensitive_column")


def _without_value(item: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    column = item.get("column")
    if column is None or item["code"] in _ABOUT_NAMES or folded(column) not in hidden:
        return item
    where = "" if item["row"] is None else f" in row {item['row']}"
    accepted = item["accepted"] if isinstance(item["accepted"], str) else None
    allowed = "" if accepted is None else f" Accepted: {accepted}."
    message = (
        f"Column {column!r} has{where} what cannot be used. What it is does not stand here, since the column is "
        f"sensitive: look at it in the table.{allowed}"
    )
    return {**item, "message": message, "found": HIDDEN, "accepted": accepted}
