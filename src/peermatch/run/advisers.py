"""What makes somebody the second-line adviser of a pair: data, part of a matcher and of its configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from peermatch.checks import check_number, did_you_mean, must_be
from peermatch.cohort.display import one_line
from peermatch.configuration import build_criterion, build_rule, check_keys
from peermatch.criteria import Criterion, Rule, marked_criteria, marked_rules, refuse_sensitive
from peermatch.criteria.protected import check_uses
from peermatch.errors import ConfigError
from peermatch.run.people import MOST_PLACES
from peermatch.run.shown import matcher_html
from peermatch.scoring.groups import COMBINE

__all__ = ["ADVISER", "Advisers"]

ADVISER = "adviser"
"""The name of the side of advisers, as a key of `experience`."""

_CALLER = "Advisers"
_REFUSED = {
    "require": "an adviser is chosen, not demanded",
    "no_repeat": "history tells of pairs, not of advisers",
}


@dataclass(frozen=True, eq=False, repr=False)
class Advisers:
    """What is asked of second-line advisers: who may be one, for how many pairs, and what makes a good one.

    Parameters
    ----------
    experience : str or mapping
        The column that tells how far somebody is: years, hire dates, or grades (then with `ladder`). Where columns have
        other names on other sides, a mapping such as ``{"mentee": None, "mentor": "years", "adviser": "experience"}``;
        None: the adviser need not be above that side's people.
    by : float, default 3
        At least so much above the more experienced member, in the column's unit; at least 0. Whose experience is not
        known gets no adviser, and is none.
    ladder : sequence, optional
        Grades, lowest first.
    capacity : str or int, default 1
        How many pairs an adviser may have: a column of the advisers' table (empty: 1), or a number for all.
    manager : str, optional
        The column of managers' ids; nobody above or below a member in their reporting line advises them. Without it,
        the matcher's own rule ``not_in_line`` is used, where it has one.
    criteria : sequence of Criterion
        What makes a good adviser, as a member sees them. Without any: those of the matcher's own criteria that are
        about having the same in common, teaching, or time, are not sensitive, and whose columns the advisers' table
        has; where there are none, that the adviser is not much further than needed.
    rules : sequence of Rule
        What else forbids someone to advise a member; all kinds but ``require`` and ``no_repeat``. The matcher's own
        vetoes and forbidden pairs hold in any case.
    combine : {"mean", "min"}
        The score of a pair with an adviser: the mean of what both members see in them, or the less of the two.
    not_among_pairs : bool, default False
        Whether people who stand in a pair themselves advise nobody.
    label, eligible : str, optional
        Columns of the advisers' table; the matcher's own where it has them.

    Raises
    ------
    ConfigError
        For a wrong argument.

    Examples
    --------
    >>> Advisers("years", by=5, capacity="places")
    Advisers('years', at least 5 above, capacity 'places')
    """

    experience: str | Mapping[str, str | None]
    by: float = field(default=3, kw_only=True)
    ladder: Sequence[Any] | None = field(default=None, kw_only=True)
    capacity: str | int = field(default=1, kw_only=True)
    manager: str | None = field(default=None, kw_only=True)
    criteria: Sequence[Criterion] = field(default=(), kw_only=True)
    rules: Sequence[Rule] = field(default=(), kw_only=True)
    combine: str = field(default="mean", kw_only=True)
    not_among_pairs: bool = field(default=False, kw_only=True)
    label: str | None = field(default=None, kw_only=True)
    eligible: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        self._check_experience()
        self._check_capacity()
        for parameter in ("manager", "label", "eligible"):
            value = getattr(self, parameter)
            if value is not None and (not isinstance(value, str) or not value):
                raise ConfigError(must_be(_CALLER, parameter, "the name of a column", value))
        if not isinstance(self.not_among_pairs, bool):
            raise ConfigError(must_be(_CALLER, "not_among_pairs", "True or False", self.not_among_pairs))
        if not isinstance(self.combine, str) or self.combine not in COMBINE:
            hint = did_you_mean(self.combine, COMBINE)
            raise ConfigError(must_be(_CALLER, "combine", "'mean' or 'min'", self.combine) + hint)
        if self.ladder is not None:
            if isinstance(self.ladder, str) or not isinstance(self.ladder, Sequence) or not self.ladder:
                raise ConfigError(must_be(_CALLER, "ladder", "a list of grades, lowest first", self.ladder))
            object.__setattr__(self, "ladder", tuple(self.ladder))
        self._check_parts()

    def _check_experience(self) -> None:
        told = self.experience
        constraint = f"a column, or a mapping of sides (and {ADVISER!r}) to columns"
        if isinstance(told, Mapping):
            good = all(
                isinstance(key, str) and (value is None or _is_name(value)) for key, value in told.items()
            )
            if not good or not _is_name(told.get(ADVISER)) or len(told) < 2:
                raise ConfigError(must_be(_CALLER, "experience", constraint, dict(told)))
            if all(value is None for key, value in told.items() if key != ADVISER):
                raise ConfigError(
                    f"The experience parameter of {_CALLER} names no column of a member: {dict(told)}."
                )
            object.__setattr__(self, "experience", MappingProxyType(dict(told)))
        elif not _is_name(told):
            raise ConfigError(must_be(_CALLER, "experience", constraint, told))
        try:
            check_number(_CALLER, "by", self.by, at_least=0)
        except ValueError as error:
            raise ConfigError(str(error)) from None

    def _check_capacity(self) -> None:
        places = self.capacity
        whole = isinstance(places, int) and not isinstance(places, bool)
        if not _is_name(places) and not (whole and 1 <= int(places) <= MOST_PLACES):
            constraint = f"a column or a whole number from 1 to {MOST_PLACES}"
            raise ConfigError(must_be(_CALLER, "capacity", constraint, places))

    def _check_parts(self) -> None:
        for parameter, kind in (("criteria", Criterion), ("rules", Rule)):
            parts = getattr(self, parameter)
            listed = isinstance(parts, Sequence) and not isinstance(parts, str)
            if not listed or not all(isinstance(part, kind) for part in parts):
                raise ConfigError(must_be(_CALLER, parameter, f"a list of {parameter}", parts))
            names = [part.name for part in parts]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ConfigError(
                    f"Two {parameter} have the name {twice[0]!r}. Give each a name= of its own."
                )
            object.__setattr__(self, parameter, tuple(parts))
        for rule in self.rules:
            if rule.kind in _REFUSED:
                raise ConfigError(f"The rules of {_CALLER} do not take {rule.caller}: {_REFUSED[rule.kind]}.")

    def __reduce__(self) -> tuple[Any, ...]:
        options = {part.name: getattr(self, part.name) for part in fields(self)}
        options["experience"] = self._experience()
        return (_rebuild, (options,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Advisers) and self.__reduce__()[1] == other.__reduce__()[1]

    def __hash__(self) -> int:
        return hash((str(self.experience), self.by, self.capacity))

    def __repr__(self) -> str:
        experience = self._experience()
        return one_line(f"Advisers({experience!r}, at least {self.by:g} above, capacity {self.capacity!r})")

    def _repr_html_(self) -> str:
        facts = {
            "experience": self._experience(),
            "at least above": f"{self.by:g}",
            "grades": None if self.ladder is None else ", ".join(map(str, self.ladder)),
            "places": self.capacity,
            "managers": self.manager,
            "score": self.combine,
            "people in pairs": "advise nobody" if self.not_among_pairs else "may advise other pairs",
        }
        return matcher_html("Advisers", self.criteria or (), self.rules or (), facts)

    def _experience(self) -> Any:
        return dict(self.experience) if isinstance(self.experience, Mapping) else self.experience

    def column_of(self, side: str) -> str | None:
        """Return the column of experience of a side's people, or of the advisers'.

        Raises
        ------
        ConfigError
            If there is a mapping, and it does not name the side.
        """
        if isinstance(self.experience, str):
            return self.experience
        if side not in self.experience:
            known = list(self.experience)
            raise ConfigError(
                f"The experience parameter of {_CALLER} does not name the side {side!r}.{did_you_mean(side, known)}"
            )
        return self.experience[side]

    def check_guarded(self, protected: Sequence[str], audit_only: Sequence[str]) -> None:
        """Refuse what reads a protected column without a basis, or an audit-only column at all.

        Raises
        ------
        ConfigError
        """
        columns = self.experience.values() if isinstance(self.experience, Mapping) else [self.experience]
        others: dict[str, list[str]] = {
            "experience=": [column for column in columns if column is not None],
            "capacity=": [self.capacity] if isinstance(self.capacity, str) else [],
            "manager=": [] if self.manager is None else [self.manager],
            "eligible=": [] if self.eligible is None else [self.eligible],
        }
        check_uses(protected, audit_only, self.criteria, self.rules, others)
        check_uses((), audit_only, (), (), {"label=": [] if self.label is None else [self.label]})

    def marked(self, sensitive: Sequence[str]) -> Advisers:
        """Return the same with whatever reads a sensitive column hidden.

        Raises
        ------
        ConfigError
            If results would show what stands in one.
        """
        columns = self.experience.values() if isinstance(self.experience, Mapping) else [self.experience]
        others: dict[str, list[Any]] = {
            "capacity": [self.capacity],
            "label": [self.label],
            "eligible": [self.eligible],
        }
        told: dict[str, list[str]] = {
            f"{name}= of advisers": [one for one in named if isinstance(one, str)]
            for name, named in {"experience": [*columns], **others}.items()
        }
        refuse_sensitive(sensitive, told)
        rules = marked_rules(self.rules, sensitive, self.criteria)
        return replace(self, criteria=marked_criteria(self.criteria, sensitive), rules=rules)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that `from_dict` takes back: the section ``[advisers]`` of a configuration.

        Examples
        --------
        >>> Advisers("years").to_dict()
        {'experience': 'years', 'by': 3, 'capacity': 1, 'combine': 'mean', 'not_among_pairs': False}
        """
        data: dict[str, Any] = {"experience": self._experience()}
        for part in fields(self):
            value = getattr(self, part.name)
            if part.name in ("experience", "criteria", "rules") or value is None:
                continue
            data[part.name] = list(value) if isinstance(value, tuple) else value
        if isinstance(data["experience"], dict):
            # TOML has no word for nothing
            data["experience"] = {
                key: "" if value is None else value for key, value in data["experience"].items()
            }
        for parameter in ("criteria", "rules"):
            parts = [part.to_dict() for part in getattr(self, parameter)]
            if parts:
                data[parameter] = parts
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Advisers:
        """Build it from plain data; an empty text as a column of `experience` says that the side is not asked.

        Raises
        ------
        ConfigError
            For an unknown key (with the nearest known one), a missing one, or a wrong value.
        """
        if not isinstance(data, Mapping):
            raise ConfigError(
                must_be("The configuration", "advisers", "a table with the key 'experience'", data)
            )
        where = "[advisers] of the configuration"
        check_keys(data, [part.name for part in fields(cls)], where)
        if "experience" not in data:
            raise ConfigError(
                f"{where} lacks the key 'experience': the column that tells how far somebody is."
            )
        options = dict(data)
        if isinstance(options["experience"], Mapping):
            options["experience"] = {key: value or None for key, value in options["experience"].items()}
        for parameter, build in (("criteria", build_criterion), ("rules", build_rule)):
            parts = options.get(parameter, [])
            if isinstance(parts, str) or not isinstance(parts, Sequence):
                raise ConfigError(must_be(where, parameter, "a list", parts))
            options[parameter] = [
                part if isinstance(part, Criterion | Rule) else build(part, number)
                for number, part in enumerate(parts, start=1)
            ]
        return cls(**options)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _rebuild(options: dict[str, Any]) -> Advisers:
    return Advisers(**options)
