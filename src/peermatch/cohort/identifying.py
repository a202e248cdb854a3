"""Which columns say who somebody is by themselves: names, addresses, free text. A guess, on the side of caution."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

__all__ = ["why_identifying"]

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_BETWEEN = re.compile(r"[;|,\n]")
_WORD = re.compile(r"[^\W\d_]+")
_NAMES = frozenset(
    {"name", "names", "firstname", "lastname", "surname", "forename", "fullname", "email", "mail", "phone", "mobile",
     "telephone", "address", "street", "login", "username", "linkedin", "url", "photo", "vorname", "nachname",
     "telefon", "adresse", "strasse", "prenom", "nom", "nombre", "apellido", "correo", "nome", "cognome", "naam"}
)  # fmt: skip
_NUMBER = re.compile(r"(?:\d[\s()/.-]*){9,}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONG, _MOSTLY = 60, 0.7


def why_identifying(name: str, cells: Sequence[Any]) -> str | None:
    """Return why a column says who somebody is, or None where it does not seem to.

    Parameters
    ----------
    name : str
    cells : sequence
        Plain cells; None where missing.

    Examples
    --------
    >>> why_identifying("Full name", ["Ada", "Bo"]), why_identifying("contact", ["a@b.org", None])
    ('its name sounds like it', 'it holds e-mail addresses')
    >>> why_identifying("team", ["x", "y", "x", "y"]), why_identifying("nick", ["red", "fox", "owl", "cat"])
    (None, 'nearly everyone has a text of their own there')
    >>> why_identifying("skills", ["SQL; Python", "Python; R", "R; SQL"])
    """
    if {word.casefold() for word in _WORD.findall(name)} & _NAMES:
        return "its name sounds like it"
    texts = [text for cell in cells if cell is not None for text in _texts(cell)]
    if any(_EMAIL.search(text) for text in texts):
        return "it holds e-mail addresses"
    if any(_NUMBER.search(_DAY.sub("", text)) for text in texts):
        return "it holds long numbers, such as those of phones"
    worded = [text for text in texts if _WORD.search(text)]
    if not worded:
        return None
    if sum(map(len, worded)) > _LONG * len(worded):
        return "it holds free text"
    whole = [str(cell) for cell in cells if cell is not None]
    pieces = [piece.strip().casefold() for text in worded for piece in _BETWEEN.split(text) if piece.strip()]
    own = len(set(whole)) > _MOSTLY * len(whole) and len(set(pieces)) > _MOSTLY * len(pieces)
    return "nearly everyone has a text of their own there" if own else None


def _texts(cell: Any) -> list[str]:
    if isinstance(cell, str):
        return [cell]
    if isinstance(cell, list | tuple):
        return [part for part in cell if isinstance(part, str)]
    return [str(cell)] if isinstance(cell, int) and not isinstance(cell, bool) else []
