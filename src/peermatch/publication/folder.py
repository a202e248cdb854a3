"""Writing into folders: everything that is written within `publishing` takes its place at once, or none of it does."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from peermatch.errors import OutputError
from peermatch.publication.journal import (
    JOURNAL,
    STAGE,
    Journal,
    carry_out,
    put_in_place,
    read_journal,
    sweep,
)
from peermatch.publication.locks import hold, locked

__all__ = ["finish", "publishing", "remove_files", "write_files"]

_current: ContextVar[_Publication | None] = ContextVar("peermatch_publication", default=None)

_EACH = 64
"""So many files are each handed to the disk; of more, the whole system is asked once."""


class _Publication:
    """What is to appear in a folder: staged, file by file, until all of it is there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made = _first_missing(root)
        self.stage: Path | None = None
        self._handle: int | None = None
        self._files: dict[str, tuple[str, str]] = {}
        self._remove: dict[str, None] = {}
        self._count = 0

    def place_of(self, path: Path) -> str | None:
        """Return where in the folder a path is, with slashes; None where it is outside."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return None

    def _stage(self) -> Path:
        """Make the stage where there is none yet."""
        if self.stage is None:
            self.root.mkdir(parents=True, exist_ok=True)
            self.stage = self.root / f"{STAGE}{uuid.uuid4().hex}"
            self.stage.mkdir(mode=0o700)
            self._handle = hold(self.stage, wait=False)
        return self.stage

    def put(self, place: str, content: bytes) -> None:
        """Write a file into the stage, whole."""
        stage = self._stage()
        name = str(self._count)
        self._count += 1
        with (stage / name).open("xb") as file:
            _keep_rights(file.fileno(), self.root / place)
            file.write(content)
            if self._count <= _EACH:
                file.flush()
                os.fsync(file.fileno())
        self._files[place] = (name, hashlib.sha256(content).hexdigest())
        self._remove.pop(place, None)

    def remove(self, place: str) -> None:
        """Let a place be empty, unless a file is written to it."""
        if place not in self._files:
            self._remove[place] = None

    def publish(self, check: Callable[[], None] | None) -> None:
        """Let everything take its place."""
        if self.stage is None and not self._remove:
            return
        with locked(self.root):
            _finish_held(self.root)
            if check is not None:
                check()
            self._stage()
            assert self.stage is not None
            files = tuple((name, place, digest) for place, (name, digest) in self._files.items())
            for place in self._files:  # now, so that no room is needed once there is a journal
                (self.root / place).parent.mkdir(parents=True, exist_ok=True)
            if len(files) > _EACH and hasattr(os, "sync"):
                os.sync()
            journal = Journal(self.stage.name, files, tuple(self._remove))
            put_in_place(self.root, journal)
            try:
                _carried_out(self.root, journal)
            except KeyboardInterrupt:
                _carried_out(self.root, journal)  # it has happened; only moves are left
                raise
            sweep(self.root)

    def close(self) -> None:
        """Remove what is left of the stage, unless a journal needs it; a folder that was made for nothing goes too."""
        try:
            left = self.stage is not None and self.stage.exists()
            if left and not _needs(self.root, self.stage):
                shutil.rmtree(self.stage, ignore_errors=True)  # type: ignore[arg-type]  # left: there is one
        finally:
            if self._handle is not None:
                os.close(self._handle)
        folder = self.root
        while self.made is not None and self.made in (folder, *folder.parents):
            try:
                folder.rmdir()  # succeeds only where it is empty
            except OSError:
                break
            folder = folder.parent


def _first_missing(path: Path) -> Path | None:
    """Return the uppermost folder of a path that is not there yet."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    return missing[-1] if missing else None


def _needs(root: Path, stage: Path | None) -> bool:
    try:
        journal = read_journal(root)
    except OSError:
        return True
    except OutputError:
        return True
    return journal is not None and stage is not None and journal.stage == stage.name


@contextmanager
def publishing(
    folder: str | os.PathLike[str] | None, *, check: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold back whatever `write_files` is given for a folder, and let it take its place at the end, all at once.

    An exception (an interrupt too) leaves the folder as it was. A process that is killed leaves it as it was, or with a
    journal by which the next run, or the next reader of ours, carries the change to its end.

    Parameters
    ----------
    folder : path or None
        Files elsewhere are written at once, as without this. None: nothing is held back.
    check : callable, optional
        Called when nobody else can write to the folder any more and nothing of it has changed yet: raises where what
        was read of it before no longer holds.

    Raises
    ------
    OutputError
        If something cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     with publishing(folder):
    ...         _ = write_files(folder, {"a.txt": "1"})
    ...         before = (folder / "a.txt").exists()
    ...     before, (folder / "a.txt").read_text()
    (False, '1')
    """
    current = _current.get()
    if folder is None or (current is not None and current.place_of(Path(folder)) is not None):
        yield
        return
    with _told(Path(folder)):
        publication = _Publication(Path(folder).resolve())
        token = _current.set(publication)
        try:
            try:
                yield
            finally:
                _current.reset(token)
            publication.publish(check)
        finally:
            publication.close()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what the system says into an error of ours."""
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError | BrokenPipeError):
            raise  # it is said already; or whoever reads our output left, which is nothing about the folder
        why = "it is a file" if folder.is_file() else _why(error)
        raise OutputError(f"The folder {os.fspath(folder)} cannot be written: {why}.") from error


def _why(error: OSError) -> str:
    helps = "Free some, or name another place. What was there is unchanged"
    told = {
        errno.ENOSPC: f"there is no room left on the disk. {helps}",
        errno.EDQUOT: f"your quota of disk space is used up. {helps}",
        errno.EFBIG: "a file would be larger than is allowed here. What was there is unchanged",
        errno.EROFS: "it can only be read",
    }
    return told.get(error.errno or 0, error.strerror or str(error))


def write_files(folder: str | os.PathLike[str], files: Mapping[str, str | bytes]) -> list[Path]:
    """Write several files into a folder, which is made where it is missing: all of them, or none.

    No reader ever sees half a file. Within `publishing` nothing shows before its end.

    Parameters
    ----------
    folder : path
    files : mapping of name to text or bytes
        Names are names, not paths. Text is written in UTF-8.

    Returns
    -------
    list of Path
        In the order of `files`.

    Raises
    ------
    OutputError
        If the folder cannot be made or written, a folder stands in a file's place, or a name is none; says why.
    """
    where = Path(folder)
    for name in files:
        if Path(name).name != name or name in ("", ".", "..") or "\0" in name:
            raise OutputError(f"{name!r} is not the name of a file.")
        if (where / name).is_dir():
            raise OutputError(f"{where / name} cannot be written: it is a folder. Name a file.")
    current = _current.get()
    with _told(where):
        inside = None if current is None else current.place_of(where)
        if current is None or inside is None:
            if len(files) == 1:
                _write_one(where, *next(iter(files.items())))
            else:
                with publishing(where):
                    write_files(where, files)
        else:
            for name, content in files.items():
                current.put(name if inside == "." else f"{inside}/{name}", _bytes(content))
    return [where / name for name in files]


def _keep_rights(handle: int, target: Path) -> None:
    """Let nobody read the new file who could not read the one whose place it takes."""
    with suppress(OSError):
        if hasattr(os, "fchmod"):
            os.fchmod(handle, stat.S_IMODE(target.stat().st_mode))


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")


def _write_one(where: Path, name: str, content: str | bytes) -> None:
    """Write one file beside its place and move it there: that needs no journal."""
    target = where / name
    if target.exists() and not target.is_file():  # a device or a pipe: nothing takes its place
        target.write_bytes(_bytes(content))
        return
    where.mkdir(parents=True, exist_ok=True)
    finish(where)
    target = target.resolve() if target.is_symlink() else target
    draft = target.parent / f"{STAGE}{uuid.uuid4().hex}.part"
    try:
        with draft.open("xb") as file:
            _keep_rights(file.fileno(), target)
            file.write(_bytes(content))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def remove_files(folder: str | os.PathLike[str], names: Iterable[str]) -> None:
    """Take files out of a folder; within `publishing` when everything else takes its place.

    Raises
    ------
    OutputError
        If one cannot be taken away.
    """
    where = Path(folder)
    current = _current.get()
    with _told(where):
        inside = None if current is None else current.place_of(where)
        if current is None or inside is None:
            with publishing(where):
                remove_files(where, names)
            return
        for name in names:
            current.remove(name if inside == "." else f"{inside}/{name}")


def finish(folder: str | os.PathLike[str]) -> bool:
    """Carry an interrupted change of a folder to its end.

    Whatever of ours reads a folder of results does this first, so that nobody reads half of two sets.

    Returns
    -------
    bool
        Whether there was anything to do.

    Raises
    ------
    OutputError
        If there is, and it cannot be done.
    """
    root = Path(folder)
    if not os.path.lexists(root / JOURNAL):
        return False
    with _told(root), locked(root):
        return _finish_held(root)


def _finish_held(root: Path) -> bool:
    """The same, where nobody else can write to the folder."""
    journal = read_journal(root)
    if journal is None:
        return False
    _carried_out(root, journal)
    return True


def _carried_out(root: Path, journal: Journal) -> None:
    try:
        carry_out(root, journal)
    except OSError as error:
        raise OutputError(
            f"The new files of {root} are all written, but not all of them could be moved to their places: "
            f"{_why(error)}. Once that is mended, any peermatch command on the folder carries it to its end."
        ) from error
