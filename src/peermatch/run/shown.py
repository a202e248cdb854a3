"""A matcher in a notebook: what matters and how much, what must not happen, how it is solved, and who decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peermatch.cohort.display import Bar, Cell, card, paragraph, table
from peermatch.criteria import Criterion, Rule
from peermatch.explain.wording import percent

__all__ = ["criteria_table", "matcher_html"]


def criteria_table(criteria: Sequence[Criterion]) -> str:
    """Return criteria as a table: kind, columns, weight, and the share of all weight.

    Examples
    --------
    >>> from peermatch.criteria import near, same
    >>> criteria_table([near("years", weight=3), same("site")]).count("75%")
    2
    """
    total = sum(criterion.weight for criterion in criteria)
    rows: list[list[Cell]] = []
    for criterion in criteria:
        share = criterion.weight / total if total else 0.0
        marks = [
            *(["sensitive"] if criterion.sensitive else []),
            *([f"when {criterion.when}"] if criterion.when is not None else []),
        ]
        columns = ", ".join(dict.fromkeys((*criterion.left, *criterion.right)))
        weight = f"{criterion.weight:g}"
        rows.append(
            [criterion.name, criterion.kind, columns, weight, Bar(percent(share), share), ", ".join(marks)]
        )
    header = ["criterion", "kind", "columns", "weight", "share", ""]
    if not any(row[-1] for row in rows):
        header, rows = header[:-1], [row[:-1] for row in rows]
    return table("What makes a good pair", header, rows, numbers=[3])


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_words(part)}" for name, part in value.items())
    return "yes" if value is True else str(value)


def matcher_html(
    title: str, criteria: Sequence[Criterion], rules: Sequence[Rule], facts: Mapping[str, Any]
) -> str:
    """Return a matcher.

    Parameters
    ----------
    title : str
    criteria : sequence of Criterion
    rules : sequence of Rule
        A private one shows as no more than that.
    facts : mapping of str to anything
        What else is to be known; None is left out.
    """
    held = [[rule.public_name, "" if rule.private else rule.kind] for rule in rules]
    must = table("What must hold for every pair", ["rule", "kind"], held) or paragraph("No rules.")
    told = [[name, _words(value)] for name, value in facts.items() if value is not None]
    return card(title, criteria_table(criteria), must, table("How it is solved", ["setting", "value"], told))
