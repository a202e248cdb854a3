"""Columns in which people name each other: whom they do not want to meet, or something that only their owner knows.

A column of vetoes that is not seen for one pairs people who asked to be kept apart. So every column whose cells name
people of this table, by id, address or name, is either used as a veto, since its name says so, or asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from peermatch.cli.columns import Column, shown
from peermatch.cli.draft import Part, comment, key, table
from peermatch.cli.identity import Guess
from peermatch.cohort.names import vocabulary, words_of
from peermatch.cohort.wording import counted

__all__ = ["Naming", "find_naming", "naming_parts", "naming_warnings"]

_VETO = vocabulary(
    "veto vetoes vetos avoid avoids avoided exclude excludes exclusion exclusions excluded unwanted blocklist "
    "blacklist ausschluss ausschlüsse ausgeschlossen vermeiden unerwünscht éviter exclure exclusion exclusions evitar "
    "excluir excluidos escluso esclusi escludere evitare uitsluiten uitgesloten vermijden"
)
_VETO_PHRASES = (
    ("not", "pair"), ("not", "with"), ("not", "meet"), ("not", "match"), ("dont", "pair"), ("dont", "want"),
    ("t", "pair"), ("t", "want"),
    ("never", "with"), ("never", "pair"), ("no", "match"), ("no", "pairing"), ("no", "pair"),
    ("keep", "apart"), ("conflict", "with"), ("conflicts", "with"), ("nicht", "mit"), ("nicht", "zusammen"),
    ("kein", "treffen"), ("nie", "mit"), ("pas", "avec"), ("jamais", "avec"), ("no", "con"), ("nunca", "con"),
    ("non", "con"), ("mai", "con"), ("niet", "met"), ("nooit", "met"), ("nao", "com"), ("nunca", "com"),
)  # fmt: skip
"""Words in this order, with others between."""
_PARTS = re.compile(r"[;,|\n/]")
_MOSTLY = 0.7
_SOME, _MANY = 0.2, 0.5
_DIGITS = 3
_GAP = 6

_Kind = Literal["veto", "maybe veto", "open"]


@dataclass(frozen=True)
class Naming(Guess):
    """A column whose cells name people.

    Attributes
    ----------
    kind : {"veto", "maybe veto", "open"}
        Its name says that these are people whom somebody does not want to meet, and ids are in it; its name says so,
        but a rule could not read it; it may be anything.
    doubt : str
        What is wrong with it, for a warning; empty: nothing.
    """

    kind: _Kind = "open"
    doubt: str = ""


@dataclass(frozen=True)
class _Known:
    """How people of these tables are called: by id, and otherwise."""

    ids: frozenset[str]
    otherwise: frozenset[str]
    own: Sequence[frozenset[str]]
    numbered: bool


def find_naming(
    columns: Sequence[Column], ids: Sequence[Any], *, skip: Sequence[str] = (), others: Sequence[Any] = ()
) -> list[Naming]:
    """Find columns in which people are named.

    Parameters
    ----------
    columns : sequence of Column
        All but the ids.
    ids : sequence
        Of the same people, in the same order.
    skip : sequence of str
        Columns with another task: labels, managers, sides.
    others : sequence
        Ids of people of other tables, who may be named as well.
    """
    known = _who_is_known(columns, ids, others)
    found = []
    for column in columns:
        if column.name in skip or not column.known:
            continue
        naming = _veto(column, known) if _sounds_like_veto(column.name) else _open(column, known)
        if naming is not None:
            found.append(naming)
    return found


def naming_parts(found: Sequence[Naming]) -> list[Part]:
    """Return the rules for these columns: active ones, and questions in comments."""
    parts = []
    for one in found:
        reasons = [f"{one.reason}."]
        if one.kind == "open":
            parts.append(_question(one))
            continue
        if one.doubt:
            reasons.append(one.doubt)
        parts.append(
            table(
                "veto", {"column": one.name}, reasons, uses=[one.name], active=one.kind == "veto", of="rules"
            )
        )
    return parts


def naming_warnings(found: Sequence[Naming]) -> list[str]:
    """Say, before pairs are made, who may be paired against what they asked for."""
    told = [f"{one.name!r}: {one.doubt}" for one in found if one.doubt]
    asked = [one.name for one in found if one.kind == "open"]
    if asked:
        verb = "names" if len(asked) == 1 else "name"
        told.append(
            f"{shown(asked, limit=len(asked), length=60)} {verb} people of this table, and nothing says why. If it is "
            "whom somebody does not want to meet, they may be paired now: the file has the rule to switch on."
        )
    return told


def _question(one: Naming) -> Part:
    lines = comment(
        f"{one.reason}. Nothing is done with it until you say what it is: people whom somebody does not want to meet "
        "(veto), their managers (not_in_line), or people whom they wish for (prefers). Take the # away from one."
    )
    column, manager = key("column", one.name), key("manager", one.name)
    lines += ["# [[rules]]", '# kind = "veto"', f"# {column}"]
    lines += ["#", "# [[rules]]", '# kind = "not_in_line"', f"# {manager}"]
    lines += ["#", "# [[criteria]]", '# kind = "prefers"', f"# {column}"]
    return Part(tuple(lines), (one.name,), False, "veto", {"column": one.name}, (one.reason,))


# ---- what a column holds ----------------------------------------------------------------------------------


def _sounds_like_veto(name: str) -> bool:
    words = words_of(name)
    return bool(_VETO.intersection(words)) or any(_in_order(phrase, words) for phrase in _VETO_PHRASES)


def _in_order(phrase: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether words stand in this order, with only a few others between."""
    at = -1
    for word in phrase:
        places = [place for place in range(at + 1, len(words)) if words[place] == word]
        if not places or (at >= 0 and places[0] - at > _GAP):
            return False
        at = places[0]
    return True


def _who_is_known(columns: Sequence[Column], ids: Sequence[Any], others: Sequence[Any]) -> _Known:
    texts = [str(id) for id in ids]
    names = [
        column for column in columns if _is_of_names(column) and len(column.distinct) > _MOSTLY * column.known
    ]
    addresses = [column for column in columns if _is_of_addresses(column)]
    own: list[set[str]] = [{id.casefold(), _short(id)} for id in texts]
    for column in (*names, *addresses):
        for at, cell in enumerate(column.cells):
            if cell is not None:
                own[at] |= set(_forms(str(cell)))
    by_part = {word: column for column in columns for word in ("first", "last") if _is_part(column, word)}
    if len(by_part) == 2:
        for at, (first, last) in enumerate(zip(by_part["first"].cells, by_part["last"].cells, strict=True)):
            if first is not None and last is not None:
                own[at] |= set(_forms(f"{first} {last}"))
    more = [str(id) for id in others]
    called = [*(form for forms in own for form in forms), *(id.casefold() for id in more)]
    # small numbers prove nothing: "1,000 to 5,000" names nobody
    everybody = frozenset(form for form in called if not (form.isdecimal() and len(form) < _DIGITS))
    numbered = all(id.isdecimal() for id in texts)
    return _Known(frozenset([*texts, *more]), everybody, [frozenset(forms) for forms in own], numbered)


def _forms(name: str) -> Iterator[str]:
    """The ways in which a name is written: "Ada King", "King, Ada"."""
    plain = " ".join(name.split()).casefold()
    yield plain
    words = plain.split(" ")
    if len(words) > 1 and "," not in plain:
        yield f"{words[-1]}, {' '.join(words[:-1])}"
    if plain.count(",") == 1:
        last, first = plain.split(",")
        yield f"{first.strip()} {last.strip()}"


def _short(id: str) -> str:
    """An id as a spreadsheet leaves it: without leading zeros."""
    return (id.lstrip("0") or "0") if id.isdecimal() else id.casefold()


def _is_part(column: Column, which: str) -> bool:
    words = {"first": ({"first", "name"}, {"given", "name"}, {"vorname"}, {"prenom"}, {"firstname"}),
             "last": ({"last", "name"}, {"family", "name"}, {"surname"}, {"nachname"}, {"lastname"})}  # fmt: skip
    return column.is_text and any(name <= column.words for name in words[which])


def _is_of_names(column: Column) -> bool:
    named = column.words & {
        "name",
        "names",
        "label",
        "employee",
        "person",
        "nom",
        "nombre",
        "nome",
        "naam",
        "mitarbeiter",
    }
    return bool(named) and column.is_text and not _sounds_like_veto(column.name)


def _is_of_addresses(column: Column) -> bool:
    texts = [str(value) for value in column.distinct]
    every = len(texts) == len(column.cells)
    return every and bool(texts) and all("@" in text and " " not in text for text in texts)


def _veto(column: Column, known: _Known) -> Naming | None:
    if column.is_answer:
        return None  # yes or no names nobody: that is a question of who takes part
    parts = [part for cell in column.values for part in _as_the_rule_reads(cell)]
    hits = sum(part in known.ids for part in parts)
    people = counted(column.known, "person", "people")
    names = "names" if column.known == 1 else "name"
    reason = f"{people} {names} somebody here whom they do not want to meet; it stays private"
    if hits >= _MOSTLY * len(parts):
        return Naming(column.name, reason, kind="veto")
    if hits:
        lost = len(parts) - hits
        doubt = (
            f"{lost:,} of {len(parts):,} entries are nobody's id here and keep nobody apart: write ids of this table "
            "there, with a semicolon between."
        )
        return Naming(column.name, reason, kind="veto", doubt=doubt)
    doubt = (
        f"it sounds like whom people do not want to meet, but holds {shown(column.distinct, limit=2)} where ids of "
        "this table are needed, so nobody is kept apart yet. Write ids there, with a semicolon between, and switch "
        "the rule `veto` on."
    )
    return Naming(
        column.name, f"{people} {names} whom they do not want to meet", kind="maybe veto", doubt=doubt
    )


def _as_the_rule_reads(cell: Any) -> list[str]:
    if isinstance(cell, list):
        return [str(part) for part in cell]
    text = str(cell).replace("\n", ";")
    return [part.strip() for part in text.split(";" if ";" in text else ",") if part.strip()]


def _open(column: Column, known: _Known) -> Naming | None:
    if column.is_answer or _is_of_addresses(column):
        return None
    if known.numbered and column.is_number and min(len(str(value)) for value in column.distinct) < _DIGITS:
        return None  # small numbers prove nothing
    cells = hits = own = 0
    seen: dict[str, frozenset[str]] = {}
    for at, cell in enumerate(column.cells):
        if cell is None:
            continue
        said = cell if isinstance(cell, str) else str(cell)
        if said not in seen:  # people share most of their answers
            seen[said] = _named_in(cell, known)
        named = seen[said]
        cells += 1
        hits += bool(named)
        own += bool(named) and named <= known.own[at]
    if not hits or own > _MANY * hits:  # another column of people's own names or numbers
        return None
    if hits < (_MANY if column.is_number else _SOME) * cells:
        return None
    where = f"in {hits:,} of {counted(cells, 'cell')}, such as {shown(column.distinct, limit=2)}"
    return Naming(column.name, f"{column.name!r} names people of this table {where}")


def _named_in(cell: Any, known: _Known) -> frozenset[str]:
    """Return how the people are called whom a cell names; empty: nobody."""
    texts = [str(part) for part in cell] if isinstance(cell, list) else [str(cell)]
    found: set[str] = set()
    for text in texts:
        if len(text) > 2_000:
            continue
        whole = " ".join(text.split()).casefold()
        if whole in known.otherwise:
            found.add(whole)
            continue
        for part in _PARTS.split(text):
            said = " ".join(part.split()).casefold()
            if said in known.otherwise:
                found.add(said)
                continue
            words = said.split(" ")
            if len(words) > 1 and all(word in known.otherwise and _is_code(word) for word in words):
                found.update(words)
    return frozenset(found)


def _is_code(word: str) -> bool:
    return any(sign.isdigit() or sign == "@" for sign in word)
