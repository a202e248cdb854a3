"""The kinds of criteria that compare columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peermatch.checks import must_be
from peermatch.criteria.arguments import (
    Columns,
    build,
    column_names,
    ladder_of,
    make,
    number,
    one_name,
    separator_of,
    words_of,
)
from peermatch.criteria.criterion import Criterion
from peermatch.errors import ConfigError

__all__ = ["above", "available", "complement", "different", "near", "overlap", "same"]


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
    basis: str | None = None,
    decided_by: str | None = None,
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
    weight, name, when, sensitive, basis, decided_by
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
    return build(
        "near",
        one_name("near()", "column", column),
        one_name("near()", "left", left),
        one_name("near()", "right", right),
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        scale=number("near()", "scale", scale, above=0),
        sweet_spot=number("near()", "sweet_spot", sweet_spot, at_least=0),
        ladder=ladder_of("near()", ladder),
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
    basis: str | None = None,
    decided_by: str | None = None,
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
    left, right, weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> above("grade", ladder=["junior", "senior", "lead"], by=(1, 2)).options["scale"]
    1.0
    """
    caller = "above()"
    if isinstance(by, str) or not isinstance(by, Sequence) or len(by) != 2:
        raise ConfigError(must_be(caller, "by", "two numbers, (low, high)", by))
    low = number(caller, "by", by[0])
    high = number(caller, "by", by[1], at_least=low)
    return build(
        "above",
        one_name(caller, "column", column),
        one_name(caller, "left", left),
        one_name(caller, "right", right),
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        ladder=ladder_of(caller, ladder),
        by=(low, high),
        scale=max(1.0, (high - low) / 2) if scale is None else number(caller, "scale", scale, above=0),
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
    basis: str | None = None,
    decided_by: str | None = None,
) -> Criterion:
    """Equal values; letter case and surrounding space do not matter.

    Parameters
    ----------
    column, left, right, weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> same("site", weight=0.5).kind
    'same'
    """
    parts = (
        one_name("same()", "column", column),
        one_name("same()", "left", left),
        one_name("same()", "right", right),
    )
    return build(
        "same",
        *parts,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
    )


def different(
    columns: Columns | None = None,
    *,
    left: Columns | None = None,
    right: Columns | None = None,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
    basis: str | None = None,
    decided_by: str | None = None,
) -> Criterion:
    """A different background: the share of these columns in which two people differ, among those known of both.

    Parameters
    ----------
    columns : str or list of str
    left, right, weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> different(["department", "education"]).left
    ('department', 'education')
    """
    for given in (columns, left):
        named = tuple(given) if isinstance(given, list | tuple) else ()
        if len(set(map(repr, named))) < len(named):
            raise ConfigError(
                must_be("different()", "columns", "a list in which no column stands twice", list(named))
            )
    return build(
        "different",
        columns,
        left,
        right,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
    )


def overlap(
    column: str | None = None,
    *,
    left: str | None = None,
    right: str | None = None,
    separator: str | None = None,
    vocabulary: Sequence[str] | None = None,
    text: Any = None,
    one_way: bool = False,
    weight: float = 1.0,
    name: str | None = None,
    when: str | None = None,
    sensitive: bool = False,
    basis: str | None = None,
    decided_by: str | None = None,
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
    one_way : bool
        Whether it is enough that the other has all that I have: someone who has more is then no worse. On two sides:
        that the right person has all that the left one has.
    left, right, weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> overlap("goals", separator=";", weight=2).weight
    2.0
    """
    caller = "overlap()"
    if not isinstance(one_way, bool):
        raise ConfigError(must_be(caller, "one_way", "True or False", one_way))
    if one_way and text is not None:
        raise ConfigError("overlap() takes either text= or one_way=True: texts have a direction, no parts.")
    if text is not None and not (hasattr(text, "fit") and hasattr(text, "transform")):
        raise ConfigError(must_be(caller, "text", "a transformer with fit and transform", text))
    return build(
        "overlap",
        one_name(caller, "column", column),
        one_name(caller, "left", left),
        one_name(caller, "right", right),
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        separator=separator_of(caller, separator),
        vocabulary=words_of(caller, vocabulary),
        text=text,
        one_way=one_way,
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
    basis: str | None = None,
    decided_by: str | None = None,
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
    weight, name, when, sensitive, basis, decided_by
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
    mine, theirs = column_names(caller, "seeks", given[1]), column_names(caller, "offers", given[0])
    found = name or "_".join(dict.fromkeys(("complement", *mine, *theirs))).replace(" ", "_")
    return make(
        "complement",
        mine,
        theirs,
        weight=weight,
        name=found,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        new_only=new_only,
        separator=separator_of(caller, separator),
        vocabulary=words_of(caller, vocabulary),
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
    basis: str | None = None,
    decided_by: str | None = None,
) -> Criterion:
    """Shared working hours in a week reach the wanted number.

    Parameters
    ----------
    zone, hours : str
        Columns with time zones and working hours; see `peermatch.encoders.AvailabilityEncoder`.
    wanted : float
        Shared hours a week that are worth 1; fewer count in proportion.
    weight, name, when, sensitive, basis, decided_by
        See `near`.

    Examples
    --------
    >>> available("time_zone", "working_hours", wanted=10).options["wanted"]
    10.0
    """
    columns = (*column_names("available()", "zone", zone), *column_names("available()", "hours", hours))
    wanted = number("available()", "wanted", wanted, above=0)
    return make(
        "available",
        columns,
        columns,
        weight=weight,
        name=name,
        when=when,
        sensitive=sensitive,
        basis=basis,
        decided_by=decided_by,
        wanted=wanted,
    )
