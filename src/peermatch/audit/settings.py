"""What a run was told, as plain data that may be shown: no people, no tables of people, no code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peermatch.criteria import Criterion, Rule

__all__ = ["criterion_settings", "rule_settings", "settings_of", "without_deciders"]


def settings_of(
    options: Mapping[str, Any], criteria: Sequence[Criterion], rules: Sequence[Rule], *, version: str
) -> dict[str, Any]:
    """Return everything that a run was told.

    Parameters
    ----------
    options : mapping
        The matcher's other arguments and what was true this month, as plain values.
    criteria : sequence of Criterion
    rules : sequence of Rule
    version : str
        Of peermatch.

    Returns
    -------
    dict
        Ready for JSON.

    Examples
    --------
    >>> import peermatch as pm
    >>> settings_of({"id": "id"}, [pm.same("team")], [pm.veto("no")], version="0.1.0")["rules"]
    [{'kind': 'private', 'name': 'a private rule'}]
    """
    return {
        "peermatch": version,
        **{key: _plain(value) for key, value in options.items()},
        "criteria": [criterion_settings(criterion) for criterion in criteria],
        "rules": [rule_settings(rule) for rule in rules],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value


def criterion_settings(criterion: Criterion) -> dict[str, Any]:
    """Return a criterion as data, without the people in its tables and without code."""
    if criterion.kind == "custom":
        told = {
            "kind": "custom",
            "columns": list(criterion.left),
            "weight": criterion.weight,
            "name": criterion.name,
        }
        return {**told, **_answered_for(criterion)}
    words = {"table": "a table", "text": "a transformer"}
    return {key: words.get(key, value) for key, value in criterion.to_dict().items()}


def rule_settings(rule: Rule) -> dict[str, Any]:
    """Return a rule as data, without the people whom it names; of a private rule only that there is one."""
    if rule.private:
        told = {"kind": "private", "name": rule.public_name}
        return {**told, **_answered_for(rule)}
    return {key: "a list of pairs" if key == "pairs" else value for key, value in rule.to_dict().items()}


def _answered_for(part: Criterion | Rule) -> dict[str, str]:
    """What somebody states of it: what it rests on, and who decided."""
    stated = {"basis": part.basis, "decided_by": part.decided_by}
    return {name: text for name, text in stated.items() if text is not None}


def without_deciders(value: Any) -> Any:
    """Return a setting without who decided on its parts: that changes nothing that is scored or forbidden.

    Examples
    --------
    >>> without_deciders([{"kind": "same", "decided_by": "HR"}]), without_deciders("geometric")
    ([{'kind': 'same'}], 'geometric')
    """
    if not isinstance(value, list):
        return value
    return [
        {key: cell for key, cell in part.items() if key != "decided_by"}
        if isinstance(part, Mapping)
        else part
        for part in value
    ]
