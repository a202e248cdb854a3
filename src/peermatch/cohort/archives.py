"""Workbooks before they are unpacked: a small archive may hold more than the machine does, and markup that grows.

Nothing here unpacks a part as a whole: sizes stand in the archive's directory, and parts are looked through piece by
piece.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from peermatch.cohort.limits import MOST_BYTES, check_bytes
from peermatch.errors import InputError, error_item

__all__ = ["SheetMarks", "check_archive", "sheet_marks"]

_RATIO = 150  # Excel's own files shrink to a fifth or a tenth, very regular ones to a hundredth
_FREE = 100_000_000  # bytes; below that a high ratio is harmless
_MOST_PARTS = 10_000
_PIECE = 1 << 20
_OVERLAP = 2_000  # longest mark-up of one cell's start that may lie across two pieces
_MOST_MARKS = 100_000
_MOST_TAGS = (
    1_000_000  # outside sheets and texts: the largest styles that Excel writes have a quarter of that
)
_MOST_DEEP = 10_000  # tags within tags: a sheet has a dozen
_MOST_LETTERS = 32_767
_MOST_UNPACKED = MOST_BYTES // 2

_MARK = re.compile(rb"<col\s[^>]{0,400}?/?>|<mergeCell\s[^>]{0,100}?/?>|<row\s[^>]{0,400}?>|<f[\s>/]")
_ATTRIBUTE = re.compile(rb'\b(min|max|hidden|ref|r)="([^"]*)"')


def check_archive(data: bytes, where: str) -> None:
    """Refuse a workbook that unpacks to more than is read, or whose mark-up declares things of its own.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        How messages call it.

    Raises
    ------
    InputError
        ``"too_large"``, ``"archive_bomb"``, ``"own_entities"``, ``"cell_too_long"``.
    zipfile.BadZipFile
        If it is no archive.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS:
            raise InputError(_bomb(where, f"{len(parts):,} parts", f"{_MOST_PARTS:,} parts"))
        total = sum(part.file_size for part in parts)
        check_bytes(total, where, what="unpacks to", most=_MOST_UNPACKED)
        if total > _FREE and total > _RATIO * len(data):
            times = f"{total // max(1, len(data)):,} times its size ({total / 1e6:,.0f} MB)"
            raise InputError(_bomb(where, times, f"{_RATIO} times, or {_FREE / 1e6:,.0f} MB"))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    _check_markup(stream, part.filename, where)


def _check_markup(stream: IO[bytes], name: str, where: str) -> None:
    """Refuse declarations, and a text of a megabyte without any mark-up in it: a cell has 32,767 letters at most."""
    start = stream.read(_PIECE)
    plain = start.replace(b"\0", b"")  # UTF-16 as well
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        message = (
            f"{where} holds mark-up with declarations of its own ({name}), which no spreadsheet program writes. It "
            "is not read. Export the table again."
        )
        raise InputError(error_item("own_entities", message, found="<!DOCTYPE", accepted="a workbook"))
    piece = start
    tags = deep = 0
    aside = "/worksheets/" not in name and not name.endswith("sharedStrings.xml")
    while piece:
        opened = piece.count(b"<")
        closed = piece.count(b"</")
        tags += opened
        deep += opened - 2 * closed - piece.count(b"/>") - piece.count(b"<?")
        if deep > _MOST_DEEP:
            raise InputError(_bomb(where, f"tags within tags, over {_MOST_DEEP:,} deep ({name})", "a dozen"))
        if aside and tags > _MOST_TAGS:
            raise InputError(_bomb(where, f"over {_MOST_TAGS:,} tags in {name}", f"{_MOST_TAGS:,}"))
        if len(piece) == _PIECE and b"<" not in piece:
            message = (
                f"{where} holds a cell of more than a million letters ({name}). Shorten it, or take it out."
            )
            raise InputError(error_item("cell_too_long", message, found=_PIECE, accepted=_MOST_LETTERS))
        piece = stream.read(_PIECE)


def _bomb(where: str, found: str, accepted: str) -> dict[str, object]:
    message = (
        f"{where} unpacks to {found}; at most {accepted} is accepted, since such files are made to fill the memory. "
        "Open it in a spreadsheet program and save the table as .csv."
    )
    return error_item("archive_bomb", message, found=found, accepted=accepted)


@dataclass
class SheetMarks:
    """What a sheet's mark-up says beyond its cells.

    Attributes
    ----------
    hidden_columns : list of (int, int)
        First and last of each run, from 1.
    hidden_rows : set of int
        From 1, as the sheet counts.
    merged : list of str
        References such as "A1:C1".
    has_formulas : bool
    """

    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    has_formulas: bool = False


def sheet_marks(data: bytes, path: str) -> SheetMarks:
    """Look through a sheet's mark-up, piece by piece.

    Parameters
    ----------
    data : bytes
        The workbook.
    path : str
        Where in it the sheet stands.

    Raises
    ------
    InputError
        ``"too_many_merged"``.
    """
    marks = SheetMarks()
    row = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for tag in _tags(archive, path.lstrip("/")):
            if tag.startswith(b"<f"):
                marks.has_formulas = True
                continue
            said = dict(_ATTRIBUTE.findall(tag))
            hidden = said.get(b"hidden") in (b"1", b"true")
            if tag.startswith(b"<row"):
                row = _number(said.get(b"r"), row + 1)
                if hidden and len(marks.hidden_rows) < _MOST_MARKS:
                    marks.hidden_rows.add(row)
            elif tag.startswith(b"<mergeCell"):
                if len(marks.merged) >= _MOST_MARKS:
                    raise InputError(_too_many_merged())
                marks.merged.append(said.get(b"ref", b"").decode("ascii", "replace"))
            elif hidden and len(marks.hidden_columns) < _MOST_MARKS:
                first = _number(said.get(b"min"), 1)
                marks.hidden_columns.append((first, _number(said.get(b"max"), first)))
    return marks


def _too_many_merged() -> dict[str, object]:
    message = f"The sheet has over {_MOST_MARKS:,} merged cells. Undo the merging, and save it again."
    return error_item("too_many_merged", message, found=_MOST_MARKS + 1, accepted=_MOST_MARKS)


def _number(text: bytes | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 9 else otherwise


def _tags(archive: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """Yield the tags that matter, each once, though pieces overlap."""
    rest = b""
    read = 0
    with archive.open(path) as stream:
        while piece := stream.read(_PIECE):
            read += len(piece)
            if read > MOST_BYTES:
                return
            text = rest + piece
            end = 0
            for found in _MARK.finditer(text):
                yield found.group()
                end = found.end()
            rest = text[max(end, len(text) - _OVERLAP) :]
