"""Criteria: reasons why two people suit each other. Data, not code: each is a kind, its columns and its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from peermatch.checks import check_number, must_be
from peermatch.criteria.tables import plain_table
from peermatch.errors import ConfigError

__all__ = [
    "CRITERIA",
    "Criterion",
    "above",
    "available",
    "complement",
    "custom",
    "different",
    "near",
    "overlap",
    "prefers",
    "same",
    "ties",
]

Columns = str | Sequence[str]


@dataclass(frozen=True)
class Criterion:
    """One reason why two people suit each other.

    Build one with `near`, `above`, `same`, `different`, `overlap`, `complement`, `available`, `prefers`, `ties` or
    `custom`; the constructor itself is not meant to be called.

    Attributes
    ----------
    kind : str
    name : str
        Unique among a matcher's criteria; names the column ``contribution_<name>``.
    weight : float
        Above 0; only proportions between weights matter.
    left, right : tuple of str
        Columns of the person who judges and of the one who is judged; equal unless given apart.
    when : str or None
        A yes-or-no column: those who say no have this criterion switched off for themselves. On two sides it is asked
        of the side whose table has it; people of a side that was not asked do not count the criterion at all.
    sensitive : bool
        Participants are never shown values or wording of it.
    options : mapping
        What belongs to the kind.
    """

    kind: str
    name: str
    weight: float
    left: tuple[str, ...]
    right: tuple[str, ...]
    when: str | None = None
    sensitive: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.kind, self.name, self.weight, self.left, self.right, self.when, self.sensitive)
        return (Criterion, (*fields, dict(self.options)))

    def __hash__(self) -> int:
        return hash((self.kind, self.name, self.weight, self.left, self.right, self.when))

    @property
    def caller(self) -> str:
        """How errors name it, such as ``"near()"``."""
        return f"{self.kind}()"

    def to_dict(self) -> dict[str, Any]:
        """Return the criterion as plain data, with the names of the Python arguments.

        Raises
        ------
        ConfigError
            For `custom`, whose function is code.
        """
        if self.kind == "custom":
            raise ConfigError(
                f"The criterion {self.name!r} is custom(): a Python function cannot be written to a configuration."
            )
        data: dict[str, Any] = {"kind": self.kind}
        data.update(_column_arguments(self))
        for key, value in self.options.items():
            if value is not None:
                data[key] = plain_table(value) if key == "table" else _plain(value)
        data["weight"] = self.weight
        data["name"] = self.name
        if self.when is not None:
            data["when"] = self.when
        if self.sensitive:
            data["sensitive"] = True
        return data


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _column_arguments(criterion: Criterion) -> dict[str, Any]:
    kind, left, right = criterion.kind, criterion.left, criterion.right
    if kind == "complement":
        return {"offers": right[0], "seeks": left[0]}
    if kind == "available":
        return dict(zip(("zone", "hours"), left, strict=True))
    if not left:
        return {}
    several = kind == "different"
    if left == right:
        return {"columns": list(left)} if several else {"column": left[0]}
    return {"left": list(left), "right": list(right)} if several else {"left": left[0], "right": right[0]}


def _build(
    kind: str,
    column: Columns | None,
    left: Columns | None,
    right: Columns | None,
    *,
    weight: float,
    name: str | None,
    when: str | None,
    sensitive: bool,
    **options: Any,
) -> Criterion:
    """Check what all criteria share, and build one."""
    caller = f"{kind}()"
    if (column is None) == (left is None and right is None) or (left is None) != (right is None):
        raise ConfigError(f"{caller} takes either column=, or both left= and right=.")
    mine = _names(caller, "column" if left is None else "left", column if left is None else left)
    theirs = mine if right is None else _names(caller, "right", right)
    if len(mine) != len(theirs):
        raise ConfigError(
            f"{caller} takes as many columns in right= as in left=. Got {len(theirs)} and {len(mine)}."
        )
    return _make(kind, mine, theirs, weight=weight, name=name, when=when, sensitive=sensitive, **options)


def _make(
    kind: str,
    left: tuple[str, ...],
    right: tuple[str, ...],
    *,
    weight: float,
    name: str | None,
    when: str | None,
    sensitive: bool,
    **options: Any,
) -> Criterion:
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
    return Criterion(kind, name or fallback.replace(" ", "_"), checked, left, right, when, sensitive, options)


def _names(caller: str, parameter: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not names or not all(isinstance(n, str) and n for n in names):
        raise ConfigError(must_be(caller, parameter, "the name of a column, or a list of them", value))
    return tuple(names)


def _one(caller: str, parameter: str, value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or not value):
        raise ConfigError(must_be(caller, parameter, "the name of one column", value))
    return value


def _number(caller: str, parameter: str, value: Any, **bounds: float) -> float:
    try:
        return check_number(caller, parameter, value, **bounds)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _ladder(caller: str, ladder: Any) -> tuple[str, ...] | None:
    if ladder is None:
        return None
    if isinstance(ladder, str) or not isinstance(ladder, Sequence) or len(ladder) < 2:
        raise ConfigError(must_be(caller, "ladder", "a list of at least two grades, lowest first", ladder))
    return tuple(ladder)


def _words(caller: str, vocabulary: Any) -> tuple[str, ...] | None:
    if vocabulary is None:
        return None
    if isinstance(vocabulary, str) or not isinstance(vocabulary, Sequence) or not vocabulary:
        raise ConfigError(must_be(caller, "vocabulary", "a list of words", vocabulary))
    return tuple(vocabulary)


def _separator(caller: str, separator: Any) -> str | None:
    if separator is not None and not isinstance(separator, str):
        raise ConfigError(must_be(caller, "separator", "a text", separator))
    return separator


def near(
    column: str | None = None,
    scale: float = 3.0,
    sweet_spot: float = 0.0,
    *,
    left: str | None = None,
    right: str | None = None,
    ladder: Sequence[Any] | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """Roughly the same amount: years of experience, hire dates, grades on a ladder.

    The similarity is ``1 / (1 + x**2)`` with ``x = (|a - b| - sweet_spot) / scale``: 1 at the sweet spot, one half
    when the difference is off by `scale`.

    Parameters
    ----------
    column : str
        Years, dates, or grades (then with `ladder`); see `peermatch.encoders.ExperienceEncoder`.
    scale : float
        In the column's unit (years, or steps of the ladder); above 0.
    sweet_spot : float
        The difference that is best; at least 0.
    left, right : str, optional
        Instead of `column`: one column for each side, or two columns.
    ladder : sequence, optional
        Grades, lowest first.
    weight, name, when, sensitive
        See `Criterion`.

    Raises
    ------
    ConfigError
        For a wrong argument.

    Examples
    --------
    >>> near("years_experience", scale=3, weight=2).name
    'near_years_experience'
    """
    return _build(
        "near",
        _one("near()", "column", column),
        _one("near()", "left", left),
        _one("near()", "right", right),
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        scale=_number("near()", "scale", scale, above=0),
        sweet_spot=_number("near()", "sweet_spot", sweet_spot, at_least=0),
        ladder=_ladder("near()", ladder),
    )


def above(
    column: str | None = None,
    ladder: Sequence[Any] | None = None,
    by: Sequence[float] = (1, 3),
    *,
    left: str | None = None,
    right: str | None = None,
    scale: float | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """The other is that far above me.

    Worth 1 when the difference lies within `by`; beyond, ``1 / (1 + x**2)`` with x the distance to it over
    `scale`; 0 when the other is not above at all. On two sides it is one fact about the pair, how far the
    right person is above the left one, and counts for both; in one pool it is each person's own wish.

    Parameters
    ----------
    column : str
        Years, dates, or grades (then with `ladder`).
    ladder : sequence, optional
        Grades, lowest first.
    by : (low, high)
        The wanted difference, in the column's unit or steps of the ladder.
    scale : float, optional
        Default: half the width of `by`, at least 1.
    left, right, weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> above("grade", ladder=["junior", "senior", "lead"], by=(1, 2)).options["scale"]
    1.0
    """
    caller = "above()"
    if isinstance(by, str) or not isinstance(by, Sequence) or len(by) != 2:
        raise ConfigError(must_be(caller, "by", "two numbers, (low, high)", by))
    low = _number(caller, "by", by[0])
    high = _number(caller, "by", by[1], at_least=low)
    return _build(
        "above",
        _one(caller, "column", column),
        _one(caller, "left", left),
        _one(caller, "right", right),
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        ladder=_ladder(caller, ladder),
        by=(low, high),
        scale=max(1.0, (high - low) / 2) if scale is None else _number(caller, "scale", scale, above=0),
    )


def same(
    column: str | None = None,
    *,
    left: str | None = None,
    right: str | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """Equal values; letter case and surrounding space do not matter.

    Parameters
    ----------
    column, left, right, weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> same("site", weight=0.5).kind
    'same'
    """
    parts = (_one("same()", "column", column), _one("same()", "left", left), _one("same()", "right", right))
    return _build("same", *parts, weight=weight, name=name, when=when, sensitive=sensitive)


def different(
    columns: Columns | None = None,
    *,
    left: Columns | None = None,
    right: Columns | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """A different background: the share of these columns in which two people differ, among those known of both.

    Parameters
    ----------
    columns : str or list of str
    left, right, weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> different(["department", "education"]).left
    ('department', 'education')
    """
    return _build(
        "different",
        columns,
        left,
        right,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
    )


def overlap(
    column: str | None = None,
    *,
    left: str | None = None,
    right: str | None = None,
    separator: str | None = None,
    vocabulary: Sequence[str] | None = None,
    text: Any = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """Similar goals: values in both over values in either; free text by the direction of its vectors.

    Parameters
    ----------
    column : str
        Many-valued cells, or free text; see `peermatch.encoders.GoalsEncoder`.
    separator : str, optional
        Found in the column where it is not given.
    vocabulary : sequence of str, optional
        Known options, which protects commas inside one.
    text : transformer, optional
        Any scikit-learn transformer from texts to vectors, in place of TF-IDF; makes the column free text.
    left, right, weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> overlap("goals", separator=";", weight=2).weight
    2.0
    """
    caller = "overlap()"
    if text is not None and not (hasattr(text, "fit") and hasattr(text, "transform")):
        raise ConfigError(must_be(caller, "text", "a transformer with fit and transform", text))
    return _build(
        "overlap",
        _one(caller, "column", column),
        _one(caller, "left", left),
        _one(caller, "right", right),
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        separator=_separator(caller, separator),
        vocabulary=_words(caller, vocabulary),
        text=text,
    )


def complement(
    offers: str | None = None,
    seeks: str | None = None,
    new_only: bool = True,
    *,
    left: str | None = None,
    right: str | None = None,
    separator: str | None = None,
    vocabulary: Sequence[str] | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """Each offers what the other seeks: the share of what I seek, and don't already offer myself, that the
    other offers.

    Someone who is left with nothing to seek is unknown, not 0. On two sides a direction counts where its columns
    exist: mentors who seek nothing do not judge by it.

    Parameters
    ----------
    offers, seeks : str
        Many-valued columns in one vocabulary.
    new_only : bool
        Whether what I already offer drops out of what I seek.
    left, right : str, optional
        Instead: what the left side seeks, and what the right side offers.
    separator, vocabulary
        See `overlap`.
    weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> complement(offers="can_teach", seeks="wants_to_learn", weight=3).name
    'complement_wants_to_learn_can_teach'
    """
    caller = "complement()"
    given = (offers, seeks) if left is None and right is None else (right, left)
    if None in given or (left is not None and (offers is not None or seeks is not None)):
        raise ConfigError(
            f"{caller} takes either both offers= and seeks=, or both left= (seeks) and right= (offers)."
        )
    if not isinstance(new_only, bool):
        raise ConfigError(must_be(caller, "new_only", "True or False", new_only))
    mine, theirs = _names(caller, "seeks", given[1]), _names(caller, "offers", given[0])
    found = name or "_".join(dict.fromkeys(("complement", *mine, *theirs))).replace(" ", "_")
    return _make(
        "complement",
        mine,
        theirs,
        weight=weight,
        name=found,
        when=when,
        sensitive=sensitive,
        new_only=new_only,
        separator=_separator(caller, separator),
        vocabulary=_words(caller, vocabulary),
    )


def available(
    zone: str,
    hours: str,
    *,
    wanted: float = 5.0,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """Shared working hours in a week reach the wanted number.

    Parameters
    ----------
    zone, hours : str
        Columns with time zones and working hours; see `peermatch.encoders.AvailabilityEncoder`.
    wanted : float
        Shared hours a week that are worth 1; fewer count in proportion.
    weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> available("time_zone", "working_hours", wanted=10).options["wanted"]
    10.0
    """
    columns = (*_names("available()", "zone", zone), *_names("available()", "hours", hours))
    wanted = _number("available()", "wanted", wanted, above=0)
    return _make(
        "available", columns, columns, weight=weight, name=name, when=when, sensitive=sensitive, wanted=wanted
    )


def prefers(
    column: str | None = None,
    *,
    table: Any = None,
    separator: str | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
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
    weight, name, when, sensitive
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
        separator=_separator("prefers()", separator),
    )


def ties(
    table: Any,
    *,
    directed: bool = False,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
) -> Criterion:
    """An existing tie: worked together, endorsed.

    Parameters
    ----------
    table : table, list of (a, b), or path
        One row a tie, with the columns ``a``, ``b`` and, if wanted, ``strength`` in (0, 1]; 1 without it. People
        without a tie to each other have the similarity 0.
    directed : bool
        Whether a tie from a to b counts for a only.
    weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> ties([("ada", "bob")]).name
    'ties'
    """
    if not isinstance(directed, bool):
        raise ConfigError(must_be("ties()", "directed", "True or False", directed))
    return _listed(
        "ties", None, table, weight=weight, name=name, when=when, sensitive=sensitive, directed=directed
    )


def _listed(kind: str, column: str | None, table: Any, **rest: Any) -> Criterion:
    if (column is None) == (table is None):
        raise ConfigError(f"{kind}() takes either column= or table=.")
    columns = () if column is None else _names(f"{kind}()", "column", column)
    return _make(kind, columns, columns, table=table, **rest)


def custom(
    function: Callable[..., Any],
    columns: Columns,
    *,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
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
    weight, name, when, sensitive
        See `near`.

    Examples
    --------
    >>> import numpy as np
    >>> custom(lambda me, you: np.minimum(me["age"], you["age"]) / np.maximum(me["age"], you["age"]), "age").name
    'custom_age'
    """
    if not callable(function):
        raise ConfigError(must_be("custom()", "function", "a function of two mappings", function))
    names = _names("custom()", "columns", columns)
    return _make(
        "custom", names, names, weight=weight, name=name, when=when, sensitive=sensitive, function=function
    )


CRITERIA: Mapping[str, Callable[..., Criterion]] = MappingProxyType(
    {
        "above": above,
        "available": available,
        "complement": complement,
        "custom": custom,
        "different": different,
        "near": near,
        "overlap": overlap,
        "prefers": prefers,
        "same": same,
        "ties": ties,
    }
)
"""Name -> constructor, for configurations and contract tests."""
