"""What each column of a table seems to be for, why, and how sure: for `inspect`, for `init`, and in Python."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from peermatch.cli.columns import Column, columns_of, shown
from peermatch.cli.draft import Part
from peermatch.cli.guesses import Setting, guess_criteria, personal
from peermatch.cli.identity import (
    Guess,
    ManagerGuess,
    find_id,
    find_label,
    find_manager,
    find_sides,
)
from peermatch.cli.named_people import Naming, find_naming
from peermatch.cli.taking_part import Question, find_eligible, questions
from peermatch.cohort import Cohort, read_people
from peermatch.cohort.leavers import LEAVER_WORDS, names_a_last_day
from peermatch.cohort.personal import maybe_origin
from peermatch.cohort.wording import counted

__all__ = ["ROLES", "Role", "Roles", "find_roles", "roles_of", "suggest_roles"]

ROLES = (
    "id", "label", "email", "eligible", "left", "manager", "veto", "people", "side", "experience", "grade", "hired",
    "offers", "seeks", "goals", "availability", "background", "personal", "other",
)  # fmt: skip
"""What a column may be for."""

Sure = Literal["certain", "likely", "open"]

_ADDRESS_SHARE = 0.9
_ABOUT_THE_FILE = re.compile(r"\s*[^.]*[Tt]ake the #[^.]*\.|\s*Worth 1 where[^.]*\.")


@dataclass(frozen=True)
class Role:
    """One column, and what it seems to be for.

    Attributes
    ----------
    role : str
        One of `ROLES`.
    column : str
    sure : {"certain", "likely", "open"}
        "certain": its name and all its values say so. "open": a question for whoever knows the table.
    reason : str
    """

    role: str
    column: str
    sure: Sure
    reason: str


@dataclass(frozen=True)
class Roles:
    """All that the columns of one pool of people seem to be for.

    Attributes
    ----------
    id : Guess
    label, eligible, sides : Guess or None
    manager : ManagerGuess or None
    naming : list of Naming
        Columns that name people: vetoes, and what is asked about.
    asked : list of Question
        Columns that might say who takes part.
    criteria : list of Part
        Criteria that can be made of the columns, the most telling first.
    columns : list of Column
        All but the id.
    """

    id: Guess
    label: Guess | None
    eligible: Guess | None
    sides: Guess | None
    manager: ManagerGuess | None
    naming: list[Naming]
    asked: list[Question]
    criteria: list[Part]
    columns: list[Column]

    @property
    def free(self) -> list[Column]:
        """The columns that may be matched on: those that say who is who are not among them."""
        known = (self.label, self.eligible, self.sides, self.manager)
        taken = {guess.name for guess in (*known, *self.naming) if guess is not None}
        return [column for column in self.columns if column.name not in taken]


def find_roles(people: Cohort, id: Guess, *, one_pool: bool = False, as_of: str | None = None) -> Roles:
    """Find what the columns of one pool of people are for.

    Parameters
    ----------
    people : Cohort
    id : Guess
        The column of ids.
    one_pool : bool
        Whether nobody is on one side of two, whatever a column says.
    as_of : str, optional
        The day to count dates from, if one was given.
    """
    columns = [column for column in columns_of(people) if column.name != id.name]
    sides = None if one_pool else find_sides(columns)
    label, eligible = find_label(columns), find_eligible(columns)
    known = [guess.name for guess in (label, eligible, sides) if guess is not None]
    # several people may not want to meet the same person: such a column looks like one of managers
    naming = find_naming(columns, people.ids.tolist(), skip=known)
    vetoes = {one.name for one in naming if one.kind != "open"}
    manager = find_manager([people], [column for column in columns if column.name not in vetoes])
    roles = Roles(
        id=id,
        label=label,
        eligible=eligible,
        sides=sides,
        manager=manager,
        naming=[one for one in naming if manager is None or one.name != manager.name],
        asked=[],
        criteria=[],
        columns=columns,
    )
    roles.asked.extend(questions(roles.free))
    told = {one.name for one in roles.asked if one.why != "other"}
    usable = [column for column in roles.free if column.name not in told]
    roles.criteria.extend(guess_criteria(usable, Setting(sides is not None, as_of)))
    return roles


def roles_of(people: Cohort, roles: Roles) -> list[Role]:
    """Return a role for every column, in the order of `ROLES` and then of the table.

    Parameters
    ----------
    people : Cohort
    roles : Roles
        As `find_roles` gives them.
    """
    found = {one.column: one for one in _uses(roles)}
    for name, guess in (("label", roles.label), ("eligible", roles.eligible), ("side", roles.sides)):
        if guess is not None:
            found[guess.name] = Role(name, guess.name, "likely", guess.reason)
    if roles.manager is not None:
        sure: Sure = "likely" if roles.manager.enough else "open"
        found[roles.manager.name] = Role("manager", roles.manager.name, sure, roles.manager.reason)
    for naming in roles.naming:
        role = "people" if naming.kind == "open" else "veto"
        naming_sure: Sure = "likely" if naming.kind == "veto" and not naming.doubt else "open"
        found[naming.name] = Role(role, naming.name, naming_sure, naming.doubt or naming.reason)
    if roles.eligible is None:
        for guess in roles.asked:
            found.setdefault(
                guess.name, Role("eligible", guess.name, "open", f"who takes part? {guess.reason}")
            )
    known = (roles.label, roles.eligible, roles.sides, roles.manager, *roles.naming)
    settled = {guess.name for guess in known if guess is not None}
    for column in roles.columns:
        special = _address(column) or _leavers(column)
        if special is not None and column.name not in settled:
            found[column.name] = special
    found[roles.id.name] = Role("id", roles.id.name, "likely", roles.id.reason)
    for column in roles.columns:
        found.setdefault(column.name, _rest(column))
    order = {name: place for place, name in enumerate(people.columns)}
    return sorted(found.values(), key=lambda one: (ROLES.index(one.role), order[one.column]))


def _uses(roles: Roles) -> Iterator[Role]:
    """Say of each criterion what its columns are for."""
    dates = {column.name for column in roles.columns if column.is_days}
    columns = {column.name: column for column in roles.columns}
    for part in roles.criteria:
        sure: Sure = "likely" if part.active else "open"
        # what it says of signs to take away is for the configuration
        reason = _ABOUT_THE_FILE.sub("", part.reasons[0] if part.reasons else "")
        for name in part.uses:
            role = _role_in(part, name, name in dates)
            if role == "background":
                few = columns[name].distinct
                reason = f"{counted(len(few), 'value')} that people share, such as {shown(few, limit=2)}"
            elif part.kind == "more":
                at = part.values["offers" if role == "offers" else "seeks"].index(name)
                other = part.values["seeks" if role == "offers" else "offers"][at]
                reason = f"its values are those of {other!r}"
            if role is not None:
                yield Role(role, name, sure, reason)


def _role_in(part: Part, name: str, is_days: bool) -> str | None:
    if part.kind in ("complement", "more"):
        offers = part.values["offers"]
        return "offers" if name == offers or (part.kind == "more" and name in offers) else "seeks"
    if part.kind in ("near", "above"):
        return "grade" if "ladder" in part.values else "hired" if is_days else "experience"
    return {
        "overlap": "goals",
        "available": "availability",
        "different": "background",
        "same": "background",
    }.get(part.kind)


def _address(column: Column) -> Role | None:
    texts = [value for value in column.distinct if isinstance(value, str)]
    if not texts or sum("@" in text and " " not in text for text in texts) < _ADDRESS_SHARE * len(texts):
        return None
    return Role("email", column.name, "certain", f"e-mail addresses, such as {shown(texts, limit=1)}")


def _leavers(column: Column) -> Role | None:
    if column.is_days and names_a_last_day(column.name):
        reason = (
            f"a day for {column.known:,} people: if it is their last, pass left={column.name!r} and as_of="
        )
        return Role("left", column.name, "open", reason)
    few = [str(value).casefold() for value in column.distinct[:20]]
    said = sorted(LEAVER_WORDS.intersection(few))
    if not said or len(column.distinct) > len(few):
        return None
    return Role(
        "left", column.name, "open", f"says who has left ({', '.join(said)}): pass left={column.name!r}"
    )


def _rest(column: Column) -> Role:
    if kind := personal(column):
        return Role("personal", column.name, "likely", f"{kind}: ask people before you match on it")
    if maybe_origin(column.name):
        return Role(
            "personal",
            column.name,
            "open",
            "where somebody works, or where they are from? Only the first is background",
        )
    if not column.known:
        return Role("other", column.name, "certain", "it holds nothing")
    reason = f"{counted(len(column.distinct), 'different value')}, such as {shown(column.distinct, limit=2)}"
    if column.is_answer:
        reason += ": yes or no, so it may say for whom a criterion counts"
    return Role("other", column.name, "open", reason)


def suggest_roles(
    source: Any, id: str | None = None, *, as_of: str | None = None, **options: Any
) -> pd.DataFrame:
    """Say what each column of a table of people seems to be for: with the reason, and how sure.

    Parameters
    ----------
    source : Cohort, table, list of dict, or path
        As for `read_people`.
    id : str, optional
        The column of ids; found where it is not given.
    as_of : str, optional
        The day to count dates from.
    **options
        As for `read_people`.

    Returns
    -------
    pandas.DataFrame
        One row a column: role (id, label, email, eligible, left, manager, veto, people, side, experience, grade, hired,
        offers, seeks, goals, availability, background, personal, other), column, sure ("certain", "likely", "open"),
        reason.

    Raises
    ------
    InputError
        If the table cannot be read, or no column is full and different in every row.

    Examples
    --------
    >>> rows = [{"staff id": f"E{n}", "team": "ABC"[n % 3], "years": n, "mail": f"p{n}@example.org"} for n in range(9)]
    >>> suggest_roles(rows)[["role", "column"]].values.tolist()
    [['id', 'staff id'], ['email', 'mail'], ['experience', 'years'], ['background', 'team']]
    """
    guess = _id_guess(source, id, options)
    people = read_people(source, id=guess.name, **options)
    listed = roles_of(people, find_roles(people, guess, as_of=as_of))
    return pd.DataFrame(
        [(one.role, one.column, one.sure, one.reason) for one in listed], columns=list(_COLUMNS), dtype=object
    )


_COLUMNS = ("role", "column", "sure", "reason")


def _id_guess(source: Any, id: str | None, options: dict[str, Any]) -> Guess:
    if id is not None:
        return Guess(id, "as you said")
    if isinstance(source, Cohort):
        return Guess(source.id, "as it was read")
    reading = {name: options.get(name) for name in ("encoding", "separator", "sheet")}
    source = Path(source) if isinstance(source, (str, os.PathLike)) else source
    return find_id(source, **reading, tolerant=True)
