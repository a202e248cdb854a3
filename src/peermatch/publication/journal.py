"""The journal of a folder: what is about to take whose place, so that an interrupted change can be carried to its end.

Idea
    New files are first written whole into a folder of their own beside the old ones. Then the journal is put in place,
    by one renaming: from that moment the change has happened, whatever else does. The new files are moved to their
    places, those that are to go are removed, and at last the journal is. Whoever finds a journal does the rest: moving
    what still has to be moved is the same again, however often.
Invariant
    Before the journal is there, the folder holds the old files and nothing else that counts; after it, the new ones,
    possibly with some moves left to make. Names in it never lead out of the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from peermatch.errors import OutputError
from peermatch.publication.locks import held_by_nobody

__all__ = ["JOURNAL", "STAGE", "Journal", "carry_out", "put_in_place", "read_journal", "sweep", "sync_folder"]

JOURNAL = ".peermatch-journal.json"
STAGE = ".peermatch-stage-"
_SCHEMA = "peermatch/journal/1"
_NOTE = (
    "These files were being replaced when the run was interrupted. Run any peermatch command that reads or writes this "
    "folder, and it is carried to its end; until then some files may be the old ones."
)
_STAGED = re.compile(r"[0-9]+")
_STAGE_NAME = re.compile(re.escape(STAGE) + r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Journal:
    """What is about to happen in a folder.

    Attributes
    ----------
    stage : str
        The name of the folder that holds the new files.
    files : tuple of (str, str, str)
        Name in the stage, place (a relative path with slashes), SHA-256.
    remove : tuple of str
        Places that are to be empty.
    """

    stage: str
    files: tuple[tuple[str, str, str], ...]
    remove: tuple[str, ...]

    def to_json(self) -> str:
        """Return it as text."""
        files = [{"staged": staged, "place": place, "sha256": digest} for staged, place, digest in self.files]
        data = {
            "schema": _SCHEMA,
            "note": _NOTE,
            "stage": self.stage,
            "files": files,
            "remove": list(self.remove),
        }
        return json.dumps(data, ensure_ascii=True, indent=1)


def put_in_place(root: Path, journal: Journal) -> None:
    """Write the journal: the one step by which the change happens."""
    draft = root / journal.stage / "journal"
    with draft.open("x", encoding="ascii") as file:
        file.write(journal.to_json())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(root / journal.stage)
    draft.replace(root / JOURNAL)
    sync_folder(root)


def carry_out(root: Path, journal: Journal) -> None:
    """Make the moves that are left, and take the journal away. The same again does no harm.

    Raises
    ------
    OutputError
        If a new file is neither in the stage nor in its place: somebody else has been at the folder.
    """
    stage = root / journal.stage
    for staged, place, digest in journal.files:
        target = root / place
        if (stage / staged).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            (stage / staged).replace(target)
        elif not target.is_file() or _digest(target) != digest:
            raise OutputError(
                f"An interrupted run left {root / JOURNAL}, and {place!r}, which it names, is neither there nor in "
                f"{stage}. Put these files back, or remove the journal and run the round again."
            )
    for place in journal.remove:
        (root / place).unlink(missing_ok=True)
    for folder in sorted({(root / place).parent for _, place, _ in journal.files} | {root}):
        sync_folder(folder)
    (root / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(stage, ignore_errors=True)


def read_journal(root: Path) -> Journal | None:
    """Return the journal of a folder, None where there is none.

    Raises
    ------
    OutputError
        If it is none of ours, or names places outside the folder.
    """
    path = root / JOURNAL
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        data = json.loads(text)
        return _checked(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise OutputError(
            f"{path} is not what an interrupted run leaves behind. Look at what it is; without it the folder is taken "
            "as it stands."
        ) from None


def _checked(data: Mapping[str, Any]) -> Journal:
    files = tuple((part["staged"], part["place"], part["sha256"]) for part in data["files"])
    journal = Journal(data["stage"], files, tuple(data["remove"]))
    good = (
        data["schema"] == _SCHEMA
        and _STAGE_NAME.fullmatch(journal.stage)
        and all(_STAGED.fullmatch(staged) for staged, _, _ in files)
        and all(_is_inside(place) for _, place, _ in files)
        and all(_is_inside(place) for place in journal.remove)
    )
    if not good:
        raise ValueError
    return journal


def _is_inside(place: str) -> bool:
    path = PurePosixPath(place)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\\" not in place


def sweep(root: Path, *, but: Sequence[str] = ()) -> None:
    """Remove stages that nobody holds: of runs that were killed before they had a journal."""
    try:
        stages = [
            path for path in root.iterdir() if _STAGE_NAME.fullmatch(path.name) and path.name not in but
        ]
    except OSError:
        return
    for stage in stages:
        if not stage.is_symlink() and held_by_nobody(stage):
            shutil.rmtree(stage, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Ask the system to keep what was renamed in a folder, where it can be asked."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # some file systems know no such thing; the renaming is whole all the same
    finally:
        os.close(handle)
