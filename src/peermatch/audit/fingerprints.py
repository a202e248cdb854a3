"""Fingerprints: short hashes that tell whether something is still as it was, and nothing else.

A hash of one person's answers could be guessed: there are few answers, and a computer tries them all. So whatever comes
from people is hashed with a key (BLAKE2b, RFC 7693), and without the key no guess can be tested. What stands in a
result anyway, its pairs and its certificate, has plain fingerprints, which anybody can make anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from peermatch.checks import must_be
from peermatch.cohort import Cohort
from peermatch.errors import ConfigError

__all__ = [
    "certificate_fingerprint",
    "key_from_rows",
    "key_from_secret",
    "key_id",
    "keyed",
    "plain_fingerprint",
    "result_fingerprint",
    "row_fingerprints",
    "row_texts",
]

_BYTES = 16
_KEY_BYTES = 32
_LEAST_SECRET = 16
# Each purpose has hashes of its own, so that none can stand for another.
_ROW, _KEY, _KEY_ID, _KEYED, _PLAIN = (
    f"peermatch {what}".encode() for what in ("row", "key", "keyid", "keyed", "plain")
)
# Turning the table into the key takes about a hundredth of a second, for us once, for a guesser at each guess.
_SCRYPT: dict[str, int] = {"n": 2**12, "r": 8, "p": 1, "dklen": _KEY_BYTES}

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,40})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?")
_LARGEST_WHOLE = 2.0**53
_MIDNIGHT = dt.time(0)


# ---- rows -----------------------------------------------------------------------------------------------


def row_texts(cohort: Cohort, columns: Sequence[str]) -> list[bytes]:
    """Return what stands in some columns of each person's row, in a form that no file format changes.

    Parameters
    ----------
    cohort : Cohort
    columns : sequence of str
        In any order; those that the cohort does not have say nothing.

    Returns
    -------
    list of bytes, one a person
        Equal where every cell says the same: 3, 3.0 and the text "3.0"; a day, midnight of that day, and both as text;
        true and "TRUE"; text up to white space on both ends and up to the two ways in which Unicode writes an accent.
        What is missing is left out.

    Examples
    --------
    >>> one, other = (Cohort.of([{"id": "a", "n": n}, {"id": "b", "n": None}], id="id") for n in (3.0, "3"))
    >>> row_texts(one, ["n"]) == row_texts(other, ["n"])
    True
    >>> row_texts(one, ["n"])
    [b'1:nn1:3', b'']
    """
    pieces = [_pieces(name, cohort.frame[name].tolist()) for name in _ordered(cohort, columns)]
    if not pieces:
        return [b""] * len(cohort)
    return ["".join(row).encode("utf-8", "surrogatepass") for row in zip(*pieces, strict=True)]


def _ordered(cohort: Cohort, columns: Sequence[str]) -> list[str]:
    return sorted({name for name in columns if cohort.has(name)}, key=lambda name: (_text(name), name))


def _pieces(name: str, cells: list[Any]) -> list[str]:
    """Return a column's part of every row. Lengths stand before texts, so that no two rows read the same."""
    before = f"{len(_text(name))}:{_text(name)}"
    kinds = set(map(type, cells))
    if list in kinds or dict in kinds or (bool in kinds and (int in kinds or float in kinds)):
        return ["" if cell is None else before + _cell(cell) for cell in cells]  # no keys of a dictionary
    known = {cell: "" if cell is None else before + _cell(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _cell(cell: Any) -> str:
    """Return one cell: the letter of its kind, and its text after the text's length."""
    kind, text = _told(cell)
    return f"{kind}{len(text)}:{text}"


def _told(cell: Any) -> tuple[str, str]:
    if isinstance(cell, str):
        return _told_text(_text(cell))
    if isinstance(cell, bool):
        return "b", "true" if cell else "false"
    if isinstance(cell, int | float):
        return "n", _number(cell)
    if isinstance(cell, dt.datetime):
        plain = cell.tzinfo is None and cell.time() == _MIDNIGHT
        return "t", (cell.date() if plain else cell).isoformat(*(() if plain else (" ",)))
    if isinstance(cell, list | tuple):
        return "l", "".join("-" if part is None else _cell(part) for part in cell)
    if isinstance(cell, Mapping):
        parts = sorted((_text(str(key)), part) for key, part in cell.items() if part is not None)
        return "m", "".join(_cell(key) + _cell(part) for key, part in parts)
    return "t", _text(str(cell))


def _text(text: str) -> str:
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


def _told_text(text: str) -> tuple[str, str]:
    """Text files hold nothing but text: what reads as a number, a day or true and false is told as such."""
    first = text[:1]
    if (first.isdigit() or first == "-") and _NUMBER.fullmatch(text):
        return "n", _number(float(text) if "." in text or "e" in text.lower() else int(text))
    if first.isdigit() and (moment := _MOMENT.fullmatch(text)):
        day, time, seconds = moment.groups()
        whole = f"{time}{seconds or ':00'}"
        return "t", day if not whole.strip("0:.") else f"{day} {whole}"
    if len(text) in (4, 5) and text.casefold() in ("true", "false"):
        return "b", text.casefold()
    return "t", text


def _number(number: int | float) -> str:
    if isinstance(number, float) and number.is_integer() and abs(number) <= _LARGEST_WHOLE:
        number = int(number)
    return repr(number)


# ---- keys -----------------------------------------------------------------------------------------------


def key_from_rows(sides: Iterable[Sequence[bytes]]) -> bytes:
    """Return the key that the rows themselves make: whoever has the whole table can make it anew, and nobody else.

    Parameters
    ----------
    sides : iterable of sequences of bytes
        The rows of each side, in the canonical order of ids.

    Returns
    -------
    bytes
        32 of them.

    Notes
    -----
    It is as hard to guess as the whole table is. Where others could know all but a little of it, use a secret
    (`key_from_secret`).

    Examples
    --------
    >>> key_from_rows([[b"x"]]) == key_from_rows([[b"x"]]) != key_from_rows([[b"x"], []])
    True
    """
    told = hashlib.blake2b(digest_size=_KEY_BYTES, person=_KEY)
    for rows in sides:
        told.update(b"side %d;" % len(rows))
        for row in rows:
            told.update(b"%d:" % len(row))
            told.update(row)
    return hashlib.scrypt(told.digest(), salt=_KEY, **_SCRYPT)


def key_from_secret(secret: str | bytes) -> bytes:
    """Return the key of a secret of one's own.

    Parameters
    ----------
    secret : str or bytes
        At least 16 bytes, white space at both ends left aside. Let a computer draw it: ``secrets.token_hex(32)``.

    Raises
    ------
    ConfigError
        If it is too short, or neither text nor bytes.

    Examples
    --------
    >>> key_from_secret("a secret of one's own") == key_from_secret(b"a secret of one's own\\n")
    True
    """
    if not isinstance(secret, str | bytes):
        raise ConfigError(must_be("key_from_secret()", "secret", "text or bytes", type(secret).__name__))
    plain = (secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret).strip()
    if len(plain) < _LEAST_SECRET:
        raise ConfigError(
            f"A secret for fingerprints needs at least {_LEAST_SECRET} bytes, and this one has {len(plain)}. "
            "Let a computer draw one, such as with: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return hashlib.blake2b(plain, digest_size=_KEY_BYTES, person=_KEY).digest()


def key_id(key: bytes) -> str:
    """Return what a key is called: it tells keys apart, and tells nothing else of them.

    Examples
    --------
    >>> len(key_id(bytes(32)))
    32
    """
    return hashlib.blake2b(key, digest_size=_BYTES, person=_KEY_ID).hexdigest()


# ---- fingerprints ---------------------------------------------------------------------------------------


def row_fingerprints(rows: Sequence[bytes], key: bytes) -> list[str]:
    """Return the fingerprint of every row of `row_texts`.

    Examples
    --------
    >>> [len(one) for one in row_fingerprints([b"x", b"y"], bytes(32))]
    [32, 32]
    """
    started = hashlib.blake2b(key=key, digest_size=_BYTES, person=_ROW)
    found = []
    for row in rows:
        one = started.copy()
        one.update(row)
        found.append(one.hexdigest())
    return found


def keyed(digest: bytes, key: bytes, what: str) -> str:
    """Return the fingerprint, for one purpose, of something of which there is a digest.

    Examples
    --------
    >>> keyed(b"digest", bytes(32), "history") != keyed(b"digest", bytes(32), "org")
    True
    """
    name = what.encode("utf-8")
    told = hashlib.blake2b(b"%d:" % len(name), key=key, digest_size=_BYTES, person=_KEYED)
    told.update(name + digest)
    return told.hexdigest()


def plain_fingerprint(data: Any, what: str) -> str:
    """Return the fingerprint of plain data; anybody who has the data can make it.

    Parameters
    ----------
    data
        Ready for JSON.
    what : str
        The purpose.

    Examples
    --------
    >>> plain_fingerprint({"a": 1, "b": 2}, "x") == plain_fingerprint({"b": 2, "a": 1}, "x")
    True
    """
    text = json.dumps([what, data], ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=_BYTES, person=_PLAIN).hexdigest()


def result_fingerprint(pairs: Sequence[Mapping[str, Any]]) -> str:
    """Return the fingerprint of who has whom, and with which score.

    Parameters
    ----------
    pairs : sequence of mapping
        The "pairs" of a result.
    """
    rows = [
        [pair[hand][part] for hand in ("a", "b") for part in ("type", "value")] + [pair["score"]]
        for pair in pairs
    ]
    return plain_fingerprint(rows, "result")


def certificate_fingerprint(certificate: Mapping[str, Any]) -> str:
    """Return the fingerprint of the "certificate" of a result, evidence and all."""
    return plain_fingerprint(dict(certificate), "certificate")
