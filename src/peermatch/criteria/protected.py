"""Columns that may not decide who is paired with whom, and which columns a criterion or a rule reads.

A *protected* column may be read by a criterion or a rule only on a stated basis. An *audit-only* column may not be read
by scoring at all. Names count as the same whatever their letter case, blanks and Unicode form.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from peermatch.criteria.criterion import Criterion
from peermatch.criteria.rule import Rule
from peermatch.errors import ConfigError, error_item

__all__ = ["check_uses", "columns_of", "folded"]


def folded(column: str) -> str:
    """Return a column's name as it is compared here: Unicode form, letter case, blanks and marks put aside.

    Examples
    --------
    >>> folded(" Gender\\u00a0Identity ") == folded("gender_identity") == folded("GENDER-IDENTITY")
    True
    """
    text = unicodedata.normalize("NFKC", str(column)).casefold()
    kept = "".join(mark for mark in unicodedata.normalize("NFKC", text) if mark.isalnum())
    return kept or str(column)


def columns_of(part: Criterion | Rule, criteria: Sequence[Criterion] = ()) -> tuple[str, ...]:
    """Return every column of people that a criterion or a rule reads, each once.

    Parameters
    ----------
    part : Criterion or Rule
    criteria : sequence of Criterion
        A matcher's, for ``at_least``, which reads what the criterion reads that it names.

    Examples
    --------
    >>> import peermatch as pm
    >>> columns_of(pm.complement(offers="can_teach", seeks="wants_to_learn", when="opted_in"))
    ('wants_to_learn', 'can_teach', 'opted_in')
    >>> near = pm.near("years", name="tenure")
    >>> columns_of(pm.at_least("tenure", 0.5), [near])
    ('years',)
    """
    found = [*part.left, *part.right]
    if isinstance(part, Criterion):
        found += [] if part.when is None else [part.when]
    elif part.kind == "at_least":
        named = (one for one in criteria if one.name == part.options["criterion"])
        found += [column for one in named for column in columns_of(one)]
    return tuple(dict.fromkeys(found))


def check_uses(
    protected: Sequence[str],
    audit_only: Sequence[str],
    criteria: Sequence[Criterion],
    rules: Sequence[Rule],
    others: Mapping[str, Iterable[str]],
) -> None:
    """Refuse what reads a protected column without a basis, or an audit-only column at all.

    Parameters
    ----------
    protected, audit_only : sequence of str
    criteria, rules : sequences
    others : mapping of str to names of columns
        What else of a matcher reads columns, such as ``{"eligible=": ["opted_in"]}``; no basis can be stated for it.

    Raises
    ------
    ConfigError
        Codes ``"protected_column"`` and ``"audit_only_column"``, one item for every use.

    Examples
    --------
    >>> import peermatch as pm
    >>> check_uses(["age"], [], [pm.near("Age")], [], {})
    Traceback (most recent call last):
    ...
    peermatch.errors.ConfigError: The criterion 'near_Age' reads the column 'Age', which is declared protected. State \
what that rests on, basis="...", or leave the criterion out.
    """
    guarded = {folded(column) for column in protected}
    hidden = {folded(column) for column in audit_only}
    items = []
    parts: tuple[Criterion | Rule, ...] = (*criteria, *rules)
    for part in parts:
        what = "criterion" if isinstance(part, Criterion) else "rule"
        name = part.name if isinstance(part, Criterion) else part.public_name
        shown = f"The {what} {name!r}" if name != "a private rule" else "A private rule"
        for column in columns_of(part, criteria):
            if folded(column) in hidden:
                items.append(_audit_only(shown, column, f"Leave the {what} out"))
            elif folded(column) in guarded and part.basis is None:
                advice = f'State what that rests on, basis="...", or leave the {what} out'
                items.append(_item("protected_column", shown, column, "protected", advice))
    for what, columns in others.items():
        for column in columns:
            if folded(column) in hidden:
                items.append(_audit_only(what, column, "Name another column"))
            elif folded(column) in guarded:
                advice = (
                    "Name another column; only criteria and rules may read a protected one, on a stated basis"
                )
                items.append(_item("protected_column", what, column, "protected", advice))
    if items:
        raise ConfigError(items)


def _audit_only(what: str, column: str, advice: str) -> dict[str, Any]:
    advice = f"{advice}, or declare the column protected, which allows a use with a stated basis"
    return _item("audit_only_column", what, column, "audit-only: nothing that scores may read it", advice)


def _item(code: str, what: str, column: str, declared: str, advice: str) -> dict[str, Any]:
    message = f"{what} reads the column {column!r}, which is declared {declared}. {advice}."
    return error_item(code, message, column=column, found=column)
