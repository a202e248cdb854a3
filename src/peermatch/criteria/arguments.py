"""Checks of the arguments that criteria and rules share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peermatch.checks import check_number, must_be
from peermatch.criteria.criterion import Criterion
from peermatch.errors import ConfigError

__all__ = [
    "Columns",
    "basis_of",
    "build",
    "column_names",
    "decider_of",
    "ladder_of",
    "make",
    "number",
    "one_name",
    "separator_of",
    "words_of",
]

Columns = str | Sequence[str]


def build(
    kind: str,
    column: Columns | None,
    left: Columns | None,
    right: Columns | None,
    *,
    weight: float,
    name: str | None,
    when: str | None,
    sensitive: bool,
    basis: str | None = None,
    decided_by: str | None = None,
    **options: Any,
) -> Criterion:
    """Check what all criteria share, and build one."""
    caller = f"{kind}()"
    if (column is None) == (left is None and right is None) or (left is None) != (right is None):
        raise ConfigError(f"{caller} takes either column=, or both left= and right=.")
    mine = column_names(caller, "column" if left is None else "left", column if left is None else left)
    theirs = mine if right is None else column_names(caller, "right", right)
    if len(mine) != len(theirs):
        raise ConfigError(
            f"{caller} takes as many columns in right= as in left=. Got {len(theirs)} and {len(mine)}."
        )
    return make(
        kind,
        mine,
        theirs,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        **options,
    )


def make(
    kind: str,
    left: tuple[str, ...],
    right: tuple[str, ...],
    *,
    weight: float,
    name: str | None,
    when: str | None,
    sensitive: bool,
    basis: str | None = None,
    decided_by: str | None = None,
    **options: Any,
) -> Criterion:
    """Check weight, name, when and sensitive, and build a criterion."""
    caller = f"{kind}()"
    try:
        checked = check_number(caller, "weight", weight, above=0)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise ConfigError(must_be(caller, "name", "a text that is not empty", name))
    if when is not None and not isinstance(when, str):
        raise ConfigError(must_be(caller, "when", "the name of a column", when))
    if not isinstance(sensitive, bool):
        raise ConfigError(must_be(caller, "sensitive", "True or False", sensitive))
    fallback = "_".join([kind, *dict.fromkeys(left or ())])
    return Criterion(
        kind,
        name or fallback.replace(" ", "_"),
        checked,
        left,
        right,
        when,
        sensitive,
        options,
        basis_of(caller, basis),
        decider_of(caller, decided_by),
    )


def basis_of(caller: str, basis: Any) -> str | None:
    """Return what someone states that a use of a protected column rests on, or None; ConfigError for no text."""
    if basis is not None and (not isinstance(basis, str) or not basis.strip()):
        constraint = "a text that says what the use of a protected column rests on"
        raise ConfigError(must_be(caller, "basis", constraint, basis))
    return basis


def decider_of(caller: str, decided_by: Any) -> str | None:
    """Return who is said to have decided on something, or None; ConfigError for no text."""
    if decided_by is not None and (not isinstance(decided_by, str) or not decided_by.strip()):
        raise ConfigError(must_be(caller, "decided_by", "a text that says who decided", decided_by))
    return decided_by


def column_names(caller: str, parameter: str, value: Any) -> tuple[str, ...]:
    """Return names of columns as a tuple; ConfigError for anything else."""
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not names or not all(isinstance(n, str) and n for n in names):
        raise ConfigError(must_be(caller, parameter, "the name of a column, or a list of them", value))
    return tuple(names)


def one_name(caller: str, parameter: str, value: Any) -> str | None:
    """Return the name of one column, or None; ConfigError for anything else."""
    if value is not None and (not isinstance(value, str) or not value):
        raise ConfigError(must_be(caller, parameter, "the name of one column", value))
    return value


def number(caller: str, parameter: str, value: Any, **bounds: float) -> float:
    """Return a finite number within bounds; ConfigError for anything else."""
    try:
        return check_number(caller, parameter, value, **bounds)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def ladder_of(caller: str, ladder: Any) -> tuple[str, ...] | None:
    """Return grades as a tuple, or None; ConfigError for anything that is no list of two or more."""
    if ladder is None:
        return None
    if (
        isinstance(ladder, str)
        or not isinstance(ladder, Sequence)
        or len(ladder) < 2
        or not _are_plain(ladder)
    ):
        raise ConfigError(must_be(caller, "ladder", "a list of at least two grades, lowest first", ladder))
    return tuple(ladder)


def _are_plain(words: Sequence[Any]) -> bool:
    return all(isinstance(word, str | int | float) and not isinstance(word, bool) for word in words)


def words_of(caller: str, vocabulary: Any) -> tuple[str, ...] | None:
    """Return a vocabulary as a tuple, or None; ConfigError for anything that is no list of texts."""
    if vocabulary is None:
        return None
    if (
        isinstance(vocabulary, str)
        or not isinstance(vocabulary, Sequence)
        or not vocabulary
        or not _are_plain(vocabulary)
    ):
        raise ConfigError(must_be(caller, "vocabulary", "a list of words", vocabulary))
    return tuple(vocabulary)


def separator_of(caller: str, separator: Any) -> str | None:
    """Return a separator, or None; ConfigError for anything that is no text."""
    if separator is not None and not isinstance(separator, str):
        raise ConfigError(must_be(caller, "separator", "a text", separator))
    return separator
