"""What a table of people says of the evidence in a saved result, in words and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["InputVerdict", "Person"]

Person = tuple[str | None, tuple[str, Any]]
"""Side (None in one pool) and typed id."""

_SHOWN = 5


@dataclass(frozen=True)
class InputVerdict:
    """Whether the evidence of a saved result comes from this table of people.

    Attributes
    ----------
    reproduced : bool
        Whether everybody is there, with the same numbers, and nothing differs of what could be checked.
    same : int
        How many people are as they were.
    changed : tuple of (person, what)
        Who is there with other numbers, and which criteria, rules or facts these are.
    erased, added : tuples of persons
        Who was there then and is not in this table; who is in it and was not there then. A person is a side (None in
        one pool) and a typed id.
    differs : tuple of str
        What else is not as it was, in sentences.
    not_checked : tuple of str
        What could not be checked, and why.
    by : str
        "evidence", or "fingerprints" where the result holds no evidence, or "nothing" where neither could be used.

    Examples
    --------
    >>> InputVerdict(False, 9, (), ((None, ("str", "ada")),), (), (), (), "evidence").sentence
    'Not all of it is reproduced from this input: of 10 people 9 are as they were and 1 is no longer there (ada).'
    """

    reproduced: bool
    same: int
    changed: tuple[tuple[Person, tuple[str, ...]], ...]
    erased: tuple[Person, ...]
    added: tuple[Person, ...]
    differs: tuple[str, ...]
    not_checked: tuple[str, ...]
    by: str

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        what = "The evidence" if self.by == "evidence" else "What was read of each person"
        people = self.same + len(self.changed) + len(self.erased)
        if self.by == "nothing":
            return "Nothing could be said of this input: " + (self.not_checked or ("no reason",))[0]
        if self.reproduced:
            return f"{what} is reproduced from this input: all {people:,} people are as they were."
        parts = [f"{self.same:,} {_are(self.same)} as they were"]
        for found, said in (
            ([person for person, _ in self.changed], "changed"),
            (self.erased, "no longer there"),
        ):
            if found:
                parts.append(f"{len(found):,} {_are(len(found))} {said} ({_named(found)})")
        told = f"of {people:,} people {', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
        if self.added:
            told += f"; {len(self.added):,} {_are(len(self.added))} new ({_named(self.added)})"
        if self.differs:
            told += f"; {self.differs[0]}"
        return f"Not all of it is reproduced from this input: {told}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "reproduced": self.reproduced,
            "by": self.by,
            "sentence": self.sentence,
            "same": self.same,
            "changed": [{**_plain(person), "what": list(what)} for person, what in self.changed],
            "erased": [_plain(person) for person in self.erased],
            "added": [_plain(person) for person in self.added],
            "differs": list(self.differs),
            "not_checked": list(self.not_checked),
        }


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _named(people: Sequence[Person]) -> str:
    names = ", ".join(f"{side} {id}" if side else str(id) for side, (_, id) in people[:_SHOWN])
    return f"{names}, ..." if len(people) > _SHOWN else names


def _plain(person: Person) -> dict[str, Any]:
    side, (kind, value) = person
    return {"id": {"type": kind, "value": str(value)}, **({} if side is None else {"side": side})}
