"""From a template's wishes to criteria: what the columns of the tables have to offer for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from peermatch.cli.columns import Column, first_of, is_category
from peermatch.cli.draft import Part, Setting, table
from peermatch.cli.guesses import AVAILABLE, FURTHER
from peermatch.cli.sharing import complements, goals
from peermatch.cli.side_tables import Tables
from peermatch.cli.templates import Wish
from peermatch.cohort.wording import counted

__all__ = ["granted", "identity", "not_granted"]

_MOST_SHARED = 0.5


def granted(
    wish: Wish, usable: Sequence[Column], own: Sequence[Column], tables: Tables, setting: Setting
) -> Iterator[Part]:
    """Return the criteria that these columns have to offer for a wish: at most a few, best first.

    Parameters
    ----------
    wish : Wish
    usable : sequence of Column
        Those that both sides have, and no other criterion uses.
    own : sequence of Column
        Those that only one of two tables has.
    tables : Tables
    setting : Setting
    """
    if wish.find == "teach":
        yield from _teach(wish, [*usable, *own], tables, setting)
    elif wish.find == "goals":
        yield from (_weighed(part, wish) for part in goals(usable, setting))
    elif wish.find == "time":
        yield from (_weighed(part, wish) for part in AVAILABLE(usable, setting))
    elif wish.find == "further":
        yield from _further(wish, usable, setting)
    else:
        chosen = [column for column in first_of(usable, wish.words) if is_category(column)][:1]
        for column in chosen:
            reasons = [wish.why, f"{column.name!r} has {counted(len(column.distinct), 'value')}."]
            if wish.find == "same":
                values: dict[str, Any] = {"column": column.name, "weight": wish.weight}
                yield table("same", values, reasons, uses=[column.name], of="criteria")
            else:
                values = {"columns": [column.name], "weight": wish.weight}
                yield table("different", values, reasons, uses=[column.name], of="criteria")


def _teach(wish: Wish, usable: Sequence[Column], tables: Tables, setting: Setting) -> Iterator[Part]:
    """What is sought must be in one side's table, and what is offered in the other's."""
    left, right = (set(cohort.columns) for cohort in (tables.left, tables.right))
    for part in complements(usable, setting):
        if part.kind != "complement":
            continue
        offers, seeks = part.values["offers"], part.values["seeks"]
        if (seeks in left and offers in right) or (seeks in right and offers in left):
            yield _weighed(part, wish)
            return


def not_granted(wish: Wish) -> Part:
    """Return a wish as it could be written, with what is to be added to the table first."""
    values = {name: value for name, value in wish.example.items() if name != "kind"}
    reasons = [wish.why, f"Not found: {wish.missing}. Add it, put its name in, and take the # away."]
    values["weight"] = wish.weight
    return table(wish.example["kind"], values, reasons, uses=[], active=False, of="criteria")


def identity(why: str, left: Sequence[Column], right: Sequence[Column]) -> Part | None:
    """Propose, never more than that, that people have someone who shares what they say they are.

    Parameters
    ----------
    why : str
    left, right : sequences of Column
        What people of the first side look for, and what those of the second say of themselves: columns that sound
        personal.
    """
    asked = next((column for column in left if column.is_yes_or_no), None)
    if asked is None:  # nobody was asked whether they want that
        return None
    for mine, theirs in product(left, right):
        if mine is asked or not mine.parts or not theirs.parts:
            continue
        met = sum(count for value, count in mine.parts.items() if value in theirs.parts)
        if met < _MOST_SHARED * sum(mine.parts.values()):
            continue
        same = mine.name == theirs.name
        columns = {"column": mine.name} if same else {"left": mine.name, "right": theirs.name}
        reasons = [
            why,
            f"{mine.name!r} and {theirs.name!r} share their values. Only for those who say yes in {asked.name!r}, and "
            "participants are never shown it. Ask people first, then take the # away.",
            "`one_way`: what counts is the share of what the first side says that the second shares, so that someone "
            "who is more than was wished for does not score lower for it.",
        ]
        values = {**columns, "one_way": True, "when": asked.name, "sensitive": True, "weight": 2}
        uses = [*dict.fromkeys((mine.name, theirs.name)), asked.name]
        return table("overlap", values, reasons, uses=uses, active=False, of="criteria")
    return None


def _weighed(part: Part, wish: Wish) -> Part:
    """Return a guess with the template's weight and reason."""
    values = {**part.values, "weight": wish.weight}
    return table(
        part.kind,
        values,
        [wish.why, *part.reasons[:1], *_waiting(part)],
        uses=part.uses,
        active=part.active,
        of="criteria",
    )


def _waiting(part: Part) -> list[str]:
    """What a guess that is only proposed waits for."""
    return [] if part.active else list(part.reasons[1:])


def _further(wish: Wish, usable: Sequence[Column], setting: Setting) -> Iterator[Part]:
    found: list[Part] = []
    for what, by in wish.by.items():
        guess: Any = FURTHER[what]
        for part in guess(usable, setting):
            values: Mapping[str, Any] = {
                name: part.values[name] for name in ("column", "ladder") if name in part.values
            }
            own: dict[str, Any] = {"by": by} if wish.kind == "above" else {"scale": by[0]}
            reasons = [wish.why, part.reasons[0], *_waiting(replace(part, reasons=part.reasons[:-1]))]
            found.append(
                table(
                    wish.kind,
                    {**values, **own, "weight": wish.weight},
                    reasons,
                    uses=part.uses,
                    active=part.active,
                    of="criteria",
                )
            )
    found.sort(key=lambda part: not part.active)
    yield from found[:1]
