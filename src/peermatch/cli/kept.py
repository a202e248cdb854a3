"""The file in which the command line keeps a programme: read once, and replaced whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peermatch.cli.files import check_writable
from peermatch.errors import ConfigError, InputError, error_item
from peermatch.publication import finish

if TYPE_CHECKING:
    from peermatch.programme import Programme

__all__ = ["PROGRAMME", "KeptFile", "id_as_kept"]

PROGRAMME = "programme.json"
"""The name of the file in a folder."""


@dataclass(frozen=True)
class KeptFile:
    """Where a programme is kept, and what stood there when it was read.

    Attributes
    ----------
    path : Path
    before : bytes or None
        None where there was no file.
    """

    path: Path
    before: bytes | None

    @classmethod
    def at(cls, where: str) -> KeptFile:
        """Read the file as it is now; a folder stands for the file in it.

        Raises
        ------
        InputError
            If it is there and cannot be read.
        OutputError
            If it could not be replaced.
        """
        path = Path(where)
        if path.is_dir():
            path = path / PROGRAMME
        finish(path.parent)
        check_writable(path)
        return cls(path, _bytes_of(path))

    def save(self, programme: Programme) -> None:
        """Replace the file whole.

        Raises
        ------
        ConfigError
            If somebody else has changed it meanwhile; then it stays as they left it.
        OutputError
            If it cannot be written; then it stays as it was.
        """
        if _bytes_of(self.path) != self.before:
            raise ConfigError(
                f"{self.path} was changed by somebody else during this run. It was left as it is: run this again."
            )
        programme.save(self.path)


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        message = f"The programme {path} cannot be read: {error.strerror or error}."
        raise InputError(error_item("bad_programme", message)) from None


def id_as_kept(programme: Programme, text: str) -> Any:
    """Return an id with the type that it has in the programme: the command line has only text.

    Raises
    ------
    InputError
        If the programme holds both, the text and the number.
    """
    held = {*programme.history["a"], *programme.history["b"], *programme.attendance["id"]}
    number = int(text) if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 40 else None
    if number is None or number not in held or str(number) != text:
        return text
    if text in held:
        message = f"The programme holds {text!r} as text and as a number: from Python, forget() takes either."
        raise InputError(error_item("id_type", message, id=text, found=text))
    return number
