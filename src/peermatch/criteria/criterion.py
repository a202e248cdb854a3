"""A criterion: a reason why two people suit each other. Data, not code: a kind, its columns and its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from peermatch.criteria.tables import plain_table
from peermatch.errors import ConfigError

__all__ = ["Criterion", "same_parts"]


def same_parts(one: Any, other: Any) -> bool:
    """Return whether two values are equal, tables among them, whose own ``==`` answers cell by cell."""
    if hasattr(one, "equals") and hasattr(other, "equals"):
        return type(one) is type(other) and bool(one.equals(other))
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(same_parts, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_parts(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


@dataclass(frozen=True, eq=False)
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
    basis : str or None
        What the use of a protected column rests on, in the words of those who answer for it; it is told in every
        result (`Pairing.settings`).
    decided_by : str or None
        Who decided on this criterion and its weight, in words; None where that is the matcher's own ``decided_by``.
        It changes no score, and stands in every result.
    """

    kind: str
    name: str
    weight: float
    left: tuple[str, ...]
    right: tuple[str, ...]
    when: str | None = None
    sensitive: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    basis: str | None = None
    decided_by: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.kind, self.name, self.weight, self.left, self.right, self.when, self.sensitive)
        return (Criterion, (*fields, dict(self.options), self.basis, self.decided_by))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Criterion) and same_parts(self.__reduce__()[1], other.__reduce__()[1])

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
        if self.basis is not None:
            data["basis"] = self.basis
        if self.decided_by is not None:
            data["decided_by"] = self.decided_by
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
