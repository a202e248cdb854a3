"""``peermatch init``: from a table to a configuration to start from."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peermatch.checks import must_be
from peermatch.cli.columns import Column, columns_of, shown
from peermatch.cli.console import DONE, Console
from peermatch.cli.draft import (
    Part,
    comment,
    decided_line,
    key,
    sensitive_lines,
    short_names,
    show_lines,
    table,
)
from peermatch.cli.files import check_day, check_writable, write_text
from peermatch.cli.guesses import guarded, left_alone, personal
from peermatch.cli.identity import Guess, find_id, find_label, find_manager
from peermatch.cli.leftovers import something
from peermatch.cli.managers import with_managers
from peermatch.cli.named_people import naming_parts, naming_warnings
from peermatch.cli.roles import find_roles
from peermatch.cli.side_tables import Tables
from peermatch.cli.sided_draft import SidedDraft
from peermatch.cli.taking_part import consent_warnings, question_lines
from peermatch.cli.templates import TEMPLATES
from peermatch.cohort import Cohort, read_people
from peermatch.cohort.wording import counted
from peermatch.errors import ConfigError, InputError, OutputError, error_item

__all__ = ["draft_configuration", "draft_for", "run_init"]

PEER = "peer"
"""The template of one pool."""

_PEERS = (
    "Peer mentoring: two people who are about equally far, each with something that the other seeks.",
    "Everybody stands in one pool; nobody is mentor or mentee.",
)
_FEW = 2
_QUESTIONS = 3


def run_init(args: argparse.Namespace, console: Console) -> int:
    """Read a table or two, write a commented configuration, and say what to do next."""
    out = Path(args.out)
    paths = _paths(args)
    if out.exists() and not args.force:
        raise OutputError(f"{out} is there already. Give another --out, or --force to overwrite it.")
    check_writable(out)
    check_day(args.as_of)
    draft = _draft(paths, args.template, args.id, args.as_of, args.encoding)
    write_text(out, "\n".join(draft.lines(args.out)))
    console.note(f"Wrote {out}: {draft.summary()}.")
    for warning in draft.warnings():
        console.note(f"warning: {warning}")
    console.note("Every guess stands there with its reason. Read it, change what is wrong, then run:")
    console.note(f"  {draft.command(args.out)}")
    return DONE


def _paths(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the tables, one or two; ConfigError where the arguments contradict each other."""
    both = (args.left, args.right)
    if args.people is not None and both != (None, None):
        raise ConfigError("peermatch init takes either a table of people, or --left and --right; not both.")
    if args.people is None and None in both:
        raise ConfigError("peermatch init takes a table of people, or both --left and --right.")
    if "-" in (args.people, *both):
        raise ConfigError("peermatch init reads a file: save the records as a table first.")
    if args.people is None and args.template not in TEMPLATES:
        raise ConfigError(f"--left and --right need a --template with two sides: {', '.join(TEMPLATES)}.")
    return (args.people,) if args.people is not None else both


def _draft(
    paths: tuple[str, ...], template: str | None, id: str | None, as_of: str | None, encoding: str | None
) -> _Draft | SidedDraft:
    if template is not None and template not in (PEER, *TEMPLATES):
        names = [PEER, *TEMPLATES]
        raise ConfigError(must_be("peermatch init", "template", f"one of {', '.join(names)}", template))
    guess = Guess(id, "as you said") if id is not None else _id_of(paths, encoding)
    cohorts = [_people(path, guess, encoding) for path in paths]
    if template is not None and template in TEMPLATES:
        tables = Tables(cohorts[0], cohorts[-1], paths)
        return SidedDraft(TEMPLATES[template], tables, guess, as_of, encoding)
    return _Draft(cohorts[0], guess, as_of, encoding, paths[0], template)


def draft_for(path: str, as_of: str | None, encoding: str | None) -> _Draft:
    """Return the draft of one table, with all its guesses.

    Raises
    ------
    InputError
        If the table cannot be read, has no column fit for ids, or nothing to match on.
    """
    guess = _id_of((path,), encoding)
    return _Draft(_people(path, guess, encoding), guess, as_of, encoding, path, None)


def _people(path: str, id: Guess, encoding: str | None) -> Cohort:
    """Read a table; managers who are named by name or address get their ids, as they will when the draft is run."""
    people = read_people(path, id=id.name, encoding=encoding)
    columns = [column for column in columns_of(people) if column.name != id.name]
    manager, label = find_manager([people], columns), find_label(columns)
    if manager is None or manager.enough:
        return people
    return with_managers(people, [manager.name], None if label is None else label.name)


def _id_of(paths: tuple[str, ...], encoding: str | None) -> Guess:
    """Return the column of ids, which both of two tables must have."""
    guesses = [find_id(Path(path), encoding) for path in paths]
    if len(guesses) == 1 or guesses[0].name == guesses[1].name:
        return guesses[0]
    for guess in guesses:
        try:
            for path in paths:
                read_people(path, id=guess.name, encoding=encoding, at_least=1)
        except InputError:
            continue
        return guess
    names = " and ".join(repr(guess.name) for guess in guesses)
    message = (
        f"Both tables need ids in a column of the same name, different in every row; found {names}. Rename one of "
        "them, or say which it is with --id."
    )
    raise InputError(error_item("no_id", message, accepted="a column of ids in both tables"))


def draft_configuration(
    path: str | tuple[str, str],
    *,
    template: str | None = None,
    id: str | None = None,
    as_of: str | None = None,
) -> str:
    """Return a commented configuration for a table, or for the tables of two sides.

    Parameters
    ----------
    path : str, or pair of str
        A table of people, or one for each side.
    template : str, optional
        "peer", "mentor", "buddy", "coaching", "sponsor" or "reverse"; guessed from the table where it is not given.
    id : str, optional
        The column of ids; found where it is not given.
    as_of : str, optional
        The day to count dates from; criteria that need one are active only with it.

    Returns
    -------
    str
        TOML that loads, and runs on the same table.

    Raises
    ------
    InputError
        If a table cannot be read, has no column fit for ids, or nothing to match on.
    """
    paths = (path,) if isinstance(path, str) else tuple(path)
    return "\n".join(_draft(paths, template, id, as_of, None).lines("programme.toml"))


@dataclass
class _Draft:
    """All guesses about one table."""

    people: Cohort
    id: Guess
    as_of: str | None
    encoding: str | None
    path: str
    template: str | None

    def __post_init__(self) -> None:
        roles = find_roles(self.people, self.id, one_pool=self.template == PEER, as_of=self.as_of)
        self.columns, self.free = roles.columns, roles.free
        self.label, self.eligible, self.sides = roles.label, roles.eligible, roles.sides
        self.manager = roles.manager
        self.naming, self.asked = roles.naming, roles.asked
        self.questions = [one for one in self.asked if one.why != "other"][:_QUESTIONS]
        self.guarded = guarded(self.free)
        self.criteria = roles.criteria
        if not any(part.active for part in self.criteria):
            part = self._something()
            self.criteria = [part, *(other for other in self.criteria if set(other.uses) - set(part.uses))]
        self.criteria = short_names(self.criteria)

    def _something(self) -> Part:
        """At least one criterion is needed: take whatever column can be compared at all."""
        asked = {one.name for one in self.questions}
        part = something(
            [column for column in self.free if column not in self.guarded and column.name not in asked]
        )
        if part is not None:
            return part
        message = (
            "No column of this table looks fit to match people on: experience, skills offered and sought, goals, "
            "working hours, or categories that several people share. Add one, or write the configuration by hand."
        )
        raise InputError(
            error_item("nothing_to_match_on", message, found=[column.name for column in self.columns])
        )

    def summary(self) -> str:
        """One line about what was found."""
        active = sum(part.active for part in self.criteria)
        waiting = len(self.criteria) - active
        more = f" and {waiting} to consider" if waiting else ""
        return f"id {self.id.name!r}, {active} {'criterion' if active == 1 else 'criteria'}{more}"

    def warnings(self) -> list[str]:
        """What is missing that a programme should not do without."""
        found = [
            *consent_warnings(self.eligible, self.asked, self.columns),
            *naming_warnings(self.naming),
        ]
        if self.manager is None:
            found.append(
                "no column of managers' ids was found, so a manager may be paired with someone of their own line."
            )
        elif not self.manager.enough:
            found.append(
                f"{self.manager.name!r} cannot be used for reporting lines yet, so a manager may be paired with "
                "someone of their own line. The file says what is missing."
            )
        if sum(part.active for part in self.criteria) < _FEW:
            more = " The file proposes more in comments." if len(self.criteria) > _FEW else ""
            found.append(f"fewer than 2 criteria were found, so many pairs will be equally good.{more}")
        return found

    def command(self, out: str) -> str:
        """The command that runs the configuration."""
        parts = ["peermatch", "match", self.path, "--config", out, "--out", "results"]
        if self.sides is not None:
            parts += ["--role", self.sides.name]
        if self.encoding is not None:
            parts += ["--encoding", self.encoding]
        if self.as_of is not None:
            parts += ["--as-of", self.as_of]
        return shlex.join(parts)

    def lines(self, out: str) -> list[str]:
        """Return the file, line by line."""
        head = [
            *(_PEERS if self.template == PEER else ()),
            f"What matters when the people in {shown([self.path], length=200)} are paired, guessed from its "
            f"{counted(len(self.people), 'row')} and {counted(len(self.people.columns), 'column')}.",
            "Every guess stands with its reason. Read it, change what is wrong, and run:",
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
        for part in (*self.criteria, *self._rules()):
            lines += [*part.lines, ""]
        return [*lines, *self._unused(), ""]

    def _identity(self) -> list[str]:
        lines = [key("id", self.id.name, self.id.reason)]
        for name, guess in (("label", self.label), ("eligible", self.eligible)):
            if guess is not None:
                lines.append(key(name, guess.name, guess.reason))
        if self.eligible is None:
            lines += question_lines(self.questions)
        if self.sides is not None:
            lines.append(key("sides", self.sides.sides, self.sides.reason))
        lines += sensitive_lines([column.name for column in self.free if personal(column)])
        lines += show_lines(self.criteria)
        other = 'as many pairs as possible, then the best; or "worst_first", "best_total"'
        if self.template == PEER:
            lines.append(
                key("mutual", "geometric", "peers help each other: what suits one alone is worth little")
            )
        lines.append(key("objective", "everyone_first", other))
        return lines

    def _rules(self) -> list[Part]:
        rules = []
        if self.manager is not None:
            name, active = self.manager.name, self.manager.enough
            reasons = [f"Nobody with anyone above or below them. {self.manager.reason}"]
            if not active:
                reasons.append("Then take the # away; managers who are not in the table come with --org.")
            rules.append(
                table("not_in_line", {"manager": name}, reasons, uses=[name], active=active, of="rules")
            )
        rules += naming_parts(self.naming)
        reasons = [
            "No pair twice within six rounds: give earlier pairs with --history. Without it this forbids nothing."
        ]
        rules.append(table("no_repeat", {"rounds": 6}, reasons, uses=[], of="rules"))
        return rules

    def _unused(self) -> list[str]:
        used = {name for part in self.criteria for name in part.uses}
        rest = [column for column in self.free if column.name not in used]
        lines = left_alone([column for column in rest if column in self.guarded])
        others = [column for column in rest if column not in self.guarded]
        answers = [column for column in others if column.is_answer]
        if answers:
            lines += comment(
                f"Yes or no: {_names(answers)}. Such a column can say who takes part (`eligible`), or for whom a "
                "criterion counts (`when`)."
            )
        rest = [column for column in others if not column.is_answer]
        if rest:
            lines += comment(f"Not used: {_names(rest)}.")
        return lines


def _names(columns: Sequence[Column]) -> str:
    return shown((column.name for column in columns), limit=len(columns), length=60)
