"""One writer at a time: an exclusive lock on a folder, which leaves nothing behind and dies with its process.

On POSIX the folder itself is locked (`flock`), so there is no lock file to forget. Where there is no such lock, as on
Windows and some network file systems, work goes on without, and a line in the log says so: each file is still whole,
and two runs at the same moment are the only thing that is not kept apart.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows)
    fcntl = None

__all__ = ["held_by_nobody", "hold", "locked"]

logger = logging.getLogger(__name__)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other writers; wait for whoever holds it now."""
    handle = hold(folder, wait=True)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def hold(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder and return the handle that keeps it locked until it is closed.

    Returns
    -------
    int or None
        None where locks are not to be had, or (without waiting) somebody else holds it.
    """
    if fcntl is None:
        return None
    handle = None
    try:
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if handle is not None:
            with suppress(OSError):
                os.close(handle)
        if not isinstance(error, BlockingIOError):
            logger.info("This folder cannot be locked (%s); nothing else should write to it.", error.strerror)
        return None
    return handle


def held_by_nobody(folder: Path) -> bool:
    """Return whether nobody holds a folder. Where locks are not to be had that is not known: False."""
    handle = hold(folder, wait=False)
    if handle is None:
        return False
    os.close(handle)
    return True
