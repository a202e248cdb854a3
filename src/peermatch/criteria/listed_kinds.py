"""The kinds of criteria that come as lists of pairs or as a function, and the table of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from peermatch.checks import must_be
from peermatch.criteria.arguments import Columns, column_names, make, separator_of
from peermatch.criteria.criterion import Criterion
from peermatch.criteria.kinds import above, available, complement, different, near, overlap, same
from peermatch.criteria.meetings import novelty
from peermatch.errors import ConfigError

__all__ = ["CRITERIA", "custom", "prefers", "ties"]


def prefers(
    column: str | None = None,
    *,
    table: Any = None,
    separator: str | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Criterion:
    """The other is first on my list.

    Worth 1 for the first of L wishes, (L - 1) / L for the second, ..., 0 for someone not on the list. Whoever
    has no list is unknown.

    Parameters
    ----------
    column : str, optional
        Ids in order of preference, separated by `separator` (default: ``;``, else ``,``).
    table : table, list of (id, preferred id), or path, optional
        Instead of `column`: one row a wish, with the columns ``a`` (who), ``b`` (whom) and ``rank`` (from 1; the
        order of rows where it is missing).
    weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> prefers("wishes").kind
    'prefers'
    """
    return _listed(
        "prefers",
        column,
        table,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        separator=separator_of("prefers()", separator),
    )


def ties(
    table: Any,
    *,
    directed: bool = False,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Criterion:
    """An existing tie: worked together, endorsed.

    Parameters
    ----------
    table : table, list of (a, b), or path
        One row a tie, with the columns ``a``, ``b`` and, if wanted, ``strength`` in (0, 1]; 1 without it. People
        without a tie to each other have the similarity 0.
    directed : bool
        Whether a tie from a to b counts for a only.
    weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> ties([("ada", "bob")]).name
    'ties'
    """
    if not isinstance(directed, bool):
        raise ConfigError(must_be("ties()", "directed", "True or False", directed))
    return _listed(
        "ties",
        None,
        table,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        directed=directed,
    )


def _listed(kind: str, column: str | None, table: Any, **rest: Any) -> Criterion:
    if (column is None) == (table is None):
        raise ConfigError(f"{kind}() takes either column= or table=.")
    columns = () if column is None else column_names(f"{kind}()", "column", column)
    return make(kind, columns, columns, table=table, **rest)


def custom(
    function: Callable[..., Any],
    columns: Columns,
    *,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Criterion:
    """Your own NumPy function says so.

    Parameters
    ----------
    function : callable
        ``function(mine, theirs)`` gets two mappings from column name to arrays that broadcast against each other, and
        returns similarities in [0, 1], NaN for "not known". It must look at pairs one by one: what it says of a pair
        may not depend on who else is in the block. In one pool it is asked in both directions.
    columns : str or list of str
        Columns of numbers become float arrays, all others object arrays.
    weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> import numpy as np
    >>> custom(lambda me, you: np.minimum(me["age"], you["age"]) / np.maximum(me["age"], you["age"]), "age").name
    'custom_age'
    """
    if not callable(function):
        raise ConfigError(must_be("custom()", "function", "a function of two mappings", function))
    names = column_names("custom()", "columns", columns)
    return make(
        "custom",
        names,
        names,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        function=function,
    )


CRITERIA: Mapping[str, Callable[..., Criterion]] = MappingProxyType(
    {
        "above": above,
        "available": available,
        "complement": complement,
        "custom": custom,
        "different": different,
        "near": near,
        "novelty": novelty,
        "overlap": overlap,
        "prefers": prefers,
        "same": same,
        "ties": ties,
    }
)
"""Name -> constructor, for configurations and contract tests."""
