"""Rules: hard constraints on pairs. Data, not code: each is a kind, its columns and its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from peermatch.checks import check_count, must_be
from peermatch.criteria.arguments import basis_of, column_names, decider_of, number
from peermatch.criteria.criterion import same_parts
from peermatch.criteria.tables import plain_table
from peermatch.errors import ConfigError

__all__ = [
    "RULES",
    "Rule",
    "at_least",
    "forbid",
    "must_differ",
    "must_match",
    "no_repeat",
    "no_twins",
    "not_in_line",
    "require",
    "veto",
]


@dataclass(frozen=True, repr=False, eq=False)
class Rule:
    """A hard constraint on pairs: forbidden, or required.

    Build one with `must_differ`, `must_match`, `not_in_line`, `no_repeat`, `forbid`, `require`, `veto`, `no_twins` or
    `at_least`; the constructor itself is not meant to be called.

    Attributes
    ----------
    kind, name : str
    left, right : tuple of str
        Columns of the two people.
    options : mapping
    private : bool
        Shown to nobody but as "a private rule".
    basis, decided_by : str or None
        See `Criterion`.
    """

    kind: str
    name: str
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False
    basis: str | None = None
    decided_by: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.kind, self.name, self.left, self.right, dict(self.options), self.private)
        return (Rule, (*fields, self.basis, self.decided_by))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and same_parts(self.__reduce__()[1], other.__reduce__()[1])

    def __hash__(self) -> int:
        return hash((self.kind, self.name, self.left, self.right))

    def __repr__(self) -> str:
        if self.private:
            return f"Rule({self.kind}, a private rule)"
        return f"Rule({self.kind}, {self.name!r})"

    @property
    def caller(self) -> str:
        """How errors name it, such as ``"forbid()"``."""
        return f"{self.kind}()"

    @property
    def public_name(self) -> str:
        """The name that may be shown."""
        return "a private rule" if self.private else self.name

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as plain data, with the names of the Python arguments."""
        data: dict[str, Any] = {"kind": self.kind}
        if self.kind == "no_twins":
            data["columns"] = list(self.left)
        elif self.kind == "not_in_line":
            data["manager"] = self.left[0]
        elif self.left and self.left == self.right:
            data["column"] = self.left[0]
        elif self.left:
            data.update(left=self.left[0], right=self.right[0])
        for key, value in self.options.items():
            if value is not None:
                data[key] = plain_table(value) if key in ("pairs", "table") else value
        data["name"] = self.name
        if self.basis is not None:
            data["basis"] = self.basis
        if self.decided_by is not None:
            data["decided_by"] = self.decided_by
        return data


def _by_column(
    kind: str,
    column: str | None,
    left: str | None,
    right: str | None,
    name: str | None,
    basis: str | None,
    decided_by: str | None,
) -> Rule:
    caller = f"{kind}()"
    if (column is None) == (left is None and right is None) or (left is None) != (right is None):
        raise ConfigError(f"{caller} takes either column=, or both left= and right=.")
    mine = column_names(caller, "column" if left is None else "left", column if left is None else left)
    theirs = mine if right is None else column_names(caller, "right", right)
    if len(mine) != 1 or len(theirs) != 1:
        raise ConfigError(f"{caller} takes one column; write a rule for each.")
    return Rule(
        kind,
        _named(caller, name, f"{kind}_{mine[0]}"),
        mine,
        theirs,
        basis=basis_of(caller, basis),
        decided_by=decider_of(caller, decided_by),
    )


def _named(caller: str, name: str | None, fallback: str) -> str:
    if name is None:
        return fallback.replace(" ", "_")
    if not isinstance(name, str) or not name.strip():
        raise ConfigError(must_be(caller, "name", "a text that is not empty", name))
    return name


def _optional_count(caller: str, parameter: str, value: Any) -> int | None:
    try:
        return None if value is None else check_count(caller, parameter, value, at_least=1)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def must_differ(
    column: str | None = None,
    *,
    left: str | None = None,
    right: str | None = None,
    name: str | None = None,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Rule:
    """Forbid pairs with equal values; a value that is not known forbids nothing.

    Parameters
    ----------
    column : str
    left, right : str, optional
        Instead of `column`: one column for each side.
    name : str, optional
        For the table of rules; made from the column where it is not given.
    basis : str, optional
        What the use of a protected column rests on; see `Criterion`.
    decided_by : str, optional
        Who decided on it, in words; see `Criterion`.

    Examples
    --------
    >>> must_differ("department").name
    'must_differ_department'
    """
    return _by_column("must_differ", column, left, right, name, basis, decided_by)


def must_match(
    column: str | None = None,
    *,
    left: str | None = None,
    right: str | None = None,
    name: str | None = None,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Rule:
    """Forbid pairs whose values are not known to be equal.

    Parameters
    ----------
    column, left, right, name, basis, decided_by
        See `must_differ`.

    Examples
    --------
    >>> must_match("language").kind
    'must_match'
    """
    return _by_column("must_match", column, left, right, name, basis, decided_by)


def not_in_line(
    manager: str,
    *,
    min_found: float = 0.9,
    name: str | None = None,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Rule:
    """Forbid anyone above or below in the same reporting chain, however far.

    The chain runs through `org` (the whole staff), where that is given to ``match``.

    Parameters
    ----------
    manager : str
        The column with each person's manager's id.
    min_found : float
        The share of managers that must be found; below it, ``match`` raises rather than let the rule forbid
        nothing in silence.
    name, basis, decided_by : str, optional
        See `must_differ`.

    Examples
    --------
    >>> not_in_line("manager_id").left
    ('manager_id',)
    """
    column = column_names("not_in_line()", "manager", manager)
    found = number("not_in_line()", "min_found", min_found, at_least=0, at_most=1)
    return Rule(
        "not_in_line",
        _named("not_in_line()", name, "not_in_line"),
        column,
        column,
        {"min_found": found},
        basis=basis_of("not_in_line()", basis),
        decided_by=decider_of("not_in_line()", decided_by),
    )


def no_repeat(
    rounds: int | None = None,
    days: int | None = None,
    *,
    name: str | None = None,
    decided_by: str | None = None,
) -> Rule:
    """Forbid pairs that stand in `history`.

    Parameters
    ----------
    rounds : int, optional
        Only within that many latest rounds; for ever without it.
    days : int, optional
        Only within that many days before ``as_of``.
    name : str, optional

    Examples
    --------
    >>> no_repeat(rounds=6).options["rounds"]
    6
    """
    if rounds is not None and days is not None:
        raise ConfigError("no_repeat() takes either rounds= or days=, not both.")
    options = {
        "rounds": _optional_count("no_repeat()", "rounds", rounds),
        "days": _optional_count("no_repeat()", "days", days),
    }
    decided_by = decider_of("no_repeat()", decided_by)
    return Rule("no_repeat", _named("no_repeat()", name, "no_repeat"), options=options, decided_by=decided_by)


def _pairs(kind: str, pairs: Any, name: str | None, decided_by: str | None) -> Rule:
    if pairs is None or isinstance(pairs, bool | int | float):
        raise ConfigError(must_be(f"{kind}()", "pairs", "a list of (id, id), a table, or a path", pairs))
    decided_by = decider_of(f"{kind}()", decided_by)
    return Rule(kind, _named(f"{kind}()", name, kind), options={"pairs": pairs}, decided_by=decided_by)


def forbid(pairs: Any, *, name: str | None = None, decided_by: str | None = None) -> Rule:
    """Forbid listed pairs.

    Parameters
    ----------
    pairs : list of (id, id), table with the columns ``a`` and ``b``, or path
        Pairs of people who do not take part are ignored; an id that nobody has is reported in ``pairing.rules``.
    name : str, optional

    Examples
    --------
    >>> forbid([("ada", "bob")]).kind
    'forbid'
    """
    return _pairs("forbid", pairs, name, decided_by)


def require(pairs: Any, *, name: str | None = None, decided_by: str | None = None) -> Rule:
    """Demand listed pairs: they are made, and everyone else is paired around them.

    Parameters
    ----------
    pairs : list of (id, id), table with the columns ``a`` and ``b``, or path
    name : str, optional

    Examples
    --------
    >>> require([("ada", "bob")]).kind
    'require'
    """
    return _pairs("require", pairs, name, decided_by)


def veto(
    column: str | None = None,
    *,
    table: Any = None,
    separator: str | None = None,
    name: str | None = None,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Rule:
    """Private exclusions: they show to nobody but as "a private rule".

    Parameters
    ----------
    column : str, optional
        Ids that a person does not want to be paired with, separated by `separator` (default: ``;``, else ``,``).
    table : table, list of (id, vetoed id), or path, optional
        Instead of `column`.
    name : str, optional
        Not shown.
    basis, decided_by : str, optional
        See `must_differ`.

    Examples
    --------
    >>> veto("not_with").public_name
    'a private rule'
    """
    if (column is None) == (table is None):
        raise ConfigError("veto() takes either column= or table=.")
    columns = () if column is None else column_names("veto()", "column", column)
    if separator is not None and not isinstance(separator, str):
        raise ConfigError(must_be("veto()", "separator", "a text", separator))
    options = {"table": table, "separator": separator}
    return Rule(
        "veto",
        _named("veto()", name, "veto"),
        columns,
        columns,
        options,
        private=True,
        basis=basis_of("veto()", basis),
        decided_by=decider_of("veto()", decided_by),
    )


def no_twins(
    columns: str | Sequence[str],
    at_least: float = 1.0,
    *,
    name: str | None = None,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Rule:
    """Forbid people who agree on nearly all of these columns.

    Parameters
    ----------
    columns : str or list of str
    at_least : float
        The share of columns, among those known of both, from which on two people are twins; above 0.
    name, basis, decided_by : str, optional
        See `must_differ`.

    Examples
    --------
    >>> no_twins(["department", "education", "site"], at_least=0.9).name
    'no_twins'
    """
    names = column_names("no_twins()", "columns", columns)
    share = number("no_twins()", "at_least", at_least, above=0, at_most=1)
    return Rule(
        "no_twins",
        _named("no_twins()", name, "no_twins"),
        names,
        names,
        {"at_least": share},
        basis=basis_of("no_twins()", basis),
        decided_by=decider_of("no_twins()", decided_by),
    )


def at_least(
    criterion: str,
    value: float,
    *,
    name: str | None = None,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Rule:
    """Forbid pairs whose similarity on one criterion is below a floor, in either direction in which it counts.

    A similarity that is not known counts as what the criterion fills in for it.

    Parameters
    ----------
    criterion : str
        The criterion's name.
    value : float
        Above 0, at most 1.
    name, basis, decided_by : str, optional
        See `must_differ`.

    Examples
    --------
    >>> at_least("near_years", 0.5).options["value"]
    0.5
    """
    if not isinstance(criterion, str) or not criterion:
        raise ConfigError(must_be("at_least()", "criterion", "the name of a criterion", criterion))
    floor = number("at_least()", "value", value, above=0, at_most=1)
    options = {"criterion": criterion, "value": floor}
    return Rule(
        "at_least",
        _named("at_least()", name, f"at_least_{criterion}"),
        options=options,
        basis=basis_of("at_least()", basis),
        decided_by=decider_of("at_least()", decided_by),
    )


RULES: Mapping[str, Callable[..., Rule]] = MappingProxyType(
    {
        "at_least": at_least,
        "forbid": forbid,
        "must_differ": must_differ,
        "must_match": must_match,
        "no_repeat": no_repeat,
        "no_twins": no_twins,
        "not_in_line": not_in_line,
        "require": require,
        "veto": veto,
    }
)
"""Name -> constructor, for configurations and contract tests."""
