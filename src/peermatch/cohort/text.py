"""Is this file text, and in which encoding? What to say when it is not.

A file is in the encoding that the caller names, or that its byte-order mark names; or in UTF-8; or, where it is
neither and reads well as Western European text, in cp1252, which is a repair that shows some of what was read. Anything
else is refused, with what was found.
"""

from __future__ import annotations

import codecs
import io
import unicodedata
from typing import Any

from peermatch.checks import must_be
from peermatch.cohort.table import Repair
from peermatch.errors import ConfigError, InputError, error_item

__all__ = [
    "BYTE_ORDER_MARKS",
    "check_encoding",
    "check_is_text",
    "detect_encoding",
    "looks_like",
    "not_in_encoding",
    "text_stream",
]

_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive, such as an Excel workbook (.xlsx)"),
    (b"PAR1", "a Parquet file (.parquet)"),
    (b"%PDF", "a PDF document (.pdf)"),
    (b"\x1f\x8b", "a gzip archive (.gz): unpack it first"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel workbook (.xls) or one with a password: save it as .xlsx",
    ),
    (b"\x89PNG", "a picture (.png)"),
    (b"\xff\xd8\xff", "a picture (.jpg)"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"ARROW1", "an Arrow file (.arrow)"),
    (b"7z\xbc\xaf", "a 7-Zip archive (.7z): unpack it first"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
BYTE_ORDER_MARKS = tuple(mark for mark, _, _ in _MARKS)
_START = 4096  # bytes looked at to tell a file without a mark


def looks_like(data: bytes) -> str | None:
    """Return what kind of file the first bytes betray, or None for text and for the unknown.

    Examples
    --------
    >>> looks_like(b"PAR1....")
    'a Parquet file (.parquet)'
    """
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    start = data[:512].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page (.html), perhaps a log-in page: export the table again"
    return None


def check_encoding(encoding: str | None) -> str:
    """Return the encoding's name for Python; UTF-8 is read with or without a byte-order mark.

    Raises
    ------
    ConfigError
        If Python knows no text encoding of that name.

    Examples
    --------
    >>> check_encoding(None), check_encoding("Windows-1252")
    ('utf-8-sig', 'cp1252')
    """
    if encoding is None:
        return "utf-8-sig"
    constraint = 'the name of a text encoding, such as "utf-8" or "cp1252"'
    try:
        name = codecs.lookup(encoding).name
        text_stream(b"", name)
    except (LookupError, TypeError, ValueError):
        raise ConfigError(
            error_item(
                "unknown_encoding",
                must_be("read_people()", "encoding", constraint, encoding),
                found=encoding,
                accepted=constraint,
            )
        ) from None
    return "utf-8-sig" if name == "utf-8" else name


def detect_encoding(data: bytes) -> tuple[str, list[Repair]]:
    """Return the encoding of a text file for Python, and a repair for what is not UTF-8.

    Parameters
    ----------
    data : bytes
        The whole file.

    Examples
    --------
    >>> detect_encoding(b"id,city")[0], detect_encoding("id,city".encode("utf-16-le"))[0]
    ('utf-8-sig', 'utf-16-le')
    >>> detect_encoding("id,name\\n1,José Muñoz".encode("cp1252"))[1][0].reason
    'the file is not UTF-8; it reads well as cp1252, such as "1,José Muñoz"'
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            if codec == "utf-8-sig":
                return codec, []
            reason = f"the byte-order mark says that the file is in {name}"
            return codec, [Repair(None, None, "utf-8", codec, reason, "encoding")]
    start = data[:_START]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    codec = "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else ""
    if codec and max(even, odd) * 4 > len(start):
        reason = "every other byte is zero, as in UTF-16; there is no byte-order mark"
        return codec, [Repair(None, None, "utf-8", codec, reason, "encoding", "likely")]
    return _utf8_or_cp1252(data)


def _utf8_or_cp1252(data: bytes) -> tuple[str, list[Repair]]:
    if data.isascii():
        return "utf-8-sig", []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        words = _as_cp1252(data, error.start)
        if words is not None:
            reason = f'the file is not UTF-8; it reads well as cp1252, such as "{words}"'
            return "cp1252", [Repair(None, None, "utf-8", "cp1252", reason, "encoding", "likely")]
    return "utf-8-sig", []


def check_is_text(data: bytes, where: str, encoding: str) -> None:
    """Refuse what is not a text file.

    Raises
    ------
    InputError
        ``"empty_file"`` or ``"not_text"``.
    """
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if not data.removeprefix(codecs.BOM_UTF8)[:_START].strip() and data.strip() in (b"", *marks):
        raise InputError(
            error_item(
                "empty_file", f"{where} is empty. A header line and one line a person are needed.", found=""
            )
        )
    found = looks_like(data)
    accepted = "text: one line a person, cells separated by commas"
    wide = encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
    if found is None and not wide:
        position = data.find(b"\0")
        if position >= 0:
            found = f"something else (it has a zero byte at position {position})"
    if found is not None:
        message = f"{where} is not a text file. It looks like {found}."
        raise InputError(error_item("not_text", message, found=found, accepted=accepted))


def text_stream(data: bytes, encoding: str) -> io.TextIOWrapper:
    """Return the bytes as lines of text. Line ends inside quoted cells stay as they are."""
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def not_in_encoding(data: bytes, where: str, encoding: str) -> dict[str, Any]:
    """Return the error item for bytes that cannot be decoded: where, what, and what would read well.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        How messages call it.
    encoding : str
        As `check_encoding` returned it.
    """
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        start = error.start + len(data) - len(error.object)  # the codec counts without the byte-order mark
    except UnicodeError:
        start = 0
    else:
        start = 0
    line = data.count(b"\n", 0, start) + 1
    byte = f"0x{data[start]:02X}"
    name = "UTF-8" if encoding == "utf-8-sig" else encoding
    place = f"byte {byte} at position {start:,} (line {line:,})"
    reading = _as_cp1252(data, start) if name == "UTF-8" else None
    if reading is not None:
        advice = f'It reads well as cp1252 (there: "{reading}"): pass encoding="cp1252".'
    elif name == "UTF-8" and _mostly_utf8(data):
        advice = "The rest of the file is UTF-8, so this place is damaged: mend it or export the table again."
    else:
        advice = 'Pass the right one as encoding=, or save the file as "CSV UTF-8".'
    message = f"{where} is not {name} text: {place} does not belong there. {advice}"
    return error_item(
        "not_utf8" if name == "UTF-8" else "not_in_encoding", message, found=place, accepted=name
    )


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(1 for character in text if not character.isascii()) > 2 * broken


def _as_cp1252(data: bytes, start: int) -> str | None:
    """Return the words around the first odd byte, if the file reads as a Western European text in cp1252.

    Western letters with marks stand alone or in twos among plain ones. A file in another alphabet reads as
    long runs of them, and a damaged UTF-8 file has far more whole characters than broken ones.
    """
    if _mostly_utf8(data):
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    odd = [position for position, character in enumerate(text) if not character.isascii()]
    in_runs = sum(1 for a, b in zip(odd, odd[2:], strict=False) if b - a == 2)
    readable = all(unicodedata.category(text[position])[0] in "LPSNZ" for position in odd)
    if not readable or in_runs * 4 > len(odd):
        return None
    around = text[max(0, start - 12) : start + 12].replace("\r", "\n")
    before, after = around[: min(12, start)], around[min(12, start) :]
    return (before.rpartition("\n")[2] + after.partition("\n")[0]).replace('"', "").strip(" ,;\t")
