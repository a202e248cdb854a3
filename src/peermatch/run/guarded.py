"""What a matcher declares protected or audit-only, held against this month's tables.

Audit-only columns are taken out of every table before anything that scores sees it. So no criterion, rule, function of
one's own or explanation can read them, whatever it asks for; the whole table stays with `Pairing.everyone`, for audits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from peermatch.checks import did_you_mean
from peermatch.cohort import Cohort
from peermatch.criteria import check_uses, folded, refuse_sensitive
from peermatch.errors import ConfigError, error_item

if TYPE_CHECKING:
    from peermatch.matcher import PeerMatcher
    from peermatch.run.advisers import Advisers

__all__ = ["check_advisers", "check_declared", "refuse_use", "seen_by_scoring", "without_columns"]

Everyone = tuple[Cohort, Cohort | None]


def without_columns(cohort: Cohort, columns: Sequence[str] | None) -> Cohort:
    """Return the same people without these columns, however their names are written.

    Examples
    --------
    >>> people = Cohort.of([{"id": 1, "Gender ": "x", "site": "Oslo"}, {"id": 2}], id="id")
    >>> without_columns(people, ["gender"]).columns
    ['id', 'site']
    """
    hidden = {folded(column) for column in columns or ()}
    kept = [name for name in cohort.frame.columns if folded(name) not in hidden]
    return cohort if len(kept) == len(cohort.frame.columns) else replace(cohort, frame=cohort.frame[kept])


def seen_by_scoring(matcher: PeerMatcher, everyone: Everyone) -> Everyone:
    """Return all who came in as scoring sees them: without the audit-only columns."""
    left, right = everyone
    return without_columns(left, matcher.audit_only), (
        None if right is None else without_columns(right, matcher.audit_only)
    )


def check_declared(matcher: PeerMatcher, everyone: Everyone) -> None:
    """Refuse a declared column that no table has: a slip of the pen would protect nothing, in silence.

    Raises
    ------
    ConfigError
        Code ``"unknown_column"``, with the nearest column.
    """
    columns = [name for cohort in everyone if cohort is not None for name in cohort.columns]
    known = {folded(name) for name in columns}
    items = []
    for parameter in ("sensitive", "protected", "audit_only"):
        for column in getattr(matcher, parameter) or ():
            if folded(column) not in known:
                message = (
                    f"{parameter}= names the column {column!r}, which no table of people has, so it would guard "
                    f"nothing.{did_you_mean(column, columns)}"
                )
                items.append(
                    error_item("unknown_column", message, column=column, found=column, accepted=columns)
                )
    if items:
        raise ConfigError(items)


def check_advisers(told: Mapping[str, Any], advisers: Advisers) -> None:
    """Refuse what is asked of second-line advisers where it reads a guarded column.

    Parameters
    ----------
    told : mapping
        A pairing's settings.
    advisers : Advisers

    Raises
    ------
    ConfigError
    """
    experience = advisers.experience
    columns = [experience] if isinstance(experience, str) else [*experience.values()]
    others = {
        "experience= of advisers": columns,
        "capacity= of advisers": [advisers.capacity],
        "manager= of advisers": [advisers.manager],
        "eligible= of advisers": [advisers.eligible],
    }
    named = {what: [column for column in given if isinstance(column, str)] for what, given in others.items()}
    protected, audit_only = told.get("protected") or (), told.get("audit_only") or ()
    check_uses(protected, audit_only, advisers.criteria, advisers.rules, named)


def refuse_use(matcher: PeerMatcher, what: str, column: str) -> None:
    """Refuse a guarded column for something that takes no basis and that results show, such as ``"role="``.

    Raises
    ------
    ConfigError
    """
    check_uses(matcher.protected or (), matcher.audit_only or (), (), (), {what: [column]})
    refuse_sensitive(matcher.sensitive or (), {what: [column]})
