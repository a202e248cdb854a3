"""The floor for a group that a matcher holds: ``group_floor = { by = "site", group = "Oslo", at_least = 0.5 }``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from peermatch.checks import check_number, must_be
from peermatch.configuration import check_keys
from peermatch.errors import ConfigError
from peermatch.problem import Control

if TYPE_CHECKING:
    from peermatch.pairing import Pairing

__all__ = ["read_group_floor", "with_group_floor"]

_CALLER = "PeerMatcher"
_KEYS = ["by", "group", "at_least", "basis", "hide_below"]


def read_group_floor(
    value: Any, protected: Sequence[str] | None, audit_only: Sequence[str] | None
) -> Mapping[str, Any]:
    """Check a floor for a group, before any table is there.

    Raises
    ------
    ConfigError
        For a wrong key or value, a protected column without a basis, or an audit-only one.
    """
    from peermatch.report.group_floor import refuse_guarded

    if not isinstance(value, Mapping):
        constraint = "a mapping such as {'by': 'site', 'group': 'Oslo', 'at_least': 0.5}"
        raise ConfigError(must_be(_CALLER, "group_floor", constraint, value))
    check_keys(value, _KEYS, "group_floor")
    missing = [key for key in ("by", "group", "at_least") if key not in value]
    if missing:
        raise ConfigError(f"group_floor lacks the key {missing[0]!r}.")
    for key in ("by", "group"):
        if not isinstance(value[key], str) or not value[key]:
            raise ConfigError(must_be(_CALLER, f"group_floor {key}", "a text", value[key]))
    try:
        check_number(_CALLER, "group_floor at_least", value["at_least"], at_least=0, at_most=1)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    refuse_guarded(
        {"protected": protected, "audit_only": audit_only}, value["by"], value.get("basis"), "group_floor"
    )
    return MappingProxyType(dict(value))


def with_group_floor(pairing: Pairing, floor: Mapping[str, Any] | None, control: Control) -> Pairing:
    """Return the pairing under the matcher's floor for a group, where it has one."""
    if floor is None:
        return pairing
    return pairing.group_floor(
        **floor, progress=control.progress, cancel=control.cancel, time_limit=control.time_limit
    )
