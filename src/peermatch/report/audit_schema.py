"""The JSON Schema of what an auditor has of a result: the schema of a result, less what auditors do not get."""

from __future__ import annotations

from typing import Any

from peermatch.report.document import pairing_schema
from peermatch.report.exports import AUDIT_SCHEMA

__all__ = ["audit_schema"]

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_MAYBE_SHARE: dict[str, Any] = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_STABILITY = ("promise", "cost", "cost_bound", "regret", "regret_bound", "blocking_at_least")


def audit_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``Pairing.to_dict(audience="auditor")``.

    Examples
    --------
    >>> audit_schema()["title"]
    'peermatch/audit/1'
    """
    schema = pairing_schema()
    parts = schema["$defs"]
    _drop(parts["person"], "label", "capacity", "at_least")
    _drop(parts["pair"], "rank_a", "rank_b")
    parts["rule"] = _object(
        rule=_TEXT, kind=_TEXT, pairs_removed={"type": "integer", "minimum": 0}, decided_by=_TEXT
    )
    parts["repair"] = _object(column=_MAYBE_TEXT, repairs={"type": "integer", "minimum": 1})
    parts["repair"]["properties"]["side"] = _TEXT
    parts["use"] = _object(
        column=_TEXT,
        used_for=_TEXT,
        kind=_TEXT,
        weight={"type": ["number", "null"], "exclusiveMinimum": 0},
        share=_MAYBE_SHARE,
        sensitive={"type": ["boolean", "null"]},
        shown_to_participants={"type": "boolean"},
        decided_by=_TEXT,
        basis=_TEXT,
    )
    parts["use"]["properties"]["side"] = _MAYBE_TEXT
    _drop(parts["stability"], *(name for name in parts["stability"]["properties"] if name not in _STABILITY))
    for name in ("blocking", "gain", "gain_unit"):
        del parts[name]
    # a key that the rows made could be made of a guess: what it keys is there only with a secret's key
    _may_lack(parts["manifest"], "key", "configuration", "fitted", "inputs")
    _may_lack(parts["manifest"]["properties"]["rows"], "fingerprints")
    properties = schema["properties"]
    del properties["evidence"], properties["fitted"]
    properties["schema"] = {"const": AUDIT_SCHEMA}
    properties["audience"] = {"const": "auditor"}
    properties["uses"] = {"type": "array", "items": {"$ref": "#/$defs/use"}}
    properties["summary"] = _TEXT
    schema["required"] = [name for name in properties if name != "update"]
    schema.update({"$id": AUDIT_SCHEMA, "title": AUDIT_SCHEMA})
    schema["description"] = "What an auditor has of one result of peermatch: no names, and nobody's values."
    return schema


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return an object of exactly these properties."""
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": dict(properties),
    }


def _may_lack(part: dict[str, Any], *names: str) -> None:
    """Let an object be without some properties."""
    part["required"] = [name for name in part["required"] if name not in names]


def _drop(part: dict[str, Any], *names: str) -> None:
    """Take properties out of an object."""
    for name in names:
        part["properties"].pop(name, None)
    part["required"] = [name for name in part.get("required", []) if name not in names]
