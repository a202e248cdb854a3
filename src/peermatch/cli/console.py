"""What the command line says, and where: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from peermatch.errors import InfeasibleError, InputError, OutputError, PeerMatchError, VerificationError

__all__ = [
    "BAD_INPUT",
    "DONE",
    "FAULT",
    "GAP",
    "INFEASIBLE",
    "INTERRUPTED",
    "NOT_PROVED",
    "Console",
    "exit_code_of",
]

DONE = 0
FAULT = 1
"""A fault of ours, or of a third-party solver."""
BAD_INPUT = 2
INFEASIBLE = 3
GAP = 4
"""Stopped with a result that is valid but not proved to be the best."""
NOT_PROVED = 5
"""A saved result was checked, and its proof does not hold."""
INTERRUPTED = 130
_ALSO = 5
"""So many further conflicts are told besides the first."""


class Console:
    """Two streams and one manner of speaking.

    Parameters
    ----------
    quiet : bool
        Say nothing but results and errors.
    out, err : text streams, optional
        Standard output and standard error at the time of the making.

    Examples
    --------
    >>> import io
    >>> console = Console(err=io.StringIO())
    >>> console.error("There is no file people.csv.")
    >>> console.err.getvalue()
    'error: There is no file people.csv.\\n'
    """

    def __init__(self, *, quiet: bool = False, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.quiet = quiet
        self.out = sys.stdout if out is None else out
        self.err = sys.stderr if err is None else err

    @property
    def shows_progress(self) -> bool:
        """Whether someone watches: standard error is a terminal, and not told to be quiet."""
        return not self.quiet and self.err.isatty()

    def result(self, text: str) -> None:
        """Write a result for people to standard output; signs that the terminal has not become question marks."""
        coding = getattr(self.out, "encoding", None) or "utf-8"
        text = text.encode(coding, "replace").decode(coding)
        with _told():
            self.out.write(text if text.endswith("\n") else text + "\n")
            self.out.flush()

    def data(self, text: str) -> None:
        """Write a result for programs to standard output: UTF-8 everywhere, line ends as they are."""
        raw = getattr(self.out, "buffer", None)
        with _told():
            self.out.flush()
            if raw is None:
                self.out.write(text)
            else:
                raw.write(text.encode("utf-8"))
                raw.flush()

    def note(self, text: str) -> None:
        """Write a line to standard error, unless told to be quiet."""
        if not self.quiet:
            self._complain(text + "\n")

    def warn(self, text: str) -> None:
        """Write a warning, also when told to be quiet: of what should not happen without a word."""
        self._complain(f"warning: {text}\n")

    def error(self, text: str) -> None:
        """Write an error; its first line is marked, further lines are set in."""
        first, *rest = text.splitlines() or [""]
        self._complain("\n".join([f"error: {first}", *(f"       {line}" for line in rest)]) + "\n")

    def show(self, error: PeerMatchError) -> None:
        """Write an error of ours: one line for each thing that is wrong, one for each part of a conflict."""
        if isinstance(error, InputError):
            for item in error.items:
                self.error(for_the_command_line(item))
            return
        self.error(str(error))
        if isinstance(error, InfeasibleError):
            for part in _together(error.conflict):
                self._complain(f"       {_described(part)}\n")
            for other in error.more[:_ALSO]:
                self._complain(f"  also: {other['message']}\n")
            if len(error.more) > _ALSO:
                self._complain(f"       and {len(error.more) - _ALSO:,} more of the kind.\n")
        if isinstance(error, VerificationError):
            self._complain("       Nothing was written. This is a fault in the software, not your tables.\n")

    def _complain(self, text: str) -> None:
        coding = getattr(self.err, "encoding", None) or "utf-8"
        self.err.write(text.encode(coding, "backslashreplace").decode(coding))
        self.err.flush()


def exit_code_of(error: PeerMatchError) -> int:
    """Return the exit code for an error of ours.

    Examples
    --------
    >>> exit_code_of(InputError("Row 3 has no id.")), exit_code_of(InfeasibleError("Ada is required twice."))
    (2, 3)
    """
    if isinstance(error, InfeasibleError):
        return INFEASIBLE
    return FAULT if isinstance(error, VerificationError) else BAD_INPUT


def for_the_command_line(item: Mapping[str, Any]) -> str:
    """Return what an error says, with the options of the command line where it names arguments of Python.

    Examples
    --------
    >>> for_the_command_line({"code": "not_utf8", "message": 'a.csv is not UTF-8: pass encoding="cp1252".'})
    'a.csv is not UTF-8: pass --encoding cp1252.'
    """
    message = re.sub(r'encoding="([\w-]+)"', r"--encoding \1", str(item["message"]))
    message = message.replace("as encoding=", "with --encoding").replace(
        "set_aside names", "--set-aside names"
    )
    if item.get("code") == "managers_not_found":
        message += " (On the command line: --org staff.csv; in the configuration: min_found = 0.)"
    return message


def _together(conflict: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put parts that say the same of one person each into one, so that hundreds of minima take one line.

    Examples
    --------
    >>> _together([{"rule": "at_least", "ids": [1], "at_least": 2}, {"rule": "at_least", "ids": [5], "at_least": 2}])
    [{'rule': 'at_least', 'ids': [1, 5], 'people': 2, 'at_least': 2}]
    """
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for number, part in enumerate(conflict):
        said = tuple(sorted((key, repr(value)) for key, value in part.items() if key != "ids"))
        groups.setdefault(said if len(part.get("ids") or []) == 1 else number, []).append(part)
    merged = []
    for parts in groups.values():
        first = dict(parts[0])
        if len(parts) > 1:
            rule = first.pop("rule", None)
            ids = [id for part in parts for id in part["ids"]]
            first = {
                "rule": rule,
                "ids": ids,
                "people": len(ids),
                **{k: v for k, v in first.items() if k != "ids"},
            }
        merged.append(first)
    return merged


def _described(part: Mapping[str, Any]) -> str:
    """One line for a part of a conflict: the rule, whom it concerns, and whatever else is said of it."""
    ids = part.get("ids") or []
    people = f": {', '.join(str(id) for id in ids[:6])}{', ...' if len(ids) > 6 else ''}" if ids else ""
    rest = [
        f"{key} {value}" for key, value in part.items() if key not in ("rule", "ids") and value is not None
    ]
    more = f" ({'; '.join(rest)})" if rest else ""
    return f"{part.get('rule', 'a demand')}{people}{more}"


@contextmanager
def _told() -> Iterator[None]:
    """Say that it is standard output that cannot be written, such as a file on a full disk, and no folder."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever reads left: no error
    except OSError as error:
        with suppress(OSError, ValueError):
            forget_output()  # or what is left of it is tried again at exit
        raise OutputError(f"Standard output cannot be written: {error.strerror or error}.") from error


def forget_output() -> None:
    """Point standard output to nowhere, so that a reader who left early (``| head``) is no error at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
