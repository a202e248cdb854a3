"""Drafts of programmes with two sides: from a template and one table with a column of roles, or two tables."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from peermatch.cli.columns import Column, first_of, is_category, shown
from peermatch.cli.draft import (
    Part,
    Setting,
    comment,
    decided_line,
    key,
    sensitive_lines,
    short_names,
    show_lines,
    table,
)
from peermatch.cli.guesses import guarded, left_alone, personal
from peermatch.cli.identity import Guess, find_label, find_manager, find_sides
from peermatch.cli.leftovers import something
from peermatch.cli.named_people import Naming, find_naming, naming_parts, naming_warnings
from peermatch.cli.side_tables import Tables, cells_of_sides, count_in_both, find_places, find_same_person
from peermatch.cli.taking_part import consent_warnings, find_eligible, question_lines, questions
from peermatch.cli.templates import Template, Wish
from peermatch.cli.wishes import granted, identity, not_granted
from peermatch.cohort.wording import counted
from peermatch.errors import InputError, error_item

__all__ = ["SidedDraft"]

_QUESTIONS = 3
_ROOM = 0.5
"""A rule that would forbid more of the possible pairs than this is only proposed."""


@dataclass
class SidedDraft:
    """All guesses about the tables of a programme with two sides.

    Attributes
    ----------
    template : Template
    tables : Tables
    id : Guess
    as_of, encoding : str or None
    """

    template: Template
    tables: Tables
    id: Guess
    as_of: str | None = None
    encoding: str | None = None

    def __post_init__(self) -> None:
        tables = self.tables
        columns = [column for column in tables.shared if column.name != self.id.name]
        self.columns = columns
        self.label, self.eligible = find_label(columns), find_eligible(columns)
        self.role = None if tables.two else find_sides(columns, self.template.words)
        self.sides = self.template.sides if self.role is None else self.role.sides
        known = [guess.name for guess in (self.label, self.eligible, self.role) if guess is not None]
        naming = self._naming(known)
        vetoes = {one.name for one in naming if one.kind != "open"}
        self.manager = find_manager(
            tables.cohorts, [column for column in columns if column.name not in vetoes]
        )
        self.naming = [one for one in naming if self.manager is None or one.name != self.manager.name]
        taken = {
            *known,
            *(one.name for one in self.naming),
            *(() if self.manager is None else (self.manager.name,)),
        }
        free = [column for column in columns if column.name not in taken]
        self.same_person = find_same_person(tables, free)
        self.places = find_places(tables, free)
        taken |= set(self.same_person) | ({self.places.name} if self.places else set())
        self.free = [column for column in free if column.name not in taken]
        self.own = [
            column
            for hand in (0, 1)
            for column in tables.own(hand)
            if column.name not in taken and column.name != self.id.name
        ]
        self.asked = questions([*self.free, *self.own])
        self.questions = [one for one in self.asked if one.why != "other"][:_QUESTIONS]
        self.guarded = [*guarded(self.free), *guarded(self.own)]
        self.criteria = short_names(self._criteria())
        self.rules = self._rules()

    # ---- who is who -------------------------------------------------------------------------------------

    def _naming(self, known: Sequence[str]) -> list[Naming]:
        """Find columns in which people of either side are named, also those that only one of two tables has."""
        ids = [id for cohort in self.tables.cohorts for id in cohort.ids.tolist()]
        found = find_naming(self.columns, ids, skip=known)
        for hand, cohort in enumerate(self.tables.cohorts):
            own = [column for column in self.tables.own(hand) if column.name != self.id.name]
            found += find_naming(own, cohort.ids.tolist(), skip=known, others=ids)
        return found

    # ---- what matters -----------------------------------------------------------------------------------

    def _criteria(self) -> list[Part]:
        parts: list[Part] = []
        for wish in self.template.wishes:
            taken = {name for part in parts if part.active for name in part.uses}
            found = [part for part in self._granted(wish, taken) if not set(part.uses) & taken]
            parts += found or [not_granted(wish)]
        if self.template.identity:
            hands = [[*self.free, *self.tables.own(hand)] for hand in (0, 1)]
            left, right = (
                [column for column in columns if column.known and personal(column)] for columns in hands
            )
            proposed = identity(self.template.identity, left, right)
            parts += [] if proposed is None else [proposed]
        if not any(part.active for part in parts):
            asked = {one.name for one in self.questions}
            part = something(
                [column for column in self.free if column not in self.guarded and column.name not in asked]
            )
            if part is None:
                message = (
                    "These tables have no column on which people of both sides could be compared. The "
                    f"{self.template.name} template looks for {self.template.wishes[0].missing}."
                )
                found_columns = [column.name for column in self.columns]
                raise InputError(error_item("nothing_to_match_on", message, found=found_columns))
            parts.insert(0, part)
        return parts

    def _granted(self, wish: Wish, taken: set[str]) -> Iterator[Part]:
        asked = {one.name for one in self.questions}
        usable, own = (
            [
                column
                for column in columns
                if column.known
                and column.name not in taken | asked
                and not column.is_answer
                and column not in self.guarded
            ]
            for columns in (self.free, self.own)
        )
        return granted(wish, usable, own, self.tables, Setting(True, self.as_of))

    # ---- what is forbidden ------------------------------------------------------------------------------

    def _rules(self) -> list[Part]:
        rules = [self._line(), *naming_parts(self.naming)]
        if self.template.must_differ[0]:
            rules.append(self._must_differ())
        if self.template.at_least:
            rules.append(self._at_least())
        reasons = [
            self.template.no_repeat,
            "Give earlier pairs with --history. Without it this forbids nothing.",
        ]
        rules.append(table("no_repeat", {}, reasons, uses=[], of="rules"))
        return rules

    def _line(self) -> Part:
        why = [f"Nobody with anyone above or below them. {self.template.line}"]
        if self.manager is None:
            why.append("Not found: a column of managers' ids. Add it, put its name in, and take the # away.")
            return table("not_in_line", {"manager": "manager_id"}, why, uses=[], active=False, of="rules")
        name, active = self.manager.name, self.manager.enough
        why.append(self.manager.reason)
        if not active:
            why.append("Then take the # away; managers who are not in the table come with --org.")
        return table("not_in_line", {"manager": name}, why, uses=[name], active=active, of="rules")

    def _must_differ(self) -> Part:
        words, why = self.template.must_differ
        usable = [column for column in self.free if column.known and column not in self.guarded]
        for column in first_of(usable, words):
            if not is_category(column):
                continue
            kept = 1 - self._share_alike(column)
            reasons = [why, f"{column.name!r} leaves {kept:.0%} of all pairs."]
            if kept < _ROOM:
                reasons.append("That is little: take the # away if it is meant.")
            return table(
                "must_differ",
                {"column": column.name},
                reasons,
                uses=[column.name],
                active=kept >= _ROOM,
                of="rules",
            )
        reasons = [
            why,
            "Not found: a column of teams or departments. Add it, put its name in, and take the # away.",
        ]
        return table("must_differ", {"column": "team"}, reasons, uses=[], active=False, of="rules")

    def _share_alike(self, column: Column) -> float:
        """The share of pairs across the sides that have the same value."""
        counts: list[dict[str, int]] = []
        for rows in cells_of_sides(self.tables, self.role):
            side: dict[str, int] = {}
            for cell in rows(column.name):
                side[str(cell).casefold()] = side.get(str(cell).casefold(), 0) + 1
            counts.append(side)
        total = sum(counts[0].values()) * sum(counts[1].values())
        return sum(count * counts[1].get(value, 0) for value, count in counts[0].items()) / max(1, total)

    def _at_least(self) -> Part:
        """A floor on the criterion of how far the second side is above, where enough pairs reach it."""
        why = self.template.at_least
        part = next((part for part in self.criteria if part.kind == "above" and part.active), None)
        if part is None:
            reasons = [
                why,
                "Needs the criterion of how far someone is, above; give it the name 'level', and take the # away.",
            ]
            return table(
                "at_least", {"criterion": "level", "value": 1.0}, reasons, uses=[], active=False, of="rules"
            )
        reached = self._share_reached(part)
        self.criteria = [self._named(one) if one is part else one for one in self.criteria]
        reasons = [why, f"{reached:.0%} of all pairs reach it."]
        active = reached > 0.01
        if not active:
            reasons.append("That is hardly anybody: lower `by` of the criterion before you take the # away.")
        return table(
            "at_least", {"criterion": "level", "value": 1.0}, reasons, uses=[], active=active, of="rules"
        )

    def _named(self, part: Part) -> Part:
        values = {**part.values, "name": "level"}
        return table(part.kind, values, part.reasons, uses=part.uses, active=part.active, of="criteria")

    def _share_reached(self, part: Part) -> float:
        from peermatch.encoders.readers import ExperienceReader

        low, high = part.values["by"]
        column = next(column for column in self.free if column.name == part.values["column"])
        reader = ExperienceReader(ladder=part.values.get("ladder"), as_of=self.as_of).fit(column.frame)
        sides = [
            np.sort(values[~np.isnan(values)])
            for rows in cells_of_sides(self.tables, self.role)
            for values in [reader.values(Column(column.name, rows(column.name)).frame)[:, 0]]
        ]
        left, right = sides
        reached = np.searchsorted(right, left + high, "right") - np.searchsorted(right, left + low, "left")
        return float(reached.sum()) / max(1, len(left) * len(right))

    # ---- in words ---------------------------------------------------------------------------------------

    def summary(self) -> str:
        """One line about what was found."""
        active = sum(part.active for part in self.criteria)
        waiting = len(self.criteria) - active
        more = f" and {waiting} to consider" if waiting else ""
        words = "criterion" if active == 1 else "criteria"
        return f"{self.template.name}, {self.sides[0]} and {self.sides[1]}, id {self.id.name!r}, {active} {words}{more}"

    def warnings(self) -> list[str]:
        """What is missing that such a programme should not do without."""
        found = self._not_further()
        if self.role is None and not self.tables.two:
            found.append(self._no_roles())
        found += consent_warnings(self.eligible, self.asked, [*self.columns, *self.own])
        found += naming_warnings(self.naming)
        line = self.rules[0]
        if not line.active:
            found.append(
                "reporting lines are not looked at yet, so someone may get their own manager. The file says what is "
                "missing."
            )
        if sum(part.active for part in self.criteria) < 2:
            found.append(
                "fewer than 2 criteria were found, so many pairs will be equally good. The file proposes more."
            )
        return found

    def _not_further(self) -> list[str]:
        """That nobody need be further along, where the template promises it and the table does not tell."""
        above = [part for part in self.criteria if part.kind == "above"]
        if not self.template.further or any(part.active for part in above):
            return []
        names = [name for part in above for name in part.uses]
        why = f"{_names(names)} is only proposed in comments" if names else "no column was found that tells"
        return [
            f"nothing here says that the {self.sides[1]} is further along: {why}. Pairs are made without regard to it."
        ]

    def _no_roles(self) -> str:
        first, second = self.sides
        return (
            f"no column says who is {first} and who is {second}, so everybody stands on both sides. Add a column with "
            f"{first!r}, {second!r} or 'both' in every row and run with --role, or give two tables: --left and --right."
        )

    def command(self, out: str) -> str:
        """The command that runs the configuration."""
        paths = self.tables.paths
        parts = ["peermatch", "match"]
        if self.role is not None:
            parts += [paths[0], "--role", self.role.name]
        else:
            parts += ["--left", paths[0], "--right", paths[-1]]
        parts += ["--config", out, "--out", "results"]
        if self.encoding is not None:
            parts += ["--encoding", self.encoding]
        if self.as_of is not None:
            parts += ["--as-of", self.as_of]
        return shlex.join(parts)

    def lines(self, out: str) -> list[str]:
        """Return the file, line by line."""
        people = sum(map(len, self.tables.cohorts))
        head = [
            *(f"WARNING: {text}" for text in self._not_further()),
            self.template.about,
            f"Guessed from {shown(self.tables.paths, length=200)}, {counted(people, 'row')}. Every guess stands with "
            "its reason, every default with its why. Read it, change what is wrong, and run:",
        ]
        lines = [
            *comment(*head),
            "#",
            f"#     {self.command(out)}",
            "",
            key("schema", 1),
            decided_line(),
            *self._identity(),
            "",
        ]
        for part in (*self.criteria, *self.rules):
            lines += [*part.lines, ""]
        for note in self.template.notes:
            lines += [*comment(note), ""]
        return [*lines, *self._unused(), ""]

    def _identity(self) -> list[str]:
        lines = [key("id", self.id.name, self.id.reason)]
        for name, guess in (("label", self.label), ("eligible", self.eligible)):
            if guess is not None:
                lines.append(key(name, guess.name, guess.reason))
        if self.eligible is None:
            lines += question_lines(self.questions)
        if self.role is not None:
            lines.append(key("sides", self.sides, self.role.reason))
        elif self.tables.two:
            lines.append(key("sides", self.sides, "the first table, and the second"))
        else:
            lines += [*comment(self._no_roles()), key("sides", self.sides)]
        lines += self._same_person_lines()
        second = self.sides[1]
        if self.places is not None:
            lines += comment(f"{self.template.places}.")
            lines.append(
                f"capacity = {{ {_bare(second)} = {_text(self.places.name)} }}  # {self.places.reason}"
            )
        else:
            lines += comment(
                f"{self.template.places}: a column of whole numbers, or a number for all. Without it, one each."
            )
            lines.append(f'# capacity = {{ {_bare(second)} = "places" }}')
        private = [column.name for column in (*self.free, *self.own) if personal(column)]
        lines += sensitive_lines(list(dict.fromkeys(private)))
        lines += show_lines(self.criteria)
        lines.append(key("mutual", *self.template.mutual))
        lines.append(key("objective", *self.template.objective))
        return lines

    def _same_person_lines(self) -> list[str]:
        if self.same_person:
            both = count_in_both(self.tables, self.same_person)
            reason = f"who is in both tables is never paired with themselves: {both}"
            return [key("same_person", self.same_person, reason)]
        if not self.tables.two:
            return []
        reason = "columns that tell who is in both tables; equal ids are one person without it"
        return [f"# {key('same_person', ['first name', 'last name'], reason)}"]

    def _unused(self) -> list[str]:
        used = {name for part in (*self.criteria, *self.rules) for name in part.uses}
        rest = [column for column in (*self.free, *self.own) if column.name not in used]
        others = [column.name for column in rest if column not in self.guarded]
        lines = left_alone([column for column in rest if column in self.guarded])
        if others:
            lines += comment(f"Not used: {_names(others)}.")
        return lines


def _names(names: Sequence[str]) -> str:
    return shown(names, limit=len(names), length=60)


def _text(value: str) -> str:
    return key("x", value).partition(" = ")[2]


def _bare(name: str) -> str:
    """Return a TOML key: bare where it may be."""
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _text(name)
